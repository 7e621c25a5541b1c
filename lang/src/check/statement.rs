//! Going through the declarations of a scope, and those without a name: assertions, moves, tests.

use infra_model::Type;

use super::Checker;
use super::context::Context;
use super::decorator::On;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::{DeclKind, ScopeId};
use crate::syntax::{Assert, Item, ItemKind};

impl Checker<'_> {
    pub(super) fn scope(&mut self, id: ScopeId) {
        let program = self.program;
        let scope = program.scopes.get(id);
        let context = Context::of(id);
        for (decl_id, decl) in scope.iter() {
            let item = decl.item.get(&program.trees);
            match (decl.kind, &item.kind) {
                (DeclKind::Param(index), _) => {
                    self.param(id, decl_id);
                    if index.is_none() {
                        self.decorators(item, On::Other, &context);
                    }
                }
                (DeclKind::Resource(target), ItemKind::Resource(it)) => {
                    self.resource(id, item, it, target);
                }
                (DeclKind::Lookup, ItemKind::Lookup(it)) => self.lookup(id, item, it),
                (DeclKind::Let, _) => {
                    self.decl_type(id, decl_id, &context);
                    self.decorators(item, On::Other, &context);
                }
                (DeclKind::Component(_), ItemKind::Component(_)) => {
                    self.decorators(item, On::Other, &context);
                }
                _ => {}
            }
        }
        for (index, output) in scope.outputs.iter().enumerate() {
            self.output_type(id, index as u32);
            self.decorators(output.item.get(&program.trees), On::Other, &context);
        }
        self.duplicate_providers(id);
        for item in &scope.others {
            let item = item.get(&program.trees);
            self.other(id, item, &context);
            self.decorators(item, On::Other, &context);
        }
    }

    fn other(&mut self, scope: ScopeId, item: &Item, context: &Context) {
        match &item.kind {
            ItemKind::Provider(it) => self.provider(scope, it),
            ItemKind::Assert(it) => self.assert(it, context),
            ItemKind::Move(it) => self.move_item(it),
            ItemKind::Import(it) => {
                self.declared_address(&it.address);
                self.expect(&it.id, &Type::String, context);
            }
            ItemKind::Forget(it) => {
                self.forget(&it.address);
            }
            ItemKind::Test(it) => self.test(scope, it, context),
            _ => {}
        }
    }

    pub(super) fn assert(&mut self, it: &Assert, context: &Context) {
        self.condition(&it.condition, context);
        if let Some(message) = &it.message {
            self.expect(message, &Type::String, context);
        }
    }

    /// Two configurations of one provider need different names.
    fn duplicate_providers(&mut self, scope: ScopeId) {
        let program = self.program;
        let mut seen: Vec<(String, infra_model::Span)> = Vec::new();
        for item in &program.scopes.get(scope).others {
            let ItemKind::Provider(it) = &item.get(&program.trees).kind else {
                continue;
            };
            let alias = it.alias.as_ref();
            let key = alias.map_or_else(
                || it.name.text.clone(),
                |alias| format!("{}.{}", it.name.text, alias.text),
            );
            let span = alias.map_or(it.name.span, |alias| alias.span);
            match seen.iter().find(|(other, _)| *other == key) {
                Some((_, first)) => self.diagnostics.push(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        span,
                        format!("the provider `{key}` is declared twice"),
                    )
                    .label("again here")
                    .related(*first, "first declared here")
                    .help(format!(
                        "give one of them another name: `provider {} as other {{ … }}`",
                        it.name.text
                    )),
                ),
                None => seen.push((key, span)),
            }
        }
    }
}
