//! The state in memory, and how each event changes it.

use std::collections::BTreeMap;

use infra_model::{Address, Record};

use super::dependents::Dependents;
use super::{
    Action, Doubt, Entry, Event, Incarnation, Intent, LastFailure, Late, Pending, Place, SealKey,
    Sealed, Status,
};

/// Who a state belongs to and what it starts with. Only used when there is no state yet.
#[derive(Clone, Debug)]
pub struct Genesis {
    /// The program's name.
    pub program: String,
    /// A random text that no other state has.
    pub lineage: String,
    pub key: SealKey,
    /// The environment it is the state of, if the program has environments.
    pub environment: Option<String>,
}

/// Everything that is known of the resources of one program.
///
/// It changes only through [`State::apply`], so that what is in memory is what the journal says.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(super) lineage: String,
    pub(super) program: String,
    pub(super) environment: Option<String>,
    pub(super) places: BTreeMap<String, Place>,
    pub(super) key: SealKey,
    pub(super) serial: u64,
    pub(super) fence: u64,
    pub(super) entries: BTreeMap<Address, Entry>,
    pub(super) deposed: BTreeMap<Incarnation, Entry>,
    pub(super) pending: BTreeMap<Incarnation, Pending>,
    pub(super) failures: BTreeMap<Address, LastFailure>,
    /// By token.
    pub(super) late: BTreeMap<String, Late>,
    pub(super) outputs: Sealed,
    pub(super) dependents: Dependents,
}

impl State {
    /// The state of a program that has made nothing yet.
    pub fn new(genesis: Genesis) -> State {
        State {
            lineage: genesis.lineage,
            program: genesis.program,
            environment: genesis.environment,
            places: BTreeMap::new(),
            key: genesis.key,
            serial: 0,
            fence: 0,
            entries: BTreeMap::new(),
            deposed: BTreeMap::new(),
            pending: BTreeMap::new(),
            failures: BTreeMap::new(),
            late: BTreeMap::new(),
            outputs: Sealed::default(),
            dependents: Dependents::default(),
        }
    }

    /// The random text that tells this state from all others.
    pub fn lineage(&self) -> &str {
        &self.lineage
    }

    pub fn program(&self) -> &str {
        &self.program
    }

    /// The environment it is the state of (`dev`); `None` when the program has none, and for states of an infra that
    /// had none yet.
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// How many changes led to this state. Two states of one lineage with the same serial are the same.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// The fencing number of the last lock under which something was written.
    pub fn fence(&self) -> u64 {
        self.fence
    }

    /// The key that seals records of this state.
    pub fn key(&self) -> &SealKey {
        &self.key
    }

    /// The resources that exist, by address.
    pub fn entries(&self) -> &BTreeMap<Address, Entry> {
        &self.entries
    }

    pub fn entry(&self, address: &Address) -> Option<&Entry> {
        self.entries.get(address)
    }

    /// What was replaced and still exists: it waits for its deletion.
    pub fn deposed(&self) -> &BTreeMap<Incarnation, Entry> {
        &self.deposed
    }

    /// The entry of one life of a resource, current or deposed.
    pub fn incarnation(&self, of: &Incarnation) -> Option<&Entry> {
        self.entries
            .get(&of.address)
            .filter(|entry| entry.of == *of)
            .or_else(|| self.deposed.get(of))
    }

    /// Intents whose end is not known, those in doubt and those to be retried among them.
    pub fn pending(&self) -> &BTreeMap<Incarnation, Pending> {
        &self.pending
    }

    /// The pending intents that recovery must look at: of these addresses nothing may be planned before.
    pub fn unresolved(&self) -> impl Iterator<Item = &Pending> {
        self.pending.values().filter(|pending| !pending.retry)
    }

    /// The creates of which nobody knows whether they took effect.
    pub fn doubts(&self) -> impl Iterator<Item = (&Incarnation, &Doubt)> {
        self.pending
            .iter()
            .filter_map(|(of, pending)| Some((of, pending.doubt.as_ref()?)))
    }

    /// The creates that may still be carried out although the cloud shows no trace of them, by token.
    pub fn late(&self) -> &BTreeMap<String, Late> {
        &self.late
    }

    /// The pending intents to ask the clouds about: those that are unresolved, and the creates that were not found but
    /// may have been carried out since.
    pub fn open_questions(&self) -> impl Iterator<Item = &Pending> {
        let late =
            |pending: &&Pending| !pending.retry || self.late.contains_key(&pending.intent.token);
        self.pending.values().filter(late)
    }

