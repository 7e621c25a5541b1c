//! What apply needs to know of a planned change beyond what people see.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::{Address, Instance, Record, Value};

use crate::state::{Entry, Guard};

/// One change of a plan, with everything its steps need. It stands beside the [`super::ResourceChange`] of the
/// same index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Work {
    pub address: Address,
    pub provider: String,
    /// What shall be; `None` for what goes.
    pub goal: Option<Box<Goal>>,
    /// What is.
    pub current: Option<Box<Existing>>,
    /// The fields that a step of its own empties before the change, and what is left of them.
    pub released: Record,
}

/// The planned form of a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Goal {
    /// The declaration, references to companions included.
    pub instance: Arc<Instance>,
    /// The fields the program does not know of because they refer to companions.
    pub added: Record,
    /// The program knows the resource; otherwise its fields are those of `instance`.
    pub in_program: bool,
    /// The fields as planned, references replaced by ids; may hold unknowns.
    pub planned: Record,
    pub guard: Guard,
    /// The life that a create begins.
    pub generation: u64,
    /// The name to give it when the program sets none.
    pub default_name: String,
    /// The fields left out of its creation.
    pub deferred: BTreeSet<String>,
}

impl Goal {
    /// The fields that the program sets from here on: without those that it left out and that are taken away.
    pub fn authored(&self, fields: &Record) -> Record {
        let left_out = |name: &String, value: &Value| {
            value.is_null() && !self.instance.fields.contains_key(name)
        };
        let kept = fields.iter().filter(|(name, value)| !left_out(name, value));
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Everything the resource mentions in the fields that `counts`.
    pub fn depends(&self, counts: &dyn Fn(&str) -> bool) -> BTreeSet<Address> {
        let fields = self
            .instance
            .depends
            .iter()
            .filter(|(field, _)| counts(field));
        fields.flat_map(|(_, targets)| targets).cloned().collect()
    }
}

/// A resource that is there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Existing {
    pub entry: Entry,
    /// Its attributes as the cloud just answered, completed from state.
    pub attributes: Arc<Record>,
    /// The cloud no longer has it.
    pub gone: bool,
}
