//! Where a value came from: what is wrong with a value that a component was given is said where it was given.

use infra_model::Span;

use super::thing::{self, Origin, PartId};
use super::{Env, Eval, Evaluator, Stop};
use crate::diagnostic::Diagnostic;
use crate::resolve::{Decl, DeclId, DeclKind};
use crate::syntax::{EntryKey, Expr, ExprKind, ItemKind, ResourceItem, StringPart};

/// Values that go through more names than this are not followed.
const STEPS_MAX: usize = 32;

impl<'a> Evaluator<'a> {
    /// The argument, outside of the component, that the value of an expression comes from; `None` for an expression
    /// of the program itself, and for a value that is the component's own.
    pub(super) fn given_at(&self, expr: &Expr, env: &Env) -> Option<Span> {
        self.part(env.part).caller.as_ref()?;
        self.source(expr, env, &[], STEPS_MAX)
    }

    /// A failure of an expression, said at the argument that led to it.
    pub(super) fn blamed<T>(&self, result: Eval<T>, expr: &Expr, env: &Env) -> Eval<T> {
        result.map_err(|stop| match stop {
            Stop::Fault(diagnostic) => Stop::Fault(Box::new(self.blame(*diagnostic, expr, env))),
            Stop::Silent => Stop::Silent,
        })
    }

    fn blame(&self, diagnostic: Diagnostic, expr: &Expr, env: &Env) -> Diagnostic {
        // Where the innermost part leads nowhere, as an item of a comprehension does, one around it may.
        let around = around(expr, diagnostic.span);
        let mut around = around.into_iter().rev();
        match around.find_map(|part| self.given_at(part, env)) {
            Some(at) => moved(diagnostic, at),
            None => diagnostic,
        }
    }

    /// Follows a value back, along `path` into records and maps.
    fn source(&self, expr: &Expr, env: &Env, path: &[String], steps: usize) -> Option<Span> {
        let steps = steps.checked_sub(1)?;
        let first = |parts: &[&Expr]| {
            let mut parts = parts.iter();
            parts.find_map(|part| self.source(part, env, &[], steps))
        };
        match &expr.kind {
            ExprKind::Name(name) => self.source_of_name(name, env, path, steps),
            ExprKind::Member { base, name, .. } => {
                self.source(base, env, &longer(&name.text, path), steps)
            }
            ExprKind::Index { base, index } => match self.known_key(index, env) {
                Some(key) => self.source(base, env, &longer(&key, path), steps),
                None => self.source(base, env, &[], steps),
            },
            ExprKind::Record(_) | ExprKind::List(_) => match (entry(expr, path), path) {
                (Some(part), [_, rest @ ..]) => self.source(part, env, rest, steps),
                _ => first(&children(expr)),
            },
            ExprKind::If {
                then,
                otherwise,
                condition,
            } => [then, otherwise, condition]
                .into_iter()
                .find_map(|part| self.source(part, env, path, steps)),
            ExprKind::Binary { left, right, .. } => [left, right]
                .into_iter()
                .find_map(|part| self.source(part, env, path, steps)),
            _ => first(&children(expr)),
        }
    }

    fn source_of_name(&self, name: &str, env: &Env, path: &[String], steps: usize) -> Option<Span> {
        if let Some(local) = thing::find(&env.locals, name) {
            return self.source_of_item(local.origin.as_ref()?, name, path, steps);
        }
        let (part, id) = self.owner(name, env.part)?;
        let decl = self.program.scopes.get(self.part(part).scope).decl(id);
        let within = Env { part, locals: None };
        match (decl.kind, &decl.item.get(&self.program.trees).kind) {
            (DeclKind::Let, ItemKind::Let(item)) => self.source(&item.value, &within, path, steps),
            (DeclKind::Param(_), _) => {
                let (argument, outside) = self.argument_of(part, decl)?;
                let further = self.given_at_path(argument, &outside, path, steps);
                Some(further.unwrap_or_else(|| narrowed(argument, path)))
            }
            _ => None,
        }
    }

    fn given_at_path(&self, expr: &Expr, env: &Env, path: &[String], steps: usize) -> Option<Span> {
        self.part(env.part).caller.as_ref()?;
        self.source(expr, env, path, steps)
    }

    /// An item that a declaration goes through: the entry of its key, as far as it is written down.
    fn source_of_item(
        &self,
        origin: &Origin,
        name: &str,
        path: &[String],
        steps: usize,
    ) -> Option<Span> {
        let scope = self.part(origin.part).scope;
        let decl = self.program.scopes.get(scope).decl(origin.decl);
        let each = made_by(decl, self.program.trees.as_slice())?
            .each
            .as_ref()?;
        let within = Env {
            part: origin.part,
            locals: None,
        };
        match each.value.text == name {
            true => self.source(&each.over, &within, &longer(&origin.key, path), steps),
            false => self.source(&each.over, &within, &[], steps),
        }
    }

    /// How many arguments a component is given.
    pub(super) fn arguments(&self, part: PartId) -> u64 {
        let item = self.part(part).caller.clone().and_then(|caller| {
            let outside = self.program.scopes.get(self.part(caller.part).scope);
            made_by(outside.decl(caller.decl), &self.program.trees)
        });
        item.map_or(0, |item| item.body.fields.len() as u64)
    }

