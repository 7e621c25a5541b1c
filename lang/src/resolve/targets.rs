//! The second look at declarations, when all names and schemas are known: what each resource declaration makes,
//! and the types of parameters.

use infra_model::{SchemaKind, Span};

use super::load::Loader;
use super::scope::{DeclId, DeclKind, ScopeId, Target, param};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::schema::{Schemas, world_types};
use crate::suggest;
use crate::syntax::{Dotted, ItemKind};
use crate::terraform_words;
use crate::typing::convert::{Conditions, TypeReader, component, component_names};

impl Loader<'_> {
    /// Finds the schema or component of every resource, lookup and provider, and reads the types of parameters.
    pub fn resolve_targets(&mut self, schemas: &Schemas, conditions: &mut Conditions) {
        let types = world_types(self.world);
        for id in self.scopes.ids() {
            for index in 0..self.scopes.get(id).decls.len() {
                self.resolve_decl(id, DeclId(index as u32), schemas, &types, conditions);
            }
        }
        self.refuse_recursion();
    }

    fn resolve_decl(
        &mut self,
        scope: ScopeId,
        id: DeclId,
        schemas: &Schemas,
        types: &[String],
        conditions: &mut Conditions,
    ) {
        let decl = self.scopes.get(scope).decl(id).clone();
        match (&decl.item.get(&self.trees).kind, decl.kind) {
            (ItemKind::Resource(item), DeclKind::Resource(_)) => {
                let name = &item.type_name;
                let target = match component(&self.scopes, scope, name) {
                    Some(component) => Target::Component(component),
                    None if schemas.get(&name.text(), SchemaKind::Resource).is_some() => {
                        Target::Schema
                    }
                    // A `use` that found nothing has said so.
                    None if self.is_missing(scope, name) => Target::Unknown,
                    None => {
                        let diagnostic = self.unknown_target(scope, name, schemas, types);
                        self.diagnostics.push(diagnostic);
                        Target::Unknown
                    }
                };
                self.scopes.get_mut(scope).decls[id.0 as usize].kind = DeclKind::Resource(target);
            }
            (ItemKind::Lookup(item), DeclKind::Lookup) => {
                let name = item.type_name.text();
                if schemas.get(&name, SchemaKind::Lookup).is_none() {
                    let diagnostic = unknown_lookup(&item.type_name, schemas, types);
                    self.diagnostics.push(diagnostic);
                    self.scopes.get_mut(scope).decls[id.0 as usize].kind = DeclKind::Missing;
                }
            }
            (_, DeclKind::Param(_)) => {
                let param = param(&decl, &self.trees);
                let ty = TypeReader {
                    scopes: &self.scopes,
                    sources: &self.sources,
                    is_resource: &|name| schemas.either(name).is_some(),
                    resource_names: types,
                    conditions,
                    diagnostics: &mut self.diagnostics,
                }
                .read(&param.ty, Some(scope));
                self.scopes.get_mut(scope).decls[id.0 as usize].ty = Some(ty);
            }
            _ => {}
        }
    }

    fn is_missing(&self, scope: ScopeId, name: &Dotted) -> bool {
        let found = self.scopes.find(scope, &name.parts[0].text);
        found.is_some_and(|(owner, decl)| {
            matches!(self.scopes.get(owner).decl(decl).kind, DeclKind::Missing)
        })
    }

    fn unknown_target(
        &self,
        scope: ScopeId,
        name: &Dotted,
        schemas: &Schemas,
        types: &[String],
    ) -> Diagnostic {
        let text = name.text();
        let error = |message: String, help: String| {
            Diagnostic::error(codes::UNKNOWN_TYPE, name.span, message).help(help)
        };
        if schemas.get(&text, SchemaKind::Lookup).is_some() {
            return error(
                format!("`{text}` can only be looked up, not made"),
                format!("write `lookup {text} name {{ … }}`"),
            );
        }
        // A component of the library that nobody brought in is the likeliest slip of a beginner.
        let in_std = format!("std.{text}");
        if schemas.get(&in_std, SchemaKind::Resource).is_some() {
            return error(
                format!("there is no type or component `{text}`"),
                format!("did you mean `{in_std}`?"),
            );
        }
        if types.contains(&in_std) {
            return error(
                format!("`{text}` is not in scope"),
                format!("bring it in with `use {in_std}`"),
            );
        }
        if let Some((message, help)) =
            terraform_words::about_type(&text, &|name| types.iter().any(|it| it == name))
        {
            return error(message, help);
        }
        let components = component_names(&self.scopes, scope);
        let known = types
            .iter()
            .map(String::as_str)
            .chain(components.iter().copied());
        match suggest::nearest(&text, known) {
            Some(near) => error(
                format!("there is no type or component `{text}`"),
                format!("did you mean `{near}`?"),
            ),
            None if self.scopes.find(scope, &name.parts[0].text).is_some() => error(
                format!("`{text}` is neither a resource type nor a component"),
                "a declaration begins with a resource type (`aws.vpc`) or a component".to_owned(),
            ),
            None => error(
                format!("there is no type or component `{text}`"),
                "`infra types` lists the resource types; components come with `use`".to_owned(),
            ),
        }
    }

    /// Refuses components that contain themselves, and unties them so that evaluation ends.
    fn refuse_recursion(&mut self) {
        let mut done = vec![false; self.scopes.ids().count()];
        for id in self.scopes.ids() {
            self.untie(id, &mut Vec::new(), &mut done);
        }
    }

    fn untie(&mut self, id: ScopeId, path: &mut Vec<ScopeId>, done: &mut [bool]) {
        if done[id.0 as usize] {
            return;
        }
        path.push(id);
        for index in 0..self.scopes.get(id).decls.len() {
            let decl = self.scopes.get(id).decl(DeclId(index as u32));
            let DeclKind::Resource(Target::Component(inner)) = decl.kind else {
                continue;
            };
            let ItemKind::Resource(item) = &decl.item.get(&self.trees).kind else {
                continue;
            };
            let span = item.type_name.span;
            match path.iter().position(|scope| *scope == inner) {
                Some(from) => {
                    let diagnostic = self.recursion(&path[from..], span);
                    self.diagnostics.push(diagnostic);
                    self.scopes.get_mut(id).decls[index].kind = DeclKind::Resource(Target::Unknown);
                }
                None => self.untie(inner, path, done),
            }
        }
        path.pop();
        done[id.0 as usize] = true;
    }

    fn recursion(&self, cycle: &[ScopeId], span: Span) -> Diagnostic {
        let label = |scope: &ScopeId| format!("`{}`", self.scopes.get(*scope).label);
        let mut names: Vec<String> = cycle.iter().map(label).collect();
        names.extend(cycle.first().map(label));
        Diagnostic::error(
            codes::RECURSION,
            span,
            format!("a component cannot contain itself: {}", names.join(" → ")),
        )
        .help("a program always ends, so parts cannot nest without bound; use `for` for many of one kind")
    }
}

fn unknown_lookup(name: &Dotted, schemas: &Schemas, types: &[String]) -> Diagnostic {
    let text = name.text();
    let message = format!("there is nothing to look up under `{text}`");
    let diagnostic = Diagnostic::error(codes::UNKNOWN_TYPE, name.span, message);
    if schemas.get(&text, SchemaKind::Resource).is_some() {
        let help = format!("`{text}` can only be made; what exists can be taken in with `import`");
        return diagnostic.help(help);
    }
    if let Some((message, help)) =
        terraform_words::about_type(&text, &|name| types.iter().any(|it| it == name))
    {
        let help = help.replace(": write `", ": write `lookup ");
        return Diagnostic::error(codes::UNKNOWN_TYPE, name.span, message).help(help);
    }
    let help = suggest::nearest(&text, types.iter().map(String::as_str)).map_or_else(
        || "`infra types` lists what there is".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    diagnostic.help(help)
}
