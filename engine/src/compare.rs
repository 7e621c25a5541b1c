//! Comparing what is planned with what is there.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{Address, Record, Type, Unknown, Value, json};

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Same,
    /// It depends on what becomes known while applying.
    Open,
    Differs,
}

/// Compares a planned value with an observed one. In an unordered list only the items count, not their places.
///
/// The id of a resource that is yet to be made ([`new_id`]) differs from everything.
pub fn compare(planned: &Value, observed: &Value, unordered: bool) -> Verdict {
    match (planned, observed) {
        (Value::Unknown(unknown), _) if is_new_id(unknown) => Verdict::Differs,
        (Value::Unknown(_), _) => Verdict::Open,
        (Value::Secret(secret), other) => {
            let other = match other {
                Value::Secret(other) => other.expose(),
                other => other,
            };
            compare(secret.expose(), other, unordered)
        }
        (Value::List(planned), Value::List(observed)) if unordered => {
            compare_sets(planned, observed)
        }
        (Value::List(planned), Value::List(observed)) => {
            if planned.len() != observed.len() {
                return Verdict::Differs;
            }
            let items = planned.iter().zip(observed);
            worst(items.map(|(planned, observed)| compare(planned, observed, false)))
        }
        (Value::Map(planned), Value::Map(observed)) => compare_maps(planned, observed),
        (Value::String(_) | Value::Path(_), Value::String(_) | Value::Path(_)) => {
            same_if(planned.as_str() == observed.as_str())
        }
        (planned, observed) => same_if(planned == observed),
    }
}

fn same_if(same: bool) -> Verdict {
    if same {
        Verdict::Same
    } else {
        Verdict::Differs
    }
}

fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.max().unwrap_or(Verdict::Same)
}

/// A field of a record that has no value is the same as one that is `null`.
fn compare_maps(planned: &Record, observed: &Record) -> Verdict {
    let names: BTreeSet<&String> = planned.keys().chain(observed.keys()).collect();
    worst(names.into_iter().map(|name| {
        let value = |record: &Record| record.get(name).cloned().unwrap_or(Value::Null);
        match (planned.get(name), observed.get(name)) {
            (Some(planned), Some(observed)) => compare(planned, observed, false),
            _ => compare(&value(planned), &value(observed), false),
        }
    }))
}

/// Known items are matched by their exact form; what is left on both sides decides.
fn compare_sets(planned: &[Value], observed: &[Value]) -> Verdict {
    if planned.len() != observed.len() {
        return Verdict::Differs;
    }
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for item in observed {
        *left.entry(set_key(item)).or_default() += 1;
    }
    let mut verdict = Verdict::Same;
    for item in planned {
        if item.is_known() {
            match left.get_mut(&set_key(item)) {
                Some(count) if *count > 0 => *count -= 1,
                _ => return Verdict::Differs,
            }
        } else {
            verdict = verdict.max(if holds_new_id(item) {
                Verdict::Differs
            } else {
                Verdict::Open
            });
        }
    }
    verdict
}

/// The exact form of an item, secrets opened: it never leaves this file.
fn set_key(item: &Value) -> String {
    json::to_state(&opened(item)).to_string()
}

