//! RunInstances.

use std::collections::BTreeMap;

use crate::aws::catalogue::instance_type;
use crate::aws::describe::Answer;
use crate::aws::ec2::launch_devices::{add_volume, devices};
use crate::aws::ec2::launch_network::{Port, plug, ports};
use crate::aws::ec2::launch_options::{default_metadata, metadata, shutdown_behavior, user_data};
use crate::aws::ec2::{
    image, instance_show, instance_type as types, key_pair, launch_from_template, placement_group,
    profile, tags,
};
use crate::aws::fault::Fault;
use crate::aws::world::{Image, Instance, InstanceState, Region};
use crate::ground::query::Query;

/// The most instances of one launch.
const LAUNCH_MAX: i64 = 1000;

/// The zone that a launch asks for, as far as it says so: client tokens of zones are apart.
pub fn zone(region: &Region, q: &Query) -> String {
    let first = q
        .list("NetworkInterface")
        .into_iter()
        .find_map(|port| port.text("SubnetId"));
    let subnet = q
        .text("SubnetId")
        .or(first)
        .and_then(|id| region.subnets.get(id));
    let named = q
        .child("Placement")
        .and_then(|placement| placement.text("AvailabilityZone"));
    subnet
        .map(|subnet| subnet.zone.as_str())
        .or(named)
        .unwrap_or_default()
        .to_owned()
}

pub fn run(region: &mut Region, q: &Query) -> Answer {
    let Some(launch) = launch_from_template::merged(region, q)? else {
        return run_plain(region, q, BTreeMap::new());
    };
    let marks = [
        ("aws:ec2launchtemplate:id", launch.template),
        ("aws:ec2launchtemplate:version", launch.version.to_string()),
    ];
    let marks = marks.map(|(key, value)| (key.to_owned(), value)).into();
    let answer = run_plain(region, &launch.q, marks)?;
    match launch.q.unread() {
        None => Ok(answer),
        Some(name) => Err(Fault::new(
            "UnknownParameter",
            format!("The parameter {name} is not recognized"),
        )),
    }
}

/// Launches what the parameters say; the instances bear `marks` beside the tags.
fn run_plain(region: &mut Region, q: &Query, marks: BTreeMap<String, String>) -> Answer {
    q.accept(&[
        "Action",
        "Version",
        "DryRun",
        "CpuOptions",
        "MaintenanceOptions",
        "PrivateDnsNameOptions",
        "CapacityReservationSpecification",
    ]);
    let image = image::usable(region, q.need("ImageId")?)?;
    let kind = types::find(q.text("InstanceType").unwrap_or("t2.micro"))?;
    if kind.architecture != image.architecture {
        return Err(Fault::value(format!(
            "The architecture '{}' of the specified instance type does not match the architecture '{}' of the specified AMI.",
            kind.architecture, image.architecture
        )));
    }
    let key = q
        .text("KeyName")
        .map(|name| key_pair::by_name(region, name).map(|key| key.name.clone()))
        .transpose()?;
    let count = count(q)?;
    check_vcpus(region, kind.vcpus * count as u32)?;
    let ports = ports(region, q)?;
    let devices = devices(region, &image, q)?;
    if count > 1 && ports.iter().any(|port| port.ip.is_some()) {
        return Err(Fault::combination(
            "Network interfaces with a private IP address are for one instance only.",
        ));
    }
    let taggable = [
        "instance",
        "volume",
        "network-interface",
        "spot-instances-request",
    ];
    let given = |of: &str| tags::specified(q, of, &taggable);
    let (of_instance, of_volume, of_port) = (
        given("instance")?,
        given("volume")?,
        given("network-interface")?,
    );
    let template = template(region, q, &image, kind.name.as_str(), key, &ports)?;
    let mut launched = Vec::new();
    for launch_index in 0..count {
        let mut instance = Instance {
            id: region.new_id("i"),
            launch_index,
            ..template.clone()
        };
        // Every instance has an association of its own.
        if let Some(profile) = &mut instance.profile {
            profile.association = region.new_id("iip-assoc");
        }
        for port in &ports {
            let id = plug(region, &instance.id, port)?;
            tags::put(region, &id, of_port.clone())?;
            instance.interfaces.push(id);
        }
        for device in &devices {
            let id = add_volume(region, &instance, device, &image)?;
            tags::put(region, &id, of_volume.clone())?;
            instance.devices.push((device.name.clone(), id));
        }
        tags::put(region, &instance.id, of_instance.clone())?;
        tags::put(region, &instance.id, marks.clone())?;
        region.instances.put(instance.clone());
        launched.push(instance);
    }
    Ok(instance_show::reservation(
        region,
        &template.reservation,
        &launched.iter().collect::<Vec<_>>(),
    ))
}

