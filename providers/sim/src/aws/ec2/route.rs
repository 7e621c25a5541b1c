//! Routes.

use crate::aws::describe::Answer;
use crate::aws::ec2::vpc::parse_cidr;
use crate::aws::fault::Fault;
use crate::aws::world::{NatState, PeeringState, Region, Route, RouteTable, Target};
use crate::aws::xml::Node;
use crate::ground::cidr6::{Cidr6, Range};
use crate::ground::query::Query;

/// The gateway of a target, as the `gatewayId` of a route.
pub fn gateway(target: &Target) -> Option<String> {
    match target {
        Target::Local => Some("local".to_owned()),
        Target::InternetGateway(id) => Some(id.clone()),
        _ => None,
    }
}

/// The NAT gateway of a target.
pub fn nat(target: &Target) -> Option<String> {
    match target {
        Target::NatGateway(id) => Some(id.clone()),
        _ => None,
    }
}

/// The egress-only gateway of a target.
pub fn egress_only(target: &Target) -> Option<String> {
    match target {
        Target::EgressOnlyGateway(id) => Some(id.clone()),
        _ => None,
    }
}

/// The peering connection of a target.
pub fn peering(target: &Target) -> Option<String> {
    match target {
        Target::Peering(id) => Some(id.clone()),
        _ => None,
    }
}

/// `blackhole` when the target is gone.
pub fn state(region: &Region, target: &Target) -> &'static str {
    let active = match target {
        Target::Local => true,
        Target::InternetGateway(id) => region
            .internet_gateways
            .get(id)
            .is_some_and(|gateway| gateway.vpc.is_some()),
        Target::EgressOnlyGateway(id) => region.egress_only_gateways.get(id).is_some(),
        Target::NatGateway(id) => region
            .nat_gateways
            .get(id)
            .is_some_and(|nat| matches!(nat.state, NatState::Pending | NatState::Available)),
        Target::Peering(id) => region
            .peerings
            .get(id)
            .is_some_and(|peering| peering.state == PeeringState::Active),
        Target::Interface(id) => region
            .interfaces
            .get(id)
            .is_some_and(|interface| interface.attachment.is_some()),
    };
    if active { "active" } else { "blackhole" }
}

pub fn show(region: &Region, route: &Route) -> Node {
    let interface = match &route.target {
        Target::Interface(id) => region.interfaces.get(id),
        _ => None,
    };
    let instance = interface
        .and_then(|interface| interface.attachment.as_ref())
        .map(|attachment| &attachment.instance);
    let origin = if route.target == Target::Local {
        "CreateRouteTable"
    } else {
        "CreateRoute"
    };
    let element = match route.destination {
        Range::V4(_) => "destinationCidrBlock",
        Range::V6(_) => "destinationIpv6CidrBlock",
    };
    Node::new()
        .text(element, route.destination)
        .maybe("gatewayId", gateway(&route.target))
        .maybe("natGatewayId", nat(&route.target))
        .maybe("egressOnlyInternetGatewayId", egress_only(&route.target))
        .maybe("vpcPeeringConnectionId", peering(&route.target))
        .maybe(
            "networkInterfaceId",
            interface.map(|interface| &interface.id),
        )
        .maybe("instanceId", instance)
        .text("state", state(region, &route.target))
        .text("origin", origin)
}

fn target(region: &Region, table: &RouteTable, q: &Query) -> Result<Target, Fault> {
    let given = [
        "GatewayId",
        "NatGatewayId",
        "EgressOnlyInternetGatewayId",
        "InstanceId",
        "NetworkInterfaceId",
        "VpcPeeringConnectionId",
    ]
    .into_iter()
    .filter_map(|name| Some((name, q.text(name).filter(|id| !id.is_empty())?)))
    .collect::<Vec<_>>();
    let [(name, id)] = given.as_slice() else {
        return Err(if given.is_empty() {
            Fault::missing(
                "gatewayId, natGatewayId, instanceId, networkInterfaceId or vpcPeeringConnectionId",
            )
        } else {
            Fault::combination("A route has exactly one target.")
        });
    };
    let (target, vpc) = match *name {
        "GatewayId" if *id == "local" => (Target::Local, Some(table.vpc.clone())),
        "GatewayId" if id.starts_with("igw-") => {
            let gateway = region.internet_gateways.find(id)?;
            (
                Target::InternetGateway(gateway.id.clone()),
                gateway.vpc.clone(),
            )
        }
        "GatewayId" => {
            return Err(Fault::new(
                "InvalidGatewayID.NotFound",
                format!("The gateway ID '{id}' does not exist"),
            ));
        }
        "NatGatewayId" => {
            let nat = region.nat_gateways.find(id)?;
            (Target::NatGateway(nat.id.clone()), Some(nat.vpc.clone()))
        }
        "EgressOnlyInternetGatewayId" => {
            let gateway = region.egress_only_gateways.find(id)?;
            (
                Target::EgressOnlyGateway(gateway.id.clone()),
                Some(gateway.vpc.clone()),
            )
        }
        "VpcPeeringConnectionId" => {
            let peering = region.peerings.find(id)?;
            let near = peering.is_live() && peering.touches(&table.vpc);
            let vpc = near.then(|| table.vpc.clone());
            (Target::Peering(peering.id.clone()), vpc)
        }
        "InstanceId" => {
            let instance = region.instances.find(id)?;
            let [interface] = instance.interfaces.as_slice() else {
                return Err(Fault::new(
                    "InvalidInstanceID",
                    format!(
                        "There are multiple interfaces attached to instance '{id}'. Please specify an interface ID instead."
                    ),
                ));
            };
            (
                Target::Interface(interface.clone()),
                Some(instance.vpc.clone()),
            )
        }
        _ => {
            let interface = region.interfaces.find(id)?;
            (
                Target::Interface(interface.id.clone()),
                Some(interface.vpc.clone()),
            )
        }
    };
    if vpc.as_ref() != Some(&table.vpc) {
        return Err(Fault::value(format!(
            "route table {} and network gateway {id} belong to different networks",
            table.id
        )));
    }
    Ok(target)
}

