"""VPC: one of each kind, created, described, changed and deleted."""

import pytest
from alibabacloud_vpc20160428 import models
from conftest import REGION
from network import Network


@pytest.fixture
def network(vpc, ecs, call, eventually):
    network = Network(vpc, ecs, call, eventually)
    yield network
    network.remove()


def test_vpc(vpc, call, network):
    change = models.ModifyVpcAttributeRequest(region_id=REGION, vpc_id=network.id, vpc_name="net", description="ours")
    call(vpc.modify_vpc_attribute, change)
    found = call(vpc.describe_vpcs, models.DescribeVpcsRequest(region_id=REGION, vpc_id=network.id)).vpcs.vpc[0]
    assert (found.vpc_name, found.description, found.cidr_block) == ("net", "ours", "10.20.0.0/16")
    call(vpc.describe_vpc_attribute, models.DescribeVpcAttributeRequest(region_id=REGION, vpc_id=network.id))


def test_vswitch(vpc, call, network):
    change = models.ModifyVSwitchAttributeRequest(region_id=REGION, v_switch_id=network.vswitch, description="ours")
    call(vpc.modify_vswitch_attribute, change)
    [found] = network.vswitches()
    assert (found.description, found.available_ip_address_count) == ("ours", 252)


def test_tags(vpc, call, network):
    tag = models.TagResourcesRequestTag(key="team", value="a<b>&c")
    request = models.TagResourcesRequest(
        region_id=REGION, resource_type="VPC", resource_id=[network.id], tag=[tag]
    )
    call(vpc.tag_resources, request)
    found = call(vpc.describe_vpcs, models.DescribeVpcsRequest(region_id=REGION, vpc_id=network.id)).vpcs.vpc[0]
    assert [(tag.key, tag.value) for tag in found.tags.tag] == [("team", "a<b>&c")]
    request = models.UnTagResourcesRequest(
        region_id=REGION, resource_type="VPC", resource_id=[network.id], tag_key=["team"]
    )
    call(vpc.un_tag_resources, request)


def test_eip(vpc, call, eventually):
    made = call(vpc.allocate_eip_address, models.AllocateEipAddressRequest(region_id=REGION, bandwidth="5"))

    def address():
        request = models.DescribeEipAddressesRequest(region_id=REGION, allocation_id=made.allocation_id)
        found = call(vpc.describe_eip_addresses, request).eip_addresses.eip_address
        return found[0] if found else None

    eventually(address, lambda eip: eip.status == "Available")
    change = models.ModifyEipAddressAttributeRequest(
        region_id=REGION, allocation_id=made.allocation_id, bandwidth="10", name="door"
    )
    call(vpc.modify_eip_address_attribute, change)
    seen = address()
    assert (seen.bandwidth, seen.name, seen.ip_address) == ("10", "door", made.eip_address)
    request = models.ReleaseEipAddressRequest(region_id=REGION, allocation_id=made.allocation_id)
    call(vpc.release_eip_address, request)
    eventually(address, lambda eip: eip is None)


def test_nat_gateway_with_its_snat_entry(vpc, call, eventually, network):
    request = models.CreateNatGatewayRequest(
        region_id=REGION, vpc_id=network.id, v_switch_id=network.vswitch, nat_type="Enhanced", name="out"
    )
    made = call(vpc.create_nat_gateway, request)

    def gateways():
        request = models.DescribeNatGatewaysRequest(region_id=REGION, vpc_id=network.id)
        return call(vpc.describe_nat_gateways, request).nat_gateways.nat_gateway

    eventually(gateways, lambda all: [one.status for one in all] == ["Available"])
    call(
        vpc.modify_nat_gateway_attribute,
        models.ModifyNatGatewayAttributeRequest(region_id=REGION, nat_gateway_id=made.nat_gateway_id, name="way"),
    )
    assert gateways()[0].name == "way"
    request = models.DeleteNatGatewayRequest(region_id=REGION, nat_gateway_id=made.nat_gateway_id)
    call(vpc.delete_nat_gateway, request)
    eventually(gateways, lambda all: all == [])


def test_routes_are_listed(vpc, call, network):
    request = models.DescribeRouteEntryListRequest(region_id=REGION, route_table_id=network.table)
    entries = call(vpc.describe_route_entry_list, request).route_entrys.route_entry
    assert "10.20.1.0/24" in [entry.destination_cidr_block for entry in entries]
