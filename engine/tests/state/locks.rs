//! Lock stories: two at once, a holder that died, a holder that was paused.

use std::sync::Arc;
use std::time::Duration;

use infra_engine::state::{
    Action, Disk, Files, Holder, Host, LEASE, Lease, Lock, SimulatedDisk, StateError,
};

use crate::common::*;

fn disk() -> Arc<dyn Disk> {
    Arc::new(SimulatedDisk::new())
}

#[test]
fn a_second_one_is_told_who_holds_the_lock_and_since_when() {
    let (disk, machine) = (disk(), Machine::new());
    let _first = take(&disk, &machine, 4711).unwrap();
    machine.wait(Duration::from_secs(60));
    let error = take(&disk, &machine, 2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the state is locked by dev@laptop (process 4711, `infra apply`) for 60 seconds, \
         since 2024-05-01 10:00:00 UTC"
    );
    assert!(error.help().contains("60 seconds"), "{}", error.help());
}

#[test]
fn a_released_lock_can_be_taken_at_once() {
    let (disk, machine) = (disk(), Machine::new());
    take(&disk, &machine, 1).unwrap().release().unwrap();
    assert_eq!(disk.list().unwrap(), [] as [&str; 0]);
    take(&disk, &machine, 2).unwrap();
}

#[test]
fn the_lock_of_a_process_that_has_ended_is_taken_over_at_once() {
    let (disk, machine) = (disk(), Machine::new());
    let first = take(&disk, &machine, 1).unwrap();
    machine.end_process(1);
    let second = take(&disk, &machine, 2).unwrap();
    assert!(second.lease().fence > first.lease().fence);
}

#[test]
fn a_lease_is_prolonged_by_its_heartbeat_and_ends_without() {
    let (disk, machine) = (disk(), Machine::new());
    let mut first = take(&disk, &machine, 1).unwrap();
    for _ in 0..10 {
        machine.wait(LEASE * 3 / 4);
        first.hold().unwrap();
        assert!(matches!(
            take(&disk, &machine, 2),
            Err(StateError::Locked(..))
        ));
    }
    assert_eq!(first.lease().fence, 1, "it never ended in between");
    machine.wait(PAST_LEASE);
    take(&disk, &machine, 2).unwrap();
}

#[test]
fn a_paused_holder_that_wakes_after_a_takeover_cannot_append() {
    let (disk, machine) = (disk(), Machine::new());
    let mut paused = open(&disk, &machine, 1).unwrap();
    let make = |name| [intent(first(name), Action::Create, &fields(1))];
    paused.append(&make("a")).unwrap();

    machine.wait(PAST_LEASE);
    let mut new = open(&disk, &machine, 2).unwrap();
    new.append(&make("b")).unwrap();

    let before = disk.read("infra.state.journal").unwrap();
    let error = paused.append(&make("c")).unwrap_err();
    assert!(matches!(error, StateError::LockLost { by: Some(_), .. }));
    assert_eq!(
        error.to_string(),
        "the lock of the state was lost: it is now held by dev@laptop (process 2, `infra apply`) for 0 seconds, \
         since 2024-05-01 10:02:01 UTC"
    );
    assert_eq!(disk.read("infra.state.journal").unwrap(), before);
    assert!(matches!(paused.compact(), Err(StateError::LockLost { .. })));
    assert_eq!(view(&read(&disk).unwrap()), view(new.state()));
    // Giving back what is lost leaves the new holder alone.
    assert!(paused.close().is_err());
    new.append(&make("d")).unwrap();
}

#[test]
fn a_paused_holder_whose_lease_nobody_took_goes_on() {
    let (disk, machine) = (disk(), Machine::new());
    let mut store = open(&disk, &machine, 1).unwrap();
    machine.wait(PAST_LEASE * 10);
    store
        .append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap();
    assert!(matches!(
        take(&disk, &machine, 2),
        Err(StateError::Locked(..))
    ));
}

#[test]
fn of_several_who_find_an_expired_lease_or_none_at_once_one_wins() {
    for (round, expired) in (0..300).zip([true, false].into_iter().cycle()) {
        let (disk, machine) = (disk(), Machine::new());
        if expired {
            take(&disk, &machine, 1).unwrap();
            machine.wait(PAST_LEASE);
        }
        let winners: Vec<Lock> = std::thread::scope(|scope| {
            let racers: Vec<_> = (2..6)
                .map(|pid| {
                    let (disk, machine) = (&disk, &machine);
                    scope.spawn(move || take(disk, machine, pid))
                })
                .collect();
            racers
                .into_iter()
                .filter_map(|racer| racer.join().unwrap().ok())
                .collect()
        });
        assert_eq!(winners.len(), 1, "round {round}: {winners:?}");
        let holder = Lock::current(disk.as_ref(), &Files::default()).unwrap();
        assert_eq!(holder.as_ref(), Some(winners[0].lease()));
        assert_eq!(disk.list().unwrap(), ["infra.state.lock"], "round {round}");
    }
}

