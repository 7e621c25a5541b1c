//! Resources that a plan deletes and creates under another address, although nothing but the address differs.

use std::collections::{BTreeMap, BTreeSet};

use infra_engine::plan::{Action, Plan, Reason, ResourceChange};
use infra_engine::state::State;
use infra_model::{Address, Value};

/// The `move`s that would keep what exists, each as the old and the new name: of a component's instance where all of
/// it has another name, else of a resource.
pub fn probable(plan: &Plan, state: &State) -> Vec<(String, String)> {
    let gone: Vec<&ResourceChange> = plan
        .changes
        .iter()
        .filter(|it| it.action == Action::Delete && it.reasons.contains(&Reason::Removed))
        .collect();
    let new: Vec<&ResourceChange> = plan
        .changes
        .iter()
        .filter(|it| it.action == Action::Create)
        .collect();
    let mut pairs: Vec<(&Address, &Address)> = Vec::new();
    for old in &gone {
        let mut fitting = new.iter().filter(|it| is_same(old, it, state));
        let (Some(found), None) = (fitting.next(), fitting.next()) else {
            continue;
        };
        // Two things of the same kind that fit the same new one leave a choice that only a person can make.
        if gone.iter().filter(|it| is_same(it, found, state)).count() == 1 {
            pairs.push((&old.address, &found.address));
        }
    }
    collect(&pairs)
}

/// Whether everything that the new one asks for, and that can be compared, is what the old one has.
fn is_same(old: &ResourceChange, new: &ResourceChange, state: &State) -> bool {
    let (from, to) = (&old.address, &new.address);
    // Into a component or out of one it usually gets another name as well.
    let same_place = from.path.len() != to.path.len()
        || from.path == to.path
        || (from.name == to.name && from.key == to.key);
    let Some(entry) = state.entry(from) else {
        return false;
    };
    if from.type_name != to.type_name || !same_place {
        return false;
    }
    let has = entry.draft.authored.usable();
    let mut compared = 0;
    for field in &new.fields {
        // What is not known yet cannot be compared, what is secret must not be.
        if !field.planned.is_known()
            || field.planned.has_secret()
            || mentions_address(&field.planned)
        {
            continue;
        }
        compared += usize::from(field.span.is_some());
        if has.get(&field.name) != Some(&field.planned) {
            return false;
        }
    }
    compared > 0
}

fn mentions_address(value: &Value) -> bool {
    let mut found = false;
    value.for_each_address(&mut |_| found = true);
    found
}

/// One `move` for each renamed instance of a component, however many resources it has.
fn collect(pairs: &[(&Address, &Address)]) -> Vec<(String, String)> {
    let step = |address: &Address| {
        let outermost = address.path.first();
        outermost.map(ToString::to_string)
    };
    let mut targets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in pairs {
        if let (Some(from), Some(to)) = (step(from), step(to)) {
            targets.entry(from).or_default().insert(to);
        }
    }
    let mut moves = Vec::new();
    for (from, to) in pairs {
        let whole = match (step(from), step(to)) {
            (Some(old), Some(new)) if old != new && targets[&old].len() == 1 => Some((old, new)),
            _ => None,
        };
        let step = whole.unwrap_or_else(|| (from.to_string(), to.to_string()));
        if !moves.contains(&step) {
            moves.push(step);
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let parse = |text: &str| -> Address { text.parse().expect("an address") };
        let pairs: Vec<(Address, Address)> =
            pairs.iter().map(|(a, b)| (parse(a), parse(b))).collect();
        let pairs: Vec<(&Address, &Address)> = pairs.iter().map(|(a, b)| (a, b)).collect();
        collect(&pairs)
    }

    #[test]
    fn a_renamed_component_is_one_move() {
        let own = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(
            collected(&[
                ("a/aws.volume.x", "b/aws.volume.x"),
                ("a/aws.volume.y", "b/aws.volume.y"),
                ("aws.vpc.x", "aws.vpc.y"),
            ]),
            [own("a", "b"), own("aws.vpc.x", "aws.vpc.y")]
        );
        assert_eq!(
            collected(&[
                ("a/aws.volume.x", "b/aws.volume.x"),
                ("a/aws.volume.y", "c/aws.volume.y")
            ]),
            [
                own("a/aws.volume.x", "b/aws.volume.x"),
                own("a/aws.volume.y", "c/aws.volume.y")
            ]
        );
        assert_eq!(
            collected(&[("a/aws.volume.x", "a/aws.volume.z")]),
            [own("a/aws.volume.x", "a/aws.volume.z")]
        );
    }
}
