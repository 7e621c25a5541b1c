//! Making, copying, changing and deregistering machine images.

use crate::aws::catalogue::{images, instance_type};
use crate::aws::config::ACCOUNT;
use crate::aws::describe::Answer;
use crate::aws::ec2::encryption::{self, Encryption};
use crate::aws::ec2::{image, snapshot, tags, text, volume_attach};
use crate::aws::fault::Fault;
use crate::aws::token;
use crate::aws::world::{
    Block, Image, ImageDisk, ImageState, InstanceState, REGIONS, Region, Snapshot, SnapshotState,
    Volume, World,
};
use crate::aws::xml::Node;
use crate::ground::Entity;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

/// What a name can have beside letters and digits ("CreateImage").
const NAME_MARKS: &str = "()[] ./-'@_";
/// What a call that makes an image can tag.
const TAGGABLE: &[&str] = &["image", "snapshot"];

/// The name of a new image.
///
/// # Errors
/// `InvalidAMIName.Malformed` and `InvalidAMIName.Duplicate`.
fn name<'q>(region: &Region, q: &'q Query) -> Result<&'q str, Fault> {
    let name = q.need("Name")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || NAME_MARKS.contains(c);
    if !(3..=128).contains(&name.chars().count()) || !name.chars().all(fits) {
        return Err(Fault::new(
            "InvalidAMIName.Malformed",
            "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', \
             '-', '/' and '_'",
        ));
    }
    let mut own = region.images.iter().filter(|image| image.is_registered());
    match own.find(|image| image.name == name) {
        Some(other) => Err(Fault::new(
            "InvalidAMIName.Duplicate",
            format!("AMI name {name} is already in use by AMI {}", other.id),
        )),
        None => Ok(name),
    }
}

fn description(q: &Query) -> Result<String, Fault> {
    let text = text::description("description", q.text("Description"))?;
    Ok(text.unwrap_or_default().to_owned())
}

/// Devices of the instance that the request leaves out.
///
/// # Errors
/// `InvalidBlockDeviceMapping` for anything else that it says of devices, which is not simulated.
fn left_out(q: &Query) -> Result<Vec<&str>, Fault> {
    let mut devices = Vec::new();
    for node in q.list("BlockDeviceMapping") {
        let device = node.need("DeviceName")?;
        volume_attach::check_device(device)?;
        if node.text("NoDevice").is_none() {
            return Err(Fault::new(
                "InvalidBlockDeviceMapping",
                format!("The device '{device}' can only be left out of the image"),
            ));
        }
        devices.push(device);
    }
    Ok(devices)
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["NoReboot"]);
    let name = name(region, q)?.to_owned();
    let instance = region.instances.find(q.need("InstanceId")?)?.clone();
    if !matches!(
        instance.state,
        InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping
    ) {
        return Err(Fault::new(
            "IncorrectInstanceState",
            format!(
                "Instance '{}' is in the '{}' state.",
                instance.id, instance.state
            ),
        ));
    }
    let left_out = left_out(q)?;
    if left_out.contains(&instance.root_device.as_str()) {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            "The root device cannot be left out",
        ));
    }
    let of_image = tags::specified(q, Image::KIND, TAGGABLE)?;
    let of_snapshot = tags::specified(q, Snapshot::KIND, TAGGABLE)?;
    let id = region.new_id("ami");
    let volumes: Vec<(String, Volume)> = instance
        .devices
        .iter()
        .filter(|(device, _)| !left_out.contains(&device.as_str()))
        .filter_map(|(device, volume)| Some((device.clone(), region.volumes.get(volume)?.clone())))
        .collect();
    let mut disks = Vec::new();
    for (device, volume) in volumes {
        let text = format!("Created by CreateImage({}) for {id}", instance.id);
        let snapshot = snapshot::take(region, &volume, text);
        tags::put(region, &snapshot, of_snapshot.clone())?;
        let attachment = volume.attachment.as_ref();
        disks.push(ImageDisk {
            delete_on_termination: attachment.is_some_and(|it| it.delete_on_termination),
            device,
            snapshot,
            shape: volume.shape,
            encrypted: volume.encrypted,
        });
    }
    // The root disk is the first one.
    disks.sort_by_key(|disk| disk.device != instance.root_device);
    let origin = image::find(region, &instance.image).ok();
    let architecture = instance_type(&instance.kind).map_or("x86_64", |kind| kind.architecture);
    region.images.put(Image {
        id: id.clone(),
        name,
        description: description(q)?,
        owner: ACCOUNT.to_owned(),
        owner_alias: None,
        public: false,
        architecture: architecture.to_owned(),
        disks,
        created: iso(region.now),
        ena: origin.as_ref().is_none_or(|origin| origin.ena),
        imds_v2: origin.as_ref().is_some_and(|origin| origin.imds_v2),
        state: ImageState::Pending,
        due: region.after(region.timing.snapshot_ms),
        instance: Some(instance.id),
        source: Some((instance.image, region.name.clone())),
        failure: None,
    });
    tags::put(region, &id, of_image)?;
    Ok(Node::new().text("imageId", &id))
}

/// A disk on its way into another region, with its snapshot and what is written in that; those of public images are
/// not kept.
struct Copied {
    disk: ImageDisk,
    snapshot: Option<Snapshot>,
    blocks: Vec<Block>,
}

fn copied(region: &Region, disk: &ImageDisk) -> Copied {
    let snapshot = region.snapshots.get(&disk.snapshot).cloned();
    let layers = snapshot.iter().flat_map(|snapshot| &snapshot.layers);
    let blocks = layers.flat_map(|layer| region.blocks.with_prefix(layer).cloned());
    Copied {
        disk: disk.clone(),
        blocks: blocks.collect(),
        snapshot,
    }
}

