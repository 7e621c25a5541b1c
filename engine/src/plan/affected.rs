//! Values that the steps of another resource change (`@changed_by`): who reads them waits for those steps.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{Address, FastMap, Schema, Value};

use super::action::Decided;
use super::companions::Wanted;
use super::moves::Moves;
use super::work::Work;
use super::{Action, PlanInput, ResourceChange};
use crate::compare::is_new_id;
use crate::providers::SchemaSource;

/// The fields of a resource that steps of a type change.
pub(crate) fn changed_fields<'a>(
    schema: Option<&'a Schema>,
    by: &'a str,
) -> impl Iterator<Item = &'a str> {
    let fields = schema.into_iter().flat_map(|schema| &schema.fields);
    let changed = fields.filter(move |field| field.changed_by.iter().any(|known| known == by));
    changed.map(|field| field.name.as_str())
}

/// Those of `referred` of which steps of a type change something, with the fields.
fn affected<'a>(
    by: &'a str,
    referred: impl Iterator<Item = &'a Address>,
    schemas: &'a dyn SchemaSource,
) -> BTreeMap<&'a Address, Vec<&'a str>> {
    let changed = |on: &'a Address| {
        let fields: Vec<&str> = changed_fields(schemas.schema(&on.type_name), by).collect();
        (!fields.is_empty()).then_some((on, fields))
    };
    referred.filter_map(changed).collect()
}

/// What the steps of a decision change elsewhere: on what the resource refers to, and on what it referred to until now.
pub(crate) fn affected_by<'a>(
    change: &'a ResourceChange,
    work: &'a Work,
    schemas: &'a dyn SchemaSource,
) -> BTreeMap<&'a Address, Vec<&'a str>> {
    match change.action {
        Action::None | Action::Record | Action::Forget | Action::Adopt => BTreeMap::new(),
        _ => {
            let goal = work.goal.iter();
            let refers = goal.flat_map(|goal| goal.instance.depends.values().flatten());
            let current = work.current.iter();
            let referred = current.flat_map(|there| &there.entry.draft.depends);
            affected(&change.address.type_name, refers.chain(referred), schemas)
        }
    }
}

/// Who has to wait for whom beside what they mention: each with the one whose step changes what it reads.
pub(super) fn waits(
    wanted: &[Wanted],
    index: &FastMap<&Address, usize>,
    moves: &Moves<'_>,
    input: &PlanInput<'_>,
) -> Vec<(usize, usize)> {
    let mut changers: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
    for (at, one) in wanted.iter().enumerate() {
        let address = &one.instance.address;
        let moved = moves.to(address).map(|(entry, _)| entry);
        let entry = moved.or_else(|| input.state.entry(address));
        let referred = entry.iter().flat_map(|entry| &entry.draft.depends);
        let referred = referred.map(|on| moves.name(on));
        let refers = one.instance.depends.values().flatten();
        let affected = affected(&address.type_name, refers.chain(referred), input.schemas);
        for on in affected.into_keys() {
            changers.entry(on).or_default().push(at);
        }
    }
    if changers.is_empty() {
        return Vec::new();
    }
    let mut after: Vec<BTreeSet<usize>> = wanted
        .iter()
        .map(|one| {
            let needs = one.instance.depends.values().flatten();
            needs.filter_map(|on| index.get(on).copied()).collect()
        })
        .collect();
    let mut waits = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        let read = read_by(one.instance.fields.values());
        for changer in read.iter().filter_map(|on| changers.get(on)).flatten() {
            // What the changer itself needs cannot wait for it.
            if *changer != at && !reaches(&after, *changer, at) {
                after[at].insert(*changer);
                waits.push((at, *changer));
            }
        }
    }
    waits
}

/// The changes with steps that read something of each resource, by address.
pub(super) fn readers(decided: &[Decided]) -> BTreeMap<&Address, Vec<usize>> {
    let mut readers: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
    for (at, one) in decided.iter().enumerate() {
        let goal = one.work.goal.iter();
        let fields = goal.flat_map(|goal| goal.instance.fields.values());
        for on in read_by(fields) {
            readers.entry(on).or_default().push(at);
        }
    }
    readers
}

/// The resources whose attributes these values are made of.
fn read_by<'a>(values: impl Iterator<Item = &'a Value>) -> BTreeSet<&'a Address> {
    let mut read = BTreeSet::new();
    values.for_each(|value| read_from(value, &mut read));
    read
}

fn read_from<'a>(value: &'a Value, read: &mut BTreeSet<&'a Address>) {
    match value {
        Value::Unknown(unknown) if !is_new_id(unknown) => read.extend(&unknown.from),
        Value::List(items) => items.iter().for_each(|item| read_from(item, read)),
        Value::Map(map) => map.values().for_each(|value| read_from(value, read)),
        Value::Secret(secret) => read_from(secret.expose(), read),
        _ => {}
    }
}

fn reaches(after: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(&after[at]);
        }
    }
    false
}
