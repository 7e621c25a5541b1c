//! Values: what expressions evaluate to, what the cloud answers, what state keeps.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::{Address, Duration, Percent, PortRange, Record, Secret, Size, Type};

/// A value that the cloud decides and that is not known yet. It carries its type and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    pub ty: Type,
    /// The instances whose attributes it waits for.
    pub from: BTreeSet<Address>,
    /// Something secret went into it.
    pub secret: bool,
}

/// A value of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    Size(Size),
    Duration(Duration),
    Percent(Percent),
    Cidr(IpNet),
    Ip(IpAddr),
    Port(PortRange),
    /// A file inside the project, relative to its root.
    Path(String),
    List(Vec<Value>),
    /// A record or a map.
    Map(Record),
    /// A resource or lookup instance as a whole; sent to a cloud it stands for the instance's `id`.
    Ref(Address),
    Secret(Secret),
    Unknown(Arc<Unknown>),
}

impl From<Unknown> for Value {
    fn from(unknown: Unknown) -> Value {
        Value::Unknown(Arc::new(unknown))
    }
}

impl Value {
    pub fn string(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }

    /// The text of a string, path or enumeration word.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) | Value::Path(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_size(&self) -> Option<Size> {
        match self {
            Value::Size(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Record> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether no part of the value waits for the cloud. A [`Value::Ref`] counts as known here.
    pub fn is_known(&self) -> bool {
        match self {
            Value::Unknown(_) => false,
            Value::List(items) => items.iter().all(Value::is_known),
            Value::Map(map) => map.values().all(Value::is_known),
            Value::Secret(secret) => secret.expose().is_known(),
            _ => true,
        }
    }

    /// Whether any part of the value is secret.
    pub fn has_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::Unknown(unknown) => unknown.secret,
            Value::List(items) => items.iter().any(Value::has_secret),
            Value::Map(map) => map.values().any(Value::has_secret),
            _ => false,
        }
    }

    /// Calls `visit` with every instance that the value mentions, through references and unknowns.
    pub fn for_each_address(&self, visit: &mut dyn FnMut(&Address)) {
        match self {
            Value::Ref(address) => visit(address),
            Value::Unknown(unknown) => unknown.from.iter().for_each(visit),
            Value::List(items) => items.iter().for_each(|item| item.for_each_address(visit)),
            Value::Map(map) => map.values().for_each(|value| value.for_each_address(visit)),
            Value::Secret(secret) => secret.expose().for_each_address(visit),
            _ => {}
        }
    }

    /// The word for the kind of value, as types are written.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::String(_) => "string",
            Value::Size(_) => "size",
            Value::Duration(_) => "duration",
            Value::Percent(_) => "percent",
            Value::Cidr(_) => "cidr",
            Value::Ip(_) => "ip",
            Value::Port(_) => "port",
            Value::Path(_) => "path",
            Value::List(_) => "list",
            Value::Map(_) => "record",
            Value::Ref(_) => "reference",
            Value::Secret(_) => "secret",
            Value::Unknown(_) => "unknown",
        }
    }
}

/// The value as the language writes it; secrets show as `(secret)`, unknowns as `(known after apply)`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::String(text) | Value::Path(text) => write_quoted(f, text),
            Value::Size(value) => write!(f, "{value}"),
            Value::Duration(value) => write!(f, "{value}"),
            Value::Percent(value) => write!(f, "{value}"),
            Value::Cidr(value) => write!(f, "{value}"),
            Value::Ip(value) => write!(f, "{value}"),
            Value::Port(value) => write!(f, "{value}"),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Value::Map(map) if map.is_empty() => f.write_str("{}"),
            Value::Map(map) => {
                f.write_str("{ ")?;
                for (index, (name, value)) in map.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    if is_name(name) {
                        f.write_str(name)?;
                    } else {
                        write_quoted(f, name)?;
                    }
                    write!(f, " = {value}")?;
                }
                f.write_str(" }")
            }
            Value::Ref(address) => write!(f, "{address}"),
            Value::Secret(_) => f.write_str("(secret)"),
            Value::Unknown(unknown) if unknown.secret => f.write_str("(secret)"),
            Value::Unknown(_) => f.write_str("(known after apply)"),
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// Writes a string literal; control characters are escaped so that text from a cloud cannot drive a terminal.
fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if c.is_control() => write!(f, "\\u{{{:x}}}", c as u32)?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let value = Value::Map(Record::from([
            ("name".to_owned(), Value::string("db")),
            (
                "password".to_owned(),
                Value::Secret(Secret::new(Value::string("hunter2"))),
            ),
        ]));
        assert_eq!(value.to_string(), r#"{ name = "db", password = (secret) }"#);
        assert!(!format!("{value:?}").contains("hunter2"));
        assert!(value.has_secret());
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(
            Value::string("a\u{1b}[31m\"b\n").to_string(),
            r#""a\u{1b}[31m\"b\n""#
        );
    }

    #[test]
    fn knownness_and_addresses_reach_into_lists_and_maps() {
        let address = Address::root("aws.vpc", "desk");
        let unknown = Value::from(Unknown {
            ty: Type::String,
            from: [address.clone()].into(),
            secret: false,
        });
        let value = Value::List(vec![
            Value::Int(1),
            Value::Map(Record::from([("a".to_owned(), unknown)])),
        ]);
        assert!(!value.is_known());
        let mut seen = Vec::new();
        value.for_each_address(&mut |address| seen.push(address.clone()));
        assert_eq!(seen, [address]);
    }
}
