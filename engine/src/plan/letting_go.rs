//! What stays and lets go: of what is deleted or replaced, and of what another one takes.

use std::collections::BTreeMap;

use infra_model::{Forbids, Record, Value};
use infra_sdk::Prospect;

use super::action::Decided;
use super::claims::{Passing, without};
use super::{Action, Problem, Refusal};
use crate::compare::holds;
use crate::providers::{Providers, SchemaSource};

/// The ids of what is destroyed, each with its change.
pub(super) fn doomed(decided: &[Decided]) -> BTreeMap<&str, usize> {
    let doomed = decided
        .iter()
        .enumerate()
        .filter(|(_, one)| one.change.action.destroys());
    doomed
        .filter_map(|(at, one)| Some((one.work.current.as_deref()?.entry.id.as_str(), at)))
        .collect()
}

/// The fields of a resource that stays which hold something doomed: the field, its value, and what it holds.
pub(super) fn holding<'d>(
    one: &'d Decided,
    doomed: &BTreeMap<&str, usize>,
    schemas: &dyn SchemaSource,
) -> Vec<(&'d str, &'d Value, usize)> {
    let (Some(there), Some(schema)) = (
        one.work.current.as_deref().filter(|there| !there.gone),
        schemas.schema(&one.change.address.type_name),
    ) else {
        return Vec::new();
    };
    if one.change.action.destroys() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for field in schema.fields.iter().filter(|field| field.holds) {
        let Some((name, value)) = there.attributes.get_key_value(&field.name) else {
            continue;
        };
        let targets = mentioned(value, doomed);
        found.extend(targets.into_iter().map(|at| (name.as_str(), value, at)));
    }
    found
}

/// The doomed changes whose ids stand in a value.
fn mentioned(value: &Value, doomed: &BTreeMap<&str, usize>) -> Vec<usize> {
    match value {
        Value::String(text) => doomed.get(text.as_str()).copied().into_iter().collect(),
        Value::List(items) => items.iter().flat_map(|it| mentioned(it, doomed)).collect(),
        Value::Map(map) => map.values().flat_map(|it| mentioned(it, doomed)).collect(),
        _ => Vec::new(),
    }
}

/// The fields with which a resource that is changed lets go first, in a step of its own.
pub(super) fn release(
    at: usize,
    decided: &[Decided],
    passing: &[Passing<'_>],
    schemas: &dyn SchemaSource,
) -> Record {
    let one = &decided[at];
    let mut fields = Record::new();
    let (Some(there), Some(schema)) = (
        one.work.current.as_deref(),
        schemas.schema(&one.change.address.type_name),
    ) else {
        return fields;
    };
    if !matches!(one.change.action, Action::Update | Action::Restart) {
        return fields;
    }
    let mut attributes = Record::clone(&there.attributes);
    let given = passing.iter().filter(|it| it.holder == at && !it.moves);
    for passing in given {
        let left = without(&passing.held, &attributes, schema);
        attributes.extend(left.clone());
        fields.extend(left);
    }
    let doomed = doomed(decided);
    let ids: Vec<&str> = doomed.keys().copied().collect();
    for (name, _, _) in holding(one, &doomed, schemas) {
        let left = left_of(attributes.get(name).unwrap_or(&Value::Null), &ids);
        attributes.insert(name.to_owned(), left.clone());
        fields.insert(name.to_owned(), left);
    }
    fields
}

/// A value without the items that mention one of the ids.
fn left_of(value: &Value, ids: &[&str]) -> Value {
    let mentions = |value: &Value| ids.iter().any(|id| holds(value, id));
    match value {
        Value::List(items) => {
            let left = items.iter().filter(|item| !mentions(item));
            Value::List(left.cloned().collect())
        }
        value if mentions(value) => Value::Null,
        value => value.clone(),
    }
}

/// Of a replacement, the flags that forbid its deletion and that the program no longer sets.
pub(super) fn lifted(one: &Decided, schemas: &dyn SchemaSource) -> Record {
    let lifts = |name: &str| {
        let goal = one.work.goal.as_deref();
        goal.and_then(|goal| goal.planned.get(name)) == Some(&Value::Bool(false))
    };
    let flags = forbidding(one, Forbids::Delete, schemas).into_iter();
    flags
        .filter(|name| lifts(name))
        .map(|name| (name, Value::Bool(false)))
        .collect()
}

/// The flags that are set on what is there and that forbid something.
fn forbidding(one: &Decided, what: Forbids, schemas: &dyn SchemaSource) -> Vec<String> {
    let (Some(there), Some(schema)) = (
        one.work.current.as_deref().filter(|there| !there.gone),
        schemas.schema(&one.change.address.type_name),
    ) else {
        return Vec::new();
    };
    let set = |name: &str| there.attributes.get(name) == Some(&Value::Bool(true));
    let fields = schema
        .fields
        .iter()
        .filter(|field| field.forbids == Some(what));
    let set = fields.filter(|field| set(&field.name));
    set.map(|field| field.name.clone()).collect()
}

/// What the cloud would refuse because of a flag that the program itself has set.
pub(super) fn forbidden(decided: &[Decided], schemas: &dyn SchemaSource) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for one in decided {
        let what = match one.change.action {
            action if action.destroys() => Forbids::Delete,
            Action::Restart => Forbids::Stop,
            _ => continue,
        };
        let planned = |name: &str| one.work.goal.as_deref()?.planned.get(name);
        for field in forbidding(one, what, schemas) {
            if planned(&field) == Some(&Value::Bool(false)) {
                continue;
            }
            refusals.push(Refusal::Forbidden {
                address: one.change.address.clone(),
                in_program: one.work.goal.is_some(),
                field,
                what,
                span: one.change.span,
            });
        }
    }
    refusals
}

