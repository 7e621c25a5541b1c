//! Disks: making, listing, changing, deleting. Attaching is in `attachment`.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::{disks, regions};
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, EITHER, Sizes};
use crate::aliyun::param::{
    DESCRIPTION, DRY_RUN, GROUP, Param, REGION, TAGS, TOKEN, flag, int, name, one_of, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{Disk, DiskState, Region, SnapshotState, Tags};
use crate::ground::calendar::second;

const ID: &[Param] = &[text("DiskId").must()];
const NAME: &[Param] = &[name("DiskName")];
const LEVEL: Param = one_of("PerformanceLevel", &["PL0", "PL1", "PL2", "PL3"]);

const MULTI_ATTACH: Param = one_of("MultiAttach", &["Enabled", "Disabled"]);

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateDisk",
        takes: &[
            REGION,
            TOKEN,
            NAME,
            DESCRIPTION,
            GROUP,
            TAGS,
            &[
                text("ZoneId"),
                text("InstanceId"),
                text("SnapshotId"),
                one_of("DiskCategory", disks::CATEGORIES),
                LEVEL,
                int("Size", 1, 65_536),
                int("ProvisionedIops", 0, 1_000_000),
                flag("BurstingEnabled"),
                flag("Encrypted"),
                text("KMSKeyId"),
                MULTI_ATTACH,
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeDisks",
        takes: &[
            REGION,
            DRY_RUN,
            NAME,
            GROUP,
            TAGS,
            EITHER,
            &[
                text("DiskIds"),
                text("InstanceId"),
                text("SnapshotId"),
                text("ZoneId"),
                text("Status"),
                text("Category"),
                one_of("DiskType", &["all", "system", "data"]),
                text("DiskChargeType"),
                text("AutoSnapshotPolicyId"),
                text("KMSKeyId"),
                flag("Encrypted"),
                flag("Portable"),
                flag("DeleteWithInstance"),
                flag("DeleteAutoSnapshot"),
                flag("EnableAutoSnapshot"),
                text("AdditionalAttributes.N"),
                MULTI_ATTACH,
            ],
        ],
        act: describe,
    },
    Action {
        name: "ModifyDiskAttribute",
        takes: &[
            NAME,
            DESCRIPTION,
            &[
                text("RegionId"),
                text("DiskId"),
                text("DiskIds.N"),
                flag("DeleteWithInstance"),
                flag("DeleteAutoSnapshot"),
                flag("EnableAutoSnapshot"),
                flag("BurstingEnabled"),
            ],
        ],
        act: modify,
    },
    Action {
        name: "ResizeDisk",
        takes: &[
            ID,
            TOKEN,
            &[
                int("NewSize", 1, 65_536).must(),
                one_of("Type", &["offline", "online"]),
            ],
        ],
        act: resize,
    },
    Action {
        name: "ModifyDiskSpec",
        takes: &[
            ID,
            DRY_RUN,
            &[
                one_of("DiskCategory", disks::CATEGORIES),
                LEVEL,
                int("ProvisionedIops", 0, 1_000_000),
            ],
        ],
        act: respecify,
    },
    Action {
        name: "DeleteDisk",
        takes: &[ID],
        act: delete,
    },
];

/// What a new disk is to be like.
pub struct Wish<'a> {
    pub args: &'a Args,
    pub zone: &'a str,
    pub is_system: bool,
    /// The category where none is given, and the parameters' names.
    pub category: &'a str,
    pub least_gib: i64,
}

