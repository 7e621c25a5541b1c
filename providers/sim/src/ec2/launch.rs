//! RunInstances.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::catalogue::{Image, instance_type};
use crate::describe::Answer;
use crate::ec2::volume_shape::Wish;
use crate::ec2::{
    image, instance_show, instance_type as types, interface, key_pair, subnet, tags, volume,
    volume_attach,
};
use crate::fault::Fault;
use crate::query::Query;
use crate::world::{
    AttachState, Attachment, Instance, InstanceState, InterfaceAttachment, Metadata, PublicIp,
    Region, Subnet, VolumeState,
};

/// The most bytes of user data, decoded.
const USER_DATA_MAX: usize = 16_384;
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

/// A network interface to be made for each instance.
struct Port {
    device_index: i64,
    subnet: Subnet,
    groups: Vec<String>,
    ip: Option<String>,
    public: bool,
    delete_on_termination: bool,
    description: String,
}

/// A volume to be made for each instance.
struct Device<'q> {
    name: String,
    wish: Wish<'q>,
    snapshot: Option<String>,
    encrypted: bool,
    delete_on_termination: bool,
}

pub fn run(region: &mut Region, q: &Query) -> Answer {
    q.accept(&[
        "CpuOptions",
        "MaintenanceOptions",
        "PrivateDnsNameOptions",
        "CapacityReservationSpecification",
    ]);
    let image = image::find(region, q.need("ImageId")?)?;
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
    let devices = devices(&image, q)?;
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

fn ports(region: &Region, q: &Query) -> Result<Vec<Port>, Fault> {
    let specified = q.list("NetworkInterface");
    if specified.is_empty() {
        return Ok(vec![simple_port(region, q)?]);
    }
    for (name, what) in [
        ("SubnetId", "subnet ID"),
        ("SecurityGroupId", "security groups"),
        ("PrivateIpAddress", "private IP"),
    ] {
        if q.child(name).is_some() {
            return Err(Fault::combination(format!(
                "Network interfaces and an instance-level {what} may not be specified on the same request"
            )));
        }
    }
    let mut ports = Vec::new();
    for node in specified {
        if node.text("NetworkInterfaceId").is_some() {
            return Err(Fault::new(
                "UnsupportedOperation",
                "Launching with existing network interfaces is not simulated",
            ));
        }
        let subnet = match node.text("SubnetId") {
            Some(id) => region.subnets.find(id)?.clone(),
            None => default_subnet(region, q)?,
        };
        let public = node.flag("AssociatePublicIpAddress")?;
        let groups = node.texts("SecurityGroupId");
        ports.push(Port {
            device_index: node
                .int("DeviceIndex")?
                .ok_or_else(|| Fault::missing("networkInterface.deviceIndex"))?,
            groups: groups_or_default(region, &subnet.vpc, &groups)?,
            ip: node.text("PrivateIpAddress").map(str::to_owned),
            public: public.unwrap_or(subnet.map_public_ip),
            delete_on_termination: node.flag("DeleteOnTermination")?.unwrap_or(true),
            description: node.text("Description").unwrap_or_default().to_owned(),
            subnet,
        });
    }
    ports.sort_by_key(|port| port.device_index);
    let indices: Vec<i64> = ports.iter().map(|port| port.device_index).collect();
    if indices != (0..indices.len() as i64).collect::<Vec<_>>() {
        return Err(Fault::value(
            "The network interfaces must have the device indices 0, 1, … each once.",
        ));
    }
    if ports
        .iter()
        .any(|port| port.subnet.zone != ports[0].subnet.zone)
    {
        return Err(Fault::combination(
            "All network interfaces of an instance must be in one availability zone.",
        ));
    }
    Ok(ports)
}

fn simple_port(region: &Region, q: &Query) -> Result<Port, Fault> {
    let subnet = match q.text("SubnetId") {
        Some(id) => region.subnets.find(id)?.clone(),
        None => default_subnet(region, q)?,
    };
    let placed = q
        .child("Placement")
        .and_then(|placement| placement.text("AvailabilityZone"));
    if placed.is_some_and(|zone| zone != subnet.zone) {
        return Err(Fault::value(format!(
            "The subnet '{}' is not in the named availability zone.",
            subnet.id
        )));
    }
    let mut groups: Vec<String> = q
        .texts("SecurityGroupId")
        .into_iter()
        .map(str::to_owned)
        .collect();
    for name in q.texts("SecurityGroup") {
        let group = region
            .security_groups
            .iter()
            .find(|group| group.vpc == subnet.vpc && group.name == name);
        let group = group.ok_or_else(|| {
            Fault::new(
                "InvalidGroup.NotFound",
                format!(
                    "The security group '{name}' does not exist in VPC '{}'",
                    subnet.vpc
                ),
            )
        })?;
        groups.push(group.id.clone());
    }
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    Ok(Port {
        device_index: 0,
        groups: groups_or_default(region, &subnet.vpc, &groups)?,
        ip: q.text("PrivateIpAddress").map(str::to_owned),
        public: subnet.map_public_ip,
        delete_on_termination: true,
        description: String::new(),
        subnet,
    })
}

fn groups_or_default(region: &Region, vpc: &str, groups: &[&str]) -> Result<Vec<String>, Fault> {
    if groups.is_empty() {
        return Ok(region
            .default_group(vpc)
            .map(|group| group.id.clone())
            .into_iter()
            .collect());
    }
    interface::check_groups(region, vpc, groups)
}

fn default_subnet(region: &Region, q: &Query) -> Result<Subnet, Fault> {
    let wanted = match q
        .child("Placement")
        .and_then(|placement| placement.text("AvailabilityZone"))
    {
        Some(zone) => subnet::check_zone(region, zone)?,
        None => region.zones().next().unwrap_or_default(),
    };
    let found = region
        .subnets
        .iter()
        .find(|subnet| subnet.default_for_zone && subnet.zone == wanted)
        .cloned();
    found.ok_or_else(|| {
        Fault::new(
            "MissingInput",
            "No subnets found for the default VPC. Please specify a subnet.",
        )
    })
}

/// The image's root device and what the request changes or adds.
fn devices<'q>(image: &Image, q: &'q Query) -> Result<Vec<Device<'q>>, Fault> {
    let mut devices: BTreeMap<String, Option<Device<'q>>> = BTreeMap::new();
    let root = Device {
        name: image.root_device.clone(),
        wish: Wish::default(),
        snapshot: Some(image.root_snapshot.clone()),
        encrypted: false,
        delete_on_termination: true,
    };
    devices.insert(root.name.clone(), Some(root));
    for node in q.list("BlockDeviceMapping") {
        let name = node.need("DeviceName")?;
        volume_attach::check_device(name)?;
        if node.text("NoDevice").is_some() {
            devices.insert(name.to_owned(), None);
            continue;
        }
        let Some(ebs) = node.child("Ebs") else {
            return Err(Fault::new(
                "InvalidBlockDeviceMapping",
                format!("The device '{name}' is no EBS device"),
            ));
        };
        let is_root = name == image.root_device;
        let snapshot = ebs
            .text("SnapshotId")
            .filter(|id| !id.is_empty())
            .map(str::to_owned);
        if is_root
            && snapshot
                .as_ref()
                .is_some_and(|id| *id != image.root_snapshot)
        {
            return Err(Fault::new(
                "InvalidBlockDeviceMapping",
                "snapshotId can only be modified on EBS devices that are not root",
            ));
        }
        let device = Device {
            name: name.to_owned(),
            wish: Wish::parse(ebs, "VolumeSize")?,
            snapshot: snapshot.or_else(|| is_root.then(|| image.root_snapshot.clone())),
            encrypted: ebs.flag("Encrypted")?.unwrap_or(false),
            delete_on_termination: ebs.flag("DeleteOnTermination")?.unwrap_or(true),
        };
        devices.insert(name.to_owned(), Some(device));
    }
    if devices.get(&image.root_device).is_some_and(Option::is_none) {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            "The root device cannot be left out",
        ));
    }
    let mut devices: Vec<Device<'q>> = devices.into_values().flatten().collect();
    // The root device is the first one.
    devices.sort_by_key(|device| device.name != image.root_device);
    Ok(devices)
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
        root_device: image.root_device.clone(),
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
    })
}

