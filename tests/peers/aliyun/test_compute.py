"""ECS: one of each kind, created, described, changed and deleted."""

import json

import pytest
from alibabacloud_ecs20140526 import models
from conftest import IMAGE, REGION, ZONE
from network import Network

KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC1nq8PVfCvfEVKsDLw2SWpZLyjLHc8dSUaJZJ8m3bLxOtDN5VbzHxIbYLe1dh1bMXRSC2u1k"
    "pJ5j0WyMrgEjkLIKnnC+JY5m3oYpZ2YGeSWrqzPpZs3V4gq4xQxqcFZ8YBBwZ7fhvY7LzOoGgW0Vd1lJ2WcR3vJqW1vOZ2Vb0Xqw== test"
)


@pytest.fixture(scope="module")
def network(vpc, ecs, call, eventually):
    network = Network(vpc, ecs, call, eventually)
    yield network
    network.remove()


def test_security_group(ecs, call, network):
    rule = models.AuthorizeSecurityGroupRequestPermissions(
        ip_protocol="tcp", port_range="443/443", source_cidr_ip="0.0.0.0/0", description="web"
    )
    call(
        ecs.authorize_security_group,
        models.AuthorizeSecurityGroupRequest(
            region_id=REGION, security_group_id=network.group, permissions=[rule]
        ),
    )
    request = models.ModifySecurityGroupPolicyRequest(
        region_id=REGION, security_group_id=network.group, inner_access_policy="Drop"
    )
    call(ecs.modify_security_group_policy, request)
    request = models.DescribeSecurityGroupAttributeRequest(region_id=REGION, security_group_id=network.group)
    seen = call(ecs.describe_security_group_attribute, request)
    assert seen.inner_access_policy == "Drop"
    [permission] = [one for one in seen.permissions.permission if one.direction == "ingress"]
    assert permission.port_range == "443/443"
    call(
        ecs.revoke_security_group,
        models.RevokeSecurityGroupRequest(
            region_id=REGION,
            security_group_id=network.group,
            security_group_rule_id=[permission.security_group_rule_id],
        ),
    )
    assert call(ecs.describe_security_group_attribute, request).permissions.permission == []
    request = models.DescribeSecurityGroupsRequest(region_id=REGION, vpc_id=network.id)
    assert len(call(ecs.describe_security_groups, request).security_groups.security_group) == 1


def test_key_pair(ecs, call):
    made = call(ecs.create_key_pair, models.CreateKeyPairRequest(region_id=REGION, key_pair_name="made"))
    assert "PRIVATE KEY" in made.private_key_body
    request = models.DescribeKeyPairsRequest(region_id=REGION, key_pair_name="made")
    assert len(call(ecs.describe_key_pairs, request).key_pairs.key_pair) == 1
    request = models.DeleteKeyPairsRequest(region_id=REGION, key_pair_names=json.dumps(["made"]))
    call(ecs.delete_key_pairs, request)


def test_what_there_is_to_buy(ecs, call):
    call(ecs.describe_regions, models.DescribeRegionsRequest())
    call(ecs.describe_zones, models.DescribeZonesRequest(region_id=REGION))
    call(ecs.describe_images, models.DescribeImagesRequest(region_id=REGION, image_id=IMAGE))
    call(ecs.describe_instance_types, models.DescribeInstanceTypesRequest(instance_types=["ecs.c6.large"]))


@pytest.fixture
def disk(ecs, call, eventually):
    request = models.CreateDiskRequest(
        region_id=REGION, zone_id=ZONE, size=40, disk_category="cloud_essd", disk_name="data"
    )
    made = call(ecs.create_disk, request).disk_id

    def disks():
        request = models.DescribeDisksRequest(region_id=REGION, disk_ids=json.dumps([made]))
        return call(ecs.describe_disks, request).disks.disk

    eventually(disks, lambda all: [one.status for one in all] == ["Available"])
    yield made, disks
    call(ecs.delete_disk, models.DeleteDiskRequest(disk_id=made))
    eventually(disks, lambda all: all == [])


