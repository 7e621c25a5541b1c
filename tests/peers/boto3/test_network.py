"""Networks: one of each kind, created, described, changed and deleted."""

import pytest
from helpers import FAST, Network, refused, tags


@pytest.fixture
def network(ec2):
    network = Network(ec2)
    yield network
    network.remove()


def test_vpc(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.9.0.7/16", TagSpecifications=tags("vpc", Name="a<b>&c"))["Vpc"]
    assert vpc["CidrBlock"] == "10.9.0.0/16"
    assert vpc["Tags"] == [{"Key": "Name", "Value": "a<b>&c"}]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc["VpcId"]], WaiterConfig=FAST)
    ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], EnableDnsHostnames={"Value": True})
    answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute="enableDnsHostnames")
    assert answer["EnableDnsHostnames"]["Value"] is True
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    with refused("InvalidVpcID.NotFound"):
        ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])
    with refused("InvalidVpc.Range"):
        ec2.create_vpc(CidrBlock="10.0.0.0/8")


def test_subnet(ec2, network):
    with refused("InvalidSubnet.Conflict"):
        ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.1.1.128/25")
    with refused("InvalidSubnet.Range"):
        ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.2.0.0/24")
    ec2.get_waiter("subnet_available").wait(SubnetIds=[network.subnet], WaiterConfig=FAST)
    ec2.modify_subnet_attribute(SubnetId=network.subnet, MapPublicIpOnLaunch={"Value": True})
    subnet = ec2.describe_subnets(SubnetIds=[network.subnet])["Subnets"][0]
    assert subnet["MapPublicIpOnLaunch"] is True
    assert subnet["AvailableIpAddressCount"] == 251
    assert subnet["AvailabilityZoneId"] == "usw2-az1"


def test_what_is_in_use_stays(ec2, network):
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=network.vpc)
    with refused("DependencyViolation"):
        ec2.delete_internet_gateway(InternetGatewayId=network.gateway)
    with refused("Resource.AlreadyAssociated"):
        ec2.attach_internet_gateway(InternetGatewayId=network.gateway, VpcId=network.vpc)


def test_route_table(ec2, network):
    table = ec2.create_route_table(VpcId=network.vpc, TagSpecifications=tags("route-table", Name="out"))["RouteTable"]
    table_id = table["RouteTableId"]
    route = {"RouteTableId": table_id, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(**route, GatewayId=network.gateway)
    first = ec2.associate_route_table(RouteTableId=table_id, SubnetId=network.subnet)["AssociationId"]
    with refused("DependencyViolation"):
        ec2.delete_route_table(RouteTableId=table_id)
    found = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [network.subnet]}])
    routes = {r["DestinationCidrBlock"]: r for r in found["RouteTables"][0]["Routes"]}
    assert routes["0.0.0.0/0"]["GatewayId"] == network.gateway
    assert routes["10.1.0.0/16"]["GatewayId"] == "local"
    other = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    second = ec2.replace_route_table_association(AssociationId=first, RouteTableId=other)["NewAssociationId"]
    assert second != first
    ec2.disassociate_route_table(AssociationId=second)
    ec2.delete_route(**route)
    with refused("InvalidRoute.NotFound"):
        ec2.delete_route(**route)
    for table_id in (table_id, other):
        ec2.delete_route_table(RouteTableId=table_id)


