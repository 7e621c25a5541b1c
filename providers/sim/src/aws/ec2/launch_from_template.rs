//! RunInstances with a launch template: what the request says itself goes before what the template says.
//!
//! Source: "Launch EC2 instances using a launch template". A parameter of the request replaces the template's; volumes
//! are told apart by their device names, tags by what bears them and their keys, metadata options one by one.

use std::collections::BTreeMap;

use crate::aws::ec2::launch_template::{named, version};
use crate::aws::ec2::template_data::Data;
use crate::aws::fault::Fault;
use crate::aws::world::Region;
use crate::ground::query::Query;

/// A launch as its template and itself say together, and the template's id and version.
pub struct Launch {
    pub q: Query,
    pub template: String,
    pub version: i64,
}

/// The launch that a request with a template asks for; `None` for a request without one.
///
/// # Errors
/// As [`named`] and [`version`].
pub fn merged(region: &Region, q: &Query) -> Result<Option<Launch>, Fault> {
    let Some(specified) = q.child("LaunchTemplate") else {
        return Ok(None);
    };
    let template = named(region, specified)?;
    let version = version(template, specified.text("Version").unwrap_or_default())?;
    let mut data = version.data.clone();
    overlay(&mut data, q.flat());
    data.retain(|path, _| !path.starts_with("LaunchTemplate."));
    q.accept_all();
    Ok(Some(Launch {
        q: Query::of(&data),
        template: template.id.clone(),
        version: version.number,
    }))
}

fn overlay(data: &mut Data, request: Data) {
    for (list, key) in [
        ("BlockDeviceMapping", "DeviceName"),
        ("TagSpecification", "ResourceType"),
    ] {
        let (base, more) = (part(data, list), part(&request, list));
        let items = join(items(&base, list), items(&more, list), key);
        data.retain(|path, _| !is_in(path, list));
        for (at, item) in items.into_iter().enumerate() {
            let numbered = item.into_iter();
            data.extend(numbered.map(|(path, text)| (format!("{list}.{}.{path}", at + 1), text)));
        }
    }
    let apart = |path: &str| is_in(path, "BlockDeviceMapping") || is_in(path, "TagSpecification");
    // The simple ways to name a group stand for each other.
    let groups = ["SecurityGroup", "SecurityGroupId"];
    if groups
        .iter()
        .any(|name| request.keys().any(|path| is_in(path, name)))
    {
        data.retain(|path, _| !groups.iter().any(|name| is_in(path, name)));
    }
    for path in request.keys().filter(|path| !apart(path)) {
        let name = path.split('.').next().unwrap_or_default();
        if name != "MetadataOptions" && name != "Placement" {
            data.retain(|path, _| !is_in(path, name) || request.contains_key(path));
        }
    }
    data.extend(request.into_iter().filter(|(path, _)| !apart(path)));
}

fn is_in(path: &str, name: &str) -> bool {
    let rest = path.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn part(data: &Data, name: &str) -> Data {
    let within = data.iter().filter(|(path, _)| is_in(path, name));
    within
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

/// The items of a list, each with its parameters.
fn items(data: &Data, list: &str) -> Vec<Data> {
    let mut items: BTreeMap<u64, Data> = BTreeMap::new();
    for (path, text) in data {
        let rest = path
            .strip_prefix(list)
            .and_then(|rest| rest.strip_prefix('.'));
        let Some((number, name)) = rest.and_then(|rest| rest.split_once('.')) else {
            continue;
        };
        let item = items.entry(number.parse().unwrap_or_default()).or_default();
        item.insert(name.to_owned(), text.clone());
    }
    items.into_values().collect()
}

/// Items with the same key become one; in lists inside of it too.
fn join(mut base: Vec<Data>, more: Vec<Data>, key: &str) -> Vec<Data> {
    let same = |one: &Data, other: &Data| one.get(key) == other.get(key);
    for item in more {
        match base.iter_mut().find(|known| same(known, &item)) {
            None => base.push(item),
            Some(known) => {
                let tags = join(items(known, "Tag"), items(&item, "Tag"), "Key");
                known.extend(item);
                known.retain(|path, _| !is_in(path, "Tag"));
                for (at, tag) in tags.into_iter().enumerate() {
                    let numbered = tag.into_iter();
                    known.extend(
                        numbered.map(|(path, text)| (format!("Tag.{}.{path}", at + 1), text)),
                    );
                }
            }
        }
    }
    base
}
