//! `aliyun.eip`.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_model::Value;
use infra_sdk::fields::Fields;
use infra_sdk::{Delete, Failure, Update};
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::param::add;
use crate::products;
use crate::reader::{Wait, ready};
use crate::table::{
    Call, Hooks, Ids, Kind, Name, Pages, Part, States, Way, call, flag, int, ip, item, list,
    named_once, scalar, text, words,
};

const MODIFY: Call = call("ModifyEipAddressAttribute").of(&["AllocationId"]);
const PROTECT: Call = call("DeletionProtection")
    .of(&["InstanceId"])
    .with(&[("Type", "EIP")]);
const ASSOCIATE: Call = call("AssociateEipAddress").of(&["AllocationId"]).once();
const UNASSOCIATE: Call = call("UnassociateEipAddress").of(&["AllocationId"]).once();

/// The API's words for what an address can be bound to.
const INSTANCE: &str = "EcsInstance";
const NAT_GATEWAY: &str = "Nat";

pub(crate) const EIP: Kind = Kind {
    name: "aliyun.eip",
    api: products::VPC,
    key: &[Part::Given("AllocationId", "AllocationId")],
    create: call("AllocateEipAddress")
        .once()
        .with(&[("InstanceChargeType", "PostPaid")]),
    read: list("DescribeEipAddresses", "EipAddresses.EipAddress")
        .ids(Ids::Comma("AllocationId", 50, 0))
        .pages(Pages::Number(100))
        .tagged(),
    delete: call("ReleaseEipAddress").of(&["AllocationId"]),
    fields: &[
        text("name")
            .create("Name")
            .read("Name")
            .update(&MODIFY, "Name"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        int("bandwidth")
            .create("Bandwidth")
            .read("Bandwidth")
            .update(&MODIFY, "Bandwidth"),
        words(
            "charge",
            &[("traffic", "PayByTraffic"), ("bandwidth", "PayByBandwidth")],
        )
        .create("InternetChargeType")
        .read("InternetChargeType"),
        text("line").create("ISP").read("ISP"),
        item("instance", |item| bound(item, INSTANCE)).by(&BIND),
        item("nat_gateway", |item| bound(item, NAT_GATEWAY)).by(&BIND),
        flag("protected")
            .read("DeletionProtection")
            .update(&PROTECT, "ProtectionEnable"),
        ip("public_ip").read("IpAddress"),
    ],
    states: States {
        path: "Status",
        ready: &["Available", "InUse"],
        broken: &[],
    },
    tags: Some("EIP"),
    name_form: Name::Free,
    hooks: Hooks {
        before_delete: Some(unbind),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

/// What the address is bound to, when it is of this kind.
fn bound(item: &Json, kind: &str) -> Option<Value> {
    let of_kind = item.get("InstanceType").and_then(scalar)? == kind;
    let id = item.get("InstanceId").and_then(scalar)?;
    of_kind.then_some(Value::String(id))
}

const BIND: Way = Way {
    name: "bind the address",
    run: bind,
};

/// What the fields say that the address is bound to, and its kind.
fn target(fields: Fields<'_>) -> Option<(String, &'static str)> {
    let instance = fields.text("instance").map(|id| (id, INSTANCE));
    instance.or_else(|| Some((fields.text("nat_gateway")?, NAT_GATEWAY)))
}

/// An address leads to one place, so it leaves the old one first.
fn bind<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    rebind(
        cloud,
        &order.id,
        &order.token,
        target(Fields(&order.fields)),
    )
    .boxed()
}

/// An address that leads somewhere cannot be released.
fn unbind<'a>(cloud: &'a Cloud, order: &'a Delete) -> BoxFuture<'a, Result<(), Failure>> {
    rebind(cloud, &order.id, &order.token, None).boxed()
}

async fn rebind(
    cloud: &Cloud,
    address: &str,
    order_token: &str,
    wanted: Option<(String, &str)>,
) -> Result<(), Failure> {
    let seen = ready(cloud, &EIP, address, Wait::Known).await?;
    let now = target(Fields(&seen.fields));
    if now == wanted {
        return Ok(());
    }
    for (call, end) in [(&UNASSOCIATE, now), (&ASSOCIATE, wanted)] {
        let Some((id, kind)) = end else {
            continue;
        };
        let part = format!("{} {id}", call.action);
        let mut params = named_once(call, address, order_token, &part);
        add(&mut params, "InstanceId", id);
        add(&mut params, "InstanceType", kind);
        cloud.change(EIP.api, call, params).await?;
        ready(cloud, &EIP, address, Wait::Known).await?;
    }
    Ok(())
}
