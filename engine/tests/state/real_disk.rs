//! The store in a real folder.

use std::fs;
use std::sync::Arc;

use infra_engine::state::{Action, Disk, DiskErrorKind, RealDisk, StateError, process_has_ended};

use crate::common::*;

fn disk(folder: &tempfile::TempDir) -> Arc<dyn Disk> {
    Arc::new(RealDisk::new(folder.path()))
}

#[test]
fn a_life_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let disk = disk(&folder);
    let machine = Machine::new();
    let mut store = open(&disk, &machine, 1).unwrap();
    store
        .append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap();
    store.append(&[outcome(first("a"), "id-a")]).unwrap();
    assert_eq!(
        disk.list().unwrap(),
        [
            "infra.state.journal",
            "infra.state.json",
            "infra.state.lock"
        ]
    );
    // Another process reads what the first one has acknowledged.
    let other: Arc<dyn Disk> = Arc::new(RealDisk::new(folder.path()));
    assert_eq!(view(&read(&other).unwrap()), view(store.state()));
    assert!(matches!(
        open(&other, &machine, 2),
        Err(StateError::Locked(..))
    ));

    let state = store.close().unwrap();
    assert_eq!(
        disk.list().unwrap(),
        ["infra.state.json", "infra.state.json.backup"]
    );
    assert_eq!(read(&other).unwrap(), state);
}

#[test]
fn a_torn_end_is_cut_off_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let disk = disk(&folder);
    let machine = Machine::new();
    let mut store = open(&disk, &machine, 1).unwrap();
    for name in ["a", "b"] {
        store
            .append(&[intent(first(name), Action::Create, &fields(1))])
            .unwrap();
    }
    drop(store);
    let journal = folder.path().join("infra.state.journal");
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() - 3]).unwrap();
    machine.end_process(1);
    let other: Arc<dyn Disk> = Arc::new(RealDisk::new(folder.path()));
    let mut store = open(&other, &machine, 2).unwrap();
    store
        .append(&[intent(first("c"), Action::Create, &fields(1))])
        .unwrap();
    let pending = read(&disk).unwrap();
    let names: Vec<_> = pending
        .pending()
        .keys()
        .map(|of| &of.address.name)
        .collect();
    assert_eq!(names, ["a", "c"]);
}

#[cfg(unix)]
#[test]
fn the_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let disk = disk(&folder);
    let mut store = open(&disk, &Machine::new(), 1).unwrap();
    store
        .append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap();
    for name in disk.list().unwrap() {
        let mode = fs::metadata(folder.path().join(&name))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_error_names_the_file_and_the_operation() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let disk = RealDisk::new(&gone);
    let error = disk.write("x", b"y").unwrap_err();
    assert_eq!(
        (error.kind, error.operation),
        (DiskErrorKind::Missing, "write")
    );
    assert_eq!(error.name, gone.join("x").display().to_string());
    assert_eq!(disk.read("x").unwrap(), None);
}

#[test]
fn a_link_does_not_replace() {
    let folder = tempfile::tempdir().unwrap();
    let disk = RealDisk::new(folder.path());
    assert!(disk.create_new("x", "one", b"1").unwrap());
    assert!(!disk.create_new("x", "two", b"2").unwrap());
    assert_eq!(disk.read("x").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(disk.list().unwrap(), ["x"]);
}

#[test]
fn a_link_whose_request_a_network_sent_twice_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let disk = RealDisk::new(folder.path());
    disk.write("mine.tmp", b"mine").unwrap();
    disk.write("other.tmp", b"mine").unwrap();
    assert!(disk.link("mine.tmp", "lock").unwrap());
    assert!(disk.link("mine.tmp", "lock").unwrap(), "it is the same one");
    assert!(
        !disk.link("other.tmp", "lock").unwrap(),
        "only looks the same"
    );
}

#[test]
fn one_is_alone_with_a_folder_until_it_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = [(), ()].map(|()| RealDisk::new(folder.path()));
    let inside = one.alone(true).unwrap().unwrap();
    assert!(other.alone(false).unwrap().is_none());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| other.alone(true).unwrap().is_some());
        drop(inside);
        assert!(waiting.join().unwrap());
    });
    assert!(one.alone(false).unwrap().is_some());
}

#[test]
fn a_process_that_runs_has_not_ended() {
    assert!(!process_has_ended(std::process::id()));
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    assert!(process_has_ended(pid));
}

#[test]
fn a_killed_process_has_ended_before_its_parent_asks() {
    let mut child = std::process::Command::new("sleep")
        .arg("60")
        .spawn()
        .unwrap();
    assert!(!process_has_ended(child.id()));
    child.kill().unwrap();
    let ended = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        process_has_ended(child.id())
    });
    child.wait().unwrap();
    assert!(ended, "nobody has waited for it, and it does not run");
}
