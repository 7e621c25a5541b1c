"""What others made is found by its tags and its relations, and by nothing else."""

import json
import time

PROGRAM = """
provider aws { region = "us-west-2" }
lookup aws.vpc net { name = "others" }
lookup aws.subnet inside { vpc = net, zone = "us-west-2a" }
lookup aws.instance host { name = "others' host", subnet = inside }
lookup aws.volume disk { tags = { of = "others" }, attached = false }
lookup aws.snapshot copy { volume = disk, newest = true }
output net  = net.id
output host = host.id
output type = host.type
output size = disk.size
output disk = disk.id
output copy = copy.id
"""


def named(kind, **tags):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def test_what_others_made_is_looked_up(infra_in, ec2, tmp_path):
    net = ec2.create_vpc(CidrBlock="10.90.0.0/16", TagSpecifications=named("vpc", Name="others"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=net, CidrBlock="10.90.1.0/24", AvailabilityZone="us-west-2a")["Subnet"]["SubnetId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    host = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.micro",
        SubnetId=subnet,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=named("instance", Name="others' host"),
    )["Instances"][0]["InstanceId"]
    disk = ec2.create_volume(
        AvailabilityZone="us-west-2a", Size=9, TagSpecifications=named("volume", of="others")
    )["VolumeId"]
    ec2.create_snapshot(VolumeId=disk)
    # moto tells whole seconds, so the newest of two needs one between them.
    time.sleep(1.1)
    copy = ec2.create_snapshot(VolumeId=disk)["SnapshotId"]

    (tmp_path / "main.infra").write_text(PROGRAM)
    infra_in(tmp_path, "apply", "--yes")
    outputs = json.loads(infra_in(tmp_path, "output", "--json"))
    assert (outputs["net"], outputs["host"], outputs["disk"]) == (net, host, disk)
    assert outputs["type"] == "t3.micro"
    assert outputs["copy"] == copy
