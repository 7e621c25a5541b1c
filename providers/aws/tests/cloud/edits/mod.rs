//! Random programs over all types, and random edits of them: each ends, after one apply, in an empty plan, or the plan
//! refuses it.
//!
//! `INFRA_EDITS=5000` makes that many edits, and `INFRA_EDITS_SEED=7` starts at another seed.

mod dice;
mod edit;
mod fields;
mod program;

use std::collections::BTreeMap;
use std::fmt::Write;

use infra_engine::plan::{Action, Plan};
use infra_sim::Timing;

use crate::bed::{Attempt, Bed, Setup, Text};
use dice::Dice;
use program::Program;

/// Edits of one program, before another one is made.
const EDITS_PER_PROGRAM: usize = 12;
/// How many things a program has at first.
const THINGS: usize = 16;
/// Edits of a run that nobody asks more of.
const EDITS_DEFAULT: usize = 60;

/// How a program keeps the root volume of an instance, and what is written on such a volume.
const ROOT_KEPT: &str = "root_keep = true";
const ROOT_VOLUME: &str = "\"infra:address\":\"aws.instance.";

/// What became of all edits.
#[derive(Default)]
struct Tally {
    edits: usize,
    refused: usize,
    faults: usize,
    /// Programs that cannot be made from nothing either: no order helps them.
    unfit: usize,
    /// By the kinds of edit: how many, how many of them the plan refused, and how many went wrong.
    by_kind: BTreeMap<String, (usize, usize, usize)>,
    refusals: BTreeMap<String, usize>,
}

impl Tally {
    fn fault(&mut self, shown: String) {
        self.faults += 1;
        println!("{shown}");
    }
}

