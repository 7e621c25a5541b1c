"""How networks reach each other and Amazon's services, and what is written down of it."""

import json
import time

import pytest
from helpers import Network, refused, tags


@pytest.fixture
def network(ec2):
    network = Network(ec2, "10.5.0.0/16")
    yield network
    network.remove()


def until(check):
    """Waits for what boto3 has no waiter for."""
    for _ in range(100):
        if check():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def endpoints(ec2, **which):
    return ec2.describe_vpc_endpoints(**which)["VpcEndpoints"]


def state(ec2, endpoint):
    return endpoints(ec2, VpcEndpointIds=[endpoint])[0]["State"]


def gone(ec2, endpoint):
    return not endpoints(ec2, Filters=[{"Name": "vpc-endpoint-id", "Values": [endpoint]}])


def test_gateway_endpoint(ec2, network):
    table = ec2.create_route_table(VpcId=network.vpc)["RouteTable"]["RouteTableId"]
    wanted = {
        "VpcId": network.vpc,
        "ServiceName": "com.amazonaws.us-west-2.s3",
        "RouteTableIds": [table],
        "ClientToken": "s3",
        "TagSpecifications": tags("vpc-endpoint", Name="s3"),
    }
    made = ec2.create_vpc_endpoint(**wanted)["VpcEndpoint"]
    endpoint = made["VpcEndpointId"]
    assert made["State"] == "pending"
    assert ec2.create_vpc_endpoint(**wanted)["VpcEndpoint"]["VpcEndpointId"] == endpoint
    with refused("RouteAlreadyExists"):
        ec2.create_vpc_endpoint(**{**wanted, "ClientToken": "again"})
    until(lambda: state(ec2, endpoint) == "available")
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert routes[1]["GatewayId"] == endpoint
    assert routes[1]["DestinationPrefixListId"].startswith("pl-")
    deny = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:Delete*", "Resource": "*"}]}
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=json.dumps(deny), RemoveRouteTableIds=[table])
    shown = endpoints(ec2, VpcEndpointIds=[endpoint])[0]
    assert json.loads(shown["PolicyDocument"]) == deny
    assert shown["RouteTableIds"] == []
    with refused("InvalidPolicyDocument"):
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument="{")
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=network.vpc)
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
    until(lambda: gone(ec2, endpoint))
    again = ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"]
    assert [one["Error"]["Code"] for one in again] == ["InvalidVpcEndpointId.NotFound"]
    ec2.delete_route_table(RouteTableId=table)


def test_interface_endpoint(ec2, network):
    ec2.modify_vpc_attribute(VpcId=network.vpc, EnableDnsHostnames={"Value": True})
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=network.vpc,
        ServiceName="com.amazonaws.us-west-2.ec2",
        SubnetIds=[network.subnet],
        SecurityGroupIds=[network.group],
    )["VpcEndpoint"]
    endpoint = made["VpcEndpointId"]
    until(lambda: state(ec2, endpoint) == "available")
    names = [entry["DnsName"] for entry in endpoints(ec2, VpcEndpointIds=[endpoint])[0]["DnsEntries"]]
    assert names[0].startswith(endpoint)
    assert names[-1] == "ec2.us-west-2.amazonaws.com"
    card = ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])["NetworkInterfaces"][0]
    assert card["InterfaceType"] == "vpc_endpoint"
    assert card["Groups"][0]["GroupId"] == network.group
    for delete, what in (
        (ec2.delete_subnet, {"SubnetId": network.subnet}),
        (ec2.delete_security_group, {"GroupId": network.group}),
    ):
        with refused("DependencyViolation"):
            delete(**what)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False, RemoveSubnetIds=[network.subnet])
    until(lambda: state(ec2, endpoint) == "available")
    assert endpoints(ec2, VpcEndpointIds=[endpoint])[0]["NetworkInterfaceIds"] == []
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    until(lambda: gone(ec2, endpoint))
    with refused("InvalidServiceName"):
        ec2.create_vpc_endpoint(VpcId=network.vpc, ServiceName="com.amazonaws.us-west-2.nothing")


def test_endpoint_services(ec2):
    names = set()
    for page in ec2.get_paginator("describe_vpc_endpoint_services").paginate(PaginationConfig={"PageSize": 7}):
        names |= set(page["ServiceNames"])
        assert {detail["ServiceName"] for detail in page["ServiceDetails"]} == set(page["ServiceNames"])
    assert {"com.amazonaws.us-west-2.s3", "com.amazonaws.us-west-2.ecr.api"} <= names
    with refused("InvalidServiceName"):
        ec2.describe_vpc_endpoint_services(ServiceNames=["com.amazonaws.us-west-2.nothing"])


def test_peering(ec2, network):
    other = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    asked = ec2.create_vpc_peering_connection(
        VpcId=network.vpc, PeerVpcId=other, TagSpecifications=tags("vpc-peering-connection", Name="both")
    )["VpcPeeringConnection"]
    peering = asked["VpcPeeringConnectionId"]
    assert asked["Status"]["Code"] == "pending-acceptance"
    with refused("VpcPeeringConnectionAlreadyExists"):
        ec2.create_vpc_peering_connection(VpcId=other, PeerVpcId=network.vpc)
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)

    def shown():
        return ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"][0]

    until(lambda: shown()["Status"]["Code"] == "active")
    assert shown()["AccepterVpcInfo"]["CidrBlock"] == "10.6.0.0/16"
    assert shown()["Tags"] == [{"Key": "Name", "Value": "both"}]
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=other)
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    with refused("InvalidStateTransition"):
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
    ec2.get_waiter("vpc_peering_connection_deleted").wait(VpcPeeringConnectionIds=[peering])
    same = ec2.create_vpc(CidrBlock="10.5.0.0/20")["Vpc"]["VpcId"]
    failed = ec2.create_vpc_peering_connection(VpcId=network.vpc, PeerVpcId=same)["VpcPeeringConnection"]
    assert failed["Status"]["Code"] == "failed"
    for vpc in (other, same):
        ec2.delete_vpc(VpcId=vpc)
    with refused("InvalidVpcPeeringConnectionID.NotFound"):
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId="pcx-0123456789abcdef0")


def test_flow_log(ec2, network):
    wanted = {
        "ResourceType": "VPC",
        "ResourceIds": [network.vpc, "vpc-0123456789abcdef0"],
        "TrafficType": "REJECT",
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::desk-logs/net",
        "MaxAggregationInterval": 60,
        "TagSpecifications": tags("vpc-flow-log", Name="talk"),
    }
    made = ec2.create_flow_logs(**wanted)
    (log,) = made["FlowLogIds"]
    assert [one["Error"]["Code"] for one in made["Unsuccessful"]] == ["InvalidVpcID.NotFound"]
    with refused("FlowLogAlreadyExists"):
        ec2.create_flow_logs(**wanted)
    with refused("InvalidParameterCombination"):
        ec2.create_flow_logs(**wanted, DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flow")
    shown = ec2.describe_flow_logs(FlowLogIds=[log])["FlowLogs"][0]
    assert (shown["ResourceId"], shown["TrafficType"]) == (network.vpc, "REJECT")
    assert shown["MaxAggregationInterval"] == 60
    assert shown["FlowLogStatus"] == "ACTIVE"
    assert ec2.delete_flow_logs(FlowLogIds=[log])["Unsuccessful"] == []
    again = ec2.delete_flow_logs(FlowLogIds=[log])["Unsuccessful"]
    assert [one["Error"]["Code"] for one in again] == ["InvalidFlowLogId.NotFound"]
