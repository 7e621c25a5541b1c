//! The explicit steps of a plan: the only things apply ever does.

use std::fmt;

use infra_model::{Address, Record};

/// The number of a step: its index in [`super::Plan::steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

impl StepId {
    /// The index in [`super::Plan::steps`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What one step does.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Takes and verifies a snapshot of what is about to be destroyed.
    Snapshot,
    /// Empties the fields through which doomed resources refer to each other in a cycle; their empty values.
    ClearLate { fields: Record },
    /// Lets go of what something else takes or of what is to be deleted, before a change of its own: the fields and what
    /// is left of them.
    Release { fields: Record },
    /// Deletes what is there.
    Delete {
        /// It is the predecessor of a replacement that is there already.
        predecessor: bool,
    },
    /// Creates the resource, without the fields of a later [`StepKind::SetLate`].
    Create,
    /// Sets the fields through which resources refer to each other in a cycle, once all of them exist.
    SetLate { fields: Vec<String> },
    /// Changes fields in place.
    Update { fields: Vec<String>, restart: bool },
    /// The state knows it under its new address.
    Move { from: Address },
    /// Reads an existing resource and takes it into the state.
    Adopt { id: String },
    /// Drops it from the state; the cloud is not asked.
    Forget,
    /// Brings the state's record of it up to date; the cloud is not asked.
    Record,
}

impl StepKind {
    /// The step's name in JSON and in scripts.
    pub fn word(&self) -> &'static str {
        match self {
            StepKind::Snapshot => "snapshot",
            StepKind::ClearLate { .. } => "clear-late",
            StepKind::Release { .. } => "release",
            StepKind::Delete { .. } => "delete",
            StepKind::Create => "create",
            StepKind::SetLate { .. } => "set-late",
            StepKind::Update { .. } => "update",
            StepKind::Move { .. } => "move",
            StepKind::Adopt { .. } => "adopt",
            StepKind::Forget => "forget",
            StepKind::Record => "record",
        }
    }
}

/// What is being done, for a line of progress: `creating`, `setting allow of`.
impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StepKind::Snapshot => f.write_str("taking a snapshot of"),
            StepKind::ClearLate { fields } => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                write!(f, "clearing {} of", names.join(", "))
            }
            StepKind::Release { fields } => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                write!(f, "releasing {} of", names.join(", "))
            }
            StepKind::Delete { predecessor: true } => f.write_str("deleting the predecessor of"),
            StepKind::Delete { predecessor: false } => f.write_str("deleting"),
            StepKind::Create => f.write_str("creating"),
            StepKind::SetLate { fields } => write!(f, "setting {} of", fields.join(", ")),
            StepKind::Update { restart: true, .. } => f.write_str("updating (restart)"),
            StepKind::Update { restart: false, .. } => f.write_str("updating"),
            StepKind::Move { from } => write!(f, "moving {from} to"),
            StepKind::Adopt { .. } => f.write_str("adopting"),
            StepKind::Forget => f.write_str("forgetting"),
            StepKind::Record => f.write_str("recording"),
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: StepId,
    pub address: Address,
    pub kind: StepKind,
    /// The index in [`super::Plan::changes`] of the change it is part of.
    pub change: usize,
    /// The steps that must have been done before, ascending. Their numbers are lower.
    pub after: Vec<StepId>,
    /// The resources of which it changes something that a later step reads (`@changed_by`): they are read again before it
    /// counts as done.
    pub reads_again: Vec<Address>,
    /// It is only done when a value that becomes known while applying really differs.
    pub conditional: bool,
}
