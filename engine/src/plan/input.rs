//! What a plan is made from.

use std::collections::BTreeMap;

use infra_model::{Address, Desired, Record, Resolver};

use super::{PlanOptions, Refreshed};
use crate::providers::{Providers, SchemaSource};
use crate::state::State;

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct PlanInput<'a> {
    pub desired: &'a Desired,
    /// A digest of the program's text and inputs; a saved plan is only good for the same one.
    pub digest: &'a str,
    pub resolver: &'a dyn Resolver,
    pub schemas: &'a dyn SchemaSource,
    pub providers: &'a Providers,
    pub state: &'a State,
    /// What [`super::refresh`] read for this very state.
    pub refreshed: &'a Refreshed,
    /// The answers to the program's lookups.
    pub lookups: &'a BTreeMap<Address, Record>,
    pub options: &'a PlanOptions,
}
