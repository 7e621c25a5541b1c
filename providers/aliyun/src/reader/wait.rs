//! Waiting until a resource is ready.

use infra_sdk::seen::Seen;
use infra_sdk::wait::{Pace, STEP, until};
use infra_sdk::{Failure, FailureKind};

use super::listing::Listed;
use crate::cloud::Cloud;
use crate::table::Kind;

/// What is known of a resource that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// It was made a moment ago, and listings may not show it yet.
    New,
    /// It was there.
    Known,
}

/// What one resource is now, asked together with others of its type; `None` when it does not exist.
pub(crate) async fn look(
    cloud: &Cloud,
    kind: &'static Kind,
    id: &str,
) -> Result<Option<Seen>, Failure> {
    cloud.batch.look(cloud, &Listed { cloud, kind }, id).await
}

/// Waits until a resource is in a state in which nothing is under way.
///
/// # Errors
/// `NotFound` when it does not exist (of a new one, after the cloud's window), `Cloud` when it will never be ready.
pub(crate) async fn ready(
    cloud: &Cloud,
    kind: &'static Kind,
    id: &str,
    wait: Wait,
) -> Result<Seen, Failure> {
    let start_ms = cloud.timer().now_ms();
    let what = match kind.states.ready {
        [] => format!("to see {id}"),
        states => format!("for {id} to be {}", states.join(" or ")),
    };
    until(cloud, &what, STEP, || async {
        let Some(seen) = look(cloud, kind, id).await? else {
            let spent_ms = cloud.timer().now_ms().saturating_sub(start_ms);
            if wait == Wait::New && spent_ms < cloud.windows().consistency_ms {
                return Ok(None);
            }
            let message = format!("{id} does not exist");
            return Err(Failure::new(FailureKind::NotFound, message));
        };
        if kind.states.broken.contains(&seen.state.as_str()) {
            let message = format!("Alibaba Cloud gave {id} up: its state is {}", seen.state);
            return Err(Failure::new(FailureKind::Cloud, message)
                .help("look at it in the console, delete it, and apply again"));
        }
        let ready =
            kind.states.ready.is_empty() || kind.states.ready.contains(&seen.state.as_str());
        Ok(ready.then_some(seen))
    })
    .await
}

/// Waits until a resource does not exist any more.
pub(super) async fn gone(cloud: &Cloud, kind: &'static Kind, id: &str) -> Result<(), Failure> {
    until(cloud, &format!("for {id} to be gone"), STEP, || async {
        Ok(look(cloud, kind, id).await?.is_none().then_some(()))
    })
    .await
}
