//! Earlier snapshots, and whole states that take the place of the current one.

use std::sync::Arc;

use infra_engine::state::{
    Action, Disk, Event, HISTORY_LENGTH, SimulatedDisk, State, StateError, Store, Survives,
};

use crate::common::*;

/// One run that changes `a`, or makes it.
fn run(disk: &Arc<dyn Disk>, machine: &Arc<Machine>, size: i64) -> State {
    let mut store = open(disk, machine, 1).unwrap();
    store
        .append(&[settled(first("a"), "id-a", &fields(size))])
        .unwrap();
    store.close().unwrap()
}

/// A disk after this many runs, each of one change.
fn after_runs(runs: usize) -> (SimulatedDisk, Arc<dyn Disk>, Arc<Machine>) {
    let disk = SimulatedDisk::new();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let machine = Machine::new();
    for size in 1..=runs {
        run(&shared, &machine, size as i64);
    }
    (disk, shared, machine)
}

fn restore(store: &mut Store, serial: u64) -> Result<(), StateError> {
    let earlier = store.earlier(serial)?;
    store.become_state("the earlier state", earlier, true)
}

#[test]
fn each_run_leaves_the_snapshot_before_it_and_the_number_is_bounded() {
    let (_, disk, machine) = after_runs(HISTORY_LENGTH + 5);
    let store = open(&disk, &machine, 1).unwrap();
    let newest = HISTORY_LENGTH as u64 + 5;
    let expected: Vec<u64> = (newest - HISTORY_LENGTH as u64..newest).collect();
    assert_eq!(store.history().unwrap(), expected);
    for serial in expected {
        let state = store.earlier(serial).unwrap();
        assert_eq!(state.serial(), serial);
        let entry = state.entry(&address("a")).unwrap();
        assert_eq!(entry.attributes["size"], fields(serial as i64)["size"]);
    }
    assert_eq!(
        store.earlier(1).unwrap_err().to_string(),
        "there is no earlier state with serial 1"
    );
}

#[test]
fn a_name_in_the_history_costs_the_same_for_any_size() {
    let bytes = |resources: usize| {
        let (disk, shared, machine) = after_runs(1);
        let mut store = open(&shared, &machine, 1).unwrap();
        let many: Vec<Event> = (0..resources)
            .map(|n| settled(first(&format!("r{n}")), "id", &fields(1)))
            .collect();
        store.append(&many).unwrap();
        store.close().unwrap();
        let mut store = open(&shared, &machine, 1).unwrap();
        store
            .append(&[settled(first("a"), "id-a", &fields(2))])
            .unwrap();
        let before = disk.operations().len();
        store.close().unwrap();
        let operations = disk.operations().split_off(before);
        let snapshot = shared.read("infra.state.json").unwrap().unwrap().len();
        // The snapshot and its backup are written whole, and nothing else is.
        (
            operations.len(),
            operations.iter().sum::<usize>() / snapshot,
        )
    };
    assert_eq!(bytes(10), bytes(1000));
}

#[test]
fn a_restored_state_is_newer_than_all_before_and_the_replaced_one_is_kept() {
    let (_, disk, machine) = after_runs(3);
    let mut store = open(&disk, &machine, 1).unwrap();
    restore(&mut store, 1).unwrap();
    assert_eq!(store.state().serial(), 4);
    assert_eq!(store.history().unwrap(), [1, 2, 3]);
    assert_eq!(
        store.state().entry(&address("a")).unwrap().attributes["size"],
        fields(1)["size"]
    );
    // The run goes on from there, and so does the next.
    store
        .append(&[settled(first("b"), "id-b", &fields(9))])
        .unwrap();
    let closed = store.close().unwrap();
    assert_eq!(
        (closed.serial(), closed.lineage()),
        (5, genesis().lineage.as_str())
    );
    assert_eq!(read(&disk).unwrap(), closed);
    let mut store = open(&disk, &machine, 1).unwrap();
    restore(&mut store, 3).unwrap();
    assert_eq!(store.state().serial(), 6);
    assert!(store.state().entry(&address("b")).is_none());
}

#[test]
fn what_the_journal_says_is_in_the_history_before_a_restore_replaces_it() {
    let (_, disk, machine) = after_runs(2);
    let mut store = open(&disk, &machine, 1).unwrap();
    store
        .append(&[settled(first("b"), "id-b", &fields(1))])
        .unwrap();
    restore(&mut store, 1).unwrap();
    assert!(store.earlier(3).unwrap().entry(&address("b")).is_some());
}

