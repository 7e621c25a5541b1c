//! Sealing: a record in which every secret is replaced by its keyed fingerprint, so that it may be stored.
//!
//! A fingerprint is the first 128 bits of HMAC-SHA256 under a random key that only the state file holds. It tells
//! whether a secret changed. Whoever has the state file can test guesses against it; whoever has only a plan or a
//! log sees neither key nor fingerprint.

use std::fmt;
use std::ops::Deref;

use hmac::{Hmac, KeyInit, Mac};
use infra_model::{Record, Secret, Value, json};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

use super::form::{ReadRecord, WrittenRecord};

/// The length of a [`SealKey`] in bytes.
pub const KEY_LEN: usize = 32;

/// Characters of a fingerprint: 128 bits in hexadecimal.
const FINGERPRINT_LEN: usize = 32;

/// The random key of one state. It is stored in the state file and shown nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey([u8; KEY_LEN]);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl Serialize for SealKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for SealKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut key = [0; KEY_LEN];
        hex::decode_to_slice(text, &mut key)
            .map_err(|_| serde::de::Error::custom("the key is not 64 hexadecimal digits"))?;
        Ok(SealKey(key))
    }
}

impl SealKey {
    /// `bytes` must come from the operating system's random source.
    pub fn new(bytes: [u8; KEY_LEN]) -> SealKey {
        SealKey(bytes)
    }

    /// Replaces every secret by its fingerprint and every unknown by `null`.
    pub fn seal(&self, record: &Record) -> Sealed {
        Sealed(
            record
                .iter()
                .map(|(name, value)| (name.clone(), self.seal_value(value)))
                .collect(),
        )
    }

    pub(crate) fn seal_value(&self, value: &Value) -> Value {
        match value {
            Value::Secret(secret) => Value::Secret(Secret::new(Value::String(
                self.fingerprint(secret.expose()),
            ))),
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.seal_value(item)).collect())
            }
            Value::Map(map) => Value::Map(self.seal(map).0),
            Value::Unknown(_) => Value::Null,
            other => other.clone(),
        }
    }

    pub(super) fn fingerprint(&self, value: &Value) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(json::to_state(&bare(value)).to_string().as_bytes());
        let mut text = hex::encode(mac.finalize().into_bytes());
        text.truncate(FINGERPRINT_LEN);
        text
    }
}

/// The value with the secrets inside it laid open: they would all look alike to the fingerprint otherwise.
fn bare(value: &Value) -> Value {
    match value {
        Value::Secret(secret) => bare(secret.expose()),
        Value::List(items) => Value::List(items.iter().map(bare).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(name, value)| (name.clone(), bare(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A record that may be stored: each [`Value::Secret`] in it holds a fingerprint instead of the secret.
///
/// Compare it only with another sealed record of the same state; never send it to a cloud.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sealed(Record);

impl Sealed {
    /// A record that is sealed already.
    pub(super) fn of(record: Record) -> Sealed {
        Sealed(record)
    }

    /// The record that says nothing but the id: what is known right after a create call.
    pub fn id_only(id: &str) -> Sealed {
        Sealed(Record::from([("id".to_owned(), Value::string(id))]))
    }

    /// The record without the top-level fields that hold a secret: those cannot be used as values.
    pub fn usable(&self) -> Record {
        self.0
            .iter()
            .filter(|(_, value)| !value.has_secret())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The record itself when no part of it is secret; otherwise the original values are no longer known.
    pub fn complete(&self) -> Option<&Record> {
        (!self.0.values().any(Value::has_secret)).then_some(&self.0)
    }

    /// The fields that hold a secret.
    #[must_use]
    pub fn secrets(&self) -> Sealed {
        let secret = self.0.iter().filter(|(_, value)| value.has_secret());
        Sealed(
            secret
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// The fields that `other` has too.
    #[must_use]
    pub fn only(&self, other: &Record) -> Sealed {
        let shared = self.0.iter().filter(|(name, _)| other.contains_key(*name));
        Sealed(
            shared
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// Adds the fields of `prior` that this one lacks: what the cloud did not answer is taken from state. A field that
    /// has no value needs no answer.
    #[must_use]
    pub fn or_prior(mut self, prior: &Sealed) -> Sealed {
        for (name, value) in &prior.0 {
            if !value.is_null() && !self.0.contains_key(name) {
                self.0.insert(name.clone(), value.clone());
            }
        }
        self
    }
}

impl Deref for Sealed {
    type Target = Record;
    fn deref(&self) -> &Record {
        &self.0
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenRecord(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ReadRecord::deserialize(deserializer).map(|it| Sealed(it.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::{Size, Type, Unknown};

    fn key(byte: u8) -> SealKey {
        SealKey::new([byte; KEY_LEN])
    }

    fn with_secret(text: &str) -> Record {
        Record::from([
            ("size".to_owned(), Value::Size(Size::gib(8))),
            (
                "nested".to_owned(),
                Value::List(vec![Value::Map(Record::from([(
                    "$password".to_owned(),
                    Value::Secret(Secret::new(Value::string(text))),
                )]))]),
            ),
        ])
    }

    #[test]
    fn a_sealed_record_never_holds_the_secret_and_reads_back_exactly() {
        let sealed = key(1).seal(&with_secret("hunter2"));
        let text = serde_json::to_string(&sealed).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("$secret"), "{text}");
        assert_eq!(serde_json::from_str::<Sealed>(&text).unwrap(), sealed);
    }

    #[test]
    fn a_fingerprint_tells_secrets_apart_and_depends_on_the_key() {
        let sealed = key(1).seal(&with_secret("hunter2"));
        assert_eq!(sealed, key(1).seal(&with_secret("hunter2")));
        assert_ne!(sealed, key(1).seal(&with_secret("hunter3")));
        assert_ne!(sealed, key(2).seal(&with_secret("hunter2")));
    }

    #[test]
    fn secrets_inside_a_secret_count_too() {
        let wrap = |text: &str| {
            Record::from([(
                "a".to_owned(),
                Value::Secret(Secret::new(Value::List(vec![Value::Secret(Secret::new(
                    Value::string(text),
                ))]))),
            )])
        };
        assert_ne!(key(1).seal(&wrap("x")), key(1).seal(&wrap("y")));
    }

    #[test]
    fn what_is_secret_is_not_usable_and_makes_the_record_incomplete() {
        let sealed = key(1).seal(&with_secret("hunter2"));
        assert_eq!(sealed.usable().keys().collect::<Vec<_>>(), ["size"]);
        assert_eq!(sealed.complete(), None);
        let open = key(1).seal(&sealed.usable());
        assert_eq!(open.complete(), Some(&sealed.usable()));
    }

    #[test]
    fn an_unknown_has_no_place_in_state() {
        let record = Record::from([(
            "ip".to_owned(),
            Value::from(Unknown {
                ty: Type::Ip,
                from: Default::default(),
                secret: false,
            }),
        )]);
        assert_eq!(key(1).seal(&record)["ip"], Value::Null);
    }

    #[test]
    fn the_key_is_not_shown_by_debug() {
        assert_eq!(format!("{:?}", key(7)), "SealKey(…)");
    }
}
