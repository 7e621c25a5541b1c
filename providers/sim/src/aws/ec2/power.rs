//! Starting, stopping, rebooting and terminating instances, and what time does to them.

use crate::aws::describe::Answer;
use crate::aws::ec2::{instance_show, interface, launch, launch_network, volume};
use crate::aws::fault::Fault;
use crate::aws::world::{Instance, InstanceState, Region, VolumeState};
use crate::aws::xml::Node;
use crate::ground::query::Query;

fn named(region: &Region, q: &Query) -> Result<Vec<Instance>, Fault> {
    let ids = q.texts("InstanceId");
    if ids.is_empty() {
        return Err(Fault::missing("InstanceId"));
    }
    ids.into_iter()
        .map(|id| Ok(region.instances.find(id)?.clone()))
        .collect()
}

fn changed(region: &Region, before: &[Instance]) -> Node {
    let items = before.iter().map(|instance| {
        let now = region
            .instances
            .get(&instance.id)
            .map_or(instance.state, |instance| instance.state);
        Node::new()
            .text("instanceId", &instance.id)
            .node("currentState", instance_show::state(now))
            .node("previousState", instance_show::state(instance.state))
    });
    Node::new().list("instancesSet", items)
}

fn wrong_state(instance: &Instance, verb: &str) -> Fault {
    Fault::new(
        "IncorrectInstanceState",
        format!(
            "The instance '{}' is not in a state from which it can be {verb}.",
            instance.id
        ),
    )
}

/// A reason for a change of state that a user asked for.
fn by_user(verb: &str) -> Option<(String, String)> {
    Some((
        format!("Client.UserInitiated{verb}"),
        format!(
            "Client.UserInitiated{verb}: User initiated {}",
            verb.to_lowercase()
        ),
    ))
}

pub fn start(region: &mut Region, q: &Query) -> Answer {
    let instances = named(region, q)?;
    for instance in &instances {
        match instance.state {
            InstanceState::Running | InstanceState::Pending => continue,
            InstanceState::Stopped => {}
            _ => return Err(wrong_state(instance, "started")),
        }
        if !instance
            .devices
            .iter()
            .any(|(device, _)| *device == instance.root_device)
        {
            return Err(Fault::new(
                "IncorrectInstanceState",
                format!(
                    "Instance '{}' does not have a volume attached at root ({})",
                    instance.id, instance.root_device
                ),
            ));
        }
        let vcpus =
            crate::aws::catalogue::instance_type(&instance.kind).map_or(0, |kind| kind.vcpus);
        launch::check_vcpus(region, vcpus)?;
        let started = Instance {
            state: InstanceState::Pending,
            due: region.after(region.timing.instance_ms),
            launched_ms: region.now,
            reason: None,
            ..instance.clone()
        };
        launch_network::lend_addresses(region, &started);
        region.instances.put(started);
    }
    Ok(changed(region, &instances))
}

pub fn stop(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["Force", "SkipOsShutdown"]);
    if q.flag("Hibernate")? == Some(true) {
        return Err(Fault::new(
            "UnsupportedHibernationConfiguration",
            "The instances were not launched for hibernation",
        ));
    }
    let instances = named(region, q)?;
    for instance in &instances {
        match instance.state {
            InstanceState::Stopping | InstanceState::Stopped => continue,
            InstanceState::Running => {}
            _ => return Err(wrong_state(instance, "stopped")),
        }
        if instance.stop_protected {
            return Err(Fault::new(
                "OperationNotPermitted",
                format!(
                    "The instance '{}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
                    instance.id
                ),
            ));
        }
        let due = region.after(region.timing.instance_ms);
        let reason = by_user("Shutdown");
        region.instances.put(Instance {
            state: InstanceState::Stopping,
            due,
            reason,
            ..instance.clone()
        });
    }
    Ok(changed(region, &instances))
}

pub fn reboot(region: &mut Region, q: &Query) -> Answer {
    match named(region, q)?
        .iter()
        .find(|instance| instance.state != InstanceState::Running)
    {
        Some(instance) => Err(wrong_state(instance, "rebooted")),
        None => Ok(Node::done()),
    }
}

pub fn terminate(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["Force", "SkipOsShutdown"]);
    let instances = named(region, q)?;
    if let Some(instance) = instances
        .iter()
        .find(|instance| instance.terminate_protected && !instance.state.is_ending())
    {
        return Err(Fault::new(
            "OperationNotPermitted",
            format!(
                "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
                instance.id
            ),
        ));
    }
    for instance in instances
        .iter()
        .filter(|instance| !instance.state.is_ending())
    {
        let due = region.after(region.timing.instance_ms);
        let reason = by_user("Shutdown");
        region.instances.put(Instance {
            state: InstanceState::ShuttingDown,
            due,
            reason,
            ..instance.clone()
        });
    }
    Ok(changed(region, &instances))
}

fn set_monitoring(region: &mut Region, q: &Query, on: bool) -> Answer {
    let mut items = Vec::new();
    for instance in named(region, q)? {
        let state = if on { "pending" } else { "disabling" };
        items.push(
            Node::new()
                .text("instanceId", &instance.id)
                .node("monitoring", Node::new().text("state", state)),
        );
        region.instances.put(Instance {
            monitored: on,
            ..instance
        });
    }
    Ok(Node::new().list("instancesSet", items))
}

pub fn monitor(region: &mut Region, q: &Query) -> Answer {
    set_monitoring(region, q, true)
}

pub fn unmonitor(region: &mut Region, q: &Query) -> Answer {
    set_monitoring(region, q, false)
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut instance) = region.instances.get(id).cloned() else {
        return;
    };
    instance.due = None;
    match instance.state {
        InstanceState::Pending => instance.state = InstanceState::Running,
        InstanceState::Stopping => {
            instance.state = InstanceState::Stopped;
            launch_network::reclaim_addresses(region, &instance);
        }
        InstanceState::ShuttingDown => {
            instance.state = InstanceState::Terminated;
            instance.due = region.after(region.timing.afterlife_ms);
            let_go(region, &mut instance);
        }
        InstanceState::Terminated => {
            region.instances.remove(id);
            region.tags.remove(id);
            return;
        }
        InstanceState::Running | InstanceState::Stopped => {}
    }
    region.instances.put(instance);
}

/// A terminated instance leaves its network and its volumes; some of them go with it.
fn let_go(region: &mut Region, instance: &mut Instance) {
    launch_network::reclaim_addresses(region, instance);
    for id in std::mem::take(&mut instance.interfaces) {
        let Some(mut port) = region.interfaces.get(&id).cloned() else {
            continue;
        };
        if port
            .attachment
            .as_ref()
            .is_none_or(|attachment| attachment.delete_on_termination)
        {
            interface::remove(region, &id);
        } else {
            port.attachment = None;
            region.interfaces.put(port);
        }
    }
    for (_, id) in std::mem::take(&mut instance.devices) {
        let Some(mut kept) = region.volumes.get(&id).cloned() else {
            continue;
        };
        if kept
            .attachment
            .take()
            .is_some_and(|attachment| attachment.delete_on_termination)
        {
            volume::remove(region, &id);
        } else {
            kept.state = VolumeState::Available;
            region.volumes.put(kept);
        }
    }
}
