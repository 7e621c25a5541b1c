//! The order of all steps: what must be there before, what must be gone before.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{Address, Change, FastMap, Value, json};

use super::action::Decided;
use super::doom::Doom;
use super::emit::{Nodes, emit};
use super::{Action, PlanError, Reason, Step, StepId};
use crate::graph::{self, Graph};
use crate::providers::SchemaSource;

/// Writes the steps of every change, in an order in which they could be done one by one. The first decisions are
/// the nodes of `graph`.
///
/// # Errors
/// No order exists.
pub(super) fn steps(
    decided: &mut [Decided],
    graph: &Graph,
    schemas: &dyn SchemaSource,
) -> Result<Vec<Step>, PlanError> {
    let mut strict = true;
    loop {
        let mut order = Order::new(decided, graph, schemas);
        order.after_what_is_needed();
        order.dependants_go_first(strict);
        order.references_move_away();
        order.what_goes_lets_go();
        order.names_become_free(schemas);
        match graph::predecessors(order.steps.len(), &order.hard, &order.soft, &order.weak) {
            Ok(before) => {
                let steps = number(order.steps, &before);
                for step in &steps {
                    decided[step.change].change.steps.push(step.id);
                }
                return Ok(steps);
            }
            Err(tangled) => {
                let changes: BTreeSet<usize> = tangled
                    .iter()
                    .map(|step| order.steps[*step].change)
                    .collect();
                if destroy_first(decided, &changes) {
                    continue;
                }
                if strict {
                    // The state may contradict itself after runs that ended half-way. Deletions that then come
                    // too early are refused by the cloud, and the next run goes on from there.
                    strict = false;
                    continue;
                }
                let addresses = changes.iter().map(|at| decided[*at].change.address.clone());
                return Err(PlanError::Entangled(addresses.collect()));
            }
        }
    }
}

/// A replacement can only be made before its predecessor goes if all it needs can. Whether some of `changes` had
/// to give that up.
fn destroy_first(decided: &mut [Decided], changes: &BTreeSet<usize>) -> bool {
    let destroys_first = Action::Replace {
        create_first: false,
    };
    let cause = changes
        .iter()
        .map(|at| &decided[*at].change)
        .find(|change| change.action == destroys_first)
        .map(|change| change.address.clone());
    let mut any = false;
    for at in changes {
        let change = &mut decided[*at].change;
        if change.action == (Action::Replace { create_first: true }) {
            any = true;
            change.action = destroys_first;
            let because = cause.clone().unwrap_or_else(|| change.address.clone());
            change.reasons.push(Reason::DestroyFirst { because });
        }
    }
    any
}

struct Order<'a> {
    decided: &'a [Decided],
    graph: &'a Graph,
    doom: Doom,
    steps: Vec<Step>,
    nodes: Vec<Nodes>,
    hard: BTreeSet<(usize, usize)>,
    /// Edges that are dropped where they would close a circle.
    soft: BTreeSet<(usize, usize)>,
    /// Edges that are dropped where they and the others would close a circle.
    weak: BTreeSet<(usize, usize)>,
}

