//! What a step under way is waiting for: told by whoever waits, asked by whoever limits the step or tells the user.
//!
//! How long a step may take is one rule, the type's or the program's `@timeout`, and it is the engine's. A provider
//! therefore does not count minutes: inside of a step its waits go on until the step is given up, and the words that
//! it leaves here say what was waited for.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

thread_local! {
    /// The step whose future is being polled.
    static CURRENT: RefCell<Option<Patience>> = const { RefCell::new(None) };
}

/// What one step is waiting for. Clones are the same step.
#[derive(Clone, Debug, Default)]
pub struct Patience(Arc<Mutex<Vec<(u64, String)>>>);

impl Patience {
    /// What is being waited for, in words that follow "waiting": `for the volume to be available`. The innermost wait
    /// that was begun and is not over; `None` when nobody has said.
    pub fn waiting(&self) -> Option<String> {
        self.notes().last().map(|(_, words)| words.clone())
    }

    /// Runs `work` as this step: the [`waiting`] notes inside of it are this one's.
    pub fn within<F: Future>(&self, work: F) -> Within<F> {
        Within {
            patience: self.clone(),
            work: Box::pin(work),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Vec<(u64, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A future that runs as a step.
pub struct Within<F> {
    patience: Patience,
    work: Pin<Box<F>>,
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let outer = CURRENT.replace(Some(self.patience.clone()));
        let polled = self.work.as_mut().poll(context);
        CURRENT.set(outer);
        polled
    }
}

/// Says that the step under way waits for `words`, until the result is dropped. Outside of a step nobody hears it.
#[must_use = "the wait is over when this is dropped"]
pub fn waiting(words: impl Into<String>) -> Waiting {
    let patience = CURRENT.with_borrow(Clone::clone);
    let number = patience.as_ref().map_or(0, |patience| {
        let mut notes = patience.notes();
        let number = notes.last().map_or(1, |(last, _)| last + 1);
        notes.push((number, words.into()));
        number
    });
    Waiting { patience, number }
}

/// A wait that goes on.
#[derive(Debug)]
pub struct Waiting {
    patience: Option<Patience>,
    number: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(patience) = &self.patience {
            // Waits of one step may go on beside each other and end in any order.
            patience
                .notes()
                .retain(|(number, _)| *number != self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn poll<F: Future>(work: Pin<&mut F>) -> Poll<F::Output> {
        work.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_step_tells_its_innermost_wait_and_only_its_own() {
        let (one, other) = (Patience::default(), Patience::default());
        let mut work = std::pin::pin!(one.within(async {
            let _outer = waiting("for the volume");
            {
                let _inner = waiting("for an answer");
                std::future::ready(()).await;
            }
            std::future::pending::<()>().await;
        }));
        assert!(poll(work.as_mut()).is_pending());
        assert_eq!(one.waiting().as_deref(), Some("for the volume"));
        assert_eq!(other.waiting(), None);
        // Outside of a step nobody hears it.
        let _nobody = waiting("for nothing");
        assert_eq!(one.waiting().as_deref(), Some("for the volume"));
    }

    #[test]
    fn what_is_over_is_no_longer_told() {
        let step = Patience::default();
        let mut work = std::pin::pin!(step.within(async {
            drop(waiting("for an answer"));
        }));
        assert!(poll(work.as_mut()).is_ready());
        assert_eq!(step.waiting(), None);
    }
}
