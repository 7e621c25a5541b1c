//! Each crate imports what its room may, and nothing else; `docs/architecture.md` has the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The crates of the house: directory, name, and the crates of ours it may import.
pub const ROOMS: &[(&str, &str, &[&str])] = &[
    ("model", "infra-model", &[]),
    ("lang", "infra-lang", &["infra-model"]),
    ("providers/sdk", "infra-sdk", &["infra-model"]),
    ("providers/aws", "infra-aws", &["infra-model", "infra-sdk"]),
    (
        "providers/aliyun",
        "infra-aliyun",
        &["infra-model", "infra-sdk"],
    ),
    ("providers/aliyun/openapi", "aliyun-openapi", &[]),
    ("providers/sim", "infra-sim", &[]),
    ("stdlib", "infra-stdlib", &[]),
    ("engine", "infra-engine", &["infra-model", "infra-sdk"]),
    (
        ".",
        "infra",
        &[
            "infra-model",
            "infra-lang",
            "infra-sdk",
            "infra-aliyun",
            "infra-aws",
            "infra-sim",
            "infra-stdlib",
            "infra-engine",
        ],
    ),
];

/// Dependencies that only some rooms may have: a prefix, and the rooms.
const GUARDED: &[(&str, &[&str])] = &[
    ("aws-", &["infra-aws"]),
    ("aliyun-openapi", &["infra-aliyun"]),
    ("clap", &["infra"]),
    ("tracing-subscriber", &["infra"]),
    ("miette", &["infra"]),
    ("indicatif", &["infra"]),
    (
        "tokio",
        &[
            "infra",
            "infra-aliyun",
            "infra-aws",
            "aliyun-openapi",
            "infra-sim",
        ],
    ),
    ("hyper", &["aliyun-openapi", "infra-sim"]),
    ("pest", &["infra-lang"]),
];

/// The names under `[dependencies]` and `[build-dependencies]`; tests may use more.
fn dependencies(directory: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(directory)
        .join("Cargo.toml");
    let text = fs::read_to_string(&path).expect("every room has a Cargo.toml");
    let mut counts = false;
    let mut names = BTreeSet::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            let section = line.trim_matches(['[', ']']);
            counts = section.ends_with("dependencies")
                && !section.ends_with("dev-dependencies")
                && section != "workspace.dependencies";
        } else if counts && !line.is_empty() && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            names.insert(name.to_owned());
        }
    }
    names
}

#[test]
fn each_room_imports_what_it_may() {
    let mut wrong = Vec::new();
    for (directory, name, allowed) in ROOMS {
        let found = dependencies(directory);
        assert!(!found.is_empty(), "{directory}/Cargo.toml was understood");
        for dependency in &found {
            let ours = dependency.starts_with("infra");
            if ours && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{name} imports {dependency}"));
            }
            for (prefix, rooms) in GUARDED {
                if !ours && dependency.starts_with(prefix) && !rooms.contains(name) {
                    wrong.push(format!("{name} imports {dependency}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_crate_is_a_room() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("a manifest");
    let members = text
        .lines()
        .find(|line| line.starts_with("members"))
        .expect("members");
    let listed: BTreeSet<&str> = members.split('"').skip(1).step_by(2).collect();
    let rooms: BTreeMap<&str, &str> = ROOMS
        .iter()
        .map(|(directory, name, _)| (*directory, *name))
        .collect();
    let known: BTreeSet<&str> = rooms
        .keys()
        .copied()
        .filter(|directory| *directory != ".")
        .collect();
    assert_eq!(listed, known);
}
