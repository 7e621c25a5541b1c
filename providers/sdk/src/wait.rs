//! Waiting for the cloud: asking again with growing pauses until something is so.

use std::time::Duration;

use crate::{Failure, FailureKind, Timer, patience};

/// For how long an answer of the cloud is not taken as final, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// A new resource may not be seen yet, anywhere in the API.
    pub consistency_ms: u64,
    /// A resource deleted a moment ago may still block the deletion of others: the network interface of a terminated
    /// instance, the address of a NAT gateway.
    pub dependency_ms: u64,
}

/// What waiting needs to know of a cloud.
pub trait Pace: Sync {
    /// Its name in messages, for example `AWS`.
    fn name(&self) -> &str;

    /// The clock to wait by.
    fn timer(&self) -> &dyn Timer;

    /// How long its answers may be behind.
    fn windows(&self) -> Windows;
}

/// The shortest and the longest pause between two questions, in milliseconds.
const PAUSE_MS_MIN: u64 = 100;
const PAUSE_MS_MAX: u64 = 5_000;
/// A pause is this part of the time waited so far, so what has come about is noticed at most that much later.
const PAUSE_PART: u64 = 8;

fn pause(spent_ms: u64) -> Duration {
    Duration::from_millis((spent_ms / PAUSE_PART).clamp(PAUSE_MS_MIN, PAUSE_MS_MAX))
}

/// As long as the step may take, which the engine counts; a day for whoever waits outside of a step.
pub const STEP: u64 = 24 * 3_600_000;

/// Asks `probe` until it answers.
///
/// # Errors
/// What the probe fails with, or `Timeout` after `limit_ms`; `what` completes the sentence "gave up waiting …".
pub async fn until<T, Probe, Answer>(
    cloud: &dyn Pace,
    what: &str,
    limit_ms: u64,
    probe: Probe,
) -> Result<T, Failure>
where
    Probe: Fn() -> Answer,
    Answer: Future<Output = Result<Option<T>, Failure>>,
{
    let start_ms = cloud.timer().now_ms();
    let _waiting = patience::waiting(what);
    loop {
        if let Some(answer) = probe().await? {
            return Ok(answer);
        }
        let spent_ms = cloud.timer().now_ms().saturating_sub(start_ms);
        if spent_ms >= limit_ms {
            let message = format!("gave up waiting {what} after {} s", spent_ms / 1000);
            let help = "look at it in the console; a further apply goes on from here";
            return Err(Failure::new(FailureKind::Timeout, message).help(help));
        }
        cloud.timer().sleep(pause(spent_ms)).await;
    }
}

/// Repeats `step` for `window_ms` as long as `passing` says that its failure may pass on its own.
///
/// # Errors
/// The step's last failure.
pub async fn while_failing<T, Step, Done>(
    cloud: &dyn Pace,
    window_ms: u64,
    passing: impl Fn(&Failure) -> bool,
    step: Step,
) -> Result<T, Failure>
where
    Step: Fn() -> Done,
    Done: Future<Output = Result<T, Failure>>,
{
    let start_ms = cloud.timer().now_ms();
    loop {
        let failure = match step().await {
            Err(failure) if passing(&failure) => failure,
            result => return result,
        };
        let spent_ms = cloud.timer().now_ms().saturating_sub(start_ms);
        if spent_ms >= window_ms {
            return Err(failure);
        }
        cloud.timer().sleep(pause(spent_ms)).await;
    }
}

/// Deletes, and waits for what was deleted just before and still blocks it. A resource that is gone already is a success.
///
/// # Errors
/// The step's last failure.
pub async fn deletion<T, Step, Done>(cloud: &dyn Pace, step: Step) -> Result<(), Failure>
where
    Step: Fn() -> Done,
    Done: Future<Output = Result<T, Failure>>,
{
    let in_the_way = |failure: &Failure| failure.kind == FailureKind::Dependency;
    match while_failing(cloud, cloud.windows().dependency_ms, in_the_way, step).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
        Err(failure) => Err(failure),
    }
}
