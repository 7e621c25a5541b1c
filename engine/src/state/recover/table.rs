//! The recovery table: what to do about an intent whose end is not known.
//!
//! Row L, a torn last line, is decided where the journal is read; rows A, B and K need no cloud and are decided
//! when the journal is replayed.

use crate::state::Action;

/// What the journal says after the intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing, or a failure that leaves open whether the call took effect.
    None,
    /// A create answered with an id.
    IdKnown,
    /// It was read back complete, or is known to be gone.
    Settled,
    /// It failed for good.
    FailedPermanently,
}

/// What the cloud says of the thing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    NotAsked,
    /// It exists: by its id, or found by token or tag.
    Present,
    /// It does not exist, and that can be relied upon.
    Absent,
    /// Two candidates, or no right to look.
    Unclear,
}

/// What recovery does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// There was nothing begun.
    Nothing,
    /// What the journal says holds.
    Keep,
    /// Wait until it is ready, read it, record it.
    Settle,
    /// It was made and is gone again: record that.
    RecordGone,
    /// It was made although the answer was lost: record its id, then settle it.
    Adopt,
    /// It had no effect: the next plan may send it again, with the same token.
    Retry,
    /// A human must say which thing it is, if any.
    Doubt,
    /// Record what is there now; the next plan decides anew.
    Replan,
    /// The deletion took effect: record that.
    RecordDeleted,
    /// Keep the failure for the user to see; the next plan decides anew.
    KeepFailure,
}

/// One row of the table. It matches when intent, outcome and answer are each among its own.
#[derive(Debug)]
pub struct Row {
    pub letter: char,
    pub intents: &'static [Option<Action>],
    pub outcomes: &'static [Outcome],
    pub answers: &'static [Answer],
    pub decision: Decision,
}

const NONE: &[Option<Action>] = &[None];
const ANY: &[Option<Action>] = &[
    Some(Action::Create),
    Some(Action::Update),
    Some(Action::Delete),
    Some(Action::Snapshot),
];
const CREATE: &[Option<Action>] = &[Some(Action::Create)];
const UPDATE: &[Option<Action>] = &[Some(Action::Update)];
/// A snapshot is only taken of what is about to be deleted.
const DELETE: &[Option<Action>] = &[Some(Action::Delete), Some(Action::Snapshot)];

/// The recovery table of `docs/state.md`.
#[rustfmt::skip]
pub const TABLE: [Row; 11] = [
    row('A', NONE,   Outcome::None,              &[Answer::NotAsked],                Decision::Nothing),
    row('B', ANY,    Outcome::Settled,           &[Answer::NotAsked],                Decision::Keep),
    row('C', CREATE, Outcome::IdKnown,           &[Answer::Present],                 Decision::Settle),
    row('D', CREATE, Outcome::IdKnown,           &[Answer::Absent],                  Decision::RecordGone),
    row('E', CREATE, Outcome::None,              &[Answer::Present],                 Decision::Adopt),
    row('F', CREATE, Outcome::None,              &[Answer::Absent],                  Decision::Retry),
    row('G', CREATE, Outcome::None,              &[Answer::Unclear],                 Decision::Doubt),
    row('H', UPDATE, Outcome::None,              &[Answer::Present, Answer::Absent], Decision::Replan),
    row('I', DELETE, Outcome::None,              &[Answer::Absent],                  Decision::RecordDeleted),
    row('J', DELETE, Outcome::None,              &[Answer::Present],                 Decision::Retry),
    row('K', ANY,    Outcome::FailedPermanently, &[Answer::NotAsked],                Decision::KeepFailure),
];

const fn row(
    letter: char,
    intents: &'static [Option<Action>],
    outcome: Outcome,
    answers: &'static [Answer],
    decision: Decision,
) -> Row {
    let outcomes: &'static [Outcome] = match outcome {
        Outcome::None => &[Outcome::None],
        Outcome::IdKnown => &[Outcome::IdKnown],
        Outcome::Settled => &[Outcome::Settled],
        Outcome::FailedPermanently => &[Outcome::FailedPermanently],
    };
    Row {
        letter,
        intents,
        outcomes,
        answers,
        decision,
    }
}

impl Row {
    fn matches(&self, intent: Option<Action>, outcome: Outcome, answer: Answer) -> bool {
        self.intents.contains(&intent)
            && self.outcomes.contains(&outcome)
            && self.answers.contains(&answer)
    }
}

/// The one row for this case, or `None` when the case says too little to decide: then nothing is done and the
/// intent stays pending.
///
/// # Panics
/// When more than one row matches: the table would be wrong.
pub fn decide(intent: Option<Action>, outcome: Outcome, answer: Answer) -> Option<&'static Row> {
    let mut rows = TABLE
        .iter()
        .filter(|row| row.matches(intent, outcome, answer));
    let row = rows.next();
    assert!(
        rows.next().is_none(),
        "two rows match {intent:?}, {outcome:?}, {answer:?}"
    );
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every case that can come up, with the row that ENGINE's table gives it.
    fn expected(intent: Option<Action>, outcome: Outcome, answer: Answer) -> Option<char> {
        use Action::{Create, Delete, Snapshot, Update};
        match (intent, outcome, answer) {
            (None, Outcome::None, Answer::NotAsked) => Some('A'),
            (None, ..) => None,
            (Some(_), Outcome::Settled, Answer::NotAsked) => Some('B'),
            (Some(_), Outcome::FailedPermanently, Answer::NotAsked) => Some('K'),
            (Some(Create), Outcome::IdKnown, Answer::Present) => Some('C'),
            (Some(Create), Outcome::IdKnown, Answer::Absent) => Some('D'),
            (Some(Create), Outcome::None, Answer::Present) => Some('E'),
            (Some(Create), Outcome::None, Answer::Absent) => Some('F'),
            (Some(Create), Outcome::None, Answer::Unclear) => Some('G'),
            (Some(Update), Outcome::None, Answer::Present | Answer::Absent) => Some('H'),
            (Some(Delete | Snapshot), Outcome::None, Answer::Absent) => Some('I'),
            (Some(Delete | Snapshot), Outcome::None, Answer::Present) => Some('J'),
            _ => None,
        }
    }

    #[test]
    fn exactly_one_row_matches_every_case_that_can_come_up() {
        let intents = ANY.iter().chain(NONE);
        let mut used = String::new();
        for intent in intents {
            for outcome in [
                Outcome::None,
                Outcome::IdKnown,
                Outcome::Settled,
                Outcome::FailedPermanently,
            ] {
                for answer in [
                    Answer::NotAsked,
                    Answer::Present,
                    Answer::Absent,
                    Answer::Unclear,
                ] {
                    let letter = decide(*intent, outcome, answer).map(|row| row.letter);
                    assert_eq!(
                        letter,
                        expected(*intent, outcome, answer),
                        "{intent:?} {outcome:?} {answer:?}"
                    );
                    used.extend(letter);
                }
            }
        }
        for row in &TABLE {
            assert!(
                used.contains(row.letter),
                "row {} never matches",
                row.letter
            );
        }
    }
}
