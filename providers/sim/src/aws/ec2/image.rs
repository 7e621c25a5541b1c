//! Machine images.

use crate::aws::catalogue::images;
use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Page};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::{FilterTable, Filters, one, some};
use crate::aws::world::{Image, ImageDisk, ImageState, Region};
use crate::aws::xml::Node;
use crate::ground::Table;
use crate::ground::query::Query;

fn disks<T: ToString>(image: &Image, get: impl Fn(&ImageDisk) -> T) -> Vec<String> {
    image
        .disks
        .iter()
        .map(|disk| get(disk).to_string())
        .collect()
}

const FILTERS: FilterTable<Image> = &[
    ("architecture", |_, image| one(&image.architecture)),
    ("block-device-mapping.delete-on-termination", |_, image| {
        disks(image, |disk| disk.delete_on_termination)
    }),
    ("block-device-mapping.device-name", |_, image| {
        disks(image, |disk| disk.device.clone())
    }),
    ("block-device-mapping.encrypted", |_, image| {
        disks(image, |disk| disk.encrypted)
    }),
    ("block-device-mapping.snapshot-id", |_, image| {
        disks(image, |disk| disk.snapshot.clone())
    }),
    ("block-device-mapping.volume-size", |_, image| {
        disks(image, |disk| disk.shape.size)
    }),
    ("block-device-mapping.volume-type", |_, image| {
        disks(image, |disk| disk.shape.kind.clone())
    }),
    ("creation-date", |_, image| one(&image.created)),
    ("description", |_, image| one(&image.description)),
    ("ena-support", |_, image| one(image.ena)),
    ("hypervisor", |_, _| one("xen")),
    ("image-id", |_, image| one(&image.id)),
    ("image-type", |_, _| one("machine")),
    ("is-public", |_, image| one(image.public)),
    ("name", |_, image| one(&image.name)),
    ("owner-alias", |_, image| some(image.owner_alias.as_ref())),
    ("owner-id", |_, image| one(&image.owner)),
    ("platform", |_, _| Vec::new()),
    ("root-device-name", |_, image| one(&image.root().device)),
    ("root-device-type", |_, _| one("ebs")),
    ("source-image-id", |_, image| {
        some(image.source.as_ref().map(|(id, _)| id))
    }),
    ("source-image-region", |_, image| {
        some(image.source.as_ref().map(|(_, region)| region))
    }),
    ("source-instance-id", |_, image| {
        some(image.instance.as_ref())
    }),
    ("state", |_, image| one(image.state)),
    ("virtualization-type", |_, _| one("hvm")),
];

/// The image that a client names, of the account or public.
///
/// # Errors
/// `InvalidAMIID.NotFound` and `InvalidAMIID.Malformed`.
pub fn find(region: &Region, id: &str) -> Result<Image, Fault> {
    let own = region.images.get(id).cloned();
    let public = || {
        images(&region.name)
            .into_iter()
            .find(|image| image.id == id)
    };
    own.or_else(public)
        .ok_or_else(|| Table::<Image>::missing(id).into())
}

/// The image that an instance is to start from, or that is to be copied.
///
/// # Errors
/// As [`find`]; `InvalidAMIID.Unavailable` unless it is available.
pub fn usable(region: &Region, id: &str) -> Result<Image, Fault> {
    let image = find(region, id)?;
    match image.state {
        ImageState::Available => Ok(image),
        _ => Err(unavailable(id)),
    }
}

pub fn unavailable(id: &str) -> Fault {
    Fault::new(
        "InvalidAMIID.Unavailable",
        format!("The image ID '{id}' is no longer available"),
    )
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["IncludeDeprecated", "IncludeDisabled"]);
    let filters = Filters::parse(q)?;
    filters.check(FILTERS)?;
    let ids = q.texts("ImageId");
    for id in &ids {
        if region.is_unseen(id) || !find(region, id)?.is_registered() {
            return Err(Table::<Image>::missing(id).into());
        }
    }
    let owners = q.texts("Owner");
    let runners = q.texts("ExecutableBy");
    if let Some(other) = runners
        .iter()
        .find(|who| !matches!(**who, "all" | "self") && **who != ACCOUNT)
    {
        return Err(Fault::value(format!("Invalid user id: \"{other}\"")));
    }
    let owned = |image: &Image| {
        owners.is_empty()
            || owners.iter().any(|owner| {
                *owner == image.owner
                    || image.owner_alias.as_deref() == Some(*owner)
                    || (*owner == "self" && image.owner == ACCOUNT)
            })
    };
    let mut rows: Vec<Image> = images(&region.name);
    let seen = |image: &&Image| image.is_registered() && !region.is_unseen(&image.id);
    rows.extend(region.images.iter().filter(seen).cloned());
    rows.retain(|image| {
        (ids.is_empty() || ids.contains(&image.id.as_str()))
            && owned(image)
            // Public images can be run by all; none has been shared with this account by name.
            && (runners.is_empty() || (image.public && runners.contains(&"all")))
            && filters.pass(FILTERS, region, image)
    });
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let page = Page::parse(q, "image", (1, 1000), !ids.is_empty())?;
    let (rows, next) = page.cut(rows, |image| &image.id);
    Ok(Node::new()
        .list("imagesSet", rows.iter().map(|image| show(region, image)))
        .maybe("nextToken", next))
}

fn show_disk(disk: &ImageDisk) -> Node {
    let ebs = Node::new()
        .text("snapshotId", &disk.snapshot)
        .text("volumeSize", disk.shape.size)
        .text("deleteOnTermination", disk.delete_on_termination)
        .text("volumeType", &disk.shape.kind)
        .maybe("iops", disk.shape.iops)
        .maybe("throughput", disk.shape.throughput)
        .text("encrypted", disk.encrypted);
    Node::new()
        .text("deviceName", &disk.device)
        .node("ebs", ebs)
}

fn show(region: &Region, image: &Image) -> Node {
    let place = image.owner_alias.as_deref().unwrap_or(&image.owner);
    let source = image.source.as_ref();
    let failure = image.failure.as_ref();
    let failure = failure.filter(|_| image.state == ImageState::Failed);
    let node = match failure.and_then(|failure| failure.split_once(": ")) {
        Some((code, message)) => Node::new().node(
            "stateReason",
            Node::new().text("code", code).text("message", message),
        ),
        None => Node::new(),
    };
    node.text("imageId", &image.id)
        .text("imageLocation", format!("{place}/{}", image.name))
        .text("imageState", image.state)
        .text("imageOwnerId", &image.owner)
        .maybe("imageOwnerAlias", image.owner_alias.as_ref())
        .text("creationDate", &image.created)
        .text("isPublic", image.public)
        .text("architecture", &image.architecture)
        .text("imageType", "machine")
        .text("name", &image.name)
        .text("description", &image.description)
        .text("rootDeviceType", "ebs")
        .text("rootDeviceName", &image.root().device)
        .list("blockDeviceMapping", image.disks.iter().map(show_disk))
        .text("virtualizationType", "hvm")
        .text("hypervisor", "xen")
        .text("enaSupport", image.ena)
        .text("platformDetails", "Linux/UNIX")
        .text("usageOperation", "RunInstances")
        .maybe("imdsSupport", image.imds_v2.then_some("v2.0"))
        .maybe("sourceInstanceId", image.instance.as_ref())
        .maybe("sourceImageId", source.map(|(id, _)| id))
        .maybe("sourceImageRegion", source.map(|(_, region)| region))
        .and(tags::show(region, &image.id))
}
