//! Keeping the lock while something else is waited for.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::future::{Either, select};
use infra_sdk::Timer;

use super::{LEASE, Lock};
use crate::state::StateError;

/// How often the lock is looked after while a cloud is waited for: well below half of a lease.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(LEASE.as_secs() / 8);

/// Waits for `work` and prolongs the lease meanwhile.
pub(crate) async fn with_heartbeat<T>(
    lock: &mut Lock,
    timer: &dyn Timer,
    work: impl Future<Output = T>,
) -> Result<T, StateError> {
    let mut work = pin!(work);
    loop {
        let beat = timer.sleep(HEARTBEAT);
        match select(work.as_mut(), beat).await {
            Either::Left((done, _)) => return Ok(done),
            Either::Right(_) => {
                lock.hold()?;
                give_way().await;
            }
        }
    }
}

/// Lets the runtime look after its other work once, in case the timer never really waits.
async fn give_way() {
    let mut gave_way = false;
    futures::future::poll_fn(|context| {
        if std::mem::replace(&mut gave_way, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
