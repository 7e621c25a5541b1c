//! Data loss, protection, snapshots and what is kept.

use infra_engine::apply::ApplyError;
use infra_engine::plan::{Action, PlanOptions, Reason, Refusal};

use crate::program::{Program, Thing, at, gib, thing};
use crate::world::{Stop, World, words};

fn disk() -> Thing {
    thing("disk", "data").set("zone", "z1").set("size", gib(8))
}

fn allow(name: &str) -> PlanOptions {
    PlanOptions {
        allow_data_loss: [at("disk", name)].into(),
        ..PlanOptions::default()
    }
}

fn refused(world: &World, program: &Program, options: &PlanOptions) -> Vec<Refusal> {
    let applied = world.try_apply(program, options, &Default::default(), &Default::default());
    let Err(Stop::Apply(ApplyError::Refused(refusals))) = applied else {
        panic!("{applied:?}")
    };
    refusals
}

#[test]
fn every_way_to_destroy_data_is_refused_until_it_is_allowed_by_name() {
    let with = |change: fn(Thing) -> Thing| Program::of([change(disk())]);
    let ways: [(&str, Program, PlanOptions); 5] = [
        ("removed", Program::default(), PlanOptions::default()),
        (
            "replaced",
            with(|disk| disk.set("zone", "z2")),
            PlanOptions::default(),
        ),
        (
            "shrunk",
            with(|disk| disk.set("size", gib(4))),
            PlanOptions::default(),
        ),
        (
            "destroyed",
            Program::of([disk()]),
            PlanOptions {
                destroy: true,
                ..Default::default()
            },
        ),
        (
            "replacement asked for",
            Program::of([disk()]),
            PlanOptions {
                replace: [at("disk", "data")].into(),
                ..Default::default()
            },
        ),
    ];
    for (way, program, options) in ways {
        let world = World::new();
        world.up(&Program::of([disk()]));
        let refusals = refused(&world, &program, &options);
        let [Refusal::DataLoss(loss)] = &refusals[..] else {
            panic!("{way}: {refusals:?}")
        };
        assert_eq!(loss.address, at("disk", "data"), "{way}");
        assert!(
            loss.to_string()
                .ends_with("cloud.disk.data (id-1) loses the contents of the disk"),
            "{loss}"
        );
        assert!(
            refusals[0]
                .help()
                .contains("--allow-data-loss 'cloud.disk.data'")
        );
        assert!(world.cloud.items().contains_key("id-1"), "{way}");
        let allowed = PlanOptions {
            allow_data_loss: [at("disk", "data")].into(),
            ..options
        };
        world.up_with(&program, &allowed);
        assert!(!world.cloud.items().contains_key("id-1"), "{way}");
    }
}

#[test]
fn what_holds_no_data_goes_without_asking() {
    let world = World::new();
    let swap = disk().set("format", "swap");
    world.up(&Program::of([swap]));
    let plan = world.plan(&Program::default());
    assert_eq!(plan.changes[0].action, Action::Delete);
    assert!(plan.data_loss.is_empty() && plan.refusals.is_empty());
}

#[test]
fn protection_lives_in_the_state_and_survives_its_block() {
    let world = World::new();
    let protected = disk().lifecycle(|lifecycle| lifecycle.protect = Some("customers".to_owned()));
    world.up(&Program::of([protected.clone()]));
    let refusals = refused(&world, &Program::default(), &allow("data"));
    let [
        Refusal::Protected {
            why,
            in_program: false,
            ..
        },
    ] = &refusals[..]
    else {
        panic!("{refusals:?}")
    };
    assert_eq!(why, "customers");
    assert!(
        refusals[0]
            .help()
            .contains("restore the declaration of cloud.disk.data")
    );
    // Taking the decorator off in the same breath as replacing it does not help either.
    let replaced = Program::of([disk().set("zone", "z2")]);
    assert!(matches!(
        refused(&world, &replaced, &allow("data"))[..],
        [Refusal::Protected { .. }]
    ));
    let replaced = Program::of([protected.set("zone", "z2")]);
    assert!(matches!(
        refused(&world, &replaced, &allow("data"))[..],
        [Refusal::Protected {
            in_program: true,
            ..
        }]
    ));
    // Lifting it is a change of its own, which calls nothing.
    let plan = world.plan(&Program::of([disk()]));
    assert_eq!(plan.changes[0].action, Action::Record);
    assert_eq!(
        plan.changes[0].reasons[0].to_string(),
        "no longer protected"
    );
    world.up(&Program::of([disk()]));
    world.up_with(&Program::default(), &allow("data"));
    assert!(world.cloud.items().is_empty());
}

