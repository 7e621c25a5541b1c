//! VPC endpoints: described, made, deleted.

use crate::aws::catalogue::{Service, services};
use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::vpc_endpoint_parts::{
    add_interface, check_private_dns, check_route_table, drop_interfaces, groups, policy,
};
use crate::aws::ec2::{interface, tags};
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{EndpointState, Region, VpcEndpoint};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

const ENDPOINTS: Describe<VpcEndpoint> = Describe {
    set: "vpcEndpointSet",
    ids: "VpcEndpointId",
    page: Some((5, 1000)),
    filters: &[
        ("service-name", |_, it| one(&it.service)),
        ("vpc-endpoint-id", |_, it| one(&it.id)),
        ("vpc-endpoint-state", |_, it| one(it.state)),
        ("vpc-endpoint-type", |_, it| one(kind(it))),
        ("vpc-id", |_, it| one(&it.vpc)),
    ],
    table: |region| &region.vpc_endpoints,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    ENDPOINTS.answer(region, q)
}

fn kind(endpoint: &VpcEndpoint) -> &'static str {
    if endpoint.interface {
        "Interface"
    } else {
        "Gateway"
    }
}

/// The service that an endpoint leads to.
pub fn service_of(region: &Region, endpoint: &VpcEndpoint) -> Option<Service> {
    find_service(region, &endpoint.service, endpoint.interface)
}

fn find_service(region: &Region, name: &str, interface: bool) -> Option<Service> {
    services().find(|it| it.interface == interface && it.full_name(&region.name) == name)
}

fn show(region: &Region, endpoint: &VpcEndpoint) -> Node {
    let (subnets, interfaces): (Vec<_>, Vec<_>) = endpoint.interfaces.iter().cloned().unzip();
    let node = Node::new()
        .text("vpcEndpointId", &endpoint.id)
        .text("vpcEndpointType", kind(endpoint))
        .text("vpcId", &endpoint.vpc)
        .text("serviceName", &endpoint.service)
        .text("serviceRegion", &region.name)
        .text("state", endpoint.state)
        .text("policyDocument", &endpoint.policy)
        .texts("routeTableIdSet", &endpoint.route_tables)
        .texts("subnetIdSet", subnets)
        .and(interface::show_groups(region, &endpoint.groups))
        .texts("networkInterfaceIdSet", interfaces)
        .text("privateDnsEnabled", endpoint.private_dns)
        .text("requesterManaged", false)
        .text("creationTimestamp", iso(endpoint.created_ms))
        .text("ownerId", ACCOUNT)
        .list("dnsEntrySet", dns_names(region, endpoint));
    let node = match endpoint.interface {
        true => node
            .text("ipAddressType", "ipv4")
            .node("dnsOptions", Node::new().text("dnsRecordIpType", "ipv4")),
        false => node,
    };
    node.and(tags::show(region, &endpoint.id))
}

/// The names under which an interface endpoint can be reached: its own, one for each zone, and the service's.
fn dns_names(region: &Region, endpoint: &VpcEndpoint) -> Vec<Node> {
    let Some(service) = service_of(region, endpoint).filter(|it| it.interface) else {
        return Vec::new();
    };
    let place = &region.name;
    let own = |zone: &str| {
        let id = &endpoint.id;
        format!("{id}{zone}.{}.{place}.vpce.amazonaws.com", service.name)
    };
    let zones = endpoint.interfaces.iter();
    let zones = zones.filter_map(|(subnet, _)| region.subnets.get(subnet));
    let mut names: Vec<String> = vec![own("")];
    names.extend(zones.map(|subnet| own(&format!("-{}", subnet.zone))));
    if endpoint.private_dns {
        names.push(service.private_name(place));
    }
    let entry = |name| {
        Node::new()
            .text("dnsName", name)
            .text("hostedZoneId", "Z1YSA3EXCYUU9Z")
    };
    names.into_iter().map(entry).collect()
}

/// The routes that gateway endpoints add to a table.
pub fn routes_of(region: &Region, table: &str) -> Vec<Node> {
    let holds = |it: &&VpcEndpoint| it.is_live() && it.route_tables.iter().any(|id| id == table);
    let endpoints = region.vpc_endpoints.iter().filter(holds);
    let shown = endpoints.filter_map(|endpoint| {
        let service = service_of(region, endpoint)?;
        let route = Node::new()
            .text("destinationPrefixListId", service.prefix_list())
            .text("gatewayId", &endpoint.id)
            .text("state", "active")
            .text("origin", "CreateRoute");
        Some(route)
    });
    shown.collect()
}

