//! How long an apply takes, in virtual time: no longer than the cloud needs, and no longer than it allows.

use std::collections::BTreeMap;

use infra_engine::plan::{Step, StepKind};

use crate::bed::trace::Trace;
use crate::bed::{Bed, LATENCY_MS, Setup, Text};

/// So many machines with two disks each, in groups of ten.
pub fn wide(machines: usize) -> Text {
    Text::new(format!(
        r#"
provider aws {{ region = "us-west-2" }}
lookup aws.image base {{ owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }}
aws.vpc net {{ range = 10.0.0.0/16 }}
aws.subnet inside {{ vpc = net, zone = "us-west-2a", range = 10.0.0.0/18 }}
aws.security_group hosts for n in range(1 + {machines} / 10) {{ vpc = net, description = "hosts" }}
aws.instance host for n in range({machines}) {{
  type   = "t3.large"
  image  = base
  subnet = inside
  groups = [hosts["${{n / 10}}"]]
}}
aws.volume disk for n in range({machines} * 2) {{
  zone = "us-west-2a"
  size = 8GiB
}}
aws.attachment tie for n in range({machines} * 2) {{
  instance = host["${{n / 2}}"]
  volume   = disk["${{n}}"]
  device   = if n % 2 == 0 then "/dev/sdf" else "/dev/sdg"
}}
"#
    ))
}

/// The six hosts of the first system.
fn desk() -> Text {
    Text::example("51desk", &[("office", "203.0.113.0/24")])
}

/// What a step needs at least: a call that begins it, the time its state lasts, and a call that sees it ended.
fn least_ms(setup: &Setup, step: &Step) -> u64 {
    let timing = &setup.timing;
    let creates = matches!(step.kind, StepKind::Create);
    let state_ms = match step.address.type_name.as_str() {
        "aws.vpc" | "aws.subnet" if creates => timing.network_ms,
        "aws.nat_gateway" => timing.nat_gateway_ms,
        "aws.instance" => timing.instance_ms,
        // Disks of `std.server` are let go of by a machine that has stopped.
        "aws.attachment" if !creates && !step.address.path.is_empty() => {
            timing.instance_ms + 2 * LATENCY_MS + timing.attachment_ms
        }
        "aws.volume" => timing.volume_ms,
        "aws.attachment" => timing.attachment_ms,
        "aws.snapshot" if creates => timing.snapshot_ms,
        _ => 0,
    };
    match state_ms {
        0 => LATENCY_MS,
        state_ms => 2 * LATENCY_MS + state_ms,
    }
}

/// The action that begins a step, and what EC2 allows of it: how many at once, and then a second ("Request throttling
/// for the Amazon EC2 API"). Launches and terminations of many are one call each.
fn allowed(step: &Step) -> Option<(&'static str, f64, f64)> {
    let creates = matches!(step.kind, StepKind::Create);
    match (step.address.type_name.as_str(), creates) {
        ("aws.volume", true) => Some(("CreateVolume", 100.0, 5.0)),
        ("aws.volume", false) => Some(("DeleteVolume", 100.0, 5.0)),
        ("aws.attachment", true) => Some(("AttachVolume", 50.0, 5.0)),
        ("aws.attachment", false) => Some(("DetachVolume", 50.0, 5.0)),
        ("aws.security_group", true) => Some(("CreateSecurityGroup", 50.0, 5.0)),
        ("aws.security_group", false) => Some(("DeleteSecurityGroup", 50.0, 5.0)),
        _ => None,
    }
}

