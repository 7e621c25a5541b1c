//! The volumes of a launch.

use std::collections::BTreeMap;

use crate::aws::ec2::encryption::Encryption;
use crate::aws::ec2::volume_shape::Wish;
use crate::aws::ec2::{volume, volume_attach};
use crate::aws::fault::Fault;
use crate::aws::world::{AttachState, Attachment, Image, Instance, Region, VolumeState};
use crate::ground::query::Query;

/// A volume to be made for each instance.
pub struct Device<'q> {
    pub name: String,
    pub wish: Wish<'q>,
    pub snapshot: Option<String>,
    pub encryption: Encryption,
    pub delete_on_termination: bool,
}

/// The image's disks and what the request changes or adds.
///
/// # Errors
/// `InvalidBlockDeviceMapping`.
pub fn devices<'q>(region: &Region, image: &Image, q: &'q Query) -> Result<Vec<Device<'q>>, Fault> {
    let mut devices: BTreeMap<String, Option<Device<'q>>> = BTreeMap::new();
    let root = image.root();
    for disk in &image.disks {
        let device = Device {
            name: disk.device.clone(),
            wish: Wish::default(),
            snapshot: Some(disk.snapshot.clone()),
            encryption: Encryption::default(),
            delete_on_termination: disk.delete_on_termination,
        };
        devices.insert(disk.device.clone(), Some(device));
    }
    for node in q.list("BlockDeviceMapping") {
        let name = node.need("DeviceName")?;
        volume_attach::check_device(name)?;
        if node.text("NoDevice").is_some() {
            devices.insert(name.to_owned(), None);
            continue;
        }
        let Some(ebs) = node.child("Ebs") else {
            return Err(Fault::new(
                "InvalidBlockDeviceMapping",
                format!("The device '{name}' is no EBS device"),
            ));
        };
        let is_root = name == root.device;
        let snapshot = ebs
            .text("SnapshotId")
            .filter(|id| !id.is_empty())
            .map(str::to_owned);
        if is_root && snapshot.as_ref().is_some_and(|id| *id != root.snapshot) {
            return Err(Fault::new(
                "InvalidBlockDeviceMapping",
                "snapshotId can only be modified on EBS devices that are not root",
            ));
        }
        // What the request does not say of a disk of the image stays as the image has it.
        let disk = image.disks.iter().find(|disk| disk.device == name);
        let device = Device {
            name: name.to_owned(),
            wish: Wish::parse(ebs, "VolumeSize")?,
            snapshot: snapshot.or_else(|| disk.map(|disk| disk.snapshot.clone())),
            encryption: Encryption::parse(region, ebs)?,
            delete_on_termination: ebs.flag("DeleteOnTermination")?.unwrap_or(true),
        };
        devices.insert(name.to_owned(), Some(device));
    }
    if devices.get(&root.device).is_some_and(Option::is_none) {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            "The root device cannot be left out",
        ));
    }
    let mut devices: Vec<Device<'q>> = devices.into_values().flatten().collect();
    // The root device is the first one.
    devices.sort_by_key(|device| device.name != root.device);
    Ok(devices)
}

/// Makes a volume for an instance and gives its id.
///
/// # Errors
/// As [`volume::blank`]; `InvalidBlockDeviceMapping` for a root volume smaller than its image.
pub fn add_volume(
    region: &mut Region,
    instance: &Instance,
    device: &Device<'_>,
    image: &Image,
) -> Result<String, Fault> {
    let snapshot = device.snapshot.as_deref();
    let mut disks = image.disks.iter();
    let disk = disks.find(|disk| Some(disk.snapshot.as_str()) == snapshot);
    if let (Some(disk), Some(size)) = (disk, device.wish.size)
        && size < disk.shape.size
    {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            format!(
                "Volume of size {size}GB is smaller than snapshot '{}', expect size >= {}GB",
                disk.snapshot, disk.shape.size
            ),
        ));
    }
    let default_kind = disk.map_or("gp2", |disk| disk.shape.kind.as_str());
    let mut wish = device.wish;
    // Types whose speed follows from their size take no wish.
    let chosen = matches!(default_kind, "gp3" | "io1" | "io2");
    if let Some(disk) = disk.filter(|_| chosen && wish.kind.is_none()) {
        wish.iops = wish.iops.or(disk.shape.iops);
        wish.throughput = wish.throughput.or(disk.shape.throughput);
    }
    let mut made = volume::blank(
        region,
        wish,
        default_kind,
        snapshot,
        device.encryption.clone(),
        instance.zone.clone(),
    )?;
    made.state = VolumeState::InUse;
    made.due = None;
    made.attachment = Some(Attachment {
        instance: instance.id.clone(),
        device: device.name.clone(),
        state: AttachState::Attaching,
        due: region.after(region.timing.instance_ms),
        since_ms: region.now,
        delete_on_termination: device.delete_on_termination,
    });
    let id = made.id.clone();
    region.volumes.put(made);
    Ok(id)
}
