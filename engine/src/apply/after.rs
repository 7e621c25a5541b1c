//! The end of a run: what its steps, and the conclusion of them, changed on other resources is read again.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use infra_model::Address;
use infra_sdk::{Observed, Target};

use super::ApplyInput;
use crate::known::Knowledge;
use crate::plan::affected::affected_by;
use crate::state::hide::hide_typed;
use crate::state::lock::with_heartbeat;
use crate::state::{State, StateError, Store};

/// Reads again what changed resources refer to or referred to, as far as their types change it (`@changed_by`). What
/// cannot be read now is read by the next plan.
///
/// # Errors
/// The state cannot be written.
pub(super) async fn read_again(
    store: &mut Store,
    input: &ApplyInput<'_>,
    knowledge: &mut Knowledge,
) -> Result<(), StateError> {
    let (state, lock) = store.split()?;
    let reading = affected(state, input).into_iter();
    let reading = reading.filter_map(|(target, provider, fields)| {
        let provider = input.providers.get(&provider)?.clone();
        Some(async move {
            let one = std::slice::from_ref(&target);
            let read = provider.read(&target.address.type_name, one).await;
            let observed = read.ok().and_then(|read| read.into_iter().next());
            (target, fields, observed)
        })
    });
    let reading: Vec<_> = reading.collect();
    let read = with_heartbeat(lock, input.timer, join_all(reading)).await?;
    let mut events = Vec::new();
    for (target, fields, observed) in read {
        let address = &target.address;
        let (Some(Observed::Present(mut told)), Some(schema)) =
            (observed, input.schemas.schema(&address.type_name))
        else {
            continue;
        };
        hide_typed(&mut told, schema);
        knowledge.tell(address, fields, &told);
        let state = store.state();
        let entry = state.entry(address);
        events.extend(entry.and_then(|entry| entry.refreshed(state.key(), told)));
    }
    match events.is_empty() {
        true => Ok(()),
        false => store.append(&events),
    }
}

/// What there is of that which the plan's changes affect, with its provider and the fields that may have changed.
fn affected<'a>(state: &State, input: &ApplyInput<'a>) -> Vec<(Target, String, BTreeSet<&'a str>)> {
    let plan = input.plan;
    let mut all: BTreeMap<&Address, BTreeSet<&str>> = BTreeMap::new();
    for (change, work) in plan.changes.iter().zip(&plan.work) {
        for (on, fields) in affected_by(change, work, input.schemas) {
            all.entry(on).or_default().extend(fields);
        }
    }
    let there = |(on, fields): (&Address, BTreeSet<&'a str>)| {
        let entry = state.entry(on)?;
        // What is under way is asked for by the next run.
        let settled = !state.pending().contains_key(&entry.of);
        settled.then(|| (entry.target(), entry.draft.provider.clone(), fields))
    };
    all.into_iter().filter_map(there).collect()
}
