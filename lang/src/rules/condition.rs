//! `@check("code", condition, "message")`: conditions over the values of one resource, and of those it refers to.
//!
//! Before a field, `it` is the field's value, each item of a list, each value of a map with its `key`; such a condition
//! counts only where the field is set.

use infra_model::{Record, Value};

use super::asked::{Asked, Names};
use super::{View, place};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Check, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, check: &Check) {
    let Some(subjects) = subjects(&at.instance.fields, rule) else {
        return;
    };
    for subject in subjects {
        let asked = Asked::new(view, at, rule, subject);
        let diagnostic = match asked.value(&check.condition) {
            Ok(Some(Value::Bool(false))) => {
                let span = place(&at.instance, rule.before());
                let message = asked.text(&check.message);
                asked.complete(rule, Diagnostic::error(rule.code, span, message))
            }
            Ok(_) => continue,
            Err(diagnostic) => *diagnostic,
        };
        view.found.push(diagnostic);
    }
}

/// What `it` stands for, one after the other; `None` where the field is not set.
fn subjects(fields: &Record, rule: &Rule) -> Option<Vec<Names<'static>>> {
    let Some(field) = &rule.field else {
        return Some(vec![Vec::new()]);
    };
    let value = fields.get(field)?;
    if !rule.names.contains("it") {
        return Some(vec![Vec::new()]);
    }
    Some(match value {
        Value::List(items) => items.iter().map(|it| vec![("it", it.clone())]).collect(),
        Value::Map(map) => {
            let entry = |(key, it): (&String, &Value)| {
                vec![("key", Value::String(key.clone())), ("it", it.clone())]
            };
            map.iter().map(entry).collect()
        }
        value => vec![vec![("it", value.clone())]],
    })
}
