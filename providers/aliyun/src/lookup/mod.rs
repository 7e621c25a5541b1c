//! What a program asks of the cloud: one file each, and one for things that programs can also make.

mod choice;
mod existing;
mod image;
mod instance_type;
mod zones;

use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind};

use crate::cloud::Cloud;

/// The lookup types, sorted.
pub(crate) const TYPES: [&str; 9] = [
    "aliyun.account",
    "aliyun.disk",
    "aliyun.image",
    "aliyun.instance_type",
    "aliyun.security_group",
    "aliyun.snapshot",
    "aliyun.vpc",
    "aliyun.vswitch",
    "aliyun.zones",
];

/// Answers one lookup; `None` when nothing fits.
pub(crate) async fn answer(
    cloud: &Cloud,
    type_name: &str,
    fields: Fields<'_>,
) -> Result<Option<Record>, Failure> {
    match type_name {
        "aliyun.account" => account(cloud).await.map(Some),
        "aliyun.image" => image::answer(cloud, fields).await,
        "aliyun.instance_type" => instance_type::answer(cloud, fields).await,
        "aliyun.zones" => zones::answer(cloud, fields).await.map(Some),
        _ => match existing::of(type_name) {
            Some(lookup) => existing::answer(cloud, lookup, fields).await,
            None => {
                let message = format!("Alibaba Cloud has no lookup `{type_name}` here");
                Err(Failure::new(FailureKind::Invalid, message))
            }
        },
    }
}

async fn account(cloud: &Cloud) -> Result<Record, Failure> {
    let account = cloud.account().await?;
    let text = |name: &str, text: &str| (name.to_owned(), Value::string(text));
    Ok(Record::from([
        text("id", &account.id),
        text("region", &account.region),
        text("caller", &account.caller),
    ]))
}
