//! What is in use stays.

use crate::client::instant;

#[test]
fn a_vpc_goes_last() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let delete_vpc = || sim.ec2("DeleteVpc", &[("VpcId", &vpc)]);
    assert_eq!(delete_vpc().code(), "DependencyViolation");
    sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).ok();
    let gateway = sim.get("CreateInternetGateway", &[], "internetGatewayId");
    let pair = [("InternetGatewayId", gateway.as_str()), ("VpcId", &vpc)];
    sim.ec2("AttachInternetGateway", &pair).ok();
    assert_eq!(delete_vpc().code(), "DependencyViolation");
    assert_eq!(
        sim.ec2("DeleteInternetGateway", &pair[..1]).code(),
        "DependencyViolation"
    );
    sim.ec2("DetachInternetGateway", &pair).ok();
    assert_eq!(
        sim.ec2("DetachInternetGateway", &pair).code(),
        "Gateway.NotAttached"
    );
    let table = sim.get("CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    assert_eq!(delete_vpc().code(), "DependencyViolation");
    sim.ec2("DeleteRouteTable", &[("RouteTableId", &table)])
        .ok();
    delete_vpc().ok();
    assert_eq!(delete_vpc().code(), "InvalidVpcID.NotFound");
    sim.ec2("DeleteInternetGateway", &pair[..1]).ok();
    assert_eq!(sim.handle().left_over(), Vec::<serde_json::Value>::new());
}

#[test]
fn a_group_goes_after_its_instances_and_after_those_that_name_it() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let group = |name: &str| {
        sim.get(
            "CreateSecurityGroup",
            &[
                ("GroupName", name),
                ("GroupDescription", "d"),
                ("VpcId", &vpc),
            ],
            "groupId",
        )
    };
    let (web, db) = (group("web"), group("db"));
    let rule = [
        ("GroupId", db.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", "3306"),
        ("IpPermissions.1.ToPort", "3306"),
        ("IpPermissions.1.Groups.1.GroupId", &web),
    ];
    sim.ec2("AuthorizeSecurityGroupIngress", &rule).ok();
    let instance = sim
        .launch(&subnet, &[("SecurityGroupId.1", &db)])
        .ok()
        .text("instanceId");
    let delete = |id: &str| sim.ec2("DeleteSecurityGroup", &[("GroupId", id)]);
    assert_eq!(delete(&web).code(), "DependencyViolation");
    assert_eq!(delete(&db).code(), "DependencyViolation");
    sim.ec2("TerminateInstances", &[("InstanceId.1", &instance)])
        .ok();
    delete(&db).ok();
    delete(&web).ok();
    let default = sim.get(
        "DescribeSecurityGroups",
        &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &vpc)],
        "groupId",
    );
    assert_eq!(delete(&default).code(), "CannotDelete");
}

#[test]
fn volumes_are_attached_once_where_they_are_and_deleted_when_free() {
    let sim = instant();
    let (_, subnet) = sim.network();
    let instance = sim.launch(&subnet, &[]).ok().text("instanceId");
    let volume = |zone: &str| {
        sim.get(
            "CreateVolume",
            &[("AvailabilityZone", zone), ("Size", "1")],
            "volumeId",
        )
    };
    let (here, there) = (volume("us-west-2a"), volume("us-west-2b"));
    let attach = |volume: &str, device: &str| {
        sim.ec2(
            "AttachVolume",
            &[
                ("VolumeId", volume),
                ("InstanceId", &instance),
                ("Device", device),
            ],
        )
    };
    assert_eq!(
        attach(&there, "/dev/sdf").code(),
        "InvalidVolume.ZoneMismatch"
    );
    assert_eq!(attach(&here, "/dev/sda1").code(), "InvalidParameterValue");
    assert_eq!(attach(&here, "disk1").code(), "InvalidParameterValue");
    attach(&here, "/dev/sdf").ok();
    assert_eq!(attach(&here, "/dev/sdg").code(), "VolumeInUse");
    let by_id = [("VolumeId", here.as_str())];
    assert_eq!(sim.ec2("DeleteVolume", &by_id).code(), "VolumeInUse");
    sim.ec2("DetachVolume", &by_id).ok();
    assert_eq!(sim.ec2("DetachVolume", &by_id).code(), "IncorrectState");
    sim.ec2("DeleteVolume", &by_id).ok();
    assert_eq!(
        sim.ec2("DescribeVolumes", &[("VolumeId.1", &here)]).code(),
        "InvalidVolume.NotFound"
    );
    let root = sim.get(
        "DescribeVolumes",
        &[
            ("Filter.1.Name", "attachment.device"),
            ("Filter.1.Value.1", "/dev/sda1"),
        ],
        "volumeId",
    );
    assert_eq!(
        sim.ec2("DetachVolume", &[("VolumeId", &root)]).code(),
        "OperationNotPermitted"
    );
}

#[test]
fn a_key_pair_in_use_can_go_as_on_aws() {
    let sim = instant();
    let (_, subnet) = sim.network();
    sim.ec2("CreateKeyPair", &[("KeyName", "k"), ("KeyType", "ed25519")])
        .ok();
    sim.launch(&subnet, &[("KeyName", "k")]).ok();
    sim.ec2("DeleteKeyPair", &[("KeyName", "k")]).ok();
    assert_eq!(
        sim.launch(&subnet, &[("KeyName", "k")]).code(),
        "InvalidKeyPair.NotFound"
    );
}

#[test]
fn protection_is_taken_off_first() {
    let sim = instant();
    let (_, subnet) = sim.network();
    let id = sim
        .launch(
            &subnet,
            &[
                ("DisableApiTermination", "true"),
                ("DisableApiStop", "true"),
            ],
        )
        .ok()
        .text("instanceId");
    let by_id = [("InstanceId.1", id.as_str())];
    sim.ec2("DescribeInstances", &by_id).ok();
    assert_eq!(
        sim.ec2("StopInstances", &by_id).code(),
        "OperationNotPermitted"
    );
    assert_eq!(
        sim.ec2("TerminateInstances", &by_id).code(),
        "OperationNotPermitted"
    );
    let both = [
        ("InstanceId", id.as_str()),
        ("DisableApiTermination.Value", "false"),
        ("DisableApiStop.Value", "false"),
    ];
    assert_eq!(
        sim.ec2("ModifyInstanceAttribute", &both).code(),
        "InvalidParameterCombination"
    );
    sim.ec2("ModifyInstanceAttribute", &both[..2]).ok();
    sim.ec2("TerminateInstances", &by_id).ok();
}
