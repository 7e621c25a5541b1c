//! The store on a disk that stops at every operation and every byte of a run: what was acknowledged is there
//! after the restart, and what is there is a prefix of what was asked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use infra_engine::state::{Action, Disk, Event, LEASE, SimulatedDisk, Store, Survives};

use crate::common::*;

const SURVIVES: [Survives; 3] = [Survives::Synced, Survives::Written, Survives::Names];

/// The batches of a run that makes, fails, replaces, moves and deletes things.
fn batches() -> Vec<Vec<Event>> {
    let second = infra_engine::state::Incarnation::new(address("a"), 2);
    vec![
        vec![
            intent(first("a"), Action::Create, &fields(1)),
            intent(first("b"), Action::Create, &secret_fields("hunter2")),
        ],
        vec![outcome(first("a"), "id-a"), outcome(first("b"), "id-b")],
        vec![settled(first("a"), "id-a", &fields(1))],
        vec![
            settled(first("b"), "id-b", &secret_fields("hunter2")),
            intent(first("c"), Action::Create, &fields(3)),
        ],
        vec![failed(first("c"), Action::Create, &quota())],
        vec![intent(second.clone(), Action::Create, &fields(2))],
        vec![outcome(second.clone(), "id-a2")],
        vec![
            settled(second, "id-a2", &fields(2)),
            intent(first("a"), Action::Delete, &fields(1)),
        ],
        vec![Event::Deleted { of: first("a") }],
        vec![Event::Moved {
            from: address("b"),
            to: address("d"),
        }],
        vec![Event::Outputs {
            values: key().seal(&fields(4)),
        }],
    ]
}

/// The batch after which the store is compacted in the middle of the run.
const COMPACT_AFTER: usize = 6;

/// Goes on with the run where the state stands, until it is done or the disk stops. The number of batches that
/// were acknowledged in all.
fn go_on(store: &mut Store, batches: &[Vec<Event>], done: usize) -> usize {
    let mut acknowledged = done;
    for (index, batch) in batches.iter().enumerate().skip(done) {
        if store.append(batch).is_err() {
            return acknowledged;
        }
        acknowledged += 1;
        if index + 1 == COMPACT_AFTER && store.compact().is_err() {
            return acknowledged;
        }
    }
    let _ = store.compact();
    acknowledged
}

fn shared(disk: &SimulatedDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}

/// The states after 0, 1, … batches, and the operations of the whole run.
fn undisturbed(batches: &[Vec<Event>]) -> (Vec<View>, Vec<usize>) {
    let disk = SimulatedDisk::new();
    let machine = Machine::new();
    let mut store = open(&shared(&disk), &machine, 1).unwrap();
    let mut views = vec![view(store.state())];
    for (index, batch) in batches.iter().enumerate() {
        store.append(batch).unwrap();
        views.push(view(store.state()));
        if index + 1 == COMPACT_AFTER {
            store.compact().unwrap();
        }
    }
    store.compact().unwrap();
    assert_eq!(view(&read(&shared(&disk)).unwrap()), views[batches.len()]);
    (views, disk.operations())
}

/// How many bytes of an operation to let through: every one of a journal line, fewer of whole snapshots, which
/// are written to temporary files that nobody reads.
fn cuts(size: usize) -> Vec<usize> {
    const LONGEST_LINE: usize = 1500;
    let step = if size <= LONGEST_LINE { 1 } else { 97 };
    (0..=size).step_by(step).chain([size]).collect()
}

/// Runs until the disk stops at `operation` after `bytes`; the disk and the number of acknowledged batches.
fn run_until(batches: &[Vec<Event>], operation: usize, bytes: usize) -> (SimulatedDisk, usize) {
    let disk = SimulatedDisk::new();
    disk.crash_at(operation, bytes);
    let acknowledged = match open(&shared(&disk), &Machine::new(), 1) {
        Ok(mut store) => go_on(&mut store, batches, 0),
        Err(_) => 0,
    };
    (disk, acknowledged)
}

/// A machine on which the first process has ended and its lease is over.
fn later() -> Arc<Machine> {
    let machine = Machine::new();
    machine.wait(LEASE + Duration::from_secs(1));
    machine
}

/// All files of a disk.
fn contents(disk: &dyn Disk) -> Vec<(String, Option<Vec<u8>>)> {
    let names = disk.list().unwrap().into_iter();
    names
        .map(|name| (name.clone(), disk.read(&name).unwrap()))
        .collect()
}