/// Checks user data, which stays encoded.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn user_data(text: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let decoded = STANDARD
        .decode(text)
        .map_err(|_| Fault::value("Invalid BASE64 encoding of user data."))?;
    if decoded.len() > USER_DATA_MAX {
        return Err(Fault::value(format!(
            "User data is limited to {USER_DATA_MAX} bytes"
        )));
    }
    Ok(Some(text.to_owned()))
}

/// `stop` or `terminate`.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn shutdown_behavior(word: &str) -> Result<String, Fault> {
    if matches!(word, "stop" | "terminate") {
        return Ok(word.to_owned());
    }
    Err(Fault::value(format!(
        "Value ({word}) for parameter instanceInitiatedShutdownBehavior is invalid."
    )))
}

fn default_metadata(image: &Image) -> Metadata {
    let word = |word: &str| word.to_owned();
    Metadata {
        tokens: word(if image.imds_v2 {
            "required"
        } else {
            "optional"
        }),
        hop_limit: if image.imds_v2 { 2 } else { 1 },
        endpoint: word("enabled"),
        ipv6: word("disabled"),
        tags: word("disabled"),
    }
}

/// Metadata options as a request changes them.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn metadata(before: &Metadata, q: Option<&Query>) -> Result<Metadata, Fault> {
    let mut options = before.clone();
    let Some(q) = q else { return Ok(options) };
    for (name, field, allowed) in [
        ("HttpTokens", &mut options.tokens, ["required", "optional"]),
        (
            "HttpEndpoint",
            &mut options.endpoint,
            ["enabled", "disabled"],
        ),
        (
            "HttpProtocolIpv6",
            &mut options.ipv6,
            ["enabled", "disabled"],
        ),
        (
            "InstanceMetadataTags",
            &mut options.tags,
            ["enabled", "disabled"],
        ),
    ] {
        if let Some(word) = q.text(name) {
            if !allowed.contains(&word) {
                return Err(Fault::value(format!(
                    "Value ({word}) for parameter {name} is invalid."
                )));
            }
            word.clone_into(field);
        }
    }
    if let Some(hops) = q.int("HttpPutResponseHopLimit")? {
        if !(1..=64).contains(&hops) {
            return Err(Fault::value(format!(
                "Value ({hops}) for parameter HttpPutResponseHopLimit is not between 1 and 64."
            )));
        }
        options.hop_limit = hops;
    }
    Ok(options)
}

