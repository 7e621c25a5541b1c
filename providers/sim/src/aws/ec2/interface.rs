//! Network interfaces: how they are shown, and what all that make them share.

use std::net::Ipv4Addr;

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{address, tags};
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{Interface, Region, Subnet};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

const INTERFACES: Describe<Interface> = Describe {
    set: "networkInterfaceSet",
    ids: "NetworkInterfaceId",
    page: Some((5, 1000)),
    filters: &[
        ("network-interface-id", |_, port| one(&port.id)),
        ("vpc-id", |_, port| one(&port.vpc)),
        ("subnet-id", |_, port| one(&port.subnet)),
        ("availability-zone", |_, port| one(&port.zone)),
        ("description", |_, port| one(&port.description)),
        ("group-id", |_, port| port.groups.clone()),
        ("group-name", |region, port| {
            port.groups
                .iter()
                .filter_map(|id| region.security_groups.get(id))
                .map(|group| group.name.clone())
                .collect()
        }),
        ("mac-address", |_, port| one(&port.mac)),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("private-ip-address", |_, port| one(port.ip)),
        ("addresses.private-ip-address", |_, port| {
            addresses(port).map(|ip| ip.to_string()).collect()
        }),
        ("association.public-ip", |_, port| {
            some(port.public.as_ref().map(|public| public.ip))
        }),
        ("association.allocation-id", |_, port| {
            some(elastic(port).map(|(allocation, _)| allocation))
        }),
        ("association.association-id", |_, port| {
            some(elastic(port).map(|(_, association)| association))
        }),
        ("attachment.attachment-id", |_, port| {
            some(port.attachment.as_ref().map(|attachment| &attachment.id))
        }),
        ("attachment.instance-id", |_, port| {
            some(
                port.attachment
                    .as_ref()
                    .map(|attachment| &attachment.instance),
            )
        }),
        ("attachment.device-index", |_, port| {
            some(
                port.attachment
                    .as_ref()
                    .map(|attachment| attachment.device_index),
            )
        }),
        ("attachment.status", |_, port| {
            some(port.attachment.as_ref().map(|_| "attached"))
        }),
        ("interface-type", |_, port| one(kind(port))),
        ("source-dest-check", |_, port| one(port.source_dest_check)),
        ("status", |_, port| one(status(port))),
    ],
    table: |region| &region.interfaces,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    INTERFACES.answer(region, q)
}

/// All private addresses, the first one first.
fn addresses(port: &Interface) -> impl Iterator<Item = Ipv4Addr> {
    std::iter::once(port.ip).chain(port.secondary.iter().copied())
}

fn elastic(port: &Interface) -> Option<&(String, String)> {
    port.public
        .as_ref()
        .and_then(|public| public.elastic.as_ref())
}

fn kind(port: &Interface) -> &'static str {
    if port.nat_gateway.is_some() {
        "nat_gateway"
    } else if port.endpoint.is_some() {
        "vpc_endpoint"
    } else {
        "interface"
    }
}

/// `in-use` or `available`.
pub fn status(port: &Interface) -> &'static str {
    if port.attachment.is_some() || port.is_managed() {
        "in-use"
    } else {
        "available"
    }
}

/// `ip-10-0-1-4.us-west-2.compute.internal`
pub fn private_name(region: &Region, ip: Ipv4Addr) -> String {
    let dashed = ip.to_string().replace('.', "-");
    match region.name.as_str() {
        "us-east-1" => format!("ip-{dashed}.ec2.internal"),
        name => format!("ip-{dashed}.{name}.compute.internal"),
    }
}

/// The public name of an address, in VPCs with DNS host names.
pub fn public_name(region: &Region, port: &Interface) -> Option<String> {
    let ip = port.public.as_ref()?.ip;
    let vpc = region.vpcs.get(&port.vpc)?;
    let dashed = ip.to_string().replace('.', "-");
    let zone = if region.name == "us-east-1" {
        "compute-1".to_owned()
    } else {
        format!("{}.compute", region.name)
    };
    (vpc.dns_hostnames && vpc.dns_support).then(|| format!("ec2-{dashed}.{zone}.amazonaws.com"))
}

