//! What was changed outside: what counts, what does not, and how it is told apart from what the program changes.

use infra_engine::plan::{Action, Reason};
use infra_model::Value;

use crate::program::{Expr, Program, at, thing};
use crate::world::World;

fn text(word: &str) -> Value {
    Value::string(word)
}

fn list(words: &[&str]) -> Value {
    Value::List(words.iter().map(|word| text(word)).collect())
}

fn host(note: &str) -> Program {
    Program::of([thing("host", "a")
        .set("note", note)
        .set("groups", Expr::Value(list(&["x", "y"])))])
}

#[test]
fn drift_and_a_change_of_the_same_field_are_both_shown() {
    let world = World::new();
    world.up(&host("first"));
    let a = at("host", "a");
    world.cloud.tamper(&a, "note", text("outside"));
    let plan = world.plan(&host("second"));
    let drifted = &plan.drift[0].fields[0];
    assert_eq!(
        (&drifted.prior, &drifted.observed),
        (&Some(text("first")), &Some(text("outside")))
    );
    let change = &plan.changes[0].fields[0];
    assert_eq!(
        (&change.prior, &change.planned),
        (&Some(text("outside")), &text("second"))
    );
    world.up(&host("second"));
    assert!(world.plan(&host("second")).drift.is_empty());
}

#[test]
fn neither_fields_that_nobody_set_nor_the_order_of_a_set_are_drift() {
    let world = World::new();
    world.up(&host("first"));
    let a = at("host", "a");
    world.cloud.tamper(&a, "type", text("large"));
    world.cloud.tamper(&a, "groups", list(&["y", "x"]));
    let plan = world.plan(&host("first"));
    assert!(plan.is_empty() && plan.drift.is_empty(), "{plan:#?}");
    // But another item of the set is.
    world.cloud.tamper(&a, "groups", list(&["y", "z"]));
    let plan = world.plan(&host("first"));
    assert_eq!(plan.drift[0].fields[0].name, "groups");
    assert_eq!(plan.changes[0].action, Action::Update);
}

#[test]
fn what_was_made_anew_by_hand_under_its_name_is_gone_and_not_taken_for_the_old() {
    let world = World::new();
    world.up(&host("first"));
    let a = at("host", "a");
    let (old, item) = world.cloud.item(&a);
    world.cloud.remove(&a);
    world.cloud.add_by_hand("id-by-hand", item);
    let plan = world.plan(&host("first"));
    assert!(plan.drift[0].gone, "{:?}", plan.drift);
    assert_eq!(plan.changes[0].action, Action::Create);
    assert_eq!(plan.changes[0].reasons, [Reason::Gone]);
    // Its maker decides: it is imported, and nothing is made.
    let mut imported = host("first");
    imported.imports.push((a.clone(), "id-by-hand".to_owned()));
    world.accept(&imported);
    world.up(&imported);
    let state = world.state();
    assert_eq!(state.entry(&a).unwrap().id, "id-by-hand");
    assert!(!world.cloud.items().contains_key(&old));
    assert_eq!(world.cloud.items().len(), 1);
}

#[test]
fn what_is_deleted_outside_and_no_longer_wanted_is_only_forgotten() {
    let world = World::new();
    world.up(&host("first"));
    world.cloud.remove(&at("host", "a"));
    let plan = world.plan(&Program::of([]));
    assert!(plan.drift[0].gone);
    assert_eq!(plan.changes[0].action, Action::Forget);
    world.cloud.take_log();
    world.up(&Program::of([]));
    let calls = world.cloud.take_log();
    assert!(
        calls.iter().all(|call| call.starts_with("read")),
        "{calls:?}"
    );
    assert!(world.state().entries().is_empty());
}

#[test]
fn what_is_ignored_is_not_drift_and_stays() {
    let ignoring = || {
        let mut program = host("first");
        program.things[0] = program.things[0]
            .clone()
            .lifecycle(|it| it.ignore = ["note".to_owned()].into());
        program
    };
    let world = World::new();
    world.up(&ignoring());
    world
        .cloud
        .tamper(&at("host", "a"), "note", text("outside"));
    let plan = world.plan(&ignoring());
    assert!(plan.drift.is_empty() && plan.is_empty(), "{plan:#?}");
    // Once it is somebody's business again, it is drift.
    assert_eq!(world.plan(&host("first")).drift.len(), 1);
}
