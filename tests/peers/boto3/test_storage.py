"""Volumes and snapshots, those written block by block included."""

import base64
import hashlib

import pytest
from helpers import FAST, Network, refused, tags

BLOCK = 524288


@pytest.fixture
def network(ec2):
    network = Network(ec2, "10.3.0.0/16")
    yield network
    network.remove()


def test_life_of_a_volume(ec2, network, image):
    instance = network.launch(image)
    volume = ec2.create_volume(
        AvailabilityZone="us-west-2a",
        Size=10,
        VolumeType="gp3",
        Iops=4000,
        Throughput=250,
        Encrypted=True,
        TagSpecifications=tags("volume", Name="data"),
        ClientToken="data-volume",
    )["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=FAST)
    elsewhere = ec2.create_volume(AvailabilityZone="us-west-2b", Size=1)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[elsewhere], WaiterConfig=FAST)
    with refused("InvalidVolume.ZoneMismatch"):
        ec2.attach_volume(VolumeId=elsewhere, InstanceId=instance, Device="/dev/sdg")
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume], WaiterConfig=FAST)
    with refused("VolumeInUse"):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdh")
    with refused("VolumeInUse"):
        ec2.delete_volume(VolumeId=volume)
    with refused("InvalidParameterValue"):
        ec2.modify_volume(VolumeId=volume, Size=9)
    change = ec2.modify_volume(VolumeId=volume, Size=20)["VolumeModification"]
    assert (change["OriginalSize"], change["TargetSize"]) == (10, 20)
    while True:
        change = ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][0]
        if change["ModificationState"] == "completed":
            break
    assert ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Size"] == 20
    assert ec2.describe_volume_status(VolumeIds=[volume])["VolumeStatuses"][0]["VolumeStatus"]["Status"] == "ok"
    ec2.detach_volume(VolumeId=volume)
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=FAST)
    for id in (volume, elsewhere):
        ec2.delete_volume(VolumeId=id)
        ec2.get_waiter("volume_deleted").wait(VolumeIds=[id], WaiterConfig=FAST)
    network.terminate(instance)


def test_snapshot_of_a_volume(cloud, ec2):
    volume = ec2.create_volume(AvailabilityZone="us-west-2a", Size=4)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=FAST)
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="before", TagSpecifications=tags("snapshot", Name="s"))
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot["SnapshotId"]], WaiterConfig=FAST)
    with refused("InvalidParameterValue"):
        ec2.create_volume(AvailabilityZone="us-west-2a", Size=3, SnapshotId=snapshot["SnapshotId"])
    there = cloud.client("ec2", "eu-central-1")
    copy = there.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=snapshot["SnapshotId"])["SnapshotId"]
    there.get_waiter("snapshot_completed").wait(SnapshotIds=[copy], WaiterConfig=FAST)
    there.delete_snapshot(SnapshotId=copy)
    ec2.delete_volume(VolumeId=volume)
    mine = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "tag:Name", "Values": ["s"]}])["Snapshots"]
    assert [s["VolumeSize"] for s in mine] == [4]
    ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
    with refused("InvalidSnapshot.NotFound"):
        ec2.describe_snapshots(SnapshotIds=[snapshot["SnapshotId"]])


def put(ebs, snapshot, index, data):
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return ebs.put_snapshot_block(
        SnapshotId=snapshot,
        BlockIndex=index,
        BlockData=data,
        DataLength=len(data),
        Checksum=checksum,
        ChecksumAlgorithm="SHA256",
    )


def test_snapshot_written_block_by_block(cloud, ec2):
    ebs = cloud.client("ebs")
    start = {"VolumeSize": 1, "ClientToken": "swap-1", "Tags": [{"Key": "Name", "Value": "swap"}]}
    snapshot = ebs.start_snapshot(**start)["SnapshotId"]
    assert ebs.start_snapshot(**start)["SnapshotId"] == snapshot
    with refused("ConflictException"):
        ebs.start_snapshot(**{**start, "VolumeSize": 2})
    data = b"swap" + bytes(BLOCK - 8) + b"tail"
    put(ebs, snapshot, 0, data)
    with refused("ValidationException"):
        put(ebs, snapshot, 2048, data)
    with refused("ValidationException"):
        put(ebs, snapshot, 1, b"short")
    with refused("ValidationException"):
        ebs.put_snapshot_block(
            SnapshotId=snapshot, BlockIndex=1, BlockData=data, DataLength=BLOCK, Checksum="AAAA", ChecksumAlgorithm="SHA256"
        )
    with refused("ValidationException"):
        ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=2)
    ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=1)
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=FAST)

    blocks = ebs.list_snapshot_blocks(SnapshotId=snapshot)["Blocks"]
    assert [block["BlockIndex"] for block in blocks] == [0]
    block = ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=0, BlockToken=blocks[0]["BlockToken"])
    assert block["BlockData"].read() == data

    child = ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=snapshot)["SnapshotId"]
    put(ebs, child, 7, bytes(BLOCK - 1) + b"7")
    ebs.complete_snapshot(SnapshotId=child, ChangedBlocksCount=1)
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[child], WaiterConfig=FAST)
    changed = ebs.list_changed_blocks(FirstSnapshotId=snapshot, SecondSnapshotId=child)["ChangedBlocks"]
    assert [block["BlockIndex"] for block in changed] == [7]

    volume = ec2.create_volume(AvailabilityZone="us-west-2a", SnapshotId=child, VolumeType="gp3")
    assert volume["Size"] == 1
    for id in (snapshot, child):
        ec2.delete_snapshot(SnapshotId=id)
    with refused("ResourceNotFoundException"):
        ebs.list_snapshot_blocks(SnapshotId=child)
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume["VolumeId"]], WaiterConfig=FAST)
    ec2.delete_volume(VolumeId=volume["VolumeId"])


def test_encryption(ec2):
    zone = "us-west-2a"
    with refused("InvalidParameterDependency"):
        ec2.create_volume(AvailabilityZone=zone, Size=1, KmsKeyId="alias/mine")
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1, Encrypted=True, KmsKeyId="alias/mine")
    assert volume["KmsKeyId"].startswith("arn:aws:kms:us-west-2:123456789012:key/")
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume["VolumeId"]], WaiterConfig=FAST)
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])
    assert (snapshot["Encrypted"], snapshot["KmsKeyId"]) == (True, volume["KmsKeyId"])
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot["SnapshotId"]], WaiterConfig=FAST)
    restored = ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot["SnapshotId"])
    assert (restored["Encrypted"], restored["KmsKeyId"]) == (True, volume["KmsKeyId"])
    ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
    ec2.get_waiter("volume_available").wait(VolumeIds=[restored["VolumeId"]], WaiterConfig=FAST)
    for id in (volume["VolumeId"], restored["VolumeId"]):
        ec2.delete_volume(VolumeId=id)
