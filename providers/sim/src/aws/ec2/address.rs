//! Elastic IP addresses.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{Address, Instance, InstanceState, Interface, PublicIp, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const ADDRESSES: Describe<Address> = Describe {
    set: "addressesSet",
    ids: "AllocationId",
    page: None,
    filters: &[
        ("allocation-id", |_, address| one(&address.id)),
        ("association-id", |_, address| {
            some(address.association.as_ref().map(|(id, _)| id))
        }),
        ("domain", |_, _| one("vpc")),
        ("instance-id", |region, address| {
            some(instance_of(region, address).map(|(instance, _)| instance))
        }),
        ("network-border-group", |region, _| one(&region.name)),
        ("network-interface-id", |_, address| {
            some(address.association.as_ref().map(|(_, interface)| interface))
        }),
        ("network-interface-owner-id", |_, address| {
            some(address.association.as_ref().map(|_| ACCOUNT))
        }),
        ("private-ip-address", |region, address| {
            some(interface_of(region, address).map(|interface| interface.ip))
        }),
        ("public-ip", |_, address| one(address.ip)),
    ],
    table: |region| &region.addresses,
    show,
};

fn interface_of<'r>(region: &'r Region, address: &Address) -> Option<&'r Interface> {
    address
        .association
        .as_ref()
        .and_then(|(_, interface)| region.interfaces.get(interface))
}

fn instance_of<'r>(region: &'r Region, address: &Address) -> Option<(&'r str, &'r Interface)> {
    let interface = interface_of(region, address)?;
    Some((&interface.attachment.as_ref()?.instance, interface))
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let (mut rows, _) = ADDRESSES.select(region, q)?;
    for ip in q.texts("PublicIp") {
        by_ip(region, ip)?;
    }
    let wanted = q.texts("PublicIp");
    rows.retain(|address| wanted.is_empty() || wanted.contains(&address.ip.to_string().as_str()));
    Ok(Node::new().list(ADDRESSES.set, rows.into_iter().map(|row| show(region, row))))
}

fn show(region: &Region, address: &Address) -> Node {
    let interface = interface_of(region, address);
    Node::new()
        .text("publicIp", address.ip)
        .text("allocationId", &address.id)
        .text("domain", "vpc")
        .text("publicIpv4Pool", "amazon")
        .text("networkBorderGroup", &region.name)
        .maybe(
            "instanceId",
            instance_of(region, address).map(|(instance, _)| instance),
        )
        .maybe(
            "associationId",
            address.association.as_ref().map(|(id, _)| id),
        )
        .maybe(
            "networkInterfaceId",
            interface.map(|interface| &interface.id),
        )
        .maybe("networkInterfaceOwnerId", interface.map(|_| ACCOUNT))
        .maybe("privateIpAddress", interface.map(|interface| interface.ip))
        .and(tags::show(region, &address.id))
}

fn by_ip(region: &Region, ip: &str) -> Result<Address, Fault> {
    let found = region
        .addresses
        .iter()
        .find(|address| address.ip.to_string() == ip)
        .cloned();
    found.ok_or_else(|| {
        Fault::new(
            "InvalidAddress.NotFound",
            format!("Address '{ip}' not found."),
        )
    })
}

/// The address that a request names by its allocation or by itself.
fn named(region: &Region, q: &Query) -> Result<Address, Fault> {
    match (q.text("AllocationId"), q.text("PublicIp")) {
        (Some(id), None) => Ok(region.addresses.find(id)?.clone()),
        (None, Some(ip)) => by_ip(region, ip),
        (None, None) => Err(Fault::missing("allocationId")),
        (Some(_), Some(_)) => Err(Fault::combination(
            "You may specify public IP or allocation id, but not both in the same call",
        )),
    }
}

pub fn allocate(region: &mut Region, q: &Query) -> Answer {
    let domain = q.text("Domain").unwrap_or("vpc");
    if domain != "vpc" {
        return Err(Fault::value(format!(
            "Value ({domain}) for parameter domain is invalid."
        )));
    }
    if let Some(group) = q
        .text("NetworkBorderGroup")
        .filter(|group| *group != region.name)
    {
        return Err(Fault::value(format!(
            "Value ({group}) for parameter networkBorderGroup is invalid."
        )));
    }
    if region.addresses.len() >= region.quotas.addresses {
        return Err(Fault::new(
            "AddressLimitExceeded",
            "The maximum number of addresses has been reached.",
        ));
    }
    let given = tags::specified(q, "elastic-ip", &["elastic-ip"])?;
    let address = Address {
        id: region.new_id("eipalloc"),
        ip: region.new_public_ip(),
        association: None,
    };
    region.addresses.put(address.clone());
    tags::put(region, &address.id, given)?;
    Ok(Node::new()
        .text("publicIp", address.ip)
        .text("domain", "vpc")
        .text("allocationId", &address.id)
        .text("publicIpv4Pool", "amazon")
        .text("networkBorderGroup", &region.name))
}

