//! The routes of a route table: CreateRoute, ReplaceRoute, DeleteRoute.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Route, RouteOrigin, RouteTable};
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::cidr;
use infra_sdk::{Failure, FailureKind};

use super::instance_state::primary_interface;
use crate::client::Cloud;

/// How the ids of prefix lists begin, which may stand where a range stands.
const PREFIX_LIST: &str = "pl-";

pub(super) fn route(to: &str, via: &str) -> Option<Value> {
    Some(Value::Map(Record::from([
        (
            "to".to_owned(),
            cidr(to).unwrap_or_else(|| Value::string(to)),
        ),
        ("via".to_owned(), Value::string(via)),
    ])))
}

/// A next hop. A route to an instance names its network interface too, and programs may write either.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Via {
    pub main: String,
    pub other: Option<String>,
}

impl Via {
    fn is(&self, id: &str) -> bool {
        self.main == id || self.other.as_deref() == Some(id)
    }
}

/// Destination and next hop of a route that somebody wrote; `None` for those that AWS adds itself.
pub(super) fn written_route(route: &Route) -> Option<(String, Via)> {
    let own = |origin: &RouteOrigin| *origin == RouteOrigin::CreateRoute;
    if !route.origin.as_ref().is_none_or(own) || route.gateway_id.as_deref() == Some("local") {
        return None;
    }
    let to = route
        .destination_cidr_block
        .as_ref()
        .or(route.destination_ipv6_cidr_block.as_ref())
        .or(route.destination_prefix_list_id.as_ref())?;
    // The endpoint of a service writes its own route to the service's prefix list, and takes it away itself.
    let endpoint = |id: &String| id.starts_with("vpce-");
    if to.starts_with(PREFIX_LIST) && route.gateway_id.as_ref().is_some_and(endpoint) {
        return None;
    }
    let hops = [
        &route.instance_id,
        &route.gateway_id,
        &route.nat_gateway_id,
        &route.network_interface_id,
        &route.transit_gateway_id,
        &route.vpc_peering_connection_id,
        &route.egress_only_internet_gateway_id,
        &route.carrier_gateway_id,
        &route.local_gateway_id,
        &route.core_network_arn,
    ];
    let mut hops = hops.into_iter().flatten().filter(|id| !id.is_empty());
    let main = hops.next()?.clone();
    let other = hops.next().cloned();
    Some((to.clone(), Via { main, other }))
}

/// A next hop by the kind of its id: the parameter of CreateRoute that takes it.
#[derive(Clone, Copy)]
pub(super) enum Hop {
    Gateway,
    EgressOnly,
    Nat,
    Instance,
    Interface,
    Transit,
    Peering,
    Endpoint,
    Carrier,
    Local,
    CoreNetwork,
}

impl Hop {
    pub fn of(id: &str) -> Option<Hop> {
        if id.starts_with("arn:") {
            return Some(Hop::CoreNetwork);
        }
        Some(match id.split_once('-')?.0 {
            "igw" | "vgw" => Hop::Gateway,
            "eigw" => Hop::EgressOnly,
            "nat" => Hop::Nat,
            "i" => Hop::Instance,
            "eni" => Hop::Interface,
            "tgw" => Hop::Transit,
            "pcx" => Hop::Peering,
            "vpce" => Hop::Endpoint,
            "cagw" => Hop::Carrier,
            "lgw" => Hop::Local,
            _ => return None,
        })
    }
}

/// CreateRoute and ReplaceRoute take the same parameters, on builders of two types.
macro_rules! with_route {
    ($call:expr, $table:expr, $to:expr, $via:expr) => {{
        let call = $call.route_table_id($table);
        let call = if $to.starts_with(PREFIX_LIST) {
            call.destination_prefix_list_id($to)
        } else if $to.contains(':') {
            call.destination_ipv6_cidr_block($to)
        } else {
            call.destination_cidr_block($to)
        };
        match Hop::of($via) {
            Some(Hop::EgressOnly) => call.egress_only_internet_gateway_id($via),
            Some(Hop::Nat) => call.nat_gateway_id($via),
            Some(Hop::Interface | Hop::Instance) => call.network_interface_id($via),
            Some(Hop::Transit) => call.transit_gateway_id($via),
            Some(Hop::Peering) => call.vpc_peering_connection_id($via),
            Some(Hop::Endpoint) => call.vpc_endpoint_id($via),
            Some(Hop::Carrier) => call.carrier_gateway_id($via),
            Some(Hop::Local) => call.local_gateway_id($via),
            Some(Hop::CoreNetwork) => call.core_network_arn($via),
            Some(Hop::Gateway) | None => call.gateway_id($via),
        }
        .send()
    }};
}

/// Makes the table's routes what the fields say.
pub(super) async fn bring_routes(
    cloud: &Cloud,
    id: &str,
    table: &RouteTable,
    fields: Fields<'_>,
) -> Result<(), Failure> {
    let current = table.routes.iter().flatten();
    let current: BTreeMap<String, Via> = current.filter_map(written_route).collect();
    let mut wanted = BTreeMap::new();
    for route in fields
        .list("routes")
        .iter()
        .filter_map(Value::as_map)
        .map(Fields)
    {
        wanted.insert(route.must("to")?, route.must("via")?);
    }
    for (to, via) in &wanted {
        match current.get(to) {
            Some(old) if old.is(via) => {}
            Some(_) => {
                let via = &taken(cloud, via).await?;
                cloud
                    .change("ReplaceRoute", || {
                        with_route!(cloud.ec2.replace_route(), id, to, via)
                    })
                    .await?;
            }
            None => create_route(cloud, id, to, &taken(cloud, via).await?).await?,
        }
    }
    for to in current.keys().filter(|to| !wanted.contains_key(*to)) {
        let done = cloud
            .change("DeleteRoute", || {
                let call = cloud.ec2.delete_route().route_table_id(id);
                if to.starts_with(PREFIX_LIST) {
                    call.destination_prefix_list_id(to).send()
                } else if to.contains(':') {
                    call.destination_ipv6_cidr_block(to).send()
                } else {
                    call.destination_cidr_block(to).send()
                }
            })
            .await;
        match done {
            Err(failure) if failure.kind != FailureKind::NotFound => return Err(failure),
            _ => {}
        }
    }
    Ok(())
}

/// The hop that a call takes: a machine by its primary interface, because one with several takes no route by its own id.
async fn taken(cloud: &Cloud, via: &str) -> Result<String, Failure> {
    match Hop::of(via) {
        Some(Hop::Instance) => primary_interface(cloud, via).await,
        _ => Ok(via.to_owned()),
    }
}

/// A route that a lost answer left behind is there already; replacing it says the same again.
async fn create_route(cloud: &Cloud, id: &str, to: &str, via: &str) -> Result<(), Failure> {
    let created = cloud
        .change("CreateRoute", || {
            with_route!(cloud.ec2.create_route(), id, to, via)
        })
        .await;
    match created {
        Err(failure) if failure.kind == FailureKind::AlreadyExists => {
            cloud
                .change("ReplaceRoute", || {
                    with_route!(cloud.ec2.replace_route(), id, to, via)
                })
                .await?;
            Ok(())
        }
        result => result.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_of_aws_itself_are_not_shown() {
        let local = Route::builder()
            .destination_cidr_block("10.0.0.0/16")
            .gateway_id("local")
            .build();
        assert_eq!(written_route(&local), None);
    }
}
