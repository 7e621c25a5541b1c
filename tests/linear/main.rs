//! Twice as many resources need twice as much: what a stage allocates, how often, what it holds at its peak, and what
//! it asks of the disk. Counts and no times, so that a busy machine changes nothing.

#[path = "../../benches/pipeline/bed.rs"]
mod bed;

use allocation_counter::{AllocationInfo, measure};
use bed::{Bed, values};
use infra_model::FileId;

/// Each count is taken of so many values and of twice as many.
const COUNT: usize = 1_000;

/// How much more than twice the work twice the count may need, in percent.
const TOLERANCE: u64 = 10;

/// What a stage needed, by what is counted.
type Costs = [(&'static str, u64); 3];

/// Measures one stage after the other, for so many values.
fn stages(count: usize) -> Vec<(&'static str, Costs)> {
    let values = values(count);
    let text = &values.files["main.infra"];
    let mut found = Vec::new();
    let mut stage = |name, info: AllocationInfo, operations: usize| {
        // The disk is in memory, so the peak of a stage that writes to it says nothing.
        let third = match operations {
            0 => ("bytes at the peak", info.bytes_max),
            _ => ("operations of the disk", operations as u64),
        };
        let costs = [
            ("allocations", info.count_total),
            ("bytes", info.bytes_total),
            third,
        ];
        found.push((name, costs));
    };

    let (tree, wrong) = infra_lang::syntax::parse(FileId(0), text);
    assert_eq!(wrong, []);
    let parse = || drop(infra_lang::syntax::parse(FileId(0), text));
    stage("parse", measure(parse), 0);
    let format = || assert!(infra_lang::format(&tree, text).as_ref() == Some(text));
    stage("fmt", measure(format), 0);
    let check = || assert!(infra_lang::load(&values).diagnostics.is_empty());
    stage("check", measure(check), 0);

    let mut bed = Bed::new(&values);
    let mut planned = None;
    stage("plan", measure(|| planned = Some(bed.plan())), 0);
    let plan = planned.expect("it was planned");
    assert_eq!(plan.changes.len(), count);
    let before = bed.disk.operations().len();
    let apply = measure(|| assert!(bed.apply(&plan).is_complete()));
    stage("apply", apply, bed.disk.operations().len() - before);
    stage("plan, empty", measure(|| assert!(bed.plan().is_empty())), 0);
    let events = bed.events();
    let before = bed.disk.operations().len();
    let append = measure(|| bed.append(&events));
    stage(
        "journal append",
        append,
        bed.disk.operations().len() - before,
    );
    let before = bed.disk.operations().len();
    let save = measure(|| bed.save());
    let operations = bed.disk.operations().len() - before;
    assert!(operations < 20, "{operations} operations to save a state");
    stage("state save", save, 0);
    let load = || assert_eq!(bed.read().state().entries().len(), count);
    stage("state load", measure(load), 0);
    found
}

#[test]
fn every_stage_grows_as_the_program_does() {
    let [one, two] = [1, 2].map(|factor| stages(factor * COUNT));
    for ((name, one), (_, two)) in one.into_iter().zip(two) {
        for ((what, one), (_, two)) in one.into_iter().zip(two) {
            println!("{name}: {one} {what}, {two} for twice as many values");
            assert!(
                two * 100 <= 2 * one * (100 + TOLERANCE),
                "{name}: {one} {what}, but {two} for twice as many values"
            );
        }
    }
}
