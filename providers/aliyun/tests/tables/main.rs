//! The tables of the types against what others say of them: Alibaba's metadata, and the schemas of the library.

mod meta;
mod schema;

use std::collections::BTreeMap;

use infra_lang::{Schemas, World};
use infra_model::{Schema, SchemaKind};

/// The standard library without a project.
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
        infra_stdlib::files()
            .map(|(path, _)| path.to_owned())
            .collect()
    }

    fn program_name(&self) -> &str {
        "std"
    }
}

/// The schemas of what Alibaba Cloud's provider manages, by type.
fn schemas() -> BTreeMap<String, Schema> {
    let (schemas, _, diagnostics) = Schemas::load(&Library);
    assert_eq!(diagnostics, [], "the library is sound");
    let ours = schemas
        .iter()
        .filter(|schema| schema.provider() == "aliyun" && schema.kind == SchemaKind::Resource);
    ours.map(|schema| (schema.type_name.clone(), schema.clone()))
        .collect()
}
