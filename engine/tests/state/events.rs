//! How each event changes the state, and rows A, B and K of the recovery table.

use std::sync::Arc;

use infra_engine::state::{
    Action, Disk, Event, Guard, Incarnation, SimulatedDisk, State, StateError, Status, Store,
};
use infra_sdk::{Failure, FailureKind};

use crate::common::*;

fn store() -> (Arc<dyn Disk>, Store) {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let store = open(&disk, &Machine::new(), 1).unwrap();
    (disk, store)
}

/// The state after these events, one batch each; read back from the journal and from a snapshot to the same.
fn after(events: Vec<Event>) -> State {
    let (disk, mut store) = store();
    for event in events {
        store.append(&[event]).unwrap();
    }
    let from_journal = read(&disk).unwrap();
    assert_eq!(from_journal, *store.state());
    let state = store.close().unwrap();
    assert_eq!(read(&disk).unwrap(), state);
    state
}

fn second(name: &str) -> Incarnation {
    Incarnation::new(address(name), 2)
}

#[test]
fn row_a_without_an_intent_there_is_nothing_to_do() {
    let state = after(vec![Event::Outputs {
        values: key().seal(&fields(1)),
    }]);
    assert_eq!(state.unresolved().count(), 0);
}

#[test]
fn row_b_what_is_settled_is_kept() {
    let state = after(vec![
        intent(first("a"), Action::Create, &fields(1)),
        outcome(first("a"), "id-a"),
        settled(first("a"), "id-a", &fields(1)),
        intent(first("a"), Action::Update, &fields(2)),
        settled(first("a"), "id-a", &fields(2)),
    ]);
    assert_eq!(state.unresolved().count(), 0);
    let entry = state.entry(&address("a")).unwrap();
    assert_eq!(entry.status, Status::Ready);
    assert_eq!(entry.draft.authored.complete(), Some(&fields(2)));
}

#[test]
fn row_k_a_permanent_failure_is_kept_and_ends_the_attempt() {
    let state = after(vec![
        intent(first("a"), Action::Create, &fields(1)),
        failed(first("a"), Action::Create, &quota()),
    ]);
    assert_eq!(state.unresolved().count(), 0);
    let failure = state.failure(&address("a")).unwrap();
    assert_eq!(failure.kind, "quota");
    assert_eq!(failure.message, "the account has no room for another");
}

#[test]
fn a_failure_that_may_have_taken_effect_leaves_the_attempt_pending() {
    let lost = Failure::new(FailureKind::Network, "the answer was lost").ambiguous();
    let state = after(vec![
        intent(first("a"), Action::Create, &fields(1)),
        failed(first("a"), Action::Create, &lost),
    ]);
    assert_eq!(state.unresolved().count(), 1);
    assert!(!state.failure(&address("a")).unwrap().permanent);
}

#[test]
fn a_thing_that_could_not_be_settled_stays_known() {
    let state = after(vec![
        intent(first("a"), Action::Create, &fields(1)),
        outcome(first("a"), "id-a"),
        failed(first("a"), Action::Create, &quota()),
    ]);
    let entry = state.entry(&address("a")).unwrap();
    assert_eq!(
        (entry.id.as_str(), entry.status),
        ("id-a", Status::Unsettled)
    );
}

#[test]
fn a_new_attempt_clears_the_failure_of_the_last() {
    let state = after(vec![
        intent(first("a"), Action::Create, &fields(1)),
        failed(first("a"), Action::Create, &quota()),
        intent(first("a"), Action::Create, &fields(1)),
    ]);
    assert_eq!(state.failure(&address("a")), None);
}

#[test]
fn the_id_is_known_before_anything_else() {
    let state = after(vec![
        intent(first("a"), Action::Create, &fields(1)),
        outcome(first("a"), "id-a"),
    ]);
    let entry = state.entry(&address("a")).unwrap();
    assert_eq!(
        (entry.id.as_str(), entry.status),
        ("id-a", Status::Creating)
    );
    assert_eq!(state.unresolved().count(), 1);
}

#[test]
fn a_replacement_and_what_it_replaces_are_both_known_until_the_old_one_is_gone() {
    let create = vec![
        settled(first("a"), "old", &fields(1)),
        intent(second("a"), Action::Create, &fields(2)),
        outcome(second("a"), "new"),
    ];
    let state = after(create.clone());
    assert_eq!(state.entry(&address("a")).unwrap().id, "new");
    assert_eq!(state.deposed()[&first("a")].id, "old");
    assert_eq!(state.next_generation(&address("a")), 3);

    let delete = vec![
        settled(second("a"), "new", &fields(2)),
        intent(first("a"), Action::Delete, &fields(1)),
        Event::Deleted { of: first("a") },
    ];
    let state = after([create, delete].concat());
    assert_eq!(state.entry(&address("a")).unwrap().id, "new");
    assert!(state.deposed().is_empty());
    assert_eq!(state.unresolved().count(), 0);
}

