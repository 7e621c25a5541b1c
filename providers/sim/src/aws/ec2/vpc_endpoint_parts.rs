//! What VPC endpoints consist of, and ModifyVpcEndpoint, which changes it.

use serde_json::Value;

use crate::aws::catalogue::Service;
use crate::aws::describe::Answer;
use crate::aws::ec2::{interface, vpc_endpoint};
use crate::aws::fault::Fault;
use crate::aws::world::{EndpointState, Region, VpcEndpoint};
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// "Control access to VPC endpoints using endpoint policies": the policy of an endpoint that is given none.
const OPEN_POLICY: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
/// The most characters of a policy.
const POLICY_MAX: usize = 20_480;

fn refused(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameter", message)
}

/// The policy that a request gives, or the one that allows everything.
///
/// # Errors
/// `InvalidPolicyDocument`.
pub fn policy(q: &Query) -> Result<String, Fault> {
    let Some(text) = q.text("PolicyDocument").filter(|text| !text.is_empty()) else {
        return Ok(OPEN_POLICY.to_owned());
    };
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let sound = parsed.is_some_and(|policy| policy.get("Statement").is_some());
    if !sound || text.len() > POLICY_MAX {
        return Err(Fault::new(
            "InvalidPolicyDocument",
            "The specified policy document is not a valid JSON policy document",
        ));
    }
    Ok(text.to_owned())
}

/// The groups of its interfaces: those that are named, or the VPC's default one.
///
/// # Errors
/// As [`interface::check_groups`].
pub fn groups(
    region: &Region,
    endpoint: &VpcEndpoint,
    named: &[&str],
) -> Result<Vec<String>, Fault> {
    if named.is_empty() {
        let default = region.default_group(&endpoint.vpc);
        return Ok(default.map(|group| group.id.clone()).into_iter().collect());
    }
    interface::check_groups(region, &endpoint.vpc, named)
}

/// Whether a route table can lead to a gateway endpoint.
///
/// # Errors
/// NotFound, `InvalidParameter` for a table of another VPC, `RouteAlreadyExists` when another endpoint of the service
/// is in it.
pub fn check_route_table(
    region: &Region,
    endpoint: &VpcEndpoint,
    table: &str,
) -> Result<(), Fault> {
    let table = region.route_tables.find(table)?;
    if table.vpc != endpoint.vpc {
        let (id, vpc) = (&table.id, &endpoint.vpc);
        return Err(refused(format!(
            "The route table {id} and the VPC {vpc} belong to different networks."
        )));
    }
    let taken = region.vpc_endpoints.iter().any(|other| {
        other.id != endpoint.id
            && other.is_live()
            && other.service == endpoint.service
            && other.route_tables.contains(&table.id)
    });
    if taken {
        let list = vpc_endpoint::service_of(region, endpoint).map(|it| it.prefix_list());
        return Err(Fault::new(
            "RouteAlreadyExists",
            format!(
                "route table {} already has a route with destination-prefix-list-id {}",
                table.id,
                list.unwrap_or_default()
            ),
        ));
    }
    Ok(())
}

/// Whether the service's usual name can lead to the endpoint.
///
/// # Errors
/// `InvalidParameter` when the VPC has no DNS for it, or another endpoint has the name.
pub fn check_private_dns(
    region: &Region,
    endpoint: &VpcEndpoint,
    service: Service,
) -> Result<(), Fault> {
    if !endpoint.private_dns {
        return Ok(());
    }
    let vpc = region.vpcs.find(&endpoint.vpc)?;
    if !vpc.dns_support || !vpc.dns_hostnames {
        return Err(refused(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {}",
            vpc.id
        )));
    }
    let taken = region.vpc_endpoints.iter().any(|other| {
        other.id != endpoint.id
            && other.is_live()
            && other.private_dns
            && (&other.vpc, &other.service) == (&endpoint.vpc, &endpoint.service)
    });
    if taken {
        return Err(refused(format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {} in the VPC {}",
            service.private_name(&region.name),
            vpc.id
        )));
    }
    Ok(())
}

/// Gives the endpoint an interface in a subnet.
///
/// # Errors
/// NotFound, `InvalidParameter` for a subnet of another VPC, `DuplicateSubnetsInSameZone`.
pub fn add_interface(
    region: &mut Region,
    endpoint: &mut VpcEndpoint,
    subnet: &str,
) -> Result<(), Fault> {
    let subnet = region.subnets.find(subnet)?.clone();
    if subnet.vpc != endpoint.vpc {
        return Err(refused(format!(
            "The subnet {} is not in the VPC {}.",
            subnet.id, endpoint.vpc
        )));
    }
    let same_zone = |(id, _): &(String, String)| {
        let other = region.subnets.get(id);
        other.is_some_and(|other| other.zone == subnet.zone)
    };
    if endpoint.interfaces.iter().any(same_zone) {
        return Err(Fault::new(
            "DuplicateSubnetsInSameZone",
            format!(
                "Found another VPC endpoint subnet in the availability zone of {}. VPC endpoint subnets should be in \
                 different availability zones supported by the VPC endpoint service.",
                subnet.id
            ),
        ));
    }
    let ip = interface::private_ip(region, &subnet, None)?;
    let description = format!("VPC Endpoint Interface {}", endpoint.id);
    let mut port = interface::blank(region, &subnet, ip, &description);
    port.endpoint = Some(endpoint.id.clone());
    port.groups = endpoint.groups.clone();
    endpoint.interfaces.push((subnet.id, port.id.clone()));
    region.interfaces.put(port);
    Ok(())
}

