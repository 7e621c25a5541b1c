//! Values as JSON, in two forms: exact for state, plain for people and other programs.

use serde_json::{Map, Value as Json, json};

use crate::{Record, Secret, Value};

/// The exact form that state keeps: what JSON has no type for is an object with one `$` key, so that reading it
/// back gives the same value without a schema.
///
/// Secrets must have been replaced by fingerprints before; one that is left is written as `{"$secret": null}`,
/// never in the clear. Unknowns have no place in state and become `null`.
pub fn to_state(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown(_) => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) => json!({ "$float": value }),
        Value::String(text) => json!(text),
        Value::Size(value) => json!({ "$size": value.to_string() }),
        Value::Duration(value) => json!({ "$duration": value.to_string() }),
        Value::Percent(value) => json!({ "$percent": value.0 }),
        Value::Cidr(value) => json!({ "$cidr": value.to_string() }),
        Value::Ip(value) => json!({ "$ip": value.to_string() }),
        Value::Port(value) => json!({ "$port": value.to_string() }),
        Value::Path(value) => json!({ "$path": value }),
        Value::List(items) => Json::Array(items.iter().map(to_state).collect()),
        Value::Map(map) if map.keys().any(|key| key.starts_with('$')) => {
            json!({ "$map": object(map, to_state) })
        }
        Value::Map(map) => object(map, to_state),
        Value::Ref(address) => json!({ "$ref": address.to_string() }),
        Value::Secret(_) => json!({ "$secret": null }),
    }
}

/// Reads what [`to_state`] wrote; `None` when it is not of that form.
pub fn from_state(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Int(number.as_i64()?),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(from_state).collect::<Option<_>>()?),
        Json::Object(map) => match single(map) {
            Some((tag, inner)) => tagged(tag, inner)?,
            None => Value::Map(record_from_state(json)?),
        },
    })
}

/// Reads a record that [`record_to_state`] wrote.
pub fn record_from_state(json: &Json) -> Option<Record> {
    json.as_object()?
        .iter()
        .map(|(name, value)| Some((name.clone(), from_state(value)?)))
        .collect()
}

/// A record in the exact form.
pub fn record_to_state(record: &Record) -> Json {
    object(record, to_state)
}

fn single(map: &Map<String, Json>) -> Option<(&str, &Json)> {
    let (tag, inner) = map.iter().next()?;
    (map.len() == 1 && tag.starts_with('$')).then_some((tag, inner))
}

fn tagged(tag: &str, inner: &Json) -> Option<Value> {
    let text = || inner.as_str();
    Some(match tag {
        "$float" => Value::Float(inner.as_f64()?),
        "$size" => Value::Size(text()?.parse().ok()?),
        "$duration" => Value::Duration(text()?.parse().ok()?),
        "$percent" => Value::Percent(crate::Percent(inner.as_f64()?)),
        "$cidr" => Value::Cidr(text()?.parse().ok()?),
        "$ip" => Value::Ip(text()?.parse().ok()?),
        "$port" => Value::Port(text()?.parse().ok()?),
        "$path" => Value::Path(text()?.to_owned()),
        "$ref" => Value::Ref(text()?.parse().ok()?),
        "$map" => Value::Map(record_from_state(inner)?),
        "$secret" => Value::Secret(Secret::new(Value::Null)),
        _ => return None,
    })
}

/// The plain form for `--json` and outputs: quantities as the language writes them, secrets as `"(secret)"`,
/// unknowns as `null`.
pub fn to_plain(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown(_) => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::String(text) | Value::Path(text) => json!(text),
        Value::List(items) => Json::Array(items.iter().map(to_plain).collect()),
        Value::Map(map) => object(map, to_plain),
        other => json!(other.to_string()),
    }
}

fn object(record: &Record, each: fn(&Value) -> Json) -> Json {
    Json::Object(
        record
            .iter()
            .map(|(name, value)| (name.clone(), each(value)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Duration, Percent, Size};

    #[test]
    fn state_form_is_exact() {
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(-7),
            Value::Float(1.0),
            Value::string("8GiB"),
            Value::Size(Size::gib(8)),
            Value::Duration(Duration(1500)),
            Value::Percent(Percent(12.5)),
            Value::Cidr("10.0.0.0/16".parse().unwrap()),
            Value::Ip("10.0.0.1".parse().unwrap()),
            Value::Port("tcp/1-2".parse().unwrap()),
            Value::Path("a/b".into()),
            Value::Ref(Address::root("aws.vpc", "x")),
            Value::List(vec![Value::Int(1)]),
            Value::Map(Record::from([("$size".into(), Value::string("x"))])),
            Value::Map(Record::from([("a".into(), Value::Map(Record::new()))])),
        ];
        for value in values {
            assert_eq!(
                from_state(&to_state(&value)),
                Some(value.clone()),
                "{value}"
            );
        }
    }

    #[test]
    fn neither_form_shows_a_secret() {
        let value = Value::List(vec![Value::Secret(Secret::new(Value::string("hunter2")))]);
        assert_eq!(to_state(&value).to_string(), r#"[{"$secret":null}]"#);
        assert_eq!(to_plain(&value).to_string(), r#"["(secret)"]"#);
    }
}
