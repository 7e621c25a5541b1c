//! Expressions of a rule, with what their names mean for one resource.

use std::collections::BTreeSet;

use infra_model::{Span, Type, Unknown, Value};

use super::{View, place};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::Rule;
use crate::syntax::{Expr, ExprKind, StringPart};

/// Names with their values.
pub(super) type Names<'n> = Vec<(&'n str, Value)>;

/// The expressions of one rule for one resource.
pub(super) struct Asked<'a, 'v> {
    view: &'a View<'v>,
    names: Names<'a>,
    provider: &'a str,
}

impl<'a, 'v> Asked<'a, 'v> {
    /// `own` are names with a meaning here, before those that every rule knows.
    pub fn new(view: &'a View<'v>, at: &'a Checked, rule: &'a Rule, own: Names<'a>) -> Self {
        let mut names = shared(view, at, &rule.names);
        names.extend(own);
        Asked {
            view,
            names,
            provider: at.instance.address.provider(),
        }
    }

    pub fn value(&self, expr: &Expr) -> Result<Option<Value>, Box<Diagnostic>> {
        let evaluator = self.view.evaluator;
        evaluator.rule_value(expr, &self.names, self.provider)
    }

    /// A text whose parts are shown as messages show them: what is referred to by its address.
    pub fn text(&self, expr: &Expr) -> String {
        let ExprKind::String(parts) = &expr.kind else {
            return self.shown(expr);
        };
        let part = |part: &StringPart| match part {
            StringPart::Text(text) => text.clone(),
            StringPart::Expr(expr) => self.shown(expr),
        };
        parts.iter().map(part).collect()
    }

    /// `name(subnet)` is the name of what the field refers to, without its type.
    fn shown(&self, expr: &Expr) -> String {
        if let ExprKind::Call { callee, args } = &expr.kind
            && let (ExprKind::Name(function), [one]) = (&callee.kind, args.as_slice())
            && function == "name"
            && let Ok(Some(Value::Ref(address))) = self.value(&one.value)
        {
            return address.name.clone();
        }
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
        let other = self.view.by_address.get(&address)?;
        Some(place(&other.instance, &name.text))
    }

    /// The diagnostic with what the rule says of help and of other places.
    pub fn complete(&self, rule: &Rule, mut diagnostic: Diagnostic) -> Diagnostic {
        if let Some(help) = &rule.help {
            diagnostic.help = Some(self.text(help));
        }
        for (other, says) in &rule.related {
            if let Some(span) = self.place(other) {
                diagnostic = diagnostic.related(span, self.text(says));
            }
        }
        diagnostic
    }
}

/// The names that mean the same in every rule of a resource: its fields (null where they are not set), `provider` (the
/// configuration's fields) and `self`. `catalogue` is the provider's tables, which the evaluator knows.
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
                None if at.failed.iter().any(|it| it == name) => Unknown {
                    ty: Type::Any,
                    from: Default::default(),
                    secret: false,
                }
                .into(),
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
