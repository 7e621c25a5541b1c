//! Values that a step changes on other resources (`@changed_by`): they are read again before anything goes on that waits
//! for the step, so nothing is made of what was true before it.

use infra_model::{Address, Record};
use infra_sdk::{Observed, Target};

use super::Run;
use crate::plan::StepId;
use crate::plan::affected::changed_fields;
use crate::state::hide::hide_typed;

impl Run<'_> {
    /// What has to be read again after this step, as far as the step's own provider has it.
    pub(super) fn affected(&self, id: StepId) -> Vec<Target> {
        let step = self.step(id);
        let provider = &self.input.plan.work[step.change].provider;
        let state = self.store.state();
        let entries = step.reads_again.iter().filter_map(|on| state.entry(on));
        let own = entries.filter(|entry| entry.draft.provider == *provider);
        own.map(|entry| entry.target()).collect()
    }

    /// Notes what was read again, for those that wait and in the state.
    pub(super) fn looked(&mut self, id: StepId, seen: Vec<(Target, Observed)>) {
        let by = &self.step(id).address.type_name;
        for (Target { address, .. }, observed) in seen {
            let (Observed::Present(mut told), Some(schema)) =
                (observed, self.input.schemas.schema(&address.type_name))
            else {
                continue;
            };
            hide_typed(&mut told, schema);
            let fields = changed_fields(Some(schema), by);
            self.knowledge.tell(&address, fields, &told);
            self.refreshed(&address, told);
        }
    }

    /// The state has what was read. A resource that has a step of its own under way is read at the end of that.
    fn refreshed(&mut self, address: &Address, told: Record) {
        let state = self.store.state();
        let settled = |of| !state.pending().contains_key(of);
        let entry = state.entry(address).filter(|entry| settled(&entry.of));
        let event = entry.and_then(|entry| entry.refreshed(state.key(), told));
        self.batch.extend(event);
    }
}
