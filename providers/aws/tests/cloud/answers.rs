//! Answers that do not come from the cloud, and requests that arrive late: whatever a proxy says, nothing is lost,
//! nothing is doubled, and nothing is believed that did not happen. Every type is created, changed and deleted.
//!
//! By default a sample of the points is tried; `INFRA_PROXY_MATRIX=full` tries them all.

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use infra_sim::{Fate, Page};

use crate::bed::{Bed, Setup, Text};

const EVERY_TYPE: &str = include_str!("../../../../tests/it/commands/every_type.infra");
/// One change in so many meets a fault; the others go through, so that every change gets its turn.
const APART: u64 = 3;
/// After this time no request is carried out any more.
const OVER: Duration = Duration::from_secs(16 * 60);

fn program() -> Text {
    Text::new(EVERY_TYPE)
}

#[allow(
    clippy::disallowed_methods,
    reason = "whoever runs the tests chooses how many"
)]
fn full() -> bool {
    env::var("INFRA_PROXY_MATRIX").is_ok_and(|breadth| breadth == "full")
}

/// Which page answers the change with this number, if any.
#[derive(Clone, Copy, Debug)]
struct Round {
    shift: usize,
    offset: u64,
    masked: bool,
}

impl Round {
    fn all() -> Vec<Round> {
        let shifts = 0..Page::ALL.len();
        let rounds = shifts.flat_map(|shift| {
            let offsets = match full() {
                true => (0..APART).collect(),
                false => vec![shift as u64 % APART],
            };
            offsets.into_iter().flat_map(move |offset| {
                [false, true].map(|masked| Round {
                    shift,
                    offset,
                    masked,
                })
            })
        });
        let apart = if full() { 1 } else { 4 };
        rounds.step_by(apart).collect()
    }

    fn fate(self, number: u64) -> Option<Fate> {
        if number % APART != self.offset {
            return None;
        }
        let (page, _) =
            Page::ALL[(number as usize / APART as usize + self.shift) % Page::ALL.len()];
        Some(match self.masked {
            true => Fate::Masked(page),
            false => Fate::Blocked(page),
        })
    }

    /// Applies or destroys behind the proxy, and then, if need be, without it.
    fn run(self, bed: &Bed, text: &Text, destroy: bool) -> usize {
        bed.disturb(Some(Box::new(move |number, _| self.fate(number))));
        let (_, report) = bed.try_apply(text, destroy).expect("nobody kills it");
        let points = (1..=bed.changes().len() as u64).filter(|number| self.fate(*number).is_some());
        let points = points.count();
        bed.disturb(None);
        if !report.is_complete() {
            bed.apply(text, destroy);
        }
        points
    }
}

#[test]
fn an_answer_that_is_not_the_clouds_settles_nothing() {
    let whole = Bed::new(&Setup::instant());
    whole.apply(&program(), false);
    let (expected, mut points) = (whole.kinds(), 0);
    for round in Round::all() {
        let bed = Bed::new(&Setup::instant());
        points += round.run(&bed, &program(), false);
        assert_eq!(bed.kinds(), expected, "{round:?}");
        assert!(bed.plan(&program()).0.is_empty(), "{round:?}");
        points += round.run(&bed, &program(), true);
        assert_eq!(bed.left_over(), Vec::<String>::new(), "{round:?}");
        assert!(bed.state().entries().is_empty(), "{round:?}");
    }
    println!("{points} answers in place of the cloud's: nothing lost, nothing doubled");
}

#[test]
fn while_a_proxy_answers_everything_nothing_is_believed() {
    let pages = Page::ALL.into_iter();
    for (page, name) in pages.step_by(if full() { 1 } else { 5 }) {
        let bed = Bed::new(&Setup::instant());
        let blocked = || Some(Box::new(move |_, _: &str| Some(Fate::Blocked(page))) as _);
        bed.disturb(blocked());
        let (_, report) = bed.try_apply(&program(), false).expect("nobody kills it");
        assert!(
            report.done.is_empty() && !report.failed.is_empty(),
            "{name}"
        );
        assert_eq!(bed.left_over(), Vec::<String>::new(), "{name}");
        bed.disturb(None);
        bed.apply(&program(), false);
        let (kinds, known) = (bed.kinds(), bed.state().entries().len());
        bed.disturb(blocked());
        let (_, report) = bed.try_apply(&program(), true).expect("nobody kills it");
        assert!(
            report.done.is_empty() && !report.failed.is_empty(),
            "{name}"
        );
        assert_eq!(
            (bed.kinds(), bed.state().entries().len()),
            (kinds, known),
            "{name}"
        );
    }
}

/// The changes by which the resources of the program come about: the first of each action, by number.
fn first_of_each_create(bed: &Bed) -> BTreeMap<String, u64> {
    let mut first = BTreeMap::new();
    for (at, action) in bed.changes().into_iter().enumerate() {
        let creates = [
            "Create", "Run", "Allocate", "Import", "Copy", "Register", "Attach", "POST",
        ];
        if action != "CreateTags" && creates.iter().any(|verb| action.starts_with(verb)) {
            first.entry(action).or_insert(at as u64 + 1);
        }
    }
    first
}

#[test]
fn a_create_that_arrives_after_the_kill_is_found_or_made_once() {
    let whole = Bed::new(&Setup::instant());
    whole.disturb(None);
    whole.apply(&program(), false);
    let (expected, creates) = (whole.kinds(), first_of_each_create(&whole));
    let mut points = 0;
    for (action, number) in &creates {
        let number = *number;
        let all = [4, 9, 60];
        let some = [all[points % all.len()]];
        for seconds in if full() { &all[..] } else { &some[..] } {
            let point = format!("{action}, {seconds} s after the kill");
            let mut setup = Setup::instant();
            setup.chaos = format!("hold={seconds}s");
            let bed = Bed::new(&setup);
            bed.disturb(Some(Box::new(move |at, _| {
                (at == number).then_some(Fate::Held)
            })));
            assert!(
                bed.try_apply(&program(), false).is_none(),
                "{point}: it is killed"
            );
            let bed = bed.next_process(None);
            bed.try_apply(&program(), false).expect("nobody kills it");
            bed.clock.run(bed.clock.pause(Duration::from_secs(60)));
            let bed = bed.next_process(None);
            bed.apply(&program(), false);
            let bed = bed.next_process(None);
            assert!(bed.plan(&program()).0.is_empty(), "{point}");
            assert_eq!(bed.kinds(), expected, "{point}");
            bed.clock.run(bed.clock.pause(OVER));
            bed.apply(&program(), false);
            assert!(
                bed.state().late().is_empty(),
                "{point}: {:?}",
                bed.state().late()
            );
            points += 1;
        }
    }
    println!(
        "{points} late creates of {} actions: each found, or made once",
        creates.len()
    );
}

#[test]
fn everything_comes_through_the_faults_of_the_cloud() {
    let whole = Bed::new(&Setup::instant());
    whole.apply(&program(), false);
    for chaos in [
        "lost=30%,seed=7",
        "lost=10%,throttle=10%,error=5%,reset=5%,seed=9",
    ] {
        let mut setup = Setup::instant();
        setup.chaos = chaos.to_owned();
        let bed = Bed::new(&setup);
        let mut runs = (0..5).map(|_| bed.try_apply(&program(), false).expect("nobody kills it"));
        assert!(runs.any(|(_, report)| report.is_complete()), "{chaos}");
        assert_eq!(bed.kinds(), whole.kinds(), "{chaos}");
    }
}