def test_nat_gateway(ec2, network):
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=network.subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig=FAST)
    shown = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]
    assert shown["NatGatewayAddresses"][0]["AllocationId"] == address
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [network.vpc]}])["RouteTables"][0]
    route = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": "192.0.2.0/24"}
    ec2.create_route(**route, NatGatewayId=nat)
    with refused("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=address)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat], WaiterConfig=FAST)
    table = ec2.describe_route_tables(RouteTableIds=[table["RouteTableId"]])["RouteTables"][0]
    assert "blackhole" in [r["State"] for r in table["Routes"]]
    ec2.release_address(AllocationId=address)


def test_security_group(ec2, network):
    group = ec2.create_security_group(GroupName="db", Description="db", VpcId=network.vpc)["GroupId"]
    with refused("InvalidGroup.Duplicate"):
        ec2.create_security_group(GroupName="db", Description="again", VpcId=network.vpc)
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 3306,
        "ToPort": 3306,
        "UserIdGroupPairs": [{"GroupId": network.group, "Description": "web"}],
        "IpRanges": [{"CidrIp": "10.1.0.0/16"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
    }
    rules = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"]
    assert len(rules) == 3
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    shown = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert len(shown) == 1
    assert shown[0]["UserIdGroupPairs"][0]["GroupId"] == network.group
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=network.group)
    by_range = next(rule["SecurityGroupRuleId"] for rule in rules if "CidrIpv4" in rule)
    ec2.modify_security_group_rules(
        GroupId=group,
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": by_range,
                "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIpv4": "10.1.1.0/24"},
            }
        ],
    )
    listed = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert next(rule for rule in listed if rule["SecurityGroupRuleId"] == by_range)["ToPort"] == 2
    others = [rule["SecurityGroupRuleId"] for rule in rules if rule["SecurityGroupRuleId"] != by_range]
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=others)
    with refused("InvalidPermission.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"] == []
    ec2.delete_security_group(GroupId=group)


def test_address(ec2, network, image):
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", Name="front"))
    instance = network.launch(image)
    association = ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instance)["AssociationId"]
    again = ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instance)["AssociationId"]
    assert again == association
    shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert shown["PublicIpAddress"] == address["PublicIp"]
    with refused("InvalidIPAddress.InUse"):
        ec2.release_address(AllocationId=address["AllocationId"])
    with refused("DependencyViolation"):
        ec2.detach_internet_gateway(InternetGatewayId=network.gateway, VpcId=network.vpc)
    ec2.disassociate_address(AssociationId=association)
    ec2.release_address(AllocationId=address["AllocationId"])
    with refused("InvalidAllocationID.NotFound"):
        ec2.describe_addresses(AllocationIds=[address["AllocationId"]])
    network.terminate(instance)


def test_dhcp_options(ec2, network):
    options = [
        {"Key": "domain-name", "Values": ["desk.internal"]},
        {"Key": "domain-name-servers", "Values": ["10.1.0.2", "AmazonProvidedDNS"]},
    ]
    made = ec2.create_dhcp_options(DhcpConfigurations=options, TagSpecifications=tags("dhcp-options", Name="names"))
    dhcp = made["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=dhcp, VpcId=network.vpc)
    assert ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["DhcpOptionsId"] == dhcp
    shown = ec2.describe_dhcp_options(DhcpOptionsIds=[dhcp])["DhcpOptions"][0]
    assert shown["DhcpConfigurations"][1]["Values"] == [{"Value": "10.1.0.2"}, {"Value": "AmazonProvidedDNS"}]
    with refused("DependencyViolation"):
        ec2.delete_dhcp_options(DhcpOptionsId=dhcp)
    ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=network.vpc)
    ec2.delete_dhcp_options(DhcpOptionsId=dhcp)
    with refused("InvalidDhcpOptionID.NotFound"):
        ec2.describe_dhcp_options(DhcpOptionsIds=[dhcp])


def test_ipv6(ec2, network):
    answer = ec2.associate_vpc_cidr_block(VpcId=network.vpc, AmazonProvidedIpv6CidrBlock=True)
    block = answer["Ipv6CidrBlockAssociation"]
    part = block["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = ec2.associate_subnet_cidr_block(SubnetId=network.subnet, Ipv6CidrBlock=part)["Ipv6CidrBlockAssociation"]
    shown = ec2.describe_subnets(SubnetIds=[network.subnet])["Subnets"][0]["Ipv6CidrBlockAssociationSet"]
    assert [one["Ipv6CidrBlock"] for one in shown] == [part]
    with refused("InvalidCidrBlock.InUse"):
        ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])
    made = ec2.create_egress_only_internet_gateway(VpcId=network.vpc, ClientToken="door")
    door = made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    listed = ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"]
    assert listed[0]["Attachments"] == [{"State": "attached", "VpcId": network.vpc}]
    table = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=door)
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert {route.get("DestinationIpv6CidrBlock") for route in routes} == {None, "::/0", block["Ipv6CidrBlock"]}
    ec2.delete_route_table(RouteTableId=table)
    assert ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=door)["ReturnCode"] is True
    ec2.disassociate_subnet_cidr_block(AssociationId=subnet["AssociationId"])
    ec2.disassociate_vpc_cidr_block(AssociationId=block["AssociationId"])


