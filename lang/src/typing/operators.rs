//! What operators do to types. What they do to values is in `eval/operators.rs`, case by case the same.

use infra_model::Type;

use super::relate::{self, assignable, is_secret, join, may_be_null, plain};
use crate::syntax::{BinaryOp, UnaryOp};

/// The type of `left op right`; `None` when the operator does not work on them.
pub fn binary(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    let secret = is_secret(left) || is_secret(right);
    let ty = binary_plain(op, plain(left), plain(right))?;
    Some(if secret && !is_secret(&ty) {
        Type::Secret(Box::new(ty))
    } else {
        ty
    })
}

fn binary_plain(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    use Type::{Any, Bool, Duration, Float, Int, Invalid, Percent, Size};
    if matches!((left, right), (Invalid, _) | (_, Invalid)) {
        return Some(Invalid);
    }
    match op {
        BinaryOp::And | BinaryOp::Or => both(left, right, &Bool).then_some(Bool),
        BinaryOp::Equal | BinaryOp::NotEqual => comparable(left, right).then_some(Bool),
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            ordered(left, right).then_some(Bool)
        }
        BinaryOp::In => contains(left, right).then_some(Bool),
        BinaryOp::Default => Some(match left {
            Type::Null => right.clone(),
            left => join(&relate::without_null(left), right),
        }),
        _ if matches!((left, right), (Any, _) | (_, Any)) => Some(Any),
        BinaryOp::Add => match (left, right) {
            (Type::List(_), Type::List(_)) => Some(join(left, right)),
            (Type::Map(_) | Type::Record(_), Type::Map(_) | Type::Record(_)) => None,
            _ if is_text(left) && is_text(right) => Some(Type::String),
            _ => additive(left, right),
        },
        BinaryOp::Subtract => additive(left, right),
        BinaryOp::Multiply => match (left, right) {
            (Int, Int) => Some(Int),
            (Int | Float, Int | Float) => Some(Float),
            (Size, Int | Float | Percent) | (Int | Float | Percent, Size) => Some(Size),
            (Duration, Int | Float | Percent) | (Int | Float | Percent, Duration) => Some(Duration),
            (Percent, Int | Float) | (Int | Float, Percent) => Some(Float),
            (Percent, Percent) => Some(Percent),
            _ => None,
        },
        BinaryOp::Divide => match (left, right) {
            (Int, Int) => Some(Int),
            (Int | Float, Int | Float)
            | (Size, Size)
            | (Duration, Duration)
            | (Percent, Percent) => Some(Float),
            (Size, Int | Float) => Some(Size),
            (Duration, Int | Float) => Some(Duration),
            (Percent, Int | Float) => Some(Percent),
            _ => None,
        },
        BinaryOp::Remainder => match (left, right) {
            (Int, Int) | (Size, Size) | (Duration, Duration) => Some(left.clone()),
            _ => None,
        },
    }
}

fn additive(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::Int, Type::Int)
        | (Type::Size, Type::Size)
        | (Type::Duration, Type::Duration)
        | (Type::Percent, Type::Percent) => Some(left.clone()),
        (Type::Int | Type::Float, Type::Int | Type::Float) => Some(Type::Float),
        _ => None,
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(plain(ty), Type::String | Type::Enum(_) | Type::Path)
}

fn both(left: &Type, right: &Type, ty: &Type) -> bool {
    assignable(left, ty) && assignable(right, ty)
}

/// Whether comparing for equality can ever be true: `1 == "a"` is a slip, `x == null` asks for absence.
pub fn comparable(left: &Type, right: &Type) -> bool {
    let (left, right) = (plain(left), plain(right));
    match (left, right) {
        (Type::Null, _) | (_, Type::Null) => true,
        (Type::Optional(left), right) => comparable(left, right),
        (left, Type::Optional(right)) => comparable(left, right),
        (Type::Union(parts), other) | (other, Type::Union(parts)) => {
            parts.iter().any(|part| comparable(part, other))
        }
        (Type::Enum(a), Type::Enum(b)) => a.iter().any(|word| b.contains(word)),
        (Type::List(a), Type::List(b)) | (Type::Map(a), Type::Map(b)) => comparable(a, b),
        (left, right) => assignable(left, right) || assignable(right, left),
    }
}

fn ordered(left: &Type, right: &Type) -> bool {
    let (left, right) = (plain(left), plain(right));
    match (left, right) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Int | Type::Float, Type::Int | Type::Float)
        | (Type::Size, Type::Size)
        | (Type::Duration, Type::Duration)
        | (Type::Percent, Type::Percent)
        | (Type::Ip, Type::Ip) => true,
        (left, right) => is_text(left) && is_text(right),
    }
}

/// `x in xs`: an item of a list, a key of a map, a part of a text, an address or range of a range, a port of ports.
fn contains(left: &Type, right: &Type) -> bool {
    match plain(right) {
        Type::Any => true,
        Type::List(item) => comparable(left, item),
        Type::Map(_) | Type::Record(_) => is_text(left) || matches!(left, Type::Any),
        Type::Cidr => matches!(left, Type::Any | Type::Ip | Type::Cidr),
        Type::Port => matches!(left, Type::Any | Type::Port),
        ty if is_text(ty) => is_text(left) || matches!(left, Type::Any),
        _ => false,
    }
}

/// The type of a unary operation; `None` when the operator does not work on it.
pub fn unary(op: UnaryOp, operand: &Type) -> Option<Type> {
    let fits = match op {
        UnaryOp::Not => matches!(plain(operand), Type::Bool | Type::Any | Type::Invalid),
        UnaryOp::Negate => matches!(
            plain(operand),
            Type::Int | Type::Float | Type::Duration | Type::Percent | Type::Any | Type::Invalid
        ),
    };
    (fits && !may_be_null(operand)).then(|| operand.clone())
}