#[test]
fn a_takeover_that_died_half_way_does_not_block_the_next() {
    // Stops the second process at each operation of its takeover.
    for operation in 0.. {
        let first_disk = SimulatedDisk::new();
        let shared: Arc<dyn Disk> = Arc::new(first_disk.clone());
        let machine = Machine::new();
        take(&shared, &machine, 1).unwrap();
        machine.wait(PAST_LEASE);
        let before = first_disk.operations().len();
        first_disk.crash_at(before + operation, 10);
        let second = take(&shared, &machine, 2);
        let finished = second.is_ok();
        machine.wait(PAST_LEASE);
        for survives in [
            infra_engine::state::Survives::Synced,
            infra_engine::state::Survives::Written,
        ] {
            let disk: Arc<dyn Disk> = Arc::new(first_disk.restart(survives));
            let third = take(&disk, &machine, 3)
                .unwrap_or_else(|error| panic!("operation {operation}, {survives:?}: {error}"));
            assert!(third.lease().fence > 1);
            let claims = disk.list().unwrap().into_iter().filter(|name| {
                let claim = name.strip_prefix("infra.state.lock.");
                claim.is_some_and(|number| number.parse::<u64>().is_ok())
            });
            assert_eq!(
                claims.collect::<Vec<_>>(),
                [] as [&str; 0],
                "claims are cleared away"
            );
        }
        if finished {
            return;
        }
    }
}

#[test]
fn a_fencing_number_is_larger_than_all_that_ever_wrote() {
    let (disk, machine) = (disk(), Machine::new());
    let mut last = 0;
    for pid in 1..5 {
        let mut store = open(&disk, &machine, pid).unwrap();
        store
            .append(&[intent(first("a"), Action::Create, &fields(1))])
            .unwrap();
        let fence = store.state().fence();
        assert!(fence > last, "{fence} after {last}");
        last = fence;
        store.close().unwrap();
    }
}

