//! Snapshots.

use serde_json::{Value, json};

use super::disk;
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, EITHER, Sizes};
use crate::aliyun::param::{
    DESCRIPTION, DRY_RUN, GROUP, Param, REGION, TAGS, TOKEN, flag, int, name, one_of, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{Disk, Region, Snapshot, SnapshotState, Tags};
use crate::ground::calendar::second;

const ID: &[Param] = &[text("SnapshotId").must()];
const NAME: &[Param] = &[name("SnapshotName")];
const DAYS: Param = int("RetentionDays", 1, 65_536);

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateSnapshot",
        takes: &[
            TOKEN,
            NAME,
            DESCRIPTION,
            GROUP,
            TAGS,
            &[
                text("DiskId").must(),
                DAYS,
                one_of("Category", &["standard", "Standard", "Flash", "flash"]),
                flag("InstantAccess"),
                int("InstantAccessRetentionDays", 1, 65_535),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeSnapshots",
        takes: &[
            REGION,
            DRY_RUN,
            NAME,
            GROUP,
            TAGS,
            EITHER,
            &[
                text("SnapshotIds"),
                text("DiskId"),
                text("InstanceId"),
                one_of("Status", &["progressing", "accomplished", "failed", "all"]),
                text("SnapshotType"),
                text("SourceDiskType"),
                text("Usage"),
                text("Category"),
                flag("Encrypted"),
                text("KMSKeyId"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "ModifySnapshotAttribute",
        takes: &[ID, NAME, DESCRIPTION, &[DAYS]],
        act: modify,
    },
    Action {
        name: "DeleteSnapshot",
        takes: &[ID, &[flag("Force")]],
        act: delete,
    },
];

fn create(region: &mut Region, args: &Args) -> Answer {
    let disk = disk::resting(region, args.need("DiskId")?)?;
    if !disk.was_attached {
        return Err(Fault::new(
            "IncorrectDiskStatus.NeverAttached",
            "The specified disk has never been attached to an instance.",
        ));
    }
    let name = args.string("SnapshotName");
    if name.starts_with("auto") {
        return Err(Fault::new(
            "InvalidSnapshotName.Malformed",
            "A name that begins with auto is the cloud's.",
        ));
    }
    if disk::is_being_copied(region, &disk.id) {
        return Err(Fault::new(
            "CreateSnapshot.Failed",
            "A snapshot of the disk is being made.",
        ));
    }
    let snapshot = Snapshot {
        name,
        description: args.string("Description"),
        category: args.some("Category").unwrap_or("standard").to_lowercase(),
        retention_days: args.int("RetentionDays"),
        tags: tags::given(args)?,
        ..begin(region, &disk)
    };
    let id = snapshot.id.clone();
    region.snapshots.put(snapshot);
    Ok(json!({ "SnapshotId": id }))
}

/// A snapshot of a disk that begins now, without what a request says of it.
pub fn begin(region: &mut Region, disk: &Disk) -> Snapshot {
    Snapshot {
        id: region.new_id("s"),
        name: String::new(),
        description: String::new(),
        disk: disk.id.clone(),
        disk_size_gib: disk.size_gib,
        is_of_system_disk: disk.is_system,
        category: "standard".to_owned(),
        retention_days: None,
        is_encrypted: disk.is_encrypted,
        kms_key: disk.kms_key.clone(),
        state: SnapshotState::Progressing,
        due: region.after(region.timing.snapshot_ms),
        created_ms: region.now,
        tags: Tags::new(),
    }
}

pub fn advance(region: &mut Region, id: &str) {
    let found = region.snapshots.get(id).cloned();
    if let Some(mut snapshot) = found {
        snapshot.state = SnapshotState::Accomplished;
        snapshot.due = None;
        region.snapshots.put(snapshot);
    }
}

/// What was made of a snapshot: images, disks, both or nothing.
fn usage(region: &Region, id: &str) -> &'static str {
    let images = region
        .images
        .iter()
        .any(|it| it.parts.iter().any(|part| part.1 == id));
    let disks = region.disks.iter().any(|it| it.snapshot == id);
    match (images, disks) {
        (true, true) => "image_disk",
        (true, false) => "image",
        (false, true) => "disk",
        (false, false) => "none",
    }
}

fn source_kind(snapshot: &Snapshot) -> &'static str {
    if snapshot.is_of_system_disk {
        "system"
    } else {
        "data"
    }
}

fn show(region: &Region, snapshot: &Snapshot) -> Value {
    let is_done = snapshot.state == SnapshotState::Accomplished;
    let mut shown = json!({
        "SnapshotId": snapshot.id,
        "SnapshotName": snapshot.name,
        "Description": snapshot.description,
        "RegionId": region.name,
        "SourceDiskId": snapshot.disk,
        "SourceDiskSize": snapshot.disk_size_gib.to_string(),
        "SourceDiskType": source_kind(snapshot),
        "SnapshotType": "user",
        "SourceStorageType": "disk",
        "Category": snapshot.category,
        "Encrypted": snapshot.is_encrypted,
        "KMSKeyId": snapshot.kms_key,
        "Status": snapshot.state.word(),
        "Available": is_done,
        "Progress": if is_done { "100%" } else { "0%" },
        "RemainTime": 0,
        "InstantAccess": false,
        "Usage": usage(region, &snapshot.id),
        "ProductCode": "",
        "ResourceGroupId": "",
        "CreationTime": second(snapshot.created_ms),
        "LastModifiedTime": second(snapshot.created_ms),
        "Tags": tags::prefixed(&snapshot.tags),
    });
    if let Some(days) = snapshot.retention_days {
        shown["RetentionDays"] = json!(days);
    }
    shown
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.json("SnapshotIds", 100)?;
    let any = |name: &str, value: &str| args.is(name, value) || args.some(name) == Some("all");
    let of = |instance: &str, disk: &str| {
        region
            .disks
            .get(disk)
            .is_some_and(|it| it.instance == instance)
    };
    let rows = region.visible(&region.snapshots).filter(|it| {
        ids.as_ref().is_none_or(|ids| ids.contains(&it.id))
            && args.is("DiskId", &it.disk)
            && args
                .some("InstanceId")
                .is_none_or(|instance| of(instance, &it.disk))
            && args.is("SnapshotName", &it.name)
            && any("Status", it.state.word())
            && any("SnapshotType", "user")
            && args
                .some("SourceDiskType")
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(source_kind(it)))
            && args.is("Usage", usage(region, &it.id))
            && args.is("Category", &it.category)
            && args.is("KMSKeyId", &it.kms_key)
            && args
                .flag("Encrypted")
                .is_none_or(|wanted| wanted == it.is_encrypted)
            && tags::match_filter(args, &it.tags)
    });
    let sizes = Sizes {
        least: 10,
        most: 100,
        usual: 10,
    };
    let page = page::either(args, sizes, rows.collect(), |it| &it.id)?;
    Ok(page::answer(page, "Snapshots", "Snapshot", |it| {
        show(region, it)
    }))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    region.snapshots.change(args.need("SnapshotId")?, |it| {
        args.set("SnapshotName", &mut it.name);
        args.set("Description", &mut it.description);
        if let Some(days) = args.int("RetentionDays") {
            it.retention_days = Some(days);
        }
    })?;
    done()
}

/// A snapshot that is not there is as good as deleted.
fn delete(region: &mut Region, args: &Args) -> Answer {
    let id = args.need("SnapshotId")?.to_owned();
    if region.snapshots.get(&id).is_none() {
        return done();
    }
    let usage = usage(region, &id);
    if usage.starts_with("image") {
        return Err(Fault::new(
            "SnapshotCreatedImage",
            "The snapshot has been used to create an image; delete the image first.",
        ));
    }
    if usage == "disk" && args.flag("Force") != Some(true) {
        return Err(Fault::new(
            "SnapshotCreatedDisk",
            "The snapshot has been used to create disks.",
        ));
    }
    region.snapshots.remove(&id);
    done()
}
