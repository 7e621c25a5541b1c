//! The volumes of a launch.

use std::collections::BTreeMap;

use crate::catalogue::Image;
use crate::ec2::encryption::Encryption;
use crate::ec2::volume_shape::Wish;
use crate::ec2::{volume, volume_attach};
use crate::fault::Fault;
use crate::query::Query;
use crate::world::{AttachState, Attachment, Instance, Region, VolumeState};

/// A volume to be made for each instance.
pub struct Device<'q> {
    pub name: String,
    pub wish: Wish<'q>,
    pub snapshot: Option<String>,
    pub encryption: Encryption,
    pub delete_on_termination: bool,
}

/// The image's root device and what the request changes or adds.
///
/// # Errors
/// `InvalidBlockDeviceMapping`.
pub fn devices<'q>(region: &Region, image: &Image, q: &'q Query) -> Result<Vec<Device<'q>>, Fault> {
    let mut devices: BTreeMap<String, Option<Device<'q>>> = BTreeMap::new();
    let root = Device {
        name: image.root_device.clone(),
        wish: Wish::default(),
        snapshot: Some(image.root_snapshot.clone()),
        encryption: Encryption::default(),
        delete_on_termination: true,
    };
    devices.insert(root.name.clone(), Some(root));
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
        let is_root = name == image.root_device;
        let snapshot = ebs
            .text("SnapshotId")
            .filter(|id| !id.is_empty())
            .map(str::to_owned);
        if is_root
            && snapshot
                .as_ref()
                .is_some_and(|id| *id != image.root_snapshot)
        {
            return Err(Fault::new(
                "InvalidBlockDeviceMapping",
                "snapshotId can only be modified on EBS devices that are not root",
            ));
        }
        let device = Device {
            name: name.to_owned(),
            wish: Wish::parse(ebs, "VolumeSize")?,
            snapshot: snapshot.or_else(|| is_root.then(|| image.root_snapshot.clone())),
            encryption: Encryption::parse(region, ebs)?,
            delete_on_termination: ebs.flag("DeleteOnTermination")?.unwrap_or(true),
        };
        devices.insert(name.to_owned(), Some(device));
    }
    if devices.get(&image.root_device).is_some_and(Option::is_none) {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            "The root device cannot be left out",
        ));
    }
    let mut devices: Vec<Device<'q>> = devices.into_values().flatten().collect();
    // The root device is the first one.
    devices.sort_by_key(|device| device.name != image.root_device);
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
    let is_root = device.name == image.root_device;
    let default_kind = if is_root {
        image.root_kind.as_str()
    } else {
        "gp2"
    };
    if let (true, Some(size)) = (is_root, device.wish.size)
        && size < image.root_gib
    {
        return Err(Fault::new(
            "InvalidBlockDeviceMapping",
            format!(
                "Volume of size {size}GB is smaller than snapshot '{}', expect size >= {}GB",
                image.root_snapshot, image.root_gib
            ),
        ));
    }
    let snapshot = device.snapshot.as_deref();
    let mut made = volume::blank(
        region,
        device.wish,
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
