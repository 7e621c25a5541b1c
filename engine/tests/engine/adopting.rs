//! `move`, `import` and `forget`: what has another name, comes in, or is let go of.

use infra_engine::plan::{Action, PlanError, PlanOptions, Problem, Reason};
use infra_model::{Address, Step, Value};

use crate::program::{Program, Thing, at, thing};
use crate::world::{Stop, World};

fn net() -> Thing {
    thing("net", "main").set("range", "10.0.0.0/16")
}

fn host(name: &str) -> Thing {
    thing("host", name).set("net", at("net", "main"))
}

fn program(names: &[&str]) -> Program {
    Program::of(
        [net()]
            .into_iter()
            .chain(names.iter().map(|name| host(name))),
    )
}

fn moving(names: &[&str], moves: &[(&str, &str)]) -> Program {
    let pairs = moves.iter();
    Program {
        moves: pairs
            .map(|(from, to)| (at("host", from), at("host", to)))
            .collect(),
        ..program(names)
    }
}

/// Brings the world to `wanted` and demands that the cloud was only read.
fn only_renames(world: &World, wanted: &Program) {
    world.cloud.take_log();
    world.up(wanted);
    let calls = world.cloud.take_log();
    assert!(
        calls.iter().all(|call| call.starts_with("read")),
        "{calls:?}"
    );
}

#[track_caller]
fn refused(world: &World, wanted: &Program) -> Vec<Problem> {
    match world.try_plan(wanted, &PlanOptions::default()) {
        Err(Stop::Plan(PlanError::Invalid(problems))) => problems,
        other => panic!("{other:?}"),
    }
}

fn id(world: &World, address: &Address) -> String {
    world
        .state()
        .entry(address)
        .expect("it is known")
        .id
        .clone()
}

#[test]
fn several_names_may_lead_to_one_wherever_the_state_is() {
    // What the language makes of `move a -> b` and `move b -> c`.
    let wanted = moving(&["c"], &[("a", "c"), ("b", "c")]);
    for old in ["a", "b", "c"] {
        let world = World::new();
        world.up(&program(&[old]));
        let before = id(&world, &at("host", old));
        only_renames(&world, &wanted);
        assert_eq!(id(&world, &at("host", "c")), before);
        // What is done already is harmless, and asks for nothing.
        assert!(world.plan(&wanted).is_empty());
    }
}

#[test]
fn a_move_goes_into_components_and_to_keys_and_others_follow() {
    let world = World::new();
    let tie = |host: &Address| {
        thing("tie", "t")
            .set("host", host.clone())
            .set("disk", "disk-of-somebody")
    };
    let mut first = program(&["a"]);
    first.things.push(tie(&at("host", "a")));
    world.up(&first);
    let before = id(&world, &at("host", "a"));
    let mut old = at("host", "a");
    for (path, key) in [
        (&["web"][..], None),
        (&["web", "inner"][..], Some("a")),
        (&[][..], Some("b")),
        (&["other"][..], Some("b")),
    ] {
        let mut new = at("host", "renamed");
        new.path = path
            .iter()
            .map(|name| Step {
                name: (*name).to_owned(),
                key: None,
            })
            .collect();
        new.key = key.map(str::to_owned);
        let mut wanted = Program::of([
            net(),
            Thing {
                address: new.clone(),
                ..host("renamed")
            },
            tie(&new),
        ]);
        wanted.moves.push((old.clone(), new.clone()));
        only_renames(&world, &wanted);
        assert_eq!(id(&world, &new), before);
        let tie = world.state().entry(&at("tie", "t")).unwrap().clone();
        assert!(tie.draft.depends.contains(&new), "{:?}", tie.draft.depends);
        old = new;
    }
}

#[test]
fn a_move_onto_what_exists_is_refused_and_nothing_is_lost() {
    let world = World::new();
    world.up(&program(&["a", "b"]));
    let wanted = moving(&["b"], &[("a", "b")]);
    let problems = refused(&world, &wanted);
    assert_eq!(
        problems[0].message,
        "the state has both `cloud.host.a` and `cloud.host.b`, so one cannot become the other"
    );
    assert!(
        problems[0]
            .help
            .as_ref()
            .unwrap()
            .contains("infra state rm")
    );
    world.is_exactly(&program(&["a", "b"]));
    // Destroying everything is another matter, and so is letting go of the old one by name.
    let mut forgotten = wanted.clone();
    forgotten.forgets.push(at("host", "a"));
    world.up(&forgotten);
    assert!(world.state().entry(&at("host", "a")).is_none());
    assert_eq!(world.cloud.items().len(), 3, "the cloud keeps it");
}

#[test]
fn two_things_cannot_become_one_nor_one_two() {
    let world = World::new();
    world.up(&program(&["a", "b"]));
    let messages = |wanted: &Program| -> Vec<String> {
        let problems = refused(&world, wanted).into_iter();
        problems.map(|problem| problem.message).collect()
    };
    assert_eq!(
        messages(&moving(&["c"], &[("a", "c"), ("b", "c")])),
        [
            "the state has both `cloud.host.a` and `cloud.host.b`, and both shall become `cloud.host.c`"
        ]
    );
    assert_eq!(
        messages(&moving(&["b", "c", "d"], &[("a", "c"), ("a", "d")])),
        ["`cloud.host.a` cannot become both `cloud.host.c` and `cloud.host.d`"]
    );
    world.is_exactly(&program(&["a", "b"]));
}

