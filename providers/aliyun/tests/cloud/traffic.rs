//! Every request that was sent against Alibaba's own metadata.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::wire::Traffic;

#[expect(
    clippy::disallowed_methods,
    reason = "where the metadata is depends on the machine"
)]
fn folder() -> PathBuf {
    match std::env::var_os("ALIYUN_META") {
        Some(folder) => folder.into(),
        None => [env!("CARGO_MANIFEST_DIR"), "../../../shared/aliyun-meta"]
            .iter()
            .collect(),
    }
}

/// The products' metadata; `None` where there is none, which `tests/tables` tells.
static META: LazyLock<Option<[(&str, Json); 2]>> = LazyLock::new(|| {
    let file = |name: &str| {
        let text = std::fs::read_to_string(folder().join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    Some([("ecs", file("ecs.json")?), ("vpc", file("vpc.json")?)])
});

/// Requests with a parameter that the action does not have, or without one that it demands.
pub fn problems(traffic: &Traffic) -> Vec<String> {
    let Some(meta) = &*META else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for ((product, action), requests) in traffic {
        // The security token service has no metadata here.
        let Some((_, meta)) = meta.iter().find(|(name, _)| name == product) else {
            continue;
        };
        let known = &meta["actions"][action]["parameters"];
        let Some(known) = known.as_array() else {
            problems.push(format!("{product} has no action {action}"));
            continue;
        };
        for names in requests {
            for name in names {
                if !known.iter().any(|it| fits(it, name)) {
                    problems.push(format!("{action} has no parameter {name}"));
                }
            }
            for required in known.iter().filter(|it| it["required"] == true) {
                let filled = names.iter().any(|name| {
                    let own = required["name"].as_str().unwrap_or_default();
                    name == own
                        || name
                            .strip_prefix(own)
                            .is_some_and(|rest| rest.starts_with('.'))
                });
                if !filled {
                    problems.push(format!("{action} was sent without {}", required["name"]));
                }
            }
        }
    }
    problems
}

/// Whether a name as it was sent is one of a parameter: `Tag.1.Key` of `Tag` with `Key` inside.
fn fits(parameter: &Json, name: &str) -> bool {
    let own = parameter["name"].as_str().unwrap_or_default();
    if name == own {
        return parameter["type"] != "RepeatList";
    }
    let Some(rest) = name
        .strip_prefix(own)
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    let (number, rest) = rest.split_once('.').unwrap_or((rest, ""));
    if number.parse::<u32>().is_err() {
        return false;
    }
    match parameter["sub"].as_array() {
        Some(inner) => inner.iter().any(|it| fits(it, rest)),
        // A list whose items the metadata does not describe.
        None => parameter["type"] == "Array" || rest.is_empty(),
    }
}
