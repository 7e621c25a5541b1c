//! Settling what a killed run had created, while the lock is kept alive.

use std::sync::Arc;

use futures::stream::{FuturesUnordered, StreamExt};
use infra_sdk::layers::within;
use infra_sdk::patience::Patience;
use infra_sdk::{Failure, FailureKind, Provider, Settle};

use super::{
    Action, Clouds, Entry, Event, Incarnation, LastFailure, Pending, Planned, Recovered, State,
    StateError, Store, sent_fields,
};
use crate::lost::Asking;
use crate::providers::Providers;
use crate::state::hide::hide_typed;
use crate::state::lock::with_heartbeat;

/// What a thing may take to become ready, as a step without a limit of its own.
const SETTLE_MS_MAX: u64 = 30 * 60 * 1000;

/// Settles created things, all at once; each is recorded as soon as it is ready.
pub(super) async fn settle(
    store: &mut Store,
    clouds: &Clouds<'_>,
    things: Vec<Incarnation>,
    recovered: &mut Recovered,
) -> Result<(), StateError> {
    let mut running = FuturesUnordered::new();
    for of in things {
        let prepared = prepare(store.state(), clouds.providers, clouds.planned, &of);
        let Some((provider, pending, order)) = prepared else {
            continue;
        };
        running.push(async move {
            let patience = Patience::default();
            let late = || {
                let waiting = patience.waiting().unwrap_or_else(|| "for it".to_owned());
                let message =
                    format!("it was not ready within 30m: it was still waiting {waiting}");
                Failure::new(FailureKind::Timeout, message).temporary()
            };
            let asking = Asking {
                provider: provider.as_ref(),
                timer: clouds.timer,
                schema: clouds.schemas.schema(&order.address.type_name),
            };
            let settling = patience.within(asking.settle(&order));
            let answer = within(SETTLE_MS_MAX, clouds.timer, settling, late).await;
            (pending, answer)
        });
    }
    while let Some((pending, answer)) =
        with_heartbeat(store.split()?.1, clouds.timer, running.next()).await?
    {
        let intent = &pending.intent;
        let event = match (answer, &pending.id) {
            (Ok(mut attributes), Some(id)) => {
                if let Some(schema) = clouds.schemas.schema(&intent.of.address.type_name) {
                    hide_typed(&mut attributes, schema);
                }
                // What is secret is as it was sent.
                let (of, draft) = (intent.of.clone(), intent.draft.clone());
                let sent = Entry::ready(of, id, draft, intent.draft.authored.clone());
                let attributes = sent.attributes_told(store.state().key(), attributes);
                Event::Settled(Box::new(Entry { attributes, ..sent }))
            }
            (Ok(_), None) => continue,
            (Err(failure), _) => {
                let event = failed(&pending, &failure);
                recovered.unresolve(&pending, failure);
                event
            }
        };
        store.append(&[event])?;
    }
    Ok(())
}

type Prepared = (Arc<dyn Provider>, Pending, Settle);

/// The order for one created thing, as state has it now: its id is known.
fn prepare(
    state: &State,
    providers: &Providers,
    planned: Planned<'_>,
    of: &Incarnation,
) -> Option<Prepared> {
    let pending = state.pending().get(of)?;
    let provider = providers.get(&pending.intent.draft.provider)?;
    let order = Settle {
        address: of.address.clone(),
        id: pending.id.clone()?,
        token: pending.intent.token.clone(),
        fields: sent_fields(state, pending, planned),
    };
    Some((Arc::clone(provider), pending.clone(), order))
}

fn failed(pending: &Pending, failure: &Failure) -> Event {
    Event::Failed {
        of: pending.intent.of.clone(),
        failure: LastFailure::new(Action::Create, failure),
    }
}
