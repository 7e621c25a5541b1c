//! One call to a provider, with the time it may take.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Either, select};
use infra_model::{Address, Record};
use infra_provider::{
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

/// Sends the call; after `limit` milliseconds it is given up.
pub(super) fn send<'a>(
    step: StepId,
    call: Call,
    provider: Arc<dyn Provider>,
    timer: &'a dyn Timer,
    limit_ms: u64,
) -> BoxFuture<'a, Returned> {
    async move {
        let asking = ask(call, provider).boxed();
        let waiting = timer.sleep(Duration::from_millis(limit_ms));
        let answer = match select(asking, waiting).await {
            Either::Left((answer, _)) => answer.map_err(StepError::Provider),
            Either::Right(_) => Err(StepError::Timeout { limit_ms }),
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
