//! The `move` declarations of a program: what still has another name in the state.

use infra_model::{Address, FastMap, Span};

use super::{PlanInput, Problem};
use crate::state::Entry;

/// The `move` declarations that still have something to do. Those whose old name is not in the state are done.
#[derive(Default)]
pub(super) struct Moves<'a> {
    /// What moves, by its new address, and where the program says so.
    entries: FastMap<Address, (&'a Entry, Span)>,
    /// New addresses by old ones.
    names: FastMap<Address, Address>,
}

impl<'a> Moves<'a> {
    /// The moves, and what is wrong with them: two things cannot have one name, nor one thing two. Nothing moves
    /// that is to be destroyed.
    pub fn new(input: &'a PlanInput<'a>) -> (Moves<'a>, Vec<Problem>) {
        let mut moves = Moves::default();
        let mut problems = Vec::new();
        if input.options.destroy {
            return (moves, problems);
        }
        let forgotten = |address: &Address| {
            let mut forgets = input.desired.forgets.iter();
            forgets.any(|forget| forget.address == *address)
        };
        for step in &input.desired.moves {
            let (from, to) = (&step.from, &step.to);
            let Some(entry) = input.state.entry(from).filter(|_| !forgotten(from)) else {
                continue;
            };
            let refused = if input.state.entry(to).is_some() {
                Some((
                    format!(
                        "the state has both `{from}` and `{to}`, so one cannot become the other"
                    ),
                    format!(
                        "one of them is too many: `infra state show` shows them. `infra state rm {to}` lets go of \
                         the new one; without the `move`, the old one is deleted"
                    ),
                ))
            } else if input.state.knows(to) {
                Some((
                    format!(
                        "`{from}` cannot become `{to}`: an earlier run left something unfinished there"
                    ),
                    "apply without the `move` first, and then with it".to_owned(),
                ))
            } else if let Some(other) = moves.names.get(from).filter(|other| *other != to) {
                Some((
                    format!("`{from}` cannot become both `{other}` and `{to}`"),
                    "take out one of the moves".to_owned(),
                ))
            } else if let Some((other, _)) = moves
                .entries
                .get(to)
                .filter(|(other, _)| other.address() != from)
            {
                Some((
                    format!(
                        "the state has both `{}` and `{from}`, and both shall become `{to}`",
                        other.address()
                    ),
                    "take out the move of the one that shall be deleted".to_owned(),
                ))
            } else {
                None
            };
            match refused {
                Some((message, help)) => problems.push(Problem {
                    address: from.clone(),
                    message,
                    help: Some(help),
                    span: Some(step.span),
                }),
                None => {
                    moves.entries.insert(to.clone(), (entry, step.span));
                    moves.names.insert(from.clone(), to.clone());
                }
            }
        }
        (moves, problems)
    }

    /// What moves to this address, and where the program says so.
    pub fn to(&self, address: &Address) -> Option<(&'a Entry, Span)> {
        self.entries.get(address).copied()
    }

    /// Whether what is at this address moves away.
    pub fn leaves(&self, address: &Address) -> bool {
        self.names.contains_key(address)
    }

    /// The state entry under its new address, and those it depends on under theirs.
    pub fn renamed(&self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        if !self.names.is_empty() {
            let depends = entry.draft.depends.iter().map(|on| self.name(on).clone());
            entry.draft.depends = depends.collect();
            entry.of.address = self.name(&entry.of.address).clone();
        }
        entry
    }

    /// The address under which the program knows what the state has under this one.
    pub fn name<'b>(&'b self, address: &'b Address) -> &'b Address {
        self.names.get(address).unwrap_or(address)
    }
}