#[allow(clippy::disallowed_methods, reason = "a test is told how long to run")]
fn number(name: &str, otherwise: usize) -> usize {
    let said = std::env::var(name).ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn every_edit_needs_one_apply_or_is_refused_by_the_plan() {
    let edits = number("INFRA_EDITS", EDITS_DEFAULT);
    let mut seed = number("INFRA_EDITS_SEED", 1) as u64;
    let first = seed;
    let mut tally = Tally::default();
    while tally.edits < edits {
        session(seed, &mut tally);
        seed += 1;
    }
    println!(
        "{} edits from seed {first} to {}: {} refused by the plan, {} wrong; {} programs fit nowhere",
        tally.edits,
        seed - 1,
        tally.refused,
        tally.faults,
        tally.unfit
    );
    for (kind, (edits, refused, wrong)) in &tally.by_kind {
        println!("  {kind}: {edits}, refused {refused}, wrong {wrong}");
    }
    for (refusal, count) in &tally.refusals {
        println!("  refused {count} x {refusal}");
    }
    assert_eq!(tally.faults, 0, "edits that went wrong");
}

fn setup(seed: u64) -> Setup {
    Setup {
        chaos: format!("latency=1ms..30ms,seed={seed}"),
        timing: Timing {
            network_ms: 200,
            nat_gateway_ms: 5_000,
            instance_ms: 2_000,
            status_checks_ms: 2_000,
            ..Timing::default()
        },
        paced: false,
    }
}

/// One program and its edits.
fn session(seed: u64, tally: &mut Tally) {
    let mut dice = Dice::new(seed);
    let bed = Bed::new(&setup(seed));
    let mut program = first(&bed, &mut dice);
    let mut text = program.text();
    let mut refused = None;
    if try_one(&bed, &text, &mut |refusal| refused = Some(refusal)).is_some() {
        tally.unfit += 1;
        return;
    }
    if let Some(refusal) = refused {
        *tally.refusals.entry(pattern(&refusal)).or_default() += 1;
        return;
    }
    // A root volume that a program wants to keep is nobody's when its instance has gone.
    let mut keeps = text.contains(ROOT_KEPT);
    for _ in 0..EDITS_PER_PROGRAM {
        let Some((next, kinds)) = edited(&bed, &program, &mut dice) else {
            continue;
        };
        let new = next.text();
        let mut refused = None;
        let why = try_one(&bed, &new, &mut |refusal| refused = Some(refusal));
        if why.is_some() && !is_fit(seed, &next) {
            tally.unfit += 1;
            return;
        }
        tally.edits += 1;
        let kind = tally.by_kind.entry(kinds.clone()).or_default();
        kind.0 += 1;
        kind.1 += usize::from(refused.is_some());
        kind.2 += usize::from(why.is_some());
        if let Some(why) = why {
            return tally.fault(shown(seed, &kinds, &text, &new, &why));
        }
        if let Some(refusal) = refused {
            tally.refused += 1;
            *tally.refusals.entry(pattern(&refusal)).or_default() += 1;
            continue;
        }
        program = next;
        text = new;
        keeps |= text.contains(ROOT_KEPT);
    }
    // Nothing is left when everything goes, once nothing forbids that.
    let mut open = program.clone();
    open.moves.clear();
    for thing in &mut open.things {
        thing.set("termination_protection", None);
    }
    if let Some(why) = try_one(&bed, &open.text(), &mut |_| {}) {
        return tally.fault(shown(
            seed,
            "protection is lifted",
            &text,
            &open.text(),
            &why,
        ));
    }
    let (_, report) = bed
        .try_apply(&Text::new(open.text()), true)
        .expect("nobody kills it");
    let mut left = bed.left_over();
    left.retain(|thing| !(keeps && thing.contains(ROOT_VOLUME)));
    if !report.is_complete() || !left.is_empty() {
        let why = format!("destroy: {:#?}, left over: {left:?}", report.failed);
        tally.fault(shown(seed, "destroy", &text, "", &why));
    }
}

/// Whether a program can be made where nothing is.
fn is_fit(seed: u64, program: &Program) -> bool {
    let mut alone = program.clone();
    alone.moves.clear();
    try_one(&Bed::new(&setup(seed)), &alone.text(), &mut |_| {}).is_none()
}

/// A refusal without what differs from program to program.
fn pattern(refusal: &str) -> String {
    let shown: String = refusal.chars().filter(|c| !c.is_ascii_digit()).collect();
    shown.lines().next().unwrap_or_default().to_owned()
}

fn shown(seed: u64, kind: &str, before: &str, after: &str, why: &str) -> String {
    let mut text = String::new();
    writeln!(text, "==== seed {seed}, {kind}").expect("a text takes everything");
    for (name, program) in [("before", before), ("after", after)] {
        writeln!(text, "---- {name}\n{program}").expect("as before");
    }
    write!(text, "---- wrong\n{why}").expect("as before");
    text
}

/// A program with some things of many types.
fn first(bed: &Bed, dice: &mut Dice) -> Program {
    let mut program = Program::default();
    let basic = [
        "aws.vpc",
        "aws.subnet",
        "aws.subnet",
        "aws.security_group",
        "aws.instance",
    ];
    for type_name in basic {
        for _ in 0..20 {
            if grown(bed, &mut program, |new| edit::add_one(new, type_name, dice)) {
                break;
            }
        }
    }
    for _ in 0..200 {
        if program.things.len() >= THINGS {
            break;
        }
        grown(bed, &mut program, |new| edit::add(new, dice));
    }
    program
}

/// Whether the program can have what is added.
fn grown(bed: &Bed, program: &mut Program, add: impl FnOnce(&mut Program) -> Option<()>) -> bool {
    let mut new = program.clone();
    let good = add(&mut new).is_some() && bed.accepts(&Text::new(new.text()));
    if good {
        *program = new;
    }
    good
}

/// The program after one to three edits that the check has nothing against.
fn edited(bed: &Bed, program: &Program, dice: &mut Dice) -> Option<(Program, String)> {
    for _ in 0..40 {
        let mut next = program.clone();
        let mut kinds = Vec::new();
        let mut moves = Vec::new();
        let many = if dice.chance(70) {
            1
        } else {
            2 + dice.below(2)
        };
        for _ in 0..many {
            kinds.extend(edit::edit(&mut next, dice));
            moves.append(&mut next.moves);
        }
        next.moves = moves;
        let differs = next.things != program.things;
        if differs && bed.accepts(&Text::new(next.text())) {
            let kinds = if kinds.len() > 1 {
                "several".to_owned()
            } else {
                kinds.concat()
            };
            return Some((next, kinds));
        }
    }
    None
}

/// Applies once and plans again. What went wrong, if anything did.
fn try_one(bed: &Bed, text: &str, refused: &mut dyn FnMut(String)) -> Option<String> {
    let text = Text::new(text);
    let (plan, report) = match bed.attempt(&text) {
        Attempt::Refused(why) => {
            refused(why);
            return None;
        }
        Attempt::Applied(plan, report) => (plan, report),
    };
    if !report.is_complete() || !report.left_open.is_empty() {
        return Some(format!(
            "{:#?}\n{:#?}\nthe plan:\n{}",
            report.failed,
            report.left_open,
            steps(&plan)
        ));
    }
    match bed.second(&text) {
        Err(why) => Some(format!("the second plan: {why}")),
        Ok(second)
            if second
                .changes
                .iter()
                .all(|change| change.action == Action::None) =>
        {
            None
        }
        Ok(second) => Some(format!(
            "the second plan has\n{:#?}\nthe first:\n{}",
            second.changes,
            steps(&plan)
        )),
    }
}

/// The steps of a plan, each with those it waits for.
fn steps(plan: &Plan) -> String {
    let lines = plan.steps.iter().map(|step| {
        let after: Vec<String> = step.after.iter().map(|id| id.0.to_string()).collect();
        let after = after.join(" ");
        format!(
            "{} {} {} (after {after})\n",
            step.id.0, step.kind, step.address
        )
    });
    lines.collect()
}
