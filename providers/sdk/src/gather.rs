//! Asking in one call for what many wait for.
//!
//! Hundreds of steps may ask about their resource at the same moment. The first to ask waits a moment for the others
//! and then asks for all of them; whoever comes while that call is under way goes with the next one. So the number of
//! calls depends on how long a call takes, and not on how many ask.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, join_all, select};

use crate::{Failure, Timer};

/// For how long the first to ask waits for others. Steps that become ready together ask within it.
const BLINK: Duration = Duration::from_millis(2);

/// A name (an id, a token) that was asked for and has no answer yet.
struct Question<T> {
    name: String,
    answer: oneshot::Sender<Result<Option<T>, Failure>>,
}

/// The questions of one kind.
pub struct Gather<T> {
    /// How many names one call takes.
    names_max: usize,
    open: Mutex<Vec<Question<T>>>,
    /// Held by whoever asks for all.
    asking: futures::lock::Mutex<()>,
}

impl<T: Clone> Gather<T> {
    /// For calls that take up to `names_max` names.
    pub fn new(names_max: usize) -> Gather<T> {
        Gather {
            names_max,
            open: Mutex::default(),
            asking: futures::lock::Mutex::default(),
        }
    }

    /// Asks for one of many. `ask` gets as many names as one call takes, this one and others', and answers by name; a
    /// name without an answer is `None`.
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
            match select(&mut answered, pin!(self.asking.lock())).await {
                Either::Left((Ok(answer), _)) => return answer,
                // Whoever asked was cancelled.
                Either::Left((Err(_), _)) => continue,
                Either::Right((_asking, _)) => {
                    timer.sleep(BLINK).await;
                    let all = std::mem::take(&mut *self.open());
                    answer_all(all, self.names_max, &ask).await;
                }
            }
            if let Ok(Some(answer)) = answered.try_recv() {
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
    names_max: usize,
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
    let chunks = names.chunks(names_max);
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

#[cfg(all(test, feature = "conformance"))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::FailureKind;
    use crate::clock::Clock;

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
        let gather = Gather::new(200);
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
        let gather: Gather<usize> = Gather::new(200);
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
            match select(pin!(soon), pin!(asking)).await {
                Either::Left(_) => None,
                Either::Right((answer, _)) => Some(answer),
            }
        };
        let other = gather.one(&clock, "bcd", works);
        let (first, second) = clock.run(futures::future::join(cancelled, other));
        assert_eq!((first, second), (None, Ok(Some(3))));
    }
}
