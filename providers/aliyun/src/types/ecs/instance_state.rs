//! Starting and stopping machines, and what has to be done before one goes.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_sdk::fields::Fields;
use infra_sdk::layers::Repeat;
use infra_sdk::{Delete, Failure, FailureKind, wait};

use super::INSTANCE;
use crate::cloud::Cloud;
use crate::error::is_busy;
use crate::products::ECS;
use crate::reader::look;
use crate::table::{Call, Way, call, named};

/// A stopped machine stays where it is and is paid for: one that lets go of its place may find none when it is started.
const STOP: Call = call("StopInstance")
    .nowhere()
    .of(&["InstanceId"])
    .with(&[("StoppedMode", "KeepCharging"), ("ForceStop", "false")]);
const START: Call = call("StartInstance").nowhere().of(&["InstanceId"]);

pub(super) const RUNNING: Way = Way {
    name: "start or stop the machine",
    run: |cloud, order| {
        async move {
            match Fields(&order.fields).flag("running") {
                Some(false) => stop(cloud, &order.id).await,
                _ => start(cloud, &order.id).await,
            }
        }
        .boxed()
    },
};

/// Stops a machine that runs, and waits until it has stopped.
pub(super) async fn stop(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    reach(cloud, id, "Stopped", &STOP).await
}

/// Starts a machine that has stopped, and waits until it runs.
pub(super) async fn start(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    reach(cloud, id, "Running", &START).await
}

/// Brings a machine into a state. It is asked to go there once it rests in the other one; a machine that is gone is there.
/// A refusal may come because an earlier call took effect and its answer was lost, so the state decides.
async fn reach(cloud: &Cloud, id: &str, state: &str, call: &Call) -> Result<(), Failure> {
    let asked = AtomicBool::new(false);
    let what = format!("for the machine to be {}", state.to_lowercase());
    wait::until(cloud, &what, wait::STEP, || async {
        let now = look(cloud, &INSTANCE, id).await?.map(|seen| seen.state);
        let Some(now) = now.filter(|now| now != state) else {
            return Ok(Some(()));
        };
        let rests = INSTANCE.states.ready.contains(&now.as_str());
        if rests && !asked.load(Ordering::Relaxed) {
            let params = named(call, id);
            match cloud.attempt(ECS, call, params, Repeat::Harmless).await {
                Err(failure) if is_busy(&failure) => {}
                Err(failure) if failure.kind == FailureKind::NotFound => {}
                sent => {
                    sent?;
                    asked.store(true, Ordering::Relaxed);
                }
            }
        }
        Ok(None)
    })
    .await
}

/// What is paid in advance cannot be deleted, and must not be forgotten; what runs is stopped first.
pub(super) fn before_delete<'a>(
    cloud: &'a Cloud,
    order: &'a Delete,
) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let seen = look(cloud, &INSTANCE, &order.id).await?;
        let billing = seen.and_then(|seen| Fields(&seen.fields).text("billing"));
        if billing.as_deref() == Some("prepaid") {
            let message = format!("{} is paid in advance, and Alibaba Cloud does not delete it before its time is over", order.id);
            return Err(Failure::new(FailureKind::Protected, message).help(
                "change it to `billing = hourly` and apply, then delete it; or wait until it expires; it stays in the state until then",
            ));
        }
        stop(cloud, &order.id).await
    }
    .boxed()
}