/// Which prefix of the run this state is.
fn prefix(views: &[View], store: &Store, context: &str) -> usize {
    let found = view(store.state());
    views
        .iter()
        .position(|view| *view == found)
        .unwrap_or_else(|| panic!("{context}: the state is no prefix of the run: {found:#?}"))
}

#[test]
fn a_crash_at_every_operation_and_byte_keeps_all_that_was_acknowledged() {
    let batches = batches();
    let (views, operations) = undisturbed(&batches);
    let mut points = 0;
    for (operation, size) in operations.into_iter().enumerate() {
        let mut known = BTreeSet::new();
        for bytes in cuts(size) {
            let (disk, acknowledged) = run_until(&batches, operation, bytes);
            for survives in SURVIVES {
                points += 1;
                let context = format!("operation {operation}, byte {bytes}, {survives:?}");
                let disk = shared(&disk.restart(survives));
                // What is not synced often does not survive: then the same disk comes up at every byte.
                if !known.insert((contents(disk.as_ref()), acknowledged)) {
                    continue;
                }
                let mut store =
                    open(&disk, &later(), 2).unwrap_or_else(|error| panic!("{context}: {error}"));
                let done = prefix(&views, &store, &context);
                assert!(done >= acknowledged, "{context}: {done} < {acknowledged}");
                assert!(done <= acknowledged + 1, "{context}: more than was asked");
                assert_eq!(
                    go_on(&mut store, &batches, done),
                    batches.len(),
                    "{context}"
                );
                store.close().unwrap();
                assert_eq!(
                    view(&read(&disk).unwrap()),
                    views[batches.len()],
                    "{context}"
                );
            }
        }
    }
    println!("{points} crash points");
    assert!(points > 5_000, "only {points} points");
}

#[test]
fn a_second_crash_while_going_on_loses_nothing_either() {
    let batches = batches();
    let (views, operations) = undisturbed(&batches);
    let mut points = 0;
    for (operation, size) in operations.into_iter().enumerate() {
        for survives in SURVIVES {
            let (first, _) = run_until(&batches, operation, size / 2);
            for again in 0.. {
                let context = format!("operations {operation} and {again}, {survives:?}");
                let disk = first.restart(survives);
                disk.crash_at(again, 20);
                let mut acknowledged = 0;
                if let Ok(mut store) = open(&shared(&disk), &later(), 2) {
                    let done = prefix(&views, &store, &context);
                    acknowledged = go_on(&mut store, &batches, done);
                }
                let finished = disk.operations().len() <= again;
                let machine = later();
                machine.wait(LEASE + Duration::from_secs(1));
                let third = shared(&disk.restart(survives));
                let store =
                    open(&third, &machine, 3).unwrap_or_else(|error| panic!("{context}: {error}"));
                let done = prefix(&views, &store, &context);
                assert!(done >= acknowledged, "{context}: {done} < {acknowledged}");
                points += 1;
                if finished {
                    break;
                }
            }
        }
    }
    println!("{points} pairs of crash points");
    assert!(points > 1_000, "only {points} pairs");
}

#[test]
fn the_cost_of_a_change_does_not_grow_with_the_state() {
    let disk = SimulatedDisk::new();
    let machine = Machine::new();
    let mut store = open(&shared(&disk), &machine, 1).unwrap();
    let mut cost = |name: &str| {
        let before = disk.operations().len();
        store
            .append(&[intent(first(name), Action::Create, &fields(1))])
            .unwrap();
        let new = disk.operations().split_off(before);
        (new.len(), new.iter().sum::<usize>())
    };
    cost("n0000");
    let early = cost("n0001");
    for index in 2..1_000 {
        cost(&format!("n{index:04}"));
    }
    let (operations, bytes) = cost("n1000");
    assert_eq!(operations, 2, "one append and one sync");
    // The serial has more digits, and nothing else grows.
    assert!(bytes <= early.1 + 3, "{bytes} bytes after {}", early.1);
}

#[test]
fn a_batch_is_one_write_and_one_sync() {
    let disk = SimulatedDisk::new();
    let mut store = open(&shared(&disk), &Machine::new(), 1).unwrap();
    store
        .append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap();
    let before = disk.operations().len();
    let batch: Vec<Event> = (0..50)
        .map(|index| intent(first(&format!("b{index}")), Action::Create, &fields(1)))
        .collect();
    store.append(&batch).unwrap();
    assert_eq!(disk.operations().len() - before, 2);
    assert_eq!(read(&shared(&disk)).unwrap().pending().len(), 51);
}
