//! DescribeVpcEndpointServices.

use crate::aws::catalogue::{Service, services};
use crate::aws::describe::{Answer, Page};
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::Region;
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// A service that has endpoints of both kinds is listed with each.
pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let place = region.name.clone();
    let mut rows: Vec<(String, Service)> = services()
        .map(|service| (service.full_name(&place), service))
        .collect();
    let names = q.texts("ServiceName");
    if let Some(missing) = names
        .iter()
        .find(|name| !rows.iter().any(|(known, _)| known == **name))
    {
        return Err(Fault::new(
            "InvalidServiceName",
            format!("The Vpc Endpoint Service '{missing}' does not exist"),
        ));
    }
    rows.retain(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    if q.texts("ServiceRegion").iter().any(|other| *other != place) {
        return Err(Fault::value("Services of other regions are not simulated."));
    }
    for filter in q.list("Filter") {
        let (name, patterns) = (filter.need("Name")?, filter.texts("Value"));
        let value: fn(&(String, Service)) -> &str = match name {
            "service-name" => |row| &row.0,
            "service-type" => |row| kind(row.1),
            "owner" => |_| "amazon",
            _ => return Err(Fault::value(format!("The filter '{name}' is invalid"))),
        };
        rows.retain(|row| patterns.iter().any(|pattern| matches(pattern, value(row))));
    }
    rows.sort_by_key(key);
    let keyed: Vec<(String, (String, Service))> =
        rows.into_iter().map(|row| (key(&row), row)).collect();
    let page = Page::parse(q, "vpc-endpoint-service", (1, 1000), !names.is_empty())?;
    let (rows, next) = page.cut(keyed, |(key, _)| key);
    let mut shown: Vec<&String> = rows.iter().map(|(_, (name, _))| name).collect();
    shown.dedup();
    Ok(Node::new()
        .texts("serviceNameSet", &shown)
        .list(
            "serviceDetailSet",
            rows.iter()
                .map(|(_, (name, service))| show(region, name, *service)),
        )
        .maybe("nextToken", next))
}

fn key((name, service): &(String, Service)) -> String {
    format!("{name}/{}", kind(*service))
}

fn kind(service: Service) -> &'static str {
    if service.interface {
        "Interface"
    } else {
        "Gateway"
    }
}

fn show(region: &Region, name: &str, service: Service) -> Node {
    let types = Node::new().text("serviceType", kind(service));
    let node = Node::new()
        .text("serviceName", name)
        .list("serviceType", [types])
        .text("serviceRegion", &region.name)
        .texts("availabilityZoneSet", region.zones())
        .text("owner", "amazon")
        .text("vpcEndpointPolicySupported", true)
        .text("acceptanceRequired", false)
        .text("managesVpcEndpoints", false);
    if !service.interface {
        return node;
    }
    let private = service.private_name(&region.name);
    let names = Node::new().text("privateDnsName", &private);
    node.texts(
        "baseEndpointDnsNameSet",
        [format!(
            "{}.{}.vpce.amazonaws.com",
            service.name, region.name
        )],
    )
    .text("privateDnsName", &private)
    .list("privateDnsNameSet", [names])
    .text("privateDnsNameVerificationState", "verified")
    .texts("supportedIpAddressTypeSet", ["ipv4"])
}
