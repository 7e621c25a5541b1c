//! States that change with time, by a clock that the test moves.

use crate::client::Sim;

fn state(sim: &Sim, instance: &str) -> String {
    sim.ec2("DescribeInstances", &[("InstanceId.1", instance)])
        .ok()
        .text("name")
}

#[test]
fn an_instance_is_pending_runs_stops_and_is_remembered_for_a_while() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let id = sim.launch(&subnet, &[]).ok().text("instanceId");
    let by_id = [("InstanceId.1", id.as_str())];
    assert_eq!(state(&sim, &id), "pending");
    assert_eq!(
        sim.ec2("StopInstances", &by_id).code(),
        "IncorrectInstanceState"
    );
    sim.pass(299);
    assert_eq!(state(&sim, &id), "pending");
    sim.pass(1);
    assert_eq!(state(&sim, &id), "running");
    assert_eq!(
        sim.ec2("DescribeInstanceStatus", &by_id).ok().all("status")[0],
        "initializing"
    );
    sim.pass(300);
    assert_eq!(
        sim.ec2("DescribeInstanceStatus", &by_id).ok().all("status")[0],
        "ok"
    );
    let stopped = sim.ec2("StopInstances", &by_id).ok();
    assert_eq!(stopped.all("name"), ["stopping", "running"]);
    sim.pass(300);
    assert_eq!(state(&sim, &id), "stopped");
    sim.ec2("TerminateInstances", &by_id).ok();
    assert_eq!(state(&sim, &id), "shutting-down");
    assert_eq!(
        sim.ec2("StartInstances", &by_id).code(),
        "IncorrectInstanceState"
    );
    sim.pass(300);
    assert_eq!(state(&sim, &id), "terminated");
    sim.ec2("TerminateInstances", &by_id).ok();
    sim.pass(600_000);
    assert_eq!(
        sim.ec2("DescribeInstances", &by_id).code(),
        "InvalidInstanceID.NotFound"
    );
}

#[test]
fn type_and_user_data_change_when_stopped() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let id = sim.launch(&subnet, &[]).ok().text("instanceId");
    sim.pass(300);
    let kind = [
        ("InstanceId", id.as_str()),
        ("InstanceType.Value", "t3.large"),
    ];
    assert_eq!(
        sim.ec2("ModifyInstanceAttribute", &kind).code(),
        "IncorrectInstanceState"
    );
    sim.ec2("StopInstances", &[("InstanceId.1", &id)]).ok();
    sim.pass(300);
    sim.ec2("ModifyInstanceAttribute", &kind).ok();
    sim.ec2(
        "ModifyInstanceAttribute",
        &[("InstanceId", &id), ("UserData.Value", "aGVsbG8=")],
    )
    .ok();
    let attribute = |name| {
        sim.ec2(
            "DescribeInstanceAttribute",
            &[("InstanceId", &id), ("Attribute", name)],
        )
        .ok()
        .text("value")
    };
    assert_eq!(
        (
            attribute("instanceType").as_str(),
            attribute("userData").as_str()
        ),
        ("t3.large", "aGVsbG8=")
    );
    let arm = [
        ("InstanceId", id.as_str()),
        ("InstanceType.Value", "t4g.large"),
    ];
    assert_eq!(
        sim.ec2("ModifyInstanceAttribute", &arm).code(),
        "InvalidParameterValue"
    );
}

#[test]
fn a_volume_passes_through_its_states() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let instance = sim.launch(&subnet, &[]).ok().text("instanceId");
    sim.pass(300);
    let id = sim.get(
        "CreateVolume",
        &[("AvailabilityZone", "us-west-2a"), ("Size", "1")],
        "volumeId",
    );
    let status = || {
        sim.ec2("DescribeVolumes", &[("VolumeId.1", &id)])
            .ok()
            .all("status")
    };
    let attach = [
        ("VolumeId", id.as_str()),
        ("InstanceId", &instance),
        ("Device", "/dev/sdf"),
    ];
    assert_eq!(status(), ["creating"]);
    assert_eq!(sim.ec2("AttachVolume", &attach).code(), "IncorrectState");
    sim.pass(100);
    assert_eq!(status(), ["available"]);
    sim.ec2("AttachVolume", &attach).ok();
    assert_eq!(status(), ["in-use", "attaching"]);
    sim.pass(100);
    assert_eq!(status(), ["in-use", "attached"]);
    sim.ec2("DetachVolume", &attach[..1]).ok();
    assert_eq!(status(), ["in-use", "detaching"]);
    assert_eq!(sim.ec2("DeleteVolume", &attach[..1]).code(), "VolumeInUse");
    sim.pass(100);
    sim.ec2("DeleteVolume", &attach[..1]).ok();
    assert_eq!(status(), ["deleting"]);
    sim.pass(100);
    assert_eq!(
        sim.ec2("DescribeVolumes", &[("VolumeId.1", &id)]).code(),
        "InvalidVolume.NotFound"
    );
}

