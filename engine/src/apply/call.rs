//! One call to a provider, with the time it may take.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Either, select};
use infra_model::{Record, Schema};
use infra_sdk::patience::Patience;
use infra_sdk::{
    Create, Created, Delete, Failure, FailureKind, Found, Observed, Provider, Settle, Snapshot,
    Target, Timer, Update,
};

use super::StepError;
use crate::lost::Asking;
use crate::plan::StepId;

/// What is asked of a provider.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Create(Create),
    /// The answer to a create was lost: did it happen?
    Find(Create),
    Settle(Settle),
    Update(Update),
    Delete(Delete),
    Snapshot(Snapshot),
    /// Other resources, whose values the step has changed.
    Look(Vec<Target>),
}

/// What it answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Created(Created),
    Found(Found),
    Record(Record),
    Deleted,
    Snapshotted(Vec<String>),
    Looked(Vec<(Target, Observed)>),
}

/// A call that has come back.
pub(super) struct Returned {
    pub step: StepId,
    pub answer: Result<Answer, StepError>,
}

/// How long a step may take and what it is waiting for, over all its calls.
#[derive(Clone)]
pub(super) struct Limit {
    /// Milliseconds for the whole step.
    pub limit_ms: u64,
    /// What of it is left.
    pub left_ms: u64,
    pub patience: Patience,
}

/// Sends the call; when the time of its step is over it is given up.
pub(super) fn send<'a>(
    step: StepId,
    call: Call,
    provider: Arc<dyn Provider>,
    schema: Option<&'a Schema>,
    timer: &'a dyn Timer,
    limit: Limit,
) -> BoxFuture<'a, Returned> {
    async move {
        let to = Asking {
            provider: provider.as_ref(),
            timer,
            schema,
        };
        let asking = limit.patience.within(ask(call, to));
        let over = timer.sleep(Duration::from_millis(limit.left_ms));
        let answer = match select(asking, over).await {
            Either::Left((answer, _)) => answer.map_err(StepError::Provider),
            Either::Right((_, asking)) => {
                // Asked before the call is dropped, for then nothing waits any more.
                let waiting = limit.patience.waiting();
                drop(asking);
                Err(StepError::Timeout {
                    limit_ms: limit.limit_ms,
                    waiting,
                })
            }
        };
        Returned { step, answer }
    }
    .boxed()
}

async fn ask(call: Call, to: Asking<'_>) -> Result<Answer, Failure> {
    Ok(match call {
        Call::Create(order) => Answer::Created(to.provider.create(&order).await?),
        Call::Find(order) => {
            let found = to.created(&order.address, &order.token, Some(&order.fields), true);
            match found.await {
                // Nobody may look, so nobody can tell.
                Err(failure) if failure.kind == FailureKind::Denied => {
                    Answer::Found(Found::Unclear(Vec::new()))
                }
                found => Answer::Found(found?),
            }
        }
        Call::Settle(order) => Answer::Record(to.settle(&order).await?),
        Call::Update(order) => Answer::Record(to.update(&order).await?),
        Call::Delete(order) => {
            to.delete(&order).await?;
            Answer::Deleted
        }
        Call::Look(targets) => {
            // The step itself is done: what cannot be read now stays unknown to those that wait for it.
            let mut seen = Vec::new();
            for target in targets {
                if let Ok(observed) = to.read(&target).await {
                    seen.push((target, observed));
                }
            }
            Answer::Looked(seen)
        }
        Call::Snapshot(order) => Answer::Snapshotted(to.snapshot(&order).await?),
    })
}
