//! From written types to types.

use std::collections::BTreeMap;

use infra_model::{RecordField, Type};

use super::constant::constant;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::{DeclKind, ScopeId, Scopes};
use crate::source::Sources;
use crate::suggest;
use crate::syntax::{Dotted, Expr, TypeExpr, TypeExprKind, TypeField};
use crate::terraform_words;

/// The types that need no declaration.
const BUILT_IN: [(&str, Type); 12] = [
    ("any", Type::Any),
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("float", Type::Float),
    ("string", Type::String),
    ("size", Type::Size),
    ("duration", Type::Duration),
    ("percent", Type::Percent),
    ("cidr", Type::Cidr),
    ("ip", Type::Ip),
    ("port", Type::Port),
    ("path", Type::Path),
];

/// The conditions of all refinements by their text, which is how [`Type::Refined`] names them.
pub type Conditions = BTreeMap<String, Expr>;

/// What reading a type needs to know.
pub struct TypeReader<'a> {
    pub scopes: &'a Scopes,
    pub sources: &'a Sources,
    /// Whether there is a resource or lookup type of this name.
    pub is_resource: &'a dyn Fn(&str) -> bool,
    /// All resource types that the library could offer, for suggestions.
    pub resource_names: &'a [String],
    pub conditions: &'a mut Conditions,
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl TypeReader<'_> {
    /// Reads a type written in `scope` (`None` in a schema).
    pub fn read(&mut self, ty: &TypeExpr, scope: Option<ScopeId>) -> Type {
        match &ty.kind {
            TypeExprKind::Named(name) => self.named(name, scope),
            TypeExprKind::List(item) => Type::List(Box::new(self.read(item, scope))),
            TypeExprKind::Map(item) => Type::Map(Box::new(self.read(item, scope))),
            TypeExprKind::Record(fields) => Type::Record(
                fields
                    .iter()
                    .map(|field| self.field(field, scope))
                    .collect(),
            ),
            TypeExprKind::Word(word) => Type::Enum(vec![word.clone()]),
            TypeExprKind::Union(parts) => self.union(parts, scope),
            TypeExprKind::Optional(inner) => Type::Optional(Box::new(self.read(inner, scope))),
            TypeExprKind::Secret(inner) => Type::Secret(Box::new(self.read(inner, scope))),
            TypeExprKind::Refined(base, condition) => {
                let base = self.read(base, scope);
                let source = self.sources.get(condition.span.file);
                let text = source
                    .map_or("", |file| file.slice(condition.span))
                    .trim()
                    .to_owned();
                self.conditions
                    .entry(text.clone())
                    .or_insert_with(|| (**condition).clone());
                Type::Refined(Box::new(base), text)
            }
            TypeExprKind::Invalid => Type::Invalid,
        }
    }

    fn field(&mut self, field: &TypeField, scope: Option<ScopeId>) -> RecordField {
        let ty = self.read(&field.ty, scope);
        let default = field.default.as_ref().and_then(|default| {
            constant(default, &ty)
                .map_err(|error| self.diagnostics.push(*error))
                .ok()
        });
        RecordField {
            name: field.name.text.clone(),
            optional: field.default.is_some() || matches!(ty, Type::Optional(_)),
            default,
            doc: field.doc.clone().unwrap_or_default(),
            ty,
        }
    }

    /// Words of a union become one enumeration.
    fn union(&mut self, parts: &[TypeExpr], scope: Option<ScopeId>) -> Type {
        let mut words = Vec::new();
        let mut types = Vec::new();
        for part in parts {
            match self.read(part, scope) {
                Type::Enum(more) => words.extend(more),
                Type::Union(more) => types.extend(more),
                other => types.push(other),
            }
        }
        if !words.is_empty() {
            types.insert(0, Type::Enum(words));
        }
        if types.len() == 1 {
            types.remove(0)
        } else {
            Type::Union(types)
        }
    }

    fn named(&mut self, name: &Dotted, scope: Option<ScopeId>) -> Type {
        let text = name.text();
        if let Some((_, ty)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == text) {
            return ty.clone();
        }
        if let Some(scope) = scope
            && let Some(component) = component(self.scopes, scope, name)
        {
            return Type::Component(self.scopes.get(component).label.clone());
        }
        if (self.is_resource)(&text) {
            return Type::Resource(text);
        }
        let components = scope
            .map(|scope| component_names(self.scopes, scope))
            .unwrap_or_default();
        let known = BUILT_IN
            .iter()
            .map(|(name, _)| *name)
            .chain(self.resource_names.iter().map(String::as_str))
            .chain(components.iter().copied());
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_TYPE,
            name.span,
            format!("there is no type `{text}`"),
        );
        let types = self.resource_names;
        if let Some(meant) = terraform_words::type_word(&text) {
            diagnostic.help = Some(meant.to_owned());
            self.diagnostics.push(diagnostic);
            return Type::Invalid;
        }
        if let Some((message, help)) =
            terraform_words::about_type(&text, &|name| types.iter().any(|it| it == name))
        {
            let help = help.split(": write").next().unwrap_or_default();
            let diagnostic = Diagnostic::error(codes::UNKNOWN_TYPE, name.span, message).help(help);
            self.diagnostics.push(diagnostic);
            return Type::Invalid;
        }
        diagnostic.help = Some(suggest::nearest(&text, known).map_or_else(
            || {
                "types are `string`, `int`, `size`, `cidr` and the like, resource types such as \
                 `aws.vpc`, and components in scope"
                    .to_owned()
            },
            |near| format!("did you mean `{near}`?"),
        ));
        self.diagnostics.push(diagnostic);
        Type::Invalid
    }
}

/// The component that a dotted name means: `server`, or `library.server` through a namespace.
pub fn component(scopes: &Scopes, scope: ScopeId, name: &Dotted) -> Option<ScopeId> {
    let (mut scope, mut decl) = scopes.find(scope, &name.parts.first()?.text)?;
    for part in &name.parts[1..] {
        let DeclKind::Namespace(module) = scopes.get(scope).decl(decl).kind else {
            return None;
        };
        scope = module;
        decl = *scopes.get(module).names.get(&part.text)?;
    }
    match scopes.get(scope).decl(decl).kind {
        DeclKind::Component(component) => Some(component),
        _ => None,
    }
}

/// The names of the components visible in a scope.
pub fn component_names(scopes: &Scopes, scope: ScopeId) -> Vec<&str> {
    let mut names = scopes.visible(scope);
    names.retain(|name| {
        scopes.find(scope, name).is_some_and(|(scope, decl)| {
            matches!(scopes.get(scope).decl(decl).kind, DeclKind::Component(_))
        })
    });
    names
}