pub fn release(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["NetworkBorderGroup"]);
    let address = named(region, q)?;
    if address.association.is_some() {
        return Err(Fault::new(
            "InvalidIPAddress.InUse",
            format!("Address {} is in use.", address.ip),
        ));
    }
    region.addresses.remove(&address.id);
    region.tags.remove(&address.id);
    Ok(Node::done())
}

fn interface_named(region: &Region, q: &Query) -> Result<String, Fault> {
    match (q.text("InstanceId"), q.text("NetworkInterfaceId")) {
        (Some(id), None) => {
            let Instance {
                state, interfaces, ..
            } = region.instances.find(id)?;
            if !matches!(
                state,
                InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping
            ) {
                return Err(Fault::new(
                    "InvalidInstanceID",
                    format!(
                        "The {state} instance '{id}' is not in a valid state for this operation."
                    ),
                ));
            }
            interfaces.first().cloned().ok_or_else(|| {
                Fault::state(format!("The instance '{id}' has no network interface"))
            })
        }
        (None, Some(id)) => Ok(region.interfaces.find(id)?.id.clone()),
        (None, None) => Err(Fault::missing("instanceId or networkInterfaceId")),
        (Some(_), Some(_)) => Err(Fault::combination(
            "Specify an instance or a network interface, not both.",
        )),
    }
}

pub fn associate(region: &mut Region, q: &Query) -> Answer {
    let address = named(region, q)?;
    let interface = interface_named(region, q)?;
    let again = q.flag("AllowReassociation")?.unwrap_or(true);
    if let Some(private) = q.text("PrivateIpAddress")
        && region.interfaces.find(&interface)?.ip.to_string() != private
    {
        return Err(Fault::value(format!(
            "Invalid value '{private}' for PrivateIpAddress: not an address of {interface}"
        )));
    }
    if let Some((association, bound)) = &address.association {
        // The same association again is the same association.
        if *bound == interface {
            return Ok(Node::done().text("associationId", association));
        }
        if !again {
            return Err(Fault::new(
                "Resource.AlreadyAssociated",
                format!(
                    "resource {} is already associated with associate-id {association}",
                    address.id
                ),
            ));
        }
    }
    let vpc = region.interfaces.find(&interface)?.vpc.clone();
    if !region.has_internet(&vpc) {
        return Err(Fault::new(
            "Gateway.NotAttached",
            format!("Network {vpc} is not attached to any internet gateway"),
        ));
    }
    unbind(region, &address.id);
    let association = bind(region, &address.id, &interface)?;
    Ok(Node::done().text("associationId", association))
}

pub fn disassociate(region: &mut Region, q: &Query) -> Answer {
    let address = match (q.text("AssociationId"), q.text("PublicIp")) {
        (Some(id), _) => region
            .addresses
            .iter()
            .find(|address| {
                address
                    .association
                    .as_ref()
                    .is_some_and(|(known, _)| known == id)
            })
            .cloned()
            .ok_or_else(|| {
                Fault::new(
                    "InvalidAssociationID.NotFound",
                    format!("The association ID '{id}' does not exist"),
                )
            })?,
        (None, Some(ip)) => by_ip(region, ip)?,
        (None, None) => return Err(Fault::missing("associationId")),
    };
    if address.association.is_none() {
        return Err(Fault::new(
            "InvalidAssociationID.NotFound",
            format!("Address {} is not associated.", address.ip),
        ));
    }
    unbind(region, &address.id);
    Ok(Node::done())
}

/// Gives an address to an interface, in place of what it had; answers the association.
///
/// # Errors
/// NotFound of either.
pub fn bind(region: &mut Region, allocation: &str, interface: &str) -> Result<String, Fault> {
    let ip = region.addresses.find(allocation)?.ip;
    let replaced = region
        .interfaces
        .find(interface)?
        .public
        .as_ref()
        .and_then(|public| public.elastic.clone());
    if let Some((other, _)) = replaced {
        unbind(region, &other);
    }
    let association = region.new_id("eipassoc");
    let elastic = Some((allocation.to_owned(), association.clone()));
    region.interfaces.change(interface, |interface| {
        interface.public = Some(PublicIp { ip, elastic })
    })?;
    region.addresses.change(allocation, |address| {
        address.association = Some((association.clone(), interface.to_owned()))
    })?;
    Ok(association)
}

/// Takes an address from its interface. An instance that runs and is meant to have a public address gets a lent one.
pub fn unbind(region: &mut Region, allocation: &str) {
    let Some(mut address) = region.addresses.get(allocation).cloned() else {
        return;
    };
    let bound = address.association.take();
    region.addresses.put(address);
    let Some(mut interface) = bound.and_then(|(_, id)| region.interfaces.get(&id).cloned()) else {
        return;
    };
    let running = interface
        .attachment
        .as_ref()
        .and_then(|attachment| region.instances.get(&attachment.instance))
        .is_some_and(|instance| instance.state == InstanceState::Running);
    interface.public = (interface.wants_public && running).then(|| PublicIp {
        ip: region.new_public_ip(),
        elastic: None,
    });
    region.interfaces.put(interface);
}
