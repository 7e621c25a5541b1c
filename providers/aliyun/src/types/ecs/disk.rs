//! `aliyun.disk`.

use futures::FutureExt;
use infra_model::Value;
use infra_sdk::fields::Fields;
use serde_json::Value as Json;

use super::disk_change::{POLICY, RESIZE, SPEC};
use crate::table::{
    Call, Hooks, Ids, Kind, Pages, Part, States, call, flag, gib, int, item, list, on_off, tags_of,
    text,
};
use crate::tags;

const MODIFY: Call = call("ModifyDiskAttribute").of(&["DiskId"]);

pub(crate) const DISK: Kind = Kind {
    name: "aliyun.disk",
    key: &[Part::Given("DiskId", "DiskId")],
    create: call("CreateDisk").once(),
    read: list("DescribeDisks", "Disks.Disk")
        .ids(Ids::Json("DiskIds", 100, 0))
        .pages(Pages::Next("MaxResults", 500))
        .tagged(),
    // An id that does not exist is silently ignored.
    delete: call("DeleteDisk").nowhere().of(&["DiskId"]),
    fields: &[
        text("name")
            .create("DiskName")
            .read("DiskName")
            .update(&MODIFY, "DiskName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("zone").create("ZoneId").read("ZoneId"),
        gib("size").create("Size").read("Size").by(&RESIZE),
        text("category")
            .create("DiskCategory")
            .read("Category")
            .by(&SPEC),
        text("level")
            .create("PerformanceLevel")
            .read("PerformanceLevel")
            .by(&SPEC),
        int("iops")
            .create("ProvisionedIops")
            .read("ProvisionedIops")
            .by(&SPEC),
        flag("encrypted").create("Encrypted").read("Encrypted"),
        text("kms_key").create("KMSKeyId").read("KMSKeyId"),
        text("snapshot")
            .create("SnapshotId")
            .read("SourceSnapshotId"),
        on_off("multi_attach", "Enabled", "Disabled")
            .create("MultiAttach")
            .read("MultiAttach")
            .or(|| Value::Bool(false)),
        text("snapshot_policy")
            .read("AutoSnapshotPolicyId")
            .by(&POLICY),
        // `CreateDisk` turns it on and takes no parameter for it.
        flag("delete_auto_snapshots")
            .read("DeleteAutoSnapshot")
            .update(&MODIFY, "DeleteAutoSnapshot"),
        item("format", |item| {
            swap_label(item).map(|_| Value::string("swap"))
        }),
        item("label", |item| swap_label(item).map(Value::String)),
        text("serial").read("SerialNumber"),
    ],
    states: States {
        path: "Status",
        ready: &["Available", "In_use"],
        broken: &[],
    },
    tags: Some("disk"),
    hooks: Hooks {
        // Disks of old kinds take no word about it.
        shape: Some(|fields, params| {
            if fields.flag("multi_attach") != Some(true) {
                params.retain(|param| param.name != "MultiAttach");
            }
        }),
        validate: Some(validate),
        disks: Some(|_, id| async move { Ok(vec![id.to_owned()]) }.boxed()),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

/// A disk says by a tag that it is swap.
fn swap_label(item: &Json) -> Option<String> {
    tags_of(item).remove(tags::SWAP)
}

fn validate(fields: Fields<'_>, problems: &mut Vec<String>) {
    let set = |name| fields.0.get(name).is_some_and(|value| !value.is_null());
    if !set("size") && !set("snapshot") {
        problems.push("a disk needs a `size`, or a `snapshot` to start from".to_owned());
    }
    if fields
        .size("size")
        .is_some_and(|size| size.as_whole_gib().is_none())
    {
        problems.push("`size` must be whole gibibytes".to_owned());
    }
    if set("label") && !set("format") {
        problems.push(
            "`label` is for swap disks: write `format = swap`, or label the file system".to_owned(),
        );
    }
}
