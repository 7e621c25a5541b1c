//! Values that are written down as they are: defaults of schemas and record types.

use infra_model::{Record, Type, Value};

use super::coerce::{NoFacts, coerce};
use super::relate;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{EntryKey, Expr, ExprKind, StringPart, UnaryOp};

/// The value of a constant expression of type `ty`; bare words stand for words of an enumeration.
pub fn constant(expr: &Expr, ty: &Type) -> Result<Value, Box<Diagnostic>> {
    let value = literal(expr, Some(ty)).ok_or_else(|| {
        Diagnostic::error(
            codes::NOT_CONSTANT,
            expr.span,
            "only a constant can stand here",
        )
        .help("write the value itself: a literal, or a list or record of literals")
    })?;
    coerce(value, ty, &NoFacts).map_err(|mismatch| {
        Diagnostic::error(codes::WRONG_TYPE, expr.span, mismatch.to_string()).into()
    })
}

/// The value of a literal, without a type to bring it to.
pub fn literal(expr: &Expr, ty: Option<&Type>) -> Option<Value> {
    Some(match &expr.kind {
        ExprKind::String(parts) => {
            let mut text = String::new();
            for part in parts {
                match part {
                    StringPart::Text(part) => text.push_str(part),
                    StringPart::Expr(_) => return None,
                }
            }
            Value::String(text)
        }
        ExprKind::List(items) => {
            let ty = match ty.map(relate::plain) {
                Some(Type::List(item)) => Some(&**item),
                _ => None,
            };
            Value::List(
                items
                    .iter()
                    .map(|item| literal(item, ty))
                    .collect::<Option<_>>()?,
            )
        }
        ExprKind::Record(entries) => {
            let mut record = Record::new();
            for entry in entries {
                let key = match &entry.key {
                    EntryKey::Name(name) => name.text.clone(),
                    EntryKey::String(key) => literal(key, None)?.as_str()?.to_owned(),
                };
                let ty = match ty.map(relate::plain) {
                    Some(Type::Map(item)) => Some(&**item),
                    Some(Type::Record(fields)) => fields
                        .iter()
                        .find(|field| field.name == key)
                        .map(|field| &field.ty),
                    _ => None,
                };
                record.insert(key, literal(&entry.value, ty)?);
            }
            Value::Map(record)
        }
        ExprKind::Name(name) if ty.is_some_and(|ty| relate::words(ty).contains(&name.as_str())) => {
            Value::String(name.clone())
        }
        ExprKind::Unary {
            op: UnaryOp::Negate,
            operand,
        } => match literal(operand, None)? {
            Value::Int(value) => Value::Int(value.checked_neg()?),
            Value::Float(value) => Value::Float(-value),
            _ => return None,
        },
        other => scalar(other)?,
    })
}

/// The value of a literal that consists of no other expressions.
pub fn scalar(kind: &ExprKind) -> Option<Value> {
    Some(match kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(value) => Value::Bool(*value),
        ExprKind::Int(value) => Value::Int(*value),
        ExprKind::Float(value) => Value::Float(*value),
        ExprKind::Size(value) => Value::Size(*value),
        ExprKind::Duration(value) => Value::Duration(*value),
        ExprKind::Percent(value) => Value::Percent(*value),
        ExprKind::Cidr(value) => Value::Cidr(*value),
        ExprKind::Ip(value) => Value::Ip(*value),
        ExprKind::Port(value) => Value::Port(*value),
        _ => return None,
    })
}
