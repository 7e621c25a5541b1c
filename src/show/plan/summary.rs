//! The numbers of a plan.

use std::collections::BTreeMap;

use infra_engine::plan::{Action, Plan, ResourceChange};

use crate::show::style::{Painter, Style};

/// How many resources meet each fate, in the order in which people ask.
pub fn counts(plan: &Plan) -> [(&'static str, usize); 7] {
    counts_of(plan.changes.iter())
}

/// The same of some of a plan's changes.
pub fn counts_of<'a>(
    changes: impl Iterator<Item = &'a ResourceChange>,
) -> [(&'static str, usize); 7] {
    let mut counts = [
        ("create", 0),
        ("update", 0),
        ("replace", 0),
        ("delete", 0),
        ("adopt", 0),
        ("forget", 0),
        ("record", 0),
    ];
    for change in changes {
        let place = match change.action {
            Action::Create => 0,
            Action::Update | Action::Restart => 1,
            Action::Replace { .. } => 2,
            Action::Delete => 3,
            Action::Adopt => 4,
            Action::Forget => 5,
            Action::Record => 6,
            Action::None => continue,
        };
        counts[place].1 += 1;
    }
    counts
}

/// `21 to create, 1 to update`
pub fn words(counts: &[(&'static str, usize)]) -> String {
    let parts: Vec<String> = counts
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(word, number)| format!("{number} to {word}"))
        .collect();
    parts.join(", ")
}

/// `Plan: 21 to create, 1 to update; 3 resources stay as they are.`
pub fn summary(plan: &Plan, painter: Painter) -> String {
    let stay = match plan.unchanged {
        1 => "1 resource stays as it is".to_owned(),
        number => format!("{number} resources stay as they are"),
    };
    if plan.is_empty() {
        let head = painter.paint(Style::Success, "Nothing to do");
        return match plan.unchanged {
            0 => format!("{head}: there are no resources.\n"),
            _ => format!("{head}: {stay}.\n"),
        };
    }
    let head = painter.paint(Style::Heading, "Plan:");
    let planned = words(&counts(plan));
    match plan.unchanged {
        0 => format!("{head} {planned}.\n"),
        _ => format!("{head} {planned}; {stay}.\n"),
    }
}

/// `12 API calls.`, with the actions when asked for.
pub fn calls(calls: &BTreeMap<String, u64>, verbose: bool) -> String {
    let total: u64 = calls.values().sum();
    let mut words = match total {
        0 => "No API calls".to_owned(),
        1 => "1 API call".to_owned(),
        _ => format!("{total} API calls"),
    };
    if verbose && total > 0 {
        let each: Vec<String> = calls
            .iter()
            .map(|(action, number)| format!("{action} {number}"))
            .collect();
        words.push_str(&format!(" ({})", each.join(", ")));
    }
    words.push('.');
    words
}