#[test]
fn protection_lives_in_the_state_from_the_intent_on() {
    let guard = Guard {
        protect: Some("customer data".to_owned()),
        snapshot: true,
        keep: true,
    };
    let Event::Intent(mut begun) = intent(first("a"), Action::Create, &fields(1)) else {
        unreachable!("it makes an intent");
    };
    begun.draft.guard = guard.clone();
    let state = after(vec![Event::Intent(begun), outcome(first("a"), "id-a")]);
    assert_eq!(state.entry(&address("a")).unwrap().draft.guard, guard);
}

#[test]
fn the_protection_can_change_without_the_cloud() {
    let mut changed = draft(&fields(1));
    changed.guard.protect = Some("why".to_owned());
    let state = after(vec![
        settled(first("a"), "id-a", &fields(1)),
        Event::Redrafted {
            of: first("a"),
            draft: Box::new(changed.clone()),
        },
    ]);
    assert_eq!(state.entry(&address("a")).unwrap().draft, changed);
}

#[test]
fn reading_again_ends_an_update_but_not_a_deletion() {
    let refreshed = |action| {
        after(vec![
            settled(first("a"), "id-a", &fields(1)),
            intent(first("a"), action, &fields(2)),
            Event::Refreshed {
                of: first("a"),
                attributes: key().seal(&fields(5)),
            },
        ])
    };
    let state = refreshed(Action::Update);
    assert_eq!(state.unresolved().count(), 0);
    let entry = state.entry(&address("a")).unwrap();
    assert_eq!(entry.attributes.complete(), Some(&fields(5)));
    assert_eq!(refreshed(Action::Delete).unresolved().count(), 1);
}

#[test]
fn what_is_read_by_the_program_leaves_secrets_out() {
    let mut both = fields(1);
    both.extend(secret_fields("hunter2"));
    let state = after(vec![settled(first("a"), "id-a", &both)]);
    let known = state.known();
    let names: Vec<_> = known[&address("a")].keys().collect();
    assert_eq!(names, ["id", "size"]);
}

#[test]
fn the_serial_counts_every_change_and_compacting_changes_nothing() {
    let (disk, mut store) = store();
    for name in ["a", "b", "c"] {
        let before = store.state().serial();
        store
            .append(&[intent(first(name), Action::Create, &fields(1))])
            .unwrap();
        assert_eq!(store.state().serial(), before + 1);
        store.compact().unwrap();
        assert_eq!(store.state().serial(), before + 1);
        assert_eq!(read(&disk).unwrap().serial(), before + 1);
    }
}

#[test]
fn the_snapshot_before_the_last_stays_as_a_backup() {
    let (disk, mut store) = store();
    store
        .append(&[settled(first("a"), "id-a", &fields(1))])
        .unwrap();
    store.compact().unwrap();
    let before = disk.read("infra.state.json").unwrap();
    store
        .append(&[settled(first("b"), "id-b", &fields(1))])
        .unwrap();
    store.compact().unwrap();
    assert_ne!(disk.read("infra.state.json").unwrap(), before);
    assert_eq!(disk.read("infra.state.json.backup").unwrap(), before);
}

#[test]
fn a_retry_has_the_same_token_only_for_the_same_thing() {
    let begun = intent(first("a"), Action::Create, &fields(1));
    let state = after(vec![begun, Event::Retry { of: first("a") }]);
    assert_eq!(state.unresolved().count(), 0);
    let token = |size| {
        let digest = state.digest(Action::Create, &fields(size));
        state.token(&first("a"), Action::Create, &digest, "run 2")
    };
    assert_eq!(token(1), "token-a-create");
    assert_ne!(token(2), "token-a-create");
    assert_eq!(state.next_generation(&address("a")), 1);
}

#[test]
fn an_event_that_contradicts_the_state_is_refused_before_it_is_written() {
    let (disk, mut store) = store();
    store
        .append(&[settled(first("a"), "id-a", &fields(1))])
        .unwrap();
    let wrong = [
        intent(first("a"), Action::Create, &fields(1)),
        intent(first("x"), Action::Delete, &fields(1)),
        outcome(first("x"), "id-x"),
        Event::Moved {
            from: address("x"),
            to: address("y"),
        },
        Event::Adopted(Box::new(entry(second("a"), "other", &fields(1)))),
    ];
    for event in wrong {
        let error = store.append(std::slice::from_ref(&event)).unwrap_err();
        assert!(
            matches!(error, StateError::Misfit { .. }),
            "{event:?}: {error}"
        );
    }
    assert_eq!(read(&disk).unwrap().serial(), 1);
}

#[test]
fn no_secret_reaches_any_file() {
    let (disk, mut store) = store();
    let hidden = secret_fields("hunter2");
    let events = [
        intent(first("a"), Action::Create, &hidden),
        outcome(first("a"), "id-a"),
        settled(first("a"), "id-a", &hidden),
        Event::Outputs {
            values: key().seal(&hidden),
        },
    ];
    for event in events {
        store.append(&[event]).unwrap();
    }
    let contains_secret = |disk: &Arc<dyn Disk>| {
        disk.list().unwrap().iter().any(|name| {
            let bytes = disk.read(name).unwrap().unwrap();
            String::from_utf8(bytes).unwrap().contains("hunter2")
        })
    };
    assert!(!contains_secret(&disk));
    store.compact().unwrap();
    assert!(!contains_secret(&disk));
    assert!(!format!("{:?}", store).contains("hunter2"));
}