    /// Whether a thing with this id is known, at any address of a provider configuration.
    pub fn knows_id(&self, provider: &str, id: &str) -> bool {
        let mut all = self.entries.values().chain(self.deposed.values());
        all.any(|entry| entry.id == id && entry.draft.provider == provider)
    }

    /// Why the last attempt at this address failed, if it did.
    pub fn failure(&self, address: &Address) -> Option<&LastFailure> {
        self.failures.get(address)
    }

    /// The program's outputs as of the last apply.
    pub fn outputs(&self) -> &Sealed {
        &self.outputs
    }

    /// The attributes that can be used as values, by address, in the form of [`infra_model::Known`]. Secret
    /// attributes are left out: state does not have them.
    pub fn known(&self) -> BTreeMap<Address, Record> {
        self.entries
            .iter()
            .map(|(address, entry)| (address.clone(), entry.attributes.usable()))
            .collect()
    }

    /// The generation that the next create at this address has.
    pub fn next_generation(&self, address: &Address) -> u64 {
        let deposed = self.deposed_at(address).map(|entry| entry.of.generation);
        let current = self.entries.get(address).map(|entry| entry.of.generation);
        deposed.chain(current).max().unwrap_or(0) + 1
    }

    /// The token of an earlier attempt that had no effect, when the same thing is attempted again.
    pub fn retry_token(&self, of: &Incarnation, action: Action, digest: &str) -> Option<&str> {
        let pending = self.pending.get(of)?;
        let same = pending.intent.action == action && pending.intent.digest == digest;
        (pending.retry && same).then_some(pending.intent.token.as_str())
    }

    fn deposed_at<'a>(&'a self, address: &'a Address) -> impl Iterator<Item = &'a Entry> {
        self.deposed
            .range(Incarnation::new(address.clone(), 0)..)
            .take_while(move |(of, _)| of.address == *address)
            .map(|(_, entry)| entry)
    }

    /// Changes the state by one event and counts it in the serial. Costs O(log n), but for the first of several
    /// moves, which looks at every entry.
    pub fn apply(&mut self, event: Event) {
        self.serial += 1;
        if !matches!(event, Event::Moved { .. }) {
            self.dependents.forget();
        }
        match event {
            Event::Intent(intent) => self.intend(*intent),
            Event::Outcome { of, id } => self.outcome(of, id),
            Event::Settled(entry) | Event::Adopted(entry) => self.settled(*entry),
            Event::Failed { of, failure } => self.failed(of, failure),
            Event::Snapshotted { of, .. } => {
                self.pending.remove(&of);
            }
            Event::Deleted { of } => self.deleted(&of),
            Event::Forgot { address } => self.forgot(&address),
            Event::Moved { from, to } => self.moved(&from, &to),
            Event::Refreshed { of, attributes } => {
                self.end(&of, |action| action != Action::Delete);
                if let Some(entry) = self.incarnation_mut(&of) {
                    entry.attributes = attributes;
                }
            }
            Event::Redrafted { of, draft } => {
                if let Some(entry) = self.incarnation_mut(&of) {
                    entry.draft = *draft;
                }
            }
            Event::Retry { of } => {
                if let Some(pending) = self.pending.get_mut(&of) {
                    pending.retry = true;
                    pending.doubt = None;
                }
            }
            Event::InDoubt { of, doubt } => {
                if let Some(pending) = self.pending.get_mut(&of) {
                    pending.doubt = Some(doubt);
                }
            }
            Event::Late(late) => {
                self.late.insert(late.token.clone(), *late);
            }
            Event::LateOver { token, .. } => {
                self.late.remove(&token);
            }
            Event::Duplicate(entry) => {
                self.deposed.insert(entry.of.clone(), *entry);
            }
            Event::Outputs { values } => self.outputs = values,
            Event::Located { provider, place } => {
                self.places.insert(provider, place);
            }
            Event::Assigned { environment } => self.environment = Some(environment),
        }
    }

