//! Which step comes before which.

use infra_engine::plan::{Action, Plan, PlanError, PlanOptions, Reason};
use infra_model::Address;

use crate::program::{Program, Thing, at, thing};
use crate::world::{Stop, World, words};

fn group(name: &str) -> Address {
    at("group", name)
}

/// A group that lets the others in.
fn letting_in(name: &str, others: &[&str]) -> Thing {
    let others: Vec<Address> = others.iter().map(|other| group(other)).collect();
    thing("group", name)
        .set("net", at("net", "main"))
        .set("allow", others)
}

fn net() -> Thing {
    thing("net", "main").set("range", "10.0.0.0/16")
}

fn place(plan: &Plan, word: &str) -> usize {
    let order = words(&plan.steps);
    let found = order.iter().position(|step| step == word);
    found.unwrap_or_else(|| panic!("no `{word}` in {order:#?}"))
}

/// Whether the first step must be done before the second, directly or through others.
fn precedes(plan: &Plan, first: &str, second: &str) -> bool {
    let first = place(plan, first);
    let mut open = vec![place(plan, second)];
    while let Some(at) = open.pop() {
        if at == first {
            return true;
        }
        open.extend(plan.steps[at].after.iter().map(|id| id.index()));
    }
    false
}

#[test]
fn steps_come_after_those_they_wait_for() {
    let world = World::new();
    let program = Program::of([
        thing("host", "a")
            .set("net", at("net", "main"))
            .after(at("host", "b")),
        thing("host", "b").set("net", at("net", "main")),
        net(),
    ]);
    let plan = world.plan(&program);
    assert!(precedes(
        &plan,
        "create cloud.net.main",
        "create cloud.host.b"
    ));
    assert!(precedes(
        &plan,
        "create cloud.host.b",
        "create cloud.host.a"
    ));
    world.up(&program);
    let gone = world.try_plan(
        &program,
        &PlanOptions {
            destroy: true,
            ..Default::default()
        },
    );
    let gone = gone.unwrap();
    assert!(precedes(
        &gone,
        "delete cloud.host.a",
        "delete cloud.host.b"
    ));
    assert!(precedes(
        &gone,
        "delete cloud.host.b",
        "delete cloud.net.main"
    ));
    world.up_with(
        &program,
        &PlanOptions {
            destroy: true,
            ..Default::default()
        },
    );
    assert!(world.cloud.items().is_empty());
}

#[test]
fn groups_that_refer_to_each_other_and_themselves_are_tied_after_they_exist() {
    let world = World::new();
    let circle = Program::of([
        net(),
        letting_in("a", &["b"]),
        letting_in("b", &["a", "b"]),
        letting_in("alone", &["alone"]),
        letting_in("outside", &["a"]),
    ]);
    let plan = world.plan(&circle);
    for (first, second) in [
        ("create cloud.group.a", "set-late cloud.group.b"),
        ("create cloud.group.b", "set-late cloud.group.a"),
        ("create cloud.group.alone", "set-late cloud.group.alone"),
        ("set-late cloud.group.a", "create cloud.group.outside"),
    ] {
        assert!(precedes(&plan, first, second), "{first}, then {second}");
    }
    let late = words(&plan.steps)
        .iter()
        .filter(|step| step.starts_with("set-late"))
        .count();
    assert_eq!(
        late, 3,
        "a group outside of the circles gets its rules at once"
    );
    world.up(&circle);
    world.is_exactly(&circle);
    let destroy = PlanOptions {
        destroy: true,
        ..Default::default()
    };
    let gone = world.try_plan(&circle, &destroy).unwrap();
    assert!(precedes(
        &gone,
        "clear-late cloud.group.a",
        "delete cloud.group.b"
    ));
    assert!(precedes(
        &gone,
        "clear-late cloud.group.b",
        "delete cloud.group.a"
    ));
    world.up_with(&circle, &destroy);
    assert!(world.cloud.items().is_empty());
}

#[test]
fn a_circle_that_no_late_field_breaks_is_named() {
    let program = Program::of([
        thing("host", "a").set("note", at("host", "b")),
        thing("host", "b").after(at("host", "a")),
    ]);
    let planned = World::new().try_plan(&program, &PlanOptions::default());
    let Err(Stop::Plan(error @ PlanError::Cycle { .. })) = planned else {
        panic!("{planned:?}")
    };
    assert_eq!(
        error.to_string(),
        "these resources wait for each other: cloud.host.a (by `note`) -> cloud.host.b (by `@after`) -> cloud.host.a"
    );
}

#[test]
fn a_new_group_is_there_and_used_before_the_old_one_goes() {
    let world = World::new();
    let program = |about: &str| {
        Program::of([
            net(),
            letting_in("web", &[]).set("about", about),
            thing("host", "a").set("groups", vec![group("web")]),
        ])
    };
    world.up(&program("one"));
    let plan = world.plan(&program("two"));
    assert_eq!(
        plan.changes[0].action,
        Action::Replace { create_first: true }
    );
    assert_eq!(plan.changes[1].action, Action::Update);
    assert!(precedes(
        &plan,
        "create cloud.group.web",
        "update cloud.host.a"
    ));
    assert!(precedes(
        &plan,
        "update cloud.host.a",
        "delete cloud.group.web"
    ));
    world.up(&program("two"));
    world.is_exactly(&program("two"));
    let (_, item) = world.cloud.item(&group("web"));
    assert_eq!(
        item.fields["name"].as_str(),
        Some("desk-web-2"),
        "the old name was taken"
    );
}

