//! Virtual time for tests: when everything waits, the clock jumps to the next moment somebody waits for.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::Timer;

#[derive(Default)]
struct Inner {
    now_ms: u64,
    serial: u64,
    sleepers: BTreeMap<(u64, u64), Waker>,
}

/// A clock that only moves when nothing else does. Clones are the same clock.
#[derive(Clone, Default)]
pub struct Clock(Arc<Mutex<Inner>>);

/// Waits until a moment of its clock has come.
pub struct Sleep {
    clock: Clock,
    until_ms: u64,
    place: Option<(u64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut inner = clock.inner();
        if inner.now_ms >= self.until_ms {
            return Poll::Ready(());
        }
        let until_ms = self.until_ms;
        let place = *self.place.get_or_insert_with(|| {
            inner.serial += 1;
            (until_ms, inner.serial)
        });
        inner.sleepers.insert(place, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.clock.inner().sleepers.remove(&place);
        }
    }
}

#[async_trait::async_trait]
impl Timer for Clock {
    async fn sleep(&self, duration: Duration) {
        self.pause(duration).await;
    }

    fn now_ms(&self) -> u64 {
        self.inner().now_ms
    }
}

impl Clock {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A wait that may be shared between threads.
    pub fn pause(&self, duration: Duration) -> Sleep {
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Sleep {
            clock: self.clone(),
            until_ms: self.now_ms().saturating_add(ms),
            place: None,
        }
    }

    /// Jumps to the next moment somebody waits for; `false` when nobody waits.
    fn advance(&self) -> bool {
        let mut inner = self.inner();
        let Some(((moment, _), waker)) = inner.sleepers.pop_first() else {
            return false;
        };
        inner.now_ms = inner.now_ms.max(moment);
        drop(inner);
        waker.wake();
        true
    }

    /// Runs a future to its end, on this thread. `None` when `killed` became true: the future is dropped where it stands.
    ///
    /// # Panics
    /// When it waits for something that never comes.
    pub fn run_until<T>(
        &self,
        killed: &dyn Fn() -> bool,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        struct Flag(AtomicBool);
        impl Wake for Flag {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            if flag.0.swap(false, Ordering::SeqCst) {
                let polled = future.as_mut().poll(&mut context);
                if killed() {
                    return None;
                }
                if let Poll::Ready(value) = polled {
                    return Some(value);
                }
            } else {
                assert!(
                    self.advance(),
                    "everything waits for something that never comes"
                );
            }
        }
    }

    /// Runs a future to its end, on this thread.
    ///
    /// # Panics
    /// When it waits for something that never comes.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        match self.run_until(&|| false, future) {
            Some(value) => value,
            None => unreachable!("nobody kills it"),
        }
    }
}
