//! The schemas of the standard library, as programs see them.

use std::collections::BTreeMap;

use infra_lang::{Schemas, World};
use infra_model::{Schema, SchemaKind};

/// The standard library without a program.
struct Library;

impl World for Library {
    fn read(&self, _: &str) -> Option<String> {
        None
    }

    fn list(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn std(&self, path: &str) -> Option<&str> {
        infra_stdlib::file(path)
    }

    fn std_paths(&self) -> Vec<String> {
        let files = infra_stdlib::files();
        files.map(|(path, _)| path.to_owned()).collect()
    }

    fn program_name(&self) -> &str {
        "std"
    }
}

/// The schemas of AWS's resource types, by type.
pub fn all() -> BTreeMap<String, Schema> {
    let (schemas, _, diagnostics) = Schemas::load(&Library);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let ours = |schema: &&Schema| {
        schema.kind == SchemaKind::Resource && schema.type_name.starts_with("aws.")
    };
    schemas
        .iter()
        .filter(ours)
        .map(|schema| (schema.type_name.clone(), schema.clone()))
        .collect()
}
