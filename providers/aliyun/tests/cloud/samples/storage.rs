//! Disks and what is made from them.

use infra_model::Value;

use super::compute::machine;
use super::network::ZONE;
use super::{Sample, gib, list, text};
use crate::bed::{Bed, Made};

async fn disk_of(bed: &Bed, name: &str) -> Made {
    let fields = [("zone", text(ZONE)), ("size", gib(40))];
    bed.make("aliyun.disk", name, &fields).await
}

/// A machine with a disk, attached: disks that never were have no snapshots.
async fn attached(bed: &Bed) -> Vec<Made> {
    let mut made = machine(bed).await;
    let disk = disk_of(bed, "data").await;
    let machine = &made[made.len() - 1];
    let fields = [("instance", machine.id()), ("disk", disk.id())];
    let attachment = bed.make("aliyun.attachment", "data", &fields).await;
    made.extend([disk, attachment]);
    made
}

pub async fn disk(bed: &Bed) -> Sample {
    let policy = bed
        .make(
            "aliyun.auto_snapshot_policy",
            "nightly",
            &[("hours", list([Value::Int(2)]))],
        )
        .await;
    let made = attached(bed).await;
    let fields = [("disk", made[made.len() - 2].id())];
    let snapshot = bed.make("aliyun.snapshot", "copy", &fields).await;
    Sample::new(&[
        ("zone", text(ZONE)),
        ("size", gib(40)),
        ("category", text("cloud_efficiency")),
    ])
    .renamed()
    .step("size", gib(50))
    .step("category", text("cloud_essd"))
    .step("level", text("PL0"))
    .step("snapshot_policy", policy.id())
    .step("snapshot_policy", Value::Null)
    .step("delete_auto_snapshots", Value::Bool(true))
    .step("snapshot", snapshot.id())
    .step("size", gib(45))
    .steps(&[("encrypted", Value::Bool(true)), ("snapshot", Value::Null)])
    .step("kms_key", text("key-1"))
    .steps(&[
        ("multi_attach", Value::Bool(true)),
        ("kms_key", Value::Null),
        ("encrypted", Value::Bool(false)),
    ])
    .steps(&[("format", text("swap")), ("label", text("swap1"))])
    .step("zone", text("cn-hangzhou-i"))
    .exempt("iops", "for `cloud_auto` only")
    .before([policy])
    .before(made)
    .before([snapshot])
}

pub async fn attachment(bed: &Bed) -> Sample {
    let made = machine(bed).await;
    let (first, second) = (disk_of(bed, "first").await, disk_of(bed, "second").await);
    Sample::new(&[
        ("instance", made[made.len() - 1].id()),
        ("disk", first.id()),
    ])
    .step("delete_with_instance", Value::Bool(true))
    .step("delete_with_instance", Value::Bool(false))
    .step("device", text("/dev/xvdf"))
    .step("disk", second.id())
    .exempt("instance", "one machine is enough to be attached to")
    .before(made)
    .before([first, second])
}

pub async fn snapshot(bed: &Bed) -> Sample {
    let mut made = attached(bed).await;
    let other = disk_of(bed, "other").await;
    let machine = made[made.len() - 3].id();
    let fields = [("instance", machine), ("disk", other.id())];
    let attachment = bed.make("aliyun.attachment", "other", &fields).await;
    let sample = Sample::new(&[("disk", made[made.len() - 2].id())])
        .renamed()
        .step("days", Value::Int(30))
        .step("disk", other.id());
    made.extend([other, attachment]);
    sample.before(made)
}

pub async fn policy() -> Sample {
    Sample::new(&[("hours", list([Value::Int(2)]))])
        .step("name", text("renamed"))
        .step("hours", list([Value::Int(1), Value::Int(13)]))
        .step("weekdays", list([Value::Int(6), Value::Int(7)]))
        .step("days", Value::Int(-1))
        .relabelled()
}

pub async fn image(bed: &Bed) -> Sample {
    let made = machine(bed).await;
    Sample::new(&[("instance", made[made.len() - 1].id())])
        .renamed()
        .step("family", text("web"))
        .exempt("instance", "one machine is enough to be made from")
        .before(made)
}
