//! The schemas of the standard library, as programs see them.

use std::collections::BTreeMap;

use infra_lang::{Schemas, Texts};
use infra_model::{Schema, SchemaKind};

/// The schemas of AWS's resource types, by type.
pub fn all() -> BTreeMap<String, Schema> {
    let (schemas, _, diagnostics) = Schemas::load(&Texts::new("std", infra_stdlib::files()));
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
