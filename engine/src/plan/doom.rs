//! What goes: in which order, and which references must be cleared before.

use std::collections::BTreeSet;

use infra_model::{Address, FastMap, FastSet};

use super::action::Decided;
use crate::compare::holds;
use crate::graph::{Graph, Node};
use crate::providers::SchemaSource;

/// The changes that destroy something, and how those existing resources refer to each other.
pub(super) struct Doom {
    /// The indices of the changes.
    pub changes: Vec<usize>,
    /// The graph of `changes`.
    pub graph: Graph,
    /// References that contradict each other, as they may after runs that ended half-way; as indices into
    /// `changes`, who refers to whom.
    pub loose: Vec<(usize, usize)>,
}

impl Doom {
    pub fn new(decided: &[Decided], schemas: &dyn SchemaSource) -> Doom {
        let changes: Vec<usize> = (0..decided.len())
            .filter(|at| decided[*at].change.action.destroys())
            .collect();
        let mut lives: FastMap<&Address, Vec<(usize, &str)>> = FastMap::default();
        for (index, at) in changes.iter().enumerate() {
            if let Some(existing) = &decided[*at].work.current {
                let entry = &existing.entry;
                let lives = lives.entry(entry.address()).or_default();
                lives.push((index, &entry.id));
            }
        }
        let mut nodes: Vec<Node<'_>> = changes
            .iter()
            .enumerate()
            .map(|(index, at)| Node {
                type_name: &decided[*at].change.address.type_name,
                mentions: mentions(&decided[*at], index, &lives),
            })
            .collect();
        let mut loose = Vec::new();
        let graph = loop {
            match Graph::new(&nodes, schemas) {
                Ok(graph) => break graph,
                Err(circle) => {
                    let members: FastSet<usize> = circle.0.iter().map(|(at, _)| *at).collect();
                    for at in &members {
                        let inside = |on: usize| members.contains(&on);
                        let mentions = nodes[*at].mentions.iter();
                        loose.extend(
                            mentions
                                .filter(|(_, on)| inside(*on))
                                .map(|(_, on)| (*at, *on)),
                        );
                        nodes[*at].mentions.retain(|(_, on)| !inside(*on));
                    }
                }
            }
        };
        Doom {
            changes,
            graph,
            loose,
        }
    }

    /// The changes whose late references must be cleared before any of them goes.
    pub fn in_circles(&self) -> BTreeSet<usize> {
        let late = (0..self.changes.len()).filter(|index| self.graph.circle[*index].is_some());
        let loose = self.loose.iter().flat_map(|(from, to)| [*from, *to]);
        late.chain(loose).map(|index| self.changes[index]).collect()
    }
}

/// What a doomed resource refers to among the doomed. The ids in the fields that were sent tell by which field,
/// and which life of an address; what no field shows counts as firm, like `@after`.
fn mentions<'a>(
    decided: &'a Decided,
    own: usize,
    lives: &FastMap<&Address, Vec<(usize, &str)>>,
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