def test_disk_on_an_instance_and_its_snapshot(ecs, call, eventually, network, disk):
    disk, disks = disk
    call(ecs.modify_disk_attribute, models.ModifyDiskAttributeRequest(region_id=REGION, disk_id=disk, disk_name="more"))
    assert disks()[0].disk_name == "more"
    request = models.RunInstancesRequest(
        region_id=REGION,
        image_id=IMAGE,
        instance_type="ecs.c6.large",
        v_switch_id=network.vswitch,
        security_group_id=network.group,
        instance_name="web",
        client_token="one-token-for-one-machine",
        system_disk=models.RunInstancesRequestSystemDisk(category="cloud_essd", size="40"),
    )
    [instance] = call(ecs.run_instances, request).instance_id_sets.instance_id_set
    assert call(ecs.run_instances, request).instance_id_sets.instance_id_set == [instance], "the token makes it once"

    def instances():
        request = models.DescribeInstancesRequest(region_id=REGION, instance_ids=json.dumps([instance]))
        return call(ecs.describe_instances, request).instances.instance

    eventually(instances, lambda all: [one.status for one in all] == ["Running"])
    call(ecs.modify_instance_attribute, models.ModifyInstanceAttributeRequest(instance_id=instance, instance_name="door"))
    assert instances()[0].instance_name == "door"
    call(ecs.attach_disk, models.AttachDiskRequest(instance_id=instance, disk_id=disk, delete_with_instance=False))
    eventually(disks, lambda all: all[0].status == "In_use")
    call(ecs.resize_disk, models.ResizeDiskRequest(disk_id=disk, new_size=60, type="online"))
    assert disks()[0].size == 60
    made = call(ecs.create_snapshot, models.CreateSnapshotRequest(disk_id=disk, snapshot_name="copy")).snapshot_id

    def snapshots():
        request = models.DescribeSnapshotsRequest(region_id=REGION, snapshot_ids=json.dumps([made]))
        return call(ecs.describe_snapshots, request).snapshots.snapshot

    eventually(snapshots, lambda all: [one.status for one in all] == ["accomplished"])
    call(ecs.delete_snapshot, models.DeleteSnapshotRequest(snapshot_id=made))
    eventually(snapshots, lambda all: all == [])
    call(ecs.detach_disk, models.DetachDiskRequest(instance_id=instance, disk_id=disk, delete_with_instance=False))
    eventually(disks, lambda all: all[0].status == "Available")
    call(ecs.stop_instance, models.StopInstanceRequest(instance_id=instance))
    eventually(instances, lambda all: all[0].status == "Stopped")
    call(ecs.delete_instance, models.DeleteInstanceRequest(instance_id=instance))
    eventually(instances, lambda all: all == [])


def test_auto_snapshot_policy(ecs, call):
    request = models.CreateAutoSnapshotPolicyRequest(
        region_id=REGION, auto_snapshot_policy_name="daily", time_points='["1"]', repeat_weekdays='["1","2"]', retention_days=7
    )
    made = call(ecs.create_auto_snapshot_policy, request).auto_snapshot_policy_id
    change = models.ModifyAutoSnapshotPolicyExRequest(
        region_id=REGION, auto_snapshot_policy_id=made, retention_days=14
    )
    call(ecs.modify_auto_snapshot_policy_ex, change)
    request = models.DescribeAutoSnapshotPolicyExRequest(region_id=REGION, auto_snapshot_policy_id=made)
    [seen] = call(ecs.describe_auto_snapshot_policy_ex, request).auto_snapshot_policies.auto_snapshot_policy
    assert seen.retention_days == 14
    call(
        ecs.delete_auto_snapshot_policy,
        models.DeleteAutoSnapshotPolicyRequest(region_id=REGION, auto_snapshot_policy_id=made),
    )
