//! Sealed values in the JSON of state files, written and read without a tree in between.
//!
//! The form is that of [`json::to_state`], except that a secret is written with its fingerprint.

use std::fmt;

use infra_model::{Record, RecordBuilder, Secret, Value, json};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

const SECRET: &str = "$secret";
const MAP: &str = "$map";

/// A sealed record as it is written.
pub(super) struct WrittenRecord<'a>(pub &'a Record);

/// A sealed value as it is written.
struct WrittenValue<'a>(&'a Value);

impl Serialize for WrittenRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(name, value)| (name, WrittenValue(value))),
        )
    }
}

impl Serialize for WrittenValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) => serializer.serialize_str(text),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::List(items) => serializer.collect_seq(items.iter().map(WrittenValue)),
            Value::Map(map) if map.keys().any(|name| name.starts_with('$')) => {
                tagged(serializer, MAP, &WrittenRecord(map))
            }
            Value::Map(map) => WrittenRecord(map).serialize(serializer),
            Value::Secret(secret) => tagged(serializer, SECRET, &secret.expose().as_str()),
            leaf => json::to_state(leaf).serialize(serializer),
        }
    }
}

/// An object of one key, which tells the type of its value.
fn tagged<S: Serializer>(
    serializer: S,
    tag: &str,
    inner: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(tag, inner)?;
    map.end()
}

/// A sealed record as it is read.
pub(super) struct ReadRecord(pub Record);

/// A sealed value as it is read.
struct ReadValue(Value);

impl<'de> Deserialize<'de> for ReadRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor).map(ReadRecord)
    }
}

impl<'de> Deserialize<'de> for ReadValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(ReadValue)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of values")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Record, A::Error> {
        rest_of(map, RecordBuilder::default())
    }
}

/// Reads the remaining entries.
fn rest_of<'de, A: MapAccess<'de>>(
    mut map: A,
    mut record: RecordBuilder,
) -> Result<Record, A::Error> {
    while let Some((name, ReadValue(value))) = map.next_entry()? {
        record.insert(name, value);
    }
    Ok(record.build())
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the form that state keeps")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value)
            .map(Value::Int)
            .map_err(|_| E::custom(format!("{value} is too large for a number of the language")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(ReadValue(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut record = RecordBuilder::default();
        let Some(first) = map.next_key::<String>()? else {
            return Ok(Value::Map(record.build()));
        };
        if !first.starts_with('$') {
            let ReadValue(value) = map.next_value()?;
            record.insert(first, value);
            return rest_of(map, record).map(Value::Map);
        }
        let inner: Json = map.next_value()?;
        let Some(next) = map.next_key::<String>()? else {
            return untagged(&first, inner)
                .ok_or_else(|| A::Error::custom(format!("`{first}` does not hold what it names")));
        };
        // A tag stands alone: among several keys none is one.
        let ReadValue(value) = ReadValue::deserialize(inner).map_err(A::Error::custom)?;
        record.insert(first, value);
        let ReadValue(value) = map.next_value()?;
        record.insert(next, value);
        rest_of(map, record).map(Value::Map)
    }
}

/// What an object of one key stands for.
fn untagged(tag: &str, inner: Json) -> Option<Value> {
    match tag {
        SECRET => Some(Value::Secret(Secret::new(Value::string(inner.as_str()?)))),
        MAP => Some(Value::Map(ReadRecord::deserialize(inner).ok()?.0)),
        _ => json::from_state(&Json::Object(
            [(tag.to_owned(), inner)].into_iter().collect(),
        )),
    }
}
