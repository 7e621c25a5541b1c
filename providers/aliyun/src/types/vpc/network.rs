//! `aliyun.vpc`.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, Update};
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::param::add;
use crate::products;
use crate::reader::{Wait, ready};
use crate::table::{
    Call, Ids, Kind, Name, Pages, Part, States, Way, call, cidr, item, items_at, list, named,
    scalar, text,
};

const MODIFY: Call = call("ModifyVpcAttribute").of(&["VpcId"]);
const ADD_RANGE: Call = call("AssociateVpcCidrBlock").of(&["VpcId"]);
const REMOVE_RANGE: Call = call("UnassociateVpcCidrBlock").of(&["VpcId"]);

pub(crate) const VPC: Kind = Kind {
    name: "aliyun.vpc",
    api: products::VPC,
    key: &[Part::Given("VpcId", "VpcId")],
    create: call("CreateVpc").once(),
    read: list("DescribeVpcs", "Vpcs.Vpc")
        .ids(Ids::Comma("VpcId", 20, 0))
        .pages(Pages::Number(50))
        .tagged(),
    delete: call("DeleteVpc").of(&["VpcId"]),
    fields: &[
        text("name")
            .create("VpcName")
            .read("VpcName")
            .update(&MODIFY, "VpcName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        cidr("range").create("CidrBlock").read("CidrBlock"),
        item("secondary_ranges", secondary_ranges).by(&RANGES),
        text("route_table").read("RouterTableIds.RouterTableIds.0"),
        text("router").read("VRouterId"),
    ],
    states: States {
        path: "Status",
        ready: &["Available"],
        broken: &[],
    },
    tags: Some("VPC"),
    name_form: Name::Free,
    ..Kind::DEFAULT
};

const RANGES: Way = Way {
    name: "change the further ranges",
    run: change_ranges,
};

fn secondary_ranges(item: &Json) -> Option<Value> {
    let ranges = items_at(item, "SecondaryCidrBlocks.SecondaryCidrBlock");
    let ranges = ranges
        .iter()
        .filter_map(|range| scalar(range)?.parse().ok());
    Some(Value::List(ranges.map(Value::Cidr).collect()))
}

/// Only what differs from what is there is sent: a range that stays is not touched.
fn change_ranges<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    let ranges = |fields: &Record| BTreeSet::from_iter(Fields(fields).texts("secondary_ranges"));
    let step = move || async move {
        let new = ranges(&order.fields);
        loop {
            let seen = ready(cloud, &VPC, &order.id, Wait::Known).await?;
            let old = ranges(&seen.fields);
            let gone = old.difference(&new).map(|range| (&REMOVE_RANGE, range));
            let added = new.difference(&old).map(|range| (&ADD_RANGE, range));
            let Some((call, range)) = gone.chain(added).next() else {
                return Ok(());
            };
            let mut params = named(call, &order.id);
            add(&mut params, "SecondaryCidrBlock", range);
            cloud.once(VPC.api, call, params).await?;
        }
    };
    cloud.converge(step).boxed()
}
