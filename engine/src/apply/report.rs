//! What an apply came to.

use std::collections::BTreeMap;

use infra_model::desired::{AssertOutcome, Output};
use infra_model::{Address, ResolveError};
use infra_sdk::Failure;

use super::{Hindrance, StepError};
use crate::plan::StepId;

/// A step that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub step: StepId,
    pub address: Address,
    pub elapsed_ms: u64,
    /// Nothing had to be done after all.
    pub unneeded: bool,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    pub step: StepId,
    pub address: Address,
    pub error: StepError,
}

/// A step that was not begun.
#[derive(Clone, Debug, PartialEq)]
pub struct NotDone {
    pub step: StepId,
    pub address: Address,
    pub why: Hindrance,
}

/// How an apply ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApplyReport {
    /// In the order they ended.
    pub done: Vec<Done>,
    pub failed: Vec<Failed>,
    pub not_done: Vec<NotDone>,
    /// Steps under way when the second cancel came or the state could not be written any more; the next run finds out
    /// what became of them.
    pub abandoned: Vec<StepId>,
    /// The program's outputs with all that is known; unknown where a resource is missing.
    pub outputs: Vec<Output>,
    /// Assertions that do not hold now that everything is known.
    pub broken_asserts: Vec<AssertOutcome>,
    /// Outputs or assertions that cannot be evaluated with what became known.
    pub broken: Vec<ResolveError>,
    /// What providers could not put back after the last step.
    pub left_open: Vec<Failure>,
    /// API calls of this apply, by `provider/Action`, those included that were sent again.
    pub calls: BTreeMap<String, u64>,
    /// How many of them a cloud refused as too many; they were sent again.
    pub throttled: u64,
}

impl ApplyReport {
    /// Whether everything planned was done and every assertion holds.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
            && self.not_done.is_empty()
            && self.abandoned.is_empty()
            && self.broken_asserts.is_empty()
            && self.broken.is_empty()
            && self.left_open.is_empty()
    }
}
