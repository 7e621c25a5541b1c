//! One call to a provider, with the time it may take.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Either, select};
use infra_model::{Address, Record};
use infra_sdk::patience::Patience;
use infra_sdk::{
    Create, Created, Delete, Failure, Found, Provider, Settle, Snapshot, Timer, Update,
};

use super::StepError;
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
}

/// What it answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Created(Created),
    Found(Found),
    Record(Record),
    Deleted,
    Snapshotted(Vec<String>),
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
    timer: &'a dyn Timer,
    limit: Limit,
) -> BoxFuture<'a, Returned> {
    async move {
        let asking = limit.patience.within(ask(call, provider));
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

async fn ask(call: Call, provider: Arc<dyn Provider>) -> Result<Answer, Failure> {
    Ok(match call {
        Call::Create(order) => Answer::Created(provider.create(&order).await?),
        Call::Find(order) => {
            let Create {
                address,
                token,
                fields,
                ..
            } = &order;
            Answer::Found(find(provider.as_ref(), address, token, fields).await?)
        }
        Call::Settle(order) => Answer::Record(provider.settle(&order).await?),
        Call::Update(order) => Answer::Record(provider.update(&order).await?),
        Call::Delete(order) => {
            provider.delete(&order).await?;
            Answer::Deleted
        }
        Call::Snapshot(order) => Answer::Snapshotted(provider.snapshot(&order).await?),
    })
}

async fn find(
    provider: &dyn Provider,
    address: &Address,
    token: &str,
    fields: &Record,
) -> Result<Found, Failure> {
    provider.find_by_token(address, token, Some(fields)).await
}
