//! An attempt that may not take for ever.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};

use crate::{Failure, Timer};

/// Waits for the answer of one attempt for at most `ms_max`; then the attempt is given up with what `late` says.
///
/// # Errors
/// What the attempt fails with, or `late`.
pub async fn within<T>(
    ms_max: u64,
    timer: &dyn Timer,
    sending: impl Future<Output = Result<T, Failure>>,
    late: impl FnOnce() -> Failure,
) -> Result<T, Failure> {
    let patience = timer.sleep(Duration::from_millis(ms_max));
    match select(pin!(sending), patience).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(late()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{FakeTimer, block_on};
    use super::*;
    use crate::FailureKind;

    #[test]
    fn an_answer_in_time_counts_and_silence_ends() {
        let timer = FakeTimer::default();
        let late = || Failure::new(FailureKind::Network, "silence");
        let answered = std::future::ready(Ok(1));
        assert_eq!(block_on(within(20_000, &timer, answered, late)), Ok(1));
        let silent = std::future::pending::<Result<u32, Failure>>();
        assert_eq!(block_on(within(20_000, &timer, silent, late)), Err(late()));
        assert_eq!(timer.now_ms(), 20_000);
    }
}
