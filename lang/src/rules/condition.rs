//! `@check("code", condition, "message")`: conditions over the values of one resource, and of those it refers to.
//!
//! The condition sees the resource's fields by name (null where they are not set), `provider` (the configuration's
//! fields), `catalogue` (the provider's tables) and, before a field, `it`: the field's value, each item of a list, each
//! value of a map with its `key`. A condition before a field counts only where the field is set.

use std::collections::BTreeSet;

use infra_model::{Address, Record, Span, Value};

use super::{View, place};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Rule, RuleKind};
use crate::syntax::{Expr, ExprKind, StringPart};

pub(super) fn check(view: &mut View<'_>) {
    let checked = view.checked.clone();
    for at in checked {
        let rules = view.schemas.rules(&at.instance.address.type_name);
        for rule in rules {
            if !at.allow.contains(rule.code) {
                one(view, at, rule);
            }
        }
    }
}

fn one(view: &mut View<'_>, at: &Checked, rule: &Rule) {
    let RuleKind::Check {
        condition,
        message,
        names,
    } = &rule.kind
    else {
        return;
    };
    let Some(subjects) = subjects(&at.instance.fields, rule.field.as_deref(), names) else {
        return;
    };
    let shared = shared(view, at, names);
    for subject in subjects {
        let names: Vec<(&str, Value)> = shared.iter().cloned().chain(subject).collect();
        let asked = Asked {
            view,
            names: &names,
            provider: at.instance.address.provider(),
        };
        let holds = match asked.value(condition) {
            Ok(value) => value.is_none_or(|value| value.as_bool() != Some(false)),
            Err(diagnostic) => {
                view.found.push(*diagnostic);
                return;
            }
        };
        if holds {
            continue;
        }
        let span = place(&at.instance, rule.field.as_deref().unwrap_or_default());
        let mut diagnostic = Diagnostic::error(rule.code, span, asked.text(message));
        diagnostic.help = rule.help.as_ref().map(|help| asked.text(help));
        if let Some((other, says)) = &rule.related
            && let Some(span) = asked.place(other)
        {
            diagnostic = diagnostic.related(span, asked.text(says));
        }
        view.found.push(diagnostic);
    }
}

type Names<'n> = Vec<(&'n str, Value)>;

/// What `it` stands for, one after the other; `None` where the field is not set.
fn subjects(
    fields: &Record,
    field: Option<&str>,
    names: &BTreeSet<String>,
) -> Option<Vec<Names<'static>>> {
    let Some(field) = field else {
        return Some(vec![Vec::new()]);
    };
    let value = fields.get(field)?;
    if !names.contains("it") {
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

/// The names that mean the same for every `it`.
fn shared<'n>(view: &View<'_>, at: &Checked, names: &'n BTreeSet<String>) -> Names<'n> {
    let instance = &at.instance;
    let mut shared = Vec::new();
    for name in names {
        let value = match name.as_str() {
            "it" | "key" | "catalogue" => continue,
            "provider" => view
                .provider(instance)
                .map_or(Value::Null, |config| Value::Map(config.fields.clone())),
            "self" => Value::Ref(instance.address.clone()),
            name if view.has_field(instance, name) => match instance.fields.get(name) {
                Some(value) => value.clone(),
                None if view.is_computed(instance, name) => view
                    .evaluator
                    .rule_attribute(&instance.address, name)
                    .unwrap_or(Value::Null),
                None => Value::Null,
            },
            _ => continue,
        };
        shared.push((name.as_str(), value));
    }
    shared
}

/// One rule with what its names mean.
struct Asked<'a, 'v> {
    view: &'a View<'v>,
    names: &'a [(&'a str, Value)],
    provider: &'a str,
}

impl Asked<'_, '_> {
    fn value(&self, expr: &Expr) -> Result<Option<Value>, Box<Diagnostic>> {
        let evaluator = self.view.evaluator;
        evaluator.rule_value(expr, self.names, self.provider)
    }

    /// A text whose parts are shown as messages show them: what is referred to by its address.
    fn text(&self, expr: &Expr) -> String {
        let ExprKind::String(parts) = &expr.kind else {
            return self.shown(expr);
        };
        let part = |part: &StringPart| match part {
            StringPart::Text(text) => text.clone(),
            StringPart::Expr(expr) => self.shown(expr),
        };
        parts.iter().map(part).collect()
    }

    fn shown(&self, expr: &Expr) -> String {
        match self.value(expr) {
            Ok(Some(Value::String(text))) => text,
            Ok(Some(Value::Ref(address))) => address.to_string(),
            Ok(Some(value)) => value.to_string(),
            Ok(None) | Err(_) => "…".to_owned(),
        }
    }

    /// Where `subnet.range` is written: the field `range` of what `subnet` refers to.
    fn place(&self, expr: &Expr) -> Option<Span> {
        let ExprKind::Member { base, name, .. } = &expr.kind else {
            return None;
        };
        let Ok(Some(Value::Ref(address))) = self.value(base) else {
            return None;
        };
        let address: &Address = &address;
        let other = self.view.by_address.get(address)?;
        Some(place(&other.instance, &name.text))
    }
}