    /// Whether the event can happen to this state; otherwise why not.
    pub(super) fn fits(&self, event: &Event) -> Result<(), String> {
        let exists = |of: &Incarnation| self.incarnation(of).is_some();
        match event {
            Event::Intent(intent) => match intent.action {
                Action::Create if exists(&intent.of) => {
                    Err(format!("{} shall be created but exists", intent.of))
                }
                Action::Update | Action::Delete | Action::Snapshot if !exists(&intent.of) => {
                    Err(format!(
                        "{} shall {} but does not exist",
                        intent.of,
                        intent.action.word()
                    ))
                }
                _ => Ok(()),
            },
            Event::Outcome { of, .. } => match self.pending.get(of) {
                Some(pending) if pending.intent.action == Action::Create => Ok(()),
                _ => Err(format!("{of} has an id but was not about to be created")),
            },
            Event::Refreshed { of, .. } | Event::Redrafted { of, .. } if !exists(of) => {
                Err(format!("{of} was read but does not exist"))
            }
            Event::Retry { of } | Event::InDoubt { of, .. } if !self.pending.contains_key(of) => {
                Err(format!("{of} is not pending"))
            }
            Event::Duplicate(entry) if exists(&entry.of) => Err(format!("{} is taken", entry.of)),
            Event::Adopted(entry)
                if self
                    .entry(entry.address())
                    .is_some_and(|old| old.of != entry.of) =>
            {
                Err(format!("{} is taken", entry.address()))
            }
            Event::Moved { from, .. } if self.incarnations(from).is_empty() => {
                Err(format!("{from} shall move but does not exist"))
            }
            Event::Moved { to, .. } if !self.incarnations(to).is_empty() => {
                Err(format!("{to} is taken"))
            }
            _ => Ok(()),
        }
    }

    fn incarnation_mut(&mut self, of: &Incarnation) -> Option<&mut Entry> {
        match self.entries.get_mut(&of.address) {
            Some(entry) if entry.of == *of => Some(entry),
            _ => self.deposed.get_mut(of),
        }
    }

    /// Ends the pending intent of `of` if its action is one of those.
    fn end(&mut self, of: &Incarnation, ends: impl Fn(Action) -> bool) {
        if self
            .pending
            .get(of)
            .is_some_and(|pending| ends(pending.intent.action))
        {
            self.pending.remove(of);
        }
    }

    fn intend(&mut self, intent: Intent) {
        self.failures.remove(&intent.of.address);
        self.pending.insert(
            intent.of.clone(),
            Pending {
                intent,
                id: None,
                doubt: None,
                retry: false,
            },
        );
    }

    fn outcome(&mut self, of: Incarnation, id: String) {
        let Some(pending) = self.pending.get_mut(&of) else {
            return;
        };
        pending.id = Some(id.clone());
        pending.doubt = None;
        pending.retry = false;
        let draft = pending.intent.draft.clone();
        let attributes = Sealed::id_only(&id);
        self.install(Entry {
            of,
            id,
            status: Status::Creating,
            draft,
            attributes,
            duplicate: false,
        });
    }

    fn settled(&mut self, entry: Entry) {
        self.pending.remove(&entry.of);
        self.failures.remove(&entry.of.address);
        self.install(entry);
    }

    /// Makes `entry` the current one of its address; another life of it that is still there is deposed.
    fn install(&mut self, entry: Entry) {
        if self.deposed.contains_key(&entry.of) {
            self.deposed.insert(entry.of.clone(), entry);
            return;
        }
        if let Some(old) = self.entries.insert(entry.of.address.clone(), entry.clone())
            && old.of != entry.of
        {
            self.deposed.insert(old.of.clone(), old);
        }
    }

    /// A permanent failure ends the attempt (row K). Any other leaves it pending: recovery asks the cloud.
    fn failed(&mut self, of: Incarnation, failure: LastFailure) {
        if failure.permanent {
            self.pending.remove(&of);
            if let Some(entry) = self.incarnation_mut(&of)
                && entry.status == Status::Creating
            {
                entry.status = Status::Unsettled;
            }
        }
        self.failures.insert(of.address, failure);
    }

    fn deleted(&mut self, of: &Incarnation) {
        self.pending.remove(of);
        if self.deposed.remove(of).is_none()
            && self
                .entries
                .get(&of.address)
                .is_some_and(|entry| entry.of == *of)
        {
            self.entries.remove(&of.address);
        }
        if self.incarnations(&of.address).is_empty() {
            self.failures.remove(&of.address);
        }
    }

    fn forgot(&mut self, address: &Address) {
        for of in self.incarnations(address) {
            self.pending.remove(&of);
            self.deposed.remove(&of);
        }
        self.entries.remove(address);
        self.failures.remove(address);
    }

    /// Every life of the address that state knows of in any way.
    pub(super) fn incarnations(&self, address: &Address) -> Vec<Incarnation> {
        let start = Incarnation::new(address.clone(), 0);
        let pending = self.pending.range(start.clone()..).map(|(of, _)| of);
        let deposed = self.deposed.range(start..).map(|(of, _)| of);
        let current = self.entries.get(address).map(|entry| &entry.of);
        pending
            .take_while(|of| of.address == *address)
            .chain(deposed.take_while(|of| of.address == *address))
            .chain(current)
            .cloned()
            .collect()
    }
}