#[test]
fn a_crash_at_every_operation_of_a_restore_leaves_one_state_whole() {
    let operations = {
        let (disk, shared, machine) = after_runs(3);
        let mut store = open(&shared, &machine, 1).unwrap();
        let before = disk.operations().len();
        restore(&mut store, 1).unwrap();
        before..disk.operations().len()
    };
    let mut points = 0;
    for operation in operations {
        for bytes in [0, 1, 100, usize::MAX] {
            for survives in [Survives::Synced, Survives::Written, Survives::Names] {
                let (disk, shared, machine) = after_runs(3);
                let mut store = open(&shared, &machine, 1).unwrap();
                let old = view(store.state());
                disk.crash_at(operation, bytes);
                restore(&mut store, 1).unwrap_err();
                drop(store);
                let disk: Arc<dyn Disk> = Arc::new(disk.restart(survives));
                machine.end_process(1);
                let mut store = open(&disk, &machine, 2).unwrap();
                let found = view(store.state());
                assert!(
                    found == old || found.0 == 4,
                    "operation {operation}, {bytes} bytes, {survives:?}"
                );
                // Either way both states can still be had.
                restore(&mut store, 1).unwrap();
                assert!(store.history().unwrap().contains(&3));
                points += 1;
            }
        }
    }
    println!("restore cut off at {points} operations");
    assert!(points > 50);
}

#[test]
fn a_begun_call_is_not_forgotten_by_putting_another_state_there() {
    let (_, disk, machine) = after_runs(2);
    let mut store = open(&disk, &machine, 1).unwrap();
    store
        .append(&[intent(first("b"), Action::Create, &fields(1))])
        .unwrap();
    let error = restore(&mut store, 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a run was interrupted, and that state knows nothing of what it had begun: `test.thing.b`"
    );
    assert_eq!(store.state().pending().len(), 1);
    // A state that knows of it may come: it is found out about as before.
    let same = State::decode("pulled", &store.state().encode()).unwrap();
    store.become_state("pulled", same, true).unwrap();
    assert_eq!(store.state().pending().len(), 1);
}

#[test]
fn only_a_newer_state_of_the_same_lineage_takes_the_place_without_being_forced() {
    let (_, disk, machine) = after_runs(2);
    let old = read(&disk).unwrap();
    let mut newer = run(&disk, &machine, 3).encode();
    let (_, disk, machine) = after_runs(2);
    let mut store = open(&disk, &machine, 1).unwrap();
    let refused = |store: &mut Store, state: &State, older| {
        let error = store
            .become_state("f.json", state.clone(), older)
            .unwrap_err();
        (error.to_string(), error.help())
    };
    let (words, help) = refused(&mut store, &old, false);
    assert_eq!(
        words,
        "`f.json` has serial 2, and the current state is no older: it has serial 2"
    );
    assert!(help.contains("--force"), "{help}");
    store.become_state("f.json", old.clone(), true).unwrap();
    assert_eq!(store.state().serial(), 3);

    let text = String::from_utf8(newer).unwrap();
    newer = text.replace("\"a1b2\"", "\"ffff\"").into_bytes();
    let foreign = State::decode("f.json", &newer).unwrap();
    for older in [false, true] {
        let (words, _) = refused(&mut store, &foreign, older);
        assert_eq!(
            words,
            "`f.json` belongs to another state: its lineage is ffff, not a1b2"
        );
    }

    // Where there is no state yet, any may come, and it is kept as it is.
    let empty: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let mut store = open(&empty, &Machine::new(), 1).unwrap();
    store
        .become_state("f.json", foreign.clone(), false)
        .unwrap();
    store.close().unwrap();
    assert_eq!(view(&read(&empty).unwrap()), view(&foreign));
    assert_eq!(read(&empty).unwrap().lineage(), "ffff");
}

#[test]
fn the_fence_stays_above_that_of_a_state_from_elsewhere() {
    let (_, disk, machine) = after_runs(1);
    let state = read(&disk).unwrap().encode();
    let fenced = String::from_utf8(state)
        .unwrap()
        .replace("\"fence\": 1", "\"fence\": 70");
    let state = State::decode("f.json", fenced.as_bytes()).unwrap();
    let mut store = open(&disk, &machine, 1).unwrap();
    store.become_state("f.json", state, true).unwrap();
    store
        .append(&[settled(first("b"), "id-b", &fields(1))])
        .unwrap();
    assert!(store.state().fence() > 70);
    drop(store);
    assert!(read(&disk).unwrap().entry(&address("b")).is_some());
}

#[test]
fn a_difference_names_what_comes_goes_and_changes() {
    let (_, disk, machine) = after_runs(1);
    let before = read(&disk).unwrap();
    let mut store = open(&disk, &machine, 1).unwrap();
    store
        .append(&[
            settled(first("a"), "id-new", &fields(7)),
            settled(first("b"), "id-b", &fields(1)),
        ])
        .unwrap();
    let there = before.difference(store.state());
    assert_eq!(there.added, [first("b")]);
    assert_eq!(there.changed[0].0, first("a"));
    assert_eq!(there.changed[0].1, ["id", "size", "authored fields"]);
    let back = store.state().difference(&before);
    assert_eq!((back.removed, back.added), (vec![first("b")], vec![]));
    assert!(before.difference(&before).is_empty());
}
