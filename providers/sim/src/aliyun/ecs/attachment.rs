//! Disks of instances: attaching and detaching.

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Param, flag, text};
use crate::aliyun::world::{DiskState, Instance, InstanceState, Region};

use super::disk;

const BOTH: &[Param] = &[
    text("DiskId").must(),
    text("InstanceId").must(),
    flag("DeleteWithInstance"),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "AttachDisk",
        takes: &[BOTH, &[text("Device")]],
        act: attach,
    },
    Action {
        name: "DetachDisk",
        takes: &[BOTH],
        act: detach,
    },
];

/// An instance whose disks may change.
fn ready(region: &Region, id: &str) -> Result<Instance, Fault> {
    let instance = region.instances.find(id)?;
    if [InstanceState::Running, InstanceState::Stopped].contains(&instance.state) {
        return Ok(instance.clone());
    }
    Err(Fault::instance_status())
}

/// The first free name of a data disk: `/dev/xvdb` and so on.
///
/// # Errors
/// `InstanceDiskLimitExceeded` when the instance has all the disks that it may have.
pub fn next_device(region: &Region, instance: &str) -> Result<String, Fault> {
    let disks = region.disks.iter().filter(|it| it.instance == instance);
    let taken: Vec<&str> = disks.map(|it| it.device.as_str()).collect();
    ('b'..='z')
        .map(|letter| format!("/dev/xvd{letter}"))
        .take(region.quotas.data_disks_per_instance)
        .find(|device| !taken.contains(&device.as_str()))
        .ok_or_else(|| {
            Fault::new(
                "InstanceDiskLimitExceeded",
                "The amount of the disk on instance in question reach its limits.",
            )
        })
}

fn attach(region: &mut Region, args: &Args) -> Answer {
    let mut disk = region.disks.find(args.need("DiskId")?)?.clone();
    let instance = ready(region, args.need("InstanceId")?)?;
    if disk.state != DiskState::Available {
        return Err(Fault::disk_status());
    }
    if disk.zone != instance.zone {
        return Err(Fault::new(
            "ResourcesNotInSameZone",
            "The specified instance and disk are not in the same zone.",
        ));
    }
    let device = match args.some("Device") {
        None => next_device(region, &instance.id)?,
        Some(device) => {
            let mut disks = region.disks.iter();
            if disks.any(|it| it.instance == instance.id && it.device == device) {
                return Err(Fault::new(
                    "InvalidDevice.InUse",
                    "The specified device is in use.",
                ));
            }
            device.to_owned()
        }
    };
    disk.device = device;
    disk.instance = instance.id;
    disk.delete_with_instance = args.flag("DeleteWithInstance").unwrap_or(false);
    disk.attached_ms = Some(region.now);
    disk.was_attached = true;
    disk.state = DiskState::Attaching;
    disk.due = region.after(region.timing.attachment_ms);
    region.disks.put(disk);
    done()
}

fn detach(region: &mut Region, args: &Args) -> Answer {
    let mut disk = disk::resting(region, args.need("DiskId")?)?;
    let instance = ready(region, args.need("InstanceId")?)?;
    if disk.instance != instance.id {
        return Err(Fault::new(
            "DependencyViolation",
            "The specified disk is not attached to the specified instance.",
        ));
    }
    if disk.is_system {
        return Err(Fault::new(
            "InvalidOperation.SystemDisk",
            "The system disk of an instance cannot be detached here.",
        ));
    }
    disk.state = DiskState::Detaching;
    disk.due = region.after(region.timing.attachment_ms);
    region.disks.put(disk);
    done()
}