/// A table that is deleted leaves the endpoints that it held.
pub fn leave(region: &mut Region, table: &str) -> Result<(), Fault> {
    let held: Vec<String> = region
        .vpc_endpoints
        .iter()
        .filter(|it| it.route_tables.iter().any(|id| id == table))
        .map(|it| it.id.clone())
        .collect();
    for id in held {
        region.vpc_endpoints.change(&id, |it| {
            it.route_tables.retain(|other| other != table);
        })?;
    }
    Ok(())
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?.clone();
    let name = q.need("ServiceName")?;
    let interface = match q.text("VpcEndpointType").unwrap_or("Gateway") {
        "Interface" => true,
        "Gateway" => false,
        other => {
            return Err(Fault::value(format!(
                "Value ({other}) for parameter VpcEndpointType is invalid."
            )));
        }
    };
    let service = service(region, name, interface)?;
    check_quota(region, &vpc.id, interface)?;
    check_kind(q, interface)?;
    let given = tags::specified(q, "vpc-endpoint", &["vpc-endpoint"])?;
    let mut endpoint = VpcEndpoint {
        id: region.new_id("vpce"),
        vpc: vpc.id,
        service: name.to_owned(),
        interface,
        state: EndpointState::Pending,
        due: region.after(region.timing.endpoint_ms),
        policy: policy(q)?,
        route_tables: Vec::new(),
        interfaces: Vec::new(),
        groups: Vec::new(),
        private_dns: interface && q.flag("PrivateDnsEnabled")?.unwrap_or(true),
        created_ms: region.now,
    };
    for table in q.texts("RouteTableId") {
        check_route_table(region, &endpoint, table)?;
        endpoint.route_tables.push(table.to_owned());
    }
    if interface {
        endpoint.groups = groups(region, &endpoint, &q.texts("SecurityGroupId"))?;
        check_private_dns(region, &endpoint, service)?;
        for subnet in q.texts("SubnetId") {
            add_interface(region, &mut endpoint, subnet)?;
        }
    }
    region.vpc_endpoints.put(endpoint.clone());
    tags::put(region, &endpoint.id, given)?;
    Ok(Node::new()
        .maybe("clientToken", q.text("ClientToken"))
        .node("vpcEndpoint", show(region, &endpoint)))
}

fn service(region: &Region, name: &str, interface: bool) -> Result<Service, Fault> {
    if let Some(service) = find_service(region, name, interface) {
        return Ok(service);
    }
    if find_service(region, name, !interface).is_some() {
        let kind = if interface { "Interface" } else { "Gateway" };
        return Err(Fault::new(
            "InvalidParameter",
            format!("Endpoint type ({kind}) does not match available service types of {name}."),
        ));
    }
    Err(Fault::new(
        "InvalidServiceName",
        format!("The Vpc Endpoint Service '{name}' does not exist"),
    ))
}

/// Gateways are counted by region, interfaces by VPC.
fn check_quota(region: &Region, vpc: &str, interface: bool) -> Result<(), Fault> {
    let counted = |it: &&VpcEndpoint| {
        it.is_live() && it.interface == interface && (!interface || it.vpc == vpc)
    };
    let most = match interface {
        true => region.quotas.interface_endpoints_per_vpc,
        false => region.quotas.gateway_endpoints,
    };
    if region.vpc_endpoints.iter().filter(counted).count() >= most {
        return Err(Fault::new(
            "VpcEndpointLimitExceeded",
            "The maximum number of VPC endpoints has been reached.",
        ));
    }
    Ok(())
}

/// What only endpoints of the other kind have.
fn check_kind(q: &Query, interface: bool) -> Result<(), Fault> {
    let foreign = match interface {
        true => &["RouteTableId"][..],
        false => &["SubnetId", "SecurityGroupId", "PrivateDnsEnabled"][..],
    };
    match foreign.iter().find(|name| q.child(name).is_some()) {
        None => Ok(()),
        Some(name) => {
            let kind = if interface { "Interface" } else { "Gateway" };
            Err(Fault::new(
                "InvalidParameter",
                format!("{name} is not supported for VPC endpoints of type {kind}."),
            ))
        }
    }
}

/// One that does not exist is named in the answer and keeps no other.
pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let ids = q.texts("VpcEndpointId");
    if ids.is_empty() {
        return Err(Fault::missing("VpcEndpointId"));
    }
    let mut unsuccessful = Vec::new();
    for id in ids {
        match region.vpc_endpoints.find(id).cloned() {
            Err(absent) => {
                let fault = Fault::from(absent);
                let error = Node::new()
                    .text("code", &fault.code)
                    .text("message", &fault.message);
                let item = Node::new().text("resourceId", id).node("error", error);
                unsuccessful.push(item);
            }
            Ok(endpoint) if endpoint.is_live() => {
                let due = region.after(region.timing.endpoint_ms);
                region.vpc_endpoints.put(VpcEndpoint {
                    state: EndpointState::Deleting,
                    due,
                    route_tables: Vec::new(),
                    ..endpoint
                });
            }
            Ok(_) => {}
        }
    }
    Ok(Node::new().list("unsuccessful", unsuccessful))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut endpoint) = region.vpc_endpoints.get(id).cloned() else {
        return;
    };
    if endpoint.is_live() {
        endpoint.state = EndpointState::Available;
        endpoint.due = None;
        region.vpc_endpoints.put(endpoint);
    } else {
        drop_interfaces(region, &mut endpoint, |_| true);
        region.vpc_endpoints.remove(id);
        region.tags.remove(id);
    }
}
