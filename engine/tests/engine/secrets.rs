//! Secrets of the program and of the cloud: compared by their parts, kept nowhere, and read again when needed.

use infra_engine::plan::{Action, Plan, PlanError, PlanOptions};
use infra_engine::state::Survives;
use infra_model::{Secret, Value};

use crate::cloud::{Kill, WORD};
use crate::program::{Expr, Program, Thing, at, attr, secret, thing};
use crate::world::{Notes, Stop, World};

const HUNTER: &str = "hunter2";

fn map(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter().cloned();
    Value::Map(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn hidden(text: &str) -> Value {
    Value::Secret(Secret::new(Value::string(text)))
}

/// A host whose tags have a secret in one entry.
fn tagged(team: &str, word: &str) -> Program {
    let tags = map(&[("team", Value::string(team)), ("word", hidden(word))]);
    Program::of([thing("host", "a").set("tags", Expr::Value(tags))])
}

/// Neither the disk nor what a plan shows has the text.
#[track_caller]
fn nowhere(world: &World, plan: Option<&Plan>, text: &str) {
    use infra_engine::state::Disk;
    for name in world.disk.list().unwrap() {
        let bytes = world.disk.read(&name).unwrap().unwrap_or_default();
        let content = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!content.contains(text), "{name}: {content}");
    }
    if let Some(plan) = plan {
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            plan.changes, plan.drift, plan.outputs, plan.refusals
        );
        assert!(!shown.contains(text), "{shown}");
    }
}

#[test]
fn an_entry_beside_a_secret_is_compared_and_the_secret_is_kept_nowhere() {
    let world = World::new();
    let program = tagged("desk", HUNTER);
    world.up(&program);
    let host = at("host", "a");
    let told = |team: &str, extra: &[(&str, Value)]| {
        let mut entries = vec![
            ("team", Value::string(team)),
            ("word", Value::string(HUNTER)),
        ];
        entries.extend(extra.iter().cloned());
        map(&entries)
    };
    // The cloud tells the secret in the clear.
    world.cloud.tamper(&host, "tags", told("desk", &[]));
    assert!(world.plan(&program).is_empty());

    for changed in [
        told("other", &[]),
        told("desk", &[("added", Value::string("outside"))]),
        map(&[("word", Value::string(HUNTER))]),
        map(&[("team", Value::string("desk"))]),
        told("desk", &[("copy", Value::string(HUNTER))]),
    ] {
        world.cloud.tamper(&host, "tags", changed);
        let plan = world.plan(&program);
        assert_eq!(plan.drift.len(), 1, "{plan:?}");
        assert_eq!(plan.drift[0].fields[0].name, "tags");
        assert_eq!(plan.changes[0].action, Action::Update);
        nowhere(&world, Some(&plan), HUNTER);
        // Accepted: it is drift no longer, and still a difference.
        world.accept(&program);
        nowhere(&world, None, HUNTER);
        let accepted = world.plan(&program);
        assert!(accepted.drift.is_empty(), "{:?}", accepted.drift);
        assert_eq!(accepted.changes[0].action, Action::Update);
        // Enforced: the cloud has what the program says, secret and all.
        world.up(&program);
        let (_, item) = world.cloud.item(&host);
        assert_eq!(
            item.fields["tags"],
            tagged("desk", HUNTER).desired().instances[0].fields["tags"]
        );
        nowhere(&world, None, HUNTER);
    }
    // A change of the secret itself is one too.
    let plan = world.plan(&tagged("desk", "hunter3"));
    assert_eq!(plan.changes[0].action, Action::Update);
    nowhere(&world, Some(&plan), "hunter3");
}

