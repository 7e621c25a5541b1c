//! Expressions.

use infra_model::{Record, Span, Type, Value};

use super::named::FactsAt;
use super::operators::{self, Failure, hide, reveal, unknown_from};
use super::thing::{PartId, Thing};
use super::{Env, Eval, Evaluator, Stop, fault, steps};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{BinaryOp, Entry, EntryKey, Expr, ExprKind, StringPart};
use crate::typing::coerce::{article, coerce, type_of};
use crate::typing::{constant, relate};

impl Evaluator<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr, env: &Env) -> Eval<Value> {
        let thing = self.thing(expr, env)?;
        if let Thing::Shared(value) = &thing {
            self.spend_on(value, expr.span)?;
        }
        self.materialize(thing)
    }

    /// What an expression yields, without copying or evaluating more of it than is asked for.
    pub(super) fn thing(&self, expr: &Expr, env: &Env) -> Eval<Thing> {
        if self.program.facts.bad.contains(&expr.span) {
            return Err(Stop::Silent);
        }
        self.deeper(expr.span, || self.thing_inside(expr, env))
    }

    fn thing_inside(&self, expr: &Expr, env: &Env) -> Eval<Thing> {
        let value = match &expr.kind {
            ExprKind::String(parts) => self.string(parts, env)?,
            ExprKind::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.value(item, env))
                    .collect::<Eval<_>>()?,
            ),
            ExprKind::Record(entries) => self.record(entries, env)?,
            ExprKind::Name(name) => {
                if self.program.facts.words.contains(&expr.span) {
                    Value::String(name.clone())
                } else {
                    return self.name(name, env);
                }
            }
            ExprKind::Member {
                base,
                name,
                optional,
            } => {
                return self.member(base, name, *optional, env);
            }
            ExprKind::Index { base, index } => return self.index(base, index, env),
            ExprKind::Call { callee, args } => self.call(callee, args, expr.span, env)?,
            ExprKind::Unary { op, operand } => {
                let operand = self.value(operand, env)?;
                operators::unary(*op, &operand).map_err(|why| failed(why, expr.span))?
            }
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => {
                return self.binary(*op, *op_span, left, right, env);
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                return self.choose(condition, then, otherwise, env);
            }
            ExprKind::ListFor { item, each } => self.list_for(item, each, env)?,
            ExprKind::MapFor { key, value, each } => self.map_for(key, value, each, env)?,
            ExprKind::Range { from, to } => self.range(from, to, expr.span, env)?,
            ExprKind::Is { value, ty } => {
                let value = self.value(value, env)?;
                match self.program.facts.types.get(&ty.span) {
                    Some(ty) => self.is(&value, ty),
                    None => return Err(Stop::Silent),
                }
            }
            other => constant::scalar(other).ok_or(Stop::Silent)?,
        };
        Ok(Thing::Value(value))
    }

    /// The value a thing stands for: a component's instance for all its outputs.
    pub(super) fn materialize(&self, thing: Thing) -> Eval<Value> {
        match thing {
            Thing::Value(value) => Ok(value),
            Thing::Shared(value) => Ok((*value).clone()),
            Thing::Part(part) => self.outputs_value(part),
            Thing::Set(set) => {
                let mut map = Record::new();
                for (key, member) in &set.members {
                    let thing = self.member_thing(*member);
                    map.insert(key.clone(), self.materialize(thing)?);
                }
                Ok(Value::Map(map))
            }
            Thing::Namespace(_) => Err(Stop::Silent),
        }
    }

    fn outputs_value(&self, part: PartId) -> Eval<Value> {
        let scope = self.program.scopes.get(self.part(part).scope);
        let mut record = Record::new();
        for (index, output) in scope.outputs.iter().enumerate() {
            let thing = self.output(part, index as u32)?;
            record.insert(output.name.text.clone(), self.materialize(thing)?);
        }
        Ok(Value::Map(record))
    }

    fn string(&self, parts: &[StringPart], env: &Env) -> Eval<Value> {
        let mut text = String::new();
        let mut waiting = Vec::new();
        let mut secret = false;
        for part in parts {
            match part {
                StringPart::Text(part) => text.push_str(part),
                StringPart::Expr(expr) => {
                    let value = self.value(expr, env)?;
                    let (inner, hidden) = reveal(&value);
                    secret |= hidden;
                    match inner {
                        Value::Unknown(_) => waiting.push(value),
                        inner => {
                            text.push_str(&as_text(inner).map_err(|why| failed(why, expr.span))?)
                        }
                    }
                }
            }
        }
        let value = if waiting.is_empty() {
            Value::String(text)
        } else {
            unknown_from(Type::String, &waiting)
        };
        Ok(hide(value, secret))
    }

    fn record(&self, entries: &[Entry], env: &Env) -> Eval<Value> {
        let mut record = Record::new();
        for entry in entries {
            let key = match &entry.key {
                EntryKey::Name(name) => name.text.clone(),
                EntryKey::String(key) => {
                    let value = self.value(key, env)?;
                    self.key(&value, key.span)?
                }
            };
            let value = self.value(&entry.value, env)?;
            if record.insert(key.clone(), value).is_some() {
                return Err(fault(Diagnostic::error(
                    codes::DUPLICATE_KEY,
                    entry.span,
                    format!("the key \"{key}\" is there twice"),
                )));
            }
        }
        Ok(Value::Map(record))
    }

    /// A value as the key of a map: a text, known and not secret.
    pub(super) fn key(&self, value: &Value, span: Span) -> Eval<String> {
        let (message, help) = match value {
            Value::String(text) => return Ok(text.clone()),
            Value::Int(number) => return Ok(number.to_string()),
            Value::Unknown(unknown) if unknown.from.is_empty() => return Err(Stop::Silent),
            Value::Unknown(_) => (
                format!(
                    "the key is not known before apply: it waits for {}",
                    waits_for(value)
                ),
                "use something the program itself says as the key, and the value from the cloud as the value",
            ),
            Value::Secret(_) => (
                "a secret cannot be a key".to_owned(),
                "keys are part of addresses, which are shown; use a name that is not secret",
            ),
            other => (
                format!("a key is a text or a whole number, not {}", article(other)),
                "write it as a text: `\"${…}\"`",
            ),
        };
        Err(fault(
            Diagnostic::error(codes::BAD_KEY, span, message).help(help),
        ))
    }

    fn binary(
        &self,
        op: BinaryOp,
        op_span: Span,
        left: &Expr,
        right: &Expr,
        env: &Env,
    ) -> Eval<Thing> {
        if op == BinaryOp::Default {
            let thing = self.thing(left, env)?;
            return match thing.as_value() {
                Some(Value::Null) => self.thing(right, env),
                // Whether it will be null is not known, so neither is which side counts.
                Some(value @ Value::Unknown(unknown)) if relate::may_be_null(&unknown.ty) => {
                    let other = self.value(right, env)?;
                    let ty = relate::join(&relate::without_null(&unknown.ty), &type_of(&other));
                    Ok(Thing::Value(unknown_from(ty, [value, &other])))
                }
                _ => Ok(thing),
            };
        }
        let left_value = self.value(left, env)?;
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            let value = self.logic(op, left_value, right, env)?;
            return Ok(Thing::Value(value));
        }
        let right_thing = self.thing(right, env)?;
        let value = match right_thing.as_value() {
            Some(right) => operators::binary(op, &left_value, right),
            None => operators::binary(op, &left_value, &self.materialize(right_thing)?),
        };
        value.map(Thing::Value).map_err(|why| failed(why, op_span))
    }

    /// `and` and `or` look at their right side only where it counts.
    fn logic(&self, op: BinaryOp, left: Value, right: &Expr, env: &Env) -> Eval<Value> {
        let decides = op == BinaryOp::Or;
        let (inner, left_secret) = reveal(&left);
        if inner.as_bool() == Some(decides) {
            return Ok(hide(Value::Bool(decides), left_secret));
        }
        let right_value = self.value(right, env)?;
        let (right_inner, right_secret) = reveal(&right_value);
        let value = match (inner.as_bool(), right_inner.as_bool()) {
            (Some(_), Some(value)) => Value::Bool(value),
            (None, Some(value)) if value == decides => Value::Bool(decides),
            _ => unknown_from(Type::Bool, [inner, right_inner]),
        };
        Ok(hide(value, left_secret || right_secret))
    }

    fn choose(&self, condition: &Expr, then: &Expr, otherwise: &Expr, env: &Env) -> Eval<Thing> {
        let decision = self.value(condition, env)?;
        let (inner, secret) = reveal(&decision);
        let thing = match inner {
            Value::Bool(true) => self.thing(then, env)?,
            Value::Bool(false) => self.thing(otherwise, env)?,
            Value::Unknown(_) => {
                // One of the sides may only make sense when it is chosen, so its failure is none.
                let sides = [then, otherwise].map(|side| self.attempt(|| self.value(side, env)));
                let types = sides.iter().flatten().map(type_of);
                let ty = types
                    .reduce(|a, b| relate::join(&a, &b))
                    .unwrap_or(Type::Any);
                let values = sides.iter().flatten().chain([&decision]);
                Thing::Value(unknown_from(ty, values))
            }
            other => {
                let message = format!("a condition is a `bool`, not {}", article(other));
                return Err(fault(Diagnostic::error(
                    codes::WRONG_TYPE,
                    condition.span,
                    message,
                )));
            }
        };
        if secret {
            let value = self.materialize(thing)?;
            return Ok(Thing::Value(hide(value, true)));
        }
        Ok(thing)
    }

    fn is(&self, value: &Value, ty: &Type) -> Value {
        let (inner, secret) = reveal(value);
        // Of what is given by its id only, the id says what it is.
        if let (Value::String(text), Type::Resource(name)) = (inner, relate::plain(ty)) {
            let schemas = &self.program.schemas;
            let fits = schemas.id_prefix(name).is_some() && schemas.is_id(name, text);
            return hide(Value::Bool(fits), secret);
        }
        let answer = match inner {
            Value::Unknown(unknown)
                if relate::assignable(&unknown.ty, ty) && unknown.ty != Type::Any =>
            {
                Value::Bool(true)
            }
            Value::Unknown(unknown) if !operators_comparable(&unknown.ty, ty) => Value::Bool(false),
            Value::Unknown(_) => unknown_from(Type::Bool, [inner]),
            inner => {
                let facts = FactsAt {
                    evaluator: self,
                    directory: "",
                };
                Value::Bool(coerce(inner.clone(), ty, &facts).is_ok())
            }
        };
        hide(answer, secret)
    }

    fn range(&self, from: &Expr, to: &Expr, span: Span, env: &Env) -> Eval<Value> {
        /// More than anyone builds, and few enough to count through.
        const LENGTH_MAX: i64 = 1_000_000;
        let (first, last) = (self.value(from, env)?, self.value(to, env)?);
        let secret = first.has_secret() || last.has_secret();
        let value = match (reveal(&first).0, reveal(&last).0) {
            (Value::Int(first), Value::Int(last)) => {
                if last.saturating_sub(*first) >= LENGTH_MAX {
                    let message = "the range is too long";
                    return Err(fault(Diagnostic::error(codes::ARITHMETIC, span, message)));
                }
                let count = last.saturating_sub(*first).saturating_add(1);
                self.spend(usize::try_from(count).unwrap_or(0), steps::ENTRY, span)?;
                Value::List((*first..=*last).map(Value::Int).collect())
            }
            (first, last) => unknown_from(Type::List(Box::new(Type::Int)), [first, last]),
        };
        Ok(hide(value, secret))
    }

    /// The text of a message.
    pub(super) fn text(&self, expr: &Expr, env: &Env) -> Eval<String> {
        let value = self.value(expr, env)?;
        Ok(match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }
}

fn operators_comparable(a: &Type, b: &Type) -> bool {
    crate::typing::operators::comparable(a, b)
}

/// A value inside a text, as `"${…}"` shows it.
pub(super) fn as_text(value: &Value) -> Result<String, Failure> {
    match value {
        Value::String(text) | Value::Path(text) => Ok(text.clone()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Size(_)
        | Value::Duration(_)
        | Value::Percent(_)
        | Value::Cidr(_)
        | Value::Ip(_)
        | Value::Port(_) => Ok(value.to_string()),
        other => Err(Failure::new(
            codes::WRONG_TYPE,
            format!("{} cannot stand in a text", article(other)),
        )),
    }
}

/// The instances an unknown value waits for, for messages.
pub(super) fn waits_for(value: &Value) -> String {
    let mut names = Vec::new();
    value.for_each_address(&mut |address| names.push(format!("`{address}`")));
    names.sort();
    names.dedup();
    names.join(", ")
}

pub(super) fn failed(why: Failure, span: Span) -> Stop {
    fault(Diagnostic::error(why.code, span, why.message))
}
