//! `aliyun.snat`. Its table and its own id identify it, because entries are listed by table.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::products;
use crate::reader::everything;
use crate::table::{
    Call, Hooks, Ids, Kind, Name, Pages, Part, States, call, cidr, comma, items_at, list, scalar,
    text,
};

const MODIFY: Call = call("ModifySnatEntry").of(&["SnatTableId", "SnatEntryId"]);

pub(crate) const SNAT: Kind = Kind {
    name: "aliyun.snat",
    api: products::VPC,
    key: &[
        Part::Field("table", "SnatTableId"),
        Part::Given("SnatEntryId", "SnatEntryId"),
    ],
    create: call("CreateSnatEntry").once(),
    read: list(
        "DescribeSnatTableEntries",
        "SnatTableEntries.SnatTableEntry",
    )
    .ids(Ids::Owner("SnatTableId", tables))
    .pages(Pages::Number(50)),
    delete: call("DeleteSnatEntry").of(&["SnatTableId", "SnatEntryId"]),
    fields: &[
        text("name")
            .create("SnatEntryName")
            .read("SnatEntryName")
            .update(&MODIFY, "SnatEntryName"),
        text("table").create("SnatTableId").read("SnatTableId"),
        text("vswitch")
            .create("SourceVSwitchId")
            .read("SourceVSwitchId"),
        cidr("source").create("SourceCIDR").read("SourceCIDR"),
        comma("ips")
            .create("SnatIp")
            .read("SnatIp")
            .update(&MODIFY, "SnatIp"),
    ],
    states: States {
        path: "Status",
        ready: &["Available"],
        broken: &[],
    },
    twin: &["table", "vswitch", "source"],
    turn: Some("table"),
    name_form: Name::Free,
    hooks: Hooks {
        validate: Some(validate),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

fn validate(fields: Fields<'_>, problems: &mut Vec<String>) {
    let set = |name| fields.0.get(name).is_some_and(|value| !value.is_null());
    if set("vswitch") == set("source") {
        problems.push(
            "an entry is for a `vswitch` or for a `source` range: set one of them".to_owned(),
        );
    }
}

fn tables(cloud: &Cloud) -> BoxFuture<'_, Result<Vec<String>, Failure>> {
    async move {
        let gateways = everything(cloud, &super::NAT_GATEWAY).await?;
        let tables = |item: &Json| items_at(item, "SnatTableIds.SnatTableId");
        let all = gateways.iter().flat_map(tables);
        Ok(all.filter_map(|table| scalar(&table)).collect())
    }
    .boxed()
}
