//! The kill matrix: a run is stopped at every call and at every operation of its disk, restarted, and must end
//! with exactly the desired resources.

use infra_engine::plan::PlanOptions;
use infra_engine::state::Survives;

use crate::cloud::Kill;
use crate::program::{Program, at, attr, gib, thing};
use crate::world::{Stop, World};

/// Ten resources: a chain, a circle, a late field, a value of the cloud, something without one.
fn program(word: &str) -> Program {
    let net = || at("net", "main");
    let group = |name: &str| at("group", name);
    let mut value = thing("value", "note").set("input", word);
    value.address.type_name = "std.value".to_owned();
    Program::of([
        thing("net", "main")
            .set("range", "10.0.0.0/16")
            .set("note", word),
        thing("group", "a")
            .set("net", net())
            .set("about", word)
            .set("allow", vec![group("b")]),
        thing("group", "b")
            .set("net", net())
            .set("allow", vec![group("a"), group("b")]),
        thing("host", "one")
            .set("net", net())
            .set("type", word)
            .set("groups", vec![group("a")])
            .set("script", word),
        thing("host", "two")
            .set("net", net())
            .set("note", attr(&at("host", "one"), "address"))
            .set("groups", vec![group("a"), group("b")]),
        thing("disk", "data")
            .set("zone", "z1")
            .set("size", gib(8))
            .set("note", word),
        thing("disk", "swap")
            .set("format", "swap")
            .set("zone", word),
        thing("tie", "data")
            .set("host", at("host", "one"))
            .set("disk", at("disk", "data")),
        thing("tie", "swap")
            .set("host", at("host", "two"))
            .set("disk", at("disk", "swap")),
        value,
    ])
}

/// A way from one program to the next.
#[derive(Clone)]
struct Way {
    name: &'static str,
    from: Option<Program>,
    to: Program,
    options: PlanOptions,
}

fn ways() -> Vec<Way> {
    let everything = PlanOptions {
        allow_data_loss: [at("disk", "data")].into(),
        ..PlanOptions::default()
    };
    vec![
        Way {
            name: "create",
            from: None,
            to: program("one"),
            options: PlanOptions::default(),
        },
        Way {
            name: "update and replace",
            from: Some(program("one")),
            to: program("two"),
            options: PlanOptions::default(),
        },
        Way {
            name: "replace from below",
            from: Some(program("one")),
            to: program("one").with(&at("net", "main"), |net| net.set("range", "10.1.0.0/16")),
            options: PlanOptions::default(),
        },
        Way {
            name: "remove",
            from: Some(program("one")),
            to: Program::default(),
            options: everything,
        },
    ]
}

/// A world in which `way` can begin.
fn start(way: &Way) -> World {
    let world = World::new();
    if let Some(from) = &way.from {
        world.up(from);
    }
    world
}

fn go(world: &World, way: &Way) -> Result<(), Stop> {
    let (notes, cancel) = Default::default();
    let report = world.try_apply(&way.to, &way.options, &notes, &cancel)?;
    assert!(report.is_complete(), "{report:#?}");
    Ok(())
}

/// Demands that the next run, and if need be the one after it, brings everything about.
fn ends_well(world: &World, way: &Way, point: &str) {
    if let Err(stop) = go(world, way) {
        panic!("{}, {point}: {stop:?}", way.name);
    }
    let again = world.plan(&way.to);
    assert!(
        again.is_empty(),
        "{}, {point}: {:#?}",
        way.name,
        again.changes
    );
    let mut cloud_part = way.to.clone();
    cloud_part
        .things
        .retain(|thing| thing.address.provider() == "cloud");
    let there = world.cloud.items().len();
    assert_eq!(
        there,
        cloud_part.things.len(),
        "{}, {point}: orphans or doubles",
        way.name
    );
    for thing in &cloud_part.things {
        world.cloud.item(&thing.address);
    }
    let state = world.state();
    assert_eq!(
        state.entries().len(),
        way.to.things.len(),
        "{}, {point}",
        way.name
    );
    assert!(
        state.deposed().is_empty() && state.pending().is_empty(),
        "{}, {point}",
        way.name
    );
}

