//! The lookups, one file each.

mod account;
mod existing;
mod image;
mod instance_type;
mod zones;

use infra_model::Record;
use infra_sdk::Failure;
use infra_sdk::fields::Fields;

use crate::client::Cloud;
use crate::kind::unknown_type;

/// The lookup types, sorted.
pub(crate) const TYPES: [&str; 10] = [
    "aws.account",
    "aws.image",
    "aws.instance",
    "aws.instance_type",
    "aws.security_group",
    "aws.snapshot",
    "aws.subnet",
    "aws.volume",
    "aws.vpc",
    "aws.zones",
];

/// Answers one lookup; `None` when nothing matches.
pub(crate) async fn answer(
    cloud: &Cloud,
    type_name: &str,
    fields: Fields<'_>,
) -> Result<Option<Record>, Failure> {
    match type_name {
        "aws.account" => account::answer(cloud).await,
        "aws.image" => image::answer(cloud, fields).await,
        "aws.instance" => existing::answer(cloud, &existing::INSTANCE, fields).await,
        "aws.instance_type" => instance_type::answer(cloud, fields).await,
        "aws.security_group" => existing::answer(cloud, &existing::SECURITY_GROUP, fields).await,
        "aws.snapshot" => existing::answer(cloud, &existing::SNAPSHOT, fields).await,
        "aws.subnet" => existing::answer(cloud, &existing::SUBNET, fields).await,
        "aws.volume" => existing::answer(cloud, &existing::VOLUME, fields).await,
        "aws.vpc" => existing::answer(cloud, &existing::VPC, fields).await,
        "aws.zones" => zones::answer(cloud, fields).await,
        _ => Err(unknown_type(type_name)),
    }
}
