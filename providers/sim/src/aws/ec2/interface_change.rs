//! Network interfaces of their own: made, plugged into instances, given further addresses, deleted.

use std::net::Ipv4Addr;

use crate::aws::catalogue::instance_type;
use crate::aws::describe::Answer;
use crate::aws::ec2::{interface, tags};
use crate::aws::fault::Fault;
use crate::aws::world::{Instance, InstanceState, Interface, InterfaceAttachment, Region, Subnet};
use crate::aws::xml::Node;
use crate::ground::query::Query;

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let subnet = region.subnets.find(q.need("SubnetId")?)?.clone();
    let groups = q.texts("SecurityGroupId");
    let groups = if groups.is_empty() {
        let group = region.default_group(&subnet.vpc);
        group.map(|group| group.id.clone()).into_iter().collect()
    } else {
        interface::check_groups(region, &subnet.vpc, &groups)?
    };
    let (primary, further) = addresses(q)?;
    let given = tags::specified(q, "network-interface", &["network-interface"])?;
    let ip = interface::private_ip(region, &subnet, primary)?;
    let description = q.text("Description").unwrap_or_default();
    let mut port = interface::blank(region, &subnet, ip, description);
    port.groups = groups;
    region.interfaces.put(port.clone());
    let count = q.int("SecondaryPrivateIpAddressCount")?.unwrap_or(0);
    assign_all(region, &port.id, &subnet, &further, count)?;
    tags::put(region, &port.id, given)?;
    let port = region.interfaces.find(&port.id)?;
    Ok(Node::new()
        .node("networkInterface", interface::show(region, port))
        .maybe("clientToken", q.text("ClientToken")))
}

/// The primary address that a request names, and the further ones.
fn addresses(q: &Query) -> Result<(Option<&str>, Vec<&str>), Fault> {
    let mut primary = q.text("PrivateIpAddress");
    let mut further = Vec::new();
    for node in q.list("PrivateIpAddresses") {
        let ip = node.need("PrivateIpAddress")?;
        match (node.flag("Primary")?.unwrap_or(false), primary) {
            (false, _) => further.push(ip),
            (true, None) => primary = Some(ip),
            (true, Some(_)) => {
                return Err(Fault::combination(
                    "Only one primary private IP address can be specified.",
                ));
            }
        }
    }
    Ok((primary, further))
}

/// Gives an interface these further addresses and `count` free ones.
fn assign_all(
    region: &mut Region,
    id: &str,
    subnet: &Subnet,
    wanted: &[&str],
    count: i64,
) -> Result<Vec<Ipv4Addr>, Fault> {
    let mut assigned = Vec::new();
    let free = usize::try_from(count).unwrap_or(0);
    let all = wanted
        .iter()
        .map(|ip| Some(*ip))
        .chain(std::iter::repeat_n(None, free));
    for wanted in all {
        let ip = interface::private_ip(region, subnet, wanted)?;
        region
            .interfaces
            .change(id, |port| port.secondary.push(ip))?;
        assigned.push(ip);
    }
    check_address_count(region, region.interfaces.find(id)?)?;
    Ok(assigned)
}

/// The instance type decides how many addresses an interface may have.
fn check_address_count(region: &Region, port: &Interface) -> Result<(), Fault> {
    let instance = port
        .attachment
        .as_ref()
        .map(|attachment| &attachment.instance);
    let instance = instance.and_then(|id| region.instances.get(id));
    let most = instance
        .and_then(|instance| instance_type(&instance.kind))
        .map_or(ADDRESSES_MAX, |kind| kind.addresses_per_interface as usize);
    if 1 + port.secondary.len() > most {
        return Err(Fault::new(
            "PrivateIpAddressLimitExceeded",
            format!("Number of private addresses will exceed limit of {most}."),
        ));
    }
    Ok(())
}

/// Addresses of an interface that is attached to nothing.
const ADDRESSES_MAX: usize = 50;

pub fn assign(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("NetworkInterfaceId")?;
    let port = region.interfaces.find(id)?.clone();
    let subnet = region.subnets.find(&port.subnet)?.clone();
    let held = |ip: &str| port.secondary.iter().any(|own| own.to_string() == ip);
    let mut wanted = q.texts("PrivateIpAddress");
    let count = q.int("SecondaryPrivateIpAddressCount")?;
    if wanted.is_empty() == count.is_none() {
        return Err(Fault::combination(
            "Specify either private IP addresses or the count of secondary addresses.",
        ));
    }
    if q.flag("AllowReassignment")? == Some(true) {
        take_away(region, &wanted, id)?;
    }
    // The same address again is the same address.
    wanted.retain(|ip| !held(ip));
    let assigned = assign_all(region, id, &subnet, &wanted, count.unwrap_or(0))?;
    let items = assigned
        .into_iter()
        .map(|ip| Node::new().text("privateIpAddress", ip));
    Ok(Node::done()
        .text("networkInterfaceId", id)
        .list("assignedPrivateIpAddressesSet", items))
}

/// Addresses that move over leave the interfaces that had them.
fn take_away(region: &mut Region, ips: &[&str], to: &str) -> Result<(), Fault> {
    let moves = |ip: &Ipv4Addr| ips.contains(&ip.to_string().as_str());
    let losers: Vec<String> = region
        .interfaces
        .iter()
        .filter(|port| port.id != to && port.secondary.iter().any(moves))
        .map(|port| port.id.clone())
        .collect();
    for loser in losers {
        region
            .interfaces
            .change(&loser, |port| port.secondary.retain(|ip| !moves(ip)))?;
    }
    Ok(())
}

