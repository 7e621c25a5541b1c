//! Keeping secret what a cloud tells in the clear: its answers are laid over what is known to be secret, at any depth.
//!
//! Of a field with a secret in it only the secret parts are hidden; the others are compared and stored like any.

use std::collections::BTreeSet;

use infra_model::{Record, Schema, Secret, Type, Value};

use super::{Entry, Event, SealKey, Sealed};
use crate::compare::{Verdict, compare};

/// Hides what is secret by its type.
pub(crate) fn hide_typed(record: &mut Record, schema: &Schema) {
    for field in schema
        .fields
        .iter()
        .filter(|field| mentions_secret(&field.ty))
    {
        if let Some(value) = record.get_mut(&field.name) {
            *value = typed(std::mem::replace(value, Value::Null), &field.ty);
        }
    }
}

fn mentions_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret(_) => true,
        Type::Optional(inner) | Type::Refined(inner, _) | Type::List(inner) | Type::Map(inner) => {
            mentions_secret(inner)
        }
        Type::Record(fields) => fields.iter().any(|field| mentions_secret(&field.ty)),
        _ => false,
    }
}

fn typed(value: Value, ty: &Type) -> Value {
    match (ty, value) {
        (Type::Secret(_), value) => hidden(value),
        (Type::Optional(inner) | Type::Refined(inner, _), value) => typed(value, inner),
        (Type::List(inner), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| typed(item, inner)).collect())
        }
        (Type::Map(inner), Value::Map(map)) => {
            let entries = map.into_iter();
            Value::Map(
                entries
                    .map(|(name, value)| (name, typed(value, inner)))
                    .collect(),
            )
        }
        (Type::Record(fields), Value::Map(mut map)) => {
            for field in fields {
                if let Some(value) = map.get_mut(&field.name) {
                    *value = typed(std::mem::replace(value, Value::Null), &field.ty);
                }
            }
            Value::Map(map)
        }
        (_, value) => value,
    }
}

/// The value as a secret; that there is none is no secret.
fn hidden(value: Value) -> Value {
    match value {
        Value::Null => Value::Null,
        value => Value::Secret(Secret::new(value)),
    }
}

impl SealKey {
    /// Hides what stands where `known` has a secret, and what is one of its secrets wherever it stands.
    pub(crate) fn hide(&self, answered: &mut Record, known: &Sealed) {
        for (name, known) in known.iter().filter(|(_, known)| known.has_secret()) {
            if let Some(value) = answered.get_mut(name) {
                let told = std::mem::replace(value, Value::Null);
                *value = self.hidden_as(told, Some(known));
            }
        }
    }

    /// [`SealKey::hide`] of one value; `known` is sealed.
    pub(crate) fn hidden_as(&self, told: Value, known: Option<&Value>) -> Value {
        let Some(known) = known.filter(|known| known.has_secret()) else {
            return told;
        };
        let mut fingerprints = BTreeSet::new();
        collect(known, &mut fingerprints);
        self.hide_known(self.hide_places(told, known), &fingerprints)
    }

    /// What a cloud tells of a field that was just sent: the secrets in it are those that were sent.
    pub(crate) fn told_of(&self, told: Value, sent: &Value) -> Value {
        match sent.has_secret() {
            true => as_sent(self.hidden_as(told, Some(&self.seal_value(sent))), sent),
            false => told,
        }
    }

    fn hide_places(&self, value: Value, known: &Value) -> Value {
        match (value, known) {
            (value @ Value::Secret(_), _) => value,
            (value, Value::Secret(_)) => hidden(value),
            (value, known) if !known.has_secret() => value,
            (Value::Map(map), Value::Map(known)) => {
                let entries = map.into_iter();
                let hide = |(name, value): (String, Value)| match known.get(&name) {
                    Some(known) => (name, self.hide_places(value, known)),
                    None => (name, value),
                };
                Value::Map(entries.map(hide).collect())
            }
            // A cloud may tell a list in another order, so each item may stand for any.
            (Value::List(items), Value::List(known)) => {
                let hide = |item| {
                    known
                        .iter()
                        .fold(item, |item, known| self.hide_places(item, known))
                };
                Value::List(items.into_iter().map(hide).collect())
            }
            // Told in another shape, it cannot be said which part is the secret.
            (value, _) => hidden(value),
        }
    }

