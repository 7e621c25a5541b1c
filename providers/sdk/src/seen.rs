//! What was read of one resource, built up in the names and types of its schema.

use std::collections::BTreeMap;

use infra_model::{Record, Size, Value};

/// One resource as the cloud describes it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// All tags, ours included.
    pub tags: BTreeMap<String, String>,
    /// Its fields, in the names and types of the schema.
    pub fields: Record,
    /// Its state, in the cloud's word; empty where the provider does not need it.
    pub state: String,
    /// Its place among what one call made, where the cloud tells.
    pub place: Option<usize>,
    /// The same facts in another form, by field: programs may write either.
    pub also: Record,
}

impl Seen {
    /// Starts with the identity and, as the field `tags`, those tags that are the user's.
    pub fn new(
        id: impl Into<String>,
        tags: BTreeMap<String, String>,
        is_reserved: impl Fn(&str) -> bool,
    ) -> Seen {
        let id = id.into();
        let own: Record = tags
            .iter()
            .filter(|(key, _)| !is_reserved(key))
            .map(|(key, value)| (key.clone(), Value::string(value)))
            .collect();
        let seen = Seen {
            id: id.clone(),
            tags,
            fields: Record::from([("tags".to_owned(), Value::Map(own))]),
            state: String::new(),
            place: None,
            also: Record::new(),
        };
        seen.text("id", Some(id))
    }

    /// Sets its place among what one call made.
    #[must_use]
    pub fn at_place(mut self, place: Option<usize>) -> Seen {
        self.place = place;
        self
    }

    /// Sets a field, unless the cloud did not answer it.
    #[must_use]
    pub fn value(mut self, name: &str, value: Option<Value>) -> Seen {
        if let Some(value) = value {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// A string; an empty one is a cloud's way to say "none".
    #[must_use]
    pub fn text(self, name: &str, text: Option<impl Into<String>>) -> Seen {
        let text = text.map(Into::into).filter(|text| !text.is_empty());
        self.value(name, text.map(Value::String))
    }

    /// A boolean.
    #[must_use]
    pub fn flag(self, name: &str, flag: Option<bool>) -> Seen {
        self.value(name, flag.map(Value::Bool))
    }

    /// A whole number.
    #[must_use]
    pub fn int(self, name: &str, number: Option<i32>) -> Seen {
        self.value(name, number.map(|number| Value::Int(number.into())))
    }

    /// A size that the API tells in gibibytes.
    #[must_use]
    pub fn gib(self, name: &str, gib: Option<i32>) -> Seen {
        let size = gib.and_then(|gib| u64::try_from(gib).ok()).map(Size::gib);
        self.value(name, size.map(Value::Size))
    }

    /// A range; a text that is none is left out.
    #[must_use]
    pub fn cidr(self, name: &str, text: Option<&str>) -> Seen {
        self.value(name, text.and_then(cidr))
    }

    /// An address; a text that is none is left out.
    #[must_use]
    pub fn ip(self, name: &str, text: Option<&str>) -> Seen {
        let ip = text.and_then(|text| text.parse().ok());
        self.value(name, ip.map(Value::Ip))
    }

    /// A list of strings.
    #[must_use]
    pub fn texts(self, name: &str, texts: Vec<String>) -> Seen {
        let items = texts.into_iter().map(Value::String).collect();
        self.value(name, Some(Value::List(items)))
    }
}

/// A range as a value.
pub fn cidr(text: &str) -> Option<Value> {
    text.parse().ok().map(Value::Cidr)
}