/// The disk of a wish, not attached yet; the caller gives it a state.
///
/// # Errors
/// `InvalidSnapshotId.NotFound`, `IncorrectSnapshotStatus`, `InvalidDiskSize.ValueNotSupported`.
pub fn furnish(region: &mut Region, wish: &Wish<'_>) -> Result<Disk, Fault> {
    let args = wish.args;
    let category = wish.category.to_owned();
    let level = match (category.as_str(), args.some("PerformanceLevel")) {
        ("cloud_essd", level) => level.unwrap_or("PL1").to_owned(),
        (_, None) => String::new(),
        (_, Some(_)) => {
            return Err(Fault::invalid(
                "PerformanceLevel",
                "only disks of category cloud_essd have one",
            ));
        }
    };
    let mut size = args.int("Size");
    if let Some(id) = args.some("SnapshotId") {
        let snapshot = region.snapshots.find(id)?;
        if snapshot.state != SnapshotState::Accomplished {
            return Err(Fault::new(
                "IncorrectSnapshotStatus",
                "The status of the snapshot does not support this operation.",
            ));
        }
        let least = snapshot.disk_size_gib;
        size = Some(size.unwrap_or(least));
        if size.is_some_and(|size| size < least) {
            return Err(wrong_size());
        }
    }
    let size_gib = match size {
        Some(size) => size,
        None if wish.is_system => wish.least_gib.max(40),
        None => return Err(Fault::missing("Size")),
    };
    check_size(wish.is_system, &category, &level, size_gib)?;
    if size_gib < wish.least_gib {
        return Err(wrong_size());
    }
    let id = region.new_id("d");
    Ok(Disk {
        serial: id.trim_start_matches("d-").to_owned(),
        id,
        name: args.string("DiskName"),
        description: args.string("Description"),
        zone: wish.zone.to_owned(),
        is_system: wish.is_system,
        category,
        level,
        size_gib,
        provisioned_iops: args.int("ProvisionedIops"),
        bursting: args.flag("BurstingEnabled").unwrap_or(false),
        is_encrypted: args.flag("Encrypted").unwrap_or(false),
        kms_key: args.string("KMSKeyId"),
        is_multi_attach: false,
        snapshot: args.string("SnapshotId"),
        image: String::new(),
        instance: String::new(),
        device: String::new(),
        delete_with_instance: false,
        delete_auto_snapshot: true,
        enable_auto_snapshot: true,
        policy: args.string("AutoSnapshotPolicyId"),
        charge: "PostPaid".to_owned(),
        attached_ms: None,
        detached_ms: None,
        was_attached: false,
        state: DiskState::Available,
        due: None,
        created_ms: region.now,
        tags: Tags::new(),
    })
}

fn wrong_size() -> Fault {
    Fault::new(
        "InvalidDiskSize.ValueNotSupported",
        "The specified disk size is not supported.",
    )
}

fn check_size(is_system: bool, category: &str, level: &str, size_gib: i64) -> Result<(), Fault> {
    let sizes = if is_system {
        disks::system_sizes(category, level)
    } else {
        disks::data_sizes(category, level)
    };
    match sizes {
        Some((least, most)) if (least..=most).contains(&size_gib) => Ok(()),
        Some(_) => Err(wrong_size()),
        None => Err(Fault::new(
            "InvalidDiskCategory.ValueNotSupported",
            "The specified disk category is not supported.",
        )),
    }
}

fn create(region: &mut Region, args: &Args) -> Answer {
    if args.some("InstanceId").is_some() {
        return Err(Fault::invalid(
            "InstanceId",
            "subscription disks of an instance are not for sale here",
        ));
    }
    let zone = args.need("ZoneId")?;
    if !regions::zones(&region.name).iter().any(|it| it == zone) {
        return Err(Fault::new(
            "InvalidZoneId.NotFound",
            "The ZoneId provided does not exist in our records.",
        ));
    }
    if args.some("Size").is_none() && args.some("SnapshotId").is_none() {
        return Err(Fault::new(
            "MissingParameter",
            "Size or SnapshotId has to be specified.",
        ));
    }
    let wish = Wish {
        args,
        zone,
        is_system: false,
        category: args.some("DiskCategory").unwrap_or("cloud_efficiency"),
        least_gib: 0,
    };
    let mut disk = furnish(region, &wish)?;
    disk.is_multi_attach = args.some("MultiAttach") == Some("Enabled");
    if disk.is_multi_attach && disk.category != "cloud_essd" {
        return Err(Fault::invalid(
            "MultiAttach",
            "only disks of category cloud_essd have it",
        ));
    }
    disk.tags = tags::given(args)?;
    disk.state = DiskState::Creating;
    disk.due = region.after(region.timing.disk_ms);
    let id = disk.id.clone();
    region.disks.put(disk);
    Ok(json!({ "DiskId": id }))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut disk) = region.disks.get(id).cloned() else {
        return;
    };
    disk.due = None;
    match disk.state {
        DiskState::Creating if !disk.instance.is_empty() => disk.state = DiskState::InUse,
        DiskState::Attaching | DiskState::ReIniting => disk.state = DiskState::InUse,
        DiskState::Detaching => disk.let_go(region.now),
        _ => disk.state = DiskState::Available,
    }
    region.disks.put(disk);
}

