//! Calls of functions.

use std::sync::Arc;

use infra_model::{Secret, Span, Type, Value};

use super::operators::{hide, reveal, unknown_from};
use super::shared::Shared;
use super::{Env, Eval, Evaluator, Stop, fault, steps};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::functions::{self, Args, Function, Shape, Signature};
use crate::syntax::{Arg, Expr, ExprKind};
use crate::typing::coerce::type_of;

impl Evaluator<'_> {
    pub(super) fn call(&self, callee: &Expr, args: &[Arg], span: Span, env: &Env) -> Eval<Value> {
        let ExprKind::Name(name) = &callee.kind else {
            return Err(Stop::Silent);
        };
        if let Some(value) = self.special(name, args, span, env) {
            return value;
        }
        let (function, signature) = functions::find(name).ok_or(Stop::Silent)?;
        let mut values: Vec<Option<Arc<Shared>>> =
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
            let value = self.operand(&arg.value, env)?;
            // A path counts from the directory of the file that it is written in.
            let parameter = signature.parameters.get(position);
            let is_path = parameter.is_some_and(|it| matches!(it.shape, Shape::Known(Type::Path)));
            values[position] = Some(match (is_path, reveal(&value).0) {
                (true, Value::String(_)) => {
                    let value = value.into_value();
                    Shared::new(self.coerced(value, &Type::Path, arg.value.span)?)
                }
                _ => value.into_shared(),
            });
        }
        self.apply(function, signature, values, span)
    }

    fn apply(
        &self,
        function: &Function,
        signature: &Signature,
        values: Vec<Option<Arc<Shared>>>,
        span: Span,
    ) -> Eval<Value> {
        let given = || values.iter().flatten();
        let secret = given().any(|value| value.facts().secret);
        let open = |(position, value): (usize, &Option<Arc<Shared>>)| {
            let Some(value) = value else { return false };
            let passed_on = |shape: &Shape| {
                function.partial
                    && !matches!(reveal(value).0, Value::Unknown(_))
                    && shape.is_known_in(value)
            };
            let parameter = signature.parameter(position);
            !value.facts().known && !parameter.is_some_and(|it| passed_on(&it.shape))
        };
        if function.name != "is_known" && values.iter().enumerate().any(open) {
            self.spend(given().map(|value| value.facts().weight).sum(), span)?;
            let types: Vec<Option<Type>> = values
                .iter()
                .map(|value| value.as_ref().map(|value| type_of(value)))
                .collect();
            let ty = signature.result(&types).unwrap_or(Type::Any);
            let hidden = secret || function.name == "secret";
            return Ok(hide(
                unknown_from(ty, given().map(|value| &***value)),
                hidden,
            ));
        }
        let values = match secret {
            true => {
                self.spend(given().map(|value| value.facts().weight).sum(), span)?;
                let bare = |value: Arc<Shared>| Shared::new(bare(&value));
                values.into_iter().map(|it| it.map(bare)).collect()
            }
            false => values,
        };
        let result = (function.run)(&Args {
            values,
            context: self,
            span,
        });
        if self.is_exhausted() {
            return Err(Stop::Silent);
        }
        match result {
            Ok(value) => {
                steps::check_length(value.as_str().map_or(0, str::len), span)?;
                self.spend_on(&value, span)?;
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