fn plug(region: &mut Region, instance: &str, port: &Port) -> Result<String, Fault> {
    let ip = interface::private_ip(region, &port.subnet, port.ip.as_deref())?;
    let mut made = interface::blank(region, &port.subnet, ip, &port.description);
    made.groups = port.groups.clone();
    made.wants_public = port.public;
    if port.public {
        made.public = Some(PublicIp {
            ip: region.new_public_ip(),
            elastic: None,
        });
    }
    made.attachment = Some(InterfaceAttachment {
        id: region.new_id("eni-attach"),
        instance: instance.to_owned(),
        device_index: port.device_index,
        since_ms: region.now,
        delete_on_termination: port.delete_on_termination,
    });
    let id = made.id.clone();
    region.interfaces.put(made);
    Ok(id)
}

fn add_volume(
    region: &mut Region,
    instance: &Instance,
    device: &Device<'_>,
    image: &Image,
) -> Result<String, Fault> {
    let is_root = device.name == image.root_device;
    let default_kind = if is_root {
        image.root_kind.as_str()
    } else {
        "gp2"
    };
    if let (true, Some(size)) = (is_root, device.wish.size)
        && size < image.root_gib
    {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            format!(
                "Volume of size {size}GB is smaller than snapshot '{}', expect size >= {}GB",
                image.root_snapshot, image.root_gib
            ),
        ));
    }
    let snapshot = device.snapshot.as_deref();
    let mut made = volume::blank(
        region,
        device.wish,
        default_kind,
        snapshot,
        device.encrypted,
        instance.zone.clone(),
    )?;
    made.state = VolumeState::InUse;
    made.due = None;
    made.attachment = Some(Attachment {
        instance: instance.id.clone(),
        device: device.name.clone(),
        state: AttachState::Attaching,
        due: region.after(region.timing.instance_ms),
        since_ms: region.now,
        delete_on_termination: device.delete_on_termination,
    });
    let id = made.id.clone();
    region.volumes.put(made);
    Ok(id)
}

/// Lends public addresses to the interfaces that are meant to have one and have none.
pub fn lend_addresses(region: &mut Region, instance: &Instance) {
    for id in &instance.interfaces {
        let Some(mut port) = region.interfaces.get(id).cloned() else {
            continue;
        };
        if port.wants_public && port.public.is_none() {
            port.public = Some(PublicIp {
                ip: region.new_public_ip(),
                elastic: None,
            });
            region.interfaces.put(port);
        }
    }
}

/// Takes lent addresses back; Elastic IP addresses stay.
pub fn reclaim_addresses(region: &mut Region, instance: &Instance) {
    for id in &instance.interfaces {
        let Some(mut port) = region.interfaces.get(id).cloned() else {
            continue;
        };
        if port
            .public
            .as_ref()
            .is_some_and(|public| public.elastic.is_none())
        {
            port.public = None;
            region.interfaces.put(port);
        }
    }
}
