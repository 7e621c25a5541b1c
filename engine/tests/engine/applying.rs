//! What apply does when things go well, slowly, wrong, or are stopped.

use infra_engine::apply::{ApplyError, Cancel, StepError};
use infra_engine::plan::PlanOptions;
use infra_engine::state::LEASE;
use infra_model::{Duration, Value};
use infra_sdk::{Failure, FailureKind, Timer};

use crate::cloud::Fault;
use crate::program::{Program, at, attr, thing};
use crate::world::{Notes, Stop, World};

fn refused() -> Fault {
    Fault::Refused(Failure::new(FailureKind::Quota, "no more of these"))
}

/// `n` hosts in one net.
fn hosts(n: usize) -> Program {
    let host = |n: usize| thing("host", &format!("h{n}")).set("net", at("net", "main"));
    let net = thing("net", "main").set("range", "10.0.0.0/16");
    Program::of([net].into_iter().chain((0..n).map(host)))
}

#[test]
fn what_a_provider_cannot_put_back_at_the_end_is_told() {
    let world = World::new();
    world.cloud.fault("conclude", refused());
    let (notes, cancel) = (Notes::default(), Cancel::new());
    let apply = || world.try_apply(&hosts(1), &PlanOptions::default(), &notes, &cancel);
    let report = apply().unwrap();
    assert_eq!(report.done.len(), 2);
    assert_eq!(report.left_open[0].message, "no more of these");
    assert!(!report.is_complete());
    assert!(apply().unwrap().is_complete());
}

#[test]
fn a_failed_branch_does_not_stop_the_others() {
    let world = World::new();
    let mut program = hosts(2);
    program.things.push(
        thing("tie", "t")
            .set("host", at("host", "h0"))
            .set("disk", "d"),
    );
    world.cloud.fault("create cloud.host.h0", refused());
    let notes = Notes::default();
    let report = world
        .try_apply(&program, &PlanOptions::default(), &notes, &Cancel::new())
        .unwrap();
    let done: Vec<String> = report
        .done
        .iter()
        .map(|done| done.address.to_string())
        .collect();
    assert_eq!(done, ["cloud.net.main", "cloud.host.h1"]);
    assert_eq!(report.failed[0].error.to_string(), "no more of these");
    assert_eq!(report.not_done[0].address, at("tie", "t"));
    assert_eq!(
        report.not_done[0].why.to_string(),
        "it needs cloud.host.h0, which was not done"
    );
    assert_eq!(
        *notes.lines.lock().unwrap(),
        [
            "create cloud.net.main: start",
            "create cloud.net.main: id id-1",
            "create cloud.net.main: done",
            "create cloud.host.h0: start",
            "create cloud.host.h1: start",
            "create cloud.host.h0: failed (no more of these)",
            "create cloud.tie.t: not done (it needs cloud.host.h0, which was not done)",
            "create cloud.host.h1: id id-2",
            "create cloud.host.h1: done",
        ]
    );
    world.up(&program);
    world.is_exactly(&program);
}

#[test]
fn an_apply_takes_as_long_as_its_longest_path() {
    let world = World::new();
    world.cloud.set_latency(1000);
    let started = world.clock.now_ms();
    world.up(&hosts(60));
    // The net is created and settled, then all hosts at once.
    assert_eq!(world.clock.now_ms() - started, 4000);
}

#[test]
fn the_longest_chain_begins_first_when_not_all_can() {
    let mut world = World::new();
    world.concurrency = 1;
    let program = Program::of([
        thing("host", "alone"),
        thing("host", "last").after(at("host", "middle")),
        thing("host", "middle").after(at("host", "first")),
        thing("host", "first"),
    ]);
    world.up(&program);
    let log = world.cloud.take_log();
    let created: Vec<&str> = log
        .iter()
        .filter_map(|call| call.strip_prefix("create cloud.host."))
        .collect();
    assert_eq!(created, ["first", "middle", "alone", "last"]);
}

#[test]
fn events_that_are_ready_together_share_one_sync() {
    let world = World::new();
    world.up(&Program::default());
    let operations = |n: usize| {
        let world = World::new();
        let before = world.disk.operations().len();
        world.apply_with(&hosts(n), &PlanOptions::default());
        world.disk.operations().len() - before
    };
    // Intent, outcome and settled: each is one append and one sync, for one host as for fifty.
    assert_eq!(operations(50), operations(1));
}

