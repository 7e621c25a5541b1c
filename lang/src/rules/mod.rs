//! What the cloud would refuse and the tool can know: rules over evaluated values, so that they see through
//! components. A value that is not known yet breaks no rule, and `@allow("code")` on the resource (or on the
//! component's instance around it) switches a rule off where the cloud knows better.
//!
//! Rules are text: decorators of the schemas in the library. This is above evaluation, which knows no rule.

mod asked;
mod catalogue;
mod condition;
mod distinct;
mod exclusive;
mod inside;
mod labels;
mod length;
mod letters;
mod prefixes;
mod quota;
mod same;
mod secret;
mod view;
mod whole;
mod zone;

use std::cell::Cell;

use crate::diagnostic::Diagnostic;
use crate::eval::{Checked, Evaluator, Outcome};
use crate::schema::{Rule, RuleKind};
use view::{View, items, place, plain_text, references, texts};

/// All broken rules.
pub(crate) fn check(evaluator: &Evaluator<'_>, outcome: &Outcome) -> Vec<Diagnostic> {
    // What stands for instances that are not known may be several things that exclude each other.
    let checked: Vec<&Checked> = outcome.checked.iter().filter(|it| !it.assumed).collect();
    let by_address = checked
        .iter()
        .map(|it| (&it.instance.address, *it))
        .collect();
    let mut view = View {
        checked,
        by_address,
        providers: &outcome.desired.providers,
        catalogue: &outcome.catalogue,
        schemas: evaluator.schemas(),
        evaluator,
        names: Cell::default(),
        found: Vec::new(),
    };
    each(&mut view);
    for rule in [
        exclusive::check,
        secret::check,
        labels::check,
        quota::check,
        catalogue::check,
    ] {
        rule(&mut view);
    }
    view.found
}

/// The rules over one resource at a time.
fn each(view: &mut View<'_>) {
    for at in view.checked.clone() {
        let provider = at.instance.address.provider();
        view.names.set(view.evaluator.rule_names(provider));
        // Of the conditions on a value with the same code, the first that is broken says enough.
        let mut broken: Vec<(Option<&str>, &str)> = Vec::new();
        for rule in view.schemas.rules(&at.instance.address.type_name) {
            let known = (rule.field.as_deref(), rule.code);
            let is_list = matches!(rule.kind, RuleKind::Distinct(_));
            if at.allow.contains(rule.code) || !is_list && broken.contains(&known) {
                continue;
            }
            let before = view.found.len();
            one(view, at, rule);
            if view.found.len() > before {
                broken.push(known);
            }
        }
    }
}

fn one(view: &mut View<'_>, at: &Checked, rule: &Rule) {
    match &rule.kind {
        RuleKind::Check(it) => condition::check(view, at, rule, it),
        RuleKind::Distinct(it) => distinct::check(view, at, rule, it),
        RuleKind::Inside(it) => inside::check(view, at, rule, it),
        RuleKind::Length(it) => length::check(view, at, rule, it),
        RuleKind::Letters(it) => letters::check(view, at, rule, it),
        RuleKind::Prefixes(it) => prefixes::check(view, at, rule, it),
        RuleKind::Same(it) => same::check(view, at, rule, it),
        RuleKind::Whole(unit, what) => whole::check(view, at, rule, *unit, what),
        RuleKind::Zone(table) => zone::check(view, at, rule, table),
        // These look at several resources together.
        RuleKind::Exclusive(_) | RuleKind::Labels(_) | RuleKind::Quota(_) => {}
    }
}
