//! Rows C to J of the recovery table, each with the journal and the cloud it is about.

use std::sync::Arc;
use std::time::Duration;

use infra_engine::providers::Providers;
use infra_engine::state::{
    Action, Decision, Disk, Event, LEASE, Recovered, SimulatedDisk, Status, Store, Survives,
    recover,
};
use infra_model::{Record, Value};
use infra_sdk::{Failure, FailureKind, Found, Timer};

use crate::cloud::Cloud;
use crate::common::*;

struct Scene {
    disk: SimulatedDisk,
    cloud: Cloud,
    store: Store,
}

/// A run that was killed after these events.
fn killed_after(events: &[Event]) -> Scene {
    let disk = SimulatedDisk::new();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut store = open(&shared, &Machine::new(), 1).unwrap();
    for event in events {
        store.append(std::slice::from_ref(event)).unwrap();
    }
    Scene {
        disk,
        cloud: Cloud::default(),
        store,
    }
}

impl Scene {
    fn recover_with(&mut self, planned: Option<Record>) -> Recovered {
        let planned = move |_: &_| planned.clone();
        let providers = self.cloud.providers();
        block_on(recover(
            &mut self.store,
            &providers,
            &schemas(),
            &planned,
            &Silent,
        ))
        .unwrap()
    }

    /// Recovers; checks that what is in memory is on the disk, and that a second recovery has nothing new to say.
    fn recover(&mut self) -> Recovered {
        let recovered = self.recover_with(None);
        let shared: Arc<dyn Disk> = Arc::new(self.disk.restart(Survives::Synced));
        assert_eq!(view(&read(&shared).unwrap()), view(self.store.state()));
        let serial = self.store.state().serial();
        if recovered.unresolved.is_empty() {
            self.recover_with(None);
            assert_eq!(
                self.store.state().serial(),
                serial,
                "recovery is idempotent"
            );
        }
        recovered
    }

    fn calls(&self, action: &str) -> u64 {
        let calls = self.cloud.calls.by_action();
        calls.get(action).copied().unwrap_or(0)
    }

    fn entry_status(&self) -> Option<(String, Status)> {
        let entry = self.store.state().entry(&address("a"))?;
        Some((entry.id.clone(), entry.status))
    }
}

fn row(recovered: &Recovered) -> (char, Decision) {
    assert_eq!(recovered.unresolved, []);
    match recovered.steps.as_slice() {
        [step] => (step.row, step.decision),
        other => panic!("one step expected: {other:?}"),
    }
}

fn create() -> Event {
    intent(first("a"), Action::Create, &fields(1))
}

const TOKEN: &str = "token-a-create";

#[test]
fn row_c_what_was_created_is_awaited_read_and_settled() {
    let mut scene = killed_after(&[create(), outcome(first("a"), "id-a")]);
    scene.cloud.add("id-a", TOKEN, &fields(1));
    assert_eq!(row(&scene.recover()), ('C', Decision::Settle));
    assert_eq!(
        scene.entry_status(),
        Some(("id-a".to_owned(), Status::Ready))
    );
    assert_eq!(scene.calls("create"), 0);
    assert_eq!(scene.cloud.inside().settled_with, [Some(fields(1))]);
}

#[test]
fn row_d_what_is_gone_is_recorded_gone() {
    let mut scene = killed_after(&[create(), outcome(first("a"), "id-a")]);
    assert_eq!(row(&scene.recover()), ('D', Decision::RecordGone));
    assert_eq!(scene.entry_status(), None);
    assert!(scene.store.state().pending().is_empty());
}

#[test]
fn row_d_needs_more_than_a_list_that_does_not_show_a_fresh_thing() {
    let mut scene = killed_after(&[create(), outcome(first("a"), "id-a")]);
    scene.cloud.add("id-a", TOKEN, &fields(1));
    scene.cloud.inside().invisible.insert("id-a".to_owned());
    assert_eq!(row(&scene.recover()), ('C', Decision::Settle));
}