    fn hide_known(&self, value: Value, fingerprints: &BTreeSet<&str>) -> Value {
        match value {
            Value::Secret(_) | Value::Null => value,
            value if fingerprints.contains(self.fingerprint(&value).as_str()) => hidden(value),
            Value::List(items) => {
                let items = items.into_iter();
                Value::List(
                    items
                        .map(|item| self.hide_known(item, fingerprints))
                        .collect(),
                )
            }
            Value::Map(map) => {
                let entries = map.into_iter();
                let hide = |(name, value)| (name, self.hide_known(value, fingerprints));
                Value::Map(entries.map(hide).collect())
            }
            value => value,
        }
    }

    /// Seals a value that was told; where both have a secret, it counts as the one that was `sent`, because clouds
    /// tell secrets in other words, or not at all.
    pub(crate) fn seal_as(&self, told: &Value, sent: &Value) -> Value {
        match (told, sent) {
            (Value::Secret(_), Value::Secret(_)) => sent.clone(),
            (Value::Secret(secret), sent) if secret.expose() == sent => sent.clone(),
            (Value::Map(told), Value::Map(sent)) => {
                let seal = |(name, told): (&String, &Value)| {
                    let sent = sent.get(name).unwrap_or(&Value::Null);
                    (name.clone(), self.seal_as(told, sent))
                };
                Value::Map(told.iter().map(seal).collect())
            }
            (Value::List(told), Value::List(sent)) if told.len() == sent.len() => {
                Value::List(self.seal_items(told, sent))
            }
            (told, _) => self.seal_value(told),
        }
    }

    /// What is surely the same stands for itself; what is left counts as what was sent, in this order.
    fn seal_items(&self, told: &[Value], sent: &[Value]) -> Vec<Value> {
        let mut left: Vec<Option<&Value>> = sent.iter().map(Some).collect();
        let mut take = |fits: &dyn Fn(&Value) -> bool| {
            let place = left.iter().position(|item| item.is_some_and(fits))?;
            left[place].take()
        };
        let sure: Vec<Option<&Value>> = told
            .iter()
            .map(|told| {
                let sealed = self.seal_value(told);
                take(&|sent| *sent == sealed)
            })
            .collect();
        let items = told.iter().zip(sure);
        items
            .map(|(told, sure)| match sure.or_else(|| take(&|_| true)) {
                Some(sent) => self.seal_as(told, sent),
                None => self.seal_value(told),
            })
            .collect()
    }
}

fn as_sent(told: Value, sent: &Value) -> Value {
    match (told, sent) {
        (Value::Secret(_), Value::Secret(_)) => sent.clone(),
        (Value::Map(told), Value::Map(sent)) => {
            let part = |(name, told): (String, Value)| match sent.get(&name) {
                Some(sent) => (name, as_sent(told, sent)),
                None => (name, told),
            };
            Value::Map(told.into_iter().map(part).collect())
        }
        (Value::List(told), Value::List(sent)) => {
            let item = |(at, told): (usize, Value)| {
                let mut sure = sent.iter();
                let sure = sure.find(|sent| compare(sent, &told, false) == Verdict::Same);
                match sure.or_else(|| sent.get(at)) {
                    Some(sent) => as_sent(told, sent),
                    None => told,
                }
            };
            Value::List(told.into_iter().enumerate().map(item).collect())
        }
        (told, _) => told,
    }
}

fn collect<'a>(sealed: &'a Value, fingerprints: &mut BTreeSet<&'a str>) {
    match sealed {
        Value::Secret(fingerprint) => fingerprints.extend(fingerprint.expose().as_str()),
        Value::List(items) => items.iter().for_each(|item| collect(item, fingerprints)),
        Value::Map(map) => map.values().for_each(|value| collect(value, fingerprints)),
        _ => {}
    }
}

