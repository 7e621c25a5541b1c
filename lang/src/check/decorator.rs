//! Decorators: whether there is one of the name, whether it has a meaning here, and its arguments.

use infra_model::{Schema, Type};

use super::Checker;
use super::context::Context;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::dotted;
use crate::resolve::Scopes;
use crate::suggest;
use crate::syntax::{Decorator, Expr, ExprKind, Item, ItemKind};
use crate::terraform_words::{self, FieldMeant};
use crate::typing::constant::literal;
use crate::typing::relate;

/// What a decorator stands before.
#[derive(Clone, Copy)]
pub(super) enum On<'s> {
    Resource(&'s Schema),
    Component,
    Lookup,
    /// Something that no decorator has a meaning for.
    Other,
}

/// The decorators with how they are written.
const DECORATORS: [(&str, &str); 9] = [
    ("after", "@after(x)"),
    ("allow", "@allow(\"code\")"),
    ("ignore", "@ignore(field)"),
    ("keep", "@keep"),
    ("protect", "@protect(\"why\")"),
    ("provider", "@provider(aws.tokyo)"),
    ("replace", "@replace(create_first)"),
    ("snapshot", "@snapshot"),
    ("timeout", "@timeout(create = 10m)"),
];

impl Checker<'_> {
    pub(super) fn decorators(&mut self, item: &Item, on: On<'_>, context: &Context) {
        let mut seen: Vec<&str> = Vec::new();
        for decorator in &item.decorators {
            let name = decorator.name.text.as_str();
            let Some((_, form)) = DECORATORS.iter().find(|(known, _)| *known == name) else {
                let message = format!("there is no decorator `@{name}`");
                let mut diagnostic =
                    Diagnostic::error(codes::UNKNOWN_DECORATOR, decorator.name.span, message);
                let names = DECORATORS.iter().map(|(name, _)| *name);
                diagnostic.help = suggest::help(name, names, "there are");
                self.diagnostics.push(diagnostic);
                continue;
            };
            let repeatable = matches!(name, "after" | "allow" | "ignore");
            let why = if seen.contains(&name) && !repeatable {
                Some("it is there twice".to_owned())
            } else if let (On::Resource(schema), "snapshot") = (on, name)
                && schema.data.is_none()
            {
                Some(format!(
                    "`{}` holds nothing to take a snapshot of",
                    schema.type_name
                ))
            } else if !has_meaning(name, on) {
                Some("it has no meaning here".to_owned())
            } else {
                self.arguments(decorator, on, context)
            };
            seen.push(name);
            if let Some(why) = why {
                let message = format!("`@{name}` cannot be used like this: {why}");
                self.diagnostics.push(
                    Diagnostic::error(codes::BAD_DECORATOR, decorator.span, message)
                        .help(format!("it is written `{form}` before a {}", places(name))),
                );
            }
        }
    }

    /// What is wrong with the arguments, if anything is that has not been said.
    fn arguments(
        &mut self,
        decorator: &Decorator,
        on: On<'_>,
        context: &Context,
    ) -> Option<String> {
        let name = decorator.name.text.as_str();
        if name != "timeout"
            && let Some(arg) = decorator.args.iter().find(|arg| arg.name.is_some())
        {
            let named = arg.name.as_ref().map_or("", |name| name.text.as_str());
            return Some(format!("it has no argument `{named}`"));
        }
        let values: Vec<&Expr> = decorator.args.iter().map(|arg| &arg.value).collect();
        match (name, &values[..]) {
            ("keep" | "snapshot", []) | ("protect", []) => None,
            ("keep" | "snapshot", _) => Some("it takes no arguments".to_owned()),
            ("protect", [why]) => {
                let why_or_whether = Type::Union(vec![Type::String, Type::Bool]);
                self.expect(why, &relate::optional(why_or_whether), context);
                None
            }
            ("protect", _) => Some("it takes one text: why".to_owned()),
            ("after" | "ignore" | "allow", []) => Some("it needs at least one argument".to_owned()),
            ("after", values) => values.iter().find_map(|value| self.after(value, context)),
            ("ignore", values) => values
                .iter()
                .find_map(|value| self.ignored(value, on, context)),
            ("allow", values) => values.iter().find_map(|value| allowed(value)),
            ("replace", [value]) => match word(value).as_deref() {
                Some("create_first" | "destroy_first") => None,
                _ => Some("it takes `create_first` or `destroy_first`".to_owned()),
            },
            ("replace", _) => Some("it takes one word".to_owned()),
            ("provider", [value]) => self.provider_named(value),
            ("provider", _) => Some("it takes one provider".to_owned()),
            _ => self.timeouts(decorator, context),
        }
    }

    fn after(&mut self, value: &Expr, context: &Context) -> Option<String> {
        fn waits(ty: &Type) -> bool {
            match relate::plain(ty) {
                Type::Resource(_) | Type::Component(_) | Type::Any | Type::Invalid => true,
                Type::Optional(inner) | Type::Map(inner) | Type::List(inner) => waits(inner),
                _ => false,
            }
        }
        let ty = self.infer(value, context);
        (!waits(&ty)).then(|| "it waits for resources or components".to_owned())
    }

    /// Names of fields: written down, or a value that is one name or a list of them.
    fn ignored(&mut self, value: &Expr, on: On<'_>, context: &Context) -> Option<String> {
        let On::Resource(schema) = on else {
            return None;
        };
        let name = word(value);
        let settable = |name: &str| schema.field(name).is_some_and(|field| !field.computed);
        if name.as_deref().is_some_and(settable) {
            return None;
        }
        let is_value = match &value.kind {
            ExprKind::Name(name) => self.find_name(name, context).is_some(),
            ExprKind::String(_) => false,
            _ => true,
        };
        if is_value {
            let names = Type::List(Box::new(Type::String));
            let names = Type::Union(vec![Type::String, names]);
            self.expect(value, &relate::optional(names), context);
            return None;
        }
        let name = name.unwrap_or_default();
        let meant = match terraform_words::field(&schema.type_name, &name, &settable) {
            Some(FieldMeant::Field(ours)) => Some(ours),
            _ => None,
        };
        let names = schema.fields.iter().filter(|field| !field.computed);
        let near = suggest::nearest(&name, names.map(|field| field.name.as_str()));
        let near = near
            .or(meant)
            .map(|near| format!(", did you mean `{near}`?"))
            .unwrap_or_default();
        Some(format!(
            "`{}` has no field `{name}` to set{near}",
            schema.type_name
        ))
    }

    fn provider_named(&mut self, value: &Expr) -> Option<String> {
        let Some(wanted) = dotted(value) else {
            return Some("it takes the name of a provider".to_owned());
        };
        let program = self.program;
        let mut declared = Vec::new();
        for item in &program.scopes.get(Scopes::ROOT).others {
            if let ItemKind::Provider(block) = &item.get(&program.trees).kind {
                declared.push(match &block.alias {
                    Some(alias) => format!("{}.{}", block.name.text, alias.text),
                    None => block.name.text.clone(),
                });
            }
        }
        // A provider without a block has its defaults.
        let has_default = !wanted.contains('.') && program.schemas.provider(&wanted).is_some();
        if declared.contains(&wanted) || has_default {
            return None;
        }
        let message = format!("the program declares no provider `{wanted}`");
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, value.span, message);
        diagnostic.help =
            suggest::help(&wanted, declared.iter().map(String::as_str), "it declares").or_else(
                || {
                    let (name, alias) = wanted.split_once('.').unwrap_or((&wanted, "alias"));
                    Some(format!("declare it: `provider {name} as {alias} {{ … }}`"))
                },
            );
        self.diagnostics.push(diagnostic);
        None
    }

    fn timeouts(&mut self, decorator: &Decorator, context: &Context) -> Option<String> {
        if decorator.args.is_empty() {
            return Some("it needs at least one argument".to_owned());
        }
        for arg in &decorator.args {
            match arg.name.as_ref().map(|name| name.text.as_str()) {
                Some("create" | "update" | "delete") => {
                    self.expect(&arg.value, &Type::Duration, context);
                }
                _ => return Some("its arguments are `create`, `update` and `delete`".to_owned()),
            }
        }
        None
    }
}

fn has_meaning(name: &str, on: On<'_>) -> bool {
    match on {
        On::Resource(_) => true,
        On::Component => !matches!(name, "ignore" | "replace"),
        On::Lookup => matches!(name, "provider"),
        On::Other => false,
    }
}

fn places(name: &str) -> &'static str {
    match name {
        "ignore" | "replace" => "resource",
        "provider" => "resource, lookup or component's instance",
        _ => "resource or component's instance",
    }
}

fn allowed(value: &Expr) -> Option<String> {
    let code = literal(value, None);
    let Some(code) = code.as_ref().and_then(infra_model::Value::as_str) else {
        return Some("it takes codes of diagnostics, as texts".to_owned());
    };
    let known = crate::codes::ALL.iter().map(|(code, _)| *code);
    if known.clone().any(|it| it == code) {
        return None;
    }
    let near = suggest::nearest(code, known);
    let near = near
        .map(|near| format!(", did you mean \"{near}\"?"))
        .unwrap_or_default();
    Some(format!("there is no code \"{code}\"{near}"))
}

/// A bare word or a text.
fn word(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => literal(expr, None)?.as_str().map(str::to_owned),
    }
}
