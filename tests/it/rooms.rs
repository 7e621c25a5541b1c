//! Each crate imports what its room may, and nothing else; `docs/architecture.md` has the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::cycles::files_below;

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

/// Words that name a cloud.
const CLOUDS: [&str; 5] = ["aws", "amazon", "ec2", "aliyun", "alibaba"];

/// Files of the language and the engine that name a cloud still, and how often: words of other tools that mean a type of
/// the library, and examples in messages and comments. A number here only shrinks.
const NAMES_REMAINING: &[(&str, usize)] = &[
    ("engine/src/apply/run/together.rs", 1),
    ("engine/src/lost/late.rs", 1),
    ("engine/src/plan/action.rs", 1),
    ("engine/src/plan/loss.rs", 1),
    ("engine/src/providers.rs", 3),
    ("engine/src/state/edit.rs", 2),
    ("engine/src/state/entry.rs", 2),
    ("lang/src/check/address.rs", 2),
    ("lang/src/check/decorator.rs", 1),
    ("lang/src/check/member.rs", 1),
    ("lang/src/check/resource.rs", 2),
    ("lang/src/check/test.rs", 1),
    ("lang/src/eval/lifecycle.rs", 2),
    ("lang/src/eval/special.rs", 1),
    ("lang/src/functions/strings.rs", 2),
    ("lang/src/place.rs", 1),
    ("lang/src/resolve/load.rs", 1),
    ("lang/src/resolve/targets.rs", 1),
    ("lang/src/rules/zone.rs", 1),
    ("lang/src/schema/boundary.rs", 1),
    ("lang/src/schema/read.rs", 1),
    ("lang/src/syntax/build/types.rs", 1),
    ("lang/src/syntax/expr.rs", 1),
    ("lang/src/syntax/pasted.rs", 1),
    ("lang/src/syntax/slip/terraform.rs", 2),
    ("lang/src/syntax/tree.rs", 6),
    ("lang/src/syntax/types.rs", 1),
    ("lang/src/terraform_words/fields.rs", 47),
    ("lang/src/terraform_words/names.rs", 4),
    ("lang/src/terraform_words/settable.rs", 33),
    ("lang/src/terraform_words/types.rs", 83),
    ("lang/src/typing/convert.rs", 1),
];

/// How often a text names a cloud before its tests begin.
fn cloud_names(text: &str) -> usize {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let words = text[..end].split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| CLOUDS.contains(&word.to_ascii_lowercase().as_str()))
        .count()
}

#[test]
fn language_and_engine_name_no_cloud() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for directory in ["lang/src", "engine/src"] {
        for path in files_below(&root.join(directory)) {
            let text = fs::read_to_string(&path).expect("a file of text");
            let name = path.strip_prefix(root).expect("a file of the project");
            let count = match path.ends_with("tests.rs") {
                true => 0,
                false => cloud_names(&text),
            };
            if count > 0 {
                found.push((name.to_string_lossy().into_owned(), count));
            }
        }
    }
    let allowed: BTreeMap<&str, usize> = NAMES_REMAINING.iter().copied().collect();
    let more = |(name, count): &&(String, usize)| {
        *count > allowed.get(name.as_str()).copied().unwrap_or_default()
    };
    let wrong: Vec<_> = found.iter().filter(more).collect();
    assert!(
        wrong.is_empty(),
        "these files name a cloud more often than NAMES_REMAINING allows: {wrong:#?}"
    );
}
