//! Asking the clouds what is there: one order per provider and type, all at once.

use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::Arc;

use futures::future::try_join_all;
use infra_model::desired::Import;
use infra_model::{Address, FastMap, Instance, Record, Schema, Value};
use infra_sdk::{Observed, Provider, Target};

use super::{DriftedField, PlanError};
use crate::compare::{Verdict, compare};
use crate::providers::{Providers, SchemaSource, calls_since};
use crate::state::hide::{hide_typed, veil};
use crate::state::{self, Incarnation, SealKey, State, Status};

/// What the clouds answered. The default is for a plan that asks nothing: what state remembers is believed.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    pub(super) seen: FastMap<Incarnation, Seen>,
    /// What `import` declarations name and state does not have yet.
    pub(super) imported: FastMap<Address, Seen>,
    /// API calls made, by `provider/Action`.
    pub calls: BTreeMap<String, u64>,
}

/// One resource as the cloud answered, completed from state.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    Present {
        /// What the cloud answered, secrets among it as such; fields it did not answer are those of state, unless
        /// they are secret.
        attributes: Arc<Record>,
        drifted: Vec<DriftedField>,
    },
    Absent,
}

/// Reads everything that state knows, and what `imports` name.
///
/// # Errors
/// A provider is not configured, a type has no schema, or a read fails.
pub async fn refresh(
    state: &State,
    imports: &[Import],
    instances: &[Arc<Instance>],
    providers: &Providers,
    schemas: &dyn SchemaSource,
) -> Result<Refreshed, PlanError> {
    let before = providers.calls();
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    for entry in state.entries().values().chain(state.deposed().values()) {
        let address = entry.address();
        let key = (entry.draft.provider.as_str(), address.type_name.as_str());
        let group = Group::of(&mut groups, key, address, providers, schemas)?;
        group.targets.push(entry.target());
        group.subjects.push(Subject::Entry(entry));
    }
    let mut wanted: FastMap<&Address, &Import> = imports
        .iter()
        .filter(|import| state.entry(&import.address).is_none())
        .map(|import| (&import.address, import))
        .collect();
    for owner in instances {
        let Some(import) = wanted.remove(&owner.address) else {
            continue;
        };
        let key = (owner.provider.as_str(), import.address.type_name.as_str());
        let group = Group::of(&mut groups, key, &import.address, providers, schemas)?;
        group.targets.push(Target {
            address: import.address.clone(),
            id: import.id.clone(),
            prior: Record::new(),
        });
        group.subjects.push(Subject::Import(&import.address));
    }
    let answers = try_join_all(
        groups
            .into_iter()
            .map(|(key, group)| group.read(key.1, state.key())),
    )
    .await?;
    let mut refreshed = Refreshed::default();
    for (subject, seen) in answers.into_iter().flatten() {
        match subject {
            Subject::Entry(entry) => refreshed.seen.insert(entry.of.clone(), seen),
            Subject::Import(address) => refreshed.imported.insert(address.clone(), seen),
        };
    }
    refreshed.calls = calls_since(&before, &providers.calls());
    Ok(refreshed)
}

enum Subject<'a> {
    Entry(&'a state::Entry),
    Import(&'a Address),
}

/// All resources of one provider and type.
struct Group<'a> {
    provider: &'a dyn Provider,
    schema: &'a Schema,
    targets: Vec<Target>,
    subjects: Vec<Subject<'a>>,
}