/// Takes away the endpoint's interfaces in those subnets.
pub fn drop_interfaces(
    region: &mut Region,
    endpoint: &mut VpcEndpoint,
    goes: impl Fn(&str) -> bool,
) {
    for (subnet, interface) in std::mem::take(&mut endpoint.interfaces) {
        if goes(&subnet) {
            interface::remove(region, &interface);
        } else {
            endpoint.interfaces.push((subnet, interface));
        }
    }
}

pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let mut endpoint = region.vpc_endpoints.find(q.need("VpcEndpointId")?)?.clone();
    if endpoint.state != EndpointState::Available {
        return Err(Fault::state(format!(
            "VPC endpoint {} is {}: it must be available.",
            endpoint.id, endpoint.state
        )));
    }
    let foreign = match endpoint.interface {
        true => &["AddRouteTableId", "RemoveRouteTableId"][..],
        false => &[
            "AddSubnetId",
            "RemoveSubnetId",
            "AddSecurityGroupId",
            "RemoveSecurityGroupId",
            "PrivateDnsEnabled",
        ],
    };
    if let Some(name) = foreign.iter().find(|name| q.child(name).is_some()) {
        return Err(refused(format!(
            "{name} is not supported for {}.",
            endpoint.id
        )));
    }
    match (q.flag("ResetPolicy")?, q.text("PolicyDocument")) {
        (Some(true), Some(_)) => {
            return Err(Fault::combination(
                "A policy can be given or reset, and not both.",
            ));
        }
        (Some(true), None) | (_, Some(_)) => endpoint.policy = policy(q)?,
        _ => {}
    }
    change_tables(region, &mut endpoint, q)?;
    change_groups(region, &mut endpoint, q)?;
    change_subnets(region, &mut endpoint, q)?;
    if let Some(on) = q.flag("PrivateDnsEnabled")? {
        endpoint.private_dns = on;
        if let Some(service) = vpc_endpoint::service_of(region, &endpoint) {
            check_private_dns(region, &endpoint, service)?;
        }
    }
    region.vpc_endpoints.put(endpoint);
    Ok(Node::done())
}

fn change_tables(region: &Region, endpoint: &mut VpcEndpoint, q: &Query) -> Result<(), Fault> {
    let gone = q.texts("RemoveRouteTableId");
    endpoint
        .route_tables
        .retain(|table| !gone.contains(&table.as_str()));
    for table in q.texts("AddRouteTableId") {
        check_route_table(region, endpoint, table)?;
        if !endpoint.route_tables.iter().any(|known| known == table) {
            endpoint.route_tables.push(table.to_owned());
        }
    }
    Ok(())
}

fn change_groups(region: &mut Region, endpoint: &mut VpcEndpoint, q: &Query) -> Result<(), Fault> {
    let (new, gone) = (
        q.texts("AddSecurityGroupId"),
        q.texts("RemoveSecurityGroupId"),
    );
    if new.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let mut wanted: Vec<&str> = endpoint.groups.iter().map(String::as_str).collect();
    wanted.retain(|group| !gone.contains(group));
    wanted.extend(new);
    if wanted.is_empty() {
        return Err(refused("An endpoint needs at least one security group."));
    }
    endpoint.groups = groups(region, endpoint, &wanted)?;
    for (_, interface) in &endpoint.interfaces {
        region
            .interfaces
            .change(interface, |port| port.groups = endpoint.groups.clone())?;
    }
    Ok(())
}

/// With other subnets it takes a while until it is available again.
fn change_subnets(region: &mut Region, endpoint: &mut VpcEndpoint, q: &Query) -> Result<(), Fault> {
    let (new, gone) = (q.texts("AddSubnetId"), q.texts("RemoveSubnetId"));
    if new.is_empty() && gone.is_empty() {
        return Ok(());
    }
    for subnet in new {
        if !endpoint.interfaces.iter().any(|(known, _)| known == subnet) {
            add_interface(region, endpoint, subnet)?;
        }
    }
    drop_interfaces(region, endpoint, |subnet| gone.contains(&subnet));
    endpoint.state = EndpointState::Pending;
    endpoint.due = region.after(region.timing.endpoint_ms);
    Ok(())
}
