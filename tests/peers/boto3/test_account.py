"""The account, its credentials, tags and filters, and what survives a killed simulator."""

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from conftest import Cloud
from helpers import refused, tags


def test_identity_and_places(cloud, ec2):
    assert cloud.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert "us-west-2" in [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    zones = ec2.describe_availability_zones(Filters=[{"Name": "state", "Values": ["available"]}])["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == [f"us-west-2{letter}" for letter in "abcd"]
    attributes = ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    default = attributes[0]["AttributeValues"][0]["AttributeValue"]
    assert ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"] == default


def test_wrong_credentials(cloud):
    with refused("AuthFailure"):
        cloud.client("ec2", access_key="AKIANOBODY").describe_vpcs()
    with refused("SignatureDoesNotMatch"):
        cloud.client("ec2", secret_key="wrong").describe_vpcs()
    with refused("InvalidClientTokenId"):
        cloud.client("sts", access_key="AKIANOBODY").get_caller_identity()
    with refused("InvalidSignatureException"):
        cloud.client("ebs", secret_key="wrong").start_snapshot(VolumeSize=1)


def test_tags(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    listed = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc]}])["Tags"]
    assert [(tag["Key"], tag["ResourceType"]) for tag in listed] == [("a", "vpc"), ("b", "vpc")]
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a"}, {"Key": "b", "Value": "other"}])
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == [{"Key": "b", "Value": "2"}]
    with refused("InvalidParameterValue"):
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "aws:x", "Value": "1"}])
    with refused("TagLimitExceeded"):
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
    with refused("InvalidParameterValue"):
        ec2.describe_vpcs(Filters=[{"Name": "colour", "Values": ["red"]}])
    ec2.delete_vpc(VpcId=vpc)


def test_regions_are_apart(cloud, ec2):
    there = cloud.client("ec2", "eu-central-1")
    vpc = there.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    with refused("InvalidVpcID.NotFound"):
        ec2.describe_vpcs(VpcIds=[vpc])
    there.delete_vpc(VpcId=vpc)


def test_a_killed_simulator_forgets_nothing(tmp_path):
    state = tmp_path / "state.jsonl"
    cloud = Cloud(state)
    vpcs = [cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags("vpc", n=str(n))) for n in range(3)]
    cloud.kill()
    cloud = Cloud(state)
    found = cloud.client("ec2").describe_vpcs(VpcIds=[vpc["Vpc"]["VpcId"] for vpc in vpcs])["Vpcs"]
    assert sorted(vpc["Tags"][0]["Value"] for vpc in found) == ["0", "1", "2"]
    cloud.kill()


def test_chaos_meets_the_sdks_retries(tmp_path):
    cloud = Cloud(tmp_path / "state.jsonl", "--chaos", "throttle@1,error@2,stop=5")
    with refused("RequestLimitExceeded"):
        cloud.client("ec2").describe_vpcs()
    ec2 = cloud.client("ec2", attempts=3)
    assert ec2.describe_vpcs()["Vpcs"]
    assert ec2.describe_vpcs()["Vpcs"]
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        cloud.client("ec2").describe_vpcs()
    cloud.kill()
