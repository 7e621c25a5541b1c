"""Launch templates and placement groups."""

import base64

import pytest
from helpers import FAST, Network, refused, tags


@pytest.fixture
def network(ec2):
    network = Network(ec2, "10.7.0.0/16")
    yield network
    network.remove()


def test_versions_of_a_template(ec2, image):
    data = {
        "ImageId": image,
        "InstanceType": "t3.micro",
        "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "Encrypted": True}}],
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}],
        "IamInstanceProfile": {"Name": "web"},
        "Placement": {"Tenancy": "default"},
        "TagSpecifications": tags("instance", stage="test"),
    }
    wanted = {
        "LaunchTemplateName": "web",
        "LaunchTemplateData": data,
        "VersionDescription": "first",
        "ClientToken": "web",
        "TagSpecifications": tags("launch-template", team="desk"),
    }
    made = ec2.create_launch_template(**wanted)["LaunchTemplate"]
    template = made["LaunchTemplateId"]
    assert (made["DefaultVersionNumber"], made["LatestVersionNumber"]) == (1, 1)
    assert ec2.create_launch_template(**wanted)["LaunchTemplate"]["LaunchTemplateId"] == template
    with refused("InvalidLaunchTemplateName.AlreadyExistsException"):
        ec2.create_launch_template(**{**wanted, "ClientToken": "other"})
    shown = ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=["$Latest"])
    assert shown["LaunchTemplateVersions"][0]["LaunchTemplateData"] == data
    larger = ec2.create_launch_template_version(
        LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.large"}
    )["LaunchTemplateVersion"]
    assert larger["LaunchTemplateData"] == {**data, "InstanceType": "t3.large"}
    assert larger["DefaultVersion"] is False
    ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    defaults = ec2.describe_launch_template_versions(Versions=["$Default"])["LaunchTemplateVersions"]
    assert [version["VersionNumber"] for version in defaults] == [2]
    done = ec2.delete_launch_template_versions(LaunchTemplateName="web", Versions=["1", "2", "3"])
    assert [one["VersionNumber"] for one in done["SuccessfullyDeletedLaunchTemplateVersions"]] == [1]
    kept = [one["ResponseError"]["Code"] for one in done["UnsuccessfullyDeletedLaunchTemplateVersions"]]
    assert kept == ["unexpectedError", "launchTemplateVersionDoesNotExist"]
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="1")
    found = ec2.describe_launch_templates(Filters=[{"Name": "tag:team", "Values": ["desk"]}])["LaunchTemplates"]
    assert [one["LaunchTemplateName"] for one in found] == ["web"]
    ec2.delete_launch_template(LaunchTemplateId=template)
    with refused("InvalidLaunchTemplateId.NotFound"):
        ec2.describe_launch_templates(LaunchTemplateIds=[template])


def test_launch_from_a_template(ec2, network, image):
    data = {"InstanceType": "t3.nano", "ImageId": image, "TagSpecifications": tags("instance", stage="test", team="desk")}
    ec2.create_launch_template(LaunchTemplateName="small", LaunchTemplateData=data)
    named = {"LaunchTemplate": {"LaunchTemplateName": "small"}, "MinCount": 1, "MaxCount": 1}
    made = ec2.run_instances(
        **named, SubnetId=network.subnet, InstanceType="t3.micro", TagSpecifications=tags("instance", stage="live")
    )["Instances"][0]
    assert (made["InstanceType"], made["ImageId"]) == ("t3.micro", image)
    labels = {tag["Key"]: tag["Value"] for tag in made["Tags"] if not tag["Key"].startswith("aws:")}
    assert labels == {"stage": "live", "team": "desk"}
    ec2.get_waiter("instance_running").wait(InstanceIds=[made["InstanceId"]], WaiterConfig=FAST)
    with refused("InvalidLaunchTemplateName.NotFoundException"):
        ec2.run_instances(LaunchTemplate={"LaunchTemplateName": "none"}, MinCount=1, MaxCount=1)
    network.terminate(made["InstanceId"])
    ec2.delete_launch_template(LaunchTemplateName="small")


def test_placement_group(ec2, network, image):
    made = ec2.create_placement_group(
        GroupName="apart", Strategy="partition", PartitionCount=3, TagSpecifications=tags("placement-group", a="b")
    )["PlacementGroup"]
    assert (made["State"], made["PartitionCount"]) == ("available", 3)
    with refused("InvalidPlacementGroup.Duplicate"):
        ec2.create_placement_group(GroupName="apart", Strategy="spread")
    with refused("InvalidParameterCombination"):
        ec2.create_placement_group(GroupName="other", Strategy="spread", PartitionCount=3)
    instance = network.launch(image, Placement={"GroupName": "apart"})
    with refused("InvalidPlacementGroup.InUse"):
        ec2.delete_placement_group(GroupName="apart")
    network.terminate(instance)
    ec2.delete_placement_group(GroupName="apart")
    with refused("InvalidPlacementGroup.Unknown"):
        ec2.describe_placement_groups(GroupNames=["apart"])