#[test]
fn a_secret_in_a_set_of_records_is_found_in_any_order() {
    let rule = |name: &str, word: Value| map(&[("name", Value::string(name)), ("word", word)]);
    let program = |words: [Value; 3]| {
        let [a, b, c] = words;
        let rules = Value::List(vec![rule("a", a), rule("b", b), rule("c", c)]);
        Program::of([thing("host", "a").set("rules", Expr::Value(rules))])
    };
    let plain = || Value::string("plain");
    let wanted = program([hidden(HUNTER), hidden("trustno1"), plain()]);
    let world = World::new();
    world.up(&wanted);
    let host = at("host", "a");
    let told = |b: &str| {
        Value::List(vec![
            rule("c", plain()),
            rule(b, Value::string("trustno1")),
            rule("a", Value::string(HUNTER)),
        ])
    };
    world.cloud.tamper(&host, "rules", told("b"));
    let plan = world.plan(&wanted);
    assert!(plan.is_empty() && plan.drift.is_empty(), "{plan:#?}");
    world.cloud.tamper(&host, "rules", told("renamed"));
    let plan = world.plan(&wanted);
    assert_eq!((plan.drift.len(), plan.changes.len()), (1, 1));
    for word in [HUNTER, "trustno1"] {
        nowhere(&world, Some(&plan), word);
    }
    world.accept(&wanted);
    for word in [HUNTER, "trustno1"] {
        nowhere(&world, None, word);
    }
    world.up(&wanted);
}

#[test]
fn what_becomes_secret_leaves_the_state_and_what_is_one_no_longer_may_enter() {
    let open = Program::of([thing("host", "a").set("note", HUNTER)]);
    let closed = Program::of([thing("host", "a").set("note", secret(HUNTER))]);
    let world = World::new();
    world.up(&open);
    let plan = world.plan(&closed);
    assert_eq!(plan.changes.len(), 1);
    nowhere_in_plan(&plan);
    world.up(&closed);
    let state = serde_json::to_string(&world.state().entry(&at("host", "a"))).unwrap();
    assert!(!state.contains(HUNTER), "{state}");
    world.up(&open);
    let state = serde_json::to_string(&world.state().entry(&at("host", "a"))).unwrap();
    assert!(state.contains(HUNTER), "{state}");
}

#[track_caller]
fn nowhere_in_plan(plan: &Plan) {
    let shown = format!("{:?}", plan.changes);
    assert!(!shown.contains(HUNTER), "{shown}");
}

#[test]
fn what_is_imported_keeps_the_programs_secrets_secret() {
    let first = World::new();
    first.up(&tagged("desk", HUNTER));
    let host = at("host", "a");
    let plain = map(&[
        ("team", Value::string("desk")),
        ("word", Value::string(HUNTER)),
    ]);
    first.cloud.tamper(&host, "tags", plain);
    let mut fresh = World::new();
    fresh.cloud = first.cloud.clone();
    fresh.providers = first.providers.clone();
    let mut program = tagged("desk", HUNTER);
    program
        .imports
        .push((host.clone(), first.cloud.item(&host).0));
    let plan = fresh.plan(&program);
    assert_eq!(plan.changes[0].action, Action::Adopt);
    assert!(plan.changes[0].fields.is_empty(), "{:?}", plan.changes[0]);
    nowhere(&fresh, Some(&plan), HUNTER);
    fresh.up(&program);
    nowhere(&fresh, None, HUNTER);
}

fn vault() -> Thing {
    thing("vault", "v")
}

/// A host that is given what the cloud has made up.
fn user(name: &str, word: &'static str) -> Thing {
    thing("host", name).set("password", attr(&at("vault", "v"), word))
}

