//! Asking in one call for what many wait for.
//!
//! Hundreds of steps may look after their resource at the same moment. The first to ask waits a blink for the others
//! and then asks for all of them; whoever comes while that call is under way goes with the next one. So the number of
//! calls depends on how long a call takes, and not on how many ask.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use infra_sdk::{Failure, Timer};
use tokio::sync::oneshot;

use crate::batch::FILTER_VALUES_MAX;

/// For how long the first to ask waits for others. Steps that become ready together ask within it.
const BLINK: Duration = Duration::from_millis(2);

/// What was asked for by name (an id, a token) and has no answer yet.
struct Question<T> {
    name: String,
    answer: oneshot::Sender<Result<Option<T>, Failure>>,
}

/// The questions of one kind.
pub(crate) struct Gather<T> {
    open: Mutex<Vec<Question<T>>>,
    /// Held by whoever asks for all.
    asking: tokio::sync::Mutex<()>,
}

impl<T> Default for Gather<T> {
    fn default() -> Gather<T> {
        Gather {
            open: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }
}

impl<T: Clone> Gather<T> {
    /// Asks for one of many. `ask` gets up to [`FILTER_VALUES_MAX`] names, this one and others', and answers by name;
    /// a name without an answer is `None`.
    ///
    /// # Errors
    /// What `ask` fails with; everybody whom it asked for gets it.
    pub async fn one<Asking>(
        &self,
        timer: &dyn Timer,
        name: &str,
        ask: impl Fn(Vec<String>) -> Asking,
    ) -> Result<Option<T>, Failure>
    where
        Asking: Future<Output = Result<BTreeMap<String, T>, Failure>>,
    {
        loop {
            let (answer, mut answered) = oneshot::channel();
            self.open().push(Question {
                name: name.to_owned(),
                answer,
            });
            tokio::select! {
                biased;
                answer = &mut answered => match answer {
                    Ok(answer) => return answer,
                    // Whoever asked was cancelled.
                    Err(_) => continue,
                },
                _asking = self.asking.lock() => {
                    timer.sleep(BLINK).await;
                    let all = std::mem::take(&mut *self.open());
                    answer_all(all, &ask).await;
                }
            }
            if let Ok(answer) = answered.try_recv() {
                return answer;
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Question<T>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer_all<T: Clone, Asking>(
    questions: Vec<Question<T>>,
    ask: &impl Fn(Vec<String>) -> Asking,
) where
    Asking: Future<Output = Result<BTreeMap<String, T>, Failure>>,
{
    let mut by_name: BTreeMap<String, Vec<oneshot::Sender<_>>> = BTreeMap::new();
    for question in questions {
        by_name
            .entry(question.name)
            .or_default()
            .push(question.answer);
    }
    let names: Vec<String> = by_name.keys().cloned().collect();
    let chunks = names.chunks(FILTER_VALUES_MAX);
    let asked = chunks.map(|names| async move { (names, ask(names.to_vec()).await) });
    for (names, answer) in join_all(asked).await {
        for name in names {
            let one = answer.as_ref().map(|found| found.get(name).cloned());
            for waiting in by_name.remove(name).unwrap_or_default() {
                // Somebody who does not wait any more needs no answer.
                let _ = waiting.send(one.clone().map_err(Clone::clone));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use infra_sdk::FailureKind;
    use infra_sdk::clock::Clock;

    use super::*;

    /// A call takes 100 ms; names that begin with `x` do not exist.
    async fn answer(clock: &Clock, names: Vec<String>) -> BTreeMap<String, usize> {
        clock.pause(Duration::from_millis(100)).await;
        let there = names.into_iter().filter(|name| !name.starts_with('x'));
        there.map(|name| (name.clone(), name.len())).collect()
    }

    #[test]
    fn many_questions_make_few_calls() {
        let clock = Clock::default();
        let gather = Gather::default();
        let calls = AtomicUsize::new(0);
        let one = |name: String| {
            let (clock, gather, calls) = (&clock, &gather, &calls);
            async move {
                let ask = |names| {
                    calls.fetch_add(1, Ordering::SeqCst);
                    async { Ok(answer(clock, names).await) }
                };
                (gather.one(clock, &name, ask).await, name)
            }
        };
        let names = (0..450).map(|n| {
            if n % 9 == 0 {
                format!("x{n}")
            } else {
                format!("i{n}")
            }
        });
        let answers = clock.run(join_all(names.map(one)));
        for (answer, name) in answers {
            let there = (!name.starts_with('x')).then_some(name.len());
            assert_eq!(answer, Ok(there), "{name}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 3, "200 names a call");
        assert_eq!(clock.now_ms(), 102, "all at the same time");
    }

    #[test]
    fn a_failure_reaches_everybody_and_a_cancelled_caller_nobody() {
        let clock = Clock::default();
        let gather: Arc<Gather<usize>> = Arc::default();
        let broken = Failure::new(FailureKind::Cloud, "it is broken");
        let failing = |_| async { Err(broken.clone()) };
        let both = join_all(["a", "b"].map(|name| gather.one(&clock, name, failing)));
        for answer in clock.run(both) {
            assert_eq!(answer, Err(broken.clone()));
        }
        let works = |names| async { Ok(answer(&clock, names).await) };
        let cancelled = async {
            let asking = gather.one(&clock, "a", works);
            let soon = clock.pause(Duration::from_millis(50));
            tokio::select! { biased; _ = soon => None, answer = asking => Some(answer) }
        };
        let other = gather.one(&clock, "bcd", works);
        let (first, second) = clock.run(futures::future::join(cancelled, other));
        assert_eq!((first, second), (None, Ok(Some(3))));
    }
}
