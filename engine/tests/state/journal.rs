//! Row L of the recovery table, and lines of a holder who had lost the lock.

use std::sync::Arc;

use infra_engine::state::{Action, Disk, Event, Files, SimulatedDisk, StateError, Store};

use crate::common::*;

/// A disk with a state of three single-event batches in its journal.
fn three_lines() -> (SimulatedDisk, Arc<dyn Disk>) {
    let disk = SimulatedDisk::new();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut store = open(&shared, &Machine::new(), 1).unwrap();
    for name in ["a", "b", "c"] {
        store
            .append(&[intent(first(name), Action::Create, &fields(1))])
            .unwrap();
    }
    (disk, shared)
}

fn journal(disk: &Arc<dyn Disk>) -> Vec<u8> {
    disk.read("infra.state.journal").unwrap().unwrap()
}

/// Where each line of the journal begins.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect()
}

#[test]
fn row_l_a_last_line_torn_at_any_byte_is_dropped_and_only_that_line() {
    let (_, disk) = three_lines();
    let whole = journal(&disk);
    let last = starts(&whole)[3];
    for length in last + 1..whole.len() {
        disk.replace("infra.state.journal", &whole[..length])
            .unwrap();
        let store = Store::read(Arc::clone(&disk), Files::default(), genesis()).unwrap();
        assert_eq!(store.state().serial(), 2, "cut at {length}");
        let dropped = store.dropped().expect("the drop is reported");
        assert_eq!((dropped.line, dropped.bytes), (4, length - last));
    }
}

#[test]
fn row_l_a_last_line_with_any_wrong_byte_is_dropped() {
    let (_, disk) = three_lines();
    let whole = journal(&disk);
    for at in starts(&whole)[3]..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        disk.replace("infra.state.journal", &bytes).unwrap();
        assert_eq!(read(&disk).unwrap().serial(), 2, "byte {at}");
    }
}

#[test]
fn row_l_a_wrong_byte_before_the_last_line_is_refused_with_its_line() {
    let (_, disk) = three_lines();
    let whole = journal(&disk);
    let starts = starts(&whole);
    for at in 0..starts[3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        disk.replace("infra.state.journal", &bytes).unwrap();
        let expected = starts.iter().filter(|start| **start <= at).count();
        match read(&disk) {
            Err(StateError::JournalDamaged { line, .. }) => assert_eq!(line, expected, "byte {at}"),
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn a_missing_or_doubled_line_is_refused() {
    let (_, disk) = three_lines();
    let whole = journal(&disk);
    let starts = starts(&whole);
    let second = &whole[starts[2]..starts[3]];
    let without = [&whole[..starts[2]], &whole[starts[3]..]].concat();
    let doubled = [&whole[..starts[3]], second, &whole[starts[3]..]].concat();
    for bytes in [without, doubled] {
        disk.replace("infra.state.journal", &bytes).unwrap();
        let error = read(&disk).unwrap_err();
        assert!(error.to_string().contains("missing or doubled"), "{error}");
    }
}

#[test]
fn what_is_torn_is_cut_off_before_the_next_line_is_written() {
    let (_, disk) = three_lines();
    let whole = journal(&disk);
    disk.replace("infra.state.journal", &whole[..whole.len() - 9])
        .unwrap();
    let machine = Machine::new();
    machine.end_process(1);
    let mut store = open(&disk, &machine, 2).unwrap();
    store
        .append(&[intent(first("d"), Action::Create, &fields(1))])
        .unwrap();
    let state = read(&disk).unwrap();
    let names: Vec<_> = state
        .pending()
        .keys()
        .map(|of| of.address.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "d"]);
}

#[test]
fn a_line_of_a_holder_who_had_lost_the_lock_does_not_count() {
    let (_, disk) = three_lines();
    let by_old = journal(&disk);
    let starts = starts(&by_old);
    // The new holder takes over when only the first two lines are there …
    disk.replace("infra.state.journal", &by_old[..starts[3]])
        .unwrap();
    let machine = Machine::new();
    machine.end_process(1);
    let mut store = open(&disk, &machine, 2).unwrap();
    // … and the old one's third line lands before, or after, the new one's first.
    store
        .append(&[intent(first("d"), Action::Create, &fields(1))])
        .unwrap();
    let with_new = journal(&disk);
    let (head, new, stale) = (
        &by_old[..starts[3]],
        &with_new[starts[3]..],
        &by_old[starts[3]..],
    );
    for bytes in [[head, stale, new].concat(), [head, new, stale].concat()] {
        disk.replace("infra.state.journal", &bytes).unwrap();
        assert_eq!(view(&read(&disk).unwrap()), view(store.state()));
    }
}

#[test]
fn a_journal_that_the_snapshot_contains_already_is_recognised_and_removed() {
    let (_, disk) = three_lines();
    let old = journal(&disk);
    let machine = Machine::new();
    machine.end_process(1);
    let mut store = open(&disk, &machine, 2).unwrap();
    store
        .append(&[Event::Outputs {
            values: key().seal(&fields(1)),
        }])
        .unwrap();
    let state = store.close().unwrap();
    // The crash came between the snapshot's rename and the journal's removal.
    disk.replace("infra.state.journal", &old).unwrap();
    machine.end_process(2);
    let mut store = open(&disk, &machine, 3).unwrap();
    assert_eq!(view(store.state()), view(&state));
    assert!(!store.is_interrupted());
    store
        .append(&[intent(first("d"), Action::Create, &fields(1))])
        .unwrap();
    assert_eq!(view(&read(&disk).unwrap()), view(store.state()));
    store.close().unwrap();
    assert_eq!(disk.read("infra.state.journal").unwrap(), None);
}

#[test]
fn a_reader_without_the_lock_sees_some_moment_of_a_writing_run() {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let machine = Machine::new();
    let mut store = open(&disk, &machine, 1).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            while last < 200 {
                let serial = read(&disk).unwrap().serial();
                assert!(serial >= last, "{serial} after {last}");
                last = serial;
            }
        });
        for index in 0..200 {
            let of = first(&format!("n{index}"));
            store
                .append(&[intent(of, Action::Create, &fields(1))])
                .unwrap();
            if index % 3 == 0 {
                store.compact().unwrap();
            }
        }
        reader.join().unwrap();
    });
}
