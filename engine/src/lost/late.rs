//! Creates that may still be carried out: their requests were sent, the cloud shows no trace of them, and something on
//! the way may hold them.
//!
//! Their tokens are looked for at the start of the following runs and at the end of each apply, until no cloud takes a
//! request so old. What turns up beside the resource that took its place is a duplicate: the state records it, and it
//! is deleted.

use futures::future::join_all;
use infra_sdk::{Delete, Found, Timer, Trace};

use tracing::{info, warn};

use super::Asking;
use crate::providers::{Providers, SchemaSource};
use crate::state::lock::with_heartbeat;
use crate::state::{
    Action, Entry, Event, Guard, Incarnation, Intent, Late, Sealed, State, StateError, Status,
    Store,
};

/// After this time no request is carried out any more, in milliseconds: AWS refuses a signature that is older than
/// five minutes, other clouds one of fifteen.
const LATE_MS_MAX: u64 = 15 * 60 * 1000;
/// At how many starts of a run a late create is looked for at least.
const STARTS_MIN: u32 = 2;

/// When a run looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Start,
    End,
}

/// The note of a create that the cloud shows no trace of; `None` where a late one can do no harm.
pub(crate) fn note(intent: &Intent, providers: &Providers, now_ms: u64) -> Option<Event> {
    let provider = providers.get(&intent.draft.provider)?;
    let type_name = &intent.of.address.type_name;
    let trace = provider.trace(type_name, &intent.token);
    if intent.action != Action::Create || matches!(trace, Trace::State | Trace::Name) {
        return None;
    }
    Some(Event::Late(Box::new(Late {
        of: intent.of.clone(),
        token: intent.token.clone(),
        sent_ms: now_ms,
        starts: 0,
        draft: intent.draft.clone(),
    })))
}

/// Looks for every late create. What turned up is recorded as a duplicate; these, by their new lives.
///
/// # Errors
/// The state cannot be written. A cloud that does not answer is asked the next time.
pub(crate) async fn look(
    store: &mut Store,
    providers: &Providers,
    timer: &dyn Timer,
    when: When,
) -> Result<Vec<Incarnation>, StateError> {
    let (state, lock) = store.split()?;
    if state.late().is_empty() {
        return Ok(Vec::new());
    }
    let open: Vec<Late> = state.late().values().cloned().collect();
    let open = open.into_iter().filter(|late| !is_pending(state, late));
    let asked = open.filter_map(|late| {
        let provider = providers.get(&late.draft.provider)?.clone();
        Some(async move {
            let fields = late.draft.authored.complete();
            let address = &late.of.address;
            let found = provider.find_by_token(address, &late.token, fields).await;
            (found, late)
        })
    });
    let asked: Vec<_> = asked.collect();
    let answers = with_heartbeat(lock, timer, join_all(asked)).await?;
    let now_ms = store.now_ms()?;
    let mut duplicates = Vec::new();
    for (found, late) in answers {
        info!(
            address = %late.of.address,
            token = late.token,
            ?found,
            "looked for a create that may arrive late"
        );
        let ids = match found {
            Ok(Found::One(id)) => vec![id],
            Ok(Found::Unclear(ids)) => ids,
            Ok(Found::Absent) => Vec::new(),
            Err(_) => continue,
        };
        let provider = &late.draft.provider;
        for id in ids {
            if !store.state().knows_id(provider, &id) {
                warn!(address = %late.of.address, id, "a late create made a duplicate");
                let entry = duplicate(store.state(), &late, id);
                duplicates.push(entry.of.clone());
                store.append(&[Event::Duplicate(Box::new(entry))])?;
            }
        }
        if let Some(event) = after(late, when, now_ms) {
            store.append(&[event])?;
        }
    }
    Ok(duplicates)
}

/// Whether the create, or another one at its address, is still to be decided: recovery asks for that.
fn is_pending(state: &State, late: &Late) -> bool {
    let open = state.pending().values().filter(|it| it.id.is_none());
    open.into_iter()
        .any(|pending| pending.intent.of.address == late.of.address)
}

/// The second one, as the state records it: nothing protects it, for nobody has ever used it.
fn duplicate(state: &State, late: &Late, id: String) -> Entry {
    let address = &late.of.address;
    let mut draft = late.draft.clone();
    draft.guard = Guard::default();
    Entry {
        of: Incarnation::new(address.clone(), state.next_generation(address)),
        status: Status::Unsettled,
        attributes: Sealed::id_only(&id),
        id,
        draft,
        duplicate: true,
    }
}

/// What a look changes about a late create: it was one more start, or the last.
fn after(late: Late, when: When, now_ms: u64) -> Option<Event> {
    if when == When::End {
        return None;
    }
    let starts = late.starts + 1;
    let old = now_ms.saturating_sub(late.sent_ms) > LATE_MS_MAX;
    if starts >= STARTS_MIN && old {
        return Some(Event::LateOver {
            of: late.of,
            token: late.token,
        });
    }
    (starts <= STARTS_MIN).then(|| Event::Late(Box::new(Late { starts, ..late })))
}

/// Deletes duplicates, each journalled as any deletion. One that cannot be deleted is left to the next plan.
///
/// # Errors
/// The state cannot be written.
pub(crate) async fn delete(
    store: &mut Store,
    providers: &Providers,
    schemas: &dyn SchemaSource,
    timer: &dyn Timer,
    run: &str,
    duplicates: Vec<Incarnation>,
) -> Result<(), StateError> {
    for of in duplicates {
        let state = store.state();
        let Some(entry) = state.incarnation(&of).cloned() else {
            continue;
        };
        let Some(provider) = providers.get(&entry.draft.provider).cloned() else {
            continue;
        };
        let digest = state.digest(Action::Delete, &entry.draft.authored.usable());
        let token = state.token(&of, Action::Delete, &digest, run);
        let order = Delete {
            address: of.address.clone(),
            id: entry.id,
            token: token.clone(),
            prior: entry.draft.authored.usable(),
        };
        let intent = Intent {
            of: of.clone(),
            action: Action::Delete,
            token,
            digest,
            draft: entry.draft,
        };
        store.append(&[Event::Intent(Box::new(intent))])?;
        let asking = Asking {
            provider: provider.as_ref(),
            timer,
            schema: schemas.schema(&of.address.type_name),
        };
        let lock = store.split()?.1;
        if with_heartbeat(lock, timer, asking.delete(&order))
            .await?
            .is_ok()
        {
            store.append(&[Event::Deleted { of }])?;
        }
    }
    Ok(())
}
