//! What a plan says and why.

use infra_engine::plan::{Action, Drift, PlanError, PlanOptions, Reason};
use infra_model::{Address, Change, Value};

use crate::program::{Program, Thing, at, attr, gib, line, secret, thing};
use crate::world::{Stop, World};

/// A net, two hosts in it, and a disk tied to one of them.
fn desk() -> Program {
    Program::of([
        thing("net", "main").set("range", "10.0.0.0/16"),
        thing("host", "a")
            .set("net", at("net", "main"))
            .set("type", "small"),
        thing("host", "b")
            .set("net", at("net", "main"))
            .set("type", "small"),
        thing("disk", "data").set("zone", "z1").set("size", gib(8)),
        thing("tie", "t")
            .set("host", at("host", "a"))
            .set("disk", at("disk", "data")),
    ])
}

#[test]
fn a_first_plan_creates_everything_and_a_second_is_empty() {
    let world = World::new();
    let plan = world.plan(&desk());
    let actions: Vec<Action> = plan.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Create; 5]);
    assert_eq!(
        plan.changes[1].fields[0].planned,
        Value::Ref(at("net", "main"))
    );
    world.up(&desk());
    world.is_exactly(&desk());
}

#[test]
fn reads_are_batched_by_type_whatever_the_number_of_resources() {
    let world = World::new();
    let many = Program::of((0..50).map(|n| thing("host", &format!("h{n}")).set("note", n)));
    world.up(&many);
    world.cloud.take_log();
    let plan = world.plan(&many);
    assert_eq!(world.cloud.take_log(), ["read cloud.host"]);
    assert_eq!(
        plan.calls.into_iter().collect::<Vec<_>>(),
        [("cloud/read".to_owned(), 1)]
    );
    assert_eq!(plan.unchanged, 50);
}

#[test]
fn without_asking_the_cloud_the_state_is_believed() {
    let world = World::new();
    world.up(&desk());
    world.cloud.take_log();
    world
        .cloud
        .tamper(&at("host", "b"), "type", Value::string("huge"));
    assert!(world.plan_unread(&desk()).is_empty());
    let larger = desk().with(&at("host", "b"), |host| host.set("type", "large"));
    let plan = world.plan_unread(&larger);
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].action, Action::Restart);
    assert!(world.cloud.take_log().is_empty());
}

#[test]
fn reasons_go_down_to_the_field_and_its_line() {
    let world = World::new();
    world.up(&desk());
    let plan = world.plan(&desk().with(&at("host", "b"), |host| host.set("type", "large")));
    let [change] = &plan.changes[..] else {
        panic!("{:#?}", plan.changes)
    };
    assert_eq!(change.action, Action::Restart);
    assert_eq!(change.reasons, [Reason::Fields]);
    let [field] = &change.fields[..] else {
        panic!("{change:#?}")
    };
    assert_eq!(field.prior, Some(Value::string("small")));
    assert_eq!(field.planned, Value::string("large"));
    assert_eq!(field.cost, Change::Restart);
    assert_eq!(
        field.why.as_deref(),
        Some("changing `type` needs a restart")
    );
    assert_eq!(field.span, Some(line(22)));
    assert_eq!(plan.unchanged, 4);
}

#[test]
fn growing_is_an_update_and_shrinking_a_replacement() {
    let world = World::new();
    world.up(&desk());
    let disk = at("disk", "data");
    let grown = world.plan(&desk().with(&disk, |disk| disk.set("size", gib(16))));
    assert_eq!(grown.changes[0].action, Action::Update);
    assert!(grown.data_loss.is_empty());
    let shrunk = world.plan(&desk().with(&disk, |disk| disk.set("size", gib(4))));
    assert_eq!(
        shrunk.changes[0].action,
        Action::Replace {
            create_first: false
        }
    );
    let why = shrunk.changes[0].fields[0].why.as_deref();
    assert_eq!(why, Some("`size` can grow in place, but not shrink"));
}

#[test]
fn what_refers_to_a_replaced_resource_is_replaced_and_says_so() {
    let world = World::new();
    world.up(&desk());
    let moved = desk().with(&at("net", "main"), |net| net.set("range", "10.9.0.0/16"));
    let plan = world.plan(&moved);
    let host = &plan.changes[1];
    assert_eq!(host.address, at("host", "a"));
    assert_eq!(
        host.action,
        Action::Replace {
            create_first: false
        }
    );
    assert_eq!(
        host.reasons[1],
        Reason::Dependency {
            on: at("net", "main")
        }
    );
    assert_eq!(plan.changes.len(), 4, "the disk stays: {:#?}", plan.changes);
    world.up(&moved);
    world.is_exactly(&moved);
}

