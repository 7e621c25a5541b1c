//! The steps of each change, and the order among themselves.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{Change, Record, Schema, Type, Value};

use super::action::Decided;
use super::letting_go::lifted;
use super::work::Existing;
use super::{Action, Reason, Step, StepId, StepKind};
use crate::providers::SchemaSource;

/// The steps of one change that others may have to wait for.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    /// Lets go of what others wait for, before anything else happens to it.
    pub release: Option<usize>,
    pub snapshot: Option<usize>,
    pub clear: Option<usize>,
    pub delete: Option<usize>,
    pub create: Option<usize>,
    pub late: Option<usize>,
    pub update: Option<usize>,
    pub adopt: Option<usize>,
}

impl Nodes {
    /// The step after which those that refer to the resource can go on.
    pub fn made(&self) -> Option<usize> {
        self.late.or(self.update).or(self.create).or(self.adopt)
    }

    /// The step that must wait for what the resource refers to.
    pub fn needing(&self) -> Option<usize> {
        self.create.or(self.update)
    }

    /// The step that lets go of what something that stays has held until now.
    pub fn lets_go(&self) -> Option<usize> {
        self.release.or(self.update)
    }

    /// The first step of its destruction.
    pub fn doom(&self) -> Option<usize> {
        self.snapshot.or(self.clear).or(self.delete)
    }
}

/// Steps as they are written down: `after` is still empty, the order is in `edges`.
#[derive(Default)]
pub(super) struct Emitted {
    pub steps: Vec<Step>,
    /// By change.
    pub nodes: Vec<Nodes>,
    pub edges: BTreeSet<(usize, usize)>,
}

/// Writes down the steps of every change. `in_circle` tells which doomed changes take part in a circle of late
/// references, and `split` which fields of a change are emptied in a step of their own before it.
pub(super) fn emit(
    decided: &[Decided],
    in_circle: &BTreeSet<usize>,
    split: &BTreeMap<usize, Record>,
    schemas: &dyn SchemaSource,
) -> Emitted {
    let mut emitted = Emitted::default();
    for (at, one) in decided.iter().enumerate() {
        let schema = schemas.schema(&one.change.address.type_name);
        let writer = Writer {
            emitted: &mut emitted,
            decided: one,
            at,
            schema,
            clears: in_circle.contains(&at),
            releases: match one.change.action {
                Action::Replace { .. } => lifted(one, schemas),
                _ => split.get(&at).cloned().unwrap_or_default(),
            },
            nodes: Nodes::default(),
        };
        let nodes = writer.write();
        emitted.nodes.push(nodes);
    }
    emitted
}

struct Writer<'a> {
    emitted: &'a mut Emitted,
    decided: &'a Decided,
    at: usize,
    schema: Option<&'a Schema>,
    clears: bool,
    releases: Record,
    nodes: Nodes,
}

