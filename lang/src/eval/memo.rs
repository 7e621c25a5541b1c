//! What was evaluated already, and what it depended on.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::{FastMap, Span};

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
    /// It is being evaluated. Whoever asks for it now closes a cycle.
    Running,
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
    /// The resources whose attributes were asked of the cloud; most results ask for none.
    asked: Option<Arc<BTreeSet<NodeId>>>,
    /// A lookup without an answer was asked.
    pub waits: bool,
}

impl Trace {
    /// Whether the result stays the same, whatever becomes known.
    pub fn is_settled(&self) -> bool {
        self.asked.is_none() && !self.waits
    }

    /// The resources whose attributes were asked of the cloud.
    pub fn asked(&self) -> impl Iterator<Item = NodeId> {
        self.asked.iter().flat_map(|nodes| nodes.iter().copied())
    }

    /// How many resources were asked.
    pub fn asked_count(&self) -> u64 {
        self.asked.as_ref().map_or(0, |nodes| nodes.len() as u64)
    }

    /// Notes that an attribute of a resource was asked of the cloud.
    pub fn ask(&mut self, node: NodeId) {
        Arc::make_mut(self.asked.get_or_insert_default()).insert(node);
    }

    /// Adds what went into a part of the result. Returns how many resources were copied for it.
    pub fn absorb(&mut self, other: &Trace) -> usize {
        self.waits |= other.waits;
        match (&mut self.asked, &other.asked) {
            (_, None) => 0,
            (mine @ None, Some(_)) => {
                mine.clone_from(&other.asked);
                0
            }
            (Some(mine), Some(theirs)) if Arc::ptr_eq(mine, theirs) => 0,
            (Some(mine), Some(theirs)) => {
                if !theirs.is_subset(mine) {
                    Arc::make_mut(mine).extend(theirs.iter().copied());
                }
                mine.len().min(theirs.len())
            }
        }
    }
}

/// Results by what was evaluated.
pub type Memo = FastMap<Key, Slot>;

/// Something under evaluation, to show a cycle.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub key: Key,
    pub span: Span,
}
