//! Waiting for the cloud: asking again with growing pauses until something is so.

use std::time::Duration;

use infra_sdk::{Failure, FailureKind, patience};

use crate::client::Cloud;

/// The shortest and the longest pause between two questions, in milliseconds.
const PAUSE_MS_MIN: u64 = 100;
const PAUSE_MS_MAX: u64 = 5_000;
/// A pause is this part of the time waited so far, so what has come about is noticed at most that much later.
const PAUSE_PART: u64 = 8;

fn pause(spent_ms: u64) -> Duration {
    Duration::from_millis((spent_ms / PAUSE_PART).clamp(PAUSE_MS_MIN, PAUSE_MS_MAX))
}

/// As long as the step may take, which the engine counts; a day for whoever waits outside of a step.
pub(crate) const STEP: u64 = 24 * 3_600_000;

/// Asks `probe` until it answers.
///
/// # Errors
/// What the probe fails with, or `Timeout` after `limit_ms`; `what` completes the sentence "gave up waiting …".
pub(crate) async fn until<T, Probe, Answer>(
    cloud: &Cloud,
    what: &str,
    limit_ms: u64,
    probe: Probe,
) -> Result<T, Failure>
where
    Probe: Fn() -> Answer,
    Answer: Future<Output = Result<Option<T>, Failure>>,
{
    let start_ms = cloud.timer.now_ms();
    let _waiting = patience::waiting(what);
    loop {
        if let Some(answer) = probe().await? {
            return Ok(answer);
        }
        let spent_ms = cloud.timer.now_ms().saturating_sub(start_ms);
        if spent_ms >= limit_ms {
            let message = format!("gave up waiting {what} after {} s", spent_ms / 1000);
            let help = "look at it in the console; a further apply goes on from here";
            return Err(Failure::new(FailureKind::Timeout, message).help(help));
        }
        cloud.timer.sleep(pause(spent_ms)).await;
    }
}

/// Does `step` again for `window_ms` while it fails in a way that `passing` says may pass on its own.
pub(crate) async fn while_failing<T, Step, Done>(
    cloud: &Cloud,
    window_ms: u64,
    passing: impl Fn(&Failure) -> bool,
    step: Step,
) -> Result<T, Failure>
where
    Step: Fn() -> Done,
    Done: Future<Output = Result<T, Failure>>,
{
    let start_ms = cloud.timer.now_ms();
    loop {
        let failure = match step().await {
            Err(failure) if passing(&failure) => failure,
            result => return result,
        };
        let spent_ms = cloud.timer.now_ms().saturating_sub(start_ms);
        if spent_ms >= window_ms {
            return Err(failure);
        }
        cloud.timer.sleep(pause(spent_ms)).await;
    }
}

/// Deletes, with patience for what was deleted just before and still is in the way; gone already is success.
pub(crate) async fn deletion<T, Step, Done>(cloud: &Cloud, step: Step) -> Result<(), Failure>
where
    Step: Fn() -> Done,
    Done: Future<Output = Result<T, Failure>>,
{
    let in_the_way = |failure: &Failure| failure.kind == FailureKind::Dependency;
    match while_failing(cloud, cloud.windows.dependency_ms, in_the_way, step).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
        Err(failure) => Err(failure),
    }
}