#[test]
fn an_intent_is_on_the_disk_before_its_call_and_the_id_before_the_next() {
    let world = World::new();
    let disk = world.disk.clone();
    let notes = Notes {
        at: Some(Box::new(move |line| {
            use infra_engine::state::Disk;
            let synced = disk.restart(infra_engine::state::Survives::Synced);
            let journal = synced
                .read("infra.state.journal")
                .unwrap()
                .unwrap_or_default();
            let journal = String::from_utf8(journal).unwrap();
            if line.ends_with("create cloud.net.main: done") {
                assert!(journal.contains("\"settled\""), "{journal}");
            }
            if line.contains(": id ") {
                assert!(journal.contains("\"intent\""), "{journal}");
            }
        })),
        ..Notes::default()
    };
    let report = world.try_apply(&hosts(1), &PlanOptions::default(), &notes, &Cancel::new());
    assert!(report.unwrap().is_complete());
    assert_eq!(notes.lines.lock().unwrap().len(), 6);
}

#[test]
fn the_first_cancel_lets_what_runs_settle_and_starts_nothing_new() {
    let world = World::new();
    world.cloud.set_latency(100);
    let cancel = Cancel::new();
    let inner = cancel.clone();
    let notes = Notes {
        at: Some(Box::new(move |line| {
            if line == "create cloud.net.main: id id-1" {
                inner.request();
            }
        })),
        ..Notes::default()
    };
    let report = world
        .try_apply(&hosts(3), &PlanOptions::default(), &notes, &cancel)
        .unwrap();
    assert_eq!(report.done.len(), 1, "the net is settled: {report:#?}");
    assert_eq!(report.not_done.len(), 3);
    assert_eq!(
        report.not_done[0].why.to_string(),
        "the run was stopped before its turn"
    );
    assert!(report.abandoned.is_empty());
    world.up(&hosts(3));
}

#[test]
fn the_second_cancel_stops_at_once_and_the_next_run_recovers() {
    let world = World::new();
    world.cloud.set_latency(100);
    let cancel = Cancel::new();
    let inner = cancel.clone();
    let notes = Notes {
        at: Some(Box::new(move |line| {
            if line == "create cloud.net.main: id id-1" {
                inner.request();
                inner.request();
            }
        })),
        ..Notes::default()
    };
    let report = world
        .try_apply(&hosts(3), &PlanOptions::default(), &notes, &cancel)
        .unwrap();
    assert_eq!(report.abandoned.len(), 1);
    world.up(&hosts(3));
    world.is_exactly(&hosts(3));
}

#[test]
fn a_lost_answer_is_asked_for_and_nothing_is_made_twice() {
    for fault in [Fault::LostAnswer, Fault::LostRequest] {
        let world = World::new();
        world.cloud.fault("create cloud.host.h0", fault.clone());
        world.up(&hosts(1));
        world.is_exactly(&hosts(1));
        assert!(
            world
                .cloud
                .take_log()
                .contains(&"find cloud.host.h0".to_owned()),
            "{fault:?}"
        );
    }
}

#[test]
fn a_create_in_doubt_stops_every_apply_until_somebody_decided() {
    let world = World::new();
    world.cloud.fault("create cloud.host.h0", Fault::LostAnswer);
    world.cloud.set_blind();
    let report = world.apply_with(&hosts(1), &PlanOptions::default());
    let candidates = vec!["id-7".to_owned(), "id-8".to_owned()];
    assert_eq!(report.failed[0].error, StepError::InDoubt { candidates });
    let again = world.try_apply(
        &hosts(1),
        &PlanOptions::default(),
        &Notes::default(),
        &Cancel::new(),
    );
    let Err(Stop::Apply(ApplyError::Refused(refusals))) = again else {
        panic!("{again:?}")
    };
    assert!(
        refusals[0].to_string().ends_with("(seen: id-7, id-8)"),
        "{}",
        refusals[0]
    );
    // The user finds the one that is meant, and says so.
    let id = world.cloud.item(&at("host", "h0")).0;
    let mut decided = hosts(1);
    decided.imports.push((at("host", "h0"), id));
    world.up(&decided);
    world.is_exactly(&decided);
}