#[test]
fn a_value_of_a_changed_resource_is_compared_when_it_is_known() {
    let world = World::new();
    let a = at("host", "a");
    let program = |kind: &str| {
        Program::of([
            thing("host", "a").set("type", kind),
            thing("host", "b").set("note", attr(&a, "address")),
        ])
    };
    world.up(&program("small"));
    let plan = world.plan(&program("large"));
    let b = &plan.changes[1];
    assert!(b.conditional && !b.fields[0].certain, "{b:#?}");
    world.cloud.take_log();
    let report = world.up(&program("large"));
    assert!(report.done[1].unneeded);
    let calls = world.cloud.take_log();
    assert!(
        !calls.contains(&"update cloud.host.b".to_owned()),
        "{calls:?}"
    );
}

#[test]
fn values_of_unchanged_resources_are_known_in_the_plan() {
    let world = World::new();
    let base = Program::of([thing("host", "a").set("type", "small")]);
    world.up(&base);
    let mut more = base.clone();
    let address = attr(&at("host", "a"), "address");
    more.things.push(thing("host", "b").set("note", address));
    let plan = world.plan(&more);
    assert_eq!(
        plan.changes[0].fields[0].planned,
        Value::string("ip-of-id-1")
    );
}

#[test]
fn only_authored_fields_are_compared() {
    let world = World::new();
    world.up(&desk());
    world
        .cloud
        .tamper(&at("host", "b"), "note", Value::string("by hand"));
    assert!(world.plan(&desk()).is_empty());
    let noted = desk().with(&at("host", "b"), |host| host.set("note", "mine"));
    assert_eq!(world.plan(&noted).changes[0].action, Action::Update);
}

#[test]
fn drift_is_shown_apart_and_enforced() {
    let world = World::new();
    world.up(&desk());
    let host = at("host", "b");
    world.cloud.tamper(&host, "type", Value::string("huge"));
    let plan = world.plan(&desk());
    assert_eq!(plan.drift[0].address, host);
    assert_eq!(plan.drift[0].fields[0].prior, Some(Value::string("small")));
    assert_eq!(
        plan.drift[0].fields[0].observed,
        Some(Value::string("huge"))
    );
    assert_eq!(plan.changes[0].action, Action::Restart);
    world.up(&desk());
    assert_eq!(
        world.cloud.item(&host).1.fields["type"],
        Value::string("small")
    );
}

#[test]
fn drift_that_the_program_agrees_with_is_only_recorded() {
    let world = World::new();
    world.up(&desk());
    let host = at("host", "b");
    world.cloud.tamper(&host, "type", Value::string("huge"));
    let agreed = desk().with(&host, |host| host.set("type", "huge"));
    let plan = world.plan(&agreed);
    assert_eq!(plan.changes[0].action, Action::Record);
    let fields = vec!["type".to_owned()];
    assert_eq!(plan.changes[0].reasons, [Reason::Accepted { fields }]);
    world.cloud.take_log();
    world.up(&agreed);
    let calls = world.cloud.take_log();
    assert!(
        calls.iter().all(|call| call.starts_with("read")),
        "{calls:?}"
    );
    assert!(world.plan(&agreed).drift.is_empty());
}

#[test]
fn what_was_deleted_outside_is_made_again_with_all_that_refers_to_it() {
    let world = World::new();
    world.up(&desk());
    world.cloud.remove(&at("tie", "t"));
    world.cloud.remove(&at("host", "a"));
    let plan = world.plan(&desk());
    assert!(
        plan.drift.iter().all(|drift| drift.gone),
        "{:?}",
        plan.drift
    );
    let why: Vec<&Reason> = plan
        .changes
        .iter()
        .flat_map(|change| &change.reasons)
        .collect();
    assert_eq!(why, [&Reason::Gone, &Reason::Gone]);
    world.up(&desk());
    world.is_exactly(&desk());
}

#[test]
fn unordered_lists_are_sets_and_ignored_fields_are_ignored() {
    let world = World::new();
    let groups = |names: [&str; 2]| {
        thing("host", "a").set(
            "groups",
            names.map(Into::<crate::program::Expr>::into).to_vec(),
        )
    };
    world.up(&Program::of([groups(["x", "y"])]));
    assert!(world.plan(&Program::of([groups(["y", "x"])])).is_empty());
    let other = groups(["x", "z"]).lifecycle(|lifecycle| {
        lifecycle.ignore.insert("groups".to_owned());
    });
    assert!(world.plan(&Program::of([other])).is_empty());
    assert!(!world.plan(&Program::of([groups(["x", "z"])])).is_empty());
}

