//! When to send a failed call again, and after which pause: exponential backoff with full jitter.

use std::sync::Mutex;
use std::time::Duration;

use crate::{Failure, FailureKind};

/// Whether a call whose answer was lost may simply be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Twice is the same as once: a read, a call with an idempotency token, a setting.
    Harmless,
    /// It might do its work twice; only a failure that certainly had no effect is repeated.
    Never,
}

/// How patient to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts of a call that fails for other reasons than throttling.
    pub attempts_max: u32,
    /// The longest pause before the second attempt; it doubles with each further one.
    pub delay_ms_base: u64,
    pub delay_ms_max: u64,
    /// Throttled calls go on for this long.
    pub throttled_ms_max: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            attempts_max: 8,
            delay_ms_base: 200,
            delay_ms_max: 20_000,
            throttled_ms_max: 300_000,
        }
    }
}

impl RetryPolicy {
    /// The pause before the next attempt, or `None` when there shall be none. `attempt` counts from 1.
    pub fn pause(
        &self,
        failure: &Failure,
        repeat: Repeat,
        attempt: u32,
        spent_ms: u64,
        jitter: &Jitter,
    ) -> Option<Duration> {
        if !failure.temporary || (failure.ambiguous && repeat == Repeat::Never) {
            return None;
        }
        let patient = match failure.kind {
            FailureKind::Throttled => spent_ms < self.throttled_ms_max,
            _ => attempt < self.attempts_max,
        };
        let doubled = self
            .delay_ms_base
            .saturating_mul(1 << attempt.saturating_sub(1).min(20));
        patient.then(|| Duration::from_millis(jitter.up_to(doubled.min(self.delay_ms_max))))
    }
}

/// A source of chance that repeats for a seed (SplitMix64). Not for secrets.
pub struct Jitter(Mutex<u64>);

impl Jitter {
    pub fn new(seed: u64) -> Jitter {
        Jitter(Mutex::new(seed))
    }

    /// A number from 1 to `most`.
    pub fn up_to(&self, most: u64) -> u64 {
        1 + self.next() % most.max(1)
    }

    fn next(&self) -> u64 {
        let mut state = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(failure: &Failure, attempt: u32, spent_ms: u64) -> Option<Duration> {
        let jitter = Jitter::new(1);
        RetryPolicy::default().pause(failure, Repeat::Harmless, attempt, spent_ms, &jitter)
    }

    #[test]
    fn pauses_grow_to_a_limit_and_are_never_zero() {
        let jitter = Jitter::new(1);
        let failure = Failure::new(FailureKind::Throttled, "");
        for attempt in 1..100 {
            let pause = RetryPolicy::default()
                .pause(&failure, Repeat::Never, attempt, 0, &jitter)
                .expect("a throttled call is patient");
            let most = 200u64
                .saturating_mul(1 << (attempt - 1).min(20))
                .min(20_000);
            assert!(
                (1..=u128::from(most)).contains(&pause.as_millis()),
                "{attempt}: {pause:?}"
            );
        }
    }

    #[test]
    fn patience_ends() {
        let throttled = Failure::new(FailureKind::Throttled, "");
        assert!(pause(&throttled, 50, 299_999).is_some());
        assert_eq!(pause(&throttled, 50, 300_000), None);
        let cloud = Failure::new(FailureKind::Cloud, "").temporary();
        assert!(pause(&cloud, 7, 0).is_some());
        assert_eq!(pause(&cloud, 8, 0), None);
    }
}