def test_network_interface(ec2, network, image):
    instance = network.launch(image)
    made = ec2.create_network_interface(
        SubnetId=network.subnet,
        Groups=[network.group],
        Description="second",
        ClientToken="card",
        TagSpecifications=tags("network-interface", Name="card"),
    )["NetworkInterface"]
    card = made["NetworkInterfaceId"]
    assert made["Status"] == "available"
    ec2.assign_private_ip_addresses(NetworkInterfaceId=card, PrivateIpAddresses=["10.1.1.50"])
    place = {"InstanceId": instance, "DeviceIndex": 1}
    attachment = ec2.attach_network_interface(NetworkInterfaceId=card, **place)["AttachmentId"]
    with refused("InvalidNetworkInterface.InUse"):
        ec2.attach_network_interface(NetworkInterfaceId=card, **place)
    with refused("InvalidParameterValue"):
        ec2.delete_network_interface(NetworkInterfaceId=card)
    shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["NetworkInterfaces"]
    assert len(shown) == 2
    assert shown[1]["PrivateIpAddresses"][1]["PrivateIpAddress"] == "10.1.1.50"
    keep = {"AttachmentId": attachment, "DeleteOnTermination": True}
    ec2.modify_network_interface_attribute(NetworkInterfaceId=card, Attachment=keep)
    ec2.detach_network_interface(AttachmentId=attachment)
    ec2.get_waiter("network_interface_available").wait(NetworkInterfaceIds=[card], WaiterConfig=FAST)
    ec2.unassign_private_ip_addresses(NetworkInterfaceId=card, PrivateIpAddresses=["10.1.1.50"])
    ec2.delete_network_interface(NetworkInterfaceId=card)
    network.terminate(instance)


def test_network_acl(ec2, network):
    by_subnet = [{"Name": "association.subnet-id", "Values": [network.subnet]}]
    default = ec2.describe_network_acls(Filters=by_subnet)["NetworkAcls"][0]
    assert default["IsDefault"] is True
    made = ec2.create_network_acl(VpcId=network.vpc, TagSpecifications=tags("network-acl", Name="border"))
    acl = made["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "RuleNumber": 100, "Egress": False, "RuleAction": "allow"}
    web = {**entry, "Protocol": "6", "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 443, "To": 443}}
    ec2.create_network_acl_entry(**web)
    with refused("NetworkAclEntryAlreadyExists"):
        ec2.create_network_acl_entry(**web)
    echo = {**entry, "Protocol": "1", "CidrBlock": "10.1.0.0/16", "IcmpTypeCode": {"Type": 8, "Code": -1}}
    ec2.replace_network_acl_entry(**echo)
    shown = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]
    assert shown["Entries"][0]["IcmpTypeCode"] == {"Code": -1, "Type": 8}
    old = next(one for one in default["Associations"] if one["SubnetId"] == network.subnet)
    new = ec2.replace_network_acl_association(
        AssociationId=old["NetworkAclAssociationId"], NetworkAclId=acl
    )["NewAssociationId"]
    with refused("DependencyViolation"):
        ec2.delete_network_acl(NetworkAclId=acl)
    ec2.replace_network_acl_association(AssociationId=new, NetworkAclId=default["NetworkAclId"])
    ec2.delete_network_acl(NetworkAclId=acl)
