//! A value that many look at, with what is worked out about it once.

use std::sync::{Arc, OnceLock};

use infra_model::Value;

use super::index::Index;

/// A value that is used in more than one place, such as that of a `let`.
#[derive(Debug)]
pub struct Shared {
    value: Value,
    facts: OnceLock<Facts>,
    collection: OnceLock<Box<Collection>>,
}

/// What makes going through a list or map again and again cheap.
#[derive(Debug, Default)]
struct Collection {
    index: OnceLock<Index>,
    rows: OnceLock<Box<[Arc<Shared>]>>,
}

/// What can be said of a value after a walk through all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How much memory it takes, and how much work a walk through it is: see [`weight`].
    pub weight: u64,
    /// How deep lists, maps and secrets nest in it.
    pub depth: u32,
    /// Whether no part of it waits for the cloud.
    pub known: bool,
    /// Whether any part of it is secret.
    pub secret: bool,
}

impl From<Value> for Shared {
    fn from(value: Value) -> Shared {
        Shared {
            value,
            facts: OnceLock::new(),
            collection: OnceLock::new(),
        }
    }
}

impl std::ops::Deref for Shared {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

impl Shared {
    pub fn new(value: Value) -> Arc<Shared> {
        Arc::new(value.into())
    }

    pub fn facts(&self) -> Facts {
        *self.facts.get_or_init(|| facts(&self.value))
    }

    /// The value, without a copy where nobody else looks at it.
    pub fn into_value(self: Arc<Self>) -> Value {
        match Arc::try_unwrap(self) {
            Ok(own) => own.value,
            Err(shared) => shared.value.clone(),
        }
    }

    /// Where the items of a list are; what is no list has none.
    pub fn index(&self) -> &Index {
        let collection = self.collection.get_or_init(Box::default);
        let items = self.value.as_list().unwrap_or_default();
        collection.index.get_or_init(|| Index::of(items))
    }

    /// Whether [`Shared::index`] was made already.
    pub fn is_indexed(&self) -> bool {
        let collection = self.collection.get();
        collection.is_some_and(|it| it.index.get().is_some())
    }

    /// The items of a list or the values of a map, each to be looked at by many in its turn.
    pub fn rows(&self) -> &[Arc<Shared>] {
        let collection = self.collection.get_or_init(Box::default);
        collection.rows.get_or_init(|| match &self.value {
            Value::List(items) => items.iter().cloned().map(Shared::new).collect(),
            Value::Map(map) => map.values().cloned().map(Shared::new).collect(),
            _ => Box::default(),
        })
    }

    /// Whether [`Shared::rows`] were made already.
    pub fn has_rows(&self) -> bool {
        let collection = self.collection.get();
        collection.is_some_and(|it| it.rows.get().is_some())
    }
}

/// A value that is looked at and not kept.
#[derive(Clone, Debug)]
pub enum Operand {
    Own(Value),
    Shared(Arc<Shared>),
}

impl std::ops::Deref for Operand {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Operand::Own(value) => value,
            Operand::Shared(value) => value,
        }
    }
}

impl Operand {
    pub fn weight(&self) -> u64 {
        match self {
            Operand::Own(value) => weight(value),
            Operand::Shared(value) => value.facts().weight,
        }
    }

    /// The value, without a copy where nobody else looks at it.
    pub fn into_value(self) -> Value {
        match self {
            Operand::Own(value) => value,
            Operand::Shared(value) => value.into_value(),
        }
    }

    /// To be kept and looked at by many.
    pub fn into_shared(self) -> Arc<Shared> {
        match self {
            Operand::Own(value) => Shared::new(value),
            Operand::Shared(value) => value,
        }
    }
}

/// Bytes of memory that one unit of weight stands for: what a number takes in a list.
const BYTES: u64 = 32;

/// What a list takes beside its items.
const LIST: u64 = 2;

/// What a map takes beside its entries.
const MAP: u64 = 16;

/// What an entry of a map takes beside its key's text and its value.
const ENTRY: u64 = 2;

/// The weight of a text beside its place in a list.
pub fn text_weight(bytes: usize) -> u64 {
    bytes as u64 / BYTES
}

/// About how much memory a value takes, in units of a number in a list; walking through it is as much work.
pub fn weight(value: &Value) -> u64 {
    facts(value).weight
}

fn facts(value: &Value) -> Facts {
    let mut all = Facts {
        weight: 1,
        depth: 0,
        known: true,
        secret: false,
    };
    match value {
        Value::String(text) | Value::Path(text) => all.weight += text_weight(text.len()),
        Value::List(items) => {
            all.weight += LIST;
            items.iter().for_each(|item| all.add(facts(item)));
        }
        Value::Map(map) => {
            all.weight += MAP;
            for (key, value) in map {
                all.weight += ENTRY + text_weight(key.len());
                all.add(facts(value));
            }
        }
        Value::Secret(secret) => {
            all.add(facts(secret.expose()));
            all.secret = true;
        }
        Value::Unknown(unknown) => {
            all.weight += 4 + 2 * unknown.from.len() as u64;
            all.known = false;
            all.secret = unknown.secret;
        }
        _ => {}
    }
    all
}

impl Facts {
    /// Adds what is known of a part.
    fn add(&mut self, part: Facts) {
        self.weight += part.weight;
        self.depth = self.depth.max(part.depth + 1);
        self.known &= part.known;
        self.secret |= part.secret;
    }
}

#[cfg(test)]
mod tests {
    use infra_model::{Record, Secret};

    use super::*;

    #[test]
    fn facts_reach_into_all_parts() {
        let secret = Value::Secret(Secret::new(Value::string("x".repeat(320))));
        let map = Value::Map(Record::from_iter([("a".to_owned(), secret)]));
        let value = Value::List(vec![Value::Int(1), map]);
        assert_eq!(
            facts(&value),
            Facts {
                // The list 3, the number 1, the map 17 with an entry of 2, the secret 1, its text 11.
                weight: 35,
                depth: 3,
                known: true,
                secret: true,
            }
        );
    }
}
