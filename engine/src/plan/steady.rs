//! Secrets that a cloud decided: state keeps only their fingerprints, so some of what is made of them cannot be computed.

use std::collections::BTreeMap;

use infra_model::{Address, Record, Unknown, Value};

use super::action::Decider;
use super::work::Existing;
use super::{Problem, ResourceChange};

/// What of a resource stays as it is and cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steady {
    /// Whatever is not known of it.
    Whole,
    /// It changes, but not the secrets that the cloud decided when it made it.
    ItsSecrets,
}

/// Whether state keeps a secret of the resource that is not among `attributes`.
pub(super) fn lacks_secrets(existing: &Existing, attributes: &Record) -> bool {
    let mut sealed = existing.entry.attributes.iter();
    sealed.any(|(name, value)| value.has_secret() && !attributes.contains_key(name))
}

/// Whether every unknown part of a value waits for nothing but what is steady.
pub(super) fn waits_only_for(value: &Value, steady: &BTreeMap<Address, Steady>) -> bool {
    match value {
        Value::Unknown(unknown) => {
            !unknown.from.is_empty()
                && (unknown.from.iter()).all(|address| is_steady(unknown, address, steady))
        }
        Value::List(items) => items.iter().all(|item| waits_only_for(item, steady)),
        Value::Map(map) => map.values().all(|value| waits_only_for(value, steady)),
        Value::Secret(secret) => waits_only_for(secret.expose(), steady),
        _ => true,
    }
}

/// A steady resource that an unknown part of a value waits for.
fn steady_source<'v>(value: &'v Value, steady: &BTreeMap<Address, Steady>) -> Option<&'v Address> {
    match value {
        Value::Unknown(unknown) => {
            let mut from = unknown.from.iter();
            from.find(|address| is_steady(unknown, address, steady))
        }
        Value::List(items) => items.iter().find_map(|item| steady_source(item, steady)),
        Value::Map(map) => map.values().find_map(|value| steady_source(value, steady)),
        Value::Secret(secret) => steady_source(secret.expose(), steady),
        _ => None,
    }
}

fn is_steady(unknown: &Unknown, address: &Address, steady: &BTreeMap<Address, Steady>) -> bool {
    match steady.get(address) {
        Some(Steady::Whole) => true,
        Some(Steady::ItsSecrets) => unknown.secret,
        None => false,
    }
}

impl Decider<'_> {
    /// The fields that need a secret which was told once, to nobody who kept it.
    pub(super) fn untold(&self, planned: &Record, change: &ResourceChange) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, value) in planned.iter().filter(|(_, value)| !value.is_known()) {
            let Some(owner) = steady_source(value, &self.steady).cloned() else {
                continue;
            };
            let state = self.input.state;
            let asked = (state.entry(&owner))
                .is_some_and(|entry| self.input.refreshed.seen.contains_key(&entry.of));
            problems.push(Problem {
                address: change.address.clone(),
                message: match asked {
                    true => format!(
                        "`{name}` is made of a secret of `{owner}`, which the cloud does not tell again, and the \
                         state keeps no secret"
                    ),
                    false => format!(
                        "`{name}` is made of a secret of `{owner}`, and the cloud was not asked for it"
                    ),
                },
                help: Some(match asked {
                    true => format!(
                        "give `{name}` the secret by a parameter (`param {name}: secret string`), or \
                         replace `{owner}` in the same run: `--replace {owner}`"
                    ),
                    false => "plan without `--refresh=false`".to_owned(),
                }),
                span: change.span,
            });
        }
        problems
    }
}