    /// What a parameter of a component is given: the expression, and where it is evaluated.
    pub(super) fn argument_of(&self, part: PartId, param: &Decl) -> Option<(&'a Expr, Env)> {
        let caller = self.part(part).caller.clone()?;
        let program = self.program;
        let outside = program.scopes.get(self.part(caller.part).scope);
        let item = made_by(outside.decl(caller.decl), &program.trees)?;
        let mut fields = item.body.fields.iter();
        let field = fields.find(|field| field.name.text == param.name.text)?;
        let env = Env {
            part: caller.part,
            locals: caller.locals,
        };
        Some((&field.value, env))
    }

    /// The declaration that a name means in a part, and the part that has it.
    fn owner(&self, name: &str, from: PartId) -> Option<(PartId, DeclId)> {
        let mut at = Some(from);
        while let Some(id) = at {
            let part = self.part(id);
            if let Some(decl) = self.program.scopes.get(part.scope).names.get(name) {
                return Some((id, *decl));
            }
            at = part.outer;
        }
        None
    }

    /// A key that is written down, or that is the key of what a declaration goes through.
    fn known_key(&self, index: &Expr, env: &Env) -> Option<String> {
        match &index.kind {
            ExprKind::String(parts) => match &parts[..] {
                [StringPart::Text(text)] => Some(text.clone()),
                _ => None,
            },
            ExprKind::Int(number) => Some(number.to_string()),
            ExprKind::Name(name) => {
                let local = thing::find(&env.locals, name)?;
                let value = local.thing.as_value()?;
                value.as_str().map(str::to_owned)
            }
            _ => None,
        }
    }
}

/// The diagnostic at an argument, with the place inside of the component beside it.
pub(super) fn moved(mut diagnostic: Diagnostic, at: Span) -> Diagnostic {
    let inside = std::mem::replace(&mut diagnostic.span, at);
    diagnostic.related(inside, "the component uses it here")
}

fn made_by<'t>(decl: &Decl, trees: &'t [crate::syntax::Tree]) -> Option<&'t ResourceItem> {
    match &decl.item.get(trees).kind {
        ItemKind::Resource(item) | ItemKind::Lookup(item) => Some(item),
        _ => None,
    }
}

fn longer(step: &str, path: &[String]) -> Vec<String> {
    std::iter::once(step.to_owned())
        .chain(path.iter().cloned())
        .collect()
}

/// The place of a part of what is written down, as far as it is.
fn narrowed(expr: &Expr, path: &[String]) -> Span {
    match (entry(expr, path), path) {
        (Some(part), [_, rest @ ..]) => narrowed(part, rest),
        _ => expr.span,
    }
}

/// The part of a written record or list that a path leads into.
fn entry<'e>(expr: &'e Expr, path: &[String]) -> Option<&'e Expr> {
    let step = path.first()?;
    match &expr.kind {
        ExprKind::Record(entries) => {
            let is_it = |key: &EntryKey| match key {
                EntryKey::Name(name) => name.text == *step,
                EntryKey::String(key) => match &key.kind {
                    ExprKind::String(parts) => {
                        matches!(&parts[..], [StringPart::Text(text)] if text == step)
                    }
                    _ => false,
                },
            };
            entries.iter().find(|it| is_it(&it.key)).map(|it| &it.value)
        }
        ExprKind::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}

/// The expressions that have a whole place in them, from the outermost to the innermost.
fn around(expr: &Expr, span: Span) -> Vec<&Expr> {
    let has = |it: &&Expr| {
        it.span.file == span.file && it.span.start <= span.start && span.end <= it.span.end
    };
    let mut found: Vec<&Expr> = Vec::new();
    let mut next = Some(expr).filter(has);
    while let Some(expr) = next {
        found.push(expr);
        next = children(expr).into_iter().find(has);
    }
    found
}

/// The expressions that an expression consists of.
fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::String(parts) => parts
            .iter()
            .filter_map(|part| match part {
                StringPart::Expr(expr) => Some(expr),
                StringPart::Text(_) => None,
            })
            .collect(),
        ExprKind::List(items) => items.iter().collect(),
        ExprKind::Record(entries) => entries.iter().map(|entry| &entry.value).collect(),
        ExprKind::Member { base, .. } => vec![base],
        ExprKind::Index { base, index } => vec![base, index],
        ExprKind::Call { args, .. } => args.iter().map(|arg| &arg.value).collect(),
        ExprKind::Unary { operand, .. } => vec![operand],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => vec![condition, then, otherwise],
        ExprKind::ListFor { item, each } => [&**item, &each.over]
            .into_iter()
            .chain(&each.condition)
            .collect(),
        ExprKind::MapFor { key, value, each } => [&**key, value, &each.over]
            .into_iter()
            .chain(&each.condition)
            .collect(),
        ExprKind::Range { from, to } => vec![from, to],
        ExprKind::Is { value, .. } => vec![value],
        _ => Vec::new(),
    }
}