/// The shortest time that the buckets leave. Of each action: it cannot begin before the shortest way to one of its
/// steps, its bucket then lets through only so many, and after the last of them there is still the shortest way to the
/// end. The longest of these, and of the critical path.
fn bound_ms(setup: &Setup, trace: &Trace) -> u64 {
    let paths = trace.paths(|step| least_ms(setup, step));
    let mut actions: BTreeMap<&str, (f64, f64, f64, u64, u64)> = BTreeMap::new();
    for (step, path) in trace.steps.iter().zip(&paths) {
        if let Some((action, burst, rate)) = allowed(step) {
            let one = actions
                .entry(action)
                .or_insert((0.0, burst, rate, u64::MAX, u64::MAX));
            one.0 += 1.0;
            one.3 = one.3.min(path.before_ms);
            one.4 = one.4.min(path.from_here_ms);
        }
    }
    let bounds = actions.values().map(|(count, burst, rate, head, tail)| {
        head + ((count - burst).max(0.0) / rate * 1000.0) as u64 + tail
    });
    bounds.chain([critical_ms(setup, trace)]).max().unwrap_or(0)
}

fn critical_ms(setup: &Setup, trace: &Trace) -> u64 {
    let paths = trace.paths(|step| least_ms(setup, step));
    let whole = paths.iter().map(|path| path.before_ms + path.from_here_ms);
    whole.max().unwrap_or(0)
}

/// Prints a run beside its bound and demands that it took at most `most` times as long.
fn within(what: &str, trace: &Trace, bound_ms: u64, most: f64) {
    let ratio = trace.took_ms as f64 / bound_ms as f64;
    println!(
        "{what}: {} steps took {:.1} s, at least {:.1} s: {ratio:.2}",
        trace.steps.len(),
        trace.took_ms as f64 / 1000.0,
        bound_ms as f64 / 1000.0,
    );
    assert!(ratio <= most, "{what}: {ratio:.2}\n{:#?}", trace.means());
}

/// Applies and destroys; nothing is left in the end.
fn there_and_back(
    setup: &Setup,
    what: &str,
    text: &Text,
    most: f64,
    bound: fn(&Setup, &Trace) -> u64,
) {
    let bed = Bed::new(setup);
    for (verb, destroy) in [("apply", false), ("destroy", true)] {
        let (trace, report) = bed.apply(text, destroy);
        println!("{:?}, throttled: {}", report.calls, report.throttled);
        within(
            &format!("{verb} {what}"),
            &trace,
            bound(setup, &trace),
            most,
        );
    }
    assert_eq!(bed.left_over(), Vec::<String>::new());
}

const OF_CRITICAL_PATH: f64 = 1.2;
const OF_BUCKETS: f64 = 1.3;

#[test]
fn the_first_system_takes_no_longer_than_its_critical_path() {
    let setup = Setup::real("");
    there_and_back(&setup, "51desk", &desk(), OF_CRITICAL_PATH, critical_ms);
}

#[test]
fn two_hundred_machines_take_no_longer_than_their_critical_path() {
    let setup = Setup {
        paced: false,
        ..Setup::real("")
    };
    there_and_back(
        &setup,
        "200 machines",
        &wide(200),
        OF_CRITICAL_PATH,
        critical_ms,
    );
}

#[test]
fn under_the_real_buckets_a_hundred_machines_take_as_long_as_these_allow() {
    let setup = Setup::real("bucket=real");
    there_and_back(
        &setup,
        "100 machines, real buckets",
        &wide(100),
        OF_BUCKETS,
        bound_ms,
    );
}

#[test]
fn under_the_real_buckets_three_hundred_machines_take_as_long_as_these_allow() {
    let setup = Setup::real("bucket=real");
    there_and_back(
        &setup,
        "300 machines, real buckets",
        &wide(300),
        OF_BUCKETS,
        bound_ms,
    );
}

/// Nobody told the provider what the cloud allows; it learns that from refusals.
#[test]
fn what_the_buckets_allow_is_learnt_from_refusals() {
    let setup = Setup {
        paced: false,
        ..Setup::real("bucket=real")
    };
    there_and_back(
        &setup,
        "100 machines, unknown buckets",
        &wide(100),
        OF_BUCKETS,
        bound_ms,
    );
}
