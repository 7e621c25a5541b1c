//! From trees to scopes: which names each module and component declares.

use infra_model::FileId;

use super::load::{Loader, PendingUse};
use super::scope::{
    Decl, DeclId, DeclKind, ItemRef, OutputDecl, Scope, ScopeId, ScopeKind, Target,
};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Component, Ident, Item, ItemKind, Use, UseTarget};

impl Loader<'_> {
    /// Declares everything a file says in `scope`.
    pub(super) fn declare_file(&mut self, scope: ScopeId, file: FileId) {
        let tree = std::mem::take(&mut self.trees[file.0 as usize].items);
        for (index, item) in tree.iter().enumerate() {
            self.declare(
                scope,
                item,
                ItemRef {
                    file,
                    path: vec![index as u32],
                },
            );
        }
        self.trees[file.0 as usize].items = tree;
    }

    fn declare(&mut self, scope: ScopeId, item: &Item, at: ItemRef) {
        if let Some(diagnostic) = self.misplaced(scope, item) {
            self.diagnostics.push(diagnostic);
            return;
        }
        match &item.kind {
            ItemKind::Use(it) => self.declare_use(scope, it, at),
            ItemKind::Param(it) => {
                self.name(scope, it.name.clone(), DeclKind::Param(None), at);
            }
            ItemKind::Let(it) => {
                self.name(scope, it.name.clone(), DeclKind::Let, at);
            }
            ItemKind::Resource(it) => {
                self.name(
                    scope,
                    it.name.clone(),
                    DeclKind::Resource(Target::Unknown),
                    at,
                );
            }
            ItemKind::Lookup(it) => {
                self.name(scope, it.name.clone(), DeclKind::Lookup, at);
            }
            ItemKind::Component(it) => self.declare_component(scope, it, at),
            ItemKind::Output(it) => self.declare_output(scope, it.name.clone(), at),
            ItemKind::Provider(_)
            | ItemKind::Assert(_)
            | ItemKind::Move(_)
            | ItemKind::Import(_)
            | ItemKind::Forget(_)
            | ItemKind::Test(_) => self.scopes.get_mut(scope).others.push(at),
            // Schemas are read apart.
            ItemKind::Schema(_) => {}
            ItemKind::Invalid => self.guess(scope, item, at),
        }
    }

    /// Notes the words of a declaration that cannot be read: one of them is likely the name that it declares, and the
    /// diagnostic about it is enough.
    fn guess(&mut self, scope: ScopeId, item: &Item, at: ItemRef) {
        let source = self.sources.get(item.span.file);
        let text = source.map_or("", |file| file.slice(item.span));
        let head = text.split(['{', '=', '\n']).next().unwrap_or_default();
        let words: Vec<String> = head
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            .map(str::to_owned)
            .collect();
        for text in words {
            let name = Ident {
                text,
                span: item.span,
            };
            self.guesses.push((scope, name, at.clone()));
        }
    }

    /// Enters the names that unreadable declarations may have, where nothing else has them.
    pub(super) fn declare_guesses(&mut self) {
        for (scope, name, item) in std::mem::take(&mut self.guesses) {
            if !self.scopes.get(scope).names.contains_key(&name.text) {
                self.name(scope, name, DeclKind::Missing, item);
            }
        }
    }

    fn declare_use(&mut self, scope: ScopeId, it: &Use, at: ItemRef) {
        let (name, span) = match (&it.alias, &it.target) {
            (Some(alias), UseTarget::Std(dotted)) => (alias.clone(), dotted.span),
            (Some(alias), UseTarget::Directory { span, .. }) => (alias.clone(), *span),
            (None, UseTarget::Std(dotted)) => match dotted.parts.last() {
                Some(last) => (last.clone(), dotted.span),
                None => return,
            },
            (None, UseTarget::Directory { path, span }) => {
                let last = path
                    .trim_end_matches('/')
                    .rsplit('/')
                    .next()
                    .unwrap_or_default();
                (
                    Ident {
                        text: last.to_owned(),
                        span: *span,
                    },
                    *span,
                )
            }
        };
        let decl = self.name(scope, name, DeclKind::Missing, at);
        self.pending.push_back(PendingUse {
            scope,
            decl,
            target: it.target.clone(),
            span,
        });
    }

    fn declare_component(&mut self, scope: ScopeId, it: &Component, at: ItemRef) {
        let inner = self.scopes.add(Scope::new(
            ScopeKind::Component,
            it.name.text.clone(),
            Some(scope),
        ));
        self.name(
            scope,
            it.name.clone(),
            DeclKind::Component(inner),
            at.clone(),
        );
        for (index, param) in it.params.iter().enumerate() {
            let kind = DeclKind::Param(Some(index as u32));
            self.name(inner, param.name.clone(), kind, at.clone());
        }
        for (index, item) in it.items.iter().enumerate() {
            let mut path = at.path.clone();
            path.push(index as u32);
            self.declare(
                inner,
                item,
                ItemRef {
                    file: at.file,
                    path,
                },
            );
        }
    }

    /// Enters a name in a scope. A second declaration of a name stays without effect, but is still checked.
    fn name(&mut self, scope: ScopeId, name: Ident, kind: DeclKind, item: ItemRef) -> DeclId {
        let inside = self.scopes.get_mut(scope);
        let id = DeclId(inside.decls.len() as u32);
        match inside.names.get(&name.text) {
            Some(first) => {
                let first = inside.decl(*first).name.span;
                self.diagnostics.push(duplicate(&name, first));
            }
            None => {
                inside.names.insert(name.text.clone(), id);
            }
        }
        self.scopes.get_mut(scope).decls.push(Decl {
            name,
            kind,
            item,
            ty: None,
        });
        id
    }

    /// Outputs have their own names, so that `output vpc = vpc` can be said.
    fn declare_output(&mut self, scope: ScopeId, name: Ident, item: ItemRef) {
        let inside = self.scopes.get_mut(scope);
        match inside.output_names.get(&name.text) {
            Some(first) => {
                let first = inside.outputs[*first as usize].name.span;
                self.diagnostics.push(duplicate(&name, first));
            }
            None => {
                let index = inside.outputs.len() as u32;
                inside.output_names.insert(name.text.clone(), index);
            }
        }
        self.scopes
            .get_mut(scope)
            .outputs
            .push(OutputDecl { name, item });
    }

    /// Why a declaration cannot stand in this scope, if it cannot.
    fn misplaced(&self, scope: ScopeId, item: &Item) -> Option<Diagnostic> {
        let kind = &self.scopes.get(scope).kind;
        let (what, why) = match (&item.kind, kind) {
            (ItemKind::Schema(_), ScopeKind::Std) => return None,
            (ItemKind::Schema(_), _) => (
                "a resource type",
                "types are declared in the standard library, beside the provider that implements them; \
                 a part of your own is a `component`",
            ),
            (ItemKind::Provider(_), ScopeKind::Directory | ScopeKind::Component) => (
                "a provider",
                "write it in the program itself, and choose it with `@provider(…)` on the component's instance",
            ),
            (
                ItemKind::Move(_) | ItemKind::Import(_) | ItemKind::Forget(_),
                ScopeKind::Directory | ScopeKind::Component,
            ) => (
                "a `move`, `import` or `forget`",
                "write it in the program itself, where whole addresses are known",
            ),
            (ItemKind::Test(_), ScopeKind::Component) => (
                "a test",
                "write it beside the component, and make an instance of the component in it",
            ),
            (ItemKind::Param(_), ScopeKind::Component) => (
                "a `param`",
                "a component's parameters stand in its head: `component name(param: type) { … }`",
            ),
            (
                ItemKind::Param(_)
                | ItemKind::Output(_)
                | ItemKind::Resource(_)
                | ItemKind::Lookup(_)
                | ItemKind::Provider(_)
                | ItemKind::Assert(_),
                ScopeKind::Std,
            ) => (
                "this",
                "a file of the standard library declares schemas, components and `let`s",
            ),
            _ => return None,
        };
        Some(
            Diagnostic::error(
                codes::MISPLACED,
                item.span,
                format!("{what} cannot be declared here"),
            )
            .help(why),
        )
    }
}

fn duplicate(name: &Ident, first: infra_model::Span) -> Diagnostic {
    Diagnostic::error(
        codes::DUPLICATE_NAME,
        name.span,
        format!("`{}` is declared twice", name.text),
    )
    .label("again here")
    .related(first, "first declared here")
    .help("names are unique within a program, a directory or a component; rename one of them")
}