#[test]
fn a_call_that_never_returns_is_given_up_and_looked_after_by_the_next_run() {
    let world = World::new();
    let program = hosts(1).with(&at("host", "h0"), |host| {
        host.lifecycle(|lifecycle| {
            lifecycle
                .timeouts
                .insert("create".to_owned(), Duration(90_000));
        })
    });
    world.cloud.fault("create cloud.host.h0", Fault::Hangs);
    let report = world.apply_with(&program, &PlanOptions::default());
    let waiting = Some("for an answer to create".to_owned());
    assert_eq!(
        report.failed[0].error,
        StepError::Timeout {
            limit_ms: 90_000,
            waiting
        }
    );
    assert_eq!(
        report.failed[0].error.to_string(),
        "it was not done within 90s: it was still waiting for an answer to create"
    );
    world.up(&program);
    world.is_exactly(&program);
}

#[test]
fn the_time_of_a_step_is_for_all_its_calls_together_and_its_intent_stays() {
    let world = World::new();
    let program = hosts(1).with(&at("host", "h0"), |host| {
        host.lifecycle(|lifecycle| {
            let limit = ("create".to_owned(), Duration(90_000));
            lifecycle.timeouts.extend([limit]);
        })
    });
    // The create takes 40 of the 90 seconds; becoming ready takes for ever.
    world.cloud.set_latency(40_000);
    world.cloud.fault("settle cloud.host.h0", Fault::Hangs);
    let before = world.clock.now_ms();
    let report = world.apply_with(&program, &PlanOptions::default());
    assert_eq!(
        report.failed[0].error.to_string(),
        "it was not done within 90s: it was still waiting for an answer to settle"
    );
    let spent = world.clock.now_ms() - before;
    assert_eq!(
        spent,
        2 * 40_000 + 90_000,
        "two calls for the net, and the time of the host"
    );
    assert_eq!(world.state().pending().len(), 1, "the intent stays");
    world.cloud.set_latency(0);
    world.up(&program);
    world.is_exactly(&program);
}

#[test]
fn while_nothing_comes_back_it_is_told_what_is_waited_for() {
    let world = World::new();
    world.cloud.fault("create cloud.host.h0", Fault::Hangs);
    let (notes, cancel) = <(Notes, Cancel)>::default();
    let ran = world.try_apply(&hosts(2), &PlanOptions::default(), &notes, &cancel);
    assert_eq!(ran.expect("it ends").failed.len(), 1);
    let lines = notes.lines.lock().unwrap();
    let told: Vec<&String> = lines
        .iter()
        .filter(|line| line.contains("waiting"))
        .collect();
    // Every 15 seconds of the half hour that a step may take, less the last moment; the failure says it too.
    assert_eq!(told.len(), 119 + 1, "{lines:?}");
    assert_eq!(
        told[0],
        "create cloud.host.h0: waiting for an answer to create"
    );
}

#[test]
fn the_lease_outlives_calls_and_reads_that_take_longer_than_it() {
    let world = World::new();
    let longer = 5 * u64::try_from(LEASE.as_millis()).unwrap();
    let beaten = |calls: u64, reads: u64, program: &Program| {
        world.cloud.set_latency(calls);
        world.cloud.set_read_latency(reads);
        let before = world.clock.now_ms();
        assert!(
            world
                .apply_with(program, &PlanOptions::default())
                .is_complete()
        );
        assert!(world.clock.now_ms() - before >= longer);
        // Whoever lets a lease end needs a new fencing number.
        world.state().fence()
    };
    assert_eq!(beaten(longer, 0, &hosts(1)), 1);
    assert_eq!(beaten(0, longer, &hosts(2)), 2);
}

#[test]
fn outputs_are_told_and_kept() {
    let world = World::new();
    let address = attr(&at("host", "h0"), "address");
    let program = hosts(1).output("where", address);
    let report = world.up(&program);
    assert_eq!(report.outputs[0].value, Value::string("ip-of-id-2"));
    assert_eq!(
        world.state().outputs()["where"],
        Value::string("ip-of-id-2")
    );
    world.up_with(
        &program,
        &PlanOptions {
            destroy: true,
            ..Default::default()
        },
    );
    assert!(world.state().outputs().is_empty());
}

