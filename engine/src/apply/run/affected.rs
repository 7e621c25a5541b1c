//! Values that a step changes on other resources (`@changed_by`): they are read again before anything goes on that waits
//! for the step, so nothing is made of what was true before it.

use infra_model::{Address, Known, Record, Value};
use infra_sdk::{Observed, Target};

use super::Run;
use crate::plan::StepId;
use crate::plan::affected::changed_fields;
use crate::state::Event;
use crate::state::hide::hide_typed;

impl Run<'_> {
    /// What has to be read again after this step, as far as the step's own provider has it.
    pub(super) fn affected(&self, id: StepId) -> Vec<Target> {
        let step = self.step(id);
        let provider = &self.input.plan.work[step.change].provider;
        let state = self.store.state();
        let target = |on: &Address| {
            let entry = state.entry(on)?;
            (entry.draft.provider == *provider).then(|| Target {
                address: on.clone(),
                id: entry.id.clone(),
                prior: entry.attributes.usable(),
            })
        };
        step.reads_again.iter().filter_map(target).collect()
    }

    /// Notes what was read again, for those that wait and in the state.
    pub(super) fn looked(&mut self, id: StepId, seen: Vec<(Target, Observed)>) {
        let by = self.step(id).address.type_name.clone();
        for (target, observed) in seen {
            let Observed::Present(mut told) = observed else {
                continue;
            };
            let address = &target.address;
            let schema = self.input.schemas.schema(&address.type_name);
            if let Some(schema) = schema {
                hide_typed(&mut told, schema);
            }
            let mut known = self
                .knowledge
                .attributes(address)
                .cloned()
                .unwrap_or_default();
            for name in changed_fields(schema, &by) {
                // What the cloud does not tell is not there.
                let value = told.get(name).cloned().unwrap_or(Value::Null);
                known.insert(name.to_owned(), value);
            }
            self.knowledge.set(address, known.into());
            self.refreshed(address, told);
        }
    }

    /// The state has what was read. A resource that has a step of its own under way is read at the end of that.
    fn refreshed(&mut self, address: &Address, told: Record) {
        let state = self.store.state();
        let busy = |of| state.pending().contains_key(of);
        if let Some(entry) = state.entry(address).filter(|entry| !busy(&entry.of)) {
            self.batch.push(Event::Refreshed {
                of: entry.of.clone(),
                attributes: entry.attributes_told(state.key(), told),
            });
        }
    }
}
