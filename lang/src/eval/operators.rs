//! What operators do to values. What they do to types is in `typing/operators.rs`, case by case the same.

use std::sync::Arc;

use infra_model::{Duration, Percent, Secret, Size, Type, Unknown, Value};

use crate::codes;
use crate::syntax::{BinaryOp, UnaryOp};
use crate::typing::coerce::{article, type_of};
use crate::typing::operators;

/// Why an operation has no result.
#[derive(Debug)]
pub struct Failure {
    pub code: &'static str,
    pub message: String,
}

impl Failure {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Failure {
            code,
            message: message.into(),
        }
    }
}

fn overflow() -> Failure {
    Failure::new(codes::ARITHMETIC, "the result is too large")
}

fn by_zero() -> Failure {
    Failure::new(codes::ARITHMETIC, "the divisor is zero")
}

/// The value inside a secret, and whether it was one.
pub fn reveal(value: &Value) -> (&Value, bool) {
    match value {
        Value::Secret(secret) => (secret.expose(), true),
        value => (value, false),
    }
}

/// Hides a value that something secret went into.
pub fn hide(value: Value, secret: bool) -> Value {
    match value {
        value if !secret => value,
        Value::Unknown(mut unknown) => {
            Arc::make_mut(&mut unknown).secret = true;
            Value::Unknown(unknown)
        }
        Value::Null => Value::Null,
        value => Value::Secret(Secret::new(value)),
    }
}

/// A value of type `ty` that waits for what the unknown parts of `values` wait for.
pub fn unknown_from<'v>(ty: Type, values: impl IntoIterator<Item = &'v Value>) -> Value {
    let mut unknown = Unknown {
        ty,
        from: Default::default(),
        secret: false,
    };
    for value in values {
        collect_unknown(value, &mut unknown);
    }
    unknown.into()
}

fn collect_unknown(value: &Value, into: &mut Unknown) {
    match value {
        Value::Unknown(unknown) => {
            into.from.extend(unknown.from.iter().cloned());
            into.secret |= unknown.secret;
        }
        Value::Secret(secret) => {
            into.secret = true;
            collect_unknown(secret.expose(), into);
        }
        Value::List(items) => items.iter().for_each(|item| collect_unknown(item, into)),
        Value::Map(map) => map.values().for_each(|value| collect_unknown(value, into)),
        _ => {}
    }
}

/// `left op right`, but for `and`, `or` and `??`, which do not always evaluate their right side.
pub fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Failure> {
    let ((left, left_secret), (right, right_secret)) = (reveal(left), reveal(right));
    let secret = left_secret || right_secret;
    let value = match op {
        // References are known before the things are; so is whether something is null.
        BinaryOp::Equal | BinaryOp::NotEqual => {
            let wanted = op == BinaryOp::Equal;
            match equal(left, right) {
                Some(equal) => Value::Bool(equal == wanted),
                None => unknown_from(Type::Bool, [left, right]),
            }
        }
        _ if matches!(left, Value::Unknown(_)) || matches!(right, Value::Unknown(_)) => {
            let ty = operators::binary(op, &type_of(left), &type_of(right))
                .ok_or_else(|| unfit(op, left, right))?;
            unknown_from(ty, [left, right])
        }
        BinaryOp::In => contains(left, right).ok_or_else(|| unfit(op, left, right))?,
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            let order = order(left, right).ok_or_else(|| unfit(op, left, right))?;
            Value::Bool(match op {
                BinaryOp::Less => order.is_lt(),
                BinaryOp::LessEqual => order.is_le(),
                BinaryOp::Greater => order.is_gt(),
                _ => order.is_ge(),
            })
        }
        _ => arithmetic(op, left, right)?,
    };
    Ok(hide(value, secret))
}

fn unfit(op: BinaryOp, left: &Value, right: &Value) -> Failure {
    Failure::new(
        codes::WRONG_OPERANDS,
        format!(
            "`{}` does not work on {} and {}",
            op.text(),
            article(left),
            article(right)
        ),
    )
}

/// Whether two values are equal; `None` when that waits for something.
pub fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => {
            // What cannot be null is not, even before it is known.
            let never = other.is_null() && !crate::typing::relate::may_be_null(&unknown.ty);
            (never && unknown.ty != Type::Any).then_some(false)
        }
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => {
            Some(*a as f64 == *b)
        }
        (Value::String(a) | Value::Path(a), Value::String(b) | Value::Path(b)) => Some(a == b),
        (Value::Secret(a), b) => equal(a.expose(), b),
        (a, Value::Secret(b)) => equal(a, b.expose()),
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all_equal(a.iter().zip(b))
        }
        (Value::Map(a), Value::Map(b)) => {
            if !a.keys().eq(b.keys()) {
                return Some(false);
            }
            all_equal(a.values().zip(b.values()))
        }
        (a, b) => Some(a == b),
    }
}

fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Option<bool> {
    let mut sure = true;
    for (a, b) in pairs {
        match equal(a, b) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => sure = false,
        }
    }
    sure.then_some(true)
}

/// Compares by size, time, number or alphabet.
pub fn order(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            Some(number(left)?.total_cmp(&number(right)?))
        }
        (Value::Size(a), Value::Size(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Percent(a), Value::Percent(b)) => Some(a.0.total_cmp(&b.0)),
        (Value::Ip(a), Value::Ip(b)) => Some(a.cmp(b)),
        (Value::String(a) | Value::Path(a), Value::String(b) | Value::Path(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn contains(item: &Value, of: &Value) -> Option<Value> {
    Some(match (item, of) {
        (item, Value::List(items)) => {
            let mut sure = true;
            for other in items {
                match equal(item, other) {
                    Some(true) => return Some(Value::Bool(true)),
                    Some(false) => {}
                    None => sure = false,
                }
            }
            if sure {
                Value::Bool(false)
            } else {
                unknown_from(Type::Bool, [of])
            }
        }
        (Value::String(key), Value::Map(map)) => Value::Bool(map.contains_key(key)),
        (Value::Ip(address), Value::Cidr(range)) => Value::Bool(range.contains(address)),
        (Value::Cidr(inner), Value::Cidr(range)) => Value::Bool(range.contains(inner)),
        (Value::Port(inner), Value::Port(range)) => Value::Bool(
            (inner.protocol == range.protocol || range.protocol == infra_model::Protocol::All)
                && range.from <= inner.from
                && inner.to <= range.to,
        ),
        (Value::String(part) | Value::Path(part), Value::String(text) | Value::Path(text)) => {
            Value::Bool(text.contains(part.as_str()))
        }
        _ => return None,
    })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        Value::Percent(percent) => Some(percent.0 / 100.0),
        _ => None,
    }
}

fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Failure> {
    use Value::{Float, Int, List};
    match (op, left, right) {
        (_, Int(a), Int(b)) => integers(op, *a, *b).map(Int),
        (BinaryOp::Add, List(a), List(b)) => Ok(List(a.iter().chain(b).cloned().collect())),
        (BinaryOp::Add, Value::String(a) | Value::Path(a), Value::String(b) | Value::Path(b)) => {
            Ok(Value::String(format!("{a}{b}")))
        }
        (_, Value::Size(a), Value::Size(b)) => sizes(op, *a, *b),
        (_, Value::Duration(a), Value::Duration(b)) => durations(op, *a, *b),
        (_, Value::Percent(a), Value::Percent(b)) => percents(op, *a, *b),
        (BinaryOp::Multiply, Value::Size(size), factor)
        | (BinaryOp::Multiply, factor, Value::Size(size)) => {
            let factor = number(factor).ok_or_else(|| unfit(op, left, right))?;
            size_of(size.0 as f64 * factor)
        }
        (BinaryOp::Divide, Value::Size(size), by) => {
            let by = number(by).ok_or_else(|| unfit(op, left, right))?;
            if by == 0.0 {
                Err(by_zero())
            } else {
                size_of(size.0 as f64 / by)
            }
        }
        (BinaryOp::Multiply, Value::Duration(time), factor)
        | (BinaryOp::Multiply, factor, Value::Duration(time)) => {
            let factor = number(factor).ok_or_else(|| unfit(op, left, right))?;
            duration_of(time.0 as f64 * factor)
        }
        (BinaryOp::Divide, Value::Duration(time), by) => {
            let by = number(by).ok_or_else(|| unfit(op, left, right))?;
            if by == 0.0 {
                Err(by_zero())
            } else {
                duration_of(time.0 as f64 / by)
            }
        }
        (BinaryOp::Divide, Value::Percent(percent), Int(_) | Float(_)) => {
            let by = number(right).unwrap_or_default();
            if by == 0.0 {
                Err(by_zero())
            } else {
                Ok(Value::Percent(Percent(percent.0 / by)))
            }
        }
        _ => match (number(left), number(right)) {
            (Some(a), Some(b)) => floats(op, a, b).ok_or_else(|| unfit(op, left, right))?,
            _ => Err(unfit(op, left, right)),
        },
    }
}

fn integers(op: BinaryOp, a: i64, b: i64) -> Result<i64, Failure> {
    if b == 0 && matches!(op, BinaryOp::Divide | BinaryOp::Remainder) {
        return Err(by_zero());
    }
    match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        BinaryOp::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    }
    .ok_or_else(overflow)
}

fn floats(op: BinaryOp, a: f64, b: f64) -> Option<Result<Value, Failure>> {
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide if b == 0.0 => return Some(Err(by_zero())),
        BinaryOp::Divide => a / b,
        _ => return None,
    };
    Some(if value.is_finite() {
        Ok(Value::Float(value))
    } else {
        Err(overflow())
    })
}

