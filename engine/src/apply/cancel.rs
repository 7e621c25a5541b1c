//! Stopping a run in two stages.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// How far a run has been told to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    #[default]
    Running,
    /// Start nothing new; what runs is waited for and settled.
    Draining,
    /// Stop at once; the next run recovers.
    Stopped,
}

#[derive(Default)]
struct Inner {
    stage: Stage,
    waker: Option<Waker>,
}

/// The handle through which Ctrl-C reaches a run. Clones are one handle; it serves one run at a time.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Mutex<Inner>>);

impl Cancel {
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Goes one stage further: the first call drains, the second stops.
    pub fn request(&self) {
        let waker = {
            let mut inner = self.lock();
            inner.stage = match inner.stage {
                Stage::Running => Stage::Draining,
                Stage::Draining | Stage::Stopped => Stage::Stopped,
            };
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn stage(&self) -> Stage {
        self.lock().stage
    }

    /// Waits until the stage is past `seen`.
    pub(crate) fn past(&self, seen: Stage) -> Past<'_> {
        Past { cancel: self, seen }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

pub(crate) struct Past<'a> {
    cancel: &'a Cancel,
    seen: Stage,
}

impl Future for Past<'_> {
    type Output = Stage;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Stage> {
        let mut inner = self.cancel.lock();
        if inner.stage > self.seen {
            return Poll::Ready(inner.stage);
        }
        inner.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
