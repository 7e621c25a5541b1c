//! Reading planned fields: the one place where secrets are opened, on their way to the cloud.

use std::collections::BTreeMap;

use crate::{Failure, FailureKind};
use infra_model::{Record, Size, Value};

/// A view on a record that answers in the terms of the API.
#[derive(Clone, Copy)]
pub struct Fields<'a>(
    /// The planned fields, or those of the last reading.
    pub &'a Record,
);

impl<'a> Fields<'a> {
    /// The id of what a cloud knows by its name, as a record of that alone.
    pub fn id_by_name(self) -> Record {
        let name = self.get("name").filter(|name| name.is_known());
        name.map(|name| ("id".to_owned(), name.clone()))
            .into_iter()
            .collect()
    }

    /// The value, a secret opened; `None` when it is not set.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        let mut value = self.0.get(name)?;
        if let Value::Secret(secret) = value {
            value = secret.expose();
        }
        (!value.is_null()).then_some(value)
    }

    /// A string, id, range or address as text.
    pub fn text(self, name: &str) -> Option<String> {
        text_of(self.get(name)?)
    }

    /// The text of a field that the schema demands.
    ///
    /// # Errors
    /// `Invalid` when it is missing or not known.
    pub fn must(self, name: &str) -> Result<String, Failure> {
        self.text(name).ok_or_else(|| {
            let message = format!("the field `{name}` is missing or not known yet");
            Failure::new(FailureKind::Invalid, message)
        })
    }

    /// A boolean.
    pub fn flag(self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A whole number that the API can express.
    pub fn int(self, name: &str) -> Option<i32> {
        self.get(name)?.as_int()?.try_into().ok()
    }

    /// A size.
    pub fn size(self, name: &str) -> Option<Size> {
        self.get(name)?.as_size()
    }

    /// A size in gibibytes, the API's unit; validation has refused what is not whole.
    pub fn gib(self, name: &str) -> Option<i32> {
        self.size(name)?.as_whole_gib()?.try_into().ok()
    }

    /// The items of a list; none when it is not set.
    pub fn list(self, name: &str) -> &'a [Value] {
        self.get(name).and_then(Value::as_list).unwrap_or_default()
    }

    /// Whether a list is given, and has no items: not even some that are not known yet.
    pub fn is_empty_list(self, name: &str) -> bool {
        let list = self.get(name).and_then(Value::as_list);
        list.is_some_and(<[Value]>::is_empty)
    }

    /// A list of strings or ids.
    pub fn texts(self, name: &str) -> Vec<String> {
        self.list(name).iter().filter_map(text_of).collect()
    }

    /// The field `tags`.
    pub fn tags(self) -> BTreeMap<String, String> {
        self.get("tags")
            .and_then(Value::as_map)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), text_of(value)?)))
            .collect()
    }
}

/// The text of a value as the API takes it.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Secret(secret) => text_of(secret.expose()),
        Value::String(text) | Value::Path(text) => Some(text.clone()),
        Value::Cidr(net) => Some(net.trunc().to_string()),
        Value::Ip(ip) => Some(ip.to_string()),
        _ => None,
    }
}
