//! `aws.image`: DescribeImages.

use aws_sdk_ec2::types::{Filter, Image};
use infra_model::{Record, Value};
use infra_sdk::fields::{Fields, text_of};
use infra_sdk::{Failure, FailureKind};

use crate::client::Cloud;
use crate::selection::filter;
use crate::tags;

/// How many names an error lists.
const NAMES_SHOWN: usize = 3;

pub(super) async fn answer(cloud: &Cloud, fields: Fields<'_>) -> Result<Option<Record>, Failure> {
    let filters = filters(fields);
    let owner = fields.text("owner");
    let mut images = cloud
        .pages(
            "DescribeImages",
            |next| {
                let call = cloud
                    .ec2
                    .describe_images()
                    .set_filters(Some(filters.clone()));
                let call = call.set_owners(owner.clone().map(|owner| vec![owner]));
                call.max_results(1000).set_next_token(next).send()
            },
            |page| (page.images, page.next_token),
        )
        .await?;
    // The id decides between images of one moment, so that the answer is the same every time.
    images.sort_by(|a, b| (&a.creation_date, &a.image_id).cmp(&(&b.creation_date, &b.image_id)));
    if images.len() > 1 && fields.flag("newest") != Some(true) {
        return Err(several(&images));
    }
    Ok(images.pop().and_then(found))
}

fn filters(fields: Fields<'_>) -> Vec<Filter> {
    let mut filters = vec![filter("state", ["available".to_owned()])];
    for (field, name) in [
        ("name", "name"),
        ("image", "image-id"),
        ("architecture", "architecture"),
    ] {
        if let Some(value) = fields.text(field) {
            filters.push(filter(name, [value]));
        }
    }
    let further = fields.get("filters").and_then(Value::as_map);
    for (name, values) in further.into_iter().flatten() {
        let values = values.as_list().unwrap_or_default();
        filters.push(filter(name, values.iter().filter_map(text_of)));
    }
    filters
}

fn several(images: &[Image]) -> Failure {
    let mut names: Vec<&str> = images
        .iter()
        .rev()
        .filter_map(|image| image.name.as_deref())
        .collect();
    names.truncate(NAMES_SHOWN);
    let message = format!(
        "{} images match, such as {}",
        images.len(),
        names.join(", ")
    );
    Failure::new(FailureKind::Invalid, message)
        .help("narrow the name, or take the newest of them with `newest = true`")
}

fn found(image: Image) -> Option<Record> {
    let root = image.root_device_name.as_deref();
    let mapping = image
        .block_device_mappings()
        .iter()
        .find(|one| one.device_name.as_deref() == root);
    let size = mapping.and_then(|mapping| mapping.ebs.as_ref()?.volume_size);
    let mut fields = tags::seen(image.image_id.clone()?, None)
        .text("title", image.name.clone())
        .text("created", image.creation_date.clone())
        .text("root_device", image.root_device_name.clone())
        .gib("root_size", size)
        .fields;
    fields.remove("tags");
    Some(fields)
}
