//! Lookups of things that programs can also make: listed as for the type, and chosen by the fields that are set.

use infra_model::{Record, Value};
use infra_sdk::Failure;
use infra_sdk::fields::{Fields, text_of};
use serde_json::Value as Json;

use super::choice::{fits, one_of};
use crate::cloud::Cloud;
use crate::reader::{everything, raw, seen};
use crate::table::{Kind, scalar};
use crate::types;

/// One lookup of this kind.
pub(super) struct Lookup {
    pub kind: &'static Kind,
    /// In words, of several.
    what: &'static str,
    /// The field that takes the thing's own id.
    own_id: &'static str,
    /// What is answered beside the fields of the type.
    more: fn(&Json) -> Vec<(&'static str, Value)>,
    /// The states of one that can be found; empty for all.
    states: &'static [&'static str],
}

/// The lookup of a type.
pub(super) fn of(type_name: &str) -> Option<Lookup> {
    let (what, own_id): (_, &'static str) = match type_name {
        "aliyun.disk" => ("disks", "disk"),
        "aliyun.security_group" => ("security groups", "group"),
        "aliyun.snapshot" => ("snapshots", "snapshot"),
        "aliyun.vpc" => ("networks", "vpc"),
        "aliyun.vswitch" => ("VSwitches", "vswitch"),
        _ => return None,
    };
    Some(Lookup {
        kind: types::of(type_name)?,
        what,
        own_id,
        more: match type_name {
            "aliyun.disk" => attachment,
            _ => is_default,
        },
        states: match type_name {
            "aliyun.snapshot" => &["accomplished"],
            _ => &[],
        },
    })
}

fn is_default(item: &Json) -> Vec<(&'static str, Value)> {
    let flag = item.get("IsDefault").and_then(Json::as_bool);
    vec![("is_default", Value::Bool(flag.unwrap_or(false)))]
}

fn attachment(item: &Json) -> Vec<(&'static str, Value)> {
    let instance = item.get("InstanceId").and_then(scalar);
    let mut more = vec![("attached", Value::Bool(instance.is_some()))];
    more.extend(instance.map(|id| ("instance", Value::String(id))));
    more
}

/// Those of the type that have what the fields say.
pub(super) async fn answer(
    cloud: &Cloud,
    lookup: Lookup,
    fields: Fields<'_>,
) -> Result<Option<Record>, Failure> {
    let kind = lookup.kind;
    let items = match fields.text(lookup.own_id) {
        Some(id) => raw(cloud, kind, &id).await?.into_iter().collect(),
        None => everything(cloud, kind).await?,
    };
    let mut found = Vec::new();
    for item in &items {
        let Some(mut seen) = seen(kind, item) else {
            continue;
        };
        let more = (lookup.more)(item).into_iter();
        seen.fields
            .extend(more.map(|(name, value)| (name.to_owned(), value)));
        let state = lookup.states.is_empty() || lookup.states.contains(&seen.state.as_str());
        if state && has(&seen.fields, fields, lookup.own_id) {
            seen.fields
                .insert(lookup.own_id.to_owned(), Value::string(&seen.id));
            found.push(seen.fields);
        }
    }
    one_of(lookup.what, found, fields.flag("newest") == Some(true))
}

/// Whether what was seen has what is asked for.
fn has(seen: &Record, asked: Fields<'_>, own_id: &str) -> bool {
    asked.0.iter().all(|(name, value)| match name.as_str() {
        "newest" => true,
        name if name == own_id || value.is_null() => true,
        "tags" => {
            let own = Fields(seen).tags();
            let tags = asked.tags();
            tags.iter().all(|(key, value)| own.get(key) == Some(value))
        }
        "name" => {
            let pattern = asked.text("name").unwrap_or_default();
            fits(&pattern, &Fields(seen).text("name").unwrap_or_default())
        }
        name => match (asked.get(name).and_then(text_of), Fields(seen).get(name)) {
            (Some(text), Some(other)) => text_of(other).as_ref() == Some(&text),
            (None, other) => asked.get(name) == other,
            (Some(_), None) => false,
        },
    })
}
