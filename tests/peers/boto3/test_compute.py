"""Instances, key pairs, instance types, images."""

import base64
import hashlib

import pytest
from helpers import FAST, Network, refused, tags


@pytest.fixture
def network(ec2):
    network = Network(ec2, "10.2.0.0/16")
    yield network
    network.remove()


def described(ec2, instance):
    return ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]


def test_life_of_an_instance(ec2, network, image):
    instance = network.launch(
        image,
        UserData="#!/bin/sh\necho hello\n",
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        DisableApiTermination=True,
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "Encrypted": True}},
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5, "DeleteOnTermination": False}},
        ],
        TagSpecifications=tags("instance", Name="one") + tags("volume", Name="disk"),
    )
    shown = described(ec2, instance)
    assert shown["State"]["Name"] == "running"
    assert shown["MetadataOptions"]["HttpTokens"] == "required"
    devices = {d["DeviceName"]: d["Ebs"] for d in shown["BlockDeviceMappings"]}
    assert devices["/dev/sda1"]["DeleteOnTermination"] is True
    volumes = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"]
    assert sorted(v["Size"] for v in volumes) == [5, 20]
    assert all(v["Tags"] == [{"Key": "Name", "Value": "disk"}] for v in volumes)
    data = ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data) == b"#!/bin/sh\necho hello\n"
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=[instance], WaiterConfig=FAST)

    with refused("OperationNotPermitted"):
        ec2.terminate_instances(InstanceIds=[instance])
    with refused("IncorrectInstanceState"):
        ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    ec2.stop_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance], WaiterConfig=FAST)
    ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    ec2.modify_instance_attribute(InstanceId=instance, UserData={"Value": b"changed"})
    ec2.start_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=FAST)
    assert described(ec2, instance)["InstanceType"] == "t3.small"
    ec2.modify_instance_metadata_options(InstanceId=instance, HttpTokens="optional")
    ec2.monitor_instances(InstanceIds=[instance])
    ec2.reboot_instances(InstanceIds=[instance])
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    network.terminate(instance)
    assert described(ec2, instance)["State"]["Name"] == "terminated"
    kept = devices["/dev/sdf"]["VolumeId"]
    assert ec2.describe_volumes(VolumeIds=[kept])["Volumes"][0]["State"] == "available"
    with refused("InvalidVolume.NotFound"):
        ec2.describe_volumes(VolumeIds=[devices["/dev/sda1"]["VolumeId"]])
    ec2.delete_volume(VolumeId=kept)
    ec2.get_waiter("volume_deleted").wait(VolumeIds=[kept], WaiterConfig=FAST)


def test_one_token_one_launch(ec2, network, image):
    launch = {
        "ImageId": image,
        "InstanceType": "t3.nano",
        "MinCount": 2,
        "MaxCount": 2,
        "SubnetId": network.subnet,
        "ClientToken": "two-of-them",
    }
    first = [i["InstanceId"] for i in ec2.run_instances(**launch)["Instances"]]
    second = [i["InstanceId"] for i in ec2.run_instances(**launch)["Instances"]]
    assert first == second and len(first) == 2
    with refused("IdempotentParameterMismatch"):
        ec2.run_instances(**{**launch, "InstanceType": "t3.small"})
    ec2.get_waiter("instance_running").wait(InstanceIds=first, WaiterConfig=FAST)
    network.terminate(*first)
    with refused("IdempotentInstanceTerminated"):
        ec2.run_instances(**launch)


def test_wrong_launches(ec2, network, image):
    launch = {"ImageId": image, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1, "SubnetId": network.subnet}
    for code, change in [
        ("InvalidAMIID.NotFound", {"ImageId": "ami-00000000000000000"}),
        ("InvalidAMIID.Malformed", {"ImageId": "image"}),
        ("InvalidParameterValue", {"InstanceType": "t9.nano"}),
        ("InvalidKeyPair.NotFound", {"KeyName": "nobody"}),
        ("InvalidSubnetID.NotFound", {"SubnetId": "subnet-00000000"}),
        ("InvalidGroup.NotFound", {"SecurityGroupIds": ["sg-00000000"]}),
    ]:
        with refused(code):
            ec2.run_instances(**{**launch, **change})
    with refused("DryRunOperation"):
        ec2.run_instances(**launch, DryRun=True)


def test_public_address_comes_and_goes(ec2, network, image):
    ec2.modify_subnet_attribute(SubnetId=network.subnet, MapPublicIpOnLaunch={"Value": True})
    instance = network.launch(image)
    before = described(ec2, instance)["PublicIpAddress"]
    ec2.stop_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance], WaiterConfig=FAST)
    assert "PublicIpAddress" not in described(ec2, instance)
    ec2.start_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=FAST)
    assert described(ec2, instance)["PublicIpAddress"] != before
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=network.group)
    ports = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    assert ports["NetworkInterfaces"][0]["Groups"][0]["GroupId"] == network.group
    network.terminate(instance)


