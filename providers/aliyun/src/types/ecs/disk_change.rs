//! How disks change in place.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_model::Size;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind, Update, wait};

use super::DISK;
use crate::cloud::Cloud;
use crate::param::add;
use crate::products::ECS;
use crate::reader::{Wait, look, ready};
use crate::table::{Call, Way, call, named, named_once};

const RESIZE_DISK: Call = call("ResizeDisk").nowhere().of(&["DiskId"]).once();
const MODIFY_SPEC: Call = call("ModifyDiskSpec").nowhere().of(&["DiskId"]);
const APPLY_POLICY: Call = call("ApplyAutoSnapshotPolicy")
    .region("regionId")
    .of(&["diskIds"])
    .json();
const CANCEL_POLICY: Call = call("CancelAutoSnapshotPolicy")
    .region("regionId")
    .of(&["diskIds"])
    .json();

pub(super) const RESIZE: Way = Way {
    name: "grow the disk",
    run: |cloud, order| {
        async move {
            let size = Fields(&order.fields).size("size");
            match size {
                Some(size) => grow(cloud, &order.id, size, &order.token).await,
                None => Ok(()),
            }
        }
        .boxed()
    },
};

pub(super) const SPEC: Way = Way {
    name: "change the disk's kind",
    run: |cloud, order| {
        async move {
            let fields = Fields(&order.fields);
            let changed = |name: &'static str| order.changes(name).then_some(name);
            let category = changed("category").and_then(|name| fields.text(name));
            let level = changed("level")
                .or(changed("category"))
                .and(fields.text("level"));
            let iops = changed("iops").and_then(|name| fields.int(name));
            respecify(cloud, &order.id, category, level, iops).await
        }
        .boxed()
    },
};

pub(super) const POLICY: Way = Way {
    name: "change the snapshot policy",
    run: apply_policy,
};

/// Grows a disk, while its machine uses it, and waits until it has the size.
pub(super) async fn grow(
    cloud: &Cloud,
    disk: &str,
    size: Size,
    order_token: &str,
) -> Result<(), Failure> {
    let seen = ready(cloud, &DISK, disk, Wait::Known).await?;
    if Fields(&seen.fields).size("size") == Some(size) {
        return Ok(());
    }
    let gib = size.as_whole_gib().ok_or_else(|| {
        Failure::new(
            FailureKind::Invalid,
            "the size of a disk is whole gibibytes",
        )
    })?;
    let part = format!("{disk} {gib}");
    let mut params = named_once(&RESIZE_DISK, disk, order_token, &part);
    add(&mut params, "NewSize", gib.to_string());
    // Of a disk that nobody uses the new size holds at once as well.
    if seen.state == "In_use" {
        add(&mut params, "Type", "online");
    }
    cloud.change(ECS, &RESIZE_DISK, params).await?;
    wait::until(
        cloud,
        "for the disk to have its new size",
        wait::STEP,
        || async {
            let seen = look(cloud, &DISK, disk).await?;
            Ok(seen
                .filter(|seen| Fields(&seen.fields).size("size") == Some(size))
                .map(drop))
        },
    )
    .await
}

/// Changes category, performance level or operations of a disk, and waits until it has them.
pub(super) async fn respecify(
    cloud: &Cloud,
    disk: &str,
    category: Option<String>,
    level: Option<String>,
    iops: Option<i32>,
) -> Result<(), Failure> {
    let wanted = [
        ("category", "DiskCategory", category),
        ("level", "PerformanceLevel", level),
        ("iops", "ProvisionedIops", iops.map(|iops| iops.to_string())),
    ];
    let mut params = named(&MODIFY_SPEC, disk);
    let seen = ready(cloud, &DISK, disk, Wait::Known).await?;
    let text = |seen: &infra_sdk::seen::Seen, name: &str| {
        let number = Fields(&seen.fields)
            .int(name)
            .map(|number| number.to_string());
        number.or_else(|| Fields(&seen.fields).text(name))
    };
    if wanted
        .iter()
        .all(|(name, _, value)| value.is_none() || text(&seen, name) == *value)
    {
        return Ok(());
    }
    for (_, parameter, value) in &wanted {
        if let Some(value) = value {
            add(&mut params, *parameter, value);
        }
    }
    cloud.change(ECS, &MODIFY_SPEC, params).await?;
    let wanted = &wanted;
    wait::until(
        cloud,
        "for the disk to be of its new kind",
        wait::STEP,
        || async move {
            let seen = look(cloud, &DISK, disk).await?;
            let done = |seen: &infra_sdk::seen::Seen| {
                wanted
                    .iter()
                    .all(|(name, _, value)| value.is_none() || text(seen, name) == *value)
            };
            Ok(seen.filter(done).map(drop))
        },
    )
    .await
}

/// A disk has one policy: another one takes the old one's place.
fn apply_policy<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let policy = Fields(&order.fields).text("snapshot_policy");
        let call = if policy.is_some() {
            &APPLY_POLICY
        } else {
            &CANCEL_POLICY
        };
        let mut params = named(call, &order.id);
        if let Some(policy) = policy {
            add(&mut params, "autoSnapshotPolicyId", policy);
        }
        cloud.change(ECS, call, params).await?;
        Ok(())
    }
    .boxed()
}
