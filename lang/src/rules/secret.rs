//! A secret cannot be what a resource is known by.
//!
//! Names that are given once become ids, parts of addresses in the cloud and words of its messages: they are shown in
//! plans, written to the state and told to whoever may list the resources.

use infra_model::{SchemaKind, Value};

use super::View;
use crate::codes;
use crate::diagnostic::Diagnostic;

pub(super) fn check(view: &mut View<'_>) {
    for checked in view.checked.clone() {
        let type_name = &checked.instance.address.type_name;
        let Some(schema) = view.schemas.get(type_name, SchemaKind::Resource) else {
            continue;
        };
        let fields = schema.exclusive.iter().flat_map(|it| &it.fields);
        for field in fields {
            let secret = checked
                .instance
                .fields
                .get(field)
                .is_some_and(Value::has_secret);
            if !secret {
                continue;
            }
            view.report(checked, field, |span| {
                let message = format!("a secret cannot be the `{field}` of `{type_name}`");
                Diagnostic::error(codes::SECRET_IDENTITY, span, message).help(
                    "the cloud knows the resource by it, so plans, the state and the cloud's own messages show it; \
                     choose a name that is not secret",
                )
            });
        }
    }
}