#[test]
fn what_an_earlier_run_left_at_the_new_name_comes_first() {
    let world = World::new();
    world.up(&program(&["a"]));
    // Its creation failed without effect, so its token is kept for the next attempt.
    let call = "create cloud.host.b";
    world.cloud.fault(call, crate::cloud::Fault::Hangs);
    let report = world.apply_with(&program(&["a", "b"]), &PlanOptions::default());
    assert_eq!(report.failed.len(), 1);
    let problems = refused(&world, &moving(&["b"], &[("a", "b")]));
    assert_eq!(
        problems[0].message,
        "`cloud.host.a` cannot become `cloud.host.b`: an earlier run left something unfinished there"
    );
    world.up(&program(&["a", "b"]));
}

#[test]
fn a_protection_moves_along() {
    let world = World::new();
    let mut guarded = program(&["a"]);
    guarded.things[1] = host("a").lifecycle(|it| it.protect = Some("precious".to_owned()));
    world.up(&guarded);
    let mut wanted = moving(&["b"], &[("a", "b")]);
    wanted.things[1] = host("b").lifecycle(|it| it.protect = Some("precious".to_owned()));
    only_renames(&world, &wanted);
    let gone = world.plan(&program(&[]));
    assert_eq!(gone.refusals.len(), 1, "{:?}", gone.refusals);
}

fn importing(names: &[&str], imports: &[(&str, &str)]) -> Program {
    let pairs = imports.iter();
    Program {
        imports: pairs
            .map(|(name, id)| (at("host", name), (*id).to_owned()))
            .collect(),
        ..program(names)
    }
}

#[test]
fn an_import_without_a_difference_changes_nothing_and_stays_harmless() {
    let world = World::new();
    world.up(&program(&["a"]));
    let was = id(&world, &at("host", "a"));
    // It is let go of, and comes back.
    let mut without = program(&[]);
    without.forgets.push(at("host", "a"));
    world.up(&without);
    let wanted = importing(&["b"], &[("b", &was)]);
    let plan = world.plan(&wanted);
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].action, Action::Adopt);
    assert!(plan.changes[0].fields.is_empty());
    only_renames(&world, &wanted);
    assert_eq!(id(&world, &at("host", "b")), was);
    // The declaration may stay where it is, also after what it names was replaced.
    assert!(world.plan(&wanted).is_empty());
    let replaced = PlanOptions {
        replace: [at("host", "b")].into(),
        ..Default::default()
    };
    world.up_with(&wanted, &replaced);
    assert_ne!(id(&world, &at("host", "b")), was);
    assert!(world.plan(&wanted).is_empty());
}

#[test]
fn what_is_managed_already_is_not_imported_under_another_name() {
    let world = World::new();
    world.up(&program(&["a"]));
    let was = id(&world, &at("host", "a"));
    // Otherwise the old address, which has left the program, would take the thing along.
    for names in [&["b"][..], &["a", "b"]] {
        let problems = refused(&world, &importing(names, &[("b", &was)]));
        assert_eq!(
            problems[0].message,
            format!("`{was}` is managed already, as `cloud.host.a`")
        );
        assert_eq!(
            problems[0].help.as_deref(),
            Some("`move cloud.host.a -> cloud.host.b` gives it another name")
        );
    }
    world.is_exactly(&program(&["a"]));
    // With that move, or when the old name is let go of, it says the same thing twice.
    for change in [
        |wanted: &mut Program| wanted.moves.push((at("host", "a"), at("host", "b"))),
        |wanted: &mut Program| wanted.forgets.push(at("host", "a")),
    ] {
        let world = world.fork();
        let mut wanted = importing(&["b"], &[("b", &was)]);
        change(&mut wanted);
        only_renames(&world, &wanted);
        assert_eq!(id(&world, &at("host", "b")), was);
    }
}

#[test]
fn one_thing_is_not_imported_twice() {
    let world = World::new();
    world.up(&program(&["a"]));
    let was = id(&world, &at("host", "a"));
    let mut without = program(&[]);
    without.forgets.push(at("host", "a"));
    world.up(&without);
    let problems = refused(&world, &importing(&["b", "c"], &[("b", &was), ("c", &was)]));
    assert_eq!(
        problems[0].message,
        format!("`{was}` is imported twice, as `cloud.host.b` and as `cloud.host.c`")
    );
}

#[test]
fn what_is_forgotten_can_be_made_again_beside_it() {
    let world = World::new();
    world.up(&program(&["a"]));
    let was = id(&world, &at("host", "a"));
    let mut without = program(&[]);
    without.forgets.push(at("host", "a"));
    let plan = world.plan(&without);
    assert_eq!(plan.changes[0].action, Action::Forget);
    assert!(matches!(
        plan.changes[0].reasons[..],
        [Reason::Forgotten { .. }]
    ));
    only_renames(&world, &without);
    assert!(world.plan(&without).is_empty(), "it is done");
    world.up(&program(&["a"]));
    assert_ne!(id(&world, &at("host", "a")), was);
    assert!(world.cloud.items().contains_key(&was));
}

#[test]
fn those_who_depend_on_what_is_forgotten_stay_as_they_are() {
    let world = World::new();
    world.up(&program(&["a"]));
    let net_id = id(&world, &at("net", "main"));
    // The program names it by its id from now on.
    let mut wanted = Program::of([thing("host", "a").set("net", net_id.as_str())]);
    wanted.forgets.push(at("net", "main"));
    only_renames(&world, &wanted);
    let state = world.state();
    assert!(state.entry(&at("net", "main")).is_none());
    let host = state.entry(&at("host", "a")).unwrap();
    assert!(host.draft.depends.is_empty(), "{:?}", host.draft.depends);
    assert_eq!(host.attributes["net"], Value::string(net_id));
    // And what depended on it can go, while it stays.
    world.up(&Program::of([]));
    assert_eq!(world.cloud.items().len(), 1);
}