fn time(ms: Option<u64>) -> String {
    ms.map(second).unwrap_or_default()
}

fn kind(disk: &Disk) -> &'static str {
    if disk.is_system { "system" } else { "data" }
}

fn multi_attach(disk: &Disk) -> &'static str {
    if disk.is_multi_attach {
        "Enabled"
    } else {
        "Disabled"
    }
}

fn show(region: &Region, disk: &Disk) -> Value {
    let attachments: Vec<Value> = (!disk.instance.is_empty())
        .then(|| {
            json!({
                "InstanceId": disk.instance,
                "Device": disk.device,
                "AttachedTime": time(disk.attached_ms),
            })
        })
        .into_iter()
        .collect();
    let mut shown = json!({
        "DiskId": disk.id,
        "DiskName": disk.name,
        "Description": disk.description,
        "RegionId": region.name,
        "ZoneId": disk.zone,
        "Type": kind(disk),
        "Category": disk.category,
        "PerformanceLevel": disk.level,
        "Size": disk.size_gib,
        "BurstingEnabled": disk.bursting,
        "Encrypted": disk.is_encrypted,
        "KMSKeyId": disk.kms_key,
        "SourceSnapshotId": disk.snapshot,
        "ImageId": disk.image,
        "InstanceId": disk.instance,
        "Device": disk.device,
        "Status": disk.state.word(),
        "Portable": !disk.is_system,
        "DeleteWithInstance": disk.delete_with_instance,
        "DeleteAutoSnapshot": disk.delete_auto_snapshot,
        "EnableAutoSnapshot": disk.enable_auto_snapshot,
        "EnableAutomatedSnapshotPolicy": !disk.policy.is_empty(),
        "AutoSnapshotPolicyId": disk.policy,
        "DiskChargeType": disk.charge,
        "ExpiredTime": "2999-09-08T16:00Z",
        "SerialNumber": disk.serial,
        "MultiAttach": multi_attach(disk),
        "ProductCode": "",
        "ResourceGroupId": "",
        "CreationTime": second(disk.created_ms),
        "AttachedTime": time(disk.attached_ms),
        "DetachedTime": time(disk.detached_ms),
        "Attachments": { "Attachment": attachments },
        "OperationLocks": { "OperationLock": [] },
        "Tags": tags::prefixed(&disk.tags),
    });
    if let Some(iops) = disk.provisioned_iops {
        shown["ProvisionedIops"] = json!(iops);
    }
    shown
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.json("DiskIds", 100)?;
    let any = |name: &str, value: &str| args.is(name, value) || args.some(name) == Some("all");
    let rows = region.visible(&region.disks).filter(|disk| {
        ids.as_ref().is_none_or(|ids| ids.contains(&disk.id))
            && args.is("InstanceId", &disk.instance)
            && args.is("SnapshotId", &disk.snapshot)
            && args.is("ZoneId", &disk.zone)
            && args.is("DiskName", &disk.name)
            && any("Status", disk.state.word())
            && any("Category", &disk.category)
            && any("DiskType", kind(disk))
            && args.is("DiskChargeType", &disk.charge)
            && args.is("AutoSnapshotPolicyId", &disk.policy)
            && args.is("KMSKeyId", &disk.kms_key)
            && args.has("Encrypted", disk.is_encrypted)
            && args.has("Portable", !disk.is_system)
            && args.has("DeleteWithInstance", disk.delete_with_instance)
            && args.has("DeleteAutoSnapshot", disk.delete_auto_snapshot)
            && args.has("EnableAutoSnapshot", disk.enable_auto_snapshot)
            && args.is("MultiAttach", multi_attach(disk))
            && tags::match_filter(args, &disk.tags)
    });
    let sizes = Sizes {
        least: 10,
        most: 500,
        usual: 10,
    };
    let page = page::either(args, sizes, rows.collect(), |disk| &disk.id)?;
    Ok(page::answer(page, "Disks", "Disk", |disk| {
        show(region, disk)
    }))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut ids = args.texts("DiskIds");
    ids.extend(args.some("DiskId").map(str::to_owned));
    if ids.is_empty() {
        return Err(Fault::missing("DiskId"));
    }
    for id in ids {
        let mut disk = region.disks.find(&id)?.clone();
        args.set("DiskName", &mut disk.name);
        args.set("Description", &mut disk.description);
        if let Some(bursting) = args.flag("BurstingEnabled") {
            if disk.category != "cloud_auto" {
                return Err(Fault::new(
                    "InvalidDiskCategory.NotSupport",
                    "Only disks of category cloud_auto burst.",
                ));
            }
            disk.bursting = bursting;
        }
        args.set_flag("DeleteWithInstance", &mut disk.delete_with_instance);
        args.set_flag("DeleteAutoSnapshot", &mut disk.delete_auto_snapshot);
        args.set_flag("EnableAutoSnapshot", &mut disk.enable_auto_snapshot);
        region.disks.put(disk);
    }
    done()
}

