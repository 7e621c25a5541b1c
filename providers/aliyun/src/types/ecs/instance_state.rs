//! Starting and stopping machines, and what has to be done before one goes.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_sdk::fields::Fields;
use infra_sdk::{Delete, Failure, FailureKind, wait};

use super::INSTANCE;
use crate::cloud::Cloud;
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
async fn reach(cloud: &Cloud, id: &str, state: &str, call: &Call) -> Result<(), Failure> {
    let rests = |state: &str| INSTANCE.states.ready.contains(&state);
    let what = format!("for the machine to be {}", state.to_lowercase());
    let before = wait::until(cloud, &what, wait::STEP, || async {
        let seen = look(cloud, &INSTANCE, id).await?;
        let now = seen.map(|seen| seen.state);
        Ok(now.as_deref().is_none_or(rests).then_some(now))
    })
    .await?;
    if before.is_none_or(|before| before == state) {
        return Ok(());
    }
    cloud.change(ECS, call, named(call, id)).await?;
    wait::until(cloud, &what, wait::STEP, || async {
        let seen = look(cloud, &INSTANCE, id).await?;
        Ok(seen.is_none_or(|seen| seen.state == state).then_some(()))
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
