//! Machine images.

use crate::catalogue::{Image, image, images};
use crate::config::ACCOUNT;
use crate::describe::{Answer, Page};
use crate::fault::Fault;
use crate::filter::{FilterTable, Filters, one, some};
use crate::query::Query;
use crate::world::Region;
use crate::xml::Node;

const FILTERS: FilterTable<Image> = &[
    ("architecture", |_, image| one(&image.architecture)),
    ("block-device-mapping.device-name", |_, image| {
        one(&image.root_device)
    }),
    ("block-device-mapping.snapshot-id", |_, image| {
        one(&image.root_snapshot)
    }),
    ("block-device-mapping.volume-size", |_, image| {
        one(image.root_gib)
    }),
    ("block-device-mapping.volume-type", |_, image| {
        one(&image.root_kind)
    }),
    ("creation-date", |_, image| one(&image.created)),
    ("description", |_, image| one(&image.description)),
    ("ena-support", |_, image| one(image.ena)),
    ("hypervisor", |_, _| one("xen")),
    ("image-id", |_, image| one(&image.id)),
    ("image-type", |_, _| one("machine")),
    ("is-public", |_, _| one(true)),
    ("name", |_, image| one(&image.name)),
    ("owner-alias", |_, image| some(image.owner_alias.as_ref())),
    ("owner-id", |_, image| one(&image.owner)),
    ("platform", |_, _| Vec::new()),
    ("root-device-name", |_, image| one(&image.root_device)),
    ("root-device-type", |_, _| one("ebs")),
    ("state", |_, _| one("available")),
    ("virtualization-type", |_, _| one("hvm")),
];

/// The image that a client names.
///
/// # Errors
/// `InvalidAMIID.NotFound` and `InvalidAMIID.Malformed`.
pub fn find(region: &Region, id: &str) -> Result<Image, Fault> {
    image(&region.name, id).ok_or_else(|| {
        let tail = id.strip_prefix("ami-").unwrap_or_default();
        if matches!(tail.len(), 8 | 17) && tail.bytes().all(|b| b.is_ascii_hexdigit()) {
            Fault::new(
                "InvalidAMIID.NotFound",
                format!("The image id '[{id}]' does not exist"),
            )
        } else {
            Fault::new(
                "InvalidAMIID.Malformed",
                format!("Invalid id: \"{id}\" (expecting \"ami-...\")"),
            )
        }
    })
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["IncludeDeprecated", "IncludeDisabled"]);
    let filters = Filters::parse(q)?;
    filters.check(FILTERS)?;
    let ids = q.texts("ImageId");
    for id in &ids {
        find(region, id)?;
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
            || owners
                .iter()
                .any(|owner| *owner == image.owner || image.owner_alias.as_deref() == Some(*owner))
    };
    let mut rows: Vec<Image> = images(&region.name);
    rows.retain(|image| {
        (ids.is_empty() || ids.contains(&image.id.as_str()))
            && owned(image)
            // Public images can be run by all; none has been shared with this account by name.
            && (runners.is_empty() || runners.contains(&"all"))
            && filters.pass(FILTERS, region, image)
    });
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let page = Page::parse(q, "image", (1, 1000), !ids.is_empty())?;
    let (rows, next) = page.cut(rows, |image| &image.id);
    Ok(Node::new()
        .list("imagesSet", rows.iter().map(show))
        .maybe("nextToken", next))
}

fn show(image: &Image) -> Node {
    let ebs = Node::new()
        .text("snapshotId", &image.root_snapshot)
        .text("volumeSize", image.root_gib)
        .text("deleteOnTermination", true)
        .text("volumeType", &image.root_kind)
        .text("encrypted", false);
    let mapping = Node::new()
        .text("deviceName", &image.root_device)
        .node("ebs", ebs);
    Node::new()
        .text("imageId", &image.id)
        .text(
            "imageLocation",
            format!(
                "{}/{}",
                image.owner_alias.as_deref().unwrap_or(&image.owner),
                image.name
            ),
        )
        .text("imageState", "available")
        .text("imageOwnerId", &image.owner)
        .maybe("imageOwnerAlias", image.owner_alias.as_ref())
        .text("creationDate", &image.created)
        .text("isPublic", true)
        .text("architecture", &image.architecture)
        .text("imageType", "machine")
        .text("name", &image.name)
        .text("description", &image.description)
        .text("rootDeviceType", "ebs")
        .text("rootDeviceName", &image.root_device)
        .list("blockDeviceMapping", [mapping])
        .text("virtualizationType", "hvm")
        .text("hypervisor", "xen")
        .text("enaSupport", image.ena)
        .text("platformDetails", "Linux/UNIX")
        .text("usageOperation", "RunInstances")
        .maybe("imdsSupport", image.imds_v2.then_some("v2.0"))
}
