//! Token buckets, one per group of API actions, that learn what the cloud allows.
//!
//! A cloud publishes a burst and a rate per account, but other programs use the same account. So a bucket starts
//! with the published figures, halves its rate at each refusal and wins it back slowly with successes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::Timer;

/// What a cloud allows of one group of actions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Calls that may be sent at once after a rest.
    pub burst: u32,
    /// Calls a second thereafter.
    pub per_second: f64,
}

/// The slowest a bucket gets, in calls a second.
const SLOWEST: f64 = 0.1;
/// What a success wins back, as a part of the published rate.
const REGAIN: f64 = 0.05;

struct Bucket {
    limit: Limit,
    per_second: f64,
    /// Below zero when calls are waiting for their turn.
    tokens: f64,
    filled_ms: u64,
}

/// What is published of a group; `None` leaves it unpaced.
type Limits = dyn Fn(&str) -> Option<Limit> + Send + Sync;

/// The buckets of one account and region.
pub struct Throttle {
    limits: Box<Limits>,
    buckets: Mutex<BTreeMap<&'static str, Bucket>>,
}

impl Throttle {
    /// Buckets with the published figures; groups without any are not paced.
    pub fn new(limits: impl Fn(&str) -> Option<Limit> + Send + Sync + 'static) -> Throttle {
        Throttle {
            limits: Box::new(limits),
            buckets: Mutex::default(),
        }
    }

    /// Waits until a call of the group may be sent. Callers are served in the order in which they came.
    pub async fn admit(&self, group: &'static str, timer: &dyn Timer) {
        let wait = self.with(group, |bucket| bucket.take(timer.now_ms()));
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            timer.sleep(wait).await;
        }
    }

    /// The cloud accepted a call of the group.
    pub fn succeeded(&self, group: &'static str, now_ms: u64) {
        self.with(group, |bucket| {
            bucket.fill(now_ms);
            let regained = bucket.per_second + bucket.limit.per_second * REGAIN;
            bucket.per_second = regained.min(bucket.limit.per_second);
        });
    }

    /// The cloud refused a call of the group as one too many.
    pub fn refused(&self, group: &'static str, now_ms: u64) {
        self.with(group, |bucket| {
            bucket.fill(now_ms);
            bucket.per_second = (bucket.per_second / 2.0).max(SLOWEST);
            bucket.tokens = bucket.tokens.min(0.0);
        });
    }

    fn with<T>(&self, group: &'static str, act: impl FnOnce(&mut Bucket) -> T) -> Option<T> {
        let limit = (self.limits)(group)?;
        let mut buckets = self
            .buckets
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        Some(act(buckets.entry(group).or_insert(Bucket {
            limit,
            per_second: limit.per_second,
            tokens: f64::from(limit.burst),
            filled_ms: 0,
        })))
    }
}

impl Bucket {
    fn fill(&mut self, now_ms: u64) {
        let seconds = now_ms.saturating_sub(self.filled_ms) as f64 / 1000.0;
        self.tokens = (self.tokens + seconds * self.per_second).min(f64::from(self.limit.burst));
        self.filled_ms = now_ms;
    }

    /// Takes one token, perhaps of the future: how long until it is there.
    fn take(&mut self, now_ms: u64) -> Duration {
        self.fill(now_ms);
        self.tokens -= 1.0;
        let missing = (-self.tokens).max(0.0);
        Duration::from_millis((missing / self.per_second * 1000.0).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{FakeTimer, block_on};
    use super::*;

    fn throttle() -> Throttle {
        Throttle::new(|group| {
            (group == "run").then_some(Limit {
                burst: 5,
                per_second: 2.0,
            })
        })
    }

    /// How long it takes until `count` calls one after another are admitted.
    fn time_of(throttle: &Throttle, timer: &FakeTimer, count: u32) -> u64 {
        let start = timer.now_ms();
        block_on(async {
            for _ in 0..count {
                throttle.admit("run", timer).await;
            }
        });
        timer.now_ms() - start
    }

    #[test]
    fn a_burst_is_free_and_then_the_rate_holds() {
        let (throttle, timer) = (throttle(), FakeTimer::default());
        assert_eq!(time_of(&throttle, &timer, 5), 0);
        assert_eq!(time_of(&throttle, &timer, 95), 47_500);
    }

    #[test]
    fn refusals_slow_down_and_successes_win_the_rate_back() {
        let (throttle, timer) = (throttle(), FakeTimer::default());
        throttle.refused("run", timer.now_ms());
        assert_eq!(time_of(&throttle, &timer, 1), 1_000);
        for _ in 0..10 {
            throttle.succeeded("run", timer.now_ms());
        }
        assert_eq!(time_of(&throttle, &timer, 1), 500);
        for _ in 0..100 {
            throttle.refused("run", timer.now_ms());
        }
        assert_eq!(
            time_of(&throttle, &timer, 1),
            10_000,
            "it never stops altogether"
        );
    }

    #[test]
    fn an_unnamed_group_is_not_paced() {
        let timer = FakeTimer::default();
        block_on(throttle().admit("other", &timer));
        assert_eq!(timer.now_ms(), 0);
    }
}