/// What is to be destroyed although something that stays keeps holding it.
pub(super) fn still_held(decided: &[Decided], schemas: &dyn SchemaSource) -> Vec<Problem> {
    let doomed = doomed(decided);
    let mut problems = Vec::new();
    for one in decided {
        let changed = |name: &str| one.change.fields.iter().any(|field| field.name == name);
        for (name, _, target) in holding(one, &doomed, schemas) {
            let id = one_id(decided, target);
            let planned = one
                .work
                .goal
                .as_ref()
                .and_then(|goal| goal.planned.get(name));
            if changed(name) && !planned.is_some_and(|value| holds(value, id)) {
                continue;
            }
            let (holder, goes) = (&one.change.address, &decided[target].change.address);
            problems.push(Problem {
                address: goes.clone(),
                message: format!("it is to be deleted, and {holder} keeps it in `{name}`"),
                help: Some(format!("say in `{name}` of {holder} what takes its place")),
                span: one.change.span.or(decided[target].change.span),
            });
        }
    }
    problems
}

/// What a provider knows that its cloud would refuse of the plan as a whole.
pub(super) fn foreseen(decided: &[Decided], providers: &Providers) -> Vec<Problem> {
    let mut by_provider: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, one) in decided.iter().enumerate() {
        by_provider
            .entry(&one.change.provider)
            .or_default()
            .push(at);
    }
    let mut problems = Vec::new();
    for (name, members) in by_provider {
        let changes = |at: &usize| decided[*at].change.action > Action::Forget;
        let Some(provider) = providers.get(name).filter(|_| members.iter().any(changes)) else {
            continue;
        };
        let after: Vec<Option<Record>> = members.iter().map(|at| after(&decided[*at])).collect();
        let plan: Vec<Prospect<'_>> = (members.iter().zip(&after))
            .map(|(at, after)| prospect(&decided[*at], after.as_ref()))
            .collect();
        for foreseen in provider.foresee(&plan) {
            let mut found = members.iter().map(|at| &decided[*at].change);
            let change = found.find(|change| change.address == foreseen.address);
            problems.push(Problem {
                span: change.and_then(|change| change.span),
                address: foreseen.address,
                message: foreseen.message,
                help: Some(foreseen.help),
            });
        }
    }
    problems
}

fn prospect<'a>(one: &'a Decided, after: Option<&'a Record>) -> Prospect<'a> {
    let there = one.work.current.as_deref().filter(|there| !there.gone);
    Prospect {
        address: &one.change.address,
        before: there.map(|there| there.attributes.as_ref()),
        after,
        destroyed: one.change.action.destroys(),
    }
}

/// The fields of a resource after the plan; what the program does not set is as it was.
fn after(one: &Decided) -> Option<Record> {
    let there = one.work.current.as_deref().filter(|there| !there.gone);
    let mut fields = match (one.change.action, there) {
        (Action::Delete, _) => return None,
        (Action::Replace { .. }, _) | (_, None) => Record::new(),
        (_, Some(there)) => Record::clone(&there.attributes),
    };
    match one.change.action {
        Action::None | Action::Record | Action::Forget => {}
        _ => fields.extend(one.work.goal.as_deref()?.planned.clone()),
    }
    Some(fields)
}

fn one_id(decided: &[Decided], at: usize) -> &str {
    let there = decided[at].work.current.as_deref();
    there.map_or("", |there| there.entry.id.as_str())
}