impl Writer<'_> {
    fn write(mut self) -> Nodes {
        let change = &self.decided.change;
        let moved = change.reasons.iter().find_map(|reason| match reason {
            Reason::Moved { from, .. } => Some(from.clone()),
            _ => None,
        });
        let first = moved.map(|from| self.push(StepKind::Move { from }));
        let start = self.emitted.steps.len();
        match change.action {
            Action::None => {}
            Action::Record => {
                self.push(StepKind::Record);
            }
            Action::Forget => {
                self.push(StepKind::Forget);
            }
            Action::Adopt => self.adopt(),
            Action::Update | Action::Restart => {
                self.release();
                self.update();
                self.order(self.nodes.release, self.nodes.update);
            }
            Action::Create => {
                // What was deleted outside leaves the state before its successor enters.
                let gone = self.decided.work.current.is_some();
                let forget = gone.then(|| self.push(StepKind::Forget));
                self.create();
                self.order(forget, self.nodes.create);
            }
            Action::Delete => self.delete(),
            Action::Replace { create_first } => {
                self.release();
                self.delete();
                self.create();
                self.order(self.nodes.release, self.nodes.doom());
                match create_first {
                    true => self.order(self.nodes.made(), self.nodes.doom()),
                    false => self.order(self.nodes.delete, self.nodes.create),
                }
            }
        }
        if let Some(first) = first {
            for then in start..self.emitted.steps.len() {
                self.order(Some(first), Some(then));
            }
        }
        self.nodes
    }

    fn push(&mut self, kind: StepKind) -> usize {
        let at = self.emitted.steps.len();
        self.emitted.steps.push(Step {
            id: StepId(at as u32),
            address: self.decided.change.address.clone(),
            conditional: self.decided.change.conditional && matches!(kind, StepKind::Update { .. }),
            kind,
            change: self.at,
            after: Vec::new(),
            reads_again: Vec::new(),
        });
        at
    }

    fn order(&mut self, before: Option<usize>, after: Option<usize>) {
        self.emitted.edges.extend(before.zip(after));
    }

    fn adopt(&mut self) {
        let id = self.decided.change.id.clone().unwrap_or_default();
        self.nodes.adopt = Some(self.push(StepKind::Adopt { id }));
        if !self.decided.change.fields.is_empty() {
            self.update();
            self.order(self.nodes.adopt, self.nodes.update);
        }
    }

    fn release(&mut self) {
        if !self.releases.is_empty() {
            let fields = std::mem::take(&mut self.releases);
            self.nodes.release = Some(self.push(StepKind::Release { fields }));
        }
    }

    fn update(&mut self) {
        let fields = &self.decided.change.fields;
        let restart = fields
            .iter()
            .any(|field| field.certain && field.cost == Change::Restart);
        let fields = fields.iter().map(|field| field.name.clone()).collect();
        self.nodes.update = Some(self.push(StepKind::Update { fields, restart }));
    }

    fn create(&mut self) {
        self.nodes.create = Some(self.push(StepKind::Create));
        let goal = self.decided.work.goal.as_deref();
        let deferred: Vec<String> = goal
            .map(|goal| goal.deferred.iter().cloned().collect())
            .unwrap_or_default();
        if !deferred.is_empty() {
            self.nodes.late = Some(self.push(StepKind::SetLate { fields: deferred }));
            self.order(self.nodes.create, self.nodes.late);
        }
    }

    fn delete(&mut self) {
        let Some(existing) = &self.decided.work.current else {
            return;
        };
        if wants_snapshot(self.decided, existing, self.schema) {
            self.nodes.snapshot = Some(self.push(StepKind::Snapshot));
        }
        let fields = match self.clears {
            true => late_values(existing, self.schema),
            false => Record::new(),
        };
        if !fields.is_empty() {
            self.nodes.clear = Some(self.push(StepKind::ClearLate { fields }));
        }
        let change = &self.decided.change;
        let predecessor = change.action == (Action::Replace { create_first: true })
            || change
                .reasons
                .iter()
                .any(|reason| matches!(reason, Reason::Leftover | Reason::Duplicate));
        self.nodes.delete = Some(self.push(StepKind::Delete { predecessor }));
        self.order(self.nodes.snapshot, self.nodes.clear.or(self.nodes.delete));
        self.order(self.nodes.clear, self.nodes.delete);
    }
}

/// Whether a snapshot is taken before the resource goes: `@snapshot` stands on it, now or at the last apply, and
/// it holds data.
pub(super) fn wants_snapshot(
    decided: &Decided,
    existing: &Existing,
    schema: Option<&Schema>,
) -> bool {
    let goal = decided.work.goal.as_deref();
    let asked = existing.entry.draft.guard.snapshot || goal.is_some_and(|goal| goal.guard.snapshot);
    asked && schema.is_some_and(|schema| schema.data_in(&existing.attributes).is_some())
}

/// The late fields of an existing resource that have a value, each with its empty value.
fn late_values(existing: &Existing, schema: Option<&Schema>) -> Record {
    let late = schema
        .into_iter()
        .flat_map(|schema| &schema.fields)
        .filter(|field| field.late);
    late.filter_map(|field| {
        let empty = match &field.ty {
            Type::List(_) => Value::List(Vec::new()),
            Type::Map(_) => Value::Map(Record::new()),
            _ => Value::Null,
        };
        let now = existing.attributes.get(&field.name)?;
        (*now != empty && !now.is_null()).then(|| (field.name.clone(), empty))
    })
    .collect()
}
