//! Changing a volume in place: ModifyVolume, DescribeVolumesModifications.

use aws_sdk_ec2::types::{VolumeModification, VolumeModificationState, VolumeType};
use infra_sdk::fields::Fields;
use infra_sdk::wait;
use infra_sdk::{Failure, FailureKind, Update};

use super::volume::kind_of;
use crate::client::Cloud;
use crate::selection::filter;

/// How often a modification is sent of which no answer comes.
const ATTEMPTS_MAX: usize = 5;

/// What of a volume shall become what.
struct Wanted {
    size: Option<i32>,
    kind: Option<VolumeType>,
    iops: Option<i32>,
    throughput: Option<i32>,
}

/// Modifies a volume in place where any of the fields named `[size, type, iops, throughput]` changes, and waits
/// until it can be used in its new form; AWS goes on optimizing it behind the scenes.
///
/// An earlier modification may still run; AWS refuses a second one until it is done, and then for some hours. So one
/// whose answer is lost, or that a run before this one may have sent, is looked for before it is sent again.
pub(super) async fn modify(
    cloud: &Cloud,
    volume: &str,
    order: &Update,
    names: [&str; 4],
) -> Result<(), Failure> {
    if !names.iter().any(|name| order.changes(name)) {
        return Ok(());
    }
    let fields = Fields(&order.fields);
    let [size, kind, iops, throughput] = names.map(|name| order.changes(name).then_some(name));
    let wanted = Wanted {
        size: size.and_then(|name| fields.gib(name)),
        kind: kind.and_then(|name| kind_of(fields, name)),
        iops: iops.and_then(|name| fields.int(name)),
        throughput: throughput.and_then(|name| fields.int(name)),
    };
    let mut attempt = 1;
    while let Err(failure) = wait::while_failing(cloud, wait::STEP, in_progress, || {
        send(cloud, volume, &wanted)
    })
    .await
    {
        if !failure.ambiguous || attempt == ATTEMPTS_MAX {
            return Err(failure);
        }
        attempt += 1;
    }
    let done = || async { state(latest(cloud, volume).await?) };
    wait::until(cloud, "for the volume to be modified", wait::STEP, done).await
}

fn in_progress(failure: &Failure) -> bool {
    failure.code == "IncorrectModificationState"
}

/// A refusal that the wanted modification itself may be the cause of.
fn came_before(failure: &Failure) -> bool {
    in_progress(failure) || failure.code == "VolumeModificationRateExceeded"
}

/// Sends the modification, unless it turns out to be under way already.
async fn send(cloud: &Cloud, volume: &str, wanted: &Wanted) -> Result<(), Failure> {
    let sent = cloud
        .once("ModifyVolume", || {
            let call = cloud.ec2.modify_volume().volume_id(volume);
            call.set_size(wanted.size)
                .set_volume_type(wanted.kind.clone())
                .set_iops(wanted.iops)
                .set_throughput(wanted.throughput)
                .send()
        })
        .await;
    match sent {
        Err(failure) if failure.ambiguous || came_before(&failure) => {
            let latest = latest(cloud, volume).await?;
            match latest.is_some_and(|one| wanted.is_target_of(&one)) {
                true => Ok(()),
                false => Err(failure),
            }
        }
        sent => sent.map(drop),
    }
}

impl Wanted {
    fn is_target_of(&self, one: &VolumeModification) -> bool {
        let failed = one.modification_state == Some(VolumeModificationState::Failed);
        !failed
            && (self.size.is_none() || self.size == one.target_size)
            && (self.kind.is_none() || self.kind == one.target_volume_type)
            && (self.iops.is_none() || self.iops == one.target_iops)
            && (self.throughput.is_none() || self.throughput == one.target_throughput)
    }
}

/// The latest modification of a volume. Action: `DescribeVolumesModifications`.
async fn latest(cloud: &Cloud, volume: &str) -> Result<Option<VolumeModification>, Failure> {
    let by_id = filter("volume-id", [volume.to_owned()]);
    let answer = cloud
        .read("DescribeVolumesModifications", || {
            let call = cloud.ec2.describe_volumes_modifications();
            call.filters(by_id.clone()).send()
        })
        .await?;
    Ok(answer.volumes_modifications.unwrap_or_default().pop())
}

/// Whether a modification is far enough for the volume to be used in its new form.
fn state(latest: Option<VolumeModification>) -> Result<Option<()>, Failure> {
    let Some(latest) = latest else {
        return Ok(Some(()));
    };
    match latest.modification_state {
        Some(VolumeModificationState::Modifying) => Ok(None),
        Some(VolumeModificationState::Failed) => {
            let why = latest.status_message.unwrap_or_default();
            let message = format!("the modification of the volume failed: {why}");
            Err(Failure::new(FailureKind::State, message))
        }
        _ => Ok(Some(())),
    }
}