/// The destination that a request names, of either version.
fn destination(q: &Query) -> Result<Range, Fault> {
    match (q.text("DestinationCidrBlock"), q.text("DestinationIpv6CidrBlock")) {
        (Some(_), Some(_)) => Err(Fault::combination("A route has exactly one destination.")),
        (None, Some(text)) => Cidr6::parse(text).map(Range::V6).ok_or_else(|| {
            Fault::value(format!(
                "Value ({text}) for parameter destinationIpv6CidrBlock is invalid. This is not a valid CIDR block."
            ))
        }),
        _ => parse_cidr(q.need("DestinationCidrBlock")?, "destinationCidrBlock").map(Range::V4),
    }
}

/// An egress-only gateway is for IPv6, and a NAT gateway is for IPv4.
fn check_version(destination: Range, target: &Target) -> Result<(), Fault> {
    match (destination, target) {
        (Range::V4(_), Target::EgressOnlyGateway(id)) | (Range::V6(_), Target::NatGateway(id)) => {
            Err(Fault::value(format!(
                "The destination {destination} cannot be reached through {id}."
            )))
        }
        _ => Ok(()),
    }
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let table = region.route_tables.find(q.need("RouteTableId")?)?.clone();
    let destination = destination(q)?;
    let target = target(region, &table, q)?;
    check_version(destination, &target)?;
    if let Some(known) = table
        .routes
        .iter()
        .find(|route| route.destination == destination)
    {
        // The very same route again is answered as done.
        if known.target == target {
            return Ok(Node::done());
        }
        return Err(Fault::new(
            "RouteAlreadyExists",
            format!("The route identified by {destination} already exists."),
        ));
    }
    // The routes of the VPC itself do not count, and each version of IP has its own limit ("Amazon VPC quotas").
    let is_four = |range: &Range| matches!(range, Range::V4(_));
    let counts = |route: &&Route| {
        route.target != Target::Local && is_four(&route.destination) == is_four(&destination)
    };
    if table.routes.iter().filter(counts).count() >= region.quotas.routes_per_table {
        return Err(Fault::new(
            "RouteLimitExceeded",
            "The maximum number of routes has been reached.",
        ));
    }
    region.route_tables.change(&table.id, |table| {
        table.routes.push(Route {
            destination,
            target,
        })
    })?;
    Ok(Node::done())
}

fn missing(table: &str, destination: impl std::fmt::Display) -> Fault {
    Fault::new(
        "InvalidRoute.NotFound",
        format!("no route with destination-cidr-block {destination} in route table {table}"),
    )
}

pub fn replace(region: &mut Region, q: &Query) -> Answer {
    let table = region.route_tables.find(q.need("RouteTableId")?)?.clone();
    let destination = destination(q)?;
    let target = target(region, &table, q)?;
    check_version(destination, &target)?;
    let at = table
        .routes
        .iter()
        .position(|route| route.destination == destination);
    let at = at.ok_or_else(|| missing(&table.id, destination))?;
    region
        .route_tables
        .change(&table.id, |table| table.routes[at].target = target)?;
    Ok(Node::done())
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let table = region.route_tables.find(q.need("RouteTableId")?)?.clone();
    let destination = destination(q)?;
    let route = table
        .routes
        .iter()
        .find(|route| route.destination == destination);
    match route.ok_or_else(|| missing(&table.id, destination))?.target {
        Target::Local => Err(Fault::value(format!(
            "cannot remove local route {destination} in route table {}",
            table.id
        ))),
        _ => {
            region.route_tables.change(&table.id, |table| {
                table
                    .routes
                    .retain(|route| route.destination != destination)
            })?;
            Ok(Node::done())
        }
    }
}