def test_pages(ec2, network, image):
    launched = ec2.run_instances(
        ImageId=image, InstanceType="t3.nano", MinCount=12, MaxCount=12, SubnetId=network.subnet
    )["Instances"]
    ids = sorted(i["InstanceId"] for i in launched)
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[{"Name": "subnet-id", "Values": [network.subnet]}, {"Name": "instance-state-name", "Values": ["pending", "running"]}],
        PaginationConfig={"PageSize": 5},
    )
    sizes, found = [], []
    for page in pages:
        here = [i["InstanceId"] for r in page["Reservations"] for i in r["Instances"]]
        sizes.append(len(here))
        found += here
    assert sizes == [5, 5, 2] and sorted(found) == ids
    with refused("InvalidParameterValue"):
        ec2.describe_instances(MaxResults=4)
    with refused("InvalidParameterCombination"):
        ec2.describe_instances(MaxResults=5, InstanceIds=ids)
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=FAST)
    network.terminate(*ids)


def test_key_pairs(ec2):
    blob = bytes.fromhex("0000000b7373682d6564323535313900000020") + bytes(range(32))
    line = b"ssh-ed25519 " + base64.b64encode(blob) + b" me@here"
    key = ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=line, TagSpecifications=tags("key-pair", Name="k"))
    assert key["KeyFingerprint"] == base64.b64encode(hashlib.sha256(blob).digest()).decode()
    with refused("InvalidKeyPair.Duplicate"):
        ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=line)
    with refused("InvalidKey.Format"):
        ec2.import_key_pair(KeyName="other", PublicKeyMaterial=b"no key")
    shown = ec2.describe_key_pairs(KeyNames=["mine"], IncludePublicKey=True)["KeyPairs"][0]
    assert shown["PublicKey"] == line.decode() and shown["KeyType"] == "ed25519"
    made = ec2.create_key_pair(KeyName="made", KeyType="ed25519")
    assert made["KeyMaterial"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    ec2.delete_key_pair(KeyName="mine")
    ec2.delete_key_pair(KeyPairId=made["KeyPairId"])
    ec2.delete_key_pair(KeyName="never was")
    with refused("InvalidKeyPair.NotFound"):
        ec2.describe_key_pairs(KeyNames=["mine"])


def test_catalogue(ec2):
    kinds = [k for p in ec2.get_paginator("describe_instance_types").paginate() for k in p["InstanceTypes"]]
    by_name = {kind["InstanceType"]: kind for kind in kinds}
    assert by_name["m5.xlarge"]["VCpuInfo"]["DefaultVCpus"] == 4
    assert by_name["c5.9xlarge"]["MemoryInfo"]["SizeInMiB"] == 72 * 1024
    with refused("InvalidInstanceType"):
        ec2.describe_instance_types(InstanceTypes=["m5.tiny"])
    offers = ec2.describe_instance_type_offerings(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}]
    )["InstanceTypeOfferings"]
    assert [o["Location"] for o in offers] == [f"us-west-2{z}" for z in "abcd"]
    for owner, name in [("amazon", "al2023-*"), ("099720109477", "*jammy*amd64*"), ("136693071363", "debian-12-amd64*")]:
        images = ec2.describe_images(Owners=[owner], Filters=[{"Name": "name", "Values": [name]}])["Images"]
        assert images and all(image["State"] == "available" for image in images)


def test_profiles_and_placement_groups(ec2, network, image):
    ec2.create_placement_group(GroupName="near", Strategy="spread", TagSpecifications=tags("placement-group", Name="near"))
    with refused("InvalidPlacementGroup.Duplicate"):
        ec2.create_placement_group(GroupName="near", Strategy="spread")
    instance = network.launch(image, IamInstanceProfile={"Name": "web"}, Placement={"GroupName": "near"})
    shown = described(ec2, instance)
    assert shown["IamInstanceProfile"]["Arn"] == "arn:aws:iam::123456789012:instance-profile/web"
    assert shown["Placement"]["GroupName"] == "near"
    by_instance = [{"Name": "instance-id", "Values": [instance]}]
    before = ec2.describe_iam_instance_profile_associations(Filters=by_instance)["IamInstanceProfileAssociations"][0]
    with refused("IncorrectState"):
        ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": "db"})
    after = ec2.replace_iam_instance_profile_association(
        AssociationId=before["AssociationId"], IamInstanceProfile={"Name": "db"}
    )["IamInstanceProfileAssociation"]
    assert after["IamInstanceProfile"]["Arn"].endswith("/db")
    ec2.disassociate_iam_instance_profile(AssociationId=after["AssociationId"])
    assert "IamInstanceProfile" not in described(ec2, instance)
    with refused("InvalidPlacementGroup.InUse"):
        ec2.delete_placement_group(GroupName="near")
    network.terminate(instance)
    ec2.delete_placement_group(GroupName="near")
    with refused("InvalidPlacementGroup.Unknown"):
        ec2.describe_placement_groups(GroupNames=["near"])
