"""A network that several tests need, and the way back to nothing."""

from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_vpc20160428 import models
from conftest import REGION, ZONE


class Network:
    """A VPC with one VSwitch and one security group."""

    def __init__(self, vpc, ecs, call, eventually):
        self.vpc, self.ecs, self.call, self.eventually = vpc, ecs, call, eventually
        made = call(vpc.create_vpc, models.CreateVpcRequest(region_id=REGION, cidr_block="10.20.0.0/16"))
        self.id, self.table = made.vpc_id, made.route_table_id
        eventually(self.status, lambda status: status == "Available")
        request = models.CreateVSwitchRequest(
            region_id=REGION, vpc_id=self.id, zone_id=ZONE, cidr_block="10.20.1.0/24", v_switch_name="front"
        )
        self.vswitch = call(vpc.create_vswitch, request).v_switch_id
        eventually(self.vswitches, lambda all: [one.status for one in all] == ["Available"])
        request = ecs_models.CreateSecurityGroupRequest(region_id=REGION, vpc_id=self.id, security_group_name="web")
        self.group = call(ecs.create_security_group, request).security_group_id

    def status(self):
        request = models.DescribeVpcsRequest(region_id=REGION, vpc_id=self.id)
        found = self.call(self.vpc.describe_vpcs, request).vpcs.vpc
        return found[0].status if found else None

    def vswitches(self):
        request = models.DescribeVSwitchesRequest(region_id=REGION, vpc_id=self.id)
        return self.call(self.vpc.describe_vswitches, request).v_switches.v_switch

    def remove(self):
        request = ecs_models.DeleteSecurityGroupRequest(region_id=REGION, security_group_id=self.group)
        self.call(self.ecs.delete_security_group, request)
        request = models.DeleteVSwitchRequest(region_id=REGION, v_switch_id=self.vswitch)
        self.call(self.vpc.delete_vswitch, request)
        self.eventually(self.vswitches, lambda all: all == [])
        self.call(self.vpc.delete_vpc, models.DeleteVpcRequest(region_id=REGION, vpc_id=self.id))
        self.eventually(self.status, lambda status: status is None)
