"""Images made of an instance, copied between regions, and deregistered with their snapshots."""

import pytest
from helpers import FAST, Network, refused, tags


@pytest.fixture
def network(ec2):
    network = Network(ec2, "10.8.0.0/16")
    yield network
    network.remove()


def wait(ec2, *images):
    ec2.get_waiter("image_available").wait(ImageIds=list(images), WaiterConfig=FAST)


def described(ec2, image):
    return ec2.describe_images(ImageIds=[image])["Images"][0]


def test_life_of_an_image(cloud, ec2, network, image):
    instance = network.launch(image)
    with refused("InvalidAMIName.Malformed"):
        ec2.create_image(InstanceId=instance, Name="a:b")
    base = ec2.create_image(
        InstanceId=instance,
        Name="base",
        Description="the base",
        NoReboot=True,
        TagSpecifications=tags("image", stage="test") + tags("snapshot", of="base"),
    )["ImageId"]
    with refused("InvalidAMIName.Duplicate"):
        ec2.create_image(InstanceId=instance, Name="base")
    wait(ec2, base)
    seen = described(ec2, base)
    assert (seen["Name"], seen["SourceInstanceId"], seen["State"]) == ("base", instance, "available")
    assert seen["Tags"] == [{"Key": "stage", "Value": "test"}]
    [disk] = seen["BlockDeviceMappings"]
    snapshot = disk["Ebs"]["SnapshotId"]
    mine = ec2.describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": ["ba*"]}])["Images"]
    assert [one["ImageId"] for one in mine] == [base]
    with refused("InvalidSnapshot.InUse"):
        ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.modify_image_attribute(ImageId=base, Description={"Value": "another"})
    assert described(ec2, base)["Description"] == "another"
    second = network.launch(base)
    assert ec2.describe_instances(InstanceIds=[second])["Reservations"][0]["Instances"][0]["ImageId"] == base

    there = cloud.client("ec2", "eu-central-1")
    order = {"Name": "base", "SourceRegion": "us-west-2", "SourceImageId": base, "ClientToken": "copy-of-base"}
    copy = there.copy_image(**order)["ImageId"]
    assert there.copy_image(**order)["ImageId"] == copy
    with refused("IdempotentParameterMismatch"):
        there.copy_image(**{**order, "Name": "other"})
    wait(there, copy)
    assert described(there, copy)["SourceImageId"] == base
    there.deregister_image(ImageId=copy, DeleteAssociatedSnapshots=True)

    gone = ec2.deregister_image(ImageId=base, DeleteAssociatedSnapshots=True)
    assert gone["DeleteSnapshotResults"] == [{"SnapshotId": snapshot, "ReturnCode": "success"}]
    with refused("InvalidAMIID.Unavailable"):
        ec2.deregister_image(ImageId=base)
    with refused("InvalidSnapshot.NotFound"):
        ec2.describe_snapshots(SnapshotIds=[snapshot])
    network.terminate(instance, second)


def test_images_of_others_cannot_be_changed(ec2, image):
    with refused("AuthFailure"):
        ec2.deregister_image(ImageId=image)
    with refused("AuthFailure"):
        ec2.modify_image_attribute(ImageId=image, Description={"Value": "mine"})
