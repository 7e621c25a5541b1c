//! `aliyun.route_entry`. Its table and its own id identify it, because routes are listed by table.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, Update};
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::param::{Param, add};
use crate::products;
use crate::reader::everything;
use crate::table::{
    Call, Hooks, Ids, Kind, Name, Pages, Part, States, Way, call, cidr, items_at, list, named,
    scalar, text,
};

/// A route's own id names it.
const OWN_ID: &[&str] = &["", "RouteEntryId"];
const MODIFY: Call = call("ModifyRouteEntry").of(OWN_ID);

pub(crate) const ROUTE_ENTRY: Kind = Kind {
    name: "aliyun.route_entry",
    api: products::VPC,
    key: &[
        Part::Field("table", "RouteTableId"),
        Part::Given("RouteEntryId", "RouteEntryId"),
    ],
    create: call("CreateRouteEntry").once(),
    read: list("DescribeRouteEntryList", "RouteEntrys.RouteEntry")
        .ids(Ids::Owner("RouteTableId", tables))
        .pages(Pages::Next("MaxResult", 100)),
    delete: call("DeleteRouteEntry").of(OWN_ID),
    fields: &[
        text("name")
            .create("RouteEntryName")
            .read("RouteEntryName")
            .update(&MODIFY, "RouteEntryName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("table").create("RouteTableId").read("RouteTableId"),
        cidr("to")
            .create("DestinationCidrBlock")
            .read("DestinationCidrBlock"),
        text("via")
            .create("NextHopId")
            .read("NextHops.NextHop.0.NextHopId")
            .by(&HOP),
    ],
    states: States {
        path: "Status",
        ready: &["Available", "Created"],
        broken: &[],
    },
    twin: &["table", "to"],
    // A network changes one route at a time.
    turn: Some("table"),
    name_form: Name::Free,
    hooks: Hooks {
        shape: Some(next_hop_type),
        listed: Some(own_routes),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

/// How ids begin, and what the API calls such a next hop.
const HOPS: [(&str, &str); 9] = [
    ("i-", "Instance"),
    ("ngw-", "NatGateway"),
    ("eni-", "NetworkInterface"),
    ("havip-", "HaVip"),
    ("vpn-", "VpnGateway"),
    ("ri-", "RouterInterface"),
    ("tr-", "Attachment"),
    ("ipv6-", "IPv6Gateway"),
    ("vpcpcc-", "VpcPeer"),
];

fn hop_type(id: &str) -> &'static str {
    let known = HOPS.iter().find(|(prefix, _)| id.starts_with(prefix));
    known.map_or("Instance", |(_, word)| word)
}

fn next_hop_type(fields: Fields<'_>, params: &mut Vec<Param>) {
    if let Some(id) = fields.text("via") {
        add(params, "NextHopType", hop_type(&id));
    }
}

const HOP: Way = Way {
    name: "change the next hop",
    run: change_hop,
};

fn change_hop<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let id = Fields(&order.fields).must("via")?;
        let mut params = named(&MODIFY, &order.id);
        add(&mut params, "NewNextHopType", hop_type(&id));
        add(&mut params, "NewNextHopId", id);
        cloud.change(ROUTE_ENTRY.api, &MODIFY, params).await?;
        Ok(())
    }
    .boxed()
}

/// Routes that a program or a person made; those of the network itself and of services are not for it to manage.
fn own_routes(_: &Cloud, items: Vec<Json>) -> BoxFuture<'_, Result<Vec<Json>, Failure>> {
    let own = |item: &Json| {
        let text = |name: &str| item.get(name).and_then(scalar);
        text("Type").is_none_or(|kind| kind == "Custom") && text("ServiceType").is_none()
    };
    let own = items.into_iter().filter(own).collect();
    async move { Ok(own) }.boxed()
}

fn tables(cloud: &Cloud) -> BoxFuture<'_, Result<Vec<String>, Failure>> {
    async move {
        let networks = everything(cloud, &super::VPC).await?;
        let tables = |item: &Json| items_at(item, "RouterTableIds.RouterTableIds");
        let all = networks.iter().flat_map(tables);
        Ok(all.filter_map(|table| scalar(&table)).collect())
    }
    .boxed()
}
