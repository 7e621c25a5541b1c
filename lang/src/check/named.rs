//! Names and the types of what they are declared as.

use infra_model::{Span, Type};

use super::context::Context;
use super::{Checker, Typed};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::functions;
use crate::program;
use crate::resolve::{DeclId, DeclKind, ScopeId, Target};
use crate::suggest;
use crate::syntax::ItemKind;
use crate::terraform_words;
use crate::typing::coerce::type_of;
use crate::typing::relate::{optional, size};

impl Checker<'_> {
    /// The type of what a name means, or `None` inside when it is no value; `None` when nothing has the name.
    #[allow(
        clippy::option_option,
        reason = "no such name, a name without a value, and a value are three things"
    )]
    pub(super) fn find_name(&mut self, name: &str, context: &Context) -> Option<Option<Type>> {
        if let Some(ty) = context.name(name) {
            return Some(Some(ty.clone()));
        }
        if let Some((scope, decl)) = context
            .scope
            .and_then(|scope| self.program.scopes.find(scope, name))
        {
            return Some(self.decl_type(scope, decl, context));
        }
        program::built_in(name).map(|value| Some(type_of(&value)))
    }

    pub(super) fn name(&mut self, name: &str, at: Span, context: &Context) -> Type {
        match self.find_name(name, context) {
            Some(Some(ty)) => ty,
            Some(None) => {
                let diagnostic = Diagnostic::error(
                    codes::WRONG_TYPE,
                    at,
                    format!("`{name}` is no value by itself"),
                )
                .help(format!("take something of it (`{name}.x`), or make an instance of it: `{name} x {{ … }}`"));
                self.wrong(at, diagnostic)
            }
            None => {
                let diagnostic = self.unknown_name(name, at, context);
                self.wrong(at, diagnostic)
            }
        }
    }

    pub(super) fn unknown_name(&self, name: &str, at: Span, context: &Context) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_NAME,
            at,
            format!("nothing here is called `{name}`"),
        );
        if let Some(help) = terraform_words::name(name) {
            return diagnostic.help(help);
        }
        if functions::find(name).is_some() {
            return diagnostic.help(format!("`{name}` is a function; call it: `{name}(…)`"));
        }
        /// After so many errors nobody looks for what each of them means.
        const SUGGESTIONS_MAX: usize = 200;
        if self.diagnostics.len() > SUGGESTIONS_MAX {
            return diagnostic;
        }
        let declared = context
            .scope
            .map(|scope| self.program.scopes.visible(scope));
        let declared = declared.unwrap_or_default();
        let names = declared
            .into_iter()
            .chain(context.locals())
            .chain(program::BUILT_IN);
        let help = suggest::nearest(name, names).map_or_else(
            || format!("declare it, or write \"{name}\" if it is a text"),
            |near| format!("did you mean `{near}`?"),
        );
        diagnostic.help(help)
    }

    /// The type of a declaration as seen from `context`; `None` when it is no value.
    pub(super) fn decl_type(
        &mut self,
        scope: ScopeId,
        id: DeclId,
        context: &Context,
    ) -> Option<Type> {
        let decl = self.program.scopes.get(scope).decl(id);
        let item = decl.item.get(&self.program.trees);
        match decl.kind {
            DeclKind::Param(_) => decl.ty.clone(),
            DeclKind::Let => Some(self.let_type(scope, id)),
            DeclKind::Lookup | DeclKind::Resource(_) => {
                let (ItemKind::Resource(item) | ItemKind::Lookup(item)) = &item.kind else {
                    return Some(Type::Invalid);
                };
                let target = match decl.kind {
                    DeclKind::Resource(target) => target,
                    _ => Target::Schema,
                };
                let one = match target {
                    Target::Schema => Type::Resource(item.type_name.text()),
                    Target::Component(component) => {
                        Type::Component(self.program.scopes.get(component).label.clone())
                    }
                    Target::Unknown => return Some(Type::Invalid),
                };
                if item.each.is_some() {
                    return Some(Type::Map(Box::new(one)));
                }
                // Under the very condition that it exists, it exists.
                let present = match &item.condition {
                    None => true,
                    Some(condition) => {
                        context.scope == Some(scope) && context.holds(&self.written(condition.span))
                    }
                };
                Some(if present { one } else { optional(one) })
            }
            DeclKind::Missing => Some(Type::Invalid),
            DeclKind::Component(_) | DeclKind::Namespace(_) => None,
        }
    }

    fn let_type(&mut self, scope: ScopeId, id: DeclId) -> Type {
        let decl = self.program.scopes.get(scope).decl(id);
        let ItemKind::Let(item) = &decl.item.get(&self.program.trees).kind else {
            return Type::Invalid;
        };
        let key = Typed::Decl(scope, id);
        self.once(key, &decl.name.text, decl.name.span, |checker| {
            let context = Context::of(scope);
            match &item.ty {
                Some(ty) => {
                    let ty = checker.read_type(ty, Some(scope));
                    checker.facts.types.insert(decl.name.span, ty.clone());
                    checker.expect(&item.value, &ty, &context);
                    ty
                }
                None => checker.infer(&item.value, &context),
            }
        })
    }

    /// The type of an output.
    pub(super) fn output_type(&mut self, scope: ScopeId, index: u32) -> Type {
        let output = &self.program.scopes.get(scope).outputs[index as usize];
        let ItemKind::Output(item) = &output.item.get(&self.program.trees).kind else {
            return Type::Invalid;
        };
        self.once(
            Typed::Output(scope, index),
            &output.name.text,
            output.name.span,
            |checker| checker.infer(&item.value, &Context::of(scope)),
        )
    }

    /// Works a type out once, noticing when it needs itself.
    fn once(
        &mut self,
        key: Typed,
        label: &str,
        span: Span,
        work: impl FnOnce(&mut Self) -> Type,
    ) -> Type {
        match self.types.get(&key) {
            Some(Some(ty)) => {
                let ty = ty.clone();
                self.spend(size(&ty), span);
                return ty;
            }
            Some(None) => return self.cycle(key),
            None => {}
        }
        self.types.insert(key, None);
        self.running.push((key, label.to_owned(), span));
        let ty = work(self);
        let ty = self.kept(ty);
        self.running.pop();
        // A cycle that was found meanwhile stays what it is.
        let ty = match self.types.get(&key) {
            Some(Some(found)) => found.clone(),
            _ => ty,
        };
        self.types.insert(key, Some(ty.clone()));
        ty
    }

    fn cycle(&mut self, key: Typed) -> Type {
        let from = self
            .running
            .iter()
            .position(|(other, ..)| *other == key)
            .unwrap_or(0);
        /// A longer cycle is shown by its first steps.
        const SHOWN_MAX: usize = 20;
        let cycle = self.running[from..].to_vec();
        let shown = &cycle[..cycle.len().min(SHOWN_MAX)];
        let mut labels: Vec<&str> = shown.iter().map(|(_, label, _)| label.as_str()).collect();
        if shown.len() < cycle.len() {
            labels.push("…");
        }
        labels.push(labels[0]);
        let mut diagnostic = Diagnostic::error(
            codes::CYCLE,
            cycle[0].2,
            format!("a value needs itself: {}", labels.join(" → ")),
        )
        .help("write one of them without the others; a part they share can be a `let` of its own");
        for (_, label, span) in &shown[1..] {
            diagnostic = diagnostic.related(*span, format!("through `{label}`"));
        }
        self.diagnostics.push(diagnostic);
        for (key, _, _) in &cycle {
            self.types.insert(*key, Some(Type::Invalid));
        }
        Type::Invalid
    }
}
