//! Calls of functions.

use std::sync::Arc;

use infra_model::{FileId, Record, Secret, Span, Type, Value};

use super::expr::as_text;
use super::operators::{hide, reveal, unknown_from};
use super::thing::{Thing, bind};
use super::{Env, Eval, Evaluator, Stop, fault, steps};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Args, Context, Function, Signature};
use crate::syntax::{self, Arg, Expr, ExprKind, StringPart};
use crate::typing::coerce::type_of;

impl Evaluator<'_> {
    pub(super) fn call(&self, callee: &Expr, args: &[Arg], span: Span, env: &Env) -> Eval<Value> {
        let ExprKind::Name(name) = &callee.kind else {
            return Err(Stop::Silent);
        };
        let (function, signature) = functions::find(name).ok_or(Stop::Silent)?;
        let mut values: Vec<Option<Arc<Value>>> =
            vec![None; signature.parameters.len().max(args.len())];
        for (position, arg) in args.iter().enumerate() {
            let position = match &arg.name {
                Some(name) => signature
                    .parameters
                    .iter()
                    .position(|it| it.name == name.text),
                None => Some(position),
            };
            let position = position.ok_or(Stop::Silent)?;
            values[position] = Some(match self.thing(&arg.value, env)? {
                Thing::Shared(value) => value,
                thing => Arc::new(self.materialize(thing)?),
            });
        }
        self.apply(function, signature, values, span)
    }

    fn apply(
        &self,
        function: &Function,
        signature: &Signature,
        values: Vec<Option<Arc<Value>>>,
        span: Span,
    ) -> Eval<Value> {
        let secret = values.iter().flatten().any(|value| value.has_secret());
        let open = |value: &Value| match function.partial {
            true => matches!(reveal(value).0, Value::Unknown(_)),
            false => !value.is_known(),
        };
        if function.name != "is_known" && values.iter().flatten().any(|value| open(value)) {
            let types: Vec<Option<Type>> = values
                .iter()
                .map(|value| value.as_deref().map(type_of))
                .collect();
            let ty = signature.result(&types).unwrap_or(Type::Any);
            let hidden = secret || function.name == "secret";
            return Ok(hide(
                unknown_from(ty, values.iter().flatten().map(|value| &**value)),
                hidden,
            ));
        }
        let values = match secret {
            true => values
                .into_iter()
                .map(|it| it.map(|value| Arc::new(bare(&value))))
                .collect(),
            false => values,
        };
        let result = (function.run)(&Args {
            values,
            context: self,
        });
        match result {
            Ok(value) => {
                if let Value::List(items) = &value {
                    self.spend(items.len(), steps::ENTRY, span)?;
                }
                Ok(hide(value, secret))
            }
            Err(why) => {
                // What went wrong may quote the secret.
                let why = if secret {
                    "it does not work on this secret value".to_owned()
                } else {
                    why
                };
                Err(fault(Diagnostic::error(
                    codes::FUNCTION_FAILED,
                    span,
                    format!("`{}`: {why}", function.name),
                )))
            }
        }
    }
}

/// The value with all secrets in it revealed.
fn bare(value: &Value) -> Value {
    match value {
        Value::Secret(secret) => bare(Secret::expose(secret)),
        Value::List(items) => Value::List(items.iter().map(bare).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), bare(value)))
                .collect(),
        ),
        value => value.clone(),
    }
}

impl Context for Evaluator<'_> {
    fn read(&self, path: &str) -> Option<String> {
        self.read_file(path)
    }

    fn render(&self, text: &str, vars: &Record) -> Result<Value, String> {
        let mut locals = None;
        for (name, value) in vars {
            locals = bind(&locals, name, Thing::Value(value.clone()));
        }
        // A template sees its variables and the built-in names: no part has a name that could slip in.
        let env = Env {
            part: super::thing::PartId(0),
            locals,
        };
        let mut out = String::new();
        for (part, line) in template_parts(text)? {
            match part {
                StringPart::Text(text) => out.push_str(&text),
                StringPart::Expr(expr) => {
                    let unknown = free_name(&expr, vars);
                    if let Some(name) = unknown {
                        return Err(format!(
                            "line {line} uses `{name}`, which is not among the variables"
                        ));
                    }
                    let value = self.value(&expr, &env).map_err(|stop| match stop {
                        Stop::Fault(diagnostic) => format!("line {line}: {}", diagnostic.message),
                        Stop::Silent => format!("line {line} cannot be evaluated"),
                    })?;
                    out.push_str(
                        &as_text(&value).map_err(|why| format!("line {line}: {}", why.message))?,
                    );
                }
            }
        }
        Ok(Value::String(out))
    }
}

/// The text cut at its `${…}`, each part with the number of its line. `$${` stands for `${`.
fn template_parts(text: &str) -> Result<Vec<(StringPart, usize)>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut line = 1;
    let mut plain = String::new();
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        line += before.matches('\n').count();
        if let Some(before) = before.strip_suffix('$') {
            plain.push_str(before);
            plain.push_str("${");
            rest = &after[2..];
            continue;
        }
        plain.push_str(before);
        let inside = &after[2..];
        let end = closing(inside).ok_or_else(|| format!("the `${{` in line {line} has no end"))?;
        let (expr, diagnostics) = syntax::parse_expression(FileId(u32::MAX), &inside[..end]);
        if let Some(diagnostic) = diagnostics.first() {
            return Err(format!("line {line}: {}", diagnostic.message));
        }
        parts.push((StringPart::Text(std::mem::take(&mut plain)), line));
        parts.push((StringPart::Expr(expr), line));
        rest = &inside[end + 1..];
    }
    plain.push_str(rest);
    parts.push((StringPart::Text(plain), line));
    Ok(parts)
}

/// The place of the `}` that closes, past braces and texts inside.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted && depth == 0 => return Some(at),
            '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name an expression begins with, when it is neither a variable nor built in.
fn free_name<'e>(expr: &'e Expr, vars: &Record) -> Option<&'e str> {
    match &expr.kind {
        ExprKind::Name(name) => {
            let known = vars.contains_key(name) || crate::program::built_in(name).is_some();
            (!known).then_some(name)
        }
        ExprKind::Member { base, .. } | ExprKind::Index { base, .. } => free_name(base, vars),
        _ => None,
    }
}