#[test]
fn calls_are_counted() {
    let world = World::new();
    let report = world.up(&hosts(2));
    let calls: Vec<(String, u64)> = report.calls.into_iter().collect();
    assert_eq!(
        calls,
        [
            ("cloud/create".to_owned(), 3),
            ("cloud/settle".to_owned(), 3)
        ]
    );
}

#[test]
fn a_surprise_fails_the_step_instead_of_changing_the_plan() {
    let world = World::new();
    let a = at("host", "a");
    let program = |kind: &str| {
        Program::of([
            thing("host", "a").set("type", kind),
            thing("net", "n").set("range", attr(&a, "address")),
        ])
    };
    world.up(&program("small"));
    // The address of a restarted host may change; here it does not, because somebody else changed the net.
    world
        .cloud
        .tamper(&at("net", "n"), "range", Value::string("by hand"));
    let report = world.apply_with(&program("large"), &PlanOptions::default());
    assert_eq!(
        report.failed[0].error.to_string(),
        "what became known while applying does not fit the plan: `range` of an existing cloud.net cannot be changed"
    );
    assert_eq!(
        report.failed[0].error.help().as_deref(),
        Some("plan again with what is known now")
    );
    world.up(&program("large"));
}

#[test]
fn a_plan_is_only_good_for_the_state_it_was_made_for() {
    let world = World::new();
    let early = world.plan(&hosts(1));
    world.up(&hosts(2));
    let applied = world.apply_plan(&early, &hosts(1));
    assert!(
        matches!(
            applied,
            Err(ApplyError::Stale {
                planned: 0,
                found: 9
            })
        ),
        "{applied:?}"
    );
    world.is_exactly(&hosts(2));
    let now = world.plan(&hosts(3));
    assert!(world.apply_plan(&now, &hosts(3)).is_ok());
    world.is_exactly(&hosts(3));
}

#[test]
fn a_full_disk_stops_the_run_and_nothing_is_lost() {
    let mut world = World::new();
    world.up(&Program::of([
        thing("net", "main").set("range", "10.0.0.0/16")
    ]));
    world.disk.set_room(Some(700));
    let stopped = world.try_apply(
        &hosts(3),
        &PlanOptions::default(),
        &Notes::default(),
        &Cancel::new(),
    );
    assert!(
        matches!(
            stopped,
            Err(Stop::Apply(ApplyError::State { .. }) | Stop::State(_))
        ),
        "{stopped:?}"
    );
    world.restart(infra_engine::state::Survives::Written);
    world.up(&hosts(3));
    world.is_exactly(&hosts(3));
}

#[test]
fn where_the_disk_is_full_the_report_tells_of_each_step_once_and_nothing_that_was_not_sent_is_under_way()
 {
    let (mut unsent, mut unwritten) = (0, 0);
    for room in (0..4000).step_by(100) {
        let world = World::new();
        world.disk.set_room(Some(room));
        let stopped = world.try_apply(
            &hosts(3),
            &PlanOptions::default(),
            &Notes::default(),
            &Cancel::new(),
        );
        let Err(Stop::Apply(ApplyError::State { report, .. })) = stopped else {
            continue;
        };
        let done = report.done.iter().map(|it| it.step);
        let not_done = report.not_done.iter().map(|it| it.step);
        let told: Vec<_> = done
            .chain(not_done)
            .chain(report.abandoned.iter().copied())
            .collect();
        let once: std::collections::BTreeSet<_> = told.iter().collect();
        assert_eq!(once.len(), told.len(), "{room}: {report:?}");
        let sent = world.cloud.items().len();
        assert!(
            report.abandoned.len() + report.done.len() <= sent,
            "{room}: {report:?}"
        );
        unsent += usize::from(sent == 0);
        unwritten += usize::from(!report.abandoned.is_empty());
    }
    assert!(unsent > 0 && unwritten > 0, "{unsent} {unwritten}");
}
