//! Wrong requests and quotas.

use crate::client::{Request, Sim, instant};

#[test]
fn what_is_not_there_is_said_in_awss_words() {
    let sim = instant();
    for (action, parameter, id, code) in [
        (
            "DescribeVpcs",
            "VpcId.1",
            "vpc-0123456789abcdef0",
            "InvalidVpcID.NotFound",
        ),
        (
            "DescribeSubnets",
            "SubnetId.1",
            "subnet-01234567",
            "InvalidSubnetID.NotFound",
        ),
        (
            "DescribeInstances",
            "InstanceId.1",
            "i-01234567",
            "InvalidInstanceID.NotFound",
        ),
        (
            "DescribeInstances",
            "InstanceId.1",
            "web-1",
            "InvalidInstanceID.Malformed",
        ),
        (
            "DescribeVolumes",
            "VolumeId.1",
            "vol-01234567",
            "InvalidVolume.NotFound",
        ),
        (
            "DescribeSnapshots",
            "SnapshotId.1",
            "snap-01234567",
            "InvalidSnapshot.NotFound",
        ),
        (
            "DescribeSecurityGroups",
            "GroupId.1",
            "sg-01234567",
            "InvalidGroup.NotFound",
        ),
        (
            "DescribeRouteTables",
            "RouteTableId.1",
            "rtb-01234567",
            "InvalidRouteTableID.NotFound",
        ),
        (
            "DescribeInternetGateways",
            "InternetGatewayId.1",
            "igw-01234567",
            "InvalidInternetGatewayID.NotFound",
        ),
        (
            "DescribeNatGateways",
            "NatGatewayId.1",
            "nat-01234567",
            "NatGatewayNotFound",
        ),
        (
            "DescribeAddresses",
            "AllocationId.1",
            "eipalloc-01234567",
            "InvalidAllocationID.NotFound",
        ),
        (
            "DescribeImages",
            "ImageId.1",
            "ami-01234567",
            "InvalidAMIID.NotFound",
        ),
        (
            "DescribeKeyPairs",
            "KeyName.1",
            "nobody",
            "InvalidKeyPair.NotFound",
        ),
        (
            "DescribeInstanceTypes",
            "InstanceType.1",
            "z9.huge",
            "InvalidInstanceType",
        ),
    ] {
        assert_eq!(sim.ec2(action, &[(parameter, id)]).code(), code, "{action}");
    }
}

#[test]
fn what_the_simulator_does_not_know_is_never_ignored() {
    let sim = instant();
    assert_eq!(sim.ec2("CreateWormhole", &[]).code(), "InvalidAction");
    let odd = [("CidrBlock", "10.0.0.0/16"), ("Colour", "red")];
    assert_eq!(sim.ec2("CreateVpc", &odd).code(), "UnknownParameter");
    assert_eq!(sim.handle().left_over().len(), 0);
    assert_eq!(sim.ec2("CreateVpc", &[]).code(), "MissingParameter");
    assert_eq!(
        sim.ec2(
            "CreateVpc",
            &[("CidrBlock", "10.0.0.0/16"), ("DryRun", "true")]
        )
        .code(),
        "DryRunOperation"
    );
    let old = Request::form("ec2", "Action=DescribeVpcs&Version=2010-01-01".to_owned());
    assert_eq!(sim.send(&old).code(), "NoSuchVersion");
    assert_eq!(sim.handle().requests()["unknown"], 1);
}

#[test]
fn quotas_are_the_accounts() {
    let sim = instant();
    for n in 1..5 {
        sim.ec2("CreateVpc", &[("CidrBlock", &format!("10.{n}.0.0/16"))])
            .ok();
    }
    assert_eq!(
        sim.ec2("CreateVpc", &[("CidrBlock", "10.5.0.0/16")]).code(),
        "VpcLimitExceeded"
    );
    for _ in 0..5 {
        sim.ec2("AllocateAddress", &[]).ok();
    }
    assert_eq!(
        sim.ec2("AllocateAddress", &[]).code(),
        "AddressLimitExceeded"
    );
    let small = Sim::start(|config| config.quotas.vcpus = 5);
    let (_, subnet) = small.network();
    assert_eq!(small.launch(&subnet, &[("MinCount", "1")]).status, 200);
    let image = small.image();
    let three = [
        ("ImageId", image.as_str()),
        ("InstanceType", "t3.micro"),
        ("MinCount", "2"),
        ("MaxCount", "2"),
        ("SubnetId", &subnet),
    ];
    assert_eq!(
        small.ec2("RunInstances", &three).code(),
        "VcpuLimitExceeded"
    );
}

#[test]
fn launches_are_checked_as_a_whole() {
    let sim = instant();
    let (_, subnet) = sim.network();
    for (code, more) in [
        ("InvalidParameterValue", ("UserData", "not base64!")),
        (
            "InvalidParameterValue",
            ("MetadataOptions.HttpTokens", "sometimes"),
        ),
        (
            "InvalidParameterCombination",
            ("NetworkInterface.1.DeviceIndex", "0"),
        ),
        (
            "InvalidBlockDeviceMapping",
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "4"),
        ),
    ] {
        let root = ("BlockDeviceMapping.1.DeviceName", "/dev/sda1");
        let more = if more.0.starts_with("Block") {
            vec![root, more]
        } else {
            vec![more]
        };
        assert_eq!(sim.launch(&subnet, &more).code(), code, "{more:?}");
    }
    assert_eq!(sim.handle().entities("instance").len(), 0);
    assert_eq!(sim.handle().entities("volume").len(), 0);
    assert_eq!(sim.handle().entities("network-interface").len(), 0);
}
