//! EC2's tags: Amazon's own limits, the tags that only EC2 resources bear, and the calls that change tags.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use infra_model::Address;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
pub(crate) use infra_sdk::tags::{ADDRESS, PROGRAM, TOKEN};
use infra_sdk::tags::{PREFIX, merged};
use infra_sdk::{Create, Failure, Update};

use crate::client::Cloud;

/// The tag that consoles show as a resource's name.
pub(crate) const NAME: &str = "Name";
/// On a swap volume or snapshot: the label of the swap area.
pub(crate) const SWAP: &str = "infra:swap";
/// On an instance that was stopped to let go of a disk, until it is started again.
pub(crate) const STOPPED: &str = "infra:stopped";

/// "Tag restrictions" of the EC2 user guide.
const KEY_CHARS_MAX: usize = 128;
const VALUE_CHARS_MAX: usize = 256;
const TAGS_MAX: usize = 50;
/// [`NAME`], the program's, the address, the token, [`SWAP`] and [`STOPPED`].
const TAGS_OURS: usize = 6;

/// Whether a tag is not the user's to set through `tags`.
pub(crate) fn is_reserved(key: &str) -> bool {
    key == NAME || key.starts_with(PREFIX) || key.starts_with("aws:")
}

/// Starts what was read of a resource: its identity, its name and the tags that are the user's.
pub(crate) fn seen(id: impl Into<String>, tags: Option<Vec<Tag>>) -> Seen {
    let tags: BTreeMap<String, String> = tags
        .unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect();
    let name = tags.get(NAME).cloned();
    Seen::new(id, tags, is_reserved).text("name", name)
}

/// The tags of a new resource.
pub(crate) fn of_new(cloud: &Cloud, order: &Create) -> BTreeMap<String, String> {
    let fields = Fields(&order.fields);
    let mut tags = infra_sdk::tags::of_new(&cloud.tags, &cloud.program, order, VALUE_CHARS_MAX);
    let name = fields
        .text("name")
        .unwrap_or_else(|| order.default_name.clone());
    tags.insert(NAME.to_owned(), clipped(&name));
    if fields.text("format").as_deref() == Some("swap") {
        tags.insert(SWAP.to_owned(), crate::swap::label(fields));
    }
    tags
}

/// The name that the engine gives when the program sets none, unless it has to tell two lives of a resource apart.
pub(crate) fn default_name(cloud: &Cloud, address: &Address) -> String {
    format!("{}-{}", cloud.program, address.slug())
}

/// Takes away what only one of several like resources bears, and marks the group.
pub(crate) fn of_group(
    mut tags: BTreeMap<String, String>,
    group: &str,
) -> BTreeMap<String, String> {
    tags.remove(NAME);
    tags.remove(ADDRESS);
    tags.insert(TOKEN.to_owned(), group.to_owned());
    tags
}

/// Names what was made as one of several: its name, or the default one, and its address. Action: `CreateTags`.
pub(crate) async fn name_member(
    cloud: &Cloud,
    ids: &[String],
    address: &Address,
    name: Option<String>,
) -> Result<(), Failure> {
    let name = name.unwrap_or_else(|| default_name(cloud, address));
    let mut own = BTreeMap::from([(NAME.to_owned(), clipped(&name))]);
    own.extend(of_address(address));
    cloud
        .change("CreateTags", || {
            let call = cloud.ec2.create_tags().set_resources(Some(ids.to_vec()));
            call.set_tags(Some(list(&own))).send()
        })
        .await?;
    Ok(())
}

fn of_address(address: &Address) -> Option<(String, String)> {
    infra_sdk::tags::of_address(address, VALUE_CHARS_MAX)
}

/// Tags an existing thing with its address. Action: `CreateTags`.
pub(crate) async fn set_address(cloud: &Cloud, id: &str, address: &Address) -> Result<(), Failure> {
    match of_address(address) {
        Some((key, value)) => set(cloud, id, &key, &value).await,
        None => Ok(()),
    }
}

