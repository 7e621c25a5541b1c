//! What a user can ask of a plan.

use std::collections::BTreeSet;

use infra_model::Address;

/// How to plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanOptions {
    /// `--allow-data-loss`: what may be destroyed although it holds data.
    pub allow_data_loss: BTreeSet<Address>,
    /// `--target`: plan only for these and what they need; empty for everything.
    pub targets: BTreeSet<Address>,
    /// `--replace`: make these anew although nothing differs.
    pub replace: BTreeSet<Address>,
    /// Plan for an empty program.
    pub destroy: bool,
}