pub fn unassign(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("NetworkInterfaceId")?;
    let port = region.interfaces.find(id)?.clone();
    let gone = q.texts("PrivateIpAddress");
    if gone.is_empty() {
        return Err(Fault::missing("privateIpAddress"));
    }
    for ip in &gone {
        if !port.secondary.iter().any(|own| own.to_string() == *ip) {
            return Err(Fault::value(format!(
                "Some of the specified addresses are not assigned to interface {id}: {ip}"
            )));
        }
    }
    region.interfaces.change(id, |port| {
        port.secondary
            .retain(|ip| !gone.contains(&ip.to_string().as_str()));
    })?;
    Ok(Node::done())
}

pub fn attach(region: &mut Region, q: &Query) -> Answer {
    let port = region
        .interfaces
        .find(q.need("NetworkInterfaceId")?)?
        .clone();
    let instance = region.instances.find(q.need("InstanceId")?)?.clone();
    let device_index = q
        .int("DeviceIndex")?
        .ok_or_else(|| Fault::missing("deviceIndex"))?;
    if q.int("NetworkCardIndex")?.unwrap_or(0) != 0 {
        return Err(Fault::value(
            "Invalid networkCardIndex: the instance type has one card.",
        ));
    }
    check_attach(region, &port, &instance, device_index)?;
    let attachment = InterfaceAttachment {
        id: region.new_id("eni-attach"),
        instance: instance.id.clone(),
        device_index,
        since_ms: region.now,
        delete_on_termination: false,
    };
    let id = attachment.id.clone();
    region
        .interfaces
        .change(&port.id, |port| port.attachment = Some(attachment))?;
    let mut interfaces = instance.interfaces;
    interfaces.push(port.id);
    interfaces.sort_by_key(|id| {
        let attachment = region
            .interfaces
            .get(id)
            .and_then(|port| port.attachment.as_ref());
        attachment.map(|attachment| attachment.device_index)
    });
    region
        .instances
        .change(&instance.id, |instance| instance.interfaces = interfaces)?;
    Ok(Node::new()
        .text("attachmentId", id)
        .text("networkCardIndex", 0))
}

fn check_attach(
    region: &Region,
    port: &Interface,
    instance: &Instance,
    device_index: i64,
) -> Result<(), Fault> {
    if interface::status(port) != "available" {
        return Err(Fault::new(
            "InvalidNetworkInterface.InUse",
            format!("Interface: [{}] in use.", port.id),
        ));
    }
    if !matches!(
        instance.state,
        InstanceState::Running | InstanceState::Stopped
    ) {
        return Err(Fault::new(
            "IncorrectState",
            format!(
                "Instance '{}' is {}: it must be running or stopped.",
                instance.id, instance.state
            ),
        ));
    }
    if port.zone != instance.zone {
        return Err(Fault::combination(
            "You may not attach a network interface to an instance if they are not in the same availability zone",
        ));
    }
    let taken = instance
        .interfaces
        .iter()
        .filter_map(|id| region.interfaces.get(id));
    let mut taken = taken.filter_map(|port| port.attachment.as_ref());
    if taken.any(|attachment| attachment.device_index == device_index) {
        return Err(Fault::value(format!(
            "Instance '{}' already has an interface attached at device index '{device_index}'.",
            instance.id
        )));
    }
    let most = instance_type(&instance.kind).map_or(1, |kind| kind.interfaces_max);
    let count = instance.interfaces.len() + 1;
    if i64::try_from(count).unwrap_or(i64::MAX) > i64::from(most) {
        return Err(Fault::new(
            "AttachmentLimitExceeded",
            format!(
                "Interface count {count} exceeds the limit for {}",
                instance.kind
            ),
        ));
    }
    Ok(())
}

/// What a request says about an attachment that does not exist.
pub fn no_attachment(id: &str) -> Fault {
    Fault::new(
        "InvalidAttachmentID.NotFound",
        format!("The attachment ID '{id}' does not exist"),
    )
}

pub fn detach(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["Force"]);
    let id = q.need("AttachmentId")?;
    let found = region.interfaces.iter().find_map(|port| {
        let attachment = port.attachment.as_ref().filter(|one| one.id == id)?;
        Some((port.id.clone(), attachment.clone()))
    });
    let (port, attachment) = found.ok_or_else(|| no_attachment(id))?;
    if attachment.device_index == 0 {
        return Err(Fault::new(
            "OperationNotPermitted",
            "The network interface at device index 0 and networkCard index 0 cannot be detached.",
        ));
    }
    region
        .interfaces
        .change(&port, |port| port.attachment = None)?;
    region.instances.change(&attachment.instance, |instance| {
        instance.interfaces.retain(|other| *other != port);
    })?;
    Ok(Node::done())
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let port = region.interfaces.find(q.need("NetworkInterfaceId")?)?;
    let id = port.id.clone();
    if interface::status(port) != "available" {
        return Err(Fault::value(format!(
            "Network interface '{id}' is currently in use."
        )));
    }
    interface::remove(region, &id);
    Ok(Node::done())
}
