//! Attaching and detaching volumes.

use crate::aws::describe::Answer;
use crate::aws::ec2::volume::show_attachment;
use crate::aws::fault::Fault;
use crate::aws::world::{AttachState, Attachment, InstanceState, Region, VolumeState};
use crate::ground::query::Query;

pub fn attach(region: &mut Region, q: &Query) -> Answer {
    let volume = region.volumes.find(q.need("VolumeId")?)?.clone();
    let instance = region.instances.find(q.need("InstanceId")?)?.clone();
    let device = q.need("Device")?;
    if volume.attachment.is_some() {
        return Err(Fault::new(
            "VolumeInUse",
            format!("{} is already attached to an instance", volume.id),
        ));
    }
    if volume.state != VolumeState::Available {
        return Err(Fault::state(format!("{} is not 'available'.", volume.id)));
    }
    if !matches!(
        instance.state,
        InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping
    ) {
        return Err(Fault::state(format!(
            "Instance '{}' is not 'running'.",
            instance.id
        )));
    }
    if volume.zone != instance.zone {
        return Err(Fault::new(
            "InvalidVolume.ZoneMismatch",
            format!(
                "The volume '{}' is not in the same availability zone as instance '{}'",
                volume.id, instance.id
            ),
        ));
    }
    check_device(device)?;
    if instance.devices.iter().any(|(known, _)| known == device) {
        return Err(Fault::value(format!(
            "Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
        )));
    }
    let attachment = Attachment {
        instance: instance.id.clone(),
        device: device.to_owned(),
        state: AttachState::Attaching,
        due: region.after(region.timing.attachment_ms),
        since_ms: region.now,
        delete_on_termination: false,
    };
    let answer = show_attachment(&volume.id, &attachment);
    region.volumes.change(&volume.id, |volume| {
        volume.attachment = Some(attachment);
        volume.state = VolumeState::InUse;
    })?;
    region.instances.change(&instance.id, |instance| {
        instance.devices.push((device.to_owned(), volume.id))
    })?;
    Ok(answer)
}

/// Device names that EC2 takes: `/dev/sda1`, `/dev/sdf` to `/dev/sdp`, `/dev/xvd…`, `xvdf`.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn check_device(device: &str) -> Result<(), Fault> {
    let name = device.strip_prefix("/dev/").unwrap_or(device);
    let tail = name.strip_prefix("xvd").or_else(|| name.strip_prefix("sd"));
    let fits = tail.is_some_and(|tail| {
        let letters = tail.trim_end_matches(|c: char| c.is_ascii_digit());
        (1..=2).contains(&letters.len())
            && letters.bytes().all(|b| b.is_ascii_lowercase())
            && tail.len() - letters.len() <= 2
    });
    if fits {
        Ok(())
    } else {
        Err(Fault::value(format!(
            "Value ({device}) for parameter device is invalid. {device} is not a valid EBS device name."
        )))
    }
}

pub fn detach(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["Force"]);
    let volume = region.volumes.find(q.need("VolumeId")?)?.clone();
    let Some(attachment) = volume.attachment else {
        return Err(Fault::state(format!(
            "Volume '{}' is in the '{}' state.",
            volume.id, volume.state
        )));
    };
    let named =
        |parameter: &str, actual: &str| q.text(parameter).is_none_or(|given| given == actual);
    if let Some(instance) = q.text("InstanceId") {
        region.instances.find(instance)?;
    }
    if !named("InstanceId", &attachment.instance) || !named("Device", &attachment.device) {
        return Err(Fault::new(
            "InvalidAttachment.NotFound",
            format!(
                "The volume '{}' is not attached to the named instance as the named device.",
                volume.id
            ),
        ));
    }
    let instance = region.instances.find(&attachment.instance)?;
    if instance.root_device == attachment.device && instance.state != InstanceState::Stopped {
        return Err(Fault::new(
            "OperationNotPermitted",
            format!(
                "Unable to detach root volume '{}' from instance '{}'",
                volume.id, instance.id
            ),
        ));
    }
    let due = region.after(region.timing.attachment_ms);
    let detaching = Attachment {
        state: AttachState::Detaching,
        due,
        ..attachment
    };
    let answer = show_attachment(&volume.id, &detaching);
    region
        .volumes
        .change(&volume.id, |volume| volume.attachment = Some(detaching))?;
    Ok(answer)
}
