//! What stands between a provider and its cloud's API: pacing, retries, the counting of calls, and the log of requests.
//!
//! [`Layers::call`] is the one way a provider sends a request. Time and chance come in from outside, so every
//! decision can be tested without waiting and repeats exactly.

mod discreet;
mod logged;
mod retry;
mod throttle;
mod within;

use std::sync::Arc;

pub use discreet::Discreet;
pub use logged::request_id;
pub use retry::{Jitter, Repeat, RetryPolicy};
pub use throttle::{Limit, Throttle};
pub use within::within;

use tracing::Instrument;

use crate::patience;
use crate::{CallCounts, Failure, FailureKind, Timer};

/// One kind of call: what it is named, whose rate limit it counts against, and whether it may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The API action (`CreateVolume`); calls are counted by it.
    pub action: &'static str,
    /// The name of the rate limit it shares with others.
    pub group: &'static str,
    pub repeat: Repeat,
    /// For how many milliseconds, over all attempts, an answer is waited for before a cloud that cannot be reached
    /// is given up; `None` leaves it to the policy's number of attempts.
    pub silence_ms_max: Option<u64>,
}

impl Call {
    /// A call with a rate limit of its own.
    pub fn new(action: &'static str, repeat: Repeat) -> Call {
        Call {
            action,
            group: action,
            repeat,
            silence_ms_max: None,
        }
    }
}

/// Pacing, retries and counting, put together.
pub struct Layers {
    policy: RetryPolicy,
    jitter: Jitter,
    throttle: Throttle,
    counts: CallCounts,
    timer: Arc<dyn Timer>,
}

impl Layers {
    pub fn new(
        policy: RetryPolicy,
        jitter: Jitter,
        throttle: Throttle,
        timer: Arc<dyn Timer>,
    ) -> Layers {
        Layers {
            policy,
            jitter,
            throttle,
            counts: CallCounts::default(),
            timer,
        }
    }

    /// How many requests were sent so far, retries included.
    pub fn counts(&self) -> CallCounts {
        self.counts.clone()
    }

