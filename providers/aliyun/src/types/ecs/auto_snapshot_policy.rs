//! `aliyun.auto_snapshot_policy`. This API begins its parameters with small letters.

use infra_sdk::Trace;

use crate::table::{Call, Ids, Kind, Pages, Part, call, int, list, numbers, text};

const MODIFY: Call = call("ModifyAutoSnapshotPolicyEx")
    .region("regionId")
    .of(&["autoSnapshotPolicyId"]);

pub(crate) const AUTO_SNAPSHOT_POLICY: Kind = Kind {
    name: "aliyun.auto_snapshot_policy",
    key: &[Part::Given("AutoSnapshotPolicyId", "AutoSnapshotPolicyId")],
    create: call("CreateAutoSnapshotPolicy").region("regionId"),
    read: list(
        "DescribeAutoSnapshotPolicyEx",
        "AutoSnapshotPolicies.AutoSnapshotPolicy",
    )
    .ids(Ids::One("AutoSnapshotPolicyId"))
    .pages(Pages::Number(100))
    .tagged(),
    // Disks that use it lose it.
    delete: call("DeleteAutoSnapshotPolicy")
        .region("regionId")
        .of(&["autoSnapshotPolicyId"]),
    fields: &[
        text("name")
            .create("autoSnapshotPolicyName")
            .read("AutoSnapshotPolicyName")
            .update(&MODIFY, "autoSnapshotPolicyName"),
        numbers("weekdays")
            .create("repeatWeekdays")
            .read("RepeatWeekdays")
            .update(&MODIFY, "repeatWeekdays"),
        numbers("hours")
            .create("timePoints")
            .read("TimePoints")
            .update(&MODIFY, "timePoints"),
        int("days")
            .create("retentionDays")
            .read("RetentionDays")
            .update(&MODIFY, "retentionDays"),
    ],
    tags: Some("snapshotpolicy"),
    // The call takes no token.
    trace: Trace::Tag,
    ..Kind::DEFAULT
};