#[test]
fn what_cannot_be_read_is_compared_with_what_was_sent() {
    let world = World::new();
    let host = |script: &str| Program::of([thing("host", "a").set("script", script)]);
    world.up(&host("one"));
    assert_eq!(world.plan(&host("two")).changes[0].action, Action::Update);
    world.up(&host("two"));
}

#[test]
fn secrets_are_compared_by_fingerprint_and_shown_nowhere() {
    let world = World::new();
    let host = |word: &str| Program::of([thing("host", "a").set("password", secret(word))]);
    world.up(&host("hunter2"));
    let plan = world.plan(&host("hunter3"));
    assert_eq!(plan.changes[0].fields[0].name, "password");
    for shown in [format!("{plan:?}"), format!("{:?}", world.state())] {
        assert!(!shown.contains("hunter"), "{shown}");
    }
    world.up(&host("hunter3"));
}

#[test]
fn a_field_that_the_program_no_longer_sets_keeps_its_value_in_the_cloud() {
    let world = World::new();
    world.up(&desk());
    let released = Program::of(desk().things.into_iter().map(|mut thing| {
        thing.fields.retain(|(name, _)| *name != "type");
        thing
    }));
    let plan = world.plan(&released);
    assert!(
        plan.changes
            .iter()
            .all(|change| change.action == Action::Record)
    );
    let fields = vec!["type".to_owned()];
    assert_eq!(plan.changes[0].reasons, [Reason::Released { fields }]);
    world.up(&released);
}

#[test]
fn companions_are_planned_shared_and_deleted_when_nobody_needs_them() {
    let world = World::new();
    let swap = |name: &str| thing("disk", name).set("format", "swap");
    let both = Program::of([swap("a"), swap("b")]);
    let plan = world.plan(&both);
    let companion = plan.changes.last().unwrap();
    assert_eq!(companion.address, at("net", "template"));
    assert_eq!(
        companion.reasons,
        [Reason::Companion {
            of: at("disk", "a")
        }]
    );
    assert_eq!(plan.changes.len(), 3);
    world.up(&both);
    world.up(&Program::of([swap("b")]));
    world.up(&Program::default());
    assert!(world.cloud.items().is_empty());
}

/// Two configurations may have one region and two accounts.
#[test]
fn each_configuration_of_a_provider_has_companions_of_its_own() {
    let mut world = World::new();
    let tokyo = std::sync::Arc::new(world.cloud.clone());
    world.providers.insert("cloud.tokyo", tokyo);
    let here = thing("disk", "a").set("format", "swap");
    let there = thing("disk", "b")
        .set("format", "swap")
        .provider("cloud.tokyo");
    let plan = world.plan(&Program::of([here, there]));
    let shared = plan.changes.iter().map(|change| change.address.to_string());
    let shared: Vec<String> = shared.filter(|it| it.contains("template")).collect();
    assert_eq!(shared, ["cloud.net.template", "tokyo/cloud.net.template"]);
}

#[test]
fn what_a_provider_finds_wrong_is_told_for_all_resources_at_once() {
    let world = World::new();
    let wrong = |name: &str| thing("net", name).set("range", "nonsense");
    let planned = world.try_plan(
        &Program::of([wrong("a"), wrong("b")]),
        &PlanOptions::default(),
    );
    let Err(Stop::Plan(PlanError::Invalid(problems))) = planned else {
        panic!("{planned:?}")
    };
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[1].message, "`nonsense` is no range");
}

#[test]
fn an_option_that_names_nothing_is_an_error() {
    let options = PlanOptions {
        targets: [at("net", "mian")].into(),
        ..PlanOptions::default()
    };
    let planned = World::new().try_plan(&desk(), &options);
    let Err(Stop::Plan(error)) = planned else {
        panic!("{planned:?}")
    };
    assert_eq!(
        error.to_string(),
        "`--target cloud.net.mian` names nothing: neither the program nor the state has it"
    );
}

#[test]
fn a_target_brings_along_what_it_needs_and_nothing_else() {
    let world = World::new();
    let options = PlanOptions {
        targets: [at("host", "a")].into(),
        ..PlanOptions::default()
    };
    let plan = world.try_plan(&desk(), &options).unwrap();
    let named: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.address.clone())
        .collect();
    assert_eq!(named, [at("net", "main"), at("host", "a")]);
}

#[test]
fn what_refers_to_a_replaced_target_moves_with_it() {
    let world = World::new();
    world.up(&desk());
    let other = desk().with(&at("net", "main"), |net| net.set("range", "10.9.0.0/16"));
    let options = PlanOptions {
        targets: [at("net", "main")].into(),
        ..PlanOptions::default()
    };
    let plan = world.try_plan(&other, &options).unwrap();
    let named: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.address.clone())
        .collect();
    assert_eq!(
        named,
        [
            at("net", "main"),
            at("host", "a"),
            at("host", "b"),
            at("tie", "t")
        ]
    );
    world.up_with(&other, &options);
    world.is_exactly(&other);
}