/// The public side of an interface, as `DescribeInstances` shows it.
pub fn show_public(region: &Region, port: &Interface) -> Option<Node> {
    let public = port.public.as_ref()?;
    let node = Node::new()
        .text("publicIp", public.ip)
        .text(
            "publicDnsName",
            public_name(region, port).unwrap_or_default(),
        )
        .text(
            "ipOwnerId",
            if public.elastic.is_some() {
                ACCOUNT
            } else {
                "amazon"
            },
        );
    Some(node)
}

/// The public side with the ids of an Elastic IP address.
fn show_association(region: &Region, port: &Interface) -> Option<Node> {
    let node = show_public(region, port)?;
    Some(match elastic(port) {
        Some((allocation, association)) => node
            .text("allocationId", allocation)
            .text("associationId", association),
        None => node,
    })
}

/// `<groupSet>` of security groups.
pub fn show_groups(region: &Region, groups: &[String]) -> Node {
    let groups = groups.iter().map(|id| {
        let name = region
            .security_groups
            .get(id)
            .map_or("", |group| &group.name);
        Node::new().text("groupId", id).text("groupName", name)
    });
    Node::new().list("groupSet", groups)
}

/// An interface.
pub fn show(region: &Region, port: &Interface) -> Node {
    let association = show_association(region, port);
    let with = |node: Node| match &association {
        Some(association) => node.node("association", association.clone()),
        None => node,
    };
    let mut node = Node::new()
        .text("networkInterfaceId", &port.id)
        .text("subnetId", &port.subnet)
        .text("vpcId", &port.vpc)
        .text("availabilityZone", &port.zone)
        .text("description", &port.description)
        .text("ownerId", ACCOUNT)
        .text("requesterManaged", port.is_managed())
        .text("status", status(port))
        .text("macAddress", &port.mac)
        .text("privateIpAddress", port.ip)
        .text("privateDnsName", private_name(region, port.ip))
        .text("sourceDestCheck", port.source_dest_check)
        .text("interfaceType", kind(port))
        .and(show_groups(region, &port.groups));
    if let Some(attachment) = &port.attachment {
        let attachment = Node::new()
            .text("attachmentId", &attachment.id)
            .text("instanceId", &attachment.instance)
            .text("instanceOwnerId", ACCOUNT)
            .text("deviceIndex", attachment.device_index)
            .text("status", "attached")
            .text("attachTime", iso(attachment.since_ms))
            .text("deleteOnTermination", attachment.delete_on_termination);
        node = node.node("attachment", attachment);
    }
    with(node)
        .list(
            "privateIpAddressesSet",
            show_addresses(region, port, &association),
        )
        .and(tags::show(region, &port.id))
}

/// The items of `<privateIpAddressesSet>`; the public side belongs to the first address.
pub fn show_addresses(region: &Region, port: &Interface, public: &Option<Node>) -> Vec<Node> {
    let show = |ip: Ipv4Addr| {
        let node = Node::new()
            .text("privateIpAddress", ip)
            .text("privateDnsName", private_name(region, ip))
            .text("primary", ip == port.ip);
        match public {
            Some(public) if ip == port.ip => node.node("association", public.clone()),
            _ => node,
        }
    };
    addresses(port).map(show).collect()
}

/// A new interface that is attached to nothing.
pub fn blank(region: &mut Region, subnet: &Subnet, ip: Ipv4Addr, description: &str) -> Interface {
    let bytes = region.new_bytes();
    // 06 marks an address that the cloud made up: locally administered, one receiver.
    let mac = bytes[..5]
        .iter()
        .fold("06".to_owned(), |mac, byte| format!("{mac}:{byte:02x}"));
    Interface {
        id: region.new_id("eni"),
        vpc: subnet.vpc.clone(),
        subnet: subnet.id.clone(),
        zone: subnet.zone.clone(),
        description: description.to_owned(),
        mac,
        ip,
        secondary: Vec::new(),
        groups: Vec::new(),
        source_dest_check: true,
        public: None,
        wants_public: false,
        attachment: None,
        nat_gateway: None,
        endpoint: None,
    }
}