fn sizes(op: BinaryOp, a: Size, b: Size) -> Result<Value, Failure> {
    let size = |bytes: Option<u64>, why: &str| {
        bytes
            .map(|bytes| Value::Size(Size(bytes)))
            .ok_or_else(|| Failure::new(codes::ARITHMETIC, why))
    };
    match op {
        BinaryOp::Add => size(a.0.checked_add(b.0), "the size is too large"),
        BinaryOp::Subtract => size(a.0.checked_sub(b.0), "a size cannot be negative"),
        BinaryOp::Divide | BinaryOp::Remainder if b.0 == 0 => Err(by_zero()),
        BinaryOp::Divide => Ok(Value::Float(a.0 as f64 / b.0 as f64)),
        BinaryOp::Remainder => Ok(Value::Size(Size(a.0 % b.0))),
        _ => Err(unfit(op, &Value::Size(a), &Value::Size(b))),
    }
}

fn durations(op: BinaryOp, a: Duration, b: Duration) -> Result<Value, Failure> {
    let time = |ms: Option<i64>| {
        ms.map(|ms| Value::Duration(Duration(ms)))
            .ok_or_else(overflow)
    };
    match op {
        BinaryOp::Add => time(a.0.checked_add(b.0)),
        BinaryOp::Subtract => time(a.0.checked_sub(b.0)),
        BinaryOp::Divide | BinaryOp::Remainder if b.0 == 0 => Err(by_zero()),
        BinaryOp::Divide => Ok(Value::Float(a.0 as f64 / b.0 as f64)),
        BinaryOp::Remainder => time(a.0.checked_rem(b.0)),
        _ => Err(unfit(op, &Value::Duration(a), &Value::Duration(b))),
    }
}

fn percents(op: BinaryOp, a: Percent, b: Percent) -> Result<Value, Failure> {
    let percent = |value: f64| Ok(Value::Percent(Percent(value)));
    match op {
        BinaryOp::Add => percent(a.0 + b.0),
        BinaryOp::Subtract => percent(a.0 - b.0),
        BinaryOp::Multiply => percent(a.0 * b.0 / 100.0),
        BinaryOp::Divide if b.0 == 0.0 => Err(by_zero()),
        BinaryOp::Divide => Ok(Value::Float(a.0 / b.0)),
        _ => Err(unfit(op, &Value::Percent(a), &Value::Percent(b))),
    }
}

/// A size of whole bytes, rounded to the nearest.
fn size_of(bytes: f64) -> Result<Value, Failure> {
    if bytes < 0.0 {
        return Err(Failure::new(codes::ARITHMETIC, "a size cannot be negative"));
    }
    // 2^64 is the first float above the largest size.
    if bytes < u64::MAX as f64 {
        Ok(Value::Size(Size(bytes.round() as u64)))
    } else {
        Err(overflow())
    }
}

fn duration_of(ms: f64) -> Result<Value, Failure> {
    if ms.abs() < i64::MAX as f64 {
        Ok(Value::Duration(Duration(ms.round() as i64)))
    } else {
        Err(overflow())
    }
}

pub fn unary(op: UnaryOp, operand: &Value) -> Result<Value, Failure> {
    let (inner, secret) = reveal(operand);
    let value = match (op, inner) {
        (_, Value::Unknown(_)) => inner.clone(),
        (UnaryOp::Not, Value::Bool(value)) => Value::Bool(!value),
        (UnaryOp::Negate, Value::Int(value)) => {
            Value::Int(value.checked_neg().ok_or_else(overflow)?)
        }
        (UnaryOp::Negate, Value::Float(value)) => Value::Float(-value),
        (UnaryOp::Negate, Value::Duration(value)) => Value::Duration(Duration(-value.0)),
        (UnaryOp::Negate, Value::Percent(value)) => Value::Percent(Percent(-value.0)),
        (op, other) => {
            let text = if op == UnaryOp::Not { "not" } else { "-" };
            let message = format!("`{text}` does not work on {}", article(other));
            return Err(Failure::new(codes::WRONG_OPERANDS, message));
        }
    };
    Ok(hide(value, secret))
}
