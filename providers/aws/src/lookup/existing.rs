//! Lookups of what exists and is also a resource type (`aws.vpc`, `aws.instance`, …): the listing of the type, narrowed
//! by filters. What is found reads like the resource.

use aws_sdk_ec2::types::Filter;
use infra_model::{Record, Value};
use infra_sdk::fields::{Fields, text_of};
use infra_sdk::seen::Seen;
use infra_sdk::{Failure, FailureKind};

use crate::client::Cloud;
use crate::kind::unknown_type;
use crate::resource;
use crate::selection::{Selection, filter};

/// How many of those that match an error lists.
const SHOWN: usize = 5;

/// How a lookup narrows its listing.
pub(super) struct Existing {
    /// The resource type that lists it.
    pub type_name: &'static str,
    /// Fields beside `tags` and `filters`, each with the filter of the listing that it sets.
    pub conditions: &'static [(&'static str, &'static str)],
    /// A field that is `true` or `false`, with a filter of the listing and its values for either.
    pub choice: Option<Choice>,
    /// What the listing is always narrowed by.
    pub always: Option<(&'static str, &'static str)>,
}

/// Field, filter, its values for `false` and for `true`.
type Choice = (&'static str, &'static str, [&'static [&'static str]; 2]);

/// `DescribeVpcs`
pub(super) const VPC: Existing = Existing {
    type_name: "aws.vpc",
    conditions: &[
        ("vpc", "vpc-id"),
        ("name", "tag:Name"),
        ("range", "cidr"),
        ("is_default", "is-default"),
    ],
    choice: None,
    always: None,
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
    choice: None,
    always: None,
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
    choice: None,
    always: None,
};

/// `DescribeInstances`
pub(super) const INSTANCE: Existing = Existing {
    type_name: "aws.instance",
    conditions: &[
        ("instance", "instance-id"),
        ("name", "tag:Name"),
        ("type", "instance-type"),
        ("image", "image-id"),
        ("vpc", "vpc-id"),
        ("subnet", "subnet-id"),
        ("zone", "availability-zone"),
        ("private_ip", "private-ip-address"),
        ("public_ip", "ip-address"),
    ],
    choice: Some((
        "running",
        "instance-state-name",
        [&["stopping", "stopped"], &["pending", "running"]],
    )),
    always: None,
};

/// `DescribeVolumes`
pub(super) const VOLUME: Existing = Existing {
    type_name: "aws.volume",
    conditions: &[
        ("volume", "volume-id"),
        ("name", "tag:Name"),
        ("zone", "availability-zone"),
        ("type", "volume-type"),
        ("encrypted", "encrypted"),
        ("snapshot", "snapshot-id"),
        ("instance", "attachment.instance-id"),
        ("device", "attachment.device"),
    ],
    choice: Some(("attached", "status", [&["available"], &["in-use"]])),
    always: None,
};

/// `DescribeSnapshots`, of the account's own.
pub(super) const SNAPSHOT: Existing = Existing {
    type_name: "aws.snapshot",
    conditions: &[
        ("snapshot", "snapshot-id"),
        ("name", "tag:Name"),
        ("volume", "volume-id"),
        ("description", "description"),
        ("encrypted", "encrypted"),
    ],
    choice: None,
    always: Some(("status", "completed")),
};

/// The one that matches, or with `newest` the last of them; `None` when nothing does.
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
    // The id decides between those of one moment, so that the answer is the same every time.
    found.sort_by_cached_key(|seen| (Fields(&seen.fields).text("created"), seen.id.clone()));
    if found.len() > 1 && fields.flag("newest") != Some(true) {
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
    if let Some((field, name, [no, yes])) = existing.choice
        && let Some(chosen) = fields.flag(field)
    {
        let values = if chosen { yes } else { no };
        filters.push(filter(name, values.iter().map(|value| (*value).to_owned())));
    }
    if let Some((name, value)) = existing.always {
        filters.push(filter(name, [value.to_owned()]));
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
    let shown = found.iter().take(SHOWN).map(|seen| {
        let name = Fields(&seen.fields).text("name");
        match name.filter(|name| *name != seen.id) {
            Some(name) => format!("{} (`{name}`)", seen.id),
            None => seen.id.clone(),
        }
    });
    let shown: Vec<String> = shown.collect();
    let rest = match found.len() - shown.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let message = format!(
        "{} of `{type_name}` match: {}{rest}",
        found.len(),
        shown.join(", ")
    );
    let help = match type_name {
        "aws.snapshot" => {
            "narrow it by name, tags or filters, give the id, or take the newest with `newest = true`"
        }
        _ => "narrow it by name, tags or filters, or give the id",
    };
    Failure::new(FailureKind::Invalid, message).help(help)
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
    #[test]
    fn a_choice_becomes_the_states_it_stands_for() {
        let shown = |existing: &Existing, fields: &Record| -> Vec<(String, Vec<String>)> {
            let filters = filters(existing, Fields(fields)).into_iter();
            let shown =
                filters.map(|one| (one.name.unwrap_or_default(), one.values.unwrap_or_default()));
            shown.collect()
        };
        let stopped = Record::from([("running".to_owned(), Value::Bool(false))]);
        let states = vec!["stopping".to_owned(), "stopped".to_owned()];
        assert_eq!(
            shown(&INSTANCE, &stopped),
            [("instance-state-name".to_owned(), states)]
        );
        let complete = ("status".to_owned(), vec!["completed".to_owned()]);
        assert_eq!(shown(&SNAPSHOT, &Record::new()), [complete]);
    }
}
