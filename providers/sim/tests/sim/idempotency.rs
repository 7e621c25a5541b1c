//! Client tokens and what is idempotent without them.

use crate::client::{Request, Sim, instant};

#[test]
fn a_token_makes_one_volume() {
    let sim = instant();
    let order = [
        ("AvailabilityZone", "us-west-2a"),
        ("Size", "5"),
        ("ClientToken", "t-1"),
    ];
    let first = sim.get("CreateVolume", &order, "volumeId");
    assert_eq!(sim.get("CreateVolume", &order, "volumeId"), first);
    assert_eq!(sim.handle().entities("volume").len(), 1);
    let other = [
        ("AvailabilityZone", "us-west-2a"),
        ("Size", "6"),
        ("ClientToken", "t-1"),
    ];
    assert_eq!(
        sim.ec2("CreateVolume", &other).code(),
        "IdempotentParameterMismatch"
    );
    let new = [
        ("AvailabilityZone", "us-west-2a"),
        ("Size", "5"),
        ("ClientToken", "t-2"),
    ];
    assert_ne!(sim.get("CreateVolume", &new, "volumeId"), first);
}

#[test]
fn a_token_makes_one_launch_and_not_another_after_it_is_terminated() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let token = [
        ("ClientToken", "launch-1"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "a"),
        ("TagSpecification.1.Tag.1.Value", "b"),
    ];
    let first = sim.launch(&subnet, &token).ok().all("instanceId");
    assert_eq!(sim.launch(&subnet, &token).ok().all("instanceId"), first);
    assert_eq!(
        sim.launch(&subnet, &[("ClientToken", "launch-1")]).code(),
        "IdempotentParameterMismatch"
    );
    sim.pass(300);
    sim.ec2("TerminateInstances", &[("InstanceId.1", &first[0])])
        .ok();
    assert_eq!(
        sim.launch(&subnet, &token).ok().all("instanceId"),
        first,
        "still shutting down"
    );
    sim.pass(300);
    assert_eq!(
        sim.launch(&subnet, &token).code(),
        "IdempotentInstanceTerminated"
    );
}

#[test]
fn launch_tokens_of_zones_are_apart() {
    let sim = instant();
    let (vpc, a) = sim.network();
    let b = sim.get(
        "CreateSubnet",
        &[
            ("VpcId", &vpc),
            ("CidrBlock", "10.0.2.0/24"),
            ("AvailabilityZone", "us-west-2b"),
        ],
        "subnetId",
    );
    let first = sim
        .launch(&a, &[("ClientToken", "same")])
        .ok()
        .text("instanceId");
    let second = sim
        .launch(&b, &[("ClientToken", "same")])
        .ok()
        .text("instanceId");
    assert_ne!(first, second);
}

#[test]
fn every_create_call_with_a_token_keeps_it() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let table = [("VpcId", vpc.as_str()), ("ClientToken", "x")];
    let first = sim.get("CreateRouteTable", &table, "routeTableId");
    assert_eq!(sim.get("CreateRouteTable", &table, "routeTableId"), first);
    let nat = [
        ("SubnetId", subnet.as_str()),
        ("ConnectivityType", "private"),
        ("ClientToken", "x"),
    ];
    let first = sim.get("CreateNatGateway", &nat, "natGatewayId");
    assert_eq!(sim.get("CreateNatGateway", &nat, "natGatewayId"), first);
    let long = "x".repeat(65);
    assert_eq!(
        sim.ec2(
            "CreateRouteTable",
            &[("VpcId", &vpc), ("ClientToken", &long)]
        )
        .code(),
        "InvalidParameterValue"
    );
}

#[test]
fn ebs_direct_answers_a_conflict() {
    let sim = instant();
    let start = |size: u32| {
        let body = serde_json::json!({ "VolumeSize": size, "ClientToken": "swap" }).to_string();
        sim.send(&Request::ebs("POST", "/snapshots", body.into_bytes()))
    };
    let first = start(16).ok().json();
    assert_eq!(start(16).ok().json(), first);
    let conflict = start(17);
    assert_eq!(conflict.status, 409);
    assert!(
        conflict
            .head
            .contains("x-amzn-errortype: conflictexception"),
        "{}",
        conflict.head
    );
}

#[test]
fn repetitions_without_a_token_are_found_by_their_nature() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let gateway = sim.get("CreateInternetGateway", &[], "internetGatewayId");
    let attach = [("InternetGatewayId", gateway.as_str()), ("VpcId", &vpc)];
    sim.ec2("AttachInternetGateway", &attach).ok();
    assert_eq!(
        sim.ec2("AttachInternetGateway", &attach).code(),
        "Resource.AlreadyAssociated"
    );
    let group = [
        ("GroupName", "web"),
        ("GroupDescription", "d"),
        ("VpcId", vpc.as_str()),
    ];
    sim.ec2("CreateSecurityGroup", &group).ok();
    assert_eq!(
        sim.ec2("CreateSecurityGroup", &group).code(),
        "InvalidGroup.Duplicate"
    );
    let subnet = [("VpcId", vpc.as_str()), ("CidrBlock", "10.0.1.0/24")];
    assert_eq!(
        sim.ec2("CreateSubnet", &subnet).code(),
        "InvalidSubnet.Conflict"
    );
}

#[test]
fn a_refused_request_uses_up_no_token_and_no_id() {
    let sim = instant();
    let order = |zone| {
        [
            ("AvailabilityZone", zone),
            ("Size", "5"),
            ("ClientToken", "t"),
        ]
    };
    assert_eq!(
        sim.ec2("CreateVolume", &order("us-west-2z")).code(),
        "InvalidParameterValue"
    );
    let here = sim.get("CreateVolume", &order("us-west-2a"), "volumeId");
    let other = instant();
    other.ec2("DescribeVolumes", &[]).ok();
    assert_eq!(
        other.get("CreateVolume", &order("us-west-2a"), "volumeId"),
        here
    );
}
