//! What was changed outside of infra, and taking it as it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::{Address, FastMap, Instance, Record};

use super::refresh::Seen;
use super::{Drift, Refreshed};
use crate::state::{Event, State, StateError, Store};

/// What changed outside, by address; fields the program ignores are nobody's business.
pub fn drift(state: &State, instances: &[Arc<Instance>], refreshed: &Refreshed) -> Vec<Drift> {
    let ignored: FastMap<&Address, &BTreeSet<String>> = instances
        .iter()
        .map(|instance| (&instance.address, &instance.lifecycle.ignore))
        .collect();
    let entries = state.entries().values();
    entries
        .filter_map(|entry| {
            let address = entry.address();
            let ignores =
                |name: &String| ignored.get(address).is_some_and(|set| set.contains(name));
            match refreshed.seen.get(&entry.of)? {
                Seen::Absent => Some(Drift {
                    address: address.clone(),
                    gone: true,
                    fields: Vec::new(),
                }),
                Seen::Present { drifted, .. } => {
                    let fields: Vec<_> = drifted
                        .iter()
                        .filter(|field| !ignores(&field.name))
                        .cloned()
                        .collect();
                    (!fields.is_empty()).then(|| Drift {
                        address: address.clone(),
                        gone: false,
                        fields,
                    })
                }
            }
        })
        .collect()
}

/// Makes the state say what the clouds answered: attributes as they are now, and nothing of what is gone. The
/// clouds stay as they are.
///
/// # Errors
/// The state cannot be written.
pub fn accept(store: &mut Store, refreshed: &Refreshed) -> Result<(), StateError> {
    let state = store.state();
    let known = state.entries().values().chain(state.deposed().values());
    let events: Vec<Event> = known
        .filter_map(|entry| match refreshed.seen.get(&entry.of)? {
            Seen::Absent => Some(Event::Deleted {
                of: entry.of.clone(),
            }),
            Seen::Present { attributes, .. } => {
                entry.refreshed(state.key(), Record::clone(attributes))
            }
        })
        .collect();
    store.append(&events)?;
    store.compact()
}
