//! `lookup aliyun.image`.

use infra_model::{Record, Size, Value};
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use serde_json::Value as Json;

use super::choice::{fits, one_of};
use crate::cloud::Cloud;
use crate::param::add;
use crate::products::ECS;
use crate::reader::pages;
use crate::table::{List, Pages, list, scalar};

const IMAGES: List = list("DescribeImages", "Images.Image").pages(Pages::Number(100));

/// Images that machines can start from.
pub(super) async fn answer(cloud: &Cloud, fields: Fields<'_>) -> Result<Option<Record>, Failure> {
    let mut params = Vec::new();
    add(&mut params, "Status", "Available");
    for (field, parameter) in [
        ("owner", "ImageOwnerAlias"),
        ("image", "ImageId"),
        ("family", "ImageFamily"),
        ("architecture", "Architecture"),
    ] {
        // The owner of an image that is named by its id does not matter.
        if field == "owner" && fields.get("image").is_some() {
            continue;
        }
        if let Some(value) = fields.text(field) {
            add(&mut params, parameter, value);
        }
    }
    let items = pages(cloud, ECS, &IMAGES, params).await?;
    let pattern = fields.text("name").unwrap_or_else(|| "*".to_owned());
    let fitting = items.iter().filter(|item| {
        ["ImageName", "ImageId"].iter().any(|name| {
            item.get(*name)
                .and_then(scalar)
                .is_some_and(|name| fits(&pattern, &name))
        })
    });
    let found = fitting.filter_map(|item| record(item, fields)).collect();
    one_of("images", found, fields.flag("newest") == Some(true))
}

fn record(item: &Json, asked: Fields<'_>) -> Option<Record> {
    let text = |name: &str| item.get(name).and_then(scalar);
    let id = text("ImageId")?;
    let size = text("Size").and_then(|gib| gib.parse().ok()).map(Size::gib);
    let owner = text("ImageOwnerAlias").or_else(|| asked.text("owner"));
    let fields = [
        ("id", Some(Value::string(&id))),
        ("image", Some(Value::String(id))),
        ("owner", owner.map(Value::String)),
        ("name", asked.get("name").cloned()),
        ("title", text("ImageName").map(Value::String)),
        ("family", text("ImageFamily").map(Value::String)),
        ("architecture", text("Architecture").map(Value::String)),
        ("created", text("CreationTime").map(Value::String)),
        (
            "system",
            text("OSNameEn")
                .or_else(|| text("OSName"))
                .map(Value::String),
        ),
        ("root_size", size.map(Value::Size)),
    ];
    let set = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Some(set.collect())
}
