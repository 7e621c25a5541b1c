//! Whoever adds a resource type learns here, in one message, every place that lacks it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use infra_model::SchemaKind;

use crate::stdlib::types;

/// A provider, a file, and what the file has for each of the provider's types. `docs/providers.md`, "Adding a type", has
/// the same list.
const PLACES: &[(&str, &str, &str)] = &[
    (
        "aws",
        "providers/aws/src/resource/mod.rs",
        "a line in `kinds!` that names its implementation",
    ),
    (
        "aws",
        "providers/aws/tests/cloud/conformance/mod.rs",
        "a sample that goes through the suite for providers",
    ),
    (
        "aws",
        "providers/aws/tests/cloud/calls.rs",
        "a text of which two hundred are read",
    ),
    (
        "aws",
        "providers/aws/tests/cloud/edits/fields.rs",
        "fields for random edits",
    ),
    (
        "aws",
        "tests/it/commands/every_type.infra",
        "a declaration in the program that has every type",
    ),
    (
        "aws",
        "lang/src/terraform_words/types.rs",
        "the words of other tools that mean it",
    ),
    ("aws", "docs/providers.md", "its name in the table of types"),
];

/// Whether a text names a type, and not only one that begins with the same letters.
fn names(text: &str, type_name: &str) -> bool {
    text.match_indices(type_name).any(|(at, _)| {
        let after = text[at + type_name.len()..].chars().next();
        after.is_none_or(|c| c != '_' && !c.is_alphanumeric())
    })
}

#[test]
fn every_type_is_in_every_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (provider, path, what) in PLACES {
        let text = fs::read_to_string(root.join(path)).expect("a file of the project");
        for type_name in types(SchemaKind::Resource) {
            let ours = type_name.split('.').next() == Some(*provider);
            if ours && !names(&text, &type_name) {
                let line = format!("{path}: {what}");
                missing.entry(type_name).or_default().push(line);
            }
        }
    }
    assert!(missing.is_empty(), "these places lack a type: {missing:#?}");
}

#[test]
fn a_longer_name_is_another_type() {
    assert!(names("aws.vpc main", "aws.vpc") && names("`aws.vpc`", "aws.vpc"));
    assert!(!names("aws.vpc_endpoint door", "aws.vpc"));
}
