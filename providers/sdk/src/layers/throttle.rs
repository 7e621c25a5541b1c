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

impl Limit {
    /// The burst that is used. Calls overtake each other on their way, so the cloud may see a few of them earlier than
    /// they were sent; a tenth of a second's calls are kept back for that.
    fn usable(self) -> f64 {
        let spare = (self.per_second / 10.0).max(1.0);
        (f64::from(self.burst) - spare).max(1.0)
    }
}

/// The slowest a bucket gets, in calls a second.
const SLOWEST: f64 = 0.1;
/// What a success wins back, as a part of the published rate.
const REGAIN: f64 = 0.05;
/// For how long a call waits at most before it looks whether its turn has come sooner than it seemed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

struct Bucket {
    limit: Limit,
    /// Whether calls wait for their turn; otherwise the bucket only watches for the first refusal.
    paces: bool,
    per_second: f64,
    /// How many calls may have been sent by now, all in all.
    allowed: f64,
    /// How many have asked to be sent.
    asked: u64,
    filled_ms: u64,
    /// When it last slowed down.
    slowed_ms: Option<u64>,
}

/// What is published of a group; `None` leaves it unpaced.
type Limits = dyn Fn(&str) -> Option<Limit> + Send + Sync;

/// The buckets of one account and region.
pub struct Throttle {
    limits: Box<Limits>,
    from_start: bool,
    buckets: Mutex<BTreeMap<&'static str, Bucket>>,
}

impl Throttle {
    /// Buckets with the published figures; groups without any are not paced.
    pub fn new(limits: impl Fn(&str) -> Option<Limit> + Send + Sync + 'static) -> Throttle {
        Throttle {
            limits: Box::new(limits),
            from_start: true,
            buckets: Mutex::default(),
        }
    }

    /// Paces a group only once a call of it was refused; for clouds of which it is not known whether they keep to
    /// what is published.
    #[must_use]
    pub fn after_refusal(self) -> Throttle {
        Throttle {
            from_start: false,
            ..self
        }
    }

    /// Waits until a call of the group may be sent. Callers are served in the order in which they came.
    pub async fn admit(&self, group: &'static str, timer: &dyn Timer) {
        let Some(turn) = self.with(group, timer.now_ms(), Bucket::ask) else {
            return;
        };
        while let Some(Some(wait)) = self.with(group, timer.now_ms(), |bucket| bucket.wait(turn)) {
            timer.sleep(wait.min(LOOK_AGAIN)).await;
        }
    }

    /// The cloud accepted a call of the group.
    pub fn succeeded(&self, group: &'static str, now_ms: u64) {
        self.with(group, now_ms, |bucket| {
            let regained = bucket.per_second + bucket.limit.per_second * REGAIN;
            bucket.per_second = regained.min(bucket.limit.per_second);
        });
    }

    /// The cloud refused a call of the group, sent at `sent_ms`, as one too many. Of calls that were under way together
    /// only the first refused one slows the group down: they all met the same empty bucket.
    pub fn refused(&self, group: &'static str, sent_ms: u64, now_ms: u64) {
        self.with(group, now_ms, |bucket| {
            if bucket.slowed_ms.is_none_or(|slowed_ms| slowed_ms < sent_ms) {
                bucket.per_second = (bucket.per_second / 2.0).max(SLOWEST);
                bucket.slowed_ms = Some(now_ms);
            }
            // The bucket is empty: who was sent before was allowed, who asks from now on waits.
            let asked = bucket.asked as f64;
            bucket.allowed = match bucket.paces {
                true => bucket.allowed.min(asked),
                false => asked,
            };
            bucket.paces = true;
        });
    }

    fn with<T>(
        &self,
        group: &'static str,
        now_ms: u64,
        act: impl FnOnce(&mut Bucket) -> T,
    ) -> Option<T> {
        let limit = (self.limits)(group)?;
        let mut buckets = self
            .buckets
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let bucket = buckets.entry(group).or_insert(Bucket {
            limit,
            paces: self.from_start,
            per_second: limit.per_second,
            allowed: limit.usable(),
            asked: 0,
            filled_ms: now_ms,
            slowed_ms: None,
        });
        bucket.fill(now_ms);
        Some(act(bucket))
    }
}

impl Bucket {
    fn fill(&mut self, now_ms: u64) {
        let seconds = now_ms.saturating_sub(self.filled_ms) as f64 / 1000.0;
        let most = self.asked as f64 + self.limit.usable();
        self.allowed = (self.allowed + seconds * self.per_second).min(most);
        self.filled_ms = now_ms;
    }

    /// The caller's place in the queue, counted from 1.
    fn ask(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    /// How long it seems to be until a caller's turn comes; `None` when it has come.
    fn wait(&self, turn: u64) -> Option<Duration> {
        let missing = turn as f64 - self.allowed;
        // A millionth of a call is an error of rounding.
        (self.paces && missing > 1e-6)
            .then(|| Duration::from_millis((missing / self.per_second * 1000.0).ceil() as u64))
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
        assert_eq!(time_of(&throttle, &timer, 4), 0, "one of five is kept back");
        assert_eq!(time_of(&throttle, &timer, 96), 48_000);
    }

    #[test]
    fn refusals_slow_down_and_successes_win_the_rate_back() {
        let (throttle, timer) = (throttle(), FakeTimer::default());
        let start = timer.now_ms();
        for _ in 0..20 {
            throttle.refused("run", start, start);
        }
        assert_eq!(time_of(&throttle, &timer, 1), 1_000, "halved once");
        for _ in 0..10 {
            throttle.succeeded("run", timer.now_ms());
        }
        assert_eq!(time_of(&throttle, &timer, 1), 500);
        for _ in 0..100 {
            block_on(timer.sleep(Duration::from_millis(1)));
            throttle.refused("run", timer.now_ms(), timer.now_ms());
        }
        assert_eq!(
            time_of(&throttle, &timer, 1),
            10_000,
            "it never stops altogether"
        );
    }

    #[test]
    fn a_cloud_may_be_paced_only_once_it_refused() {
        let (throttle, timer) = (throttle().after_refusal(), FakeTimer::default());
        assert_eq!(time_of(&throttle, &timer, 100), 0);
        throttle.refused("run", timer.now_ms(), timer.now_ms());
        assert_eq!(time_of(&throttle, &timer, 5), 5_000);
    }

    #[test]
    fn an_unnamed_group_is_not_paced() {
        let timer = FakeTimer::default();
        block_on(throttle().admit("other", &timer));
        assert_eq!(timer.now_ms(), 0);
    }
}
