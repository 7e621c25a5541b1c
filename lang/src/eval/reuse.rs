//! The `let`s of a component, evaluated once for all instances whose inputs are equal.
//!
//! A component's `let` often searches or computes a lot from few parameters: each `std.server` goes through the whole
//! catalogue of machine types. What a value was made of is noted, and where another instance has all of it equal, the
//! value is taken over.

use std::sync::Arc;

use super::kept::{KeptLet, Reads};
use super::memo::Trace;
use super::thing::{PartId, Thing};
use super::{Eval, Evaluator};
use crate::resolve::{Decl, DeclId, DeclKind};

impl Evaluator<'_> {
    /// Notes that the `let` under evaluation has read a name, if it is one of its own part.
    pub(super) fn note_read(&self, part: PartId, id: DeclId, kind: DeclKind) {
        if let Some(reads) = self.reads.borrow_mut().last_mut()
            && reads.part == part
        {
            reads.note(id, kind);
        }
    }

    /// The value of a `let`, taken over from another instance of its component where all it is made of is equal.
    pub(super) fn reusable_let(&self, part: PartId, id: DeclId, decl: &Decl) -> Eval<Thing> {
        /// So many values of one `let` are kept; the next ones are seldom equal to an earlier one.
        const VALUES_MAX: usize = 32;
        let here = self.part(part);
        if here.caller.is_none() {
            return self.let_value(part, decl);
        }
        let key = (here.scope, id, here.outer);
        let kept = self.kept.borrow().get(&key).cloned().unwrap_or_default();
        for one in &kept {
            if self.is_same(part, one, decl)? {
                return Ok(one.thing.clone());
            }
        }
        if kept.len() >= VALUES_MAX {
            return self.let_value(part, decl);
        }
        let told = self.diagnostics.borrow().len();
        self.reads.borrow_mut().push(Reads::of(part));
        let result = self.let_value(part, decl);
        let reads = self.reads.borrow_mut().pop();
        let thing = result?.light();
        let settled = self.traces.borrow().last().is_some_and(Trace::is_settled);
        if let Some(reads) = reads.filter(|it| it.only_names && settled)
            && thing.as_value().is_some()
            && told == self.diagnostics.borrow().len()
        {
            let read = |name: DeclId| self.declared(part, name).map(|thing| (name, thing));
            let made_of = reads.names.into_iter().map(read).collect::<Eval<_>>()?;
            let new = KeptLet {
                made_of,
                thing: thing.clone(),
            };
            let mut all = self.kept.borrow_mut();
            all.entry(key).or_default().push(new.into());
        }
        Ok(thing)
    }

    /// Whether all that a kept value is made of is equal in another part. What is looked at is what the evaluation
    /// would look at: it reads the same names in the same order until one of them differs.
    fn is_same(&self, part: PartId, kept: &KeptLet, decl: &Decl) -> Eval<bool> {
        // What is read for comparing is not read by the `let` around.
        self.reads.borrow_mut().push(Reads::of(part));
        let mut same = Ok(true);
        for (name, was) in &kept.made_of {
            same = match self.declared(part, *name) {
                Ok(now) => self.are_same(&now, was, decl),
                // It is evaluated properly, and fails.
                Err(_) => Ok(false),
            };
            if !matches!(same, Ok(true)) {
                break;
            }
        }
        self.reads.borrow_mut().pop();
        same
    }

    fn are_same(&self, now: &Thing, was: &Thing, decl: &Decl) -> Eval<bool> {
        Ok(match (now, was) {
            (Thing::Shared(now), Thing::Shared(was)) => {
                if Arc::ptr_eq(now, was) {
                    return Ok(true);
                }
                if now.facts() != was.facts() {
                    return Ok(false);
                }
                self.spend(now.facts().weight, decl.name.span)?;
                ***now == ***was
            }
            (Thing::Part(now), Thing::Part(was)) => now == was,
            (Thing::Set(now), Thing::Set(was)) => Arc::ptr_eq(now, was),
            (Thing::Value(now), Thing::Value(was)) => now == was,
            _ => false,
        })
    }
}