#[test]
fn row_e_what_was_created_without_an_answer_is_found_by_its_token_and_adopted() {
    let mut scene = killed_after(&[create()]);
    scene.cloud.add("id-a", TOKEN, &fields(1));
    assert_eq!(row(&scene.recover()), ('E', Decision::Adopt));
    assert_eq!(
        scene.entry_status(),
        Some(("id-a".to_owned(), Status::Ready))
    );
    assert_eq!(scene.calls("create"), 0);
}

#[test]
fn row_f_what_was_not_created_is_tried_again_with_the_same_token() {
    let mut scene = killed_after(&[create()]);
    assert_eq!(row(&scene.recover()), ('F', Decision::Retry));
    let state = scene.store.state();
    let digest = state.digest(Action::Create, &fields(1));
    assert_eq!(
        state.token(&first("a"), Action::Create, &digest, "next run"),
        TOKEN
    );
}

#[test]
fn row_g_with_two_candidates_a_human_decides() {
    let mut scene = killed_after(&[create()]);
    let both = vec!["id-1".to_owned(), "id-2".to_owned()];
    scene.cloud.inside().found = Some(Ok(Found::Unclear(both.clone())));
    assert_eq!(row(&scene.recover()), ('G', Decision::Doubt));
    let doubts: Vec<_> = scene.store.state().doubts().collect();
    assert_eq!(doubts[0].0, &first("a"));
    assert_eq!(doubts[0].1.candidates, both);
    assert_eq!(doubts[0].1.why, "2 things could be the created one");
    assert_eq!(
        scene.store.state().unresolved().count(),
        1,
        "it stops the next plan"
    );
    assert_eq!(scene.calls("create"), 0);
}

#[test]
fn row_g_without_the_right_to_look_a_human_decides() {
    let mut scene = killed_after(&[create()]);
    let denied = Failure::new(FailureKind::Denied, "you may not list things");
    scene.cloud.inside().found = Some(Err(denied));
    assert_eq!(row(&scene.recover()), ('G', Decision::Doubt));
    let why = &scene.store.state().doubts().next().unwrap().1.why;
    assert!(why.contains("you may not list things"), "{why}");
}

#[test]
fn row_g_is_left_once_the_cloud_can_say() {
    let mut scene = killed_after(&[create()]);
    scene.cloud.inside().found = Some(Ok(Found::Unclear(Vec::new())));
    scene.recover();
    scene.cloud.inside().found = None;
    scene.cloud.add("id-a", TOKEN, &fields(1));
    assert_eq!(row(&scene.recover()), ('E', Decision::Adopt));
    assert_eq!(scene.store.state().doubts().count(), 0);
}

#[test]
fn row_h_what_was_being_updated_is_read_and_planned_again() {
    let mut scene = killed_after(&[
        settled(first("a"), "id-a", &fields(1)),
        intent(first("a"), Action::Update, &fields(2)),
    ]);
    scene.cloud.add("id-a", TOKEN, &fields(2));
    assert_eq!(row(&scene.recover()), ('H', Decision::Replan));
    let entry = scene.store.state().entry(&address("a")).unwrap();
    assert_eq!(entry.attributes["size"], fields(2)["size"]);
    assert!(scene.store.state().pending().is_empty());
    assert_eq!(scene.calls("update"), 0);
}

#[test]
fn row_h_what_was_being_updated_may_be_gone() {
    let mut scene = killed_after(&[
        settled(first("a"), "id-a", &fields(1)),
        intent(first("a"), Action::Update, &fields(2)),
    ]);
    assert_eq!(row(&scene.recover()), ('H', Decision::Replan));
    assert_eq!(scene.entry_status(), None);
}

#[test]
fn row_i_a_deletion_that_took_effect_is_recorded() {
    for action in [Action::Delete, Action::Snapshot] {
        let mut scene = killed_after(&[
            settled(first("a"), "id-a", &fields(1)),
            intent(first("a"), action, &fields(1)),
        ]);
        assert_eq!(row(&scene.recover()), ('I', Decision::RecordDeleted));
        assert_eq!(scene.entry_status(), None);
    }
}

