//! Like with like: creates that begin at the same moment and that their provider can carry out in one call get tokens
//! of one group. Each keeps an intent of its own, written before the call as ever.

use std::collections::BTreeMap;

use infra_sdk::Member;

use super::{Call, Run};
use crate::plan::StepId;
use crate::state::{Action, Event, Incarnation};

/// The most creates of one group. AWS asks for launches of about a hundred ("RunInstances"), and a call that fails
/// fails for all of them.
const MEMBERS_MAX: usize = 100;

impl Run<'_> {
    /// Groups the creates of this turn, whose intents are not written yet.
    pub(super) fn join_creates(&mut self) {
        let mut tokens: BTreeMap<StepId, String> = BTreeMap::new();
        for ids in self.alike().values() {
            for members in ids.chunks(MEMBERS_MAX).filter(|members| members.len() > 1) {
                let first = members.first().and_then(|id| self.running.get(id));
                let group = first.map(|first| first.intent.token.clone());
                let member = |index| Member {
                    group: group.clone().unwrap_or_default(),
                    index,
                    count: members.len(),
                };
                let places = members.iter().enumerate();
                tokens.extend(places.map(|(index, id)| (*id, member(index).to_string())));
            }
        }
        if !tokens.is_empty() {
            self.give_tokens(&tokens);
        }
    }

    /// The fresh creates of this turn, by provider and by what has to be the same.
    fn alike(&self) -> BTreeMap<(String, String), Vec<StepId>> {
        let state = self.store.state();
        let mut alike: BTreeMap<(String, String), Vec<StepId>> = BTreeMap::new();
        for (id, call) in &self.after_batch {
            let (Call::Create(order), Some(running)) = (call, self.running.get(id)) else {
                continue;
            };
            // One that is tried again keeps its token: it may have been a member of another group.
            if running.sends > 1 || state.pending().contains_key(&running.intent.of) {
                continue;
            }
            let key = &running.intent.draft.provider;
            let provider = self.input.providers.get(key);
            if let Some(same) = provider.and_then(|provider| provider.alike(order)) {
                let digest = state.digest(Action::Create, &same);
                let likeness = format!("{} {digest}", order.address.type_name);
                alike.entry((key.clone(), likeness)).or_default().push(*id);
            }
        }
        alike
    }

    fn give_tokens(&mut self, tokens: &BTreeMap<StepId, String>) {
        let mut of_intents: BTreeMap<Incarnation, &String> = BTreeMap::new();
        for (id, call) in &mut self.after_batch {
            let (Some(token), Call::Create(order)) = (tokens.get(id), call) else {
                continue;
            };
            order.token.clone_from(token);
            if let Some(running) = self.running.get_mut(id) {
                running.intent.token.clone_from(token);
                running.create = Some(order.clone());
                of_intents.insert(running.intent.of.clone(), token);
            }
        }
        for event in &mut self.batch {
            if let Event::Intent(intent) = event
                && let Some(token) = of_intents.get(&intent.of)
            {
                intent.token.clone_from(token);
            }
        }
    }
}
