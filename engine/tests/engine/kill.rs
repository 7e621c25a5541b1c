//! The kill matrix: a run is stopped at every call and at every operation of its disk, restarted, and must end
//! with exactly the desired resources.

use std::collections::BTreeSet;

use infra_engine::plan::PlanOptions;
use infra_engine::state::Survives;
use infra_sdk::{Failure, FailureKind};

use crate::cloud::{Fault, Kill};
use crate::desk::{desk, inside, released, replaced, updated};
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
    /// What is allowed to be lost is saved first, by a snapshot each.
    saves: bool,
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
            saves: false,
        },
        Way {
            name: "update and replace",
            from: Some(program("one")),
            to: program("two"),
            options: PlanOptions::default(),
            saves: false,
        },
        Way {
            name: "replace from below",
            from: Some(program("one")),
            to: program("one").with(&at("net", "main"), |net| net.set("range", "10.1.0.0/16")),
            options: PlanOptions::default(),
            saves: false,
        },
        Way {
            name: "remove",
            from: Some(program("one")),
            to: Program::default(),
            options: everything,
            saves: false,
        },
    ]
}

/// The same four for a program of the shape of 51desk.
fn ways_of_the_desk() -> Vec<Way> {
    let losing = |hosts: &[&str]| PlanOptions {
        allow_data_loss: hosts
            .iter()
            .map(|host| inside(host, "disk", "data"))
            .collect(),
        ..PlanOptions::default()
    };
    let way = |name, from: Option<fn() -> Program>, to, options| Way {
        name,
        from: from.map(|from| from()),
        to,
        options,
        saves: name == "destroy the desk",
    };
    vec![
        way("create the desk", None, desk(), PlanOptions::default()),
        way(
            "update the desk",
            Some(desk),
            updated(),
            PlanOptions::default(),
        ),
        way(
            "replace in the desk",
            Some(desk),
            replaced(),
            losing(&["ec2_2", "ec2_3"]),
        ),
        way(
            "destroy the desk",
            Some(released),
            Program::default(),
            losing(&["ec2_1", "ec2_2", "ec2_3"]),
        ),
    ]
}

fn all_ways() -> Vec<Way> {
    ways().into_iter().chain(ways_of_the_desk()).collect()
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

/// The addresses of a program and of the template that its swap disks start from, sorted.
fn addresses(program: &Program) -> Vec<String> {
    let things = program.things.iter();
    let mut all: Vec<String> = things.map(|thing| thing.address.to_string()).collect();
    if all
        .iter()
        .any(|address| address.contains("/cloud.disk.swap"))
    {
        all.push("cloud.net.template".to_owned());
    }
    all.sort();
    all
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
    let there = world.cloud.items().into_values();
    let mut there: Vec<String> = there.map(|item| item.address).collect();
    there.sort();
    let mut due = addresses(&way.to);
    let state = world.state();
    let known: Vec<String> = state.entries().keys().map(ToString::to_string).collect();
    let known: BTreeSet<String> = known.into_iter().collect();
    assert_eq!(
        known,
        due.iter().cloned().collect(),
        "{}, {point}",
        way.name
    );
    due.retain(|address| !address.starts_with("std."));
    assert_eq!(there, due, "{}, {point}: orphans or doubles", way.name);
    if way.saves {
        // A run that was killed may have taken one that the next one did not know of, and took again.
        let saved: BTreeSet<String> = world.cloud.snapshots().into_iter().collect();
        assert_eq!(saved.len(), way.options.allow_data_loss.len(), "{point}");
    }
    assert!(
        state.deposed().is_empty() && state.pending().is_empty(),
        "{}, {point}",
        way.name
    );
}

/// Chance that repeats: the points of a test are the same in every run.
struct Chance(u64);

impl Chance {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        // Knuth's MMIX generator; its upper bits are the better ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn kill(&mut self, calls: u64) -> Kill {
        Kill {
            call: self.below(calls),
            after: self.below(2) == 1,
        }
    }
}