fn count(q: &Query) -> Result<usize, Fault> {
    let least = q
        .int("MinCount")?
        .ok_or_else(|| Fault::missing("minCount"))?;
    let most = q
        .int("MaxCount")?
        .ok_or_else(|| Fault::missing("maxCount"))?;
    if least < 1 || most < least {
        return Err(Fault::value(format!(
            "Invalid value '{most}' for maxCount. Must be equal to or greater than minCount ({least})."
        )));
    }
    if most > LAUNCH_MAX {
        return Err(Fault::new(
            "InstanceLimitExceeded",
            format!("You can launch {LAUNCH_MAX} instances at once at most."),
        ));
    }
    usize::try_from(most).map_err(|_| Fault::value("Invalid value for maxCount."))
}

/// Refuses more virtual processors than the account may run.
///
/// # Errors
/// `VcpuLimitExceeded`.
pub fn check_vcpus(region: &Region, more: u32) -> Result<(), Fault> {
    let running = |instance: &&Instance| {
        matches!(
            instance.state,
            InstanceState::Pending | InstanceState::Running
        )
    };
    let used: u32 = region
        .instances
        .iter()
        .filter(running)
        .filter_map(|instance| instance_type(&instance.kind))
        .map(|kind| kind.vcpus)
        .sum();
    let limit = region.quotas.vcpus;
    if used + more > limit {
        return Err(Fault::new(
            "VcpuLimitExceeded",
            format!(
                "You have requested more vCPU capacity than your current vCPU limit of {limit} allows."
            ),
        ));
    }
    Ok(())
}

/// What all instances of the launch have in common.
fn template(
    region: &mut Region,
    q: &Query,
    image: &Image,
    kind: &str,
    key: Option<String>,
    ports: &[Port],
) -> Result<Instance, Fault> {
    let placement = q.child("Placement");
    let tenancy = placement
        .and_then(|placement| placement.text("Tenancy"))
        .unwrap_or("default");
    if tenancy != "default" && tenancy != "dedicated" {
        return Err(Fault::value(format!(
            "Value ({tenancy}) for parameter tenancy is invalid."
        )));
    }
    let placement_group = placement
        .and_then(|placement| placement.text("GroupName"))
        .filter(|name| !name.is_empty());
    let placement_group = placement_group
        .map(|name| placement_group::by_name(region, name).cloned())
        .transpose()?;
    let clustered = placement_group
        .as_ref()
        .is_some_and(|group| group.strategy == "cluster");
    if clustered && types::find(kind)?.burstable() {
        return Err(Fault::combination(format!(
            "Instances of the type {kind} are not supported in a cluster placement group."
        )));
    }
    let placement_group = placement_group.map(|group| group.name);
    let profile = q
        .child("IamInstanceProfile")
        .map(|node| profile::named(region, node))
        .transpose()?;
    let credits = q
        .child("CreditSpecification")
        .and_then(|node| node.text("CpuCredits"));
    let default_credits = types::find(kind)?.credits();
    match credits {
        Some(_) if default_credits.is_none() => {
            return Err(Fault::combination(format!(
                "The T2/T3 unlimited option is not supported for {kind}."
            )));
        }
        Some(word) if !matches!(word, "standard" | "unlimited") => {
            return Err(Fault::value(format!(
                "Value ({word}) for parameter cpuCredits is invalid."
            )));
        }
        _ => {}
    }
    Ok(Instance {
        id: String::new(),
        reservation: region.new_id("r"),
        launch_index: 0,
        client_token: q.text("ClientToken").map(str::to_owned),
        image: image.id.clone(),
        kind: kind.to_owned(),
        key,
        state: InstanceState::Pending,
        due: region.after(region.timing.instance_ms),
        launched_ms: region.now,
        reason: None,
        zone: ports[0].subnet.zone.clone(),
        vpc: ports[0].subnet.vpc.clone(),
        subnet: ports[0].subnet.id.clone(),
        interfaces: Vec::new(),
        root_device: image.root().device.clone(),
        devices: Vec::new(),
        user_data: user_data(q.text("UserData"))?,
        terminate_protected: q.flag("DisableApiTermination")?.unwrap_or(false),
        stop_protected: q.flag("DisableApiStop")?.unwrap_or(false),
        shutdown_behavior: shutdown_behavior(
            q.text("InstanceInitiatedShutdownBehavior")
                .unwrap_or("stop"),
        )?,
        metadata: metadata(&default_metadata(image), q.child("MetadataOptions"))?,
        monitored: q
            .child("Monitoring")
            .map(|node| node.flag("Enabled"))
            .transpose()?
            .flatten()
            .unwrap_or(false),
        ebs_optimized: q.flag("EbsOptimized")?.unwrap_or(false),
        cpu_credits: credits.or(default_credits).map(str::to_owned),
        tenancy: tenancy.to_owned(),
        placement_group,
        profile,
    })
}
