//! A whole state that comes from elsewhere, or from earlier, takes the place of the current one.

use std::collections::BTreeSet;

use infra_model::Address;

use super::snapshot::{self, Trust};
use super::{Entry, Incarnation, State, StateError, Store, history};

/// What of the resources differs between two states of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// In the second alone.
    pub added: Vec<Incarnation>,
    /// In the first alone.
    pub removed: Vec<Incarnation>,
    /// In both, with the names of what differs: `id`, or fields.
    pub changed: Vec<(Incarnation, Vec<String>)>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl State {
    /// The state as one snapshot file, with everything that the journal adds. It holds the key of the
    /// fingerprints.
    pub fn encode(&self) -> Vec<u8> {
        snapshot::write(self)
    }

    /// Understands a snapshot file that is handed over, or refuses it with words; `name` is how they call it. It may
    /// have been edited, so its checksum does not count.
    pub fn decode(name: &str, bytes: &[u8]) -> Result<State, StateError> {
        snapshot::read(name, bytes, Trust::Edited).map(|snapshot| snapshot.state)
    }

    /// What becomes different when `other` takes the place of this state.
    pub fn difference(&self, other: &State) -> Difference {
        let mut difference = Difference::default();
        for entry in other.all() {
            match self.incarnation(&entry.of) {
                None => difference.added.push(entry.of.clone()),
                Some(old) => {
                    let names = differing(old, entry);
                    if !names.is_empty() {
                        difference.changed.push((entry.of.clone(), names));
                    }
                }
            }
        }
        let gone = self
            .all()
            .filter(|entry| other.incarnation(&entry.of).is_none());
        difference.removed = gone.map(|entry| entry.of.clone()).collect();
        difference
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().chain(self.deposed.values())
    }

    /// The calls whose end is not known and of which `other` knows nothing at all.
    fn begun_but_unknown_to(&self, other: &State) -> Vec<Address> {
        self.unresolved()
            .map(|pending| &pending.intent.of)
            .filter(|of| !other.pending.contains_key(of) && other.incarnation(of).is_none())
            .map(|of| of.address.clone())
            .collect()
    }
}

/// The names of what differs between two entries of one incarnation.
fn differing(old: &Entry, new: &Entry) -> Vec<String> {
    let mut names = Vec::new();
    if old.id != new.id {
        names.push("id".to_owned());
    }
    let fields: BTreeSet<&String> = old.attributes.keys().chain(new.attributes.keys()).collect();
    names.extend(
        fields
            .into_iter()
            .filter(|name| *name != "id" && old.attributes.get(*name) != new.attributes.get(*name))
            .cloned(),
    );
    for (name, differs) in [
        ("status", old.status != new.status),
        ("protection", old.draft.guard != new.draft.guard),
        ("provider", old.draft.provider != new.draft.provider),
        ("dependencies", old.draft.depends != new.draft.depends),
        ("authored fields", old.draft.authored != new.draft.authored),
    ] {
        if differs {
            names.push(name.to_owned());
        }
    }
    names
}

impl Store {
    /// The serials of the earlier snapshots that are kept, the oldest first.
    pub fn history(&self) -> Result<Vec<u64>, StateError> {
        history::serials(self.disk.as_ref(), &self.files)
    }

    /// The state as it was at an earlier serial.
    pub fn earlier(&self, serial: u64) -> Result<State, StateError> {
        history::read(self.disk.as_ref(), &self.files, serial)
    }

    /// Whether there is a state at all: a snapshot, if only an empty one.
    pub fn exists(&self) -> bool {
        self.snapshot_serial.is_some()
    }

    /// Refuses a state that may not take the place of the current one: `name` is what it is called. An older one
    /// is only let through when `older` allows it; one of another lineage never.
    pub fn may_become(&self, name: &str, state: &State, older: bool) -> Result<(), StateError> {
        // A file of before there were environments is taken into the one that is chosen.
        if state.environment.is_some() && state.environment != self.state.environment {
            return Err(StateError::AnotherEnvironment {
                file: name.to_owned(),
                found: state.environment.clone(),
                expected: self.state.environment.clone(),
            });
        }
        if !self.exists() {
            return Ok(());
        }
        if state.lineage != self.state.lineage {
            return Err(StateError::AnotherState {
                file: name.to_owned(),
                found: state.lineage.clone(),
                expected: self.state.lineage.clone(),
            });
        }
        if !older && state.serial <= self.state.serial {
            return Err(StateError::NotNewer {
                file: name.to_owned(),
                found: state.serial,
                current: self.state.serial,
            });
        }
        let lost = self.state.entries.len();
        if !older && lost > 0 && state.entries.is_empty() {
            return Err(StateError::WouldForgetAll {
                file: name.to_owned(),
                resources: lost,
            });
        }
        match self.state.begun_but_unknown_to(state) {
            begun if begun.is_empty() => Ok(()),
            addresses => Err(StateError::WouldForgetCalls { addresses }),
        }
    }

    /// Puts `state` in the place of the current one, which goes into the history first. The serial becomes larger
    /// than both had. A crash leaves the one or the other, whole. Asks [`Store::may_become`] first.
    pub fn become_state(
        &mut self,
        name: &str,
        mut state: State,
        older: bool,
    ) -> Result<(), StateError> {
        self.may_become(name, &state, older)?;
        self.compact()?;
        let lock = self.lock.as_mut().ok_or(StateError::NotLocked)?;
        lock.raise(state.fence.max(self.state.fence))?;
        state.fence = lock.lease().fence;
        if self.exists() {
            let kept = self.history()?.last().copied().unwrap_or(0);
            state.serial = state.serial.max(self.state.serial.max(kept) + 1);
        }
        state.environment.clone_from(&self.state.environment);
        let bytes = snapshot::write(&state);
        self.alone(|store| store.write_snapshot(state.serial, &bytes))?;
        self.state = state;
        Ok(())
    }
}
