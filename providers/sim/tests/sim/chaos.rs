//! Faults in front of the cloud.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use infra_sim::{Page, Timing};

use crate::client::Sim;

fn with(spec: &str) -> Sim {
    let chaos = spec.parse().expect("a specification");
    Sim::start(|config| {
        config.chaos = chaos;
        config.timing = Timing::instant();
    })
}

const VOLUME: &[(&str, &str)] = &[
    ("AvailabilityZone", "us-west-2a"),
    ("Size", "1"),
    ("ClientToken", "t"),
];

#[test]
fn a_lost_answer_has_had_its_effect() {
    let sim = with("lost@1");
    assert_eq!(sim.try_ec2("CreateVolume", VOLUME), None);
    assert_eq!(sim.handle().entities("volume").len(), 1);
    sim.ec2("CreateVolume", VOLUME).ok();
    assert_eq!(
        sim.handle().entities("volume").len(),
        1,
        "the token finds it again"
    );
}

#[test]
fn a_reset_an_error_and_a_throttled_request_have_none() {
    let sim = with("reset@1,error@2,throttle@3");
    assert_eq!(sim.try_ec2("CreateVolume", VOLUME), None);
    let broken = sim.ec2("CreateVolume", VOLUME);
    assert_eq!(
        (broken.status, broken.code()),
        (500, "InternalError".to_owned())
    );
    let throttled = sim.ec2("CreateVolume", VOLUME);
    assert_eq!(
        (throttled.status, throttled.code()),
        (503, "RequestLimitExceeded".to_owned())
    );
    assert_eq!(sim.handle().entities("volume").len(), 0);
    sim.ec2("CreateVolume", VOLUME).ok();
}

#[test]
fn after_the_stop_nothing_answers() {
    let stops = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&stops);
    let sim = Sim::start(|config| {
        config.chaos = "stop=2".parse().expect("a specification");
        config.on_stop = Some(Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }));
    });
    sim.ec2("CreateVolume", VOLUME).ok();
    assert_eq!(sim.try_ec2("DescribeVolumes", &[]), None);
    assert_eq!(sim.try_ec2("DescribeVolumes", &[]), None);
    assert_eq!(stops.load(Ordering::SeqCst), 1);
}

#[test]
fn the_last_request_takes_effect_and_the_cloud_may_come_back() {
    let stops = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&stops);
    let sim = Sim::start(|config| {
        config.chaos = "last=1".parse().expect("a specification");
        config.on_stop = Some(Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }));
    });
    assert_eq!(sim.try_ec2("CreateVolume", VOLUME), None);
    assert_eq!(stops.load(Ordering::SeqCst), 1);
    assert_eq!(sim.try_ec2("DescribeVolumes", &[]), None);
    assert_eq!(stops.load(Ordering::SeqCst), 1, "it is told once");
    let handle = sim.handle();
    assert_eq!(handle.entities("volume").len(), 1);
    handle.disturb("stop=2".parse().expect("a specification"));
    sim.ec2("CreateVolume", VOLUME).ok();
    assert_eq!(handle.entities("volume").len(), 1, "the token finds it");
    assert_eq!(sim.try_ec2("DescribeVolumes", &[]), None);
    assert_eq!(stops.load(Ordering::SeqCst), 2);
}

#[test]
fn the_same_seed_meets_the_same_faults() {
    let run = || {
        let sim = with("throttle=30%,lost=20%,error=10%,seed=11");
        (0..40)
            .map(|_| sim.try_ec2("DescribeVpcs", &[]).map(|reply| reply.status))
            .collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    for status in [None, Some(200), Some(500), Some(503)] {
        assert!(first.contains(&status), "{status:?} in {first:?}");
    }
}

#[test]
fn real_buckets_refill_with_time() {
    let sim = with("bucket=real");
    let (_, subnet) = sim.network();
    let launched = |n: usize| {
        (0..n)
            .filter(|_| sim.launch(&subnet, &[]).status == 200)
            .count()
    };
    assert_eq!(launched(7), 5);
    sim.pass(1000);
    assert_eq!(launched(7), 2);
    assert_eq!(sim.handle().requests()["RunInstances"], 14);
}

#[test]
fn what_is_new_is_not_seen_at_once_when_the_cloud_is_stale() {
    let sim = with("stale=500ms");
    let by_token = [("Filter.1.Name", "tag:token"), ("Filter.1.Value.1", "t")];
    let order = [
        ("CidrBlock", "10.0.0.0/16"),
        ("TagSpecification.1.ResourceType", "vpc"),
        ("TagSpecification.1.Tag.1.Key", "token"),
        ("TagSpecification.1.Tag.1.Value", "t"),
    ];
    let id = sim.get("CreateVpc", &order, "vpcId");
    assert_eq!(
        sim.ec2("DescribeVpcs", &by_token).ok().all("vpcId"),
        Vec::<String>::new()
    );
    assert_eq!(
        sim.ec2("DescribeVpcs", &[("VpcId.1", &id)]).code(),
        "InvalidVpcID.NotFound"
    );
    // Calls that change something go to what is, not to what is shown.
    sim.ec2(
        "CreateSubnet",
        &[("VpcId", &id), ("CidrBlock", "10.0.1.0/24")],
    )
    .ok();
    sim.pass(500);
    assert_eq!(sim.ec2("DescribeVpcs", &by_token).ok().all("vpcId"), [id]);
}

#[test]
fn a_proxy_answers_in_place_of_the_cloud() {
    for (page, name) in Page::ALL {
        let sim = with(&format!("blocked@1:{name},masked@2:{name}"));
        sim.ec2("CreateVolume", VOLUME);
        assert_eq!(sim.handle().entities("volume").len(), 0, "{page:?}");
        sim.ec2("CreateVolume", VOLUME);
        assert_eq!(sim.handle().entities("volume").len(), 1, "{page:?}");
    }
}

#[test]
fn a_held_request_takes_effect_when_its_time_has_come() {
    let sim = with("held@1,hold=60s");
    assert_eq!(sim.ec2("CreateVolume", VOLUME).status, 504);
    sim.pass(59_999);
    assert_eq!(sim.handle().entities("volume").len(), 0);
    sim.pass(1);
    assert_eq!(sim.handle().entities("volume").len(), 1);
    assert_eq!(sim.handle().entities("volume").len(), 1, "once");
}
