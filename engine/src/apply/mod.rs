//! Carrying out a plan: its explicit steps, each journalled, in an order that keeps the clouds busy.
//!
//! No step is invented here and none is changed: what became known meanwhile either fits the plan or fails the
//! step.

mod after;
mod begin;
mod call;
mod cancel;
mod logged;
mod progress;
mod queue;
mod report;
mod run;

use std::collections::BTreeSet;

use infra_model::{Known, Record, Resolver};
use infra_sdk::Timer;

pub use cancel::{Cancel, Stage};
pub use progress::{ApplyEvent, EventKind, Hindrance, Progress, Quiet, StepError};
pub use report::{ApplyReport, Done, Failed, NotDone};

use crate::known::Knowledge;
use crate::lost::late;
use crate::plan::{Plan, Refusal};
use crate::providers::{Providers, SchemaSource, calls_since};
use crate::state::{Event, StateError, Store};
use run::Run;

/// How to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyOptions {
    /// How many steps may be under way at once. Providers pace their calls themselves.
    pub concurrency: usize,
    /// A text that no other run has, for idempotency tokens.
    pub run: String,
}

impl ApplyOptions {
    /// The default concurrency, for a run of this name.
    pub fn new(run: impl Into<String>) -> ApplyOptions {
        ApplyOptions {
            concurrency: 2_000,
            run: run.into(),
        }
    }
}

/// What an apply needs.
#[derive(Clone, Copy)]
pub struct ApplyInput<'a> {
    pub plan: &'a Plan,
    pub resolver: &'a dyn Resolver,
    pub schemas: &'a dyn SchemaSource,
    pub providers: &'a Providers,
    pub timer: &'a dyn Timer,
    pub progress: &'a dyn Progress,
    pub cancel: &'a Cancel,
    pub options: &'a ApplyOptions,
}

/// Why an apply did not run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan says itself why it may not be applied.
    #[error("the plan may not be applied: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Refused(Vec<Refusal>),
    /// The state changed after the plan was made.
    #[error(
        "the plan was made for serial {planned} of the state, which is at {found} by now: plan again"
    )]
    Stale { planned: u64, found: u64 },
    /// The plan was made for another state.
    #[error("the plan was made for another state (lineage {planned}, not {found})")]
    OtherState { planned: String, found: String },
    /// The state could not be written. Nothing is lost: the next run asks the clouds for what was under way.
    #[error("{error}")]
    State {
        #[source]
        error: StateError,
        /// What had been done until then.
        report: Box<ApplyReport>,
    },
}

/// Carries out a plan.
///
/// # Errors
/// See [`ApplyError`]. Failed steps are no error: see [`ApplyReport::failed`].
pub async fn apply(store: &mut Store, input: &ApplyInput<'_>) -> Result<ApplyReport, ApplyError> {
    check(store, input.plan)?;
    let before = input.providers.calls();
    let throttled = input.providers.throttled();
    remember_places(store, input).map_err(|error| ApplyError::State {
        error,
        report: Box::default(),
    })?;
    let mut run = Run::new(input, store);
    let ran = run.run().await;
    let stage = *ran.as_ref().unwrap_or(&Stage::Stopped);
    let (mut report, mut knowledge) = run.finish(stage);
    let mut ended = ran.map(|_| ());
    if ended.is_ok() && stage != Stage::Stopped {
        ended = withdraw(store, input).await;
        let concluded = input.providers.all().map(|provider| provider.conclude());
        let concluded = futures::future::join_all(concluded).await;
        report.left_open = concluded.into_iter().filter_map(Result::err).collect();
        let again = after::read_again(store, input, &mut knowledge).await;
        ended = ended.and(again);
        conclude(input, &knowledge, &mut report);
        ended = ended
            .and_then(|()| remember_outputs(store, input, &report))
            .and_then(|()| store.compact());
    }
    report.calls = calls_since(&before, &input.providers.calls());
    report.throttled = input.providers.throttled() - throttled;
    match ended {
        Ok(()) => Ok(report),
        Err(error) => Err(ApplyError::State {
            error,
            report: Box::new(report),
        }),
    }
}

/// State keeps where the resources are that this plan makes, before the first of them is made.
fn remember_places(store: &mut Store, input: &ApplyInput<'_>) -> Result<(), StateError> {
    let used: BTreeSet<&str> = input
        .plan
        .changes
        .iter()
        .map(|change| change.provider.as_str())
        .collect();
    let known = |key: &&str| Some(((*key).to_owned(), input.providers.place(key)?.clone()));
    let fresh = used.iter().filter_map(known);
    let events: Vec<Event> = fresh
        .filter(|(key, place)| store.state().place(key) != Some(place))
        .map(|(provider, place)| Event::Located { provider, place })
        .collect();
    store.append(&events)
}

/// Deletes what requests that were sent twice have made twice by now.
async fn withdraw(store: &mut Store, input: &ApplyInput<'_>) -> Result<(), StateError> {
    let (providers, timer) = (input.providers, input.timer);
    let twice = late::look(store, providers, timer, late::When::End).await?;
    let run = &input.options.run;
    late::delete(store, providers, input.schemas, timer, run, twice).await
}

/// A plan is only good for the state it was made for, and only when nothing in it is refused.
fn check(store: &Store, plan: &Plan) -> Result<(), ApplyError> {
    let state = store.state();
    if plan.lineage != state.lineage() {
        return Err(ApplyError::OtherState {
            planned: plan.lineage.clone(),
            found: state.lineage().to_owned(),
        });
    }
    if plan.serial != state.serial() {
        return Err(ApplyError::Stale {
            planned: plan.serial,
            found: state.serial(),
        });
    }
    if !plan.refusals.is_empty() {
        return Err(ApplyError::Refused(plan.refusals.clone()));
    }
    Ok(())
}

/// Outputs, and the assertions that could not be judged before.
fn conclude(input: &ApplyInput<'_>, knowledge: &Knowledge, report: &mut ApplyReport) {
    if input.plan.destroy {
        return;
    }
    let known: &dyn Known = knowledge;
    match input.resolver.outputs(known) {
        Ok(outputs) => report.outputs = outputs,
        Err(error) => report.broken.push(error),
    }
    if input.plan.open_asserts.is_empty() {
        return;
    }
    match input.resolver.asserts(known) {
        Ok(asserts) => {
            let broken = asserts
                .into_iter()
                .filter(|assert| assert.holds == Some(false));
            report.broken_asserts = broken.collect();
        }
        Err(error) => report.broken.push(error),
    }
}

/// State keeps the outputs that are known, for other commands.
fn remember_outputs(
    store: &mut Store,
    input: &ApplyInput<'_>,
    report: &ApplyReport,
) -> Result<(), StateError> {
    let unchanged = !input.plan.destroy && !report.broken.is_empty();
    let known = report
        .outputs
        .iter()
        .filter(|output| output.value.is_known());
    let values: Record = known
        .map(|output| (output.name.clone(), output.value.clone()))
        .collect();
    let sealed = store.state().key().seal(&values);
    if unchanged || sealed == *store.state().outputs() {
        return Ok(());
    }
    store.append(&[Event::Outputs { values: sealed }])
}
