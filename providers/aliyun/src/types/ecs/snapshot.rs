//! `aliyun.snapshot`, and the snapshots that are taken before data goes.

use infra_model::Address;
use infra_sdk::{Failure, FailureKind};

use crate::cloud::Cloud;
use crate::param::add;
use crate::products::ECS;
use crate::reader::{Wait, ready};
use crate::table::{
    Call, Ids, Kind, Pages, Part, States, call, flag, gib, int, list, named_once, scalar, text,
};

const MODIFY: Call = call("ModifySnapshotAttribute")
    .nowhere()
    .of(&["SnapshotId"]);
const CREATE: Call = call("CreateSnapshot").nowhere().once();

pub(crate) const SNAPSHOT: Kind = Kind {
    name: "aliyun.snapshot",
    key: &[Part::Given("SnapshotId", "SnapshotId")],
    create: CREATE,
    read: list("DescribeSnapshots", "Snapshots.Snapshot")
        .ids(Ids::Json("SnapshotIds", 100, 0))
        .pages(Pages::Next("MaxResults", 100))
        .tagged(),
    // With `Force`, disks that were made from it are no hindrance; images are.
    delete: call("DeleteSnapshot")
        .nowhere()
        .of(&["SnapshotId"])
        .with(&[("Force", "true")]),
    fields: &[
        text("name")
            .create("SnapshotName")
            .read("SnapshotName")
            .update(&MODIFY, "SnapshotName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("disk").create("DiskId").read("SourceDiskId"),
        int("days")
            .create("RetentionDays")
            .read("RetentionDays")
            .update(&MODIFY, "RetentionDays"),
        gib("size").read("SourceDiskSize"),
        flag("encrypted").read("Encrypted"),
        text("created").read("CreationTime"),
    ],
    states: States {
        path: "Status",
        ready: &["accomplished"],
        broken: &["failed"],
    },
    tags: Some("snapshot"),
    ..Kind::DEFAULT
};

/// Takes a snapshot of a disk and waits until it is complete: its id.
///
/// # Errors
/// What the calls fail with, or `Cloud` when the snapshot is not what was asked for.
pub(crate) async fn take(
    cloud: &Cloud,
    address: &Address,
    disk: &str,
    order_token: &str,
) -> Result<String, Failure> {
    let mut params = named_once(&CREATE, disk, order_token, disk);
    add(&mut params, "DiskId", disk);
    add(&mut params, "SnapshotName", format!("infra-{disk}"));
    add(
        &mut params,
        "Description",
        format!("Before the data of {address} goes"),
    );
    let answer = cloud.change(ECS, &CREATE, params).await?;
    let id = answer.get("SnapshotId").and_then(scalar).ok_or_else(|| {
        Failure::new(
            FailureKind::Cloud,
            "Alibaba Cloud answered CreateSnapshot without an id",
        )
        .ambiguous()
    })?;
    let seen = ready(cloud, &SNAPSHOT, &id, Wait::New).await?;
    match infra_sdk::fields::Fields(&seen.fields).text("disk") {
        Some(of) if of == disk => Ok(id),
        of => {
            let of = of.unwrap_or_else(|| "no disk".to_owned());
            let message = format!("the snapshot {id} is one of {of} and not of {disk}");
            Err(Failure::new(FailureKind::Cloud, message))
        }
    }
}
