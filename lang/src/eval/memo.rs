//! What was evaluated already, what is being evaluated, and what it depended on.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use infra_model::Span;

use super::thing::{Instances, NodeId, PartId, Thing};
use crate::resolve::DeclId;

/// Something that is evaluated once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A `let` or parameter.
    Named(PartId, DeclId),
    /// Which instances a declaration has.
    Instances(PartId, DeclId),
    /// What a declaration's `for` goes through.
    Over(PartId, DeclId),
    /// A field, by its position in the schema.
    Field(NodeId, u32),
    Output(PartId, u32),
}

/// The result of an evaluation.
#[derive(Clone, Debug)]
pub enum Done {
    Thing(Thing),
    Instances(Instances),
    /// It failed, and the failure was told to whom asked first.
    Failed,
}

/// A result with what it came from.
#[derive(Clone, Debug)]
pub struct Slot {
    pub done: Done,
    pub trace: Trace,
}

/// What went into a result besides the program's text and inputs.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The resources whose attributes were asked of the cloud. Empty means that the result stays the same,
    /// whatever becomes known.
    pub asked: Arc<BTreeSet<NodeId>>,
    /// A lookup without an answer was asked.
    pub waits: bool,
}

impl Trace {
    /// Whether the result can change when more is known.
    pub fn is_settled(&self) -> bool {
        self.asked.is_empty() && !self.waits
    }

    /// Adds what went into a part of the result.
    pub fn absorb(&mut self, other: &Trace) {
        self.waits |= other.waits;
        if self.asked.is_empty() {
            self.asked = other.asked.clone();
        } else if !other.asked.is_subset(&self.asked) {
            Arc::make_mut(&mut self.asked).extend(other.asked.iter().copied());
        }
    }
}

/// Results by what was evaluated.
pub type Memo = HashMap<Key, Slot>;

/// Something under evaluation, to show a cycle.
#[derive(Clone, Debug)]
pub struct Running {
    pub key: Key,
    /// As the user knows it: `zone`, `main.range`.
    pub label: String,
    pub span: Span,
}
