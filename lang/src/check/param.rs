//! Parameters, of programs and of components, and the conditions of refinements.

use infra_model::Type;

use super::Checker;
use super::context::Context;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::scope::param;
use crate::resolve::{DeclId, ScopeId, ScopeKind};

impl Checker<'_> {
    pub(super) fn param(&mut self, scope: ScopeId, id: DeclId) {
        let program = self.program;
        let decl = program.scopes.get(scope).decl(id);
        let it = param(decl, &program.trees);
        let ty = decl.ty.clone().unwrap_or(Type::Invalid);
        let context = Context::of(scope);
        if program.scopes.get(scope).kind == ScopeKind::Root
            && let Some(thing) = thing_in(&ty)
        {
            let message = format!(
                "a parameter of the program cannot be `{thing}`: nobody could write one down"
            );
            let diagnostic = Diagnostic::error(codes::WRONG_TYPE, it.ty.span, message)
                .help("take a name or an id as a text, and find the thing with a `lookup`");
            self.diagnostics.push(diagnostic);
        }
        if let Some(default) = &it.default {
            self.expect(default, &ty, &context);
        }
        let inside = context.local("it", ty.clone()).local(&it.name.text, ty);
        if let Some(condition) = &it.condition {
            self.condition(condition, &inside);
        }
        if let Some(message) = &it.message {
            self.expect(message, &Type::String, &inside);
        }
    }

    /// Checks the conditions of refinements that schemas and parameters are written with.
    pub(super) fn refinements(&mut self) {
        let conditions: Vec<_> = self.conditions.values().cloned().collect();
        for condition in conditions {
            // The type of `it` is that of each use; what is compared with it is checked there.
            let context = Context::nowhere().local("it", Type::Any);
            self.condition(&condition, &context);
        }
    }
}

/// The resource or component somewhere in a type.
fn thing_in(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Resource(_) | Type::Component(_) => Some(ty),
        Type::List(inner)
        | Type::Map(inner)
        | Type::Optional(inner)
        | Type::Secret(inner)
        | Type::Refined(inner, _) => thing_in(inner),
        Type::Record(fields) => fields.iter().find_map(|field| thing_in(&field.ty)),
        // One of several alternatives can still be given.
        Type::Union(parts) => match parts.iter().all(|part| thing_in(part).is_some()) {
            true => parts.first(),
            false => None,
        },
        _ => None,
    }
}