#[test]
fn a_secret_that_the_cloud_made_is_read_again_for_whoever_needs_it_later() {
    let world = World::new();
    world.up(&Program::of([vault()]));
    nowhere(&world, None, WORD);
    let both = Program::of([vault(), user("a", "word")]);
    let plan = world.plan(&both);
    assert_eq!(plan.changes.len(), 1);
    nowhere(&world, Some(&plan), WORD);
    world.up(&both);
    nowhere(&world, None, WORD);
    let id = world.cloud.item(&at("vault", "v")).0;
    let password = |world: &World| {
        let (_, item) = world.cloud.item(&at("host", "a"));
        let Value::Secret(word) = &item.fields["password"] else {
            panic!("{item:?}")
        };
        word.expose().clone()
    };
    assert_eq!(password(&world), Value::string(format!("{WORD}-of-{id}")));

    // It is made up anew outside: whoever uses it follows.
    let rotated = format!("{WORD}-rotated");
    world
        .cloud
        .tamper(&at("vault", "v"), "word", Value::string(&rotated));
    let plan = world.plan(&both);
    assert_eq!(plan.changes.len(), 1, "{:?}", plan.changes);
    assert_eq!(plan.changes[0].address, at("host", "a"));
    nowhere(&world, Some(&plan), WORD);
    world.up(&both);
    assert_eq!(password(&world), Value::string(rotated));
    nowhere(&world, None, WORD);
}

#[test]
fn a_secret_that_is_told_once_is_for_those_who_are_made_with_it() {
    let world = World::new();
    let both = Program::of([vault(), user("a", "once")]);
    world.up(&both);
    nowhere(&world, None, WORD);
    // What is made of it stays what it was.
    assert!(world.plan(&both).is_empty());
    let noted = both.with(&at("vault", "v"), |thing| thing.set("note", "new"));
    world.up(&noted);
    let kept = noted.with(&at("host", "a"), |thing| {
        thing.lifecycle(|it| it.protect = Some("why".to_owned()))
    });
    world.up(&kept);

    // Somebody new cannot have it, and is told so before anything is done.
    let mut more = kept.clone();
    more.things.push(user("b", "once"));
    let problems = match world.try_plan(&more, &PlanOptions::default()) {
        Err(Stop::Plan(PlanError::Invalid(problems))) => problems,
        other => panic!("{other:?}"),
    };
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].address, at("host", "b"));
    assert_eq!(
        problems[0].message,
        "`password` is made of a secret of `cloud.vault.v`, which the cloud does not tell again, and the state keeps \
         no secret"
    );
    let help = problems[0].help.as_deref().unwrap();
    assert!(help.contains("--replace cloud.vault.v"), "{help}");
    // What the help says, helps.
    let replace = PlanOptions {
        replace: [at("vault", "v")].into(),
        ..PlanOptions::default()
    };
    world.up_with(&more, &replace);
    nowhere(&world, None, WORD);
}

#[test]
fn without_asking_the_cloud_a_secret_of_it_cannot_be_had() {
    let world = World::new();
    world.up(&Program::of([vault()]));
    let both = Program::of([vault(), user("a", "word")]);
    let Err(PlanError::Invalid(problems)) = world.try_plan_unread(&both) else {
        panic!("it has no plan")
    };
    assert_eq!(
        problems[0].help.as_deref(),
        Some("plan without `--refresh=false`")
    );
}

#[test]
fn a_run_that_is_killed_anywhere_leaves_no_secret_behind() {
    let program = || {
        let mut both = tagged("desk", HUNTER);
        both.things.extend([vault(), user("b", "word")]);
        both
    };
    let mut points = 0;
    for call in 0.. {
        let mut world = World::new();
        let after = true;
        world.cloud.kill_at(Some(Kill { call, after }));
        let notes = Notes::default();
        let stopped = world.try_apply(
            &program(),
            &PlanOptions::default(),
            &notes,
            &Default::default(),
        );
        for word in [HUNTER, WORD] {
            nowhere(&world, None, word);
        }
        if stopped.is_ok() {
            break;
        }
        points += 1;
        world.restart(Survives::Written);
        world.up(&program());
        for word in [HUNTER, WORD] {
            nowhere(&world, None, word);
        }
    }
    println!("secrets looked for after {points} deaths");
    assert!(points >= 6);
}