#[test]
fn a_volume_grows_in_place_four_times_in_a_day() {
    let sim = Sim::start(|config| config.timing.modification_window_ms = 24 * 3_600_000);
    let id = sim.get(
        "CreateVolume",
        &[
            ("AvailabilityZone", "us-west-2a"),
            ("Size", "10"),
            ("VolumeType", "gp3"),
        ],
        "volumeId",
    );
    sim.pass(100);
    let modify = |size: &str| sim.ec2("ModifyVolume", &[("VolumeId", &id), ("Size", size)]);
    assert_eq!(modify("9").code(), "InvalidParameterValue");
    assert_eq!(modify("20").ok().text("modificationState"), "modifying");
    assert_eq!(modify("30").code(), "IncorrectModificationState");
    let state = || {
        sim.get(
            "DescribeVolumesModifications",
            &[("VolumeId.1", &id)],
            "modificationState",
        )
    };
    sim.pass(100);
    assert_eq!(state(), "optimizing");
    assert_eq!(
        sim.get("DescribeVolumes", &[("VolumeId.1", &id)], "size"),
        "20"
    );
    sim.pass(100);
    assert_eq!(state(), "completed");
    for size in ["30", "40", "50"] {
        modify(size).ok();
        sim.pass(100);
        assert_eq!(state(), "optimizing");
        sim.pass(100);
        assert_eq!(state(), "completed");
    }
    assert_eq!(modify("60").code(), "VolumeModificationRateExceeded");
    // The first no longer counts.
    sim.pass(24 * 3_600_000 - 700);
    modify("60").ok();
}

#[test]
fn networks_and_snapshots_take_their_time() {
    let sim = Sim::start(|_| ());
    let (vpc, subnet) = sim.network();
    let vpc_state = || sim.get("DescribeVpcs", &[("VpcId.1", &vpc)], "state");
    assert_eq!(vpc_state(), "pending");
    sim.pass(50);
    assert_eq!(vpc_state(), "available");
    assert_eq!(
        sim.get("DescribeSubnets", &[("SubnetId.1", &subnet)], "state"),
        "available"
    );
    let nat = sim.get(
        "CreateNatGateway",
        &[("SubnetId", &subnet), ("ConnectivityType", "private")],
        "natGatewayId",
    );
    let nat_state = || sim.get("DescribeNatGateways", &[("NatGatewayId.1", &nat)], "state");
    assert_eq!(nat_state(), "pending");
    assert_eq!(
        sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).code(),
        "DependencyViolation"
    );
    sim.pass(500);
    assert_eq!(nat_state(), "available");
    sim.ec2("DeleteNatGateway", &[("NatGatewayId", &nat)]).ok();
    assert_eq!(nat_state(), "deleting");
    sim.pass(500);
    assert_eq!(nat_state(), "deleted");
    sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).ok();
}

#[test]
fn a_public_nat_gateway_needs_a_way_to_the_internet() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let address = sim.get("AllocateAddress", &[], "allocationId");
    let nat = sim.get(
        "CreateNatGateway",
        &[("SubnetId", &subnet), ("AllocationId", &address)],
        "natGatewayId",
    );
    sim.pass(500);
    let shown = sim
        .ec2("DescribeNatGateways", &[("NatGatewayId.1", &nat)])
        .ok();
    assert_eq!(
        (shown.text("state"), shown.text("failureCode")),
        ("failed".to_owned(), "Gateway.NotAttached".to_owned())
    );
    sim.ec2("ReleaseAddress", &[("AllocationId", &address)])
        .ok();
}

#[test]
fn volumes_follow_their_instance_as_they_were_told() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let devices = [
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdf"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "3"),
        ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "false"),
    ];
    let id = sim.launch(&subnet, &devices).ok().text("instanceId");
    assert_eq!(sim.handle().entities("volume").len(), 2);
    sim.pass(300);
    sim.ec2("TerminateInstances", &[("InstanceId.1", &id)]).ok();
    sim.pass(300);
    let left = sim.ec2("DescribeVolumes", &[]).ok();
    assert_eq!(
        (left.all("size"), left.all("status")),
        (vec!["3".to_owned()], vec!["available".to_owned()])
    );
}
