//! Volumes.

use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::encryption::{self, Encryption};
use crate::aws::ec2::volume_shape::{Wish, resolve};
use crate::aws::ec2::{snapshot, subnet::check_zone, tags};
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{AttachState, Attachment, ModificationState, Region, Volume, VolumeState};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

const VOLUMES: Describe<Volume> = Describe {
    set: "volumeSet",
    ids: "VolumeId",
    page: Some((5, 1000)),
    filters: &[
        ("volume-id", |_, volume| one(&volume.id)),
        ("attachment.attach-time", |_, volume| {
            some(volume.attachment.as_ref().map(|a| iso(a.since_ms)))
        }),
        ("attachment.delete-on-termination", |_, volume| {
            some(volume.attachment.as_ref().map(|a| a.delete_on_termination))
        }),
        ("attachment.device", |_, volume| {
            some(volume.attachment.as_ref().map(|a| &a.device))
        }),
        ("attachment.instance-id", |_, volume| {
            some(volume.attachment.as_ref().map(|a| &a.instance))
        }),
        ("attachment.status", |_, volume| {
            some(volume.attachment.as_ref().map(|a| a.state))
        }),
        ("availability-zone", |_, volume| one(&volume.zone)),
        ("create-time", |_, volume| one(iso(volume.created_ms))),
        ("encrypted", |_, volume| one(volume.encrypted)),
        ("multi-attach-enabled", |_, _| one(false)),
        ("size", |_, volume| one(volume.shape.size)),
        ("snapshot-id", |_, volume| some(volume.snapshot.as_ref())),
        ("status", |_, volume| one(volume.state)),
        ("volume-type", |_, volume| one(&volume.shape.kind)),
    ],
    table: |region| &region.volumes,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    VOLUMES.answer(region, q)
}

/// An attachment as the volume actions show it.
pub fn show_attachment(volume: &str, attachment: &Attachment) -> Node {
    Node::new()
        .text("volumeId", volume)
        .text("instanceId", &attachment.instance)
        .text("device", &attachment.device)
        .text("status", attachment.state)
        .text("attachTime", iso(attachment.since_ms))
        .text("deleteOnTermination", attachment.delete_on_termination)
}

fn show(region: &Region, volume: &Volume) -> Node {
    Node::new()
        .text("volumeId", &volume.id)
        .text("size", volume.shape.size)
        .text("snapshotId", volume.snapshot.as_deref().unwrap_or_default())
        .text("availabilityZone", &volume.zone)
        .text("availabilityZoneId", region.zone_id(&volume.zone))
        .text("status", volume.state)
        .text("createTime", iso(volume.created_ms))
        .text("volumeType", &volume.shape.kind)
        .maybe("iops", volume.shape.iops)
        .maybe("throughput", volume.shape.throughput)
        .text("encrypted", volume.encrypted)
        .maybe(
            "kmsKeyId",
            encryption::shown_key(region, volume.encrypted, volume.kms_key.as_ref()),
        )
        .text("multiAttachEnabled", false)
        .list(
            "attachmentSet",
            volume
                .attachment
                .iter()
                .map(|attachment| show_attachment(&volume.id, attachment)),
        )
        .and(tags::show(region, &volume.id))
}

