//! Who depends on an address, so that a move need not look at everything.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::Address;

use super::{Draft, Incarnation, State};

/// A place in the state that holds a draft.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Entry(Address),
    Deposed(Incarnation),
    Pending(Incarnation),
}

/// The drafts that depend on each address. It is made by the first move and kept up by those that follow; any
/// other change throws it away, so a run of moves costs one look at the state and not one each.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependents(Option<BTreeMap<Address, BTreeSet<Place>>>);

/// It only repeats what the drafts say.
impl PartialEq for Dependents {
    fn eq(&self, _: &Dependents) -> bool {
        true
    }
}

impl Dependents {
    pub fn forget(&mut self) {
        self.0 = None;
    }

    /// A draft that depends on `depends` has another place from now on.
    fn relocate(&mut self, depends: &BTreeSet<Address>, from: &Place, to: &Place) {
        let index = self.0.get_or_insert_default();
        for address in depends {
            let places = index.entry(address.clone()).or_default();
            places.remove(from);
            places.insert(to.clone());
        }
    }
}

impl State {
    /// Makes the index if there is none.
    fn index_dependents(&mut self) {
        if self.dependents.0.is_some() {
            return;
        }
        let entries = self
            .entries
            .iter()
            .map(|(address, entry)| (Place::Entry(address.clone()), &entry.draft));
        let deposed = self
            .deposed
            .iter()
            .map(|(of, entry)| (Place::Deposed(of.clone()), &entry.draft));
        let pending = self
            .pending
            .iter()
            .map(|(of, pending)| (Place::Pending(of.clone()), &pending.intent.draft));
        let mut index: BTreeMap<Address, BTreeSet<Place>> = BTreeMap::new();
        for (place, draft) in entries.chain(deposed).chain(pending) {
            for address in &draft.depends {
                index
                    .entry(address.clone())
                    .or_default()
                    .insert(place.clone());
            }
        }
        self.dependents.0 = Some(index);
    }

    fn draft_at(&mut self, place: &Place) -> Option<&mut Draft> {
        match place {
            Place::Entry(address) => self.entries.get_mut(address).map(|entry| &mut entry.draft),
            Place::Deposed(of) => self.deposed.get_mut(of).map(|entry| &mut entry.draft),
            Place::Pending(of) => self
                .pending
                .get_mut(of)
                .map(|pending| &mut pending.intent.draft),
        }
    }

    /// Gives every life of `from` the address `to`, also where others depend on it.
    pub(super) fn moved(&mut self, from: &Address, to: &Address) {
        self.index_dependents();
        for old in self.incarnations(from) {
            let new = Incarnation::new(to.clone(), old.generation);
            if let Some(mut pending) = self.pending.remove(&old) {
                let places = (Place::Pending(old.clone()), Place::Pending(new.clone()));
                let depends = &pending.intent.draft.depends;
                self.dependents.relocate(depends, &places.0, &places.1);
                pending.intent.of = new.clone();
                self.pending.insert(new.clone(), pending);
            }
            if let Some(mut entry) = self.deposed.remove(&old) {
                let places = (Place::Deposed(old), Place::Deposed(new.clone()));
                let depends = &entry.draft.depends;
                self.dependents.relocate(depends, &places.0, &places.1);
                entry.of = new.clone();
                self.deposed.insert(new, entry);
            }
        }
        if let Some(mut entry) = self.entries.remove(from) {
            let places = (Place::Entry(from.clone()), Place::Entry(to.clone()));
            let depends = &entry.draft.depends;
            self.dependents.relocate(depends, &places.0, &places.1);
            entry.of.address = to.clone();
            self.entries.insert(to.clone(), entry);
        }
        if let Some(failure) = self.failures.remove(from) {
            self.failures.insert(to.clone(), failure);
        }
        self.redirect(from, to);
    }

    /// Makes who depends on `from` depend on `to`.
    fn redirect(&mut self, from: &Address, to: &Address) {
        let index = self.dependents.0.as_mut();
        let places = index
            .and_then(|index| index.remove(from))
            .unwrap_or_default();
        for place in &places {
            if let Some(draft) = self.draft_at(place) {
                draft.depends.remove(from);
                draft.depends.insert(to.clone());
            }
        }
        if let Some(index) = &mut self.dependents.0 {
            index.entry(to.clone()).or_default().extend(places);
        }
    }
}
