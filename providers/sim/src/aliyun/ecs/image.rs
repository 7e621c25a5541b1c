//! Images: Alibaba Cloud's own, and those that users make.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::images;
use crate::aliyun::config::ACCOUNT;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED};
use crate::aliyun::param::{DRY_RUN, GROUP, REGION, TAGS, flag, one_of, text};
use crate::aliyun::tags;
use crate::aliyun::world::{Image, ImageState, Region};
use crate::ground::Table;
use crate::ground::calendar::second;

pub const ACTIONS: &[Action] = &[
    Action {
        name: "DescribeImages",
        takes: &[
            REGION,
            DRY_RUN,
            GROUP,
            TAGS,
            NUMBERED,
            &[
                text("ImageId"),
                text("ImageName"),
                text("ImageFamily"),
                text("SnapshotId"),
                text("Status"),
                text("Usage"),
                text("InstanceType"),
                text("ActionType"),
                text("Filter.N.Key"),
                text("Filter.N.Value"),
                one_of(
                    "ImageOwnerAlias",
                    &["system", "self", "others", "marketplace"],
                ),
                one_of("OSType", &["linux", "windows"]),
                one_of("Architecture", &["i386", "x86_64", "arm64"]),
                flag("IsSupportCloudinit"),
                flag("IsSupportIoOptimized"),
                flag("IsPublic"),
                flag("ShowExpired"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "DescribeImageFromFamily",
        takes: &[REGION, &[text("ImageFamily").must()]],
        act: from_family,
    },
];

/// The image of that id.
///
/// # Errors
/// `InvalidImageId.NotFound`.
pub fn find(region: &Region, id: &str) -> Result<Image, Fault> {
    let own = region.images.get(id).cloned();
    own.or_else(|| images::images().find(|image| image.id == id))
        .ok_or_else(|| Table::<Image>::missing(id).into())
}

/// The newest image of a family.
pub fn newest(region: &Region, family: &str) -> Option<Image> {
    let mut images = all(region).into_iter();
    images.find(|image| image.family == family)
}

/// How an image is used: by instances, by disks, by both or by none.
fn usage(region: &Region, image: &Image) -> &'static str {
    if region.instances.iter().any(|it| it.image == image.id) {
        "instance"
    } else {
        "none"
    }
}

fn show(region: &Region, image: &Image) -> Value {
    let parts: Vec<Value> = image
        .parts
        .iter()
        .map(|(device, snapshot, size, is_system)| {
            json!({
                "Device": device,
                "SnapshotId": snapshot,
                "Size": size.to_string(),
                "Type": if *is_system { "system" } else { "data" },
                "Format": "",
            })
        })
        .collect();
    let is_available = image.state == ImageState::Available;
    let mut shown = json!({
        "ImageId": image.id,
        "ImageName": image.name,
        "Description": image.description,
        "ImageFamily": image.family,
        "ImageVersion": image.version,
        "ImageOwnerAlias": if image.is_public { "system" } else { "self" },
        "OSName": image.os_name,
        "OSNameEn": image.os_name.replace("64位", "64 bit"),
        "OSType": if image.is_windows { "windows" } else { "linux" },
        "Platform": image.platform,
        "Architecture": image.architecture,
        "Size": image.size_gib,
        "Status": image.state.word(),
        "Usable": is_available,
        "Usage": usage(region, image),
        "Progress": if is_available { "100%" } else { "0%" },
        "IsPublic": image.is_public,
        "IsCopied": false,
        "IsSelfShared": "",
        "IsSubscribed": false,
        "IsSupportCloudinit": true,
        "IsSupportIoOptimized": true,
        "LoginAsNonRootSupported": !image.is_windows,
        "BootMode": "BIOS",
        "ProductCode": "",
        "CreationTime": second(image.created_ms),
        "DiskDeviceMappings": { "DiskDeviceMapping": parts },
        "Tags": tags::prefixed(&image.tags),
    });
    if !image.is_public {
        shown["ImageOwnerId"] = json!(ACCOUNT.parse::<i64>().unwrap_or_default());
    }
    shown
}

/// The newest first.
fn all(region: &Region) -> Vec<Image> {
    let own = region.visible(&region.images).cloned();
    let mut all: Vec<Image> = own.chain(images::images()).collect();
    all.sort_by(|one, other| {
        other
            .created_ms
            .cmp(&one.created_ms)
            .then_with(|| one.id.cmp(&other.id))
    });
    all
}

/// Whether a name fits a pattern with `*` anywhere.
pub fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(tail) = name.strip_prefix(head) else {
        return false;
    };
    (0..=tail.len())
        .filter(|at| tail.is_char_boundary(*at))
        .any(|at| fits(rest, &tail[at..]))
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.commas("ImageId", 100)?;
    let statuses = args.commas("Status", 10)?;
    let rows = all(region).into_iter().filter(|image| {
        let status = image.state.word();
        let status_fits = match &statuses {
            Some(wanted) => wanted.iter().any(|it| it == status),
            None => status == "Available",
        };
        let owner = if image.is_public { "system" } else { "self" };
        status_fits
            && ids.as_ref().is_none_or(|ids| ids.contains(&image.id))
            && args
                .some("ImageName")
                .is_none_or(|it| fits(it, &image.name))
            && args.is("ImageFamily", &image.family)
            && args.is("ImageOwnerAlias", owner)
            && args.is("OSType", if image.is_windows { "windows" } else { "linux" })
            && args.is("Architecture", &image.architecture)
            && args.is("Usage", usage(region, image))
            && args
                .flag("IsPublic")
                .is_none_or(|wanted| wanted == image.is_public)
            && args.flag("IsSupportCloudinit") != Some(false)
            && args.flag("IsSupportIoOptimized") != Some(false)
            && args
                .some("SnapshotId")
                .is_none_or(|id| image.parts.iter().any(|part| part.1 == id))
            && tags::match_filter(args, &image.tags)
    });
    let page = page::numbered(args, rows.collect());
    let mut answer = page::answer(page, "Images", "Image", |image| show(region, image));
    answer["RegionId"] = json!(region.name);
    Ok(answer)
}

/// What the newest image of a family shows; the short form leaves some keys out.
fn from_family(region: &mut Region, args: &Args) -> Answer {
    let family = args.need("ImageFamily")?;
    let Some(image) = newest(region, family) else {
        return Ok(json!({}));
    };
    let mut shown = show(region, &image);
    if let Value::Object(fields) = &mut shown {
        for name in [
            "BootMode",
            "IsPublic",
            "LoginAsNonRootSupported",
            "OSNameEn",
            "Usable",
            "ImageOwnerId",
        ] {
            fields.remove(name);
        }
    }
    Ok(json!({ "Image": shown }))
}
