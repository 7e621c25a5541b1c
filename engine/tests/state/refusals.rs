//! What a state that cannot be understood is answered with; never "there is no state".

use std::sync::Arc;

use infra_engine::state::{Action, Disk, Files, SimulatedDisk, State, StateError, Store};

use crate::common::*;

const SNAPSHOT: &str = "infra.state.json";
const JOURNAL: &str = "infra.state.journal";

/// A folder with a snapshot of serial 1 with a backup, and a journal that builds upon it.
fn folder() -> Arc<dyn Disk> {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let mut store = open(&disk, &Machine::new(), 1).unwrap();
    store
        .append(&[settled(first("a"), "id-a", &fields(1))])
        .unwrap();
    store.compact().unwrap();
    store
        .append(&[intent(first("b"), Action::Create, &fields(1))])
        .unwrap();
    disk
}

/// Opens it after the run that made it was killed.
fn again(disk: &Arc<dyn Disk>) -> Store {
    let machine = Machine::new();
    machine.end_process(1);
    machine.end_process(2);
    open(disk, &machine, 2).unwrap()
}

fn text(disk: &Arc<dyn Disk>, name: &str) -> String {
    String::from_utf8(disk.read(name).unwrap().unwrap()).unwrap()
}

fn refusal(change: impl FnOnce(&Arc<dyn Disk>)) -> StateError {
    let disk = folder();
    change(&disk);
    read(&disk).expect_err("such a state is refused")
}

fn with_snapshot(content: &str) -> StateError {
    refusal(|disk| disk.replace(SNAPSHOT, content.as_bytes()).unwrap())
}

fn edited(from: &str, to: &str) -> StateError {
    let before = text(&folder(), SNAPSHOT);
    assert!(before.contains(from), "{before}");
    with_snapshot(&before.replace(from, to))
}

/// As if infra itself had written it so: the checksum fits.
fn written(from: &str, to: &str) -> StateError {
    let before = text(&folder(), SNAPSHOT);
    assert!(before.contains(from), "{before}");
    with_snapshot(&resealed(&before.replace(from, to)))
}

fn resealed(snapshot: &str) -> String {
    let (content, _) = snapshot
        .split_once(",\n  \"checksum\"")
        .expect("it has a checksum");
    let crc = crc32fast::hash(content.as_bytes());
    format!("{content},\n  \"checksum\": \"{crc:08x}\"\n}}\n")
}