/// How many calls that may change something a way takes when nothing disturbs it.
fn calls_of(begun: &World, way: &Way) -> u64 {
    let whole = begun.fork();
    whole.cloud.kill_at(None);
    go(&whole, way).expect("undisturbed, it works");
    whole.cloud.changes()
}

#[test]
fn killed_at_every_call_nothing_is_lost_or_doubled() {
    let mut points = 0;
    for (way, concurrency) in all_ways()
        .into_iter()
        .flat_map(|way| [(way.clone(), 1), (way.clone(), 4), (way, 64)])
    {
        let mut begun = start(&way);
        begun.concurrency = concurrency;
        for call in 0..calls_of(&begun, &way) {
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
    println!("apply, update, replace and destroy: killed at {points} calls");
    assert!(points > 1000, "only {points} points");
}

#[test]
fn killed_again_while_recovering_nothing_is_lost_or_doubled() {
    let mut points = 0;
    let mut chance = Chance(51);
    for way in all_ways() {
        let begun = start(&way);
        let calls = calls_of(&begun, &way);
        for call in 0..calls {
            for _ in 0..6 {
                let mut world = begun.fork();
                let first = Kill {
                    call,
                    after: chance.below(2) == 1,
                };
                // Later runs have fewer calls, and ask about what the one before left: some are not killed.
                let kills = [first, chance.kill(calls - call + 3), chance.kill(10)];
                for kill in kills {
                    world.cloud.kill_at(Some(kill));
                    let ran = go(&world, &way);
                    assert!(matches!(ran, Ok(()) | Err(Stop::Killed)), "{ran:?}");
                    world.restart(Survives::Synced);
                }
                ends_well(&world, &way, &format!("{kills:?}"));
                points += 1;
            }
        }
    }
    println!("killed at a call, while recovering, and once more: {points} triples");
    assert!(points > 1000, "only {points} points");
}

#[test]
fn stopped_at_every_operation_of_the_disk_nothing_is_lost_or_doubled() {
    let mut points = 0;
    let mut chance = Chance(51);
    for way in all_ways() {
        let begun = start(&way);
        let whole = begun.fork();
        let before = whole.disk.operations().len();
        go(&whole, &way).expect("undisturbed, it works");
        let operations = whole.disk.operations();
        for (operation, bytes) in operations.iter().copied().enumerate().skip(before) {
            // Nothing of a write, all but its last byte, and some bytes in between. Every byte of every line is tried
            // by the tests of the journal itself.
            let mut torn = vec![0];
            if bytes > 1 {
                let somewhere = |chance: &mut Chance| chance.below(bytes as u64) as usize;
                torn.extend([bytes - 1, somewhere(&mut chance), somewhere(&mut chance)]);
            }
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
    println!("stopped at {points} operations of the disk, the last line torn");
    assert!(points > 2500, "only {points} points");
}

/// What a network and a cloud do to a call: its answer or it itself is lost, it is refused because there are too many,
/// the cloud fails inside.
fn faults() -> [Fault; 4] {
    let failure = |kind, message| Fault::Refused(Failure::new(kind, message).temporary());
    [
        Fault::LostAnswer,
        Fault::LostRequest,
        failure(FailureKind::Throttled, "too many requests"),
        failure(FailureKind::Cloud, "an internal error"),
    ]
}

#[test]
fn a_fault_at_every_call_is_mended_by_the_next_run() {
    let mut points = 0;
    for way in all_ways() {
        let begun = start(&way);
        let whole = begun.fork();
        whole.cloud.take_log();
        go(&whole, &way).expect("undisturbed, it works");
        let mut calls = whole.cloud.take_log();
        calls.retain(|call| !call.starts_with("read"));
        for call in calls {
            for fault in faults() {
                let world = begun.fork();
                let point = format!("{call}: {fault:?}");
                world.cloud.fault(&call, fault);
                let (notes, cancel) = Default::default();
                let ran = world.try_apply(&way.to, &way.options, &notes, &cancel);
                assert!(ran.is_ok(), "{}, {point}: {ran:?}", way.name);
                ends_well(&world, &way, &point);
                points += 1;
            }
        }
    }
    println!("{points} faults at calls");
    assert!(points > 600, "only {points} points");
}