#[test]
fn killed_at_every_call_nothing_is_lost_or_doubled() {
    let mut points = 0;
    for (way, concurrency) in ways()
        .into_iter()
        .flat_map(|way| [(way.clone(), 1), (way, 64)])
    {
        let mut begun = start(&way);
        begun.concurrency = concurrency;
        let whole = begun.fork();
        whole.cloud.kill_at(None);
        go(&whole, &way).expect("undisturbed, it works");
        for call in 0..whole.cloud.changes() {
            for after in [false, true] {
                let mut world = begun.fork();
                let kill = Kill { call, after };
                world.cloud.kill_at(Some(kill));
                let stopped = go(&world, &way);
                assert!(matches!(stopped, Err(Stop::Killed)), "{stopped:?}");
                world.restart(Survives::Synced);
                ends_well(&world, &way, &format!("{kill:?}"));
                points += 1;
            }
        }
    }
    println!("{points} points");
    assert!(points > 250, "only {points} points");
}

#[test]
fn killed_again_while_recovering_nothing_is_lost_or_doubled() {
    let mut points = 0;
    for way in ways() {
        let begun = start(&way);
        let whole = begun.fork();
        whole.cloud.kill_at(None);
        go(&whole, &way).expect("undisturbed, it works");
        for call in (0..whole.cloud.changes()).step_by(2) {
            for second in 0..4 {
                let mut world = begun.fork();
                for kill in [
                    Kill { call, after: true },
                    Kill {
                        call: second,
                        after: true,
                    },
                ] {
                    world.cloud.kill_at(Some(kill));
                    // The second run may have fewer calls than that.
                    let _ = go(&world, &way);
                    world.restart(Survives::Synced);
                }
                ends_well(&world, &way, &format!("call {call}, then {second}"));
                points += 1;
            }
        }
    }
    println!("{points} points");
    assert!(points > 100, "only {points} points");
}

#[test]
fn stopped_at_every_operation_of_the_disk_nothing_is_lost_or_doubled() {
    let mut points = 0;
    for way in ways() {
        let begun = start(&way);
        let whole = begun.fork();
        let before = whole.disk.operations().len();
        go(&whole, &way).expect("undisturbed, it works");
        let operations = whole.disk.operations();
        for (operation, bytes) in operations.iter().enumerate().skip(before) {
            let torn = if *bytes > 1 {
                vec![0, bytes / 2, bytes - 1]
            } else {
                vec![0]
            };
            for bytes in torn {
                for survives in [Survives::Synced, Survives::Written, Survives::Names] {
                    let mut world = begun.fork();
                    world.disk.crash_at(operation, bytes);
                    let stopped = go(&world, &way);
                    let point = format!("operation {operation} after {bytes} bytes, {survives:?}");
                    assert!(stopped.is_err(), "{point}");
                    world.restart(survives);
                    ends_well(&world, &way, &point);
                    points += 1;
                }
            }
        }
    }
    println!("{points} points");
    assert!(points > 1000, "only {points} points");
}

#[test]
fn a_lost_answer_at_every_call_is_mended_by_the_next_run() {
    let mut points = 0;
    for way in ways() {
        let begun = start(&way);
        let whole = begun.fork();
        whole.cloud.take_log();
        go(&whole, &way).expect("undisturbed, it works");
        let mut calls = whole.cloud.take_log();
        calls.retain(|call| !call.starts_with("read"));
        for call in calls {
            for fault in [
                crate::cloud::Fault::LostAnswer,
                crate::cloud::Fault::LostRequest,
            ] {
                let world = begun.fork();
                let point = format!("{call}: {fault:?}");
                world.cloud.fault(&call, fault);
                let (notes, cancel) = Default::default();
                let _ = world.try_apply(&way.to, &way.options, &notes, &cancel);
                ends_well(&world, &way, &point);
                points += 1;
            }
        }
    }
    println!("{points} points");
    assert!(points > 100, "only {points} points");
}
