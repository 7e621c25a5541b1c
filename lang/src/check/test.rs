//! Tests: what may stand in them, and the types of what they see.

use infra_model::{RecordField, SchemaKind, Type};

use super::Checker;
use super::context::Context;
use super::decorator::On;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::read_type;
use crate::resolve::{DeclKind, ScopeId};
use crate::schema::Schemas;
use crate::syntax::{Item, ItemKind, Let, Test};
use crate::typing::relate::optional;

/// The name under which a test sees what the cloud says.
pub(crate) const CLOUD: &str = "cloud";

impl Checker<'_> {
    /// A test's own names are visible below them, and `cloud` in all of it.
    pub(super) fn test(&mut self, scope: ScopeId, it: &Test, context: &Context) {
        let mut inside = context.local(CLOUD, cloud_type(&self.program.schemas));
        for item in &it.items {
            match &item.kind {
                ItemKind::Let(it) => {
                    let ty = self.test_let(scope, it, &inside);
                    inside = inside.local(&it.name.text, ty);
                }
                ItemKind::Assert(it) => self.assert(it, &inside),
                ItemKind::Invalid => {}
                _ => self.not_in_a_test(item),
            }
            self.decorators(item, On::Other, &inside);
        }
    }

    /// A `let` that is called like a parameter of the program is that parameter's value.
    fn test_let(&mut self, scope: ScopeId, it: &Let, context: &Context) -> Type {
        let scope_of = self.program.scopes.get(scope);
        let param = scope_of
            .names
            .get(&it.name.text)
            .map(|decl| scope_of.decl(*decl))
            .filter(|decl| matches!(decl.kind, DeclKind::Param(_)));
        let wanted = match (&it.ty, param) {
            (Some(ty), _) => Some(self.read_type(ty, Some(scope))),
            (None, Some(param)) => param.ty.clone(),
            (None, None) => None,
        };
        match wanted {
            Some(ty) => {
                self.facts.types.insert(it.name.span, ty.clone());
                self.expect(&it.value, &ty, context);
                ty
            }
            None => self.infer(&it.value, context),
        }
    }

    fn not_in_a_test(&mut self, item: &Item) {
        self.diagnostics.push(
            Diagnostic::error(
                codes::MISPLACED,
                item.span,
                "a test has `let`s and `assert`s only",
            )
            .help("a test is about the program as it is: declare this outside of the test"),
        );
    }
}

/// `cloud.aws.volume` is a map from addresses to what the cloud answers.
fn cloud_type(schemas: &Schemas) -> Type {
    let field = |name: &str, ty: Type| RecordField {
        name: name.to_owned(),
        ty,
        optional: false,
        default: None,
        doc: String::new(),
    };
    let mut providers: Vec<RecordField> = Vec::new();
    for schema in schemas.iter() {
        let Some((provider, name)) = schema.type_name.split_once('.') else {
            continue;
        };
        if schema.kind != SchemaKind::Resource || provider == "provider" {
            continue;
        }
        let attributes = schema.fields.iter().map(|it| {
            let ty = as_answered(&read_type(it));
            field(&it.name, if it.unread { optional(ty) } else { ty })
        });
        let all = Type::Map(Box::new(Type::Record(attributes.collect())));
        match providers.iter_mut().find(|it| it.name == provider) {
            Some(RecordField {
                ty: Type::Record(types),
                ..
            }) => types.push(field(name, all)),
            _ => providers.push(field(provider, Type::Record(vec![field(name, all)]))),
        }
    }
    Type::Record(providers)
}

/// The type as a cloud answers it, which knows ids and no references.
fn as_answered(ty: &Type) -> Type {
    let inner = |ty: &Type| Box::new(as_answered(ty));
    match ty {
        Type::Resource(_) => Type::String,
        Type::List(item) => Type::List(inner(item)),
        Type::Map(item) => Type::Map(inner(item)),
        Type::Optional(ty) => Type::Optional(inner(ty)),
        Type::Secret(ty) => Type::Secret(inner(ty)),
        Type::Refined(base, _) => as_answered(base),
        Type::Union(parts) => Type::Union(parts.iter().map(as_answered).collect()),
        Type::Record(fields) => Type::Record(
            fields
                .iter()
                .map(|field| RecordField {
                    ty: as_answered(&field.ty),
                    ..field.clone()
                })
                .collect(),
        ),
        other => other.clone(),
    }
}
