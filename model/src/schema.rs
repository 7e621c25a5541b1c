//! What a resource type is: the fields a program may set, those the cloud decides, and what a change costs.
//!
//! Schemas are written in the language (`resource aws.volume { … }` in `stdlib/`), read by `infra-lang` and
//! used by the engine and the providers.

use crate::{Duration, Exclusive, Record, Span, Type, Value};

/// Whether the type is managed or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaKind {
    Resource,
    Lookup,
}

/// What a changed field asks of the cloud. Ordered by cost: the dearest change of a resource decides its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Changed in place.
    Update,
    /// Changed in place, but the machine stops and starts (`@restart`).
    Restart,
    /// The resource is replaced (`@replace`).
    Replace,
}

/// What a flag of a resource makes the cloud refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forbids {
    Delete,
    /// Stopping it, and with that every change that stops and starts it.
    Stop,
}

/// One field of a resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSchema {
    pub name: String,
    pub doc: String,
    pub ty: Type,
    /// Used when the program does not set the field; it then counts as authored.
    pub default: Option<Value>,
    /// Only the cloud decides it (`@computed`): a program may read it but not set it.
    pub computed: bool,
    pub change: Change,
    /// The order of the list does not matter (`@unordered`).
    pub unordered: bool,
    /// May be set after creation (`@late`), so that resources can refer to each other in a cycle.
    pub late: bool,
    /// Cannot be read back cheaply (`@unread`): compared with what state remembers.
    pub unread: bool,
    /// Larger is an update, smaller replaces the resource (`@grows`).
    pub grows: bool,
    /// The cloud has a "none" for it (`@clears`): `null` takes the value away, and so does leaving the field out after
    /// the program had set it. Other fields that are left out keep what the cloud has.
    pub clears: bool,
    /// What it refers to cannot be deleted as long as it does (`@holds`); without a value it lets go.
    pub holds: bool,
    /// The cloud takes what it names from another resource and gives it to this one in a single call (`@moves`).
    pub moves: bool,
    /// What the cloud refuses as long as the field is `true` (`@forbids(delete)`).
    pub forbids: Option<Forbids>,
    /// The types whose steps change it on the resources that they refer to (`@changed_by("aws.elastic_ip")`): it is read
    /// again after such a step, and what depends on it waits for that.
    pub changed_by: Vec<String>,
    pub span: Span,
}

impl FieldSchema {
    /// Whether a program must set the field.
    pub fn required(&self) -> bool {
        !self.computed && self.default.is_none() && !matches!(self.ty, Type::Optional(_))
    }
}

/// A resource or lookup type.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    pub type_name: String,
    pub kind: SchemaKind,
    pub doc: String,
    /// In declaration order.
    pub fields: Vec<FieldSchema>,
    /// What is lost when the resource goes (`@data("the volume's contents")`); `None` when it holds no data.
    pub data: Option<String>,
    /// The exception to `data`: with this word in this field the resource holds nothing that could be lost
    /// (`@data("…", unless = format == "swap")`).
    pub data_unless: Option<(String, String)>,
    /// A replacement is created before the old one goes (`@create_first`).
    pub create_first: bool,
    /// How long create, update and delete may each take (`@timeout(create = 10m)`), by verb.
    pub timeout_create: Option<Duration>,
    pub timeout_update: Option<Duration>,
    pub timeout_delete: Option<Duration>,
    /// What one resource at a time can hold (`@once`, `@unique`, `@disjoint`).
    pub exclusive: Vec<Exclusive>,
    pub span: Span,
}

impl Schema {
    /// What is lost when a resource with these fields goes; `None` when nothing is.
    pub fn data_in(&self, fields: &Record) -> Option<&str> {
        let exempt = self
            .data_unless
            .as_ref()
            .is_some_and(|(field, word)| fields.get(field).and_then(Value::as_str) == Some(word));
        self.data.as_deref().filter(|_| !exempt)
    }

    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The provider's name: the first part of the type.
    pub fn provider(&self) -> &str {
        self.type_name.split('.').next().unwrap_or_default()
    }
}
