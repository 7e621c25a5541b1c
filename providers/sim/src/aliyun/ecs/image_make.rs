//! Images that users make: of an instance, of a snapshot of a system disk, or of several snapshots.

use serde_json::json;

use super::instance::in_state;
use super::{image, snapshot};
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{
    DESCRIPTION, DRY_RUN, GROUP, Param, REGION, TAGS, TOKEN, flag, int, name, one_of, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::InstanceState::{Running, Stopped};
use crate::aliyun::world::{Image, ImageState, Region, Snapshot, SnapshotState};

const ID: &[Param] = &[text("ImageId").must()];
const ABOUT: &[Param] = &[name("ImageName"), text("ImageFamily")];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateImage",
        takes: &[
            REGION,
            TOKEN,
            DRY_RUN,
            ABOUT,
            DESCRIPTION,
            GROUP,
            TAGS,
            &[
                text("InstanceId"),
                text("SnapshotId"),
                text("ImageVersion"),
                text("Platform"),
                one_of("Architecture", &["i386", "x86_64", "arm64"]),
                text("DiskDeviceMapping.N.SnapshotId"),
                text("DiskDeviceMapping.N.Device"),
                one_of("DiskDeviceMapping.N.DiskType", &["system", "data"]),
                int("DiskDeviceMapping.N.Size", 1, 65_536),
            ],
        ],
        act: create,
    },
    Action {
        name: "ModifyImageAttribute",
        takes: &[REGION, ID, DRY_RUN, ABOUT, DESCRIPTION],
        act: modify,
    },
    Action {
        name: "DeleteImage",
        takes: &[REGION, ID, DRY_RUN, &[flag("Force")]],
        act: delete,
    },
];

/// A part of an image: device, snapshot, size and whether it is of the system disk.
type Part = (String, String, i64, bool);

/// What an image is made of, and the image that its system comes from.
struct Source {
    parts: Vec<Part>,
    system: Option<Image>,
}

/// Snapshots of all disks of an instance, which become the image's.
fn of_instance(region: &mut Region, id: &str) -> Result<Source, Fault> {
    let instance = in_state(region, id, &[Running, Stopped])?;
    let disks = region.disks.iter().filter(|it| it.instance == instance.id);
    let disks: Vec<_> = disks.cloned().collect();
    let mut parts = Vec::new();
    for disk in disks {
        let snapshot = Snapshot {
            description: "Created with an image.".to_owned(),
            ..snapshot::begin(region, &disk)
        };
        parts.push((
            disk.device,
            snapshot.id.clone(),
            disk.size_gib,
            disk.is_system,
        ));
        region.snapshots.put(snapshot);
    }
    parts.sort();
    Ok(Source {
        parts,
        system: image::find(region, &instance.image).ok(),
    })
}

fn of_snapshot(region: &Region, id: &str, device: &str) -> Result<(Part, Option<Image>), Fault> {
    let snapshot = region.snapshots.find(id)?;
    if snapshot.state != SnapshotState::Accomplished {
        return Err(Fault::new(
            "InvalidSnapshotId.NotReady",
            "The specified snapshot is not ready.",
        ));
    }
    let disk = region.disks.get(&snapshot.disk);
    let system = disk.and_then(|disk| image::find(region, &disk.image).ok());
    let part = (
        device.to_owned(),
        snapshot.id.clone(),
        snapshot.disk_size_gib,
        snapshot.is_of_system_disk,
    );
    Ok((part, system))
}

fn source(region: &mut Region, args: &Args) -> Result<Source, Fault> {
    let mapped = args.list("DiskDeviceMapping");
    match (args.some("InstanceId"), args.some("SnapshotId")) {
        (Some(id), None) if mapped.is_empty() => of_instance(region, id),
        (None, Some(id)) if mapped.is_empty() => {
            let (part, system) = of_snapshot(region, id, "/dev/xvda")?;
            if !part.3 {
                return Err(Fault::new(
                    "InvalidSnapshotId.NotFound",
                    "The specified snapshot is not of a system disk.",
                ));
            }
            Ok(Source {
                parts: vec![part],
                system,
            })
        }
        (None, None) if !mapped.is_empty() => {
            let (mut parts, mut system) = (Vec::new(), None);
            for one in &mapped {
                let device = one.some("Device").unwrap_or("/dev/xvda");
                let (part, found) = of_snapshot(region, one.need("SnapshotId")?, device)?;
                system = system.or(found);
                parts.push(part);
            }
            Ok(Source { parts, system })
        }
        (None, None) => Err(Fault::missing("InstanceId or SnapshotId")),
        _ => Err(Fault::new(
            "InvalidParameter.Conflict",
            "An image has one kind of source only.",
        )),
    }
}

fn check_name(region: &Region, name: &str, own: &str) -> Result<(), Fault> {
    let mut images = region.images.iter();
    if images.any(|it| it.name == name && it.id != own) {
        return Err(Fault::new(
            "InvalidImageName.Duplicated",
            "The specified Image name has already been used.",
        ));
    }
    Ok(())
}

fn create(region: &mut Region, args: &Args) -> Answer {
    let id = region.new_id("m");
    let name = args.some("ImageName").unwrap_or(&id).to_owned();
    check_name(region, &name, "")?;
    let source = source(region, args)?;
    let like = source.system;
    let of = |text: fn(&Image) -> &String| like.as_ref().map(text).cloned().unwrap_or_default();
    let size_gib = source
        .parts
        .iter()
        .filter(|part| part.3)
        .map(|part| part.2)
        .sum();
    region.images.put(Image {
        id: id.clone(),
        name,
        description: args.string("Description"),
        family: args.string("ImageFamily"),
        version: args.string("ImageVersion"),
        os_name: of(|image| &image.os_name),
        platform: args
            .some("Platform")
            .map_or_else(|| of(|image| &image.platform), str::to_owned),
        is_windows: like.as_ref().is_some_and(|image| image.is_windows),
        architecture: args.some("Architecture").unwrap_or("x86_64").to_owned(),
        size_gib,
        is_public: false,
        parts: source.parts,
        state: ImageState::Creating,
        due: region.after(region.timing.image_ms),
        created_ms: region.now,
        tags: tags::given(args)?,
    });
    Ok(json!({ "ImageId": id }))
}

pub fn advance(region: &mut Region, id: &str) {
    let found = region.images.get(id).cloned();
    if let Some(mut image) = found {
        image.state = ImageState::Available;
        image.due = None;
        region.images.put(image);
    }
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut image = region.images.find(args.need("ImageId")?)?.clone();
    if let Some(name) = args.some("ImageName") {
        check_name(region, name, &image.id)?;
        image.name = name.to_owned();
    }
    args.set("ImageFamily", &mut image.family);
    args.set("Description", &mut image.description);
    region.images.put(image);
    done()
}

/// An image that is not there is as good as deleted. Its snapshots stay.
fn delete(region: &mut Region, args: &Args) -> Answer {
    let id = args.need("ImageId")?.to_owned();
    let is_used = region.instances.iter().any(|it| it.image == id);
    if is_used && region.images.get(&id).is_some() && args.flag("Force") != Some(true) {
        return Err(Fault::new(
            "InvalidOperation.ImageInUse",
            "The specified image is used by instances.",
        ));
    }
    region.images.remove(&id);
    done()
}