#[test]
fn what_is_made_of_a_secret_is_known_as_long_as_the_secret_stays() {
    let value = |name: &str| Thing {
        address: Address::root("std.value", name),
        ..thing("value", name)
    };
    let output = |name: &str| attr(&Address::root("std.value", name), "output");
    let program = |of: &str| {
        Program::of([
            value("one").set("input", secret("first")),
            value("two").set("input", secret("second")),
            value("after").set("input", output(of)),
        ])
    };
    let world = World::new();
    world.up(&program("one"));
    let changed = world.plan(&program("two")).changes;
    assert_eq!(changed.len(), 1, "{changed:#?}");
    assert_eq!(changed[0].address, Address::root("std.value", "after"));
    assert!(!changed[0].conditional);
    world.up(&program("two"));
}

#[test]
fn a_replacement_can_be_asked_for() {
    let world = World::new();
    world.up(&desk());
    let options = PlanOptions {
        replace: [at("host", "b")].into(),
        ..PlanOptions::default()
    };
    let plan = world.try_plan(&desk(), &options).unwrap();
    assert_eq!(plan.changes[0].reasons, [Reason::Requested]);
    let before = world.cloud.item(&at("host", "b")).0;
    world.up_with(&desk(), &options);
    assert_ne!(world.cloud.item(&at("host", "b")).0, before);
}

#[test]
fn a_move_renames_in_the_state_without_a_call() {
    let world = World::new();
    world.up(&desk());
    let mut renamed = desk().without(&at("host", "b"));
    let host = thing("host", "c")
        .set("net", at("net", "main"))
        .set("type", "small");
    renamed.things.push(host);
    renamed.moves.push((at("host", "b"), at("host", "c")));
    world.cloud.take_log();
    world.up(&renamed);
    let calls = world.cloud.take_log();
    assert!(
        calls.iter().all(|call| call.starts_with("read")),
        "{calls:?}"
    );
    assert!(world.state().entry(&at("host", "c")).is_some());
}

#[test]
fn an_import_adopts_what_exists_and_updates_what_differs() {
    let world = World::new();
    world.up(&desk());
    let id = world.cloud.item(&at("host", "b")).0;
    let mut fresh = World::new();
    fresh.cloud = world.cloud.clone();
    fresh.providers = world.providers.clone();
    let mut program = Program::of([thing("host", "b").set("type", "small").set("note", "mine")]);
    program.imports.push((at("host", "b"), id));
    let plan = fresh.plan(&program);
    assert_eq!(plan.changes[0].action, Action::Adopt);
    fresh.up(&program);
    assert_eq!(
        fresh.cloud.item(&at("host", "b")).1.fields["note"],
        Value::string("mine")
    );
    program.imports[0].1 = "id-404".to_owned();
    let planned = World::new().try_plan(&program, &PlanOptions::default());
    let Err(Stop::Plan(PlanError::Invalid(problems))) = planned else {
        panic!("{planned:?}")
    };
    assert_eq!(
        problems[0].message,
        "the cloud has nothing with the id `id-404`"
    );
}

#[test]
fn what_changed_outside_can_be_accepted() {
    let world = World::new();
    world.up(&desk());
    world
        .cloud
        .tamper(&at("host", "a"), "type", Value::string("large"));
    world.cloud.remove(&at("host", "b"));
    let drifted = |drift: &[Drift]| {
        let each = drift.iter().map(|one| (one.address.clone(), one.gone));
        each.collect::<Vec<_>>()
    };
    let before = world.plan(&desk());
    assert_eq!(
        drifted(&before.drift),
        [(at("host", "a"), false), (at("host", "b"), true)]
    );
    world.cloud.take_log();
    world.accept(&desk());
    let calls = world.cloud.take_log();
    assert!(
        calls.iter().all(|call| call.starts_with("read")),
        "{calls:?}"
    );
    let state = world.state();
    let host = state.entry(&at("host", "a")).unwrap();
    assert_eq!(host.attributes["type"], Value::string("large"));
    assert!(state.entry(&at("host", "b")).is_none());
    // Nothing has changed since, and the program still wants what it says.
    let after = world.plan(&desk());
    assert_eq!(drifted(&after.drift), []);
    let actions: Vec<Action> = after.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Restart, Action::Create]);
    world.up(&desk());
    world.is_exactly(&desk());
}
