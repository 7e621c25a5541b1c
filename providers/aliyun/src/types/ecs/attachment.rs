//! `aliyun.attachment`. It has no identity of its own at Alibaba Cloud; ours is the instance's and the disk's.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_sdk::{Failure, Trace};
use serde_json::{Value as Json, json};

use crate::cloud::Cloud;
use crate::table::{
    Call, Hooks, Ids, Kind, Name, Pages, Part, States, call, flag, items_at, list, text,
};

/// `DeleteWithInstance` belongs to the disk.
const MODIFY: Call = call("ModifyDiskAttribute").of(&["", "DiskId"]);

pub(crate) const ATTACHMENT: Kind = Kind {
    name: "aliyun.attachment",
    key: &[
        Part::Field("instance", "InstanceId"),
        Part::Field("disk", "DiskId"),
    ],
    create: call("AttachDisk").nowhere(),
    read: list("DescribeDisks", "Disks.Disk")
        .ids(Ids::Json("DiskIds", 100, 1))
        .pages(Pages::Next("MaxResults", 500))
        .tagged(),
    // Without the flag, detaching would turn `DeleteWithInstance` on.
    delete: call("DetachDisk")
        .nowhere()
        .of(&["InstanceId", "DiskId"])
        .with(&[("DeleteWithInstance", "false")]),
    fields: &[
        text("instance").create("InstanceId").read("InstanceId"),
        text("disk").create("DiskId").read("DiskId"),
        text("device").create("Device").read("Device"),
        flag("delete_with_instance")
            .create("DeleteWithInstance")
            .read("DeleteWithInstance")
            .update(&MODIFY, "DeleteWithInstance"),
    ],
    states: States {
        path: "Status",
        ready: &["In_use"],
        broken: &[],
    },
    // No disk is attached to an instance twice.
    trace: Trace::Name,
    twin: &["instance", "disk"],
    name_form: Name::None,
    hooks: Hooks {
        listed: Some(attachments),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

/// One item for each attachment of each disk; system disks are the instances' own.
fn attachments(_: &Cloud, disks: Vec<Json>) -> BoxFuture<'_, Result<Vec<Json>, Failure>> {
    let data = disks.iter().filter(|disk| disk["Type"] != "system");
    let all = data.flat_map(|disk| {
        let listed = items_at(disk, "Attachments.Attachment").into_iter();
        listed.map(|one| {
            json!({
                "InstanceId": one["InstanceId"],
                "DiskId": disk["DiskId"],
                "Device": one["Device"],
                "DeleteWithInstance": disk["DeleteWithInstance"],
                "Status": disk["Status"],
            })
        })
    });
    let all = all.collect();
    async move { Ok(all) }.boxed()
}