#[test]
fn a_snapshot_comes_before_the_destruction() {
    let world = World::new();
    let snapped = disk().lifecycle(|lifecycle| lifecycle.snapshot = true);
    let tied = Program::of([
        snapped,
        thing("host", "a"),
        thing("tie", "t")
            .set("host", at("host", "a"))
            .set("disk", at("disk", "data")),
    ]);
    world.up(&tied);
    let plan = world.try_plan(&Program::default(), &allow("data")).unwrap();
    assert!(plan.data_loss[0].snapshot_first);
    let order = words(&plan.steps);
    let place = |word: &str| order.iter().position(|step| step == word).unwrap();
    assert!(
        place("delete cloud.tie.t") < place("snapshot cloud.disk.data"),
        "{order:?}"
    );
    assert!(
        place("snapshot cloud.disk.data") < place("delete cloud.disk.data"),
        "{order:?}"
    );
    world.up_with(&Program::default(), &allow("data"));
    assert_eq!(world.cloud.snapshots().len(), 1);
}

#[test]
fn a_failed_snapshot_keeps_the_disk() {
    let world = World::new();
    world.up(&Program::of([
        disk().lifecycle(|lifecycle| lifecycle.snapshot = true)
    ]));
    let full = infra_sdk::Failure::new(infra_sdk::FailureKind::Quota, "no room");
    world.cloud.fault(
        "snapshot cloud.disk.data",
        crate::cloud::Fault::Refused(full),
    );
    let report = world.apply_with(&Program::default(), &allow("data"));
    assert_eq!(report.failed.len(), 1);
    assert_eq!(
        report.not_done[0].why.to_string(),
        "it needs cloud.disk.data, which was not done"
    );
    assert_eq!(world.cloud.items().len(), 1);
}

#[test]
fn what_is_kept_or_forgotten_leaves_the_state_but_not_the_cloud() {
    let world = World::new();
    let kept = disk().lifecycle(|lifecycle| lifecycle.keep = true);
    world.up(&Program::of([kept, thing("host", "a")]));
    let mut nothing = Program::default();
    nothing.forgets.push(at("host", "a"));
    let plan = world.plan(&nothing);
    let actions: Vec<Action> = plan.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Forget; 2]);
    assert_eq!(plan.changes[0].reasons, [Reason::Keep]);
    world.up(&nothing);
    assert_eq!(world.cloud.items().len(), 2);
    assert!(world.state().entries().is_empty());
}

#[test]
fn a_false_assertion_refuses_and_an_open_one_is_judged_afterwards() {
    let mut program = Program::of([thing("host", "a")]);
    program.asserts.push((|_| Some(false), "never"));
    let refusals = refused(&World::new(), &program, &PlanOptions::default());
    assert_eq!(
        refusals[0].to_string(),
        "the program's assertion does not hold: never"
    );

    let world = World::new();
    let mut program = Program::of([thing("host", "a")]);
    program.asserts.push((
        |known| {
            let address = known.attributes(&at("host", "a"))?.get("address")?;
            Some(address.as_str() == Some("elsewhere"))
        },
        "a has the wrong address",
    ));
    let report = world.apply_with(&program, &PlanOptions::default());
    assert_eq!(report.broken_asserts[0].message, "a has the wrong address");
    assert!(!report.is_complete());
}
