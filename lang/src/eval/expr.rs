//! Expressions.

use std::borrow::Cow;

use infra_model::{RecordBuilder, Span, Type, Value};

use super::named::FactsAt;
use super::operators::{self, Failure, hide, reveal, unknown_from};
use super::shared::{Operand, Shared, text_weight};
use super::thing::{PartId, Thing};
use super::{Env, Eval, Evaluator, Stop, fault, steps};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{BinaryOp, Entry, EntryKey, Expr, ExprKind, StringPart};
use crate::typing::coerce::{article, coerce, type_of};
use crate::typing::{constant, relate};

/// What an entry of a record takes that is written out, beside its value.
const ENTRY: u64 = 2;

impl Evaluator<'_> {
    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr, env: &Env) -> Eval<Value> {
        let thing = self.thing(expr, env)?;
        self.materialize(thing, expr.span)
    }

    /// The value of an expression, to be looked at: what others look at too is not copied.
    pub(super) fn operand(&self, expr: &Expr, env: &Env) -> Eval<Operand> {
        Ok(match self.thing(expr, env)? {
            Thing::Shared(value) => Operand::Shared(value),
            thing => Operand::Own(self.materialize(thing, expr.span)?),
        })
    }

    /// What an expression yields, without copying or evaluating more of it than is asked for.
    pub(super) fn thing(&self, expr: &Expr, env: &Env) -> Eval<Thing> {
        let facts = &self.program.facts;
        if !facts.bad.is_empty() && facts.bad.contains(&expr.span) {
            return Err(Stop::Silent);
        }
        self.spend(1, expr.span)?;
        match &expr.kind {
            ExprKind::Name(name) if facts.words.contains(&expr.span) => {
                Ok(Thing::Value(Value::String(name.clone())))
            }
            ExprKind::Name(name) => self.name(name, env),
            // What consists of no others needs no room on the stack.
            kind => match constant::scalar(kind) {
                Some(value) => Ok(Thing::Value(value)),
                None => self.deeper(expr.span, || self.thing_inside(expr, env)),
            },
        }
    }

    fn thing_inside(&self, expr: &Expr, env: &Env) -> Eval<Thing> {
        let value = match &expr.kind {
            ExprKind::String(parts) => self.string(parts, expr.span, env)?,
            ExprKind::List(items) => {
                self.spend(items.len() as u64, expr.span)?;
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.value(item, env)?);
                }
                Value::List(list)
            }
            ExprKind::Record(entries) => self.record(entries, expr.span, env)?,
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
                let operand = self.operand(operand, env)?;
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
                let value = self.operand(value, env)?;
                self.spend(value.weight(), expr.span)?;
                match self.program.facts.types.get(&ty.span) {
                    Some(ty) => self.is(&value, ty),
                    None => return Err(Stop::Silent),
                }
            }
            _ => return Err(Stop::Silent),
        };
        Ok(Thing::Value(value))
    }

    /// The value a thing stands for: a component's instance for all its outputs.
    pub(super) fn materialize(&self, thing: Thing, span: Span) -> Eval<Value> {
        match thing {
            Thing::Value(value) => Ok(value),
            Thing::Shared(value) => {
                self.spend(value.facts().weight, span)?;
                Ok(value.into_value())
            }
            Thing::Part(part) => self.outputs_value(part, span),
            Thing::Set(set) => {
                let mut map = RecordBuilder::default();
                for (key, member) in &set.members {
                    self.spend(ENTRY + text_weight(key.len()), span)?;
                    let thing = self.member_thing(*member);
                    map.insert(key.clone(), self.materialize(thing, span)?);
                }
                Ok(Value::Map(map.build()))
            }
            Thing::Namespace(_) => Err(Stop::Silent),
        }
    }

    fn outputs_value(&self, part: PartId, span: Span) -> Eval<Value> {
        let scope = self.program.scopes.get(self.part(part).scope);
        let mut record = RecordBuilder::default();
        for (index, output) in scope.outputs.iter().enumerate() {
            self.spend(ENTRY, span)?;
            let thing = self.output(part, index as u32)?;
            record.insert(output.name.text.clone(), self.materialize(thing, span)?);
        }
        Ok(Value::Map(record.build()))
    }

    fn string(&self, parts: &[StringPart], span: Span, env: &Env) -> Eval<Value> {
        if let [StringPart::Text(text)] = parts {
            self.spend(text_weight(text.len()), span)?;
            return Ok(Value::String(text.clone()));
        }
        let mut text = String::new();
        let mut waiting = Vec::new();
        let mut secret = false;
        for part in parts {
            match part {
                StringPart::Text(part) => text.push_str(part),
                StringPart::Expr(expr) => {
                    let value = self.operand(expr, env)?;
                    let (inner, hidden) = reveal(&value);
                    secret |= hidden;
                    match inner {
                        Value::Unknown(_) => waiting.push(inner.clone()),
                        inner => {
                            text.push_str(&as_text(inner).map_err(|why| failed(why, expr.span))?)
                        }
                    }
                }
            }
            steps::check_length(text.len(), span)?;
        }
        self.spend(text_weight(text.len()), span)?;
        let value = if waiting.is_empty() {
            Value::String(text)
        } else {
            unknown_from(Type::String, &waiting)
        };
        Ok(hide(value, secret))
    }

    fn record(&self, entries: &[Entry], span: Span, env: &Env) -> Eval<Value> {
        self.spend(ENTRY * entries.len() as u64, span)?;
        let mut record = RecordBuilder::default();
        for entry in entries {
            let key = match &entry.key {
                EntryKey::Name(name) => name.text.clone(),
                EntryKey::String(key) => {
                    let value = self.value(key, env)?;
                    self.key(value, key.span)?
                }
            };
            let value = self.value(&entry.value, env)?;
            if record.contains_key(&key) {
                return Err(fault(Diagnostic::error(
                    codes::DUPLICATE_KEY,
                    entry.span,
                    format!("the key \"{key}\" is there twice"),
                )));
            }
            record.insert(key, value);
        }
        Ok(Value::Map(record.build()))
    }

    /// A value as the key of a map: a text, known and not secret.
    pub(super) fn key(&self, value: Value, span: Span) -> Eval<String> {
        let (message, help) = match &value {
            Value::String(_) => match value {
                Value::String(text) => return Ok(text),
                _ => return Err(Stop::Silent),
            },
            Value::Int(number) => return Ok(number.to_string()),
            Value::Unknown(unknown) if unknown.from.is_empty() => return Err(Stop::Silent),
            Value::Unknown(_) => (
                format!(
                    "the key is not known before apply: it waits for {}",
                    waits_for(&value)
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
        let left_value = self.operand(left, env)?;
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            let value = self.logic(op, &left_value, right, env)?;
            return Ok(Thing::Value(value));
        }
        let right_value = self.operand(right, env)?;
        if op == BinaryOp::In
            && let Operand::Shared(list) = &right_value
            && let Some(answer) = self.is_among(&left_value, list, op_span)?
        {
            return Ok(Thing::Value(answer));
        }
        self.spend_on_operator(op, &left_value, &right_value, op_span)?;
        operators::binary(op, &left_value, &right_value)
            .map(Thing::Value)
            .map_err(|why| failed(why, op_span))
    }

    /// Takes from the budget what an operator does to values that can be large.
    fn spend_on_operator(
        &self,
        op: BinaryOp,
        left: &Operand,
        right: &Operand,
        span: Span,
    ) -> Eval<()> {
        let (left_weight, right_weight) = (left.weight(), right.weight());
        match op {
            BinaryOp::Add => {
                let bytes = |value: &Value| reveal(value).0.as_str().map_or(0, str::len);
                steps::check_length(bytes(left) + bytes(right), span)?;
                self.spend(left_weight + right_weight, span)
            }
            BinaryOp::In => self.spend(left_weight + right_weight, span),
            _ => self.spend(left_weight.min(right_weight), span),
        }
    }

    /// Whether a value is among the items of a list, found by the list's index. `None` where there is nothing to gain
    /// from it, and for what is no list.
    fn is_among(&self, item: &Operand, list: &Shared, span: Span) -> Eval<Option<Value>> {
        /// Shorter lists are gone through.
        const LENGTH_MIN: usize = 8;
        let Some(items) = list.as_list().filter(|items| items.len() >= LENGTH_MIN) else {
            return Ok(None);
        };
        if !list.is_indexed() {
            self.spend(2 * list.facts().weight, span)?;
        }
        self.spend(item.weight(), span)?;
        let index = list.index();
        let (inner, secret) = reveal(item);
        let Some(mut candidates) = index.candidates(inner) else {
            return Ok(None);
        };
        let is_equal = |place: usize| operators::equal(inner, &items[place]);
        let mut answer = Some(candidates.any(|place| is_equal(place) == Some(true)));
        if answer == Some(false) {
            for place in index.open() {
                self.spend(1, span)?;
                match is_equal(place) {
                    Some(true) => {
                        answer = Some(true);
                        break;
                    }
                    Some(false) => {}
                    None => answer = None,
                }
            }
        }
        let value = match answer {
            Some(answer) => Value::Bool(answer),
            None => {
                self.spend(list.facts().weight, span)?;
                unknown_from(Type::Bool, [&**list])
            }
        };
        Ok(Some(hide(value, secret)))
    }

    /// `and` and `or` look at their right side only where it counts.
    fn logic(&self, op: BinaryOp, left: &Value, right: &Expr, env: &Env) -> Eval<Value> {
        let decides = op == BinaryOp::Or;
        let (inner, left_secret) = reveal(left);
        if inner.as_bool() == Some(decides) {
            return Ok(hide(Value::Bool(decides), left_secret));
        }
        let right_value = self.operand(right, env)?;
        let (right_inner, right_secret) = reveal(&right_value);
        let value = match (inner.as_bool(), right_inner.as_bool()) {
            (Some(_), Some(value)) => Value::Bool(value),
            (None, Some(value)) if value == decides => Value::Bool(decides),
            _ => unknown_from(Type::Bool, [inner, right_inner]),
        };
        Ok(hide(value, left_secret || right_secret))
    }

    fn choose(&self, condition: &Expr, then: &Expr, otherwise: &Expr, env: &Env) -> Eval<Thing> {
        let decision = self.operand(condition, env)?;
        let (inner, secret) = reveal(&decision);
        let thing = match inner {
            Value::Bool(true) => self.thing(then, env)?,
            Value::Bool(false) => self.thing(otherwise, env)?,
            Value::Unknown(_) => {
                // One of the sides may only make sense when it is chosen, so its failure is none.
                let sides = [then, otherwise].map(|side| self.attempt(|| self.operand(side, env)));
                let types = sides.iter().flatten().map(|side| type_of(side));
                let ty = types
                    .reduce(|a, b| relate::join(&a, &b))
                    .unwrap_or(Type::Any);
                let values = sides.iter().flatten().chain([&decision]);
                let weights = values.clone().map(Operand::weight);
                self.spend(weights.sum(), condition.span)?;
                Thing::Value(unknown_from(ty, values.map(|value| &**value)))
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
            let value = self.materialize(thing, condition.span)?;
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
                self.spend(u64::try_from(count).unwrap_or(0), span)?;
                Value::List((*first..=*last).map(Value::Int).collect())
            }
            (first, last) => unknown_from(Type::List(Box::new(Type::Int)), [first, last]),
        };
        Ok(hide(value, secret))
    }

    /// The text of a message.
    pub(super) fn text(&self, expr: &Expr, env: &Env) -> Eval<String> {
        Ok(match self.value(expr, env)? {
            Value::String(text) => text,
            other => {
                self.spend_on(&other, expr.span)?;
                other.to_string()
            }
        })
    }
}

fn operators_comparable(a: &Type, b: &Type) -> bool {
    crate::typing::operators::comparable(a, b)
}

/// A value inside a text, as `"${…}"` shows it.
pub(super) fn as_text(value: &Value) -> Result<Cow<'_, str>, Failure> {
    match value {
        Value::String(text) | Value::Path(text) => Ok(text.into()),
        Value::Float(number) => Ok(number.to_string().into()),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Size(_)
        | Value::Duration(_)
        | Value::Percent(_)
        | Value::Cidr(_)
        | Value::Ip(_)
        | Value::Port(_) => Ok(value.to_string().into()),
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
