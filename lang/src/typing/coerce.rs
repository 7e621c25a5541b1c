//! A value brought into the form of a type: defaults of records filled in, whole numbers as floats where floats
//! are asked for, text as a path.

use std::sync::Arc;

use infra_model::{Record, Secret, Type, Value};

use super::relate;

/// Why a value is not of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The way into the value: `.disks[0].size`; empty when it is the value itself.
    pub at: String,
    pub kind: MismatchKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MismatchKind {
    /// `expected cidr, found a string`
    Type {
        expected: String,
        found: String,
    },
    /// The condition of a refinement does not hold.
    Condition(String),
    UnknownField(String),
    MissingField(String),
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.at.is_empty() {
            write!(f, "at `{}`: ", self.at.trim_start_matches('.'))?;
        }
        match &self.kind {
            MismatchKind::Type { expected, found } => {
                write!(f, "expected `{expected}`, found {found}")
            }
            MismatchKind::Condition(condition) => {
                write!(f, "the value does not satisfy `{condition}`")
            }
            MismatchKind::UnknownField(name) => write!(f, "there is no field `{name}`"),
            MismatchKind::MissingField(name) => write!(f, "the field `{name}` is missing"),
        }
    }
}

/// Answers what a type alone cannot.
pub trait Facts {
    /// Whether `it` satisfies the condition of a refinement; `None` when that cannot be said yet.
    fn satisfies(&self, condition: &str, it: &Value) -> Option<bool>;

    /// A path of the project, counted from its root, from one as it is written.
    fn path(&self, written: String) -> String;
}

/// Facts for values that only literals go into: conditions are left to the program's evaluation.
pub struct NoFacts;

impl Facts for NoFacts {
    fn satisfies(&self, _: &str, _: &Value) -> Option<bool> {
        None
    }

    fn path(&self, written: String) -> String {
        written
    }
}

