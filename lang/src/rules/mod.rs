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
mod whole;
mod zone;

use std::collections::HashMap;

use infra_model::desired::ProviderConfig;
use infra_model::{Address, Instance, Record, SchemaKind, Span, Value};

use crate::diagnostic::Diagnostic;
use crate::eval::{Catalogue, Checked, Evaluator, Outcome};
use crate::schema::{Rule, RuleKind, Schemas};
use crate::syntax::Expr;
use crate::typing::constant::literal;

/// The evaluated program as the rules see it.
struct View<'a> {
    checked: Vec<&'a Checked>,
    by_address: HashMap<&'a Address, &'a Checked>,
    providers: &'a [ProviderConfig],
    catalogue: &'a Catalogue,
    schemas: &'a Schemas,
    evaluator: &'a Evaluator<'a>,
    found: Vec<Diagnostic>,
}

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

impl<'a> View<'a> {
    /// The instances of a type, in the order of the text.
    fn of(&self, type_name: &str) -> Vec<&'a Checked> {
        let of_type = |it: &&&Checked| it.instance.address.type_name == type_name;
        self.checked.iter().filter(of_type).copied().collect()
    }

    /// The configuration of the provider that makes an instance.
    fn provider(&self, instance: &Instance) -> Option<&'a ProviderConfig> {
        self.providers
            .iter()
            .find(|it| it.key() == instance.provider)
    }

    fn has_field(&self, instance: &Instance, name: &str) -> bool {
        let schema = self
            .schemas
            .get(&instance.address.type_name, SchemaKind::Resource);
        schema.is_some_and(|schema| schema.field(name).is_some())
    }

    fn is_computed(&self, instance: &Instance, name: &str) -> bool {
        let schema = self
            .schemas
            .get(&instance.address.type_name, SchemaKind::Resource);
        let field = schema.and_then(|schema| schema.field(name));
        field.is_some_and(|field| field.computed)
    }

    /// What an attribute of something is; `None` where it is not known or null.
    fn attribute(&self, of: &Address, name: &str) -> Option<Value> {
        let made = self.by_address.get(of);
        match made.and_then(|it| it.instance.fields.get(name)) {
            Some(value) => Some(value.clone()),
            None => self.evaluator.rule_attribute(of, name),
        }
    }

    /// What stands at the end of a path from a resource's fields, and whose it is: the range of `subnet.range` and the
    /// subnet.
    fn behind(&self, instance: &Instance, path: &[String]) -> Option<(Address, Value)> {
        let (first, rest) = path.split_first()?;
        let mut owner = instance.address.clone();
        let mut value = instance.fields.get(first)?.clone();
        for name in rest {
            let Value::Ref(address) = value else {
                return None;
            };
            value = self.attribute(&address, name)?;
            owner = address;
        }
        Some((owner, value))
    }

    /// Reports a broken rule at a field, unless it is allowed there.
    fn report(&mut self, at: &Checked, field: &str, make: impl FnOnce(Span) -> Diagnostic) {
        let span = place(&at.instance, field);
        let diagnostic = make(span);
        if !at.allow.contains(diagnostic.code) {
            self.found.push(diagnostic);
        }
    }
}

/// Where a field is written, or else the declaration's head.
fn place(instance: &Instance, field: &str) -> Span {
    instance
        .field_spans
        .get(field)
        .copied()
        .unwrap_or(instance.span)
}

/// The items of a list, or the one value there is.
fn items<'r>(fields: &'r Record, field: &str) -> &'r [Value] {
    match fields.get(field) {
        Some(Value::List(items)) => items,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// The texts of a field, or those that its items have in the field `of`.
fn texts<'r>(fields: &'r Record, field: &str, of: Option<&str>) -> Vec<&'r str> {
    let items = items(fields, field).iter();
    match of {
        None => items.filter_map(Value::as_str).collect(),
        Some(of) => items
            .filter_map(|item| item.as_map()?.get(of)?.as_str())
            .collect(),
    }
}

/// What a value mentions, however deep.
fn references(value: &Value) -> Vec<&Address> {
    match value {
        Value::Ref(address) => vec![address],
        Value::List(items) => items.iter().flat_map(references).collect(),
        Value::Map(map) => map.values().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// A text without parts to work out.
fn plain_text(expr: &Expr) -> Option<String> {
    literal(expr, None)?.as_str().map(str::to_owned)
}
