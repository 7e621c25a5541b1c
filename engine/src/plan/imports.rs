//! The `import` declarations of a program: what would be managed twice.

use std::collections::BTreeMap;

use infra_model::{Address, desired::Import};

use super::{PlanInput, Problem};

/// What is wrong with the imports that still have something to do: each thing in a cloud has one address. Otherwise
/// the other address, once it leaves the program, would take along what was imported.
pub(super) fn problems(input: &PlanInput<'_>) -> Vec<Problem> {
    if input.options.destroy {
        return Vec::new();
    }
    let imports = input.desired.imports.iter();
    let open: Vec<&Import> = imports
        .filter(|import| input.state.entry(&import.address).is_none())
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let state = input.state;
    let forgotten = |address: &Address| {
        let mut forgets = input.desired.forgets.iter();
        forgets.any(|forget| forget.address == *address)
    };
    let mut owners: BTreeMap<(&str, &str), &Address> = state
        .entries()
        .values()
        .chain(state.deposed().values())
        .filter(|entry| !forgotten(entry.address()))
        .map(|entry| (thing(entry.address(), &entry.id), entry.address()))
        .collect();
    let mut problems = Vec::new();
    for import in open {
        let (address, id) = (&import.address, &import.id);
        let Some(owner) = owners.insert(thing(address, id), address) else {
            continue;
        };
        let moves = input.desired.moves.iter();
        let becomes = moves.filter(|step| step.from == *owner && step.to == *address);
        if owner == address || becomes.count() > 0 {
            continue;
        }
        let (message, help) = match state.entry(owner) {
            Some(_) => (
                format!("`{id}` is managed already, as `{owner}`"),
                format!("`move {owner} -> {address}` gives it another name"),
            ),
            None => (
                format!("`{id}` is imported twice, as `{owner}` and as `{address}`"),
                "take out one of the imports".to_owned(),
            ),
        };
        problems.push(Problem {
            address: address.clone(),
            message,
            help: Some(help),
            span: Some(import.span),
        });
    }
    problems
}

/// What tells one thing in a cloud from all others. Ids of a type are unique, also across regions.
fn thing<'a>(address: &'a Address, id: &'a str) -> (&'a str, &'a str) {
    (&address.type_name, id)
}
