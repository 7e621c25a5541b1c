//! The functions that do not just work on the values of their arguments: `try`, `can` and `id`.

use infra_model::{Address, AddressParts, Span, Type, Unknown, Value};

use super::operators::{reveal, unknown_from};
use super::thing::{Given, Node, PartId};
use super::{Env, Eval, Evaluator, Stop, fault};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::DeclId;
use crate::syntax::{Arg, Expr};
use crate::typing::coerce::type_of;
use crate::typing::relate::join;

/// What names of lookups without a declaration are: `aws.vpc.id["vpc-…"]`.
const GIVEN: &str = "id";

impl Evaluator<'_> {
    /// The value of a call of one of these functions; `None` for all others.
    pub(super) fn special(
        &self,
        name: &str,
        args: &[Arg],
        span: Span,
        env: &Env,
    ) -> Option<Eval<Value>> {
        match (name, args) {
            ("try", [_, ..]) => Some(self.first_of(args, env)),
            ("can", [arg]) => Some(Ok(self.can(&arg.value, env))),
            ("id", [arg]) => Some(self.identity(&arg.value, span, env)),
            _ => None,
        }
    }

    /// Evaluates something whose failure is none. What failed on the way is forgotten: whoever else needs it is told.
    pub(super) fn attempt<T>(&self, work: impl FnOnce() -> Eval<T>) -> Option<T> {
        let before = self.failed.borrow().len();
        let result = work().ok();
        if result.is_none() {
            for key in self.failed.borrow_mut().drain(before..) {
                self.memo.borrow_mut().remove(&key);
            }
        }
        result
    }

    fn first_of(&self, args: &[Arg], env: &Env) -> Eval<Value> {
        let (last, first) = args.split_last().ok_or(Stop::Silent)?;
        // What is not known yet may still fail, so what comes after it may count.
        let mut waiting = Vec::new();
        for arg in first {
            match self.attempt(|| self.value(&arg.value, env)) {
                Some(value) if is_unknown(&value) => waiting.push(value),
                Some(value) if waiting.is_empty() => return Ok(value),
                Some(value) => {
                    waiting.push(value);
                    return Ok(one_of(&waiting));
                }
                None => {}
            }
        }
        match waiting.is_empty() {
            true => self.value(&last.value, env),
            false => {
                waiting.extend(self.attempt(|| self.value(&last.value, env)));
                Ok(one_of(&waiting))
            }
        }
    }

    fn can(&self, expr: &Expr, env: &Env) -> Value {
        match self.attempt(|| self.value(expr, env)) {
            Some(value) if is_unknown(&value) => unknown_from(Type::Bool, [&value]),
            found => Value::Bool(found.is_some()),
        }
    }

    /// `id("vpc-…")`: a type that can be looked up is, so that its attributes can be asked for; of others only the id
    /// is known.
    fn identity(&self, arg: &Expr, span: Span, env: &Env) -> Eval<Value> {
        let value = self.value(arg, env)?;
        let Some(ty) = self.program.facts.types.get(&span) else {
            return Ok(value);
        };
        let text = match reveal(&value).0 {
            Value::Unknown(unknown) => {
                return Ok(Value::from(Unknown {
                    ty: ty.clone(),
                    ..Unknown::clone(unknown)
                }));
            }
            Value::String(text) => text,
            _ => return Err(Stop::Silent),
        };
        let schemas = &self.program.schemas;
        let types = match ty {
            Type::Union(parts) => &parts[..],
            one => std::slice::from_ref(one),
        };
        let fitting = types.iter().find_map(|ty| match ty {
            Type::Resource(name) if schemas.is_id(name, text) => Some(name),
            _ => None,
        });
        let Some(type_name) = fitting else {
            let message = match value.has_secret() {
                true => format!("this is not the id of `{ty}`"),
                false => format!("\"{text}\" is not the id of `{ty}`"),
            };
            return Err(fault(Diagnostic::error(
                codes::WRONG_TYPE,
                arg.span,
                message,
            )));
        };
        Ok(self
            .given(type_name, text, span)
            .map_or_else(|| value.clone(), Value::Ref))
    }

    /// The lookup of something by its id, if its type can be looked up by it.
    fn given(&self, type_name: &str, id: &str, span: Span) -> Option<Address> {
        self.program.schemas.own_id(type_name)?;
        let address = Address::from(AddressParts {
            path: Vec::new(),
            type_name: type_name.to_owned(),
            name: GIVEN.to_owned(),
            key: Some(id.to_owned()),
        });
        if self.node_at(&address).is_some() {
            return Some(address);
        }
        // What is only known while applying cannot be looked up any more.
        if self.base.is_some() {
            return None;
        }
        self.scene.borrow_mut().add_node(Node {
            address: address.clone(),
            part: PartId(0),
            decl: DeclId(0),
            locals: None,
            lookup: true,
            assumed: false,
            given: Some(Given {
                id: id.to_owned(),
                span,
            }),
        });
        Some(address)
    }
}

fn is_unknown(value: &Value) -> bool {
    matches!(reveal(value).0, Value::Unknown(_))
}

/// What is one of several values, some of which are not known yet.
fn one_of(values: &[Value]) -> Value {
    let ty = values.iter().map(type_of).reduce(|a, b| join(&a, &b));
    unknown_from(ty.unwrap_or(Type::Any), values)
}