/// A volume that nobody has seen yet.
///
/// # Errors
/// What the wish and the snapshot answer.
pub fn blank(
    region: &mut Region,
    wish: Wish<'_>,
    default_kind: &str,
    snapshot: Option<&str>,
    encryption: Encryption,
    zone: String,
) -> Result<Volume, Fault> {
    let source = snapshot
        .map(|id| snapshot::source(region, id))
        .transpose()?;
    let shape = resolve(wish, default_kind, source.as_ref().map(|source| source.gib))?;
    Ok(Volume {
        id: region.new_id("vol"),
        zone,
        shape,
        encrypted: encryption.on || source.as_ref().is_some_and(|source| source.encrypted),
        kms_key: encryption
            .key
            .or_else(|| source.as_ref().and_then(|source| source.kms_key.clone())),
        snapshot: snapshot.map(str::to_owned),
        state: VolumeState::Creating,
        due: region.after(region.timing.volume_ms),
        created_ms: region.now,
        attachment: None,
        modification: None,
        layers: source.map(|source| source.layers).unwrap_or_default(),
    })
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    if q.flag("MultiAttachEnabled")? == Some(true) {
        return Err(Fault::new(
            "UnsupportedOperation",
            "Volumes with several attachments are not simulated",
        ));
    }
    let zone = check_zone(region, q.need("AvailabilityZone")?)?;
    let snapshot = q.text("SnapshotId").filter(|id| !id.is_empty());
    let given = tags::specified(q, "volume", &["volume"])?;
    let encryption = Encryption::parse(region, q)?;
    let volume = blank(
        region,
        Wish::parse(q, "Size")?,
        "gp2",
        snapshot,
        encryption,
        zone,
    )?;
    region.volumes.put(volume.clone());
    tags::put(region, &volume.id, given)?;
    Ok(show(region, &volume))
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("VolumeId")?;
    let volume = region.volumes.find(id)?.clone();
    if let Some(attachment) = &volume.attachment {
        return Err(Fault::new(
            "VolumeInUse",
            format!(
                "Volume {id} is currently attached to {}",
                attachment.instance
            ),
        ));
    }
    match volume.state {
        VolumeState::Available => {
            let due = region.after(region.timing.volume_ms);
            region.volumes.put(Volume {
                state: VolumeState::Deleting,
                due,
                ..volume
            });
            Ok(Node::done())
        }
        // Gone for whoever asks to delete it, though it can still be described.
        VolumeState::Deleting => Err(Fault::new(
            "InvalidVolume.NotFound",
            format!("The volume '{id}' does not exist."),
        )),
        state => Err(Fault::state(format!(
            "Volume '{id}' is in the '{state}' state."
        ))),
    }
}

/// Takes a volume away at once.
pub fn remove(region: &mut Region, id: &str) {
    if let Some(volume) = region.volumes.remove(id) {
        region.tags.remove(id);
        snapshot::forget_layers(region, &volume.layers);
    }
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut volume) = region.volumes.get(id).cloned() else {
        return;
    };
    let now = region.now;
    let is_due = |due: Option<u64>| due.is_some_and(|due| due <= now);
    if is_due(volume.due) {
        volume.due = None;
        if volume.state == VolumeState::Deleting {
            remove(region, id);
            return;
        }
        volume.state = if volume.attachment.is_some() {
            VolumeState::InUse
        } else {
            VolumeState::Available
        };
    }
    if let Some(attachment) = volume
        .attachment
        .as_mut()
        .filter(|attachment| is_due(attachment.due))
    {
        attachment.due = None;
        if attachment.state == AttachState::Detaching {
            let instance = attachment.instance.clone();
            volume.attachment = None;
            volume.state = VolumeState::Available;
            if let Some(mut instance) = region.instances.get(&instance).cloned() {
                instance.devices.retain(|(_, volume)| volume != id);
                region.instances.put(instance);
            }
        } else {
            attachment.state = AttachState::Attached;
        }
    }
    if let Some(modification) = volume
        .modification
        .as_mut()
        .filter(|modification| is_due(modification.due))
    {
        modification.due = None;
        if modification.state == ModificationState::Modifying {
            modification.state = ModificationState::Optimizing;
            modification.due = region.after(region.timing.modification_ms);
            volume.shape = modification.to.clone();
        } else {
            modification.state = ModificationState::Completed;
            modification.ended_ms = Some(now);
        }
    }
    region.volumes.put(volume);
}

pub fn status(region: &mut Region, q: &Query) -> Answer {
    let (rows, next) = VOLUMES.select(region, q)?;
    let items = rows.into_iter().map(|volume| {
        let details = ["io-enabled", "io-performance"].map(|name| {
            let status = if name == "io-enabled" {
                "passed"
            } else {
                "not-applicable"
            };
            Node::new().text("name", name).text("status", status)
        });
        Node::new()
            .text("volumeId", &volume.id)
            .text("availabilityZone", &volume.zone)
            .node(
                "volumeStatus",
                Node::new().text("status", "ok").list("details", details),
            )
            .list("eventsSet", [])
            .list("actionsSet", [])
    });
    Ok(Node::new()
        .list("volumeStatusSet", items)
        .maybe("nextToken", next))
}

pub fn attribute(region: &mut Region, q: &Query) -> Answer {
    let volume = region.volumes.find(q.need("VolumeId")?)?;
    let answer = Node::new().text("volumeId", &volume.id);
    match q.need("Attribute")? {
        "autoEnableIO" => Ok(answer.node("autoEnableIO", Node::new().text("value", false))),
        "productCodes" => Ok(answer.list("productCodes", [])),
        other => Err(Fault::value(format!(
            "Value ({other}) for parameter attribute is invalid."
        ))),
    }
}
