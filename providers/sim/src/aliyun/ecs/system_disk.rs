//! Replacing a system disk by that of another image, and putting disks back to what they were made of. Both lose
//! what is on the disk.

use serde_json::json;

use super::disk::{self, Wish};
use super::instance::in_state;
use super::{image, launch};
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Param, TOKEN, flag, int, text};
use crate::aliyun::world::InstanceState::Stopped;
use crate::aliyun::world::{Disk, DiskState, Region};

const LOGIN: &[Param] = &[
    text("KeyPairName"),
    text("Password"),
    text("SecurityEnhancementStrategy"),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "ReplaceSystemDisk",
        takes: &[
            TOKEN,
            LOGIN,
            &[
                text("InstanceId").must(),
                text("ImageId"),
                int("SystemDisk.Size", 1, 2_048),
                flag("PasswordInherit"),
            ],
        ],
        act: replace,
    },
    Action {
        name: "ReInitDisk",
        takes: &[LOGIN, &[text("DiskId").must(), flag("AutoStartInstance")]],
        act: reinitialise,
    },
];

/// The system disk of an instance.
fn system_disk(region: &Region, instance: &str) -> Result<Disk, Fault> {
    let mut disks = region.disks.iter();
    let disk = disks.find(|it| it.is_system && it.instance == instance);
    disk.cloned()
        .ok_or_else(|| Fault::internal("The instance has no system disk"))
}

/// The new disk has a new id and the old one's category; the key pair is lost unless it is given again.
fn replace(region: &mut Region, args: &Args) -> Answer {
    let mut instance = in_state(region, args.need("InstanceId")?, &[Stopped])?;
    let image = image::find(region, args.need("ImageId")?)?;
    launch::check_key_pair(region, args)?;
    let old = system_disk(region, &instance.id)?;
    let keep_password = args.flag("PasswordInherit") == Some(true);
    let system = args.group("SystemDisk");
    let wish = Wish {
        args: &system,
        zone: &old.zone,
        is_system: true,
        category: &old.category,
        least_gib: image.size_gib,
    };
    let mut new = disk::furnish(region, &wish)?;
    new.level = old.level.clone();
    if system.int("Size").is_none() {
        new.size_gib = old.size_gib.max(image.size_gib);
    }
    new.image = image.id.clone();
    new.device = old.device.clone();
    new.instance = instance.id.clone();
    new.charge = old.charge.clone();
    new.delete_with_instance = old.delete_with_instance;
    new.attached_ms = Some(region.now);
    new.was_attached = true;
    new.state = DiskState::InUse;
    region.disks.remove(&old.id);
    let id = new.id.clone();
    region.disks.put(new);
    instance.image = image.id;
    instance.key_pair = args.string("KeyPairName");
    instance.has_password =
        launch::check_password(args)? || (keep_password && instance.has_password);
    region.instances.put(instance);
    Ok(json!({ "DiskId": id }))
}

fn reinitialise(region: &mut Region, args: &Args) -> Answer {
    let mut disk = disk::resting(region, args.need("DiskId")?)?;
    if disk.state != DiskState::InUse {
        return Err(Fault::disk_status());
    }
    in_state(region, &disk.instance, &[Stopped])?;
    if disk.is_system {
        image::find(region, &disk.image)?;
    }
    disk.state = DiskState::ReIniting;
    disk.due = region.after(region.timing.disk_ms);
    region.disks.put(disk);
    done()
}