/// Sets one tag. Action: `CreateTags`.
pub(crate) async fn set(cloud: &Cloud, id: &str, key: &str, value: &str) -> Result<(), Failure> {
    let tag = Tag::builder().key(key).value(value).build();
    cloud
        .change("CreateTags", || {
            cloud
                .ec2
                .create_tags()
                .resources(id)
                .tags(tag.clone())
                .send()
        })
        .await?;
    Ok(())
}

/// Takes one tag away. Action: `DeleteTags`.
pub(crate) async fn unset(cloud: &Cloud, id: &str, key: &str) -> Result<(), Failure> {
    let tag = Tag::builder().key(key).build();
    cloud
        .change("DeleteTags", || {
            cloud
                .ec2
                .delete_tags()
                .resources(id)
                .tags(tag.clone())
                .send()
        })
        .await?;
    Ok(())
}

/// The tags of a create call, for one kind of thing that it makes.
pub(crate) fn specification(
    kind: ResourceType,
    tags: &BTreeMap<String, String>,
) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(list(tags)))
        .build()
}

/// Brings the tags of existing things to what an update asks for; only tags that differ are sent.
///
/// Actions: `CreateTags`, `DeleteTags`.
pub(crate) async fn update(cloud: &Cloud, order: &Update, ids: &[String]) -> Result<(), Failure> {
    let difference = infra_sdk::tags::difference(&cloud.tags, order);
    let (mut set, unset) = (difference.set, difference.unset);
    if order.changes("name")
        && let Some(name) = Fields(&order.fields).text("name")
    {
        set.insert(NAME.to_owned(), clipped(&name));
    }
    if !set.is_empty() {
        cloud
            .change("CreateTags", || {
                let call = cloud.ec2.create_tags().set_resources(Some(ids.to_vec()));
                call.set_tags(Some(list(&set))).send()
            })
            .await?;
    }
    if !unset.is_empty() {
        let keys: Vec<Tag> = unset
            .iter()
            .map(|key| Tag::builder().key(key).build())
            .collect();
        cloud
            .change("DeleteTags", || {
                let call = cloud.ec2.delete_tags().set_resources(Some(ids.to_vec()));
                call.set_tags(Some(keys.clone())).send()
            })
            .await?;
    }
    Ok(())
}

/// What AWS would refuse about tags.
pub(crate) fn problems(tags: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, value) in tags {
        if key == NAME {
            problems.push("the tag `Name` is set by the field `name`".to_owned());
        } else if is_reserved(key) {
            problems.push(format!(
                "tags beginning with `aws:` and `infra:` are reserved, so `{key}` cannot be set"
            ));
        } else if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            problems.push(format!(
                "the tag key `{key}` must have 1 to {KEY_CHARS_MAX} characters"
            ));
        }
        if value.chars().count() > VALUE_CHARS_MAX {
            problems.push(format!(
                "the value of the tag `{key}` has more than {VALUE_CHARS_MAX} characters"
            ));
        }
    }
    if tags.len() > TAGS_MAX - TAGS_OURS {
        let most = TAGS_MAX - TAGS_OURS;
        problems.push(format!(
            "there are {} tags; beside infra's own AWS takes {most}",
            tags.len()
        ));
    }
    problems
}

/// The user's tags merged with the common ones, for checking limits.
pub(crate) fn problems_of(common: &BTreeMap<String, String>, fields: Fields<'_>) -> Vec<String> {
    problems(&merged(common, fields.tags()))
}

pub(crate) fn list(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

fn clipped(text: &str) -> String {
    infra_sdk::tags::clipped(text, VALUE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn what_aws_refuses_is_said_before() {
        assert_eq!(problems(&map(&[("team", "desk")])), Vec::<String>::new());
        let long = "x".repeat(257);
        let all = problems(&map(&[
            ("Name", "a"),
            ("aws:x", "b"),
            ("infra:y", "c"),
            ("", "d"),
            ("e", &long),
        ]));
        assert_eq!(all.len(), 5, "{all:?}");
        let many: BTreeMap<_, _> = (0..45).map(|n| (n.to_string(), String::new())).collect();
        assert_eq!(problems(&many).len(), 1);
    }
}
