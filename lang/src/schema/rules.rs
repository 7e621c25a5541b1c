//! Rules over the values of a type, from its decorators: `@check("code", condition, "message")`.

use std::collections::BTreeSet;

use crate::codes;
use crate::syntax::{Decorator, EntryKey, Expr, ExprKind, StringPart};
use crate::typing::constant::literal;

/// A rule that a resource, or several together, have to follow.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The field it stands before; `None` for one of the whole type.
    pub field: Option<String>,
    pub kind: RuleKind,
    pub code: &'static str,
    pub help: Option<Expr>,
    /// Another place that matters, as a path from the resource's fields, and what to say there.
    pub related: Option<(Expr, Expr)>,
}

#[derive(Clone, Debug)]
pub(crate) enum RuleKind {
    /// The numbered entry of [`infra_model::Schema::exclusive`].
    Exclusive(usize),
    /// The condition holds where everything in it is known. `names` are those it mentions.
    Check {
        condition: Expr,
        message: Expr,
        names: BTreeSet<String>,
    },
}

/// The rule of `@check("code", condition, "message", help = "…", at = path, says = "…")`.
pub(super) fn check(field: Option<&str>, decorator: &Decorator) -> Result<Rule, &'static str> {
    let mut plain = decorator.args.iter().filter(|arg| arg.name.is_none());
    let wrong = "it is `@check(\"code\", condition, \"message\", help = \"…\")`";
    let code = plain.next().and_then(|arg| code(&arg.value)).ok_or(wrong)?;
    let condition = plain.next().ok_or(wrong)?.value.clone();
    let message = plain.next().ok_or(wrong)?.value.clone();
    let related = match (named(decorator, "at"), named(decorator, "says")) {
        (Some(at), Some(says)) => Some((at.clone(), says.clone())),
        (None, None) => None,
        _ => return Err("`at` is a place and `says` what is said there; one needs the other"),
    };
    let mut names = BTreeSet::new();
    mentioned(&condition, &mut names);
    mentioned(&message, &mut names);
    let help = named(decorator, "help").cloned();
    for expr in help
        .iter()
        .chain(related.iter().flat_map(|(at, says)| [at, says]))
    {
        mentioned(expr, &mut names);
    }
    Ok(Rule {
        field: field.map(str::to_owned),
        kind: RuleKind::Check {
            condition,
            message,
            names,
        },
        code,
        help,
        related,
    })
}

/// The rule of a decorator that says what is exclusive.
pub(super) fn exclusive(
    field: Option<&str>,
    decorator: &Decorator,
    number: usize,
) -> Result<Rule, &'static str> {
    let usual = match decorator.name.text.as_str() {
        "once" => codes::DUPLICATE_ASSOCIATION,
        "disjoint" => codes::RANGE_OVERLAP,
        _ => codes::NAME_TAKEN,
    };
    let code = match named(decorator, "code") {
        Some(written) => code(written).ok_or("there is no such code")?,
        None => usual,
    };
    Ok(Rule {
        field: field.map(str::to_owned),
        kind: RuleKind::Exclusive(number),
        code,
        help: named(decorator, "help").cloned(),
        related: None,
    })
}

fn named<'d>(decorator: &'d Decorator, name: &str) -> Option<&'d Expr> {
    let is_it = |arg: &&crate::syntax::Arg| arg.name.as_ref().is_some_and(|it| it.text == name);
    decorator.args.iter().find(is_it).map(|arg| &arg.value)
}

fn code(expr: &Expr) -> Option<&'static str> {
    let written = literal(expr, None)?;
    let written = written.as_str()?;
    codes::ALL
        .iter()
        .map(|(code, _)| *code)
        .find(|code| *code == written)
}

/// Every name in an expression, those bound inside it included.
fn mentioned(expr: &Expr, into: &mut BTreeSet<String>) {
    let mut inside = |parts: &[&Expr]| parts.iter().for_each(|part| mentioned(part, into));
    match &expr.kind {
        ExprKind::Name(name) => {
            into.insert(name.clone());
        }
        ExprKind::String(parts) => {
            for part in parts {
                if let StringPart::Expr(part) = part {
                    mentioned(part, into);
                }
            }
        }
        ExprKind::List(items) => items.iter().for_each(|item| mentioned(item, into)),
        ExprKind::Record(entries) => {
            for entry in entries {
                if let EntryKey::String(key) = &entry.key {
                    mentioned(key, into);
                }
                mentioned(&entry.value, into);
            }
        }
        ExprKind::Member { base, .. } => inside(&[base]),
        ExprKind::Index { base, index } => inside(&[base, index]),
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| mentioned(&arg.value, into)),
        ExprKind::Unary { operand, .. } => inside(&[operand]),
        ExprKind::Binary { left, right, .. } => inside(&[left, right]),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => inside(&[condition, then, otherwise]),
        ExprKind::ListFor { item, each } => {
            inside(&[item, &each.over]);
            each.condition.iter().for_each(|it| mentioned(it, into));
        }
        ExprKind::MapFor { key, value, each } => {
            inside(&[key, value, &each.over]);
            each.condition.iter().for_each(|it| mentioned(it, into));
        }
        ExprKind::Range { from, to } => inside(&[from, to]),
        ExprKind::Is { value, .. } => inside(&[value]),
        _ => {}
    }
}