    /// Sends a request, and again while it fails in a way that may pass.
    ///
    /// # Errors
    /// The last failure, once it is permanent, may not be repeated, or the policy's patience is used up.
    pub async fn call<T, F, Sent>(&self, call: Call, send: F) -> Result<T, Failure>
    where
        F: Fn() -> Sent,
        Sent: Future<Output = Result<T, Failure>>,
    {
        let start_ms = self.timer.now_ms();
        let mut attempt = 0;
        let mut silence_ms = 0;
        loop {
            self.throttle.admit(call.group, &*self.timer).await;
            self.counts.note(call.action);
            let sent_ms = self.timer.now_ms();
            let silent = patience::waiting(format!("for an answer to {}", call.action));
            let span = logged::attempt(&call, attempt + 1);
            let answer = send().instrument(span.clone()).await;
            drop(silent);
            let ms = self.timer.now_ms().saturating_sub(sent_ms);
            logged::ended(&span, ms, answer.as_ref().err());
            let mut failure = match answer {
                Ok(answer) => {
                    self.throttle.succeeded(call.group, self.timer.now_ms());
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            if failure.action.is_empty() {
                failure.action = call.action.to_owned();
            }
            if failure.kind == FailureKind::Throttled {
                self.throttle
                    .refused(call.group, sent_ms, self.timer.now_ms());
                self.counts.note_throttled();
            }
            attempt += 1;
            if failure.kind == FailureKind::Network {
                silence_ms += ms;
                if call.silence_ms_max.is_some_and(|most| silence_ms >= most) {
                    logged::decided(&call, attempt, None);
                    return Err(failure);
                }
            }
            let spent_ms = self.timer.now_ms().saturating_sub(start_ms);
            let pause = self
                .policy
                .pause(&failure, call.repeat, attempt, spent_ms, &self.jitter);
            logged::decided(&call, attempt, pause.map(|it| it.as_millis() as u64));
            match pause {
                Some(pause) => self.timer.sleep(pause).await,
                None => return Err(failure),
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use std::pin::pin;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use crate::Timer;

    /// Time that passes only by sleeping.
    #[derive(Default)]
    pub struct FakeTimer(AtomicU64);

    #[async_trait::async_trait]
    impl Timer for FakeTimer {
        async fn sleep(&self, duration: Duration) {
            let ms =
                u64::try_from(duration.as_millis()).expect("a test sleeps for less than an age");
            self.0.fetch_add(ms, Ordering::SeqCst);
        }

        fn now_ms(&self) -> u64 {
            self.0.load(Ordering::SeqCst)
        }
    }

    /// Runs a future that, with a [`FakeTimer`], never has to wait.
    pub fn block_on<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("the future waits for something other than the fake timer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::fake::{FakeTimer, block_on};
    use super::*;

    const CREATE: Call = Call {
        action: "CreateThing",
        group: "change",
        repeat: Repeat::Never,
        silence_ms_max: None,
    };

    /// Sends a call whose first `failures` answers are `failure`: the result, the attempts and the time taken.
    fn run(call: Call, failures: u32, failure: &Failure) -> (Result<u32, Failure>, u64, u64) {
        let timer = Arc::new(FakeTimer::default());
        let throttle = Throttle::new(|_| {
            Some(Limit {
                burst: 50,
                per_second: 5.0,
            })
        });
        let layers = Layers::new(
            RetryPolicy::default(),
            Jitter::new(7),
            throttle,
            timer.clone(),
        );
        let sent = AtomicU32::new(0);
        let answer = block_on(layers.call(call, || {
            let number = sent.fetch_add(1, Ordering::SeqCst);
            let failure = failure.clone();
            async move {
                if number < failures {
                    Err(failure)
                } else {
                    Ok(number)
                }
            }
        }));
        (answer, layers.counts().total(), timer.now_ms())
    }

    #[test]
    fn a_throttled_call_is_sent_again_and_every_attempt_is_counted() {
        let throttled = Failure::new(FailureKind::Throttled, "slow down");
        let (answer, attempts, ms) = run(CREATE, 3, &throttled);
        assert_eq!((answer, attempts), (Ok(3), 4));
        assert!(ms > 0, "it must have waited");
    }

    #[test]
    fn a_lost_answer_is_repeated_only_when_that_is_harmless() {
        let lost = Failure::new(FailureKind::Network, "no answer")
            .temporary()
            .ambiguous();
        let (answer, attempts, _) = run(CREATE, 1, &lost);
        assert_eq!(answer.unwrap_err().action, "CreateThing");
        assert_eq!(attempts, 1);
        let harmless = Call {
            repeat: Repeat::Harmless,
            ..CREATE
        };
        assert_eq!(run(harmless, 1, &lost).0, Ok(1));
    }

    #[test]
    fn a_silent_cloud_is_given_up_when_the_call_says_so() {
        let attempts_and_time = |silence_ms_max| {
            let timer = Arc::new(FakeTimer::default());
            let layers = Layers::new(
                RetryPolicy::default(),
                Jitter::new(7),
                Throttle::new(|_| None),
                timer.clone(),
            );
            let read = Call {
                repeat: Repeat::Harmless,
                silence_ms_max,
                ..CREATE
            };
            let late = || {
                Failure::new(FailureKind::Network, "no answer")
                    .temporary()
                    .ambiguous()
            };
            let answer: Result<(), Failure> = block_on(layers.call(read, || {
                within(20_000, &*timer, std::future::pending(), late)
            }));
            assert_eq!(answer.unwrap_err().message, "no answer");
            (layers.counts().total(), timer.now_ms())
        };
        let (attempts, ms) = attempts_and_time(Some(60_000));
        assert_eq!(attempts, 3);
        assert!((60_000..62_000).contains(&ms), "{ms}");
        assert_eq!(attempts_and_time(None).0, 8);
    }

    #[test]
    fn a_permanent_failure_comes_out_at_once() {
        let wrong = Failure::new(FailureKind::Invalid, "no such type");
        assert_eq!(run(CREATE, 1, &wrong).1, 1);
    }

    #[test]
    fn the_same_seed_gives_the_same_pauses() {
        let throttled = Failure::new(FailureKind::Throttled, "slow down");
        assert_eq!(run(CREATE, 5, &throttled).2, run(CREATE, 5, &throttled).2);
    }
}
