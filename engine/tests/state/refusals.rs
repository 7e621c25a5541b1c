//! What a state that cannot be understood is answered with; never "there is no state".

use std::sync::Arc;

use infra_engine::state::{Action, Disk, SimulatedDisk, StateError};

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
        ("a newer format", edited("\"format\": 1", "\"format\": 2")),
        ("a broken key", edited("\"key\": \"07", "\"key\": \"")),
        (
            "a value of no form",
            edited("\"size\": 1", "\"size\": {\"$sise\": 1}"),
        ),
        (
            "the same address twice",
            edited(&resource, &format!("{resource},\n{resource}")),
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
            edited("\"lineage\": \"a1b2\"", "\"lineage\": \"c3d4\""),
        ),
        (
            "an older snapshot put back",
            edited("\"serial\": 1", "\"serial\": 0"),
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
