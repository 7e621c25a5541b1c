//! `aliyun.image`.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_model::Value;
use infra_sdk::fields::Fields;
use infra_sdk::{Delete, Failure};
use serde_json::Value as Json;

use super::SNAPSHOT;
use crate::cloud::Cloud;
use crate::products::ECS;
use crate::table::{
    Call, Hooks, Ids, Kind, Pages, Part, States, call, gib, item, items_at, list, named, scalar,
    text,
};

const MODIFY: Call = call("ModifyImageAttribute").of(&["ImageId"]);

/// Those of this account, also while they are being made: the default is `Available` alone.
pub(crate) const OWN: [(&str, &str); 2] = [
    ("ImageOwnerAlias", "self"),
    (
        "Status",
        "Creating,Waiting,Available,UnAvailable,CreateFailed",
    ),
];

pub(crate) const IMAGE: Kind = Kind {
    name: "aliyun.image",
    key: &[Part::Given("ImageId", "ImageId")],
    create: call("CreateImage").once(),
    read: list("DescribeImages", "Images.Image")
        .with(&OWN)
        .ids(Ids::One("ImageId"))
        .pages(Pages::Number(100))
        .tagged(),
    delete: call("DeleteImage").of(&["ImageId"]),
    fields: &[
        text("name")
            .create("ImageName")
            .read("ImageName")
            .update(&MODIFY, "ImageName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("instance").create("InstanceId"),
        text("family")
            .create("ImageFamily")
            .read("ImageFamily")
            .update(&MODIFY, "ImageFamily"),
        text("architecture").read("Architecture"),
        text("created").read("CreationTime"),
        gib("root_size").read("Size"),
        item("snapshots", snapshots),
    ],
    states: States {
        path: "Status",
        ready: &["Available"],
        broken: &["CreateFailed", "UnAvailable"],
    },
    tags: Some("image"),
    hooks: Hooks {
        after_delete: Some(delete_snapshots),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

fn snapshots(item: &Json) -> Option<Value> {
    let disks = items_at(item, "DiskDeviceMappings.DiskDeviceMapping");
    let ids = disks
        .iter()
        .filter_map(|disk| disk.get("SnapshotId").and_then(scalar));
    Some(Value::List(ids.map(Value::String).collect()))
}

/// They cannot go before the image, and nobody needs them after it.
fn delete_snapshots<'a>(cloud: &'a Cloud, order: &'a Delete) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        for snapshot in Fields(&order.prior).texts("snapshots") {
            let params = named(&SNAPSHOT.delete, &snapshot);
            cloud.delete(ECS, &SNAPSHOT.delete, params).await?;
        }
        Ok(())
    }
    .boxed()
}
