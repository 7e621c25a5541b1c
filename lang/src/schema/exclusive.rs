//! `@once`, `@unique` and `@disjoint`: what one resource at a time can hold.

use infra_model::{Exclusive, Guard, Sameness, Value, Within};

use super::args::{path, text, word};
use crate::syntax::{BinaryOp, Decorator, Expr, ExprKind};
use crate::typing::constant::literal;

/// Whether a decorator says that something is exclusive.
pub(super) fn is_one(name: &str) -> bool {
    matches!(name, "once" | "unique" | "disjoint")
}

/// What a decorator of `field` says, or of the type (`@unique(vpc, peer)`, where the arguments are the fields).
pub(super) fn exclusive(
    type_name: &str,
    field: Option<&str>,
    decorator: &Decorator,
) -> Result<Exclusive, &'static str> {
    let mut fields: Vec<String> = field.iter().map(|it| (*it).to_owned()).collect();
    let mut exclusive = Exclusive {
        class: String::new(),
        fields: Vec::new(),
        within: Within::Region,
        sameness: match decorator.name.text.as_str() {
            "disjoint" => Sameness::Overlap,
            _ => Sameness::Equal,
        },
        unset: None,
        when: None,
        unless: None,
        why: String::new(),
        span: decorator.span,
    };
    for arg in &decorator.args {
        match arg.name.as_ref().map(|name| name.text.as_str()) {
            None => match (&arg.value.kind, field) {
                (ExprKind::Name(name), None) => fields.push(name.clone()),
                _ => exclusive.why = text(&arg.value).ok_or("it takes a text: why there is one")?,
            },
            Some("as") => {
                exclusive.class = text(&arg.value).ok_or("`as` is a text: what is held")?
            }
            Some("within") => exclusive.within = within(&arg.value)?,
            Some("same") => exclusive.sameness = sameness(&arg.value)?,
            Some("unset") => exclusive.unset = literal(&arg.value, None),
            Some("when") => exclusive.when = Some(guard(&arg.value)?),
            Some("unless") => exclusive.unless = Some(guard(&arg.value)?),
            // `code` and `help` are for the rule that checks it.
            Some("code" | "help") => {}
            Some(_) => {
                return Err(
                    "its arguments are `within`, `as`, `same`, `unset`, `when`, `unless`, `code` and `help`",
                );
            }
        }
    }
    if fields.is_empty() {
        return Err("before a type it names the fields: `@unique(vpc, peer)`");
    }
    if exclusive.class.is_empty() {
        exclusive.class = format!("{type_name}.{}", fields.join("+"));
    }
    exclusive.fields = fields;
    Ok(exclusive)
}

fn within(expr: &Expr) -> Result<Within, &'static str> {
    let wrong = "`within` is `account`, `region`, a field, or a list of fields";
    match &expr.kind {
        ExprKind::Name(name) if name == "account" => Ok(Within::Account),
        ExprKind::Name(name) if name == "region" => Ok(Within::Region),
        ExprKind::List(names) => {
            let names: Option<Vec<String>> = names.iter().map(word).collect();
            names.map(Within::Fields).ok_or(wrong)
        }
        _ => Ok(Within::Fields(vec![word(expr).ok_or(wrong)?])),
    }
}

fn sameness(expr: &Expr) -> Result<Sameness, &'static str> {
    match &expr.kind {
        ExprKind::Name(name) if name == "caseless" => Ok(Sameness::Caseless),
        ExprKind::Name(name) if name == "any_order" => Ok(Sameness::AnyOrder),
        _ => Err("`same` is `caseless` or `any_order`"),
    }
}

/// `volume.multi_attach`, or `kind == interface`.
fn guard(expr: &Expr) -> Result<Guard, &'static str> {
    let wrong = "the condition is a path, or `path == word`";
    let (place, value) = match &expr.kind {
        ExprKind::Binary {
            op: BinaryOp::Equal,
            left,
            right,
            ..
        } => {
            let value = match &right.kind {
                ExprKind::Name(word) => Some(Value::String(word.clone())),
                _ => literal(right, None),
            };
            (&**left, value.ok_or(wrong)?)
        }
        _ => (expr, Value::Bool(true)),
    };
    Ok(Guard {
        path: path(place).ok_or(wrong)?,
        value,
    })
}
