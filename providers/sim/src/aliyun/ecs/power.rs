//! Starting, stopping and deleting instances, and what time does to them.

use super::charge;
use super::instance::{self, in_state};
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{DRY_RUN, Param, REGION, TOKEN, flag, one_of, text};
use crate::aliyun::vpc;
use crate::aliyun::world::InstanceState::{self, Deleting, Running, Starting, Stopped, Stopping};
use crate::aliyun::world::{Instance, Region};

const ID: &[Param] = &[text("InstanceId").must()];
const HOW: &[Param] = &[
    flag("Force"),
    flag("ForceStop"),
    flag("TerminateSubscription"),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "StartInstance",
        takes: &[ID, DRY_RUN],
        act: start,
    },
    Action {
        name: "StopInstance",
        takes: &[
            ID,
            DRY_RUN,
            &[
                flag("ForceStop"),
                flag("ConfirmStop"),
                one_of("StoppedMode", &["KeepCharging", "StopCharging"]),
            ],
        ],
        act: stop,
    },
    Action {
        name: "RebootInstance",
        takes: &[ID, DRY_RUN, &[flag("ForceStop")]],
        act: reboot,
    },
    Action {
        name: "DeleteInstance",
        takes: &[ID, DRY_RUN, HOW],
        act: delete,
    },
    Action {
        name: "DeleteInstances",
        takes: &[REGION, TOKEN, DRY_RUN, HOW, &[text("InstanceId.N").must()]],
        act: delete_many,
    },
];

/// Puts an instance on its way from one state to another.
pub fn go(region: &mut Region, mut instance: Instance, now: InstanceState, then: InstanceState) {
    instance.state = now;
    instance.next = then;
    instance.due = region.after(region.timing.instance_ms);
    region.instances.put(instance);
}

fn start(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, &[Stopped])?;
    instance.stopped_mode = "Not-applicable".to_owned();
    go(region, instance, Starting, Running);
    done()
}

/// A machine that stops charging gives its public address back.
fn stop(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, &[Running])?;
    let mode = args.some("StoppedMode").unwrap_or("KeepCharging");
    if mode == "StopCharging" {
        instance.public_ip = None;
    }
    instance.stopped_mode = mode.to_owned();
    go(region, instance, Stopping, Stopped);
    done()
}

fn reboot(region: &mut Region, args: &Args) -> Answer {
    let instance = in_state(region, args.need("InstanceId")?, &[Running])?;
    go(region, instance, Starting, Running);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    remove(region, args, args.need("InstanceId")?)?;
    done()
}

/// All of them or none.
fn delete_many(region: &mut Region, args: &Args) -> Answer {
    for id in args.texts("InstanceId") {
        remove(region, args, &id)?;
    }
    done()
}

fn remove(region: &mut Region, args: &Args, id: &str) -> Result<(), Fault> {
    let found = region.instances.find(id)?;
    if found.state == Deleting {
        return Err(crate::ground::Table::<Instance>::missing(id).into());
    }
    if found.is_protected {
        return Err(Fault::new(
            "InvalidOperation.DeletionProtection",
            "The operation is not allowed due to deletion protection.",
        ));
    }
    if found.expires_ms.is_some_and(|at| at > region.now) {
        return Err(charge::violation());
    }
    if region
        .route_entries
        .iter()
        .any(|it| it.hop == id || it.hop == found.interface)
    {
        return Err(Fault::new(
            "DependencyViolation.RouteEntry",
            "The specified instance is the next hop of a route entry.",
        ));
    }
    let states: &[InstanceState] = if args.flag("Force") == Some(true) {
        &[Stopped, Running, Starting, Stopping]
    } else {
        &[Stopped]
    };
    let instance = in_state(region, id, states)?;
    go(region, instance, Deleting, Deleting);
    Ok(())
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut found) = region.instances.get(id).cloned() else {
        return;
    };
    match (found.state, found.next) {
        (Deleting, _) => vanish(region, &found),
        (_, Starting) => {
            // From when it was due: the length of a start does not depend on when somebody looks.
            let began = found.due.unwrap_or(region.now);
            found.state = Starting;
            found.next = Running;
            found.due = Some(began + region.timing.instance_ms);
            region.instances.put(found);
        }
        (_, next) => {
            found.state = next;
            found.due = None;
            if next == Running {
                found.started_ms = Some(region.now);
            }
            region.instances.put(found);
        }
    }
}

/// Its system disk and the disks that go with it are gone; other disks and its Elastic IP are free.
fn vanish(region: &mut Region, found: &Instance) {
    if let Some(eip) = instance::eip_of(region, found).map(|eip| eip.id.clone()) {
        vpc::release_binding(region, &eip);
    }
    let disks = region.disks.iter().filter(|it| it.instance == found.id);
    let disks: Vec<_> = disks.cloned().collect();
    for mut disk in disks {
        if disk.is_system || disk.delete_with_instance {
            region.disks.remove(&disk.id);
            continue;
        }
        disk.let_go(region.now);
        region.disks.put(disk);
    }
    region.instances.remove(&found.id);
}
