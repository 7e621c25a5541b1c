//! The order of all steps: what must be there before, what must be gone before.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{Address, FastMap, Record};

use super::action::Decided;
use super::affected::{affected_by, readers};
use super::claims::{Claims, Passing};
use super::doom::Doom;
use super::emit::{Nodes, emit};
use super::letting_go::{doomed, foreseen, holding, release, still_held};
use super::{Action, PlanError, Reason, Step, StepId};
use crate::graph::{self, Graph};
use crate::providers::{Providers, SchemaSource};

/// Writes the steps of every change, in an order in which they could be done one by one. The first decisions are
/// the nodes of `graph`.
///
/// # Errors
/// No order exists.
pub(super) fn steps(
    decided: &mut [Decided],
    graph: &Graph,
    schemas: &dyn SchemaSource,
    providers: &Providers,
) -> Result<Vec<Step>, PlanError> {
    let mut strict = true;
    let mut split: BTreeMap<usize, Record> = BTreeMap::new();
    let mut problems = still_held(decided, schemas);
    problems.extend(foreseen(decided, providers));
    if !problems.is_empty() {
        return Err(PlanError::Invalid(problems));
    }
    loop {
        let claims = Claims::new(decided, schemas, providers);
        if !claims.clashes.is_empty() {
            return Err(PlanError::Invalid(claims.clashes));
        }
        if keep_one(decided, &claims.kept) {
            continue;
        }
        let mut order = Order::new(decided, graph, schemas, &split);
        order.after_what_is_needed();
        order.dependants_go_first(strict);
        order.references_move_away(schemas);
        order.what_goes_lets_go();
        order.things_pass(&claims.passing);
        order.changed_values_are_read_again(schemas);
        match graph::predecessors(order.steps.len(), &order.hard, &order.soft, &order.weak) {
            Ok(before) => {
                let steps = number(order.steps, &before);
                for (at, fields) in split {
                    decided[at].work.released = fields;
                }
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
                let more = changes.iter().filter(|at| !split.contains_key(*at));
                let more = more.map(|at| (*at, release(*at, decided, &claims.passing, schemas)));
                let more: Vec<_> = more.filter(|(_, fields)| !fields.is_empty()).collect();
                if !more.is_empty() {
                    split.extend(more);
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

/// What keeps something of which there is one goes before its successor comes. Whether some had to give that up.
fn keep_one(decided: &mut [Decided], kept: &[(usize, String)]) -> bool {
    let mut any = false;
    for (at, field) in kept {
        let change = &mut decided[*at].change;
        if change.action == (Action::Replace { create_first: true }) {
            any = true;
            change.action = Action::Replace {
                create_first: false,
            };
            change.reasons.push(Reason::Keeps {
                field: field.clone(),
            });
        }
    }
    any
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
    fn new(
        decided: &'a [Decided],
        graph: &'a Graph,
        schemas: &dyn SchemaSource,
        split: &BTreeMap<usize, Record>,
    ) -> Order<'a> {
        let doom = Doom::new(decided, schemas);
        let emitted = emit(decided, &doom.in_circles(), split, schemas);
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
    fn references_move_away(&mut self, schemas: &dyn SchemaSource) {
        let doomed = doomed(self.decided);
        for (at, one) in self.decided.iter().enumerate() {
            for (_, _, target) in holding(one, &doomed, schemas) {
                self.hard
                    .extend(self.nodes[at].lets_go().zip(self.nodes[target].doom()));
            }
        }
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

    /// Who takes what another one has waits until that has let go. Where the cloud itself takes it from one and gives
    /// it to the other, taking comes first, so that nothing is without it meanwhile.
    fn things_pass(&mut self, passing: &[Passing<'_>]) {
        for it in passing {
            let (holder, taker) = (&self.nodes[it.holder], &self.nodes[it.taker]);
            let lets_go = holder.delete.or(holder.lets_go());
            let deferred = it.held.exclusive.fields.iter().any(|field| {
                let goal = self.decided[it.taker].work.goal.as_deref();
                goal.is_some_and(|goal| goal.deferred.contains(field))
            });
            let takes = match deferred {
                true => taker.late,
                false => taker.create.or(taker.update),
            };
            match it.moves {
                true => self.soft.extend(takes.zip(lets_go)),
                false => self.hard.extend(lets_go.zip(takes)),
            }
        }
    }

    /// What reads a value that other steps change waits for those, and they read it again.
    fn changed_values_are_read_again(&mut self, schemas: &dyn SchemaSource) {
        let decided = self.decided;
        let affected = decided.iter().enumerate().flat_map(|(at, one)| {
            let affected = affected_by(&one.change, &one.work, schemas).into_keys();
            affected.map(move |on| (at, on))
        });
        let affected: Vec<(usize, &Address)> = affected.collect();
        if affected.is_empty() {
            return;
        }
        let readers = readers(decided);
        for (at, on) in affected {
            let readers = readers.get(on).into_iter().flatten();
            let others = readers.filter(|reader| **reader != at);
            let waiting = others.filter_map(|reader| self.nodes[*reader].needing());
            let waiting: Vec<usize> = waiting.collect();
            if waiting.is_empty() {
                continue;
            }
            let own = &self.nodes[at];
            for step in [own.create, own.update, own.delete].into_iter().flatten() {
                self.steps[step].reads_again.push(on.clone());
            }
            // The graph has the edges of what stays.
            if decided[at].work.goal.is_none() {
                let waiting = waiting.into_iter();
                self.hard
                    .extend(waiting.filter_map(|it| Some((own.delete?, it))));
            }
        }
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