#[test]
fn a_group_that_keeps_its_name_must_go_first() {
    let world = World::new();
    let web = |about: &str| {
        Program::of([
            net(),
            letting_in("web", &[])
                .set("name", "web")
                .set("about", about),
        ])
    };
    world.up(&web("one"));
    let plan = world.plan(&web("two"));
    assert_eq!(
        plan.changes[0].action,
        Action::Replace {
            create_first: false
        }
    );
    assert_eq!(
        plan.changes[0].reasons,
        [
            Reason::Fields,
            Reason::Keeps {
                field: "name".to_owned()
            }
        ]
    );
    world.up(&web("two"));
}

#[test]
fn a_group_in_a_net_that_must_go_first_goes_first_too() {
    let world = World::new();
    let program = |range: &str| Program::of([net().set("range", range), letting_in("web", &[])]);
    world.up(&program("10.0.0.0/16"));
    let plan = world.plan(&program("10.1.0.0/16"));
    let web = &plan.changes[1];
    assert_eq!(
        web.action,
        Action::Replace {
            create_first: false
        }
    );
    assert_eq!(
        web.reasons.last(),
        Some(&Reason::DestroyFirst {
            because: at("net", "main")
        })
    );
    world.up(&program("10.1.0.0/16"));
    world.is_exactly(&program("10.1.0.0/16"));
}

#[test]
fn a_whole_circle_can_be_replaced() {
    let world = World::new();
    let circle = |about: &str| {
        Program::of([
            net(),
            letting_in("a", &["b"]).set("about", about),
            letting_in("b", &["a"]).set("about", about),
        ])
    };
    world.up(&circle("one"));
    world.up(&circle("two"));
    world.is_exactly(&circle("two"));
    let one = circle("two").with(&group("a"), |group| group.set("about", "three"));
    world.up(&one);
    world.is_exactly(&one);
}

#[test]
fn a_name_is_freed_before_somebody_else_takes_it() {
    let world = World::new();
    let named = |address: &str| Program::of([net(), letting_in(address, &[]).set("name", "web")]);
    world.up(&named("old"));
    let plan = world.plan(&named("new"));
    assert!(precedes(
        &plan,
        "delete cloud.group.old",
        "create cloud.group.new"
    ));
    world.up(&named("new"));
}

#[test]
fn a_reference_moves_away_before_its_target_goes() {
    let world = World::new();
    let host = |group_name: &str| thing("host", "a").set("groups", vec![group(group_name)]);
    world.up(&Program::of([net(), letting_in("old", &[]), host("old")]));
    let moved = Program::of([net(), letting_in("new", &[]), host("new")]);
    let plan = world.plan(&moved);
    assert!(precedes(
        &plan,
        "create cloud.group.new",
        "update cloud.host.a"
    ));
    assert!(precedes(
        &plan,
        "update cloud.host.a",
        "delete cloud.group.old"
    ));
    world.up(&moved);
    world.is_exactly(&moved);
}

#[test]
fn what_moves_keeps_its_place_in_the_order() {
    let world = World::new();
    let host = || thing("host", "a").set("net", at("net", "main"));
    world.up(&Program::of([net(), host()]));
    let mut moved = Program::of([thing("net", "core").set("range", "10.1.0.0/16")]);
    moved.moves.push((at("net", "main"), at("net", "core")));
    let plan = world.plan(&moved);
    assert!(precedes(
        &plan,
        "delete cloud.host.a",
        "delete cloud.net.core"
    ));
    world.up(&moved);
    world.is_exactly(&moved);
}

#[test]
fn a_disk_is_detached_before_its_machine_is_changed() {
    let with = |field: &'static str, value: &'static str, zone: &str| {
        Program::of([
            net(),
            thing("host", "a")
                .set("net", at("net", "main"))
                .set("type", "small")
                .set("note", "at first")
                .set(field, value),
            thing("disk", "swap")
                .set("zone", zone)
                .set("format", "swap"),
            thing("tie", "swap")
                .set("host", at("host", "a"))
                .set("disk", at("disk", "swap")),
        ])
    };
    // A change with a stop and a start, and one in place: the latter may be a start, too.
    for (field, value) in [("type", "large"), ("note", "running")] {
        let world = World::new();
        world.up(&with("type", "small", "a"));
        let changed = with(field, value, "b");
        let plan = world.plan(&changed);
        for (first, then) in [
            ("delete cloud.tie.swap", "update cloud.host.a"),
            ("update cloud.host.a", "create cloud.tie.swap"),
        ] {
            assert!(precedes(&plan, first, then), "{field}: {first}, {then}");
        }
        world.up(&changed);
        world.is_exactly(&changed);
    }
}
