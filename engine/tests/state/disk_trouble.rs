//! A full disk, a read-only folder and a failing sync in the middle of an apply: nothing is lost, the error is
//! clear, and the state in memory is what the disk has.

use std::sync::Arc;

use infra_engine::state::{Action, Disk, DiskErrorKind, Event, SimulatedDisk, StateError, Store};

use crate::common::*;

fn make(name: &str) -> [Event; 1] {
    [intent(first(name), Action::Create, &fields(1))]
}

fn begun() -> (SimulatedDisk, Arc<dyn Disk>, Store) {
    let disk = SimulatedDisk::new();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut store = open(&shared, &Machine::new(), 1).unwrap();
    store.append(&make("a")).unwrap();
    (disk, shared, store)
}

fn kind(error: &StateError) -> DiskErrorKind {
    match error {
        StateError::Disk(error) => error.kind,
        other => panic!("not an error of the disk: {other}"),
    }
}

#[test]
fn a_disk_that_is_full_after_any_byte_loses_nothing_and_one_can_go_on() {
    let size = {
        let (disk, _, mut store) = begun();
        store.append(&make("b")).unwrap();
        disk.operations()[disk.operations().len() - 2]
    };
    for room in 0..size as u64 {
        let (disk, shared, mut store) = begun();
        disk.set_room(Some(room));
        let error = store.append(&make("b")).unwrap_err();
        assert_eq!(kind(&error), DiskErrorKind::Full, "{room}");
        assert!(error.help().contains("nothing is lost"));
        assert_eq!(view(store.state()), view(&read(&shared).unwrap()), "{room}");
        assert_eq!(store.state().serial(), 1);
        // Somebody makes room, and the same run goes on.
        disk.set_room(None);
        store.append(&make("b")).unwrap();
        assert_eq!(view(store.state()), view(&read(&shared).unwrap()), "{room}");
        assert_eq!(store.state().serial(), 2);
    }
}

#[test]
fn a_disk_that_is_full_while_compacting_leaves_the_journal_to_tell_it_all() {
    let whole = {
        let (disk, _, mut store) = begun();
        let before = disk.operations().len();
        store.compact().unwrap();
        disk.operations().split_off(before).iter().sum::<usize>()
    };
    for room in (0..whole as u64).step_by(7) {
        let (disk, shared, mut store) = begun();
        disk.set_room(Some(room));
        let error = store.compact().unwrap_err();
        assert_eq!(kind(&error), DiskErrorKind::Full, "{room}");
        assert_eq!(view(store.state()), view(&read(&shared).unwrap()), "{room}");
        disk.set_room(None);
        store.append(&make("b")).unwrap();
        let state = store.close().unwrap();
        assert_eq!(view(&state), view(&read(&shared).unwrap()), "{room}");
    }
}

#[test]
fn a_full_disk_keeps_no_half_written_temporary_file() {
    let (disk, shared, mut store) = begun();
    disk.set_room(Some(10));
    store.compact().unwrap_err();
    let names = shared.list().unwrap();
    assert!(
        !names.iter().any(|name| name.ends_with(".tmp")),
        "{names:?}"
    );
}

#[test]
fn a_folder_that_becomes_read_only_loses_nothing() {
    let (disk, shared, mut store) = begun();
    disk.set_read_only(true);
    for error in [
        store.append(&make("b")).unwrap_err(),
        store.compact().unwrap_err(),
    ] {
        // The first failure could not be undone for the same reason, so the store stops.
        match error {
            StateError::Disk(error) => assert_eq!(error.kind, DiskErrorKind::ReadOnly),
            StateError::Stopped { reason } => assert!(reason.contains("read-only"), "{reason}"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(view(store.state()), view(&read(&shared).unwrap()));
}

#[test]
fn a_state_can_be_read_from_a_read_only_folder() {
    let (disk, shared, store) = begun();
    disk.set_read_only(true);
    assert_eq!(view(&read(&shared).unwrap()), view(store.state()));
    let error = take(&shared, &Machine::new(), 2).unwrap_err();
    assert!(matches!(error, StateError::Locked(..)), "{error}");
}

#[test]
fn after_a_failed_sync_nothing_more_is_written() {
    let (disk, shared, mut store) = begun();
    disk.set_sync_fails(true);
    let error = store.append(&make("b")).unwrap_err();
    assert_eq!(kind(&error), DiskErrorKind::Other);
    // A sync that claims success afterwards proves nothing of the bytes before.
    disk.set_sync_fails(false);
    let operations = disk.operations().len();
    let error = store.append(&make("c")).unwrap_err();
    assert!(matches!(error, StateError::Stopped { .. }), "{error}");
    assert!(matches!(store.compact(), Err(StateError::Stopped { .. })));
    assert_eq!(disk.operations().len(), operations);
    assert_eq!(store.state().serial(), 1);
    // The unacknowledged line may be there or not; both are sound.
    assert!((1..=2).contains(&read(&shared).unwrap().serial()));
}
