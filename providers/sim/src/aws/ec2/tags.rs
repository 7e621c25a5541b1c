//! Tags: rules, tag specifications in create calls, and the tag actions.

use std::collections::BTreeMap;

use crate::aws::describe::{Answer, Page};
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::{Region, Tags};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const TAGS_MAX: usize = 50;
const KEY_MAX: usize = 127;
const VALUE_MAX: usize = 256;

/// The tags of a create call for the kind, from `TagSpecification.N`. `allowed` are the kinds that the call can tag.
///
/// # Errors
/// `InvalidParameterValue` for another kind or a wrong tag.
pub fn specified(
    q: &Query,
    kind: &str,
    allowed: &[&str],
) -> Result<BTreeMap<String, String>, Fault> {
    let mut tags = BTreeMap::new();
    for specification in q.list("TagSpecification") {
        let named = specification.need("ResourceType")?;
        if !allowed.contains(&named) {
            return Err(Fault::value(format!(
                "'{named}' is not a valid taggable resource type for this operation."
            )));
        }
        let given = read(specification)?;
        if named == kind {
            tags.extend(given);
        }
    }
    Ok(tags)
}

/// `Tag.N.Key` and `Tag.N.Value`.
fn read(q: &Query) -> Result<BTreeMap<String, String>, Fault> {
    let mut tags = BTreeMap::new();
    for tag in q.list("Tag") {
        let (key, value) = (tag.need("Key")?, tag.text("Value").unwrap_or_default());
        check(key, value)?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Fault::value(format!(
                "Duplicate tag key '{key}' specified."
            )));
        }
    }
    Ok(tags)
}

/// Refuses what cannot be a tag.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn check(key: &str, value: &str) -> Result<(), Fault> {
    if key.is_empty() || key.chars().count() > KEY_MAX {
        return Err(Fault::value(format!(
            "Tag key exceeds the maximum length of {KEY_MAX} characters or is empty"
        )));
    }
    if value.chars().count() > VALUE_MAX {
        return Err(Fault::value(format!(
            "Tag value exceeds the maximum length of {VALUE_MAX} characters"
        )));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(Fault::value(
            "Tag keys starting with 'aws:' are reserved for internal use",
        ));
    }
    Ok(())
}

/// Adds tags to a resource.
///
/// # Errors
/// `TagLimitExceeded`.
pub fn put(region: &mut Region, id: &str, tags: BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.is_empty() {
        return Ok(());
    }
    let mut all = region.tags.get(id).cloned().unwrap_or_else(|| Tags {
        id: id.to_owned(),
        ..Tags::default()
    });
    all.tags.extend(tags);
    if all.tags.len() > TAGS_MAX {
        return Err(Fault::new(
            "TagLimitExceeded",
            format!("The maximum number of tags for a resource is {TAGS_MAX}"),
        ));
    }
    region.tags.put(all);
    Ok(())
}

/// `<tagSet>` of a resource.
pub fn show(region: &Region, id: &str) -> Node {
    let tags = region
        .tags_of(id)
        .map(|(key, value)| Node::new().text("key", key).text("value", value));
    Node::new().list("tagSet", tags)
}

fn resources<'q>(region: &Region, q: &'q Query) -> Result<Vec<&'q str>, Fault> {
    let ids = q.texts("ResourceId");
    if ids.is_empty() {
        return Err(Fault::missing("resourceIdSet"));
    }
    for id in &ids {
        if region.kind_of(id).is_none() && !super::security_group::has_rule(region, id) {
            super::must_exist(region, id)?;
        }
    }
    Ok(ids)
}

pub fn create_tags(region: &mut Region, q: &Query) -> Answer {
    let ids = resources(region, q)?;
    let tags = read(q)?;
    if tags.is_empty() {
        return Err(Fault::missing("tagSet"));
    }
    for id in ids {
        put(region, id, tags.clone())?;
    }
    Ok(Node::done())
}

/// Deletes the named tags; those with a value only where the value is the same; all of them when none is named.
pub fn delete_tags(region: &mut Region, q: &Query) -> Answer {
    let ids = resources(region, q)?;
    let tags = q.list("Tag");
    for id in ids {
        let Some(mut all) = region.tags.get(id).cloned() else {
            continue;
        };
        if tags.is_empty() {
            all.tags.clear();
        }
        for tag in &tags {
            let key = tag.need("Key")?;
            let value = tag.text("Value");
            if value.is_none_or(|value| all.tags.get(key).is_some_and(|known| known == value)) {
                all.tags.remove(key);
            }
        }
        if all.tags.is_empty() {
            region.tags.remove(id);
        } else {
            region.tags.put(all);
        }
    }
    Ok(Node::done())
}

pub fn describe_tags(region: &mut Region, q: &Query) -> Answer {
    let mut rows: Vec<(String, &str, &str, &str, &str)> = Vec::new();
    for tags in region.tags.iter() {
        let kind = region.kind_of(&tags.id).unwrap_or("security-group-rule");
        for (key, value) in &tags.tags {
            rows.push((format!("{}/{key}", tags.id), &tags.id, kind, key, value));
        }
    }
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let patterns = filter.texts("Value");
        if !matches!(name, "resource-id" | "resource-type" | "key" | "value")
            && !name.starts_with("tag:")
        {
            return Err(Fault::value(format!("The filter '{name}' is invalid")));
        }
        rows.retain(|(_, id, kind, key, value)| {
            let text = match name {
                "resource-id" => id,
                "resource-type" => kind,
                "key" => key,
                _ if name
                    .strip_prefix("tag:")
                    .is_some_and(|wanted| wanted != *key) =>
                {
                    return false;
                }
                _ => value,
            };
            patterns.iter().any(|pattern| matches(pattern, text))
        });
    }
    let page = Page::parse(q, "tags", (5, 1000), false)?;
    let (rows, next) = page.cut(rows, |row| &row.0);
    let items = rows.into_iter().map(|(_, id, kind, key, value)| {
        Node::new()
            .text("resourceId", id)
            .text("resourceType", kind)
            .text("key", key)
            .text("value", value)
    });
    Ok(Node::new().list("tagSet", items).maybe("nextToken", next))
}
