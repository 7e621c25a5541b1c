//! Pages and their bounds.

use crate::client::{Reply, Sim, instant};

fn pages(sim: &Sim, action: &str, size: &str, element: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut parameters = vec![("MaxResults", size)];
        parameters.extend(token.as_deref().map(|token| ("NextToken", token)));
        let page: Reply = sim.ec2(action, &parameters).ok();
        pages.push(page.all(element));
        token = page.all("nextToken").pop();
        if token.is_none() {
            return pages;
        }
    }
}

#[test]
fn pages_cover_everything_once() {
    let sim = instant();
    for _ in 0..12 {
        sim.ec2(
            "CreateVolume",
            &[("AvailabilityZone", "us-west-2a"), ("Size", "1")],
        )
        .ok();
    }
    let found = pages(&sim, "DescribeVolumes", "5", "volumeId");
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 2]);
    let mut all = found.concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 12);
}

#[test]
fn a_page_is_not_moved_by_what_is_deleted_before_it() {
    let sim = instant();
    for _ in 0..8 {
        sim.ec2(
            "CreateVolume",
            &[("AvailabilityZone", "us-west-2a"), ("Size", "1")],
        )
        .ok();
    }
    let first = sim.ec2("DescribeVolumes", &[("MaxResults", "5")]).ok();
    sim.ec2("DeleteVolume", &[("VolumeId", &first.all("volumeId")[0])])
        .ok();
    let token = first.text("nextToken");
    let second = sim
        .ec2(
            "DescribeVolumes",
            &[("MaxResults", "5"), ("NextToken", &token)],
        )
        .ok();
    assert_eq!(second.all("volumeId").len(), 3);
}

#[test]
fn bounds_are_those_of_the_api_reference() {
    let sim = instant();
    for (action, least, most) in [
        ("DescribeInstances", 5, 1000),
        ("DescribeVolumes", 5, 1000),
        ("DescribeSubnets", 5, 1000),
        ("DescribeRouteTables", 5, 100),
        ("DescribeInstanceTypes", 5, 100),
        ("DescribeTags", 5, 1000),
    ] {
        for (size, fits) in [
            (least - 1, false),
            (least, true),
            (most, true),
            (most + 1, false),
        ] {
            let reply = sim.ec2(action, &[("MaxResults", &size.to_string())]);
            assert_eq!(
                reply.status == 200,
                fits,
                "{action} {size}: {}",
                reply.body()
            );
        }
    }
    assert_eq!(
        sim.ec2("DescribeKeyPairs", &[("MaxResults", "5")]).code(),
        "UnknownParameter"
    );
    assert_eq!(
        sim.ec2("DescribeVolumes", &[("NextToken", "made-up")])
            .code(),
        "InvalidNextToken"
    );
    let volume = sim.get(
        "CreateVolume",
        &[("AvailabilityZone", "us-west-2a"), ("Size", "1")],
        "volumeId",
    );
    let both = [("MaxResults", "5"), ("VolumeId.1", volume.as_str())];
    assert_eq!(
        sim.ec2("DescribeVolumes", &both).code(),
        "InvalidParameterCombination"
    );
}

#[test]
fn instance_types_come_in_pages_unasked() {
    let sim = instant();
    let first = sim.ec2("DescribeInstanceTypes", &[]).ok();
    assert_eq!(
        first.all("instanceType").len().min(100),
        first.all("instanceType").len()
    );
    let total: usize = pages(&sim, "DescribeInstanceTypes", "20", "instanceType")
        .iter()
        .map(Vec::len)
        .sum();
    assert!(total > 80, "{total}");
}
