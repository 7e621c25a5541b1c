//! IAM policies in JSON: one form for all ways to write the same.

use serde_json::{Map, Value};

/// "IAM JSON policy elements: Version": what a policy that names none has.
const VERSION: &str = "2008-10-17";
/// Elements that take one text or a list of them, in any order.
const TEXTS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];

/// The policy with its keys sorted and without what makes no difference; the text itself when it is no JSON.
pub(crate) fn canonical(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(policy) => canonical_value(policy).to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Whether a canonical policy allows everything, as one does that nobody gave.
pub(crate) fn is_open(canonical: &str) -> bool {
    let open = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;
    let without_version = |text: &str| -> Option<Value> {
        let mut policy: Value = serde_json::from_str(text).ok()?;
        policy.as_object_mut()?.remove("Version");
        Some(policy)
    };
    without_version(canonical) == without_version(&self::canonical(open))
}

fn canonical_value(policy: Value) -> Value {
    let mut policy = sorted(policy);
    if let Value::Object(policy) = &mut policy {
        policy
            .entry("Version")
            .or_insert_with(|| Value::from(VERSION));
        if let Some(statements) = policy.get_mut("Statement") {
            unwrap_one(statements);
            match statements {
                Value::Array(all) => all.iter_mut().for_each(statement),
                one => statement(one),
            }
        }
    }
    sorted(policy)
}

fn statement(statement: &mut Value) {
    let Value::Object(elements) = statement else {
        return;
    };
    for (name, value) in elements.iter_mut() {
        if TEXTS.contains(&name.as_str()) {
            any_order(value);
        }
        if name == "Principal" || name == "NotPrincipal" {
            principal(value);
        }
    }
}

/// Everybody is written as `*` or as `{"AWS": "*"}`.
fn principal(value: &mut Value) {
    if let Value::Object(kinds) = value {
        kinds.values_mut().for_each(any_order);
        let everybody = kinds.len() == 1 && kinds.get("AWS").is_some_and(|it| it == "*");
        if everybody {
            *value = Value::from("*");
        }
    }
}

fn any_order(value: &mut Value) {
    if let Value::Array(items) = value {
        items.sort_by_key(ToString::to_string);
    }
    unwrap_one(value);
}

/// A list of one is the same as the one.
fn unwrap_one(value: &mut Value) {
    if let Value::Array(items) = value
        && items.len() == 1
    {
        *value = items.remove(0);
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, sorted(value)));
            Value::Object(Map::from_iter(fields))
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_written_the_same() {
        let one = r#"{ "Statement": [{ "Action": ["s3:Put*", "s3:Get*"], "Effect": "Allow",
                       "Principal": { "AWS": ["*"] }, "Resource": ["*"] }] }"#;
        let other = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*",
                        "Action":["s3:Get*","s3:Put*"],"Resource":"*"}}"#;
        assert_eq!(canonical(one), canonical(other));
        assert_eq!(canonical(&canonical(one)), canonical(one));
        let denied = one.replace("Allow", "Deny");
        assert_ne!(canonical(&denied), canonical(one));
        assert_eq!(canonical("no JSON"), "no JSON");
    }

    #[test]
    fn the_policy_of_nobody_is_open() {
        let open = r#"{"Version":"2012-10-17","Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#;
        assert!(is_open(&canonical(open)));
        assert!(!is_open(&canonical(&open.replace("Allow", "Deny"))));
        let two = open.replace("}]}", "},{\"Effect\":\"Deny\"}]}");
        assert!(!is_open(&canonical(&two)));
    }
}
