//! Resources that need each other in a cycle.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::{Address, FastMap, Instance, Span};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::schema::Schemas;
use infra_model::SchemaKind;

/// A dependency: the field that mentions the other instance, where, and the other's position.
struct Edge<'i> {
    field: &'i str,
    span: Span,
    to: usize,
}

/// One diagnostic for each cycle of instances. Fields that can be set after creation do not close a cycle.
pub(super) fn find(instances: &[Arc<Instance>], schemas: &Schemas) -> Vec<Diagnostic> {
    let positions: FastMap<&Address, usize> = instances
        .iter()
        .enumerate()
        .map(|(position, instance)| (&instance.address, position))
        .collect();
    let edges: Vec<Vec<Edge<'_>>> = instances
        .iter()
        .map(|instance| edges(instance, &positions, schemas))
        .collect();
    let mut diagnostics = Vec::new();
    let mut reported = BTreeSet::new();
    // A declaration with `for` has the same cycle for every key; one message says it.
    let mut is_new =
        |first: usize| reported.len() < REPORTED_MAX && reported.insert(instances[first].span);
    for cycle in cycles(&edges, &mut is_new) {
        diagnostics.push(describe(&cycle, instances, &edges));
    }
    diagnostics
}

/// When there are more cycles, the first ones are enough to begin with.
const REPORTED_MAX: usize = 100;

/// A longer cycle is shown by its first steps.
const STEPS_MAX: usize = 20;

fn edges<'i>(
    instance: &'i Instance,
    positions: &FastMap<&Address, usize>,
    schemas: &Schemas,
) -> Vec<Edge<'i>> {
    let schema = schemas.get(&instance.address.type_name, SchemaKind::Resource);
    let late = |field: &str| {
        schema
            .and_then(|it| it.field(field))
            .is_some_and(|it| it.late)
    };
    let mut edges = Vec::new();
    for (field, addresses) in &instance.depends {
        if late(field) {
            continue;
        }
        let span = instance
            .field_spans
            .get(field)
            .copied()
            .unwrap_or(instance.span);
        edges.reserve_exact(addresses.len());
        for address in addresses {
            if let Some(to) = positions.get(address) {
                edges.push(Edge {
                    field,
                    span,
                    to: *to,
                });
            }
        }
    }
    edges
}

/// Cycles as steps of (instance, the edge taken from it), those that begin with an instance that `wanted` wants.
/// Depth first with a stack of its own: chains of resources can be longer than the machine's stack is deep.
fn cycles(
    edges: &[Vec<Edge<'_>>],
    wanted: &mut dyn FnMut(usize) -> bool,
) -> Vec<Vec<(usize, usize)>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    // Where in the path the open ones are.
    let mut places = vec![0; edges.len()];
    let mut found = Vec::new();
    for start in 0..edges.len() {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        places[start] = 0;
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let Some(edge) = edges[*at].get(*next) else {
                marks[*at] = Mark::Done;
                path.pop();
                continue;
            };
            let to = edge.to;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    *next += 1;
                    places[to] = path.len();
                    path.push((to, 0));
                }
                Mark::Open => {
                    let from = places[to];
                    // Every step but the last already moved on to its next edge.
                    let last = path.len() - 1;
                    let step = |(index, (node, next)): (usize, &(usize, usize))| {
                        (
                            *node,
                            if from + index == last {
                                *next
                            } else {
                                next - 1
                            },
                        )
                    };
                    if wanted(to) {
                        found.push(path[from..].iter().enumerate().map(step).collect());
                    }
                    path[last].1 += 1;
                }
                Mark::Done => *next += 1,
            }
        }
    }
    found
}

fn describe(
    cycle: &[(usize, usize)],
    instances: &[Arc<Instance>],
    edges: &[Vec<Edge<'_>>],
) -> Diagnostic {
    let shown = &cycle[..cycle.len().min(STEPS_MAX)];
    let mut names: Vec<String> = shown
        .iter()
        .map(|(node, _)| format!("`{}`", instances[*node].address))
        .collect();
    if shown.len() < cycle.len() {
        names.push("…".to_owned());
    }
    names.push(names[0].clone());
    let edge = |step: &(usize, usize)| &edges[step.0][step.1];
    let message = format!(
        "resources need each other in a cycle: {}",
        names.join(" → ")
    );
    let mut diagnostic = Diagnostic::error(codes::CYCLE, edge(&cycle[0]).span, message).help(
        "none of them can be made first; take one mention out, or move what they share into a resource of its own",
    );
    for step in &shown[1..] {
        let edge = edge(step);
        let what = if edge.field.is_empty() {
            "`@after`".to_owned()
        } else {
            format!("`{}`", edge.field)
        };
        let text = format!(
            "{what} of `{}` needs `{}`",
            instances[step.0].address, instances[edge.to].address
        );
        diagnostic = diagnostic.related(edge.span, text);
    }
    diagnostic
}
