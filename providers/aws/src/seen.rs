//! What was read of one resource, built up in the names and types of its schema.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Tag;
use infra_model::{Record, Size, Value};

use crate::tags;

/// One resource as the cloud describes it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub id: String,
    /// All tags, ours included.
    pub tags: BTreeMap<String, String>,
    pub fields: Record,
    /// Its place among what one call made, where the cloud tells.
    pub place: Option<usize>,
    /// The same said in another way, by field: programs may write either.
    pub also: Record,
}

impl Seen {
    /// Starts with the identity, the name and the tags that are the user's.
    pub fn new(id: impl Into<String>, tags: Option<Vec<Tag>>) -> Seen {
        let id = id.into();
        let tags: BTreeMap<String, String> = tags
            .unwrap_or_default()
            .into_iter()
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect();
        let own: Record = tags
            .iter()
            .filter(|(key, _)| !tags::is_reserved(key))
            .map(|(key, value)| (key.clone(), Value::string(value)))
            .collect();
        let name = tags.get(tags::NAME).cloned();
        let seen = Seen {
            id: id.clone(),
            tags,
            fields: Record::from([("tags".to_owned(), Value::Map(own))]),
            place: None,
            also: Record::new(),
        };
        seen.text("id", Some(id)).text("name", name)
    }

    pub fn at_place(mut self, place: Option<usize>) -> Seen {
        self.place = place;
        self
    }

    /// Sets a field, unless the cloud did not answer it.
    pub fn value(mut self, name: &str, value: Option<Value>) -> Seen {
        if let Some(value) = value {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// A string; an empty one is AWS's way of saying "none".
    pub fn text(self, name: &str, text: Option<impl Into<String>>) -> Seen {
        let text = text.map(Into::into).filter(|text| !text.is_empty());
        self.value(name, text.map(Value::String))
    }

    pub fn flag(self, name: &str, flag: Option<bool>) -> Seen {
        self.value(name, flag.map(Value::Bool))
    }

    pub fn int(self, name: &str, number: Option<i32>) -> Seen {
        self.value(name, number.map(|number| Value::Int(number.into())))
    }

    pub fn gib(self, name: &str, gib: Option<i32>) -> Seen {
        let size = gib.and_then(|gib| u64::try_from(gib).ok()).map(Size::gib);
        self.value(name, size.map(Value::Size))
    }

    pub fn cidr(self, name: &str, text: Option<&str>) -> Seen {
        self.value(name, text.and_then(cidr))
    }

    pub fn ip(self, name: &str, text: Option<&str>) -> Seen {
        let ip = text.and_then(|text| text.parse().ok());
        self.value(name, ip.map(Value::Ip))
    }

    pub fn texts(self, name: &str, texts: Vec<String>) -> Seen {
        let items = texts.into_iter().map(Value::String).collect();
        self.value(name, Some(Value::List(items)))
    }
}

/// A range as a value.
pub(crate) fn cidr(text: &str) -> Option<Value> {
    text.parse().ok().map(Value::Cidr)
}