/// Copies an image from any region into the one of the request.
pub fn copy(world: &mut World, here: &str, now: u64, q: &Query) -> Answer {
    q.accept(&["CopyImageTags", "SnapshotCopyCompletionDurationMinutes"]);
    let from = q.need("SourceRegion")?;
    let id = q.need("SourceImageId")?;
    if !REGIONS.contains(&from) {
        return Err(Fault::value(format!("Invalid region name '{from}'")));
    }
    let there = world.region(from, now);
    let original = image::usable(there, id).map(|image| {
        let disks = image.disks.iter().map(|disk| copied(there, disk));
        let disks: Vec<Copied> = disks.collect();
        (image, disks)
    });
    let region = world.region(here, now);
    token::once(region, q, "CopyImage", "", |region, q| {
        let (original, disks) = original?;
        put_copy(region, q, original, disks)
    })
}

fn put_copy(region: &mut Region, q: &Query, original: Image, copied: Vec<Copied>) -> Answer {
    let name = name(region, q)?.to_owned();
    let of_image = tags::specified(q, Image::KIND, TAGGABLE)?;
    let of_snapshot = tags::specified(q, Snapshot::KIND, TAGGABLE)?;
    let encryption = Encryption::parse(region, q)?;
    let failure = encryption::is_revoked(q)
        .then(|| "Client.InvalidKMSKey: The KMS key cannot be used".to_owned());
    let id = region.new_id("ami");
    let mut disks = Vec::new();
    for part in copied {
        for block in part.blocks {
            region.blocks.put(block);
        }
        let encrypted = part.disk.encrypted || encryption.on;
        let snapshot = Snapshot {
            id: region.new_id("snap"),
            // A copy is of no volume, and AWS says so with this one.
            volume: "vol-ffffffff".to_owned(),
            size: part.disk.shape.size,
            description: format!(
                "Copied for DestinationAmi {id} from SourceAmi {}",
                original.id
            ),
            encrypted,
            kms_key: encryption.key.clone(),
            state: SnapshotState::Pending,
            due: region.after(region.timing.snapshot_ms),
            started_ms: region.now,
            layers: part.snapshot.map(|it| it.layers).unwrap_or_default(),
            open: false,
            parent: None,
        };
        tags::put(region, &snapshot.id, of_snapshot.clone())?;
        disks.push(ImageDisk {
            snapshot: snapshot.id.clone(),
            encrypted,
            ..part.disk
        });
        region.snapshots.put(snapshot);
    }
    let from = q.need("SourceRegion")?.to_owned();
    region.images.put(Image {
        id: id.clone(),
        name,
        description: description(q)?,
        owner: ACCOUNT.to_owned(),
        owner_alias: None,
        public: false,
        disks,
        created: iso(region.now),
        state: ImageState::Pending,
        due: region.after(region.timing.snapshot_ms),
        instance: None,
        source: Some((original.id, from)),
        failure,
        architecture: original.architecture,
        ena: original.ena,
        imds_v2: original.imds_v2,
    });
    tags::put(region, &id, of_image)?;
    Ok(Node::new().text("imageId", &id))
}

/// The image of the account that a request names.
///
/// # Errors
/// `InvalidAMIID.NotFound` and `.Malformed`; `.Unavailable` once it is deregistered; `AuthFailure` for another's.
fn own(region: &Region, q: &Query) -> Result<Image, Fault> {
    let id = q.need("ImageId")?;
    if images(&region.name).iter().any(|image| image.id == id) {
        return Err(Fault::new(
            "AuthFailure",
            format!("Not authorized for image:{id}"),
        ));
    }
    let image = region.images.find(id)?;
    match image.is_registered() {
        true => Ok(image.clone()),
        false => Err(image::unavailable(id)),
    }
}

/// Only the description changes.
pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let mut image = own(region, q)?;
    let named = q.text("Attribute") == Some("description");
    let value = q.child("Description").and_then(|node| node.text("Value"));
    let value = value.or_else(|| q.text("Value").filter(|_| named));
    image.description = text::description("description", value)?
        .ok_or_else(|| Fault::missing("description"))?
        .to_owned();
    region.images.put(image);
    Ok(Node::done())
}

/// Instances of it go on. Its snapshots go with it when the request says so, but for those that another image uses.
pub fn deregister(region: &mut Region, q: &Query) -> Answer {
    let mut image = own(region, q)?;
    let with_snapshots = q.flag("DeleteAssociatedSnapshots")?.unwrap_or(false);
    image.state = ImageState::Deregistered;
    image.due = region.after(region.timing.afterlife_ms);
    region.images.put(image.clone());
    region.tags.remove(&image.id);
    let mut results = Vec::new();
    for disk in image.disks.iter().filter(|_| with_snapshots) {
        let shared = snapshot::holder(region, &disk.snapshot).is_some();
        if !shared {
            snapshot::forget(region, &disk.snapshot);
        }
        let code = if shared { "skipped" } else { "success" };
        results.push(
            Node::new()
                .text("snapshotId", &disk.snapshot)
                .text("returnCode", code),
        );
    }
    Ok(Node::done().list("deleteSnapshotResultSet", results))
}

/// Pending images are available, or fail; deregistered ones are forgotten.
pub fn advance(region: &mut Region, id: &str) {
    let Some(mut image) = region.images.get(id).cloned() else {
        return;
    };
    if image.state != ImageState::Pending {
        region.images.remove(id);
        return;
    }
    image.due = None;
    image.state = match image.failure {
        Some(_) => ImageState::Failed,
        None => ImageState::Available,
    };
    region.images.put(image);
}
