//! What differs between the planned fields of a resource and what the cloud has.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use infra_model::{Change, Instance, Record, Schema, Value};
use infra_sdk::Provider;

use super::FieldChange;
use crate::compare::{Verdict, amount_order, compare, with_refs};
use crate::state::{SealKey, Sealed};

/// The two sides of a comparison.
pub(crate) struct Sides<'a> {
    pub schema: &'a Schema,
    pub provider: &'a dyn Provider,
    /// The key under which state fingerprints secrets.
    pub key: &'a SealKey,
    /// The planned fields, references replaced by ids.
    pub planned: &'a Record,
    /// What the cloud has, completed from state.
    pub attributes: &'a Record,
    /// The attributes as state has them, with the fingerprints of secrets.
    pub stored: &'a Sealed,
    /// The fields as they were last sent to the cloud; secrets are compared with these.
    pub sent: &'a Sealed,
}

/// The authored fields that differ or may differ, by name. Only the fields in `planned` count: what the program
/// leaves to the cloud is not compared. Neither are the fields in `skip`, nor those of `@ignore`.
pub(crate) fn diff(
    sides: &Sides<'_>,
    instance: &Instance,
    skip: &BTreeSet<String>,
) -> Vec<FieldChange> {
    let type_name = &sides.schema.type_name;
    let planned = sides.provider.canonical(type_name, &comparable(sides));
    let mut observed = sides.provider.canonical(type_name, sides.attributes);
    take_fingerprints(sides, &planned, &mut observed);
    let mut changes = Vec::new();
    for (name, value) in &planned {
        let authored = sides.planned.contains_key(name);
        if !authored || skip.contains(name) || instance.lifecycle.ignore.contains(name) {
            continue;
        }
        let field = sides.schema.field(name);
        let unordered = field.is_some_and(|field| field.unordered);
        // A secret of the provider's configuration is compared by its fingerprint when the cloud was not asked.
        let sealed;
        let (value, prior) = match (observed.get(name), sides.stored.get(name)) {
            (None, Some(stored)) if value.has_secret() && value.is_known() => {
                sealed = sides.key.seal_value(value);
                (&sealed, Some(stored))
            }
            (prior, _) => (value, prior),
        };
        let verdict = compare(value, prior.unwrap_or(&Value::Null), unordered);
        if verdict == Verdict::Same {
            continue;
        }
        let (cost, why) = cost_of(sides.schema, name, value, prior);
        changes.push(FieldChange {
            name: name.clone(),
            // What has become secret is not shown as it was before either.
            prior: prior.map(|prior| sides.key.hidden_as(prior.clone(), Some(value))),
            planned: with_refs(value),
            cost,
            why,
            certain: verdict == Verdict::Differs,
            span: instance.field_spans.get(name).copied(),
        });
    }
    changes.shrink_to_fit();
    changes
}

/// The planned fields with known secrets as fingerprints, which is how state has them.
fn comparable(sides: &Sides<'_>) -> Record {
    let mut planned = sides.planned.clone();
    let secrets: Record = sides
        .planned
        .iter()
        .filter(|(_, value)| value.has_secret() && value.is_known())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if !secrets.is_empty() {
        let sealed = sides.key.seal(&secrets);
        for (name, value) in sealed.iter() {
            planned.insert(name.clone(), value.clone());
        }
    }
    planned
}

/// Makes the secret parts of what was observed comparable: where a secret was sent, its fingerprint stands, and where
/// the program has one now, that of what is there. What was sent is in the program's form, as what is planned is, so
/// both are brought into the canonical form alike.
fn take_fingerprints(sides: &Sides<'_>, planned: &Record, observed: &mut Record) {
    let secret = |(name, value): (&String, &Value)| value.has_secret().then(|| name.clone());
    let secrets: Vec<String> = sides.planned.iter().filter_map(secret).collect();
    if secrets.is_empty() {
        return;
    }
    let type_name = &sides.schema.type_name;
    let mut sent = sides.provider.canonical(type_name, sides.sent);
    for name in secrets {
        let unread = sides.schema.field(&name).is_some_and(|field| field.unread);
        let told = observed.remove(&name).filter(|_| !unread);
        let comparable = match (told, sent.remove(&name)) {
            (Some(told), sent) => {
                let told = sides.key.hidden_as(told, planned.get(&name));
                Some(sides.key.seal_as(&told, &sent.unwrap_or(Value::Null)))
            }
            (None, sent) => sent,
        };
        observed.extend(comparable.map(|value| (name, value)));
    }
}

/// What a changed field asks of the cloud, and why that is more than an update in place.
fn cost_of(
    schema: &Schema,
    name: &str,
    planned: &Value,
    prior: Option<&Value>,
) -> (Change, Option<String>) {
    let Some(field) = schema.field(name) else {
        return (Change::Update, None);
    };
    if field.grows && prior.and_then(|prior| amount_order(planned, prior)) == Some(Ordering::Less) {
        let why = format!("`{name}` can grow in place, but not shrink");
        return (Change::Replace, Some(why));
    }
    let why = match field.change {
        Change::Update => None,
        Change::Restart => Some(format!("changing `{name}` needs a restart")),
        Change::Replace => Some(format!(
            "`{name}` of an existing {} cannot be changed",
            schema.type_name
        )),
    };
    (field.change, why)
}
