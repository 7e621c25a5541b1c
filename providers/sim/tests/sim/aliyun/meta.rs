//! What the simulator takes and shows, held against Alibaba Cloud's own metadata, which is not part of the project:
//! the folder that `ALIYUN_META` names, else `../shared/aliyun-meta` beside the project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

/// The folder, if it is there.
#[expect(
    clippy::disallowed_methods,
    reason = "a test that reads beside the project has to ask where"
)]
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("ALIYUN_META").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/aliyun-meta");
    let folder = named.unwrap_or_else(beside);
    folder.join("ecs.json").exists().then_some(folder)
}

fn read(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(folder()?.join(name)).ok()?;
    Some(serde_json::from_str(&text).expect("metadata is JSON"))
}

fn responses() -> Option<&'static Value> {
    static RESPONSES: OnceLock<Option<Value>> = OnceLock::new();
    RESPONSES.get_or_init(|| read("responses.json")).as_ref()
}

/// Every key of an answer is one of the action's, and of the right type. Actions without metadata are not checked.
#[track_caller]
pub fn check_response(product: &str, action: &str, answer: &Value) {
    let known = responses().and_then(|all| all.get(product)?.get(action));
    if let Some(known) = known {
        let mut wrong = Vec::new();
        compare(known, answer, action, &mut wrong);
        assert_eq!(wrong, Vec::<String>::new(), "{answer}");
    }
}

fn compare(known: &Value, shown: &Value, path: &str, wrong: &mut Vec<String>) {
    match (known, shown) {
        (Value::Object(known), Value::Object(shown)) => {
            for (name, value) in shown {
                match known.get(name) {
                    Some(known) => compare(known, value, &format!("{path}.{name}"), wrong),
                    None => wrong.push(format!("{path} has no key {name}")),
                }
            }
        }
        (Value::Array(known), Value::Array(shown)) => {
            for value in shown {
                compare(&known[0], value, path, wrong);
            }
        }
        (Value::String(kind), value) => {
            let fits = match kind.as_str() {
                "str" => value.is_string(),
                "int" => value.is_i64() || value.is_u64(),
                "float" => value.is_number(),
                "bool" => value.is_boolean(),
                other => panic!("metadata has a type {other}"),
            };
            if !fits {
                wrong.push(format!("{path} is {value}, not of type {kind}"));
            }
        }
        (_, value) => wrong.push(format!("{path} is {value}, not as its model says")),
    }
}

/// The parameter of that name: lists by their name, members by the name inside.
fn find<'m>(parameters: &'m [Value], name: &str) -> Option<(&'m Value, Option<&'m Value>)> {
    let named = |list: &'m [Value], name: &str| list.iter().find(|it| it["name"] == name);
    if let Some(found) = named(parameters, name) {
        return Some((found, Some(found)));
    }
    // Some lists are written out: `Filter.1.Key`.
    if let Some(found) = named(parameters, &name.replace(".N", ".1")) {
        return Some((found, Some(found)));
    }
    let (list, member) = name.split_once(".N")?;
    let list = named(parameters, list)?;
    let Some(member) = member.strip_prefix('.') else {
        return Some((list, None));
    };
    match list["sub"].as_array().filter(|sub| !sub.is_empty()) {
        Some(sub) => Some((list, Some(named(sub, member)?))),
        // An array whose members the metadata does not describe.
        None => Some((list, None)),
    }
}

#[test]
fn every_action_and_parameter_is_alibabas() {
    let Some(_) = folder() else {
        println!("skipped: there is no metadata of Alibaba Cloud here (ALIYUN_META)");
        return;
    };
    let (mut wrong, mut actions, mut checked) = (Vec::new(), 0, 0);
    let mut products: BTreeMap<&str, Option<Value>> = BTreeMap::new();
    for (product, action, parameters) in infra_sim::aliyun::catalogue() {
        // There is no metadata of STS and of the location service.
        let meta = products
            .entry(product)
            .or_insert_with(|| read(&format!("{product}.json")));
        let Some(meta) = meta else {
            assert!(["sts", "location"].contains(&product), "{product}");
            continue;
        };
        actions += 1;
        let Some(known) = meta["actions"][action]["parameters"].as_array() else {
            wrong.push(format!("{product} has no action {action}"));
            continue;
        };
        for (name, kind, required) in &parameters {
            checked += 1;
            let Some((outer, inner)) = find(known, name) else {
                wrong.push(format!("{action} has no parameter {name}"));
                continue;
            };
            let stated = inner.and_then(|it| it["type"].as_str());
            let same = match stated {
                Some("Long") => *kind == "Integer",
                Some("RepeatList" | "Array" | "Struct") | None => *kind == "String",
                Some(stated) => stated == *kind,
            };
            if !same {
                wrong.push(format!("{action}.{name} is of type {kind}, not {stated:?}"));
            }
            let is_list = name.contains(".N");
            if outer["required"] == true && !is_list && !required {
                wrong.push(format!("{action}.{name} is required"));
            }
        }
        for parameter in known.iter().filter(|it| it["required"] == true) {
            let name = parameter["name"].as_str().expect("a name");
            let taken = parameters
                .iter()
                .any(|(taken, ..)| *taken == name || taken.starts_with(&format!("{name}.N")));
            if !taken {
                wrong.push(format!("{action} does not take {name}, which is required"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    println!("{actions} actions with {checked} parameters agree with the metadata");
    assert!(actions > 50 && checked > 400, "{actions} {checked}");
}
