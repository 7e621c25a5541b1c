//! `aws.attachment`: AttachVolume, DescribeVolumes, ModifyInstanceAttribute, DetachVolume, and StopInstances and
//! StartInstances around it where the machine would not let go.
//!
//! An attachment has no id of its own at AWS; ours is the instance's and the volume's, with a colon between.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    EbsInstanceBlockDeviceSpecification, InstanceBlockDeviceMappingSpecification,
    InstanceStateName, VolumeAttachment, VolumeAttachmentState, VolumeState,
};
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Found, Settle, Trace, Update};

use super::{instance_state, volume};
use crate::client::Cloud;
use crate::kind::Kind;
use crate::selection::Selection;
use crate::tags;

pub(super) struct Attachment;

/// A machine that still uses the disk does not let go of it, however long one waits.
const DETACHED: &str = "for the volume to be detached: the machine must unmount it (`umount`, `swapoff`), or be \
    stopped for it (`stop_to_detach = true`)";

#[async_trait]
impl Kind for Attachment {
    /// Volume and instance identify it, and AWS attaches no volume twice.
    fn trace(&self) -> Trace {
        Trace::Name
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        if let Some(device) = fields.text("device")
            && !device.starts_with("/dev/")
            && !device.starts_with("xvd")
        {
            problems.push(format!(
                "`{device}` is not a device name; data volumes are `/dev/sdf` to `/dev/sdp`"
            ));
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let Selection::Ids(ids) = selection else {
            let volumes = volume::describe_all(cloud, selection.filters("volume-id")).await?;
            return Ok(volumes.into_iter().flat_map(seen).collect());
        };
        let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
        let volumes: Vec<String> = ids
            .iter()
            .filter_map(|id| parts(id).ok())
            .map(|(_, volume)| volume.to_owned())
            .collect();
        let filters = Selection::Ids(&volumes).filters("volume-id");
        let volumes = volume::describe_all(cloud, filters).await?;
        let all = volumes.into_iter().flat_map(seen);
        Ok(all
            .filter(|seen| wanted.contains(seen.id.as_str()))
            .collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let (instance, volume) = (fields.must("instance")?, fields.must("volume")?);
        let device = fields.must("device")?;
        let attached = cloud
            .change("AttachVolume", || {
                let call = cloud.ec2.attach_volume().instance_id(&instance);
                call.volume_id(&volume).device(&device).send()
            })
            .await;
        match attached {
            // A lost answer before this one, or somebody else's attachment.
            Err(failure) if failure.kind == FailureKind::Dependency => {
                match attached_to(cloud, &volume, &instance).await? {
                    Some(_) => Ok(id_of(&instance, &volume)),
                    None => Err(failure.help("the volume is attached to another instance")),
                }
            }
            result => result.map(|_| id_of(&instance, &volume)),
        }
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let (instance, volume) = parts(&order.id)?;
        let attachment = wait::until(
            cloud,
            "for the volume to be attached",
            wait::STEP,
            || async {
                let attachment = attached_to(cloud, volume, instance).await?;
                Ok(attachment.filter(|one| one.state != Some(VolumeAttachmentState::Attaching)))
            },
        )
        .await?;
        let fields = order.fields.as_ref().map(Fields);
        let wanted = fields.and_then(|fields| fields.flag("delete_with_instance"));
        if let (Some(on), Some(device)) = (wanted, attachment.device)
            && attachment.delete_on_termination != Some(on)
        {
            set_delete_with_instance(cloud, instance, &device, on).await?;
        }
        match fields.and_then(|fields| fields.flag("stop_to_detach")) {
            Some(true) => start_again(cloud, instance).await,
            _ => Ok(()),
        }
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let (instance, _) = parts(&order.id)?;
        let fields = Fields(&order.fields);
        match fields.flag("delete_with_instance") {
            Some(on) if order.changes("delete_with_instance") => {
                set_delete_with_instance(cloud, instance, &fields.must("device")?, on).await
            }
            _ => Ok(()),
        }
    }

    /// An attachment has no tags.
    fn tagged(&self, _: &Update) -> Vec<String> {
        Vec::new()
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        let (instance, volume) = parts(&order.id)?;
        let prior = Fields(&order.prior);
        if attached_to(cloud, volume, instance).await?.is_none() {
            return Ok(());
        }
        if prior.flag("stop_to_detach") == Some(true) {
            stop_for_a_while(cloud, instance).await?;
        }
        let force = prior.flag("force_detach").filter(|on| *on);
        let detached = cloud
            .change("DetachVolume", || {
                let call = cloud.ec2.detach_volume().volume_id(volume);
                call.instance_id(instance).set_force(force).send()
            })
            .await;
        match detached {
            Err(failure) if !matches!(failure.kind, FailureKind::NotFound | FailureKind::State) => {
                return Err(failure);
            }
            _ => {}
        }
        wait::until(cloud, DETACHED, wait::STEP, || async {
            Ok(attached_to(cloud, volume, instance)
                .await?
                .is_none()
                .then_some(()))
        })
        .await
    }

    /// Volume and instance identify it, and AWS attaches no volume twice.
    async fn find(&self, cloud: &Cloud, fields: Option<&Record>) -> Option<Result<Found, Failure>> {
        let fields = Fields(fields?);
        let (Some(instance), Some(volume)) = (fields.text("instance"), fields.text("volume"))
        else {
            return Some(Ok(Found::Unclear(Vec::new())));
        };
        Some(match attached_to(cloud, &volume, &instance).await {
            Ok(Some(_)) => Ok(Found::One(id_of(&instance, &volume))),
            Ok(None) => Ok(Found::Absent),
            Err(failure) => Err(failure),
        })
    }
}

/// Stops a running machine and marks it, so that whatever attaches its next disk starts it again, or else the end of
/// the apply.
async fn stop_for_a_while(cloud: &Cloud, instance: &str) -> Result<(), Failure> {
    if instance_state::state_of(cloud, instance).await? == Some(InstanceStateName::Running) {
        tags::set(cloud, instance, tags::STOPPED, "to let go of a disk").await?;
    }
    cloud.kept::<Stopped>().all().insert(instance.to_owned());
    instance_state::stop(cloud, instance).await
}

/// The machines that were stopped to let go of a disk, until they are started again.
#[derive(Default)]
struct Stopped(Mutex<BTreeSet<String>>);

impl Stopped {
    fn all(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a machine that bears the mark. One that is gone, or was stopped by somebody else, is left alone.
async fn start_again(cloud: &Cloud, instance: &str) -> Result<(), Failure> {
    let marked = |one: &instance_state::Described| {
        one.tags()
            .iter()
            .any(|tag| tag.key.as_deref() == Some(tags::STOPPED))
    };
    let machine = instance_state::describe_one(cloud, instance).await?;
    if machine.is_some_and(|one| marked(&one) && instance_state::is_live(&one)) {
        instance_state::start(cloud, instance).await?;
        tags::unset(cloud, instance, tags::STOPPED).await?;
    }
    cloud.kept::<Stopped>().all().remove(instance);
    Ok(())
}

/// Starts the machines that lost a disk and got none since, at the end of an apply.
pub(super) async fn start_all_again(cloud: &Cloud) -> Result<(), Failure> {
    let machines = cloud.kept::<Stopped>().all().clone();
    let mut result = Ok(());
    for machine in machines {
        let started = start_again(cloud, &machine).await;
        result = result.and(started.map_err(|mut failure| {
            failure.message = format!(
                "{machine} was stopped to let go of a disk and is not running again: {}",
                failure.message
            );
            failure
        }));
    }
    result
}

fn id_of(instance: &str, volume: &str) -> String {
    format!("{instance}:{volume}")
}

fn parts(id: &str) -> Result<(&str, &str), Failure> {
    id.split_once(':').ok_or_else(|| {
        Failure::new(
            FailureKind::Invalid,
            format!("`{id}` is not the id of an attachment"),
        )
        .help("it is the instance's and the volume's id with a colon between: `i-0123:vol-0456`")
    })
}

fn is_there(attachment: &VolumeAttachment) -> bool {
    attachment.state != Some(VolumeAttachmentState::Detached)
}

fn seen(volume: volume::Described) -> Vec<Seen> {
    let there = volume
        .attachments
        .unwrap_or_default()
        .into_iter()
        .filter(is_there);
    there
        .filter_map(|attachment| {
            let (instance, volume) = (attachment.instance_id?, attachment.volume_id?);
            let mut seen = tags::seen(id_of(&instance, &volume), None);
            seen.fields.remove("tags");
            Some(
                seen.text("instance", Some(instance))
                    .text("volume", Some(volume))
                    .text("device", attachment.device)
                    .flag("delete_with_instance", attachment.delete_on_termination),
            )
        })
        .collect()
}

async fn attached_to(
    cloud: &Cloud,
    volume: &str,
    instance: &str,
) -> Result<Option<VolumeAttachment>, Failure> {
    let Some(volume) = volume::describe_one(cloud, volume).await? else {
        return Ok(None);
    };
    if volume.state == Some(VolumeState::Available) {
        return Ok(None);
    }
    let mut there = volume
        .attachments
        .unwrap_or_default()
        .into_iter()
        .filter(is_there);
    Ok(there.find(|attachment| attachment.instance_id.as_deref() == Some(instance)))
}

pub(super) async fn set_delete_with_instance(
    cloud: &Cloud,
    instance: &str,
    device: &str,
    on: bool,
) -> Result<(), Failure> {
    let ebs = EbsInstanceBlockDeviceSpecification::builder()
        .delete_on_termination(on)
        .build();
    let mapping = InstanceBlockDeviceMappingSpecification::builder()
        .device_name(device)
        .ebs(ebs)
        .build();
    cloud
        .change("ModifyInstanceAttribute", || {
            let call = cloud.ec2.modify_instance_attribute().instance_id(instance);
            call.block_device_mappings(mapping.clone()).send()
        })
        .await?;
    Ok(())
}
