//! What goes: in which order, and which references must be cleared before.

use std::collections::HashMap;

use infra_model::{Address, Value};

use super::action::Decided;
use crate::graph::{Graph, Node};
use crate::providers::SchemaSource;

/// The changes that destroy something, and how those existing resources refer to each other.
pub(super) struct Doom {
    /// The indices of the changes.
    pub changes: Vec<usize>,
    /// The graph of `changes`. `None` when their references contradict each other, as they may after runs that
    /// ended half-way.
    pub graph: Option<Graph>,
    /// The plain references, as indices into `changes`: who refers to whom.
    pub references: Vec<(usize, usize)>,
}

impl Doom {
    pub fn new(decided: &[Decided], schemas: &dyn SchemaSource) -> Doom {
        let changes: Vec<usize> = (0..decided.len())
            .filter(|at| decided[*at].change.action.destroys())
            .collect();
        let mut lives: HashMap<&Address, Vec<(usize, &str)>> = HashMap::new();
        for (index, at) in changes.iter().enumerate() {
            if let Some(existing) = &decided[*at].work.current {
                let entry = &existing.entry;
                lives
                    .entry(entry.address())
                    .or_default()
                    .push((index, &entry.id));
            }
        }
        let nodes: Vec<Node<'_>> = changes
            .iter()
            .enumerate()
            .map(|(index, at)| Node {
                type_name: &decided[*at].change.address.type_name,
                mentions: mentions(&decided[*at], index, &lives),
            })
            .collect();
        let references = nodes.iter().enumerate().flat_map(|(index, node)| {
            let targets = node.mentions.iter().map(move |(_, on)| (index, *on));
            targets.filter(|(from, to)| from != to)
        });
        Doom {
            references: references.collect(),
            graph: Graph::new(&nodes, schemas).ok(),
            changes,
        }
    }
}

/// What a doomed resource refers to among the doomed. The ids in the fields that were sent tell by which field,
/// and which life of an address; what no field shows counts as firm, like `@after`.
fn mentions<'a>(
    decided: &'a Decided,
    own: usize,
    lives: &HashMap<&Address, Vec<(usize, &str)>>,
) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    let Some(existing) = &decided.work.current else {
        return found;
    };
    let draft = &existing.entry.draft;
    for lives in draft.depends.iter().filter_map(|on| lives.get(on)) {
        let before = found.len();
        for (index, id) in lives {
            let fields = draft.authored.iter().filter(|(_, value)| holds(value, id));
            found.extend(fields.map(|(name, _)| (name.as_str(), *index)));
        }
        if found.len() == before {
            let others = lives.iter().filter(|(index, _)| *index != own);
            found.extend(others.map(|(index, _)| ("", *index)));
        }
    }
    found
}

/// Whether the id stands somewhere in the value.
fn holds(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::List(items) => items.iter().any(|item| holds(item, id)),
        Value::Map(map) => map.values().any(|value| holds(value, id)),
        _ => false,
    }
}