#[test]
fn a_lock_file_that_nobody_understands_is_not_taken_for_free() {
    let (disk, machine) = (disk(), Machine::new());
    let _lock = take(&disk, &machine, 1).unwrap();
    let whole = disk.read("infra.state.lock").unwrap().unwrap();
    let text = whole.trim_ascii_end();
    let foreign: [&[u8]; 3] = [b"4711\n", br#"{"ID":"b5","Operation":"x"}"#, &[0; 64]];
    for content in (0..text.len()).map(|end| &text[..end]).chain(foreign) {
        disk.replace("infra.state.lock", content).unwrap();
        let error = take(&disk, &machine, 2).unwrap_err();
        assert!(
            matches!(error, StateError::LockUnreadable { .. }),
            "{error}"
        );
        assert!(error.help().contains("remove `infra.state.lock`"));
        assert_eq!(
            disk.read("infra.state.lock").unwrap().as_deref(),
            Some(content)
        );
    }
}

#[test]
fn a_clock_that_is_set_back_neither_ends_a_lease_nor_makes_it_last() {
    let (disk, machine) = (disk(), Machine::new());
    let mut first = take(&disk, &machine, 1).unwrap();
    machine.set_back(Duration::from_secs(3600));
    let error = take(&disk, &machine, 2).unwrap_err();
    assert!(error.to_string().contains("for 0 seconds"), "{error}");
    // The next heartbeat counts from the new time.
    first.hold().unwrap();
    let now = machine.unix_ms();
    assert_eq!(first.lease().expires_ms, now + LEASE.as_millis() as u64);
    assert_eq!(first.lease().fence, 1, "nobody had it in between");
    machine.wait(PAST_LEASE);
    take(&disk, &machine, 2).expect("the first one gave no sign for the length of a lease");
}

#[test]
fn after_a_jump_of_the_clock_whoever_looks_first_has_the_lock() {
    for other_first in [false, true] {
        let (disk, machine) = (disk(), Machine::new());
        let mut first = take(&disk, &machine, 1).unwrap();
        machine.wait(Duration::from_secs(3600));
        let other = other_first.then(|| take(&disk, &machine, 2).unwrap());
        match other {
            Some(mut other) => {
                assert!(matches!(first.hold(), Err(StateError::LockLost { .. })));
                other.hold().unwrap();
            }
            None => {
                first.hold().unwrap();
                assert!(first.lease().fence > 1, "it competed like anybody");
                let refused = take(&disk, &machine, 2);
                assert!(matches!(refused, Err(StateError::Locked(..))));
            }
        }
    }
}

#[test]
fn anybody_can_ask_who_holds_the_lock() {
    let (disk, machine) = (disk(), Machine::new());
    assert_eq!(
        Lock::current(disk.as_ref(), &Files::default()).unwrap(),
        None
    );
    let lock = take(&disk, &machine, 1).unwrap();
    let seen = Lock::current(disk.as_ref(), &Files::default()).unwrap();
    assert_eq!(seen.as_ref(), Some(lock.lease()));
}

#[test]
fn without_the_lock_nothing_is_written() {
    let disk = disk();
    let mut store =
        infra_engine::state::Store::read(Arc::clone(&disk), Files::default(), genesis()).unwrap();
    let error = store
        .append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap_err();
    assert_eq!(error, StateError::NotLocked);
    assert_eq!(disk.list().unwrap(), [] as [&str; 0]);
}

fn unlock(disk: &Arc<dyn Disk>, machine: &Arc<Machine>, seen: &Lease) -> Result<(), StateError> {
    let by = Holder {
        command: "infra unlock".to_owned(),
        ..holder(9)
    };
    let host: Arc<dyn Host> = Arc::clone(machine) as _;
    Lock::unlock(Arc::clone(disk), &Files::default(), host, by, seen)
}

#[test]
fn the_holder_of_an_unlocked_state_fails_its_next_append() {
    let (disk, machine) = (disk(), Machine::new());
    let mut old = open(&disk, &machine, 1).unwrap();
    old.append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap();
    let seen = Lock::current(disk.as_ref(), &Files::default())
        .unwrap()
        .unwrap();
    unlock(&disk, &machine, &seen).unwrap();
    let error = old.append(&[outcome(first("a"), "id-a")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the lock of the state was lost: dev@laptop (process 9, `infra unlock`) ended it"
    );
    // The next one need not wait, and nothing that the old one tries reaches its state.
    let mut new = open(&disk, &machine, 2).unwrap();
    new.append(&[outcome(first("a"), "id-b")]).unwrap();
    assert!(matches!(
        old.append(&[outcome(first("a"), "id-c")]),
        Err(StateError::LockLost { .. } | StateError::Stopped { .. })
    ));
    assert!(old.close().is_err());
    let state = new.close().unwrap();
    assert_eq!(read(&disk).unwrap(), state);
    assert_eq!(state.entry(&address("a")).unwrap().id, "id-b");
    let left = disk.list().unwrap();
    assert!(!left.iter().any(|name| name.contains("lock")), "{left:?}");
}

#[test]
fn an_unlocked_state_gives_no_fencing_number_twice() {
    let (disk, machine) = (disk(), Machine::new());
    let mut fences = Vec::new();
    for pid in 1..5 {
        let lock = take(&disk, &machine, pid).unwrap();
        fences.push(lock.lease().fence);
        unlock(&disk, &machine, lock.lease()).unwrap();
    }
    assert!(
        fences.windows(2).all(|pair| pair[0] < pair[1]),
        "{fences:?}"
    );
}

#[test]
fn only_the_hold_that_was_seen_is_ended() {
    let (disk, machine) = (disk(), Machine::new());
    let first = take(&disk, &machine, 1).unwrap();
    let seen = first.lease().clone();
    first.release().unwrap();
    unlock(&disk, &machine, &seen).unwrap();
    machine.wait(Duration::from_secs(1));
    let second = take(&disk, &machine, 2).unwrap();
    assert!(matches!(
        unlock(&disk, &machine, &seen),
        Err(StateError::Locked(by, _)) if by.holder.pid == 2
    ));
    second.release().unwrap();
    // A hold that was prolonged since is still the same.
    let mut third = take(&disk, &machine, 3).unwrap();
    let seen = third.lease().clone();
    machine.wait(LEASE / 2);
    third.hold().unwrap();
    unlock(&disk, &machine, &seen).unwrap();
    assert!(matches!(third.hold(), Err(StateError::LockLost { .. })));
}

#[test]
fn what_a_power_cut_left_is_swept_away_and_a_rival_is_left_alone() {
    let (disk, machine) = (disk(), Machine::new());
    let elsewhere = self::disk();
    let rival = take(&elsewhere, &machine, 5).unwrap();
    let live = elsewhere.read("infra.state.lock").unwrap().unwrap();
    let ended = serde_json::to_vec(&Lease {
        expires_ms: 1,
        ..rival.lease().clone()
    })
    .unwrap();
    let files: [(&str, &[u8]); 7] = [
        ("infra.state.lock.0123456789ab.tmp", b""),
        ("infra.state.lock.7.0123456789ab.tmp", br#"{"who":"#),
        ("infra.state.lock.aaaaaaaaaaaa.tmp", &ended),
        ("infra.state.json.tmp", b"{"),
        ("infra.state.json.backup.tmp", b""),
        ("infra.state.lock.bbbbbbbbbbbb.tmp", &live),
        ("somebody.elses.tmp", b""),
    ];
    for (name, bytes) in files {
        disk.write(name, bytes).unwrap();
    }
    open(&disk, &machine, 1).unwrap().close().unwrap();
    assert_eq!(
        disk.list().unwrap(),
        ["infra.state.lock.bbbbbbbbbbbb.tmp", "somebody.elses.tmp"]
    );
}
