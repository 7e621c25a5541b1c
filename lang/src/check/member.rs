//! `base.name`, `base?.name` and `base[index]`.

use infra_model::{Schema, SchemaKind, Type};

use super::Checker;
use super::context::{Context, path_of};
use super::literal::plain_text;
use super::mismatch::describe;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::read_type;
use crate::resolve::{DeclKind, Target};
use crate::suggest;
use crate::syntax::{Expr, ExprKind, Ident};
use crate::terraform_words::{self, FieldMeant};
use crate::typing::relate::{self, join, optional};

impl Checker<'_> {
    pub(super) fn member(
        &mut self,
        expr: &Expr,
        base: &Expr,
        name: &Ident,
        asks: bool,
        context: &Context,
    ) -> Type {
        if let Some(ty) = path_of(expr).and_then(|path| context.path(&path).cloned()) {
            return ty;
        }
        if let Some(module) = self.is_namespace(base, context) {
            return self.module_member(expr, module, name, context);
        }
        if let Some(diagnostic) = self.foreign_path(expr, context) {
            return self.wrong(expr.span, diagnostic);
        }
        let ty = self.infer(base, context);
        let secret = relate::is_secret(&ty);
        let found = match relate::plain(&ty) {
            Type::Optional(inner) if asks => {
                optional(self.attribute(expr, inner, name, base, context))
            }
            Type::Optional(inner) if self.trying > 0 => {
                self.attribute(expr, inner, name, base, context)
            }
            Type::Null if asks => Type::Null,
            Type::Optional(_) | Type::Null => {
                let diagnostic = Diagnostic::error(
                    codes::MAYBE_NULL,
                    base.span,
                    "this may be null, and null has no attributes",
                )
                .help(format!(
                    "ask with `?.{}`, which is null then, and give a value for that case with `??`",
                    name.text
                ));
                self.wrong(expr.span, diagnostic)
            }
            inner => self.attribute(expr, inner, name, base, context),
        };
        if secret && !relate::is_secret(&found) {
            Type::Secret(Box::new(found))
        } else {
            found
        }
    }

    /// A path that begins with a word of another language: `var.zone`, `aws_vpc.main.id`, `each.key`.
    fn foreign_path(&mut self, expr: &Expr, context: &Context) -> Option<Diagnostic> {
        let path = path_of(expr)?;
        let first = path.split('.').next()?;
        let help = terraform_words::path(&path)?;
        if self.find_name(first, context).is_some() {
            return None;
        }
        let message = format!("nothing here is called `{first}`");
        Some(Diagnostic::error(codes::UNKNOWN_NAME, expr.span, message).help(help))
    }

    fn module_member(
        &mut self,
        expr: &Expr,
        module: crate::resolve::ScopeId,
        name: &Ident,
        context: &Context,
    ) -> Type {
        let scope = self.program.scopes.get(module);
        match scope.names.get(&name.text).copied() {
            Some(decl) => match self.decl_type(module, decl, context) {
                Some(ty) => ty,
                None => self.name(&name.text, name.span, &Context::of(module)),
            },
            None => {
                let message = format!("`{}` declares no `{}`", scope.label, name.text);
                let mut diagnostic =
                    Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, name.span, message);
                let names = scope.decls.iter().map(|decl| decl.name.text.as_str());
                diagnostic.help = suggest::help(&name.text, names, "it declares");
                self.wrong(expr.span, diagnostic)
            }
        }
    }

    /// Whether something is declared as a resource or as a lookup, whose attributes may differ; `None` where only the
    /// type is known, as of a parameter that takes either.
    fn declared_kind(&self, base: &Expr, context: &Context) -> Option<SchemaKind> {
        let name = match &base.kind {
            ExprKind::Index { base, .. } => return self.declared_kind(base, context),
            ExprKind::Name(name) if context.name(name).is_none() => name,
            _ => return None,
        };
        let (scope, decl) = self.program.scopes.find(context.scope?, name)?;
        match self.program.scopes.get(scope).decl(decl).kind {
            DeclKind::Lookup => Some(SchemaKind::Lookup),
            DeclKind::Resource(Target::Schema) => Some(SchemaKind::Resource),
            _ => None,
        }
    }

    /// The type of an attribute of something that is there.
    fn attribute(
        &mut self,
        expr: &Expr,
        ty: &Type,
        name: &Ident,
        base: &Expr,
        context: &Context,
    ) -> Type {
        let program = self.program;
        match relate::plain(ty) {
            Type::Any => Type::Any,
            Type::Invalid => Type::Invalid,
            Type::Resource(resource) => {
                let kind = self.declared_kind(base, context);
                let schemas: Vec<&Schema> = [SchemaKind::Resource, SchemaKind::Lookup]
                    .into_iter()
                    .filter(|it| kind.is_none_or(|kind| kind == *it))
                    .filter_map(|kind| program.schemas.get(resource, kind))
                    .collect();
                if schemas.is_empty() {
                    return Type::Any;
                }
                // Where it is not known which it is, the terms of what is managed count.
                match schemas.iter().find_map(|it| it.field(&name.text)) {
                    Some(field) => read_type(field),
                    None => {
                        let fields = schemas.iter().flat_map(|schema| &schema.fields);
                        let names = fields.map(|field| field.name.as_str());
                        let has = |name: &str| schemas.iter().any(|it| it.field(name).is_some());
                        let foreign = match terraform_words::field(resource, &name.text, &has) {
                            Some(FieldMeant::Field(ours)) => Some(format!("it is `{ours}`")),
                            _ => None,
                        };
                        let help = foreign.or_else(|| suggest::help(&name.text, names, "it has"));
                        let help = help.or_else(|| {
                            Some(format!("`infra types {resource}` lists its attributes"))
                        });
                        self.no_attribute(expr, ty, name, help)
                    }
                }
            }
            Type::Component(label) => {
                let Some(scope) = program.scopes.by_label(label) else {
                    return Type::Invalid;
                };
                match program.scopes.get(scope).output_names.get(&name.text) {
                    Some(index) => self.output_type(scope, *index),
                    None => {
                        let outputs = &program.scopes.get(scope).outputs;
                        let names = outputs.iter().map(|output| output.name.text.as_str());
                        let help = suggest::help(&name.text, names, "its outputs are");
                        let help = help.or_else(|| {
                            Some(
                                "only the `output`s of a component can be seen from outside"
                                    .to_owned(),
                            )
                        });
                        self.no_attribute(expr, ty, name, help)
                    }
                }
            }
            Type::Record(fields) => match fields.iter().find(|field| field.name == name.text) {
                Some(field) => field.ty.clone(),
                None => {
                    let names = fields.iter().map(|field| field.name.as_str());
                    let help = suggest::help(&name.text, names, "the fields are");
                    self.no_attribute(expr, ty, name, help)
                }
            },
            Type::Map(_) => {
                let path = path_of(base).unwrap_or_else(|| "m".to_owned());
                let help = format!(
                    "there are several by key: `{path}[\"key\"]` is one of them, \
                     `[x.{} for x in {path}]` takes it of all",
                    name.text
                );
                self.no_attribute(expr, ty, name, Some(help))
            }
            Type::List(_) => {
                let path = path_of(base).unwrap_or_else(|| "xs".to_owned());
                let help = format!("take it of every item: `[x.{} for x in {path}]`", name.text);
                self.no_attribute(expr, ty, name, Some(help))
            }
            Type::Union(parts) => self.union_attribute(expr, ty, parts, name, base, context),
            Type::Optional(inner) => {
                let inner = self.attribute(expr, inner, name, base, context);
                optional(inner)
            }
            _ => self.no_attribute(expr, ty, name, None),
        }
    }

    fn union_attribute(
        &mut self,
        expr: &Expr,
        ty: &Type,
        parts: &[Type],
        name: &Ident,
        base: &Expr,
        context: &Context,
    ) -> Type {
        let before = self.diagnostics.len();
        let types: Vec<Type> = parts
            .iter()
            .map(|part| self.attribute(expr, part, name, base, context))
            .collect();
        if self.diagnostics.len() > before {
            self.diagnostics.truncate(before);
            let path = path_of(base).unwrap_or_else(|| "x".to_owned());
            let help = format!(
                "ask which it is first: `if {path} is … then {path}.{} else …`",
                name.text
            );
            return self.no_attribute(expr, ty, name, Some(help));
        }
        types
            .into_iter()
            .reduce(|a, b| join(&a, &b))
            .unwrap_or(Type::Any)
    }

    /// Whether a component has a declaration that cannot be read and may be the output of this name.
    fn is_unread(&self, ty: &Type, name: &str) -> bool {
        let Type::Component(label) = ty else {
            return false;
        };
        let scopes = &self.program.scopes;
        scopes.by_label(label).is_some_and(|id| {
            let scope = scopes.get(id);
            let decl = scope.names.get(name).map(|id| scope.decl(*id));
            decl.is_some_and(|decl| decl.kind == DeclKind::Missing)
        })
    }

    fn no_attribute(&mut self, expr: &Expr, ty: &Type, name: &Ident, help: Option<String>) -> Type {
        if self.is_unread(ty, &name.text) {
            self.facts.bad.insert(expr.span);
            return Type::Invalid;
        }
        let message = format!("{} has no attribute `{}`", describe(ty), name.text);
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, name.span, message);
        diagnostic.help = help;
        self.wrong(expr.span, diagnostic)
    }

    pub(super) fn index(&mut self, base: &Expr, index: &Expr, context: &Context) -> Type {
        let ty = self.infer(base, context);
        let secret = relate::is_secret(&ty);
        let found = match relate::plain(&ty).clone() {
            Type::List(item) => {
                self.expect(index, &Type::Int, context);
                *item
            }
            Type::Map(item) => {
                self.key(index, context);
                *item
            }
            Type::Record(fields) => {
                let known = match &index.kind {
                    ExprKind::String(parts) => plain_text(parts),
                    _ => None,
                };
                match known.and_then(|key| fields.iter().find(|field| field.name == key)) {
                    Some(field) => field.ty.clone(),
                    None => {
                        self.key(index, context);
                        let types = fields.into_iter().map(|field| field.ty);
                        types.reduce(|a, b| join(&a, &b)).unwrap_or(Type::Any)
                    }
                }
            }
            Type::Any | Type::Invalid => {
                self.infer(index, context);
                relate::plain(&ty).clone()
            }
            Type::Optional(_) => {
                self.infer(index, context);
                let diagnostic = Diagnostic::error(
                    codes::MAYBE_NULL,
                    base.span,
                    "this may be null, and null has no parts",
                )
                .help("give a value for that case with `??`, or ask for it with `if x != null then … else …`");
                self.wrong(base.span, diagnostic)
            }
            other => {
                self.infer(index, context);
                let message = format!("{} has no parts to take with `[…]`", describe(&other));
                let mut diagnostic = Diagnostic::error(codes::WRONG_TYPE, base.span, message);
                if let Type::Resource(_) | Type::Component(_) = other {
                    diagnostic.help =
                        Some("there is only one: the declaration has no `for`".to_owned());
                }
                self.wrong(base.span, diagnostic)
            }
        };
        if secret && !relate::is_secret(&found) {
            Type::Secret(Box::new(found))
        } else {
            found
        }
    }

    /// The key of a map: a text, or the number that the text is made of.
    fn key(&mut self, index: &Expr, context: &Context) {
        let ty = self.infer(index, context);
        if !matches!(relate::plain(&ty), Type::Int | Type::Invalid)
            && !relate::assignable(&ty, &Type::String)
        {
            self.mismatch(index, &ty, &Type::String);
        }
    }
}
