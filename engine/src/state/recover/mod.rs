//! Recovery: finding out what became of the calls that a killed run had begun.
//!
//! It asks the clouds, decides by the [`table`] and appends what it learnt, each thing as soon as it is known; so
//! it may be killed itself and simply starts again.

mod ask;
mod finish;
pub mod table;

use infra_model::{Address, Record};
use infra_sdk::{Failure, Timer};
use tracing::{info, warn};

use super::{
    Action, Doubt, Entry, Event, Incarnation, LastFailure, Pending, State, StateError, Store,
    digest,
};
use crate::lost::late;
use crate::providers::{Providers, SchemaSource};
use crate::state::hide::hide_typed;
use crate::state::lock::with_heartbeat;
use ask::{Reply, Seen};
pub use table::Decision;
use table::Outcome;

/// What was decided about one intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredStep {
    pub of: Incarnation,
    /// What the killed run was about to do.
    pub action: Action,
    /// The row of the recovery table.
    pub row: char,
    pub decision: Decision,
    /// The id of the thing, where it is known.
    pub id: Option<String>,
}

/// An intent that is still pending, because the question or the settling failed. The failure says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub of: Incarnation,
    pub action: Action,
    pub failure: Failure,
}

/// What recovery did, sorted by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    pub steps: Vec<RecoveredStep>,
    /// What it could not bring to an end; the next run tries again. In-doubt creates are not among these:
    /// [`State::doubts`] lists them.
    pub unresolved: Vec<Unresolved>,
}

/// The planned fields of an address as the program gives them now, if it can tell.
pub type Planned<'a> = &'a (dyn Fn(&Address) -> Option<Record> + Sync);

/// What is asked about what was created.
struct Clouds<'a> {
    providers: &'a Providers,
    schemas: &'a dyn SchemaSource,
    planned: Planned<'a>,
    timer: &'a dyn Timer,
}

/// Brings every unfinished intent to a known end, as far as the clouds answer.
///
/// # Errors
/// Only when the state cannot be written. A cloud that does not answer leaves its intents pending and is reported
/// in [`Recovered::unresolved`].
pub async fn recover(
    store: &mut Store,
    providers: &Providers,
    schemas: &dyn SchemaSource,
    planned: Planned<'_>,
    timer: &dyn Timer,
) -> Result<Recovered, StateError> {
    let mut recovered = Recovered::default();
    let todo: Vec<Pending> = store.state().open_questions().cloned().collect();
    if todo.is_empty() {
        late::look(store, providers, timer, late::When::Start).await?;
        return Ok(recovered);
    }
    let questions = ask::questions(store.state(), planned, todo);
    let asking = ask::ask(providers, timer, questions);
    let replies = with_heartbeat(store.split()?.1, timer, asking).await?;

    let now_ms = store.now_ms()?;
    let mut events = Vec::new();
    let mut to_settle = Vec::new();
    for (pending, reply) in replies {
        let reply = match reply {
            Ok(reply) => reply,
            Err(failure) => {
                recovered.unresolve(&pending, failure);
                continue;
            }
        };
        let outcome = match pending.id {
            Some(_) => Outcome::IdKnown,
            None => Outcome::None,
        };
        match table::decide(Some(pending.intent.action), outcome, reply.answer()) {
            None => recovered.unresolve(&pending, unclear(&reply)),
            // It was said before.
            Some(row) if row.decision == Decision::Retry && pending.retry => {}
            Some(row) => {
                let id = reply.id().map(str::to_owned).or(pending.id.clone());
                info!(
                    address = %pending.intent.of.address,
                    action = pending.intent.action.word(),
                    id,
                    row = %row.letter,
                    decision = ?row.decision,
                    "recovered"
                );
                recovered.steps.push(RecoveredStep {
                    of: pending.intent.of.clone(),
                    action: pending.intent.action,
                    row: row.letter,
                    decision: row.decision,
                    id,
                });
                events.extend(event(
                    store.state(),
                    schemas,
                    &pending,
                    row.decision,
                    &reply,
                ));
                if row.decision == Decision::Retry {
                    events.extend(late::note(&pending.intent, providers, now_ms));
                }
                if matches!(row.decision, Decision::Settle | Decision::Adopt) {
                    to_settle.push(pending.intent.of.clone());
                }
            }
        }
    }
    store.append(&events)?;
    let clouds = Clouds {
        providers,
        schemas,
        planned,
        timer,
    };
    finish::settle(store, &clouds, to_settle, &mut recovered).await?;
    late::look(store, providers, timer, late::When::Start).await?;
    recovered.steps.sort_by(|a, b| a.of.cmp(&b.of));
    recovered.unresolved.sort_by(|a, b| a.of.cmp(&b.of));
    Ok(recovered)
}

impl Recovered {
    fn unresolve(&mut self, pending: &Pending, failure: Failure) {
        warn!(
            address = %pending.intent.of.address,
            action = pending.intent.action.word(),
            error = failure.to_string(),
            "not recovered"
        );
        self.unresolved.push(Unresolved {
            of: pending.intent.of.clone(),
            action: pending.intent.action,
            failure,
        });
    }
}

/// Why nothing can be decided about a thing whose id is known.
fn unclear(reply: &Reply) -> Failure {
    let why = match reply {
        Reply::Unclear(doubt) => doubt.why.as_str(),
        _ => "the answer of the cloud does not fit what was asked",
    };
    Failure::new(
        infra_sdk::FailureKind::State,
        format!("it is not clear whether it still exists: {why}"),
    )
    .help("run the command again; if it stays so, look at the resource in the cloud's console")
}

/// What the decision writes to the journal before anything else is done.
fn event(
    state: &State,
    schemas: &dyn SchemaSource,
    pending: &Pending,
    decision: Decision,
    reply: &Reply,
) -> Option<Event> {
    let of = pending.intent.of.clone();
    match (decision, reply) {
        (Decision::Adopt, Reply::Present(Seen { id, .. })) => {
            Some(Event::Outcome { of, id: id.clone() })
        }
        (Decision::RecordGone | Decision::RecordDeleted, _) | (Decision::Replan, Reply::Absent) => {
            Some(Event::Deleted { of })
        }
        (Decision::Retry, _) => Some(Event::Retry { of }),
        (Decision::Doubt, Reply::Unclear(doubt)) => {
            (pending.doubt.as_ref() != Some(doubt)).then(|| Event::InDoubt {
                of,
                doubt: doubt.clone(),
            })
        }
        (Decision::Replan, Reply::Present(seen)) => {
            let entry = state.incarnation(&of)?;
            let mut told = seen.attributes.clone()?;
            hide_typed(&mut told, schemas.schema(&of.address.type_name)?);
            state.key().hide(&mut told, &pending.intent.draft.authored);
            Some(Event::Refreshed {
                attributes: entry.attributes_told(state.key(), told),
                of,
            })
        }
        _ => None,
    }
}

/// The fields that were sent with an intent, if they are still known: from the journal when none of them is
/// secret, else from the program when it still says the same.
fn sent_fields(state: &State, pending: &Pending, planned: Planned<'_>) -> Option<Record> {
    let intent = &pending.intent;
    if let Some(fields) = intent.draft.authored.complete() {
        return Some(fields.clone());
    }
    let fields = planned(&intent.of.address)?;
    let now = digest::digest(intent.action, &state.key().seal(&fields));
    (now == intent.digest).then_some(fields)
}
