//! From what shall be and what is to explicit, ordered, explained steps.

mod action;
pub(crate) mod affected;
mod change;
mod claims;
mod companions;
pub(crate) mod diff;
mod doom;
mod drift;
mod emit;
mod error;
mod imports;
mod input;
mod judge;
mod letting_go;
mod loss;
mod make;
mod moves;
mod options;
mod order;
mod refresh;
mod removal;
mod steady;
mod step;
pub(crate) mod work;

use std::collections::BTreeMap;

use infra_model::desired::{AssertOutcome, Output};

pub use change::{Action, Drift, DriftedField, FieldChange, Reason, ResourceChange};
pub use drift::{accept, drift};
pub use error::{PlanError, Problem};
pub use input::PlanInput;
pub use loss::{DataLoss, Refusal};
pub use make::plan;
pub use options::PlanOptions;
pub use refresh::{Refreshed, refresh};
pub use step::{Step, StepId, StepKind};

pub use crate::state::hide::veil as veiled;

use crate::known::Knowledge;
use work::Work;

/// What will be done, why, and in which order. Apply does exactly its steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The program's name.
    pub program: String,
    /// The digest of the program and its inputs that it was made from.
    pub digest: String,
    /// The identity of the state it was made for.
    pub lineage: String,
    /// The serial of the state it was made for.
    pub serial: u64,
    /// It was made for an empty program.
    pub destroy: bool,
    /// Everything that is not [`Action::None`]: first what is in the program, in its order, then the rest by
    /// address.
    pub changes: Vec<ResourceChange>,
    /// How many resources that exist stay as they are.
    pub unchanged: usize,
    /// Each after those it waits for.
    pub steps: Vec<Step>,
    /// What was changed outside of infra since state last looked.
    pub drift: Vec<Drift>,
    /// What holds data and is destroyed.
    pub data_loss: Vec<DataLoss>,
    /// Why it may not be applied; empty when it may.
    pub refusals: Vec<Refusal>,
    /// Assertions whose truth is only known after apply.
    pub open_asserts: Vec<AssertOutcome>,
    /// The outputs as far as they are known.
    pub outputs: Vec<Output>,
    /// API calls made to prepare it, by `provider/Action`.
    pub calls: BTreeMap<String, u64>,
    /// What the steps need, by change.
    pub(crate) work: Vec<Work>,
    /// What is known before the first step.
    pub(crate) knowledge: Knowledge,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The step of an id.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.index()]
    }

    /// The change that a step is part of.
    pub fn change_of(&self, id: StepId) -> &ResourceChange {
        &self.changes[self.step(id).change]
    }
}