#[test]
fn row_j_a_deletion_without_effect_is_tried_again() {
    let mut scene = killed_after(&[
        settled(first("a"), "id-a", &fields(1)),
        intent(first("a"), Action::Delete, &fields(1)),
    ]);
    scene.cloud.add("id-a", TOKEN, &fields(1));
    assert_eq!(row(&scene.recover()), ('J', Decision::Retry));
    assert_eq!(
        scene.entry_status(),
        Some(("id-a".to_owned(), Status::Ready))
    );
    assert_eq!(scene.store.state().unresolved().count(), 0);
    assert_eq!(scene.calls("delete"), 0, "only the next plan deletes");
}

#[test]
fn all_things_of_a_type_are_read_in_one_call() {
    let mut events = Vec::new();
    for name in ["a", "b", "c"] {
        events.push(settled(first(name), &format!("id-{name}"), &fields(1)));
        events.push(intent(first(name), Action::Delete, &fields(1)));
    }
    let mut scene = killed_after(&events);
    let recovered = scene.recover();
    assert_eq!(recovered.steps.len(), 3);
    assert_eq!(scene.calls("read"), 1);
}

#[test]
fn a_cloud_that_does_not_answer_leaves_everything_as_it_was() {
    let mut scene = killed_after(&[
        settled(first("a"), "id-a", &fields(1)),
        intent(first("a"), Action::Delete, &fields(1)),
        intent(first("b"), Action::Create, &fields(1)),
    ]);
    let down = Failure::new(FailureKind::Network, "the cloud does not answer");
    scene.cloud.inside().read_fails = Some(down.clone());
    scene.cloud.inside().found = Some(Err(down.clone()));
    let before = view(scene.store.state());
    let recovered = scene.recover();
    assert_eq!(recovered.steps, []);
    let failures: Vec<_> = recovered.unresolved.iter().map(|u| &u.failure).collect();
    assert_eq!(failures, [&down, &down]);
    assert_eq!(view(scene.store.state()), before);
}

#[test]
fn a_provider_that_is_not_configured_any_more_is_named() {
    let mut scene = killed_after(&[create()]);
    let recovered = block_on(recover(
        &mut scene.store,
        &Providers::default(),
        &schemas(),
        &|_| None,
        &Silent,
    ))
    .unwrap();
    let failure = &recovered.unresolved[0].failure;
    assert!(failure.message.contains("`test`"), "{failure}");
    assert_eq!(scene.store.state().unresolved().count(), 1);
}

#[test]
fn a_settling_that_fails_is_kept_and_the_id_with_it() {
    let mut scene = killed_after(&[create()]);
    scene.cloud.add("id-a", TOKEN, &fields(1));
    scene.cloud.inside().settle_fails = Some(quota());
    let recovered = scene.recover();
    assert_eq!(recovered.unresolved.len(), 1);
    assert_eq!(
        scene.entry_status(),
        Some(("id-a".to_owned(), Status::Unsettled))
    );
    let failure = scene.store.state().failure(&address("a")).unwrap();
    assert_eq!(failure.kind, "quota");
}

#[test]
fn secret_fields_are_settled_from_the_program_while_it_says_the_same() {
    let make = || {
        let scene = killed_after(&[
            intent(first("a"), Action::Create, &secret_fields("hunter2")),
            outcome(first("a"), "id-a"),
        ]);
        scene.cloud.add("id-a", TOKEN, &fields(1));
        scene
    };
    let mut same = make();
    same.recover_with(Some(secret_fields("hunter2")));
    assert_eq!(
        same.cloud.inside().settled_with,
        [Some(secret_fields("hunter2"))]
    );
    let mut changed = make();
    changed.recover_with(Some(secret_fields("other")));
    assert_eq!(changed.cloud.inside().settled_with, [None]);
}

#[test]
fn an_id_and_a_token_that_disagree_are_left_to_a_human() {
    let mut scene = killed_after(&[create(), outcome(first("a"), "id-a")]);
    scene.cloud.add("id-other", TOKEN, &fields(1));
    let recovered = scene.recover_with(None);
    let message = &recovered.unresolved[0].failure.message;
    assert!(
        message.contains("`id-a`") && message.contains("`id-other`"),
        "{message}"
    );
    assert_eq!(scene.store.state().unresolved().count(), 1);
}

/// A timer that moves the machine's clock instead of waiting.
struct Turning(Arc<Machine>);

