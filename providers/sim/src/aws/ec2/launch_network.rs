//! The network interfaces of a launch, and the addresses that are lent to instances.

use crate::aws::ec2::{interface, subnet};
use crate::aws::fault::Fault;
use crate::aws::world::{Instance, InterfaceAttachment, PublicIp, Region, Subnet};
use crate::ground::query::Query;

/// A network interface to be made for each instance.
pub struct Port {
    pub device_index: i64,
    pub subnet: Subnet,
    pub groups: Vec<String>,
    pub ip: Option<String>,
    pub public: bool,
    pub delete_on_termination: bool,
    pub description: String,
}

/// What a request says about interfaces; one in the named or default subnet when it says nothing.
///
/// # Errors
/// NotFound of subnet and groups, and wrong combinations.
pub fn ports(region: &Region, q: &Query) -> Result<Vec<Port>, Fault> {
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

/// Makes an interface for an instance and gives its id.
///
/// # Errors
/// As [`interface::private_ip`].
pub fn plug(region: &mut Region, instance: &str, port: &Port) -> Result<String, Fault> {
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
