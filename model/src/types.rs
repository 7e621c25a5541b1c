//! The types of the language.

use std::fmt;

/// One field of a record type.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordField {
    pub name: String,
    pub ty: Type,
    /// The field may be left out: it has a default or its type is optional.
    pub optional: bool,
    /// The value of a field that was left out.
    pub default: Option<crate::Value>,
    /// What the field means, from its `///` comment; may be empty.
    pub doc: String,
}

/// A type of the language; its `Display` is the syntax the user writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Any value; only the function library and schemas of std use it.
    Any,
    /// The type of `null` alone.
    Null,
    Bool,
    Int,
    Float,
    String,
    Size,
    Duration,
    Percent,
    Cidr,
    Ip,
    Port,
    Path,
    List(Box<Type>),
    /// A map from strings.
    Map(Box<Type>),
    Record(Vec<RecordField>),
    /// One of these words.
    Enum(Vec<String>),
    Union(Vec<Type>),
    /// The type or `null`.
    Optional(Box<Type>),
    Secret(Box<Type>),
    /// A reference to a resource of this dotted type.
    Resource(String),
    /// An instance of the named component.
    Component(String),
    /// The base type with a condition on `it`, kept as the text the user wrote; `infra-lang` evaluates it.
    Refined(Box<Type>, String),
    /// Stands in for the type of something wrong, so that one error does not cause others.
    Invalid,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Type]| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(" | ")?;
                }
                write!(f, "{part}")?;
            }
            Ok(())
        };
        match self {
            Type::Any => f.write_str("any"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Float => f.write_str("float"),
            Type::String => f.write_str("string"),
            Type::Size => f.write_str("size"),
            Type::Duration => f.write_str("duration"),
            Type::Percent => f.write_str("percent"),
            Type::Cidr => f.write_str("cidr"),
            Type::Ip => f.write_str("ip"),
            Type::Port => f.write_str("port"),
            Type::Path => f.write_str("path"),
            Type::List(item) => write!(f, "[{item}]"),
            Type::Map(item) => write!(f, "{{{item}}}"),
            Type::Record(fields) => {
                f.write_str("{ ")?;
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{}: {}", field.name, field.ty)?;
                }
                f.write_str(" }")
            }
            Type::Enum(words) => {
                for (index, word) in words.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" | ")?;
                    }
                    write!(f, "\"{word}\"")?;
                }
                Ok(())
            }
            Type::Union(parts) => joined(f, parts),
            Type::Optional(inner) => match **inner {
                Type::Union(_) | Type::Enum(_) => write!(f, "({inner})?"),
                _ => write!(f, "{inner}?"),
            },
            Type::Secret(inner) => write!(f, "secret {inner}"),
            Type::Resource(name) | Type::Component(name) => f.write_str(name),
            Type::Refined(base, condition) => write!(f, "{base} where {condition}"),
            Type::Invalid => f.write_str("(invalid)"),
        }
    }
}