#[async_trait::async_trait]
impl Timer for Turning {
    async fn sleep(&self, duration: Duration) {
        self.0.wait(duration);
    }

    fn now_ms(&self) -> u64 {
        0
    }
}

#[test]
fn the_lease_is_prolonged_while_a_cloud_is_waited_for() {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let machine = Machine::new();
    let mut store = open(&disk, &machine, 1).unwrap();
    store.append(&[create()]).unwrap();
    let providers = slow::providers();
    let waited = Turning(Arc::clone(&machine));
    let recovered = block_on(recover(
        &mut store,
        &providers,
        &schemas(),
        &|_| None,
        &waited,
    ))
    .unwrap();
    assert_eq!(row(&recovered), ('F', Decision::Retry));
    let passed = infra_engine::state::Host::unix_ms(machine.as_ref()) - 1_714_557_600_000;
    assert!(u128::from(passed) > LEASE.as_millis() * 3, "{passed} ms");
    assert_eq!(store.state().fence(), 1, "the lease never ended in between");
}

/// A cloud that takes its time to answer.
mod slow {
    use std::sync::Arc;
    use std::task::Poll;

    use async_trait::async_trait;
    use infra_engine::providers::Providers;
    use infra_model::{Address, Record};
    use infra_sdk::*;

    struct Slow;

    pub fn providers() -> Providers {
        let mut providers = Providers::default();
        providers.insert("test", Arc::new(Slow));
        providers
    }

    fn unused<T>() -> Result<T, Failure> {
        Err(Failure::new(FailureKind::Invalid, "not asked in this test"))
    }

    #[async_trait]
    impl Provider for Slow {
        fn resource_types(&self) -> &[&'static str] {
            &["test.thing"]
        }
        fn lookup_types(&self) -> &[&'static str] {
            &[]
        }
        fn calls(&self) -> CallCounts {
            CallCounts::default()
        }
        async fn account(&self) -> Result<Account, Failure> {
            unused()
        }
        async fn read(&self, _: &str, _: &[Target]) -> Result<Vec<Observed>, Failure> {
            unused()
        }
        async fn list(&self, _: &str) -> Result<Vec<Identified>, Failure> {
            unused()
        }
        async fn find_by_token(
            &self,
            _: &Address,
            _: &str,
            _: Option<&Record>,
        ) -> Result<Found, Failure> {
            let mut polls = 0;
            futures::future::poll_fn(|_| {
                polls += 1;
                if polls > 50 {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            Ok(Found::Absent)
        }
        async fn create(&self, _: &Create) -> Result<Created, Failure> {
            unused()
        }
        async fn settle(&self, _: &Settle) -> Result<Record, Failure> {
            unused()
        }
        async fn update(&self, _: &Update) -> Result<Record, Failure> {
            unused()
        }
        async fn delete(&self, _: &Delete) -> Result<(), Failure> {
            unused()
        }
        async fn lookup(&self, _: &str, _: &Record) -> Result<Option<Record>, Failure> {
            unused()
        }
    }
}

#[test]
fn a_secret_that_the_cloud_tells_in_the_clear_does_not_reach_the_state() {
    let told = Record::from([("password".to_owned(), Value::string("hunter2"))]);
    let fields = secret_fields("hunter2");
    let mut created = killed_after(&[
        intent(first("a"), Action::Create, &fields),
        outcome(first("a"), "id-a"),
    ]);
    created.cloud.add("id-a", TOKEN, &told);
    let mut updated = killed_after(&[
        intent(first("a"), Action::Create, &fields),
        outcome(first("a"), "id-a"),
        settled(first("a"), "id-a", &fields),
        intent(first("a"), Action::Update, &secret_fields("other")),
    ]);
    updated.cloud.add("id-a", TOKEN, &told);
    for scene in [&mut created, &mut updated] {
        scene.recover_with(None);
        let entry = scene.store.state().entry(&address("a")).unwrap();
        assert!(entry.attributes["password"].has_secret(), "{entry:?}");
        let shared: Arc<dyn Disk> = Arc::new(scene.disk.clone());
        for name in shared.list().unwrap() {
            let bytes = shared.read(&name).unwrap().unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("hunter2"), "{name}: {text}");
        }
    }
}
