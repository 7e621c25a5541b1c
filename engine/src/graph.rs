//! Who waits for whom. An edge means "must happen after".
//!
//! Resources may refer to each other in a circle only through fields that can be set late, after all of them
//! exist. Such fields are *deferred*: they are left out of creation and set in a step of their own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use infra_model::FastMap;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::providers::SchemaSource;

/// The dependencies of a set of resources, by index in the order they were given.
pub struct Graph {
    /// All indices, each after those it needs; deferred fields do not count.
    pub order: Vec<usize>,
    /// Through which fields each resource needs which others.
    pub needs: Vec<Vec<Need>>,
    /// The circle each resource belongs to, if any. A reference to itself is a circle of one.
    pub circle: Vec<Option<u32>>,
}

/// One resource needed by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The index of the needed resource.
    pub on: usize,
    /// Some field that is not deferred needs it (or `@after` does).
    pub firm: bool,
    /// The deferred fields through which it is needed.
    pub deferred: Vec<String>,
}

/// Resources wait for each other and no late field breaks the circle: their indices, each with the field through
/// which it needs the next.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle(pub Vec<(usize, String)>);

/// One resource and what it mentions.
pub struct Node<'a> {
    /// The resource's type, which knows which fields are late.
    pub type_name: &'a str,
    /// The fields with the indices of the resources they mention; `@after` is under the empty name.
    pub mentions: Vec<(&'a str, usize)>,
}

impl Graph {
    /// The graph of `nodes`.
    ///
    /// # Errors
    /// A circle that stays one without its late fields.
    pub fn new(nodes: &[Node<'_>], schemas: &dyn SchemaSource) -> Result<Graph, Circle> {
        let mentions = |at: usize| nodes[at].mentions.iter().copied();
        let all = (0..nodes.len()).flat_map(|at| mentions(at).map(move |(_, on)| (on, at)));
        let circle = circles(nodes.len(), all);

        let mut needs = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            let schema = schemas.schema(node.type_name);
            let late = |field: &str| {
                let field = schema.and_then(|schema| schema.field(field));
                field.is_some_and(|field| field.late)
            };
            let mut by_target: BTreeMap<usize, Need> = BTreeMap::new();
            for (field, on) in mentions(at) {
                let need = by_target.entry(on).or_insert_with(|| Need {
                    on,
                    firm: false,
                    deferred: Vec::new(),
                });
                if circle[at].is_some() && circle[at] == circle[on] && late(field) {
                    need.deferred.push(field.to_owned());
                } else {
                    need.firm = true;
                }
            }
            needs.push(by_target.into_values().collect::<Vec<_>>());
        }
        let firm = || {
            needs.iter().enumerate().flat_map(|(at, needs)| {
                let firm = needs.iter().filter(|need| need.firm);
                firm.map(move |need| (need.on, at))
            })
        };
        let left = circles(nodes.len(), firm());
        if let Some(start) = left.iter().position(Option::is_some) {
            return Err(walk_circle(start, &left, &needs, nodes));
        }
        let order = topological(nodes.len(), firm());
        Ok(Graph {
            order,
            needs,
            circle,
        })
    }
}

/// Numbers the strongly connected components that have an inner edge; `None` for a node outside of any.
fn circles(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<Option<u32>> {
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(count, count);
    for _ in 0..count {
        graph.add_node(());
    }
    let mut to_itself = vec![false; count];
    for (from, to) in edges {
        to_itself[to] |= from == to;
        graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
    }
    let mut circle = vec![None; count];
    let mut number = 0;
    for component in kosaraju_scc(&graph) {
        if component.len() > 1 || to_itself[component[0].index()] {
            for node in component {
                circle[node.index()] = Some(number);
            }
            number += 1;
        }
    }
    circle
}

/// Follows firm needs inside one circle until a resource comes up again.
fn walk_circle(
    start: usize,
    circle: &[Option<u32>],
    needs: &[Vec<Need>],
    nodes: &[Node<'_>],
) -> Circle {
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut place: FastMap<usize, usize> = FastMap::default();
    let mut at = start;
    while !place.contains_key(&at) {
        let inside = |need: &&Need| need.firm && circle[need.on] == circle[start];
        // A member of a strongly connected component has an edge that stays inside it.
        let Some(need) = needs[at].iter().find(inside) else {
            break;
        };
        let field = nodes[at]
            .mentions
            .iter()
            .find(|(field, on)| *on == need.on && !need.deferred.iter().any(|late| late == field));
        place.insert(at, path.len());
        path.push((at, field.map_or("", |(name, _)| name).to_owned()));
        at = need.on;
    }
    let from = place.get(&at).copied().unwrap_or(0);
    Circle(path.split_off(from))
}

/// A topological order of an acyclic graph; among those that are free, lower numbers come first.
pub fn topological(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut waiting = vec![0_usize; count];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        waiting[to] += 1;
        next[from].push(to);
    }
    let mut free: BinaryHeap<Reverse<usize>> = (0..count)
        .filter(|node| waiting[*node] == 0)
        .map(Reverse)
        .collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(node)) = free.pop() {
        order.push(node);
        for &then in &next[node] {
            waiting[then] -= 1;
            if waiting[then] == 0 {
                free.push(Reverse(then));
            }
        }
    }
    order
}

/// Whether edges lead from one node to another.
fn leads(from: usize, to: usize, next: &FastMap<usize, Vec<usize>>) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        let then = next.get(&at).into_iter().flatten();
        open.extend(then.filter(|node| seen.insert(**node)));
    }
    false
}

/// Makes the edges acyclic: a soft edge that would close a circle is dropped, and then so is a weak one, so that a weak
/// edge never costs a soft one its place. Hard edges alone must be acyclic,
/// or the nodes of a circle of theirs are the error. The result is each node's predecessors, ascending.
pub fn predecessors(
    count: usize,
    hard: &BTreeSet<(usize, usize)>,
    soft: &BTreeSet<(usize, usize)>,
    weak: &BTreeSet<(usize, usize)>,
) -> Result<Vec<Vec<usize>>, Vec<usize>> {
    let mut kept = hard.clone();
    for more in [soft, weak] {
        let circle = circles(count, kept.iter().chain(more).copied());
        let (inside, outside): (Vec<_>, Vec<_>) = more
            .iter()
            .copied()
            .partition(|(from, to)| circle[*from].is_some() && circle[*from] == circle[*to]);
        kept.extend(outside);
        let mut next: FastMap<usize, Vec<usize>> = FastMap::default();
        for (from, to) in kept
            .iter()
            .filter(|(from, to)| circle[*from] == circle[*to])
        {
            next.entry(*from).or_default().push(*to);
        }
        for (from, to) in inside {
            if !leads(to, from, &next) {
                next.entry(from).or_default().push(to);
                kept.insert((from, to));
            }
        }
    }
    let left = circles(count, kept.iter().copied());
    if let Some(number) = left.iter().flatten().next() {
        let members = (0..count).filter(|node| left[*node] == Some(*number));
        return Err(members.collect());
    }
    let mut before = vec![Vec::new(); count];
    for (from, to) in kept {
        before[to].push(from);
    }
    Ok(before)
}
