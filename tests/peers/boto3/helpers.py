"""What several tests need."""

import contextlib

import pytest
from botocore.exceptions import ClientError

FAST = {"Delay": 1, "MaxAttempts": 20}


@contextlib.contextmanager
def refused(code):
    """The calls inside are refused with that code."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code


def tags(kind, **pairs):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in pairs.items()]}]


class Network:
    """A VPC with an internet gateway, a public subnet and a security group, and the way back to nothing."""

    def __init__(self, ec2, cidr="10.1.0.0/16"):
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock=cidr, TagSpecifications=tags("vpc", Name="net"))["Vpc"]["VpcId"]
        prefix = cidr.rsplit(".", 2)[0]
        self.subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"{prefix}.1.0/24", AvailabilityZone="us-west-2a")[
            "Subnet"
        ]["SubnetId"]
        self.gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.group = ec2.create_security_group(GroupName="web", Description="web", VpcId=self.vpc)["GroupId"]

    def launch(self, image, **more):
        instance = self.ec2.run_instances(
            ImageId=image,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnet,
            SecurityGroupIds=[self.group],
            **more,
        )["Instances"][0]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=[instance["InstanceId"]], WaiterConfig=FAST)
        return instance["InstanceId"]

    def terminate(self, *instances):
        self.ec2.terminate_instances(InstanceIds=list(instances))
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=list(instances), WaiterConfig=FAST)

    def remove(self):
        self.ec2.delete_security_group(GroupId=self.group)
        self.ec2.delete_subnet(SubnetId=self.subnet)
        self.ec2.detach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.ec2.delete_internet_gateway(InternetGatewayId=self.gateway)
        self.ec2.delete_vpc(VpcId=self.vpc)