/// The wanted address of a subnet, or its first free one.
///
/// # Errors
/// `InvalidParameterValue`, `InvalidIPAddress.InUse`, `InsufficientFreeAddressesInSubnet`.
pub fn private_ip(
    region: &Region,
    subnet: &Subnet,
    wanted: Option<&str>,
) -> Result<Ipv4Addr, Fault> {
    let taken: std::collections::BTreeSet<Ipv4Addr> = region.taken_in(&subnet.id).collect();
    let Some(wanted) = wanted else {
        return subnet.cidr.usable(4, 1).find(|ip| !taken.contains(ip)).ok_or_else(|| {
            Fault::new(
                "InsufficientFreeAddressesInSubnet",
                format!("The specified subnet '{}' does not have enough free addresses to satisfy the request.", subnet.id),
            )
        });
    };
    let ip: Ipv4Addr = wanted
        .parse()
        .map_err(|_| Fault::value(format!("Invalid IP address: {wanted}")))?;
    let last = subnet
        .cidr
        .nth(u32::try_from(subnet.cidr.size() - 1).unwrap_or(u32::MAX));
    if !subnet.cidr.holds(ip) || ip < subnet.cidr.nth(4) || ip == last {
        return Err(Fault::value(format!(
            "Address {ip} does not fall within the subnet's address range"
        )));
    }
    if taken.contains(&ip) {
        return Err(Fault::new(
            "InvalidIPAddress.InUse",
            format!("Address {ip} is in use."),
        ));
    }
    Ok(ip)
}

/// Takes an interface away; its Elastic IP address stays with the account.
pub fn remove(region: &mut Region, id: &str) {
    let allocation = region
        .interfaces
        .get(id)
        .and_then(elastic)
        .map(|(allocation, _)| allocation.clone());
    if let Some(allocation) = allocation {
        address::unbind(region, &allocation);
    }
    region.interfaces.remove(id);
    region.tags.remove(id);
}

/// The security groups that a request names, all of the VPC.
///
/// # Errors
/// NotFound, `InvalidParameter` for a group of another VPC, `SecurityGroupsPerInterfaceLimitExceeded`.
pub fn check_groups(region: &Region, vpc: &str, ids: &[&str]) -> Result<Vec<String>, Fault> {
    let mut groups: Vec<String> = Vec::new();
    for id in ids {
        let group = region.security_groups.find(id)?;
        if group.vpc != vpc {
            return Err(Fault::new(
                "InvalidParameter",
                format!("Security group {id} and network {vpc} belong to different networks."),
            ));
        }
        if !groups.contains(&group.id) {
            groups.push(group.id.clone());
        }
    }
    if groups.len() > region.quotas.groups_per_interface {
        return Err(Fault::new(
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached.",
        ));
    }
    Ok(groups)
}

pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("NetworkInterfaceId")?;
    let port = region.interfaces.find(id)?.clone();
    let groups = q.texts("SecurityGroupId");
    if !groups.is_empty() {
        let groups = check_groups(region, &port.vpc, &groups)?;
        region.interfaces.change(id, |port| port.groups = groups)?;
    }
    if let Some(check) = q.attribute_flag("SourceDestCheck")? {
        region
            .interfaces
            .change(id, |port| port.source_dest_check = check)?;
    }
    if let Some(text) = q.attribute("Description") {
        region
            .interfaces
            .change(id, |port| text.clone_into(&mut port.description))?;
    }
    if let Some(attachment) = q.child("Attachment") {
        let named = attachment.need("AttachmentId")?;
        if port
            .attachment
            .as_ref()
            .is_none_or(|known| known.id != named)
        {
            return Err(super::interface_change::no_attachment(named));
        }
        let delete = attachment.flag("DeleteOnTermination")?;
        region.interfaces.change(id, |port| {
            if let (Some(attachment), Some(delete)) = (&mut port.attachment, delete) {
                attachment.delete_on_termination = delete;
            }
        })?;
    }
    Ok(Node::done())
}
