//! From an item of an answer to the fields of a schema.

use std::collections::BTreeMap;

use infra_model::{Record, Size, Value};
use serde_json::Value as Json;

use super::{Field, Form, Kind, Part};

/// The fields of one item, in the names and types of the schema. What the cloud leaves out, or answers as an empty text, is
/// left out.
pub(crate) fn observed(kind: &Kind, item: &Json) -> Record {
    let fields = kind.fields.iter();
    fields
        .filter_map(|field| Some((field.name.to_owned(), value(field, item)?)))
        .collect()
}

fn value(field: &Field, item: &Json) -> Option<Value> {
    let read = match (field.form, field.read) {
        (Form::Item(read), _) => read(item),
        (form, Some(path)) => at(item, path).and_then(|json| form_of(form, json)),
        (_, None) => return None,
    };
    read.or_else(|| field.unset.map(|unset| unset()))
}

fn form_of(form: Form, json: &Json) -> Option<Value> {
    match form {
        Form::Text => Some(Value::String(scalar(json)?)),
        Form::Int => Some(Value::Int(scalar(json)?.parse().ok()?)),
        Form::Flag => Some(Value::Bool(scalar(json)?.eq_ignore_ascii_case("true"))),
        Form::OnOff(on, _) => Some(Value::Bool(scalar(json)? == on)),
        Form::Gib => Some(Value::Size(Size::gib(scalar(json)?.parse().ok()?))),
        Form::Cidr => Some(Value::Cidr(scalar(json)?.parse().ok()?)),
        Form::Ip => Some(Value::Ip(scalar(json)?.parse().ok()?)),
        Form::Words(words) => {
            let theirs = scalar(json)?;
            let known = words
                .iter()
                .find(|(_, word)| word.eq_ignore_ascii_case(&theirs));
            Some(Value::String(
                known.map_or(theirs, |(ours, _)| (*ours).to_owned()),
            ))
        }
        Form::Texts => {
            let items = json.as_array()?.iter();
            Some(Value::List(
                items.filter_map(scalar).map(Value::String).collect(),
            ))
        }
        Form::Comma => {
            let text = scalar(json)?;
            let ips = text.split(',').filter_map(|ip| ip.trim().parse().ok());
            Some(Value::List(ips.map(Value::Ip).collect()))
        }
        Form::Numbers => {
            let listed: Vec<String> = serde_json::from_str(&scalar(json)?).ok()?;
            let numbers = listed.iter().filter_map(|number| number.parse().ok());
            Some(Value::List(numbers.map(Value::Int).collect()))
        }
        Form::Base64 | Form::Item(_) => None,
    }
}

/// What is at a path: names, and numbers of list items, with full stops between.
pub(crate) fn at<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    path.split('.').try_fold(json, |json, step| match json {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        json => json.get(step),
    })
}

/// The items of a list at a path; none where there is no list.
pub(crate) fn items_at(json: &Json, path: &str) -> Vec<Json> {
    let list = at(json, path).and_then(Json::as_array);
    list.cloned().unwrap_or_default()
}

/// A text, number or truth value as text. An empty text is the API's way to say "none".
pub(crate) fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

/// The identity of an item.
pub(crate) fn item_id(kind: &Kind, item: &Json) -> Option<String> {
    let parts = kind.key.iter().map(|part| match part {
        Part::Given(_, path) | Part::Field(_, path) => scalar(at(item, path)?),
    });
    Some(parts.collect::<Option<Vec<String>>>()?.join(":"))
}

/// The tags of an item. ECS and NAT gateways call them `TagKey`, the rest of the VPC's types `Key`.
pub(crate) fn tags_of(item: &Json) -> BTreeMap<String, String> {
    let listed = items_at(item, "Tags.Tag");
    let pair = |tag: &Json| {
        let key = tag.get("TagKey").or_else(|| tag.get("Key"))?.as_str()?;
        let value = tag.get("TagValue").or_else(|| tag.get("Value"));
        let value = value.and_then(Json::as_str).unwrap_or_default();
        Some((key.to_owned(), value.to_owned()))
    };
    listed.iter().filter_map(pair).collect()
}