/// The value without its secrets, so that two can be compared, and shown, by the rest.
pub fn veil(value: &Value) -> Value {
    match value {
        Value::Secret(_) => Value::Secret(Secret::new(Value::string("(secret)"))),
        Value::List(items) => Value::List(items.iter().map(veil).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(name, value)| (name.clone(), veil(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

impl Entry {
    /// The attributes to store for what a cloud told of this resource: what it did not tell is as before, and so is
    /// what the program had set and is secret.
    pub(crate) fn attributes_told(&self, key: &SealKey, mut told: Record) -> Sealed {
        key.hide(&mut told, &self.draft.authored);
        key.hide(&mut told, &self.attributes);
        let authored = &self.draft.authored;
        let seal = |(name, told): (&String, &Value)| {
            let sent = self
                .attributes
                .get(name)
                .filter(|_| authored.contains_key(name));
            let sealed = match sent {
                Some(sent) => key.seal_as(told, sent),
                None => key.seal_value(told),
            };
            (name.clone(), sealed)
        };
        Sealed::of(told.iter().map(seal).collect()).or_prior(&self.attributes)
    }

    /// The event that stores what a cloud told of this resource, where that is news.
    pub(crate) fn refreshed(&self, key: &SealKey, told: Record) -> Option<Event> {
        let attributes = self.attributes_told(key, told);
        (attributes != self.attributes).then(|| Event::Refreshed {
            of: self.of.clone(),
            attributes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SealKey {
        SealKey::new([3; super::super::seal::KEY_LEN])
    }

    fn secret(text: &str) -> Value {
        Value::Secret(Secret::new(Value::string(text)))
    }

    fn map(entries: &[(&str, Value)]) -> Value {
        let entries = entries.iter().cloned();
        Value::Map(
            entries
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    fn list(items: &[Value]) -> Value {
        Value::List(items.to_vec())
    }

    /// What becomes of `told` in a field that was sent as `sent`, as it is stored.
    fn stored(sent: &Value, told: &Value) -> (Value, Value) {
        let field = |value: &Value| Record::from([("field".to_owned(), value.clone())]);
        let sealed = key().seal(&field(sent));
        let mut answered = field(told);
        key().hide(&mut answered, &sealed);
        (
            key().seal_as(&answered["field"], &sealed["field"]),
            sealed["field"].clone(),
        )
    }

    #[test]
    fn an_entry_that_is_no_secret_is_seen_beside_one_that_is() {
        let sent = map(&[("a", secret("hunter2")), ("b", Value::Int(1))]);
        let told = |b: i64| map(&[("a", Value::string("hunter2")), ("b", Value::Int(b))]);
        let (same, was) = stored(&sent, &told(1));
        assert_eq!(same, was);
        let (other, was) = stored(&sent, &told(2));
        assert_ne!(veil(&other), veil(&was));
        let Value::Map(other) = other else { panic!() };
        assert_eq!(other["b"], Value::Int(2));
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands_at_any_depth() {
        let sent = map(&[(
            "rules",
            list(&[map(&[(
                "words",
                list(&[secret("hunter2"), Value::string("plain")]),
            )])]),
        )]);
        let shapes = [
            map(&[(
                "rules",
                list(&[map(&[("words", list(&[Value::string("hunter2")]))])]),
            )]),
            map(&[("elsewhere", Value::string("hunter2"))]),
            map(&[("rules", map(&[("hunter", Value::string("hunter2"))]))]),
            list(&[Value::string("hunter2")]),
            Value::string("it is hunter2"),
        ];
        for told in shapes {
            let (stored, _) = stored(&sent, &told);
            let mut record = Record::new();
            record.insert("field".to_owned(), stored);
            let text = serde_json::to_string(&Sealed::of(record)).unwrap();
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn items_that_come_in_another_order_are_the_same_items() {
        let item = |word: Value, size: i64| map(&[("word", word), ("size", Value::Int(size))]);
        let sent = list(&[
            item(secret("one"), 1),
            item(secret("two"), 2),
            item(Value::string("x"), 3),
        ]);
        let told = list(&[
            item(Value::string("x"), 3),
            item(Value::string("two"), 2),
            item(Value::string("one"), 1),
        ]);
        let (Value::List(stored), Value::List(mut was)) = stored(&sent, &told) else {
            panic!()
        };
        was.reverse();
        assert_eq!(stored, was);
    }

    #[test]
    fn what_a_cloud_tells_in_other_words_counts_as_what_was_sent() {
        let (stored, was) = stored(&secret("hunter2"), &Value::string("*****"));
        assert_eq!(stored, was);
    }
}
