//! Deciding what happens to resources that the state knows and the program does not.

use std::collections::BTreeSet;

use infra_model::{Address, Record, Value};

use super::action::{Decided, existing};
use super::moves::Moves;
use super::work::Work;
use super::{Action, FieldChange, PlanInput, Reason, ResourceChange};
use crate::state::Entry;

/// The changes of everything that is not in `wanted`, by address, and of what unfinished replacements left.
pub(super) fn removals(
    input: &PlanInput<'_>,
    wanted: &BTreeSet<&Address>,
    selected: Option<&BTreeSet<Address>>,
    moves: &Moves<'_>,
) -> Vec<Decided> {
    let chosen = |address: &Address| selected.is_none_or(|selected| selected.contains(address));
    let gone = input.state.entries().values().filter(|entry| {
        let address = entry.address();
        !wanted.contains(address) && !moves.leaves(address) && chosen(address)
    });
    let leftovers = input.state.deposed().values();
    let mut decided: Vec<Decided> = gone.map(|entry| removal(input, entry, moves)).collect();
    decided.extend(
        leftovers
            .filter(|entry| chosen(entry.address()))
            .map(|entry| leftover(input, entry, moves)),
    );
    decided
}

/// What happens to an entry that has left the program.
fn removal(input: &PlanInput<'_>, entry: &Entry, moves: &Moves<'_>) -> Decided {
    let there = existing(entry, input.refreshed.seen.get(&entry.of), moves);
    let forget = input
        .desired
        .forgets
        .iter()
        .find(|forget| forget.address == *entry.address());
    let (action, reason) = match forget {
        Some(forget) => (Action::Forget, Reason::Forgotten { span: forget.span }),
        None if there.gone => (Action::Forget, Reason::Gone),
        None if entry.draft.guard.keep => (Action::Forget, Reason::Keep),
        None if input.options.destroy => (Action::Delete, Reason::Destroy),
        None => (Action::Delete, Reason::Removed),
    };
    decided(entry, there, action, reason)
}

/// A predecessor that outlived its replacement goes, whatever became of the address.
fn leftover(input: &PlanInput<'_>, entry: &Entry, moves: &Moves<'_>) -> Decided {
    let there = existing(entry, input.refreshed.seen.get(&entry.of), moves);
    let action = if there.gone {
        Action::Forget
    } else {
        Action::Delete
    };
    let reason = match entry.duplicate {
        true => Reason::Duplicate,
        false => Reason::Leftover,
    };
    decided(entry, there, action, reason)
}

fn decided(entry: &Entry, there: super::work::Existing, action: Action, reason: Reason) -> Decided {
    let change = ResourceChange {
        address: there.entry.address().clone(),
        provider: entry.draft.provider.clone(),
        action,
        id: (!there.gone).then(|| entry.id.clone()),
        reasons: vec![reason],
        fields: lost_fields(&entry.draft.authored, action),
        conditional: false,
        span: None,
        steps: Vec::new(),
    };
    Decided {
        work: Work {
            address: change.address.clone(),
            provider: change.provider.clone(),
            goal: None,
            current: Some(Box::new(there)),
            released: Record::new(),
        },
        change,
    }
}

/// The fields the program had set, for a reviewer who asks what it was that goes.
fn lost_fields(authored: &Record, action: Action) -> Vec<FieldChange> {
    if action != Action::Delete {
        return Vec::new();
    }
    authored
        .iter()
        .map(|(name, value)| FieldChange {
            name: name.clone(),
            prior: Some(value.clone()),
            planned: Value::Null,
            cost: infra_model::Change::Update,
            why: None,
            certain: true,
            span: None,
        })
        .collect()
}

/// The resources of `targets` that are to go, and everything that depends on them.
pub(super) fn with_dependants(input: &PlanInput<'_>, targets: &mut BTreeSet<Address>) {
    let mut dependants: std::collections::BTreeMap<&Address, Vec<&Address>> = Default::default();
    for entry in input.state.entries().values() {
        for on in &entry.draft.depends {
            dependants.entry(on).or_default().push(entry.address());
        }
    }
    let in_program: BTreeSet<&Address> = match input.options.destroy {
        true => BTreeSet::new(),
        false => input
            .desired
            .instances
            .iter()
            .map(|instance| &instance.address)
            .collect(),
    };
    let mut open: Vec<Address> = targets
        .iter()
        .filter(|target| !in_program.contains(target))
        .cloned()
        .collect();
    while let Some(address) = open.pop() {
        for dependant in dependants.get(&address).into_iter().flatten() {
            if targets.insert((*dependant).clone()) {
                open.push((*dependant).clone());
            }
        }
    }
}
