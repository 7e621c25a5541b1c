//! Expressions of a rule, with what their names mean for one resource.

use infra_model::{Span, Type, Unknown, Value};

use super::View;
use crate::diagnostic::Diagnostic;
use crate::eval::{Checked, RuleNames};
use crate::schema::Rule;
use crate::syntax::{Expr, ExprKind, StringPart};

/// Names with their values.
pub(super) type Names<'n> = Vec<(&'n str, Value)>;

/// The expressions of one rule for one resource.
pub(super) struct Asked<'a, 'v> {
    view: &'a View<'v>,
    names: RuleNames,
}

impl<'a, 'v> Asked<'a, 'v> {
    /// `own` are names with a meaning here, before those that every rule knows. What those mean is worked out once for
    /// all rules of a resource.
    pub fn new(view: &'a View<'v>, at: &Checked, rule: &Rule, own: Names<'_>) -> Self {
        let mut names = view.names.take();
        for name in &rule.names {
            if !names.has(name)
                && let Some(value) = meaning(view, at, name)
            {
                names = names.with(name, value);
            }
        }
        view.names.set(names.clone());
        for (name, value) in own {
            names = names.with(name, value);
        }
        Asked { view, names }
    }

    pub fn value(&self, expr: &Expr) -> Result<Option<Value>, Box<Diagnostic>> {
        self.view.evaluator.rule_value(expr, &self.names)
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
        match self.value(base) {
            Ok(Some(Value::Ref(address))) => self.view.place(&address, &name.text),
            _ => None,
        }
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

/// What a name means in every rule of a resource: a field (null where it is not set), `provider` (the configuration's
/// fields) or `self`. `catalogue` is there already.
fn meaning(view: &View<'_>, at: &Checked, name: &str) -> Option<Value> {
    let instance = &at.instance;
    match name {
        "it" | "key" | "catalogue" => return None,
        "provider" => {
            let config = view.provider(instance);
            return Some(config.map_or(Value::Null, |config| Value::Map(config.fields.clone())));
        }
        "self" => return Some(Value::Ref(instance.address.clone())),
        _ => {}
    }
    let field = view.field(instance, name)?;
    if let Some(value) = instance.fields.get(name) {
        return Some(value.clone());
    }
    if at.failed.iter().any(|it| it == name) {
        let unknown = Unknown {
            ty: Type::Any,
            from: Default::default(),
            secret: false,
        };
        return Some(unknown.into());
    }
    let computed = field
        .computed
        .then(|| view.evaluator.rule_attribute(&instance.address, name));
    Some(computed.flatten().unwrap_or(Value::Null))
}