/// The value with `null` fields left out, paths as strings and secrets opened, so that equal items have one form.
fn opened(value: &Value) -> Value {
    match value {
        Value::Secret(secret) => opened(secret.expose()),
        Value::Path(text) => Value::String(text.clone()),
        Value::List(items) => Value::List(items.iter().map(opened).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.clone(), opened(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The id of a resource that is yet to be made.
pub fn new_id(address: &Address) -> Value {
    Value::from(Unknown {
        ty: Type::Resource(address.type_name.clone()),
        from: BTreeSet::from([address.clone()]),
        secret: false,
    })
}

/// Whether an unknown is what [`new_id`] makes.
pub(crate) fn is_new_id(unknown: &Unknown) -> bool {
    match (&unknown.ty, unknown.from.first()) {
        (Type::Resource(name), Some(only)) => unknown.from.len() == 1 && *name == only.type_name,
        _ => false,
    }
}

fn holds_new_id(value: &Value) -> bool {
    match value {
        Value::Unknown(unknown) => is_new_id(unknown),
        Value::List(items) => items.iter().any(holds_new_id),
        Value::Map(map) => map.values().any(holds_new_id),
        Value::Secret(secret) => holds_new_id(secret.expose()),
        _ => false,
    }
}

/// Replaces references by ids; what has none yet becomes [`new_id`].
pub fn with_ids(value: &Value, id_of: &dyn Fn(&Address) -> Option<String>) -> Value {
    match value {
        Value::Ref(address) => match id_of(address) {
            Some(id) => Value::String(id),
            None => new_id(address),
        },
        Value::List(items) => Value::List(items.iter().map(|item| with_ids(item, id_of)).collect()),
        Value::Map(map) => Value::Map(record_with_ids(map, id_of)),
        Value::Secret(secret) => {
            Value::Secret(infra_model::Secret::new(with_ids(secret.expose(), id_of)))
        }
        other => other.clone(),
    }
}

/// [`with_ids`] of every field.
pub fn record_with_ids(record: &Record, id_of: &dyn Fn(&Address) -> Option<String>) -> Record {
    record
        .iter()
        .map(|(name, value)| (name.clone(), with_ids(value, id_of)))
        .collect()
}

/// For people: ids that are yet to be made are shown as the reference they stand for.
pub fn with_refs(value: &Value) -> Value {
    match value {
        Value::Unknown(unknown) if is_new_id(unknown) => match unknown.from.first() {
            Some(address) => Value::Ref(address.clone()),
            None => value.clone(),
        },
        Value::List(items) => Value::List(items.iter().map(with_refs).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(name, value)| (name.clone(), with_refs(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// Whether the id stands somewhere in the value.
pub fn holds(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::List(items) => items.iter().any(|item| holds(item, id)),
        Value::Map(map) => map.values().any(|value| holds(value, id)),
        _ => false,
    }
}

/// How two amounts compare; `None` when they are not amounts of one kind.
pub fn amount_order(planned: &Value, observed: &Value) -> Option<std::cmp::Ordering> {
    match (planned, observed) {
        (Value::Size(planned), Value::Size(observed)) => Some(planned.cmp(observed)),
        (Value::Int(planned), Value::Int(observed)) => Some(planned.cmp(observed)),
        (Value::Duration(planned), Value::Duration(observed)) => Some(planned.cmp(observed)),
        (Value::Float(planned), Value::Float(observed)) => planned.partial_cmp(observed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::Secret;

    fn list(items: &[i64]) -> Value {
        Value::List(items.iter().map(|n| Value::Int(*n)).collect())
    }

    fn open() -> Value {
        Value::from(Unknown {
            ty: Type::Int,
            from: BTreeSet::from([Address::root("a.b", "c")]),
            secret: false,
        })
    }

    #[test]
    fn an_unordered_list_is_a_bag() {
        assert_eq!(
            compare(&list(&[1, 2, 2]), &list(&[2, 1, 2]), true),
            Verdict::Same
        );
        assert_eq!(
            compare(&list(&[1, 2, 2]), &list(&[1, 1, 2]), true),
            Verdict::Differs
        );
        assert_eq!(
            compare(&list(&[1, 2]), &list(&[2, 1]), false),
            Verdict::Differs
        );
    }

    #[test]
    fn an_unknown_leaves_it_open_unless_something_known_differs() {
        let planned = Value::List(vec![Value::Int(1), open()]);
        assert_eq!(compare(&planned, &list(&[1, 2]), false), Verdict::Open);
        assert_eq!(compare(&planned, &list(&[2, 1]), true), Verdict::Open);
        assert_eq!(compare(&planned, &list(&[3, 2]), false), Verdict::Differs);
        assert_eq!(compare(&planned, &list(&[3, 2]), true), Verdict::Differs);
        assert_eq!(compare(&planned, &list(&[1]), true), Verdict::Differs);
    }

    #[test]
    fn the_id_of_what_is_yet_to_be_made_differs_from_everything() {
        let planned = new_id(&Address::root("aws.vpc", "desk"));
        assert_eq!(
            compare(&planned, &Value::string("vpc-1"), false),
            Verdict::Differs
        );
        let group = Value::List(vec![planned.clone()]);
        let seen = Value::List(vec![Value::string("vpc-1")]);
        assert_eq!(compare(&group, &seen, true), Verdict::Differs);
        assert_eq!(
            with_refs(&planned),
            Value::Ref(Address::root("aws.vpc", "desk"))
        );
    }

    #[test]
    fn a_missing_field_of_a_record_is_null_and_secrets_compare_inside() {
        let planned = Value::Map(Record::from([
            ("note".to_owned(), Value::Null),
            ("key".to_owned(), Value::Secret(Secret::new(Value::Int(1)))),
        ]));
        let observed = Value::Map(Record::from([("key".to_owned(), Value::Int(1))]));
        assert_eq!(compare(&planned, &observed, false), Verdict::Same);
        let bags = |value: &Value| Value::List(vec![value.clone()]);
        assert_eq!(
            compare(&bags(&planned), &bags(&observed), true),
            Verdict::Same
        );
    }
}
