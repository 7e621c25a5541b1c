//! Lookups of what exists and is also a resource type (`aws.vpc`, `aws.subnet`, `aws.security_group`): the listing of
//! the type, narrowed by filters. What is found reads like the resource.

use aws_sdk_ec2::types::Filter;
use infra_model::{Record, Value};
use infra_provider::{Failure, FailureKind};

use crate::batch::{Selection, filter};
use crate::client::Cloud;
use crate::fields::{Fields, text_of};
use crate::provider::unknown_type;
use crate::resource;
use crate::seen::Seen;

/// How many ids an error lists.
const IDS_SHOWN: usize = 3;

/// How a lookup narrows its listing.
pub(super) struct Existing {
    /// The resource type that lists it.
    pub type_name: &'static str,
    /// Fields beside `tags` and `filters`, each with the filter of the listing that it sets.
    pub conditions: &'static [(&'static str, &'static str)],
}

/// `DescribeVpcs`
pub(super) const VPC: Existing = Existing {
    type_name: "aws.vpc",
    conditions: &[
        ("vpc", "vpc-id"),
        ("name", "tag:Name"),
        ("range", "cidr"),
        ("is_default", "is-default"),
    ],
};

/// `DescribeSubnets`
pub(super) const SUBNET: Existing = Existing {
    type_name: "aws.subnet",
    conditions: &[
        ("subnet", "subnet-id"),
        ("name", "tag:Name"),
        ("vpc", "vpc-id"),
        ("zone", "availability-zone"),
        ("range", "cidr-block"),
        ("is_default", "default-for-az"),
    ],
};

/// `DescribeSecurityGroups`
pub(super) const SECURITY_GROUP: Existing = Existing {
    type_name: "aws.security_group",
    conditions: &[
        ("group", "group-id"),
        ("name", "group-name"),
        ("vpc", "vpc-id"),
        ("description", "description"),
    ],
};

/// The one that matches; `None` when nothing does.
///
/// # Errors
/// `Invalid` when several match.
pub(super) async fn answer(
    cloud: &Cloud,
    existing: &Existing,
    fields: Fields<'_>,
) -> Result<Option<Record>, Failure> {
    let kind = resource::of(existing.type_name).ok_or_else(|| unknown_type(existing.type_name))?;
    let filters = filters(existing, fields);
    let mut found = kind.describe(cloud, Selection::Matching(&filters)).await?;
    if found.len() > 1 {
        return Err(several(existing.type_name, &found));
    }
    Ok(found.pop().map(|seen| seen.fields))
}

fn filters(existing: &Existing, fields: Fields<'_>) -> Vec<Filter> {
    let mut filters = Vec::new();
    for (field, name) in existing.conditions {
        let flag = fields.flag(field).map(|flag| flag.to_string());
        if let Some(value) = fields.text(field).or(flag) {
            filters.push(filter(name, [value]));
        }
    }
    for (key, value) in fields.tags() {
        filters.push(filter(&format!("tag:{key}"), [value]));
    }
    let further = fields.get("filters").and_then(Value::as_map);
    for (name, values) in further.into_iter().flatten() {
        let values = values.as_list().unwrap_or_default();
        filters.push(filter(name, values.iter().filter_map(text_of)));
    }
    filters
}

fn several(type_name: &str, found: &[Seen]) -> Failure {
    let mut ids: Vec<&str> = found.iter().map(|seen| seen.id.as_str()).collect();
    ids.sort_unstable();
    ids.truncate(IDS_SHOWN);
    let message = format!(
        "{} of `{type_name}` match, such as {}",
        found.len(),
        ids.join(", ")
    );
    Failure::new(FailureKind::Invalid, message)
        .help("narrow it by name, tags or filters, or give the id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_tags_and_filters_narrow_the_listing() {
        let fields = Record::from([
            ("name".to_owned(), Value::string("desk-*")),
            ("is_default".to_owned(), Value::Bool(false)),
            (
                "tags".to_owned(),
                Value::Map(Record::from([("team".to_owned(), Value::string("desk"))])),
            ),
            (
                "filters".to_owned(),
                Value::Map(Record::from([(
                    "state".to_owned(),
                    Value::List(vec![Value::string("available")]),
                )])),
            ),
        ]);
        let filters = filters(&VPC, Fields(&fields));
        let shown: Vec<(&str, &[String])> = filters
            .iter()
            .map(|one| (one.name().unwrap_or_default(), one.values()))
            .collect();
        assert_eq!(
            shown,
            [
                ("tag:Name", &["desk-*".to_owned()][..]),
                ("is-default", &["false".to_owned()][..]),
                ("tag:team", &["desk".to_owned()][..]),
                ("state", &["available".to_owned()][..]),
            ]
        );
    }
}