/// Brings `value` into the form of `ty`.
pub fn coerce(value: Value, ty: &Type, facts: &dyn Facts) -> Result<Value, Mismatch> {
    match (value, ty) {
        (value, Type::Any | Type::Invalid) => Ok(value),
        (Value::Secret(secret), ty) => {
            let inner = coerce(secret.expose().clone(), ty, facts)?;
            Ok(Value::Secret(Secret::new(inner)))
        }
        (value, Type::Secret(inner)) => match coerce(value, inner, facts)? {
            Value::Unknown(mut unknown) => {
                Arc::make_mut(&mut unknown).secret = true;
                Ok(Value::Unknown(unknown))
            }
            Value::Null => Ok(Value::Null),
            value => Ok(Value::Secret(Secret::new(value))),
        },
        (value, Type::Refined(base, condition)) => {
            let value = coerce(value, base, facts)?;
            match facts.satisfies(condition, &value) {
                Some(false) => Err(here(MismatchKind::Condition(condition.clone()))),
                _ => Ok(value),
            }
        }
        (Value::Null, Type::Optional(_) | Type::Null) => Ok(Value::Null),
        (value, Type::Optional(inner)) => coerce(value, inner, facts),
        (Value::Unknown(unknown), ty) => {
            let found = relate::without_null(&unknown.ty);
            // The id of something yet to be made is known as a reference to it, and is a text all the same.
            let is_id = matches!(found, Type::Resource(_));
            if relate::assignable(&found, ty) || (is_id && relate::assignable(&Type::String, ty)) {
                Ok(Value::Unknown(unknown))
            } else {
                Err(wrong(&Value::Unknown(unknown), ty))
            }
        }
        (value, Type::Union(parts)) => coerce_union(value, parts, ty, facts),
        (Value::List(items), Type::List(item)) => {
            let each = |(index, value)| {
                coerce(value, item, facts).map_err(|error| inside(&format!("[{index}]"), error))
            };
            items
                .into_iter()
                .enumerate()
                .map(each)
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        (Value::Map(map), Type::Map(item)) => {
            let each = |(key, value): (String, Value)| match coerce(value, item, facts) {
                Ok(value) => Ok((key, value)),
                Err(error) => Err(inside(&format!("[\"{key}\"]"), error)),
            };
            map.into_iter()
                .map(each)
                .collect::<Result<_, _>>()
                .map(Value::Map)
        }
        (Value::Map(map), Type::Record(fields)) => coerce_record(map, fields, facts),
        (Value::String(text), Type::Enum(words)) if words.contains(&text) => {
            Ok(Value::String(text))
        }
        (Value::Int(number), Type::Float) => Ok(Value::Float(number as f64)),
        (Value::String(text), Type::Path) => Ok(Value::Path(facts.path(text))),
        (Value::Path(text), Type::String) => Ok(Value::String(text)),
        (value, ty) if has_type(&value, ty) => Ok(value),
        (value, ty) => Err(wrong(&value, ty)),
    }
}

/// How many types a value is held against at most, on each of its parts, to bring it into the form of `ty`.
pub fn alternatives(ty: &Type) -> u64 {
    match ty {
        Type::Union(parts) => parts.iter().map(alternatives).sum::<u64>().max(1),
        Type::List(inner)
        | Type::Map(inner)
        | Type::Optional(inner)
        | Type::Secret(inner)
        | Type::Refined(inner, _) => alternatives(inner),
        Type::Record(fields) => fields
            .iter()
            .map(|field| alternatives(&field.ty))
            .max()
            .unwrap_or(1),
        _ => 1,
    }
}

fn coerce_union(
    value: Value,
    parts: &[Type],
    ty: &Type,
    facts: &dyn Facts,
) -> Result<Value, Mismatch> {
    let mut nearest = None;
    for part in parts {
        match coerce(value.clone(), part, facts) {
            Ok(value) => return Ok(value),
            // An alternative of the same shape explains best what is wrong.
            Err(error) if !error.at.is_empty() => nearest = Some(error),
            Err(_) => {}
        }
    }
    Err(nearest.unwrap_or_else(|| wrong(&value, ty)))
}

fn coerce_record(
    mut map: Record,
    fields: &[infra_model::RecordField],
    facts: &dyn Facts,
) -> Result<Value, Mismatch> {
    let mut record = Record::new();
    for field in fields {
        let value = match map.remove(&field.name) {
            Some(Value::Null) | None if field.default.is_some() => {
                field.default.clone().unwrap_or(Value::Null)
            }
            Some(value) => coerce(value, &field.ty, facts)
                .map_err(|error| inside(&format!(".{}", field.name), error))?,
            None if field.optional => Value::Null,
            None => return Err(here(MismatchKind::MissingField(field.name.clone()))),
        };
        record.insert(field.name.clone(), value);
    }
    match map.into_iter().next() {
        Some((name, _)) => Err(here(MismatchKind::UnknownField(name))),
        None => Ok(Value::Map(record)),
    }
}

fn has_type(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Bool(_), Type::Bool)
        | (Value::Int(_), Type::Int)
        | (Value::Float(_), Type::Float)
        | (Value::String(_), Type::String)
        | (Value::Size(_), Type::Size)
        | (Value::Duration(_), Type::Duration)
        | (Value::Percent(_), Type::Percent)
        | (Value::Cidr(_), Type::Cidr)
        | (Value::Ip(_), Type::Ip)
        | (Value::Port(_), Type::Port)
        | (Value::Path(_), Type::Path)
        // The outputs of a component stand for its instance.
        | (Value::Map(_), Type::Component(_)) => true,
        (Value::Ref(address), Type::Resource(name)) => address.type_name == *name,
        // `id("…")` of something that cannot be looked up; where a text is no id, checking types has said so.
        (Value::String(_), Type::Resource(_)) => true,
        _ => false,
    }
}

/// A kind of value with its article, for messages.
pub fn article(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Ref(address) => format!("a reference to `{}`", address.type_name),
        Value::Unknown(unknown) => format!("`{}`", unknown.ty),
        Value::Int(_) | Value::Ip(_) => format!("an `{}`", value.kind()),
        other => format!("a `{}`", other.kind()),
    }
}

fn wrong(value: &Value, expected: &Type) -> Mismatch {
    here(MismatchKind::Type {
        expected: expected.to_string(),
        found: article(value),
    })
}

fn here(kind: MismatchKind) -> Mismatch {
    Mismatch {
        at: String::new(),
        kind,
    }
}

fn inside(step: &str, error: Mismatch) -> Mismatch {
    Mismatch {
        at: format!("{step}{}", error.at),
        ..error
    }
}

/// The type that a value shows by itself.
pub fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(_) => Type::Float,
        Value::String(_) => Type::String,
        Value::Size(_) => Type::Size,
        Value::Duration(_) => Type::Duration,
        Value::Percent(_) => Type::Percent,
        Value::Cidr(_) => Type::Cidr,
        Value::Ip(_) => Type::Ip,
        Value::Port(_) => Type::Port,
        Value::Path(_) => Type::Path,
        Value::List(_) => Type::List(Box::new(Type::Any)),
        Value::Map(_) => Type::Map(Box::new(Type::Any)),
        Value::Ref(address) => Type::Resource(address.type_name.clone()),
        Value::Secret(secret) => Type::Secret(Box::new(type_of(secret.expose()))),
        Value::Unknown(unknown) => unknown.ty.clone(),
    }
}