impl<'a> Order<'a> {
    fn new(decided: &'a [Decided], graph: &'a Graph, schemas: &dyn SchemaSource) -> Order<'a> {
        let doom = Doom::new(decided, schemas);
        let emitted = emit(decided, &doom.in_circles(), schemas);
        Order {
            decided,
            graph,
            doom,
            steps: emitted.steps,
            nodes: emitted.nodes,
            hard: emitted.edges,
            soft: BTreeSet::new(),
            weak: BTreeSet::new(),
        }
    }

    fn hard(&mut self, before: Option<usize>, after: Option<usize>) {
        self.hard.extend(before.zip(after));
    }

    /// Nothing is made or changed before what it refers to is there. Inside a circle only existence counts.
    fn after_what_is_needed(&mut self) {
        for (at, needs) in self.graph.needs.iter().enumerate() {
            for need in needs {
                let together = self.graph.circle[at].is_some()
                    && self.graph.circle[at] == self.graph.circle[need.on];
                let there = match together {
                    true => self.nodes[need.on].create,
                    false => self.nodes[need.on].made(),
                };
                if need.firm && need.on != at {
                    self.hard(there, self.nodes[at].needing());
                }
                if !need.deferred.is_empty() {
                    let closing = self.nodes[at].late.or(self.nodes[at].update);
                    self.hard(self.nodes[need.on].create, closing);
                }
            }
        }
    }

    /// What goes, goes before what it refers to.
    fn dependants_go_first(&mut self, strict: bool) {
        let nodes = |index: usize| &self.nodes[self.doom.changes[index]];
        let graph = &self.doom.graph;
        let mut edges = Vec::new();
        for (index, needs) in graph.needs.iter().enumerate() {
            for need in needs {
                let on = nodes(need.on);
                let first = match graph.circle[need.on] {
                    None => on.doom(),
                    Some(_) => on.delete,
                };
                edges.extend(match need.firm {
                    true => nodes(index).delete.zip(first),
                    false => nodes(index).clear.zip(on.delete),
                });
            }
        }
        let loose = self.doom.loose.iter().flat_map(|(from, to)| {
            let (from, on) = (nodes(*from), nodes(*to));
            [from.clear.zip(on.delete), from.delete.zip(on.delete)]
        });
        let loose: Vec<(usize, usize)> = loose.flatten().filter(|(from, to)| from != to).collect();
        self.soft.extend(loose);
        match strict {
            true => self.hard.extend(edges),
            false => self.soft.extend(edges),
        }
    }

    /// What stays lets go of what goes before that goes.
    fn references_move_away(&mut self) {
        let mut going: FastMap<&Address, Vec<usize>> = FastMap::default();
        for at in &self.doom.changes {
            if let Some(existing) = &self.decided[*at].work.current {
                going.entry(existing.entry.address()).or_default().push(*at);
            }
        }
        for (at, one) in self.decided.iter().enumerate() {
            let (Some(update), Some(existing)) = (self.nodes[at].update, &one.work.current) else {
                continue;
            };
            let gone = existing.entry.draft.depends.iter();
            for target in gone.filter_map(|on| going.get(on)).flatten() {
                self.soft
                    .extend(self.nodes[*target].doom().map(|doom| (update, doom)));
            }
        }
    }

    /// What goes lets go of what stays before that is changed: a disk is detached before its machine is stopped,
    /// changed or started, and not meanwhile. Two steps that both stop and start a machine would wait for each other.
    fn what_goes_lets_go(&mut self) {
        let changed: FastMap<&Address, usize> = (self.decided.iter().zip(&self.nodes))
            .filter_map(|(one, nodes)| Some((&one.change.address, nodes.update?)))
            .collect();
        for at in &self.doom.changes {
            let (Some(existing), Some(delete)) =
                (&self.decided[*at].work.current, self.nodes[*at].delete)
            else {
                continue;
            };
            let needs = existing.entry.draft.depends.iter();
            let stays = needs.filter_map(|on| changed.get(on));
            // Where each waits for the other, what stays lets go.
            self.weak.extend(stays.map(|update| (delete, *update)));
        }
    }

    /// What is made waits for the deletion of what bears the same name or range, where nothing forbids it.
    fn names_become_free(&mut self, schemas: &dyn SchemaSource) {
        let identities =
            |at: usize, fields: &infra_model::Record| -> Vec<(String, String, String)> {
                let change = &self.decided[at].change;
                let Some(schema) = schemas.schema(&change.address.type_name) else {
                    return Vec::new();
                };
                fields
                    .iter()
                    .filter(|(name, value)| {
                        let fixed = schema
                            .field(name)
                            .is_some_and(|field| field.change == Change::Replace);
                        fixed && (*name == "name" || matches!(value, Value::Cidr(_) | Value::Ip(_)))
                    })
                    .map(|(name, value)| {
                        let owner = format!("{} {}", change.provider, change.address.type_name);
                        (owner, name.clone(), json::to_state(value).to_string())
                    })
                    .collect()
            };
        let mut taken: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
        for at in &self.doom.changes {
            if let (Some(existing), Some(delete)) =
                (&self.decided[*at].work.current, self.nodes[*at].delete)
            {
                for identity in identities(*at, &existing.attributes) {
                    taken.entry(identity).or_default().push(delete);
                }
            }
        }
        if taken.is_empty() {
            return;
        }
        let mut edges = Vec::new();
        for (at, one) in self.decided.iter().enumerate() {
            if let (Some(goal), Some(create)) = (&one.work.goal, self.nodes[at].create) {
                for identity in identities(at, &goal.planned) {
                    let deletes = taken.get(&identity).into_iter().flatten();
                    edges.extend(deletes.map(|delete| (*delete, create)));
                }
            }
        }
        self.soft.extend(edges);
    }
}

/// Gives the steps their final numbers, so that each comes after those it waits for.
fn number(steps: Vec<Step>, before: &[Vec<usize>]) -> Vec<Step> {
    let edges = before
        .iter()
        .enumerate()
        .flat_map(|(to, before)| before.iter().map(move |from| (*from, to)));
    let order = graph::topological(steps.len(), edges);
    let mut place = vec![0_u32; steps.len()];
    for (number, old) in order.iter().enumerate() {
        place[*old] = number as u32;
    }
    let mut numbered: Vec<Step> = steps
        .into_iter()
        .enumerate()
        .map(|(old, mut step)| {
            step.id = StepId(place[old]);
            step.after = before[old]
                .iter()
                .map(|from| StepId(place[*from]))
                .collect();
            step.after.sort_unstable();
            step
        })
        .collect();
    numbered.sort_unstable_by_key(|step| step.id);
    numbered
}