/// The snapshot as an infra wrote it before there were checksums.
fn without_checksum(snapshot: &str) -> String {
    let (content, _) = snapshot
        .split_once(",\n  \"checksum\"")
        .expect("it has a checksum");
    format!(
        "{}\n}}\n",
        content.replace("\"format\": 2", "\"format\": 1")
    )
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let whole = text(&folder(), SNAPSHOT);
    let resource = {
        let start = whole.find("    {\n").unwrap();
        let end = whole.find("\n    }\n").unwrap() + "\n    }".len();
        whole[start..end].to_owned()
    };
    let refusals = [
        ("empty", with_snapshot("")),
        ("only zeros", with_snapshot("\0\0\0\0")),
        ("truncated", with_snapshot(&whole[..whole.len() / 2])),
        (
            "not JSON",
            with_snapshot("resource \"aws_vpc\" \"main\" {}"),
        ),
        ("other JSON", with_snapshot(r#"{"name": "package"}"#)),
        ("JSON, but a list", with_snapshot("[]")),
        (
            "Terraform's state",
            with_snapshot(r#"{"version": 4, "terraform_version": "1.9.0", "lineage": "x"}"#),
        ),
        ("a newer format", edited("\"format\": 2", "\"format\": 3")),
        ("an id that somebody edited", edited("id-a", "id-b")),
        (
            "an edit that is not JSON",
            edited("\"serial\": 1,", "\"serial\": 1"),
        ),
        (
            "all resources taken out",
            edited(&format!("[\n{resource}\n  ]"), "[]"),
        ),
        (
            "the format before there were checksums, with one",
            edited("\"format\": 2", "\"format\": 1"),
        ),
        (
            "a fencing number that nobody counted to",
            written("\"fence\": 1", "\"fence\": 18446744073709551615"),
        ),
        (
            "resources, and nothing ever happened",
            written("\"serial\": 1", "\"serial\": 0"),
        ),
        ("a broken key", written("\"key\": \"07", "\"key\": \"")),
        (
            "a value of no form",
            written("\"size\": 1", "\"size\": {\"$sise\": 1}"),
        ),
        (
            "the same address twice",
            written(&resource, &format!("{resource},\n{resource}")),
        ),
        (
            "no snapshot beside a journal",
            refusal(|disk| disk.remove(SNAPSHOT).unwrap()),
        ),
        (
            "no snapshot beside a backup",
            refusal(|disk| {
                disk.remove(SNAPSHOT).unwrap();
                disk.remove(JOURNAL).unwrap();
            }),
        ),
        (
            "a journal of another lineage",
            written("\"lineage\": \"a1b2\"", "\"lineage\": \"c3d4\""),
        ),
        (
            "an older snapshot put back, beside a journal",
            refusal(|disk| {
                let before = text(disk, SNAPSHOT);
                let mut store = again(disk);
                let more = [
                    settled(first("c"), "id-c", &fields(1)),
                    settled(first("d"), "id-d", &fields(1)),
                ];
                store.append(&more).unwrap();
                store.compact().unwrap();
                store
                    .append(&[intent(first("e"), Action::Create, &fields(1))])
                    .unwrap();
                for serial in store.history().unwrap() {
                    disk.remove(&format!("infra.state.history/{serial}.json"))
                        .unwrap();
                }
                disk.replace(SNAPSHOT, before.as_bytes()).unwrap();
            }),
        ),
        (
            "an older snapshot put back, beside its history",
            refusal(|disk| {
                let before = text(disk, SNAPSHOT);
                let mut store = again(disk);
                for name in ["c", "d"] {
                    let made = settled(first(name), "id-c", &fields(1));
                    store.append(&[made]).unwrap();
                    store.compact().unwrap();
                }
                disk.replace(SNAPSHOT, before.as_bytes()).unwrap();
            }),
        ),
        (
            "no snapshot beside a history",
            refusal(|disk| {
                let mut store = again(disk);
                store.compact().unwrap();
                disk.remove(SNAPSHOT).unwrap();
                disk.remove("infra.state.json.backup").unwrap();
            }),
        ),
        (
            "an empty journal",
            refusal(|disk| disk.replace(JOURNAL, b"").unwrap()),
        ),
        (
            "a journal without its first line",
            refusal(|disk| {
                let journal = text(disk, JOURNAL);
                let (_, rest) = journal.split_once('\n').unwrap();
                disk.replace(JOURNAL, rest.as_bytes()).unwrap();
            }),
        ),
    ];
    let mut page = String::new();
    for (name, error) in refusals {
        page.push_str(&format!("## {name}\n{error}\n=> {}\n\n", error.help()));
    }
    insta::assert_snapshot!(page);
}

#[test]
fn a_snapshot_cut_off_at_any_byte_is_refused() {
    let whole = text(&folder(), SNAPSHOT);
    let end = whole.trim_end().len();
    for length in 0..end {
        let error = with_snapshot(&whole[..length]);
        assert!(
            matches!(
                error,
                StateError::Empty { .. } | StateError::Truncated { .. }
            ),
            "{length}: {error}"
        );
    }
}

#[test]
fn only_an_empty_folder_is_no_state() {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let state = read(&disk).unwrap();
    assert_eq!((state.serial(), state.lineage()), (0, "a1b2"));
    assert_eq!(disk.list().unwrap(), [] as [&str; 0]);
}

#[test]
fn a_refused_state_does_not_stay_locked() {
    let disk = folder();
    disk.remove("infra.state.lock").unwrap();
    disk.replace(SNAPSHOT, b"").unwrap();
    assert!(open(&disk, &Machine::new(), 1).is_err());
    assert_eq!(disk.read("infra.state.lock").unwrap(), None);
}

#[test]
fn the_files_are_readable() {
    let disk = folder();
    insta::assert_snapshot!("snapshot", text(&disk, SNAPSHOT));
    insta::assert_snapshot!("journal", text(&disk, JOURNAL));
}

#[test]
fn a_state_without_a_checksum_is_read_and_gets_one_with_the_first_lock() {
    let disk = folder();
    let old = without_checksum(&text(&disk, SNAPSHOT));
    let before = view(&read(&disk).unwrap());
    disk.replace(SNAPSHOT, old.as_bytes()).unwrap();
    assert_eq!(view(&read(&disk).unwrap()), before, "it is read as it is");
    let store = again(&disk);
    assert!(store.had_no_checksum());
    assert_eq!(view(store.state()), before);
    store.close().unwrap();
    assert!(text(&disk, SNAPSHOT).contains("\"checksum\": \""));
    assert_eq!(text(&disk, "infra.state.json.backup"), old);
    let later = again(&disk);
    assert!(!later.had_no_checksum());
    assert_eq!(view(later.state()), before);
}

#[test]
fn an_edit_is_taken_over_by_a_push_alone() {
    let disk = folder();
    let edited = text(&disk, SNAPSHOT).replace("id-a", "id-b");
    disk.replace(SNAPSHOT, edited.as_bytes()).unwrap();
    let open = |pid: u32| {
        let machine = Machine::new();
        machine.end_process(1);
        let lock = take(&disk, &machine, pid).unwrap();
        Store::open_edited(Arc::clone(&disk), Files::default(), genesis(), lock).unwrap()
    };
    let pushed = State::decode("edited", edited.as_bytes()).unwrap();
    let mut store = open(2);
    store
        .become_state("edited", pushed.clone(), true)
        .unwrap_err();
    store.close().unwrap();
    // What was interrupted is in the journal alone, and would be forgotten. Without it the edit is taken.
    disk.replace(SNAPSHOT, edited.as_bytes()).unwrap();
    assert!(matches!(read(&disk), Err(StateError::Edited { .. })));
    let mut store = open(3);
    store.become_state("edited", pushed, true).unwrap();
    store.close().unwrap();
    let now = read(&disk).unwrap();
    assert_eq!(now.entry(&address("a")).unwrap().id, "id-b");
}