/// The disk of a request, which has to rest.
///
/// # Errors
/// `InvalidDiskId.NotFound`, `IncorrectDiskStatus`.
pub fn resting(region: &Region, id: &str) -> Result<Disk, Fault> {
    let disk = region.disks.find(id)?;
    if [DiskState::Available, DiskState::InUse].contains(&disk.state) {
        return Ok(disk.clone());
    }
    Err(Fault::disk_status())
}

/// Whether a snapshot of the disk is being made.
pub fn is_being_copied(region: &Region, disk: &str) -> bool {
    let mut snapshots = region.snapshots.iter();
    snapshots.any(|it| it.disk == disk && it.state == SnapshotState::Progressing)
}

fn resize(region: &mut Region, args: &Args) -> Answer {
    let mut disk = resting(region, args.need("DiskId")?)?;
    let size_gib = args.int("NewSize").unwrap_or_default();
    if size_gib <= disk.size_gib {
        return Err(Fault::new(
            "InvalidDiskSize.TooSmall",
            "The new size of a disk has to be above its present one.",
        ));
    }
    check_size(disk.is_system, &disk.category, &disk.level, size_gib)?;
    if is_being_copied(region, &disk.id) {
        return Err(Fault::new(
            "IncorrectDiskStatus.CreatingSnapshot",
            "The disk is not to be resized while a snapshot of it is being made.",
        ));
    }
    if args.text("Type") == Some("online") && disk.state != DiskState::InUse {
        return Err(Fault::new(
            "IncorrectDiskStatus",
            "A disk grows online only while it is in use.",
        ));
    }
    disk.size_gib = size_gib;
    region.disks.put(disk);
    done()
}

fn respecify(region: &mut Region, args: &Args) -> Answer {
    let mut disk = resting(region, args.need("DiskId")?)?;
    let rank = |category: &str| disks::CATEGORIES.iter().position(|it| *it == category);
    if let Some(category) = args.some("DiskCategory") {
        if rank(category) < rank(&disk.category) {
            return Err(Fault::new(
                "InvalidDiskCategory.NotSupport",
                "The category of a disk changes upwards only.",
            ));
        }
        disk.category = category.to_owned();
        disk.level = String::new();
    }
    if disk.category == "cloud_essd" {
        let before = if disk.level.is_empty() {
            "PL1"
        } else {
            &disk.level
        };
        disk.level = args.some("PerformanceLevel").unwrap_or(before).to_owned();
    } else if args.some("PerformanceLevel").is_some() {
        return Err(Fault::invalid(
            "PerformanceLevel",
            "only disks of category cloud_essd have one",
        ));
    }
    if let Some(iops) = args.int("ProvisionedIops") {
        if disk.category != "cloud_auto" {
            return Err(Fault::invalid(
                "ProvisionedIops",
                "only disks of category cloud_auto have them",
            ));
        }
        disk.provisioned_iops = Some(iops);
    }
    check_size(disk.is_system, &disk.category, &disk.level, disk.size_gib)?;
    region.disks.put(disk);
    done()
}

/// A disk that is not there is as good as deleted.
fn delete(region: &mut Region, args: &Args) -> Answer {
    let Some(disk) = region.disks.get(args.need("DiskId")?).cloned() else {
        return done();
    };
    if disk.state != DiskState::Available {
        return Err(Fault::disk_status());
    }
    if is_being_copied(region, &disk.id) {
        return Err(Fault::new(
            "DiskCreatingSnapshot",
            "The operation is denied because a snapshot of the disk is being made.",
        ));
    }
    region.disks.remove(&disk.id);
    done()
}