impl<'a> Group<'a> {
    fn of<'g>(
        groups: &'g mut BTreeMap<(&'a str, &'a str), Group<'a>>,
        key: (&'a str, &'a str),
        address: &Address,
        providers: &'a Providers,
        schemas: &'a dyn SchemaSource,
    ) -> Result<&'g mut Group<'a>, PlanError> {
        let vacant = match groups.entry(key) {
            Entry::Occupied(group) => return Ok(group.into_mut()),
            Entry::Vacant(vacant) => vacant,
        };
        let provider = providers
            .get(key.0)
            .ok_or_else(|| PlanError::UnknownProvider {
                address: address.clone(),
                provider: key.0.to_owned(),
                span: None,
            })?;
        let schema = schemas
            .schema(key.1)
            .ok_or_else(|| PlanError::UnknownType {
                address: address.clone(),
                span: None,
            })?;
        Ok(vacant.insert(Group {
            provider: provider.as_ref(),
            schema,
            targets: Vec::new(),
            subjects: Vec::new(),
        }))
    }

    async fn read(
        self,
        type_name: &str,
        key: &SealKey,
    ) -> Result<Vec<(Subject<'a>, Seen)>, PlanError> {
        let fail = |failure| PlanError::Read {
            type_name: type_name.to_owned(),
            failure: Box::new(failure),
        };
        let answers = self
            .provider
            .read(type_name, &self.targets)
            .await
            .map_err(fail)?;
        assert_eq!(
            answers.len(),
            self.targets.len(),
            "a provider answers for every target"
        );
        let seen = self
            .subjects
            .into_iter()
            .zip(answers)
            .map(|(subject, answer)| {
                let seen = match answer {
                    Observed::Absent => Seen::Absent,
                    Observed::Present(mut record) => {
                        hide_typed(&mut record, self.schema);
                        match subject {
                            Subject::Import(_) => Seen::Present {
                                attributes: Arc::new(record),
                                drifted: Vec::new(),
                            },
                            Subject::Entry(entry) => {
                                complete(entry, record, self.schema, self.provider, key)
                            }
                        }
                    }
                };
                (subject, seen)
            });
        Ok(seen.collect())
    }
}

/// What state remembers of a resource that the cloud was not asked for. Secrets are left out: state does not have
/// them.
pub(super) fn remembered(entry: &state::Entry) -> Record {
    let mut attributes = match entry.status {
        Status::Ready => entry.draft.authored.usable(),
        Status::Creating | Status::Unsettled => Record::new(),
    };
    attributes.extend(entry.attributes.usable());
    // What was sent is not all that there is: a secret of the provider's configuration came to it.
    attributes.retain(|name, _| {
        let stored = entry.attributes.get(name);
        !stored.is_some_and(Value::has_secret)
    });
    attributes
}

/// Takes from state what the cloud did not answer, and notes what changed outside.
fn complete(
    entry: &state::Entry,
    observed: Record,
    schema: &Schema,
    provider: &dyn Provider,
    key: &SealKey,
) -> Seen {
    let prior: &Record = &entry.attributes;
    let unread = |name: &str| schema.field(name).is_some_and(|field| field.unread);
    let mut attributes = observed;
    // What a killed create left was perhaps never set: only a settled resource vouches for what was sent.
    let sent = (entry.status == Status::Ready).then_some(&*entry.draft.authored);
    for (name, value) in prior.iter().chain(sent.into_iter().flatten()) {
        if attributes.get(name) == Some(value) {
            continue;
        }
        if (unread(name) || !attributes.contains_key(name)) && !value.has_secret() {
            attributes.insert(name.clone(), value.clone());
        }
    }
    // Secrets that the cloud tells in the clear stay secret.
    key.hide(&mut attributes, &entry.attributes);
    key.hide(&mut attributes, &entry.draft.authored);
    let drifted = if attributes == *prior {
        Vec::new()
    } else {
        drift(entry, &attributes, schema, provider, key)
    };
    Seen::Present {
        attributes: Arc::new(attributes),
        drifted,
    }
}

/// The authored fields on which state and cloud disagree. A resource that was never settled has no past to
/// compare with.
fn drift(
    entry: &state::Entry,
    attributes: &Record,
    schema: &Schema,
    provider: &dyn Provider,
    key: &SealKey,
) -> Vec<DriftedField> {
    if entry.status != Status::Ready {
        return Vec::new();
    }
    let prior = provider.canonical(&schema.type_name, &entry.attributes);
    let observed = provider.canonical(&schema.type_name, attributes);
    let mut drifted = Vec::new();
    for name in entry.draft.authored.keys() {
        let (Some(was), now) = (prior.get(name), observed.get(name)) else {
            continue;
        };
        // A secret itself is not compared: it may be told in other words.
        let (was, now) = match was.has_secret() {
            true => (veil(was), now.map(|now| veil(&key.seal_as(now, was)))),
            false => (was.clone(), now.cloned()),
        };
        let unordered = schema.field(name).is_some_and(|field| field.unordered);
        let differs = match &now {
            Some(now) => compare(&was, now, unordered) == Verdict::Differs,
            None => !was.has_secret() && !was.is_null(),
        };
        if differs {
            drifted.push(DriftedField {
                name: name.clone(),
                prior: Some(was),
                observed: now,
            });
        }
    }
    drifted
}
