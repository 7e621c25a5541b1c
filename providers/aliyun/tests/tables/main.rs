//! The tables of the types against what others say of them: Alibaba's metadata, and the schemas of the library.

mod meta;
mod schema;

use std::collections::BTreeMap;

use infra_lang::{Schemas, Texts};
use infra_model::{Schema, SchemaKind};

/// The schemas of what Alibaba Cloud's provider manages, by type.
fn schemas() -> BTreeMap<String, Schema> {
    let (schemas, _, diagnostics) = Schemas::load(&Texts::new("std", infra_stdlib::files()));
    assert_eq!(diagnostics, [], "the library is sound");
    let ours = schemas
        .iter()
        .filter(|schema| schema.provider() == "aliyun" && schema.kind == SchemaKind::Resource);
    ours.map(|schema| (schema.type_name.clone(), schema.clone()))
        .collect()
}
