"""Each type that moto knows, in a small program of its own: up, no change, another change, no change, down.

The programs have no more in common than a network. moto has no placement groups, so these are for the simulator
alone; nor does it tag the snapshots of an image.
"""

import boto3
import pytest

BASE = """
provider aws { region = "us-west-2" }
aws.vpc net { range = 10.77.0.0/16 }
aws.subnet one { vpc = net, zone = "us-west-2a", range = 10.77.1.0/24 }
aws.subnet two { vpc = net, zone = "us-west-2b", range = 10.77.2.0/24 }
aws.security_group inner { vpc = net, allow = [{ from = 10.77.0.0/16, ports = [tcp/443] }] }
aws.security_group outer { vpc = net }
"""

# Type, first form, second form: how the declaration changes in place.
TYPES = {
    "dhcp_options": (
        'aws.dhcp_options names { vpcs = [net], domain_name = "desk.internal" }',
        'aws.dhcp_options names { vpcs = [net], domain_name = "desk.internal", tags = { stage = "test" } }',
    ),
    "egress_only_gateway": (
        "aws.egress_only_gateway out { vpc = net }",
        'aws.egress_only_gateway out { vpc = net, tags = { stage = "test" } }',
    ),
    "flow_log": (
        'aws.flow_log talk { source = net, destination = "arn:aws:s3:::desk-logs" }',
        'aws.flow_log talk { source = net, destination = "arn:aws:s3:::desk-logs", tags = { stage = "test" } }',
    ),
    "launch_template": (
        'aws.launch_template web { launch = { type = "t3.micro", groups = [inner], user_data = "#!/bin/sh" } }',
        'aws.launch_template web { launch = { type = "t3.large", groups = [inner], metadata = required } }',
    ),
    "network_acl": (
        """aws.network_acl border {
          vpc = net, subnets = [one]
          inbound = [{ number = 100, action = allow, from = 0.0.0.0/0, ports = tcp/443 }]
        }""",
        """aws.network_acl border {
          vpc = net, subnets = [two]
          inbound = [{ number = 110, action = deny, from = 0.0.0.0/0, ports = tcp/22 }]
        }""",
    ),
    "network_interface": (
        "aws.network_interface card { subnet = one, groups = [inner] }",
        'aws.network_interface card { subnet = one, groups = [inner, outer], tags = { stage = "test" } }',
    ),
    "peering": (
        """aws.vpc far { range = 10.78.0.0/16 }
        aws.peering both { vpc = net, peer = far }""",
        """aws.vpc far { range = 10.78.0.0/16 }
        aws.peering both { vpc = net, peer = far, tags = { stage = "test" } }""",
    ),
    "vpc_endpoint": (
        """aws.route_table way { vpc = net }
        aws.vpc_endpoint s3 { vpc = net, service = "s3", kind = gateway, route_tables = [way] }
        aws.vpc_endpoint ec2 { vpc = net, service = "ec2", kind = interface, subnets = [one], groups = [inner] }""",
        """aws.route_table way { vpc = net }
        aws.vpc_endpoint s3 {
          vpc = net, service = "s3", kind = gateway, route_tables = [way]
          policy = json({ Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:Delete*", Resource = "*" }] })
        }
        aws.vpc_endpoint ec2 { vpc = net, service = "ec2", kind = interface, subnets = [one, two], groups = [inner] }""",
    ),
}


# How each is listed.
LISTINGS = {
    "dhcp_options": ("describe_dhcp_options", "DhcpOptions"),
    "egress_only_gateway": ("describe_egress_only_internet_gateways", "EgressOnlyInternetGateways"),
    "flow_log": ("describe_flow_logs", "FlowLogs"),
    "launch_template": ("describe_launch_templates", "LaunchTemplates"),
    "network_acl": ("describe_network_acls", "NetworkAcls"),
    "network_interface": ("describe_network_interfaces", "NetworkInterfaces"),
    "peering": ("describe_vpc_peering_connections", "VpcPeeringConnections"),
    "vpc_endpoint": ("describe_vpc_endpoints", "VpcEndpoints"),
}


@pytest.fixture(scope="module")
def bucket(endpoint):
    """moto demands the place that flow logs go to."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    boto3.client("s3", region_name="us-east-1", endpoint_url=endpoint, **keys).create_bucket(Bucket="desk-logs")


def alive(ec2, name):
    """How many there are; moto goes on listing some that were deleted, and the ACLs of networks that are gone."""
    action, listing = LISTINGS[name]
    listed = [one for one in getattr(ec2, action)()[listing] if not one.get("IsDefault")]
    return sum("deleted" not in str((one.get("State"), one.get("Status"))) for one in listed)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_type_comes_changes_and_goes(infra_in, ec2, bucket, tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    before = alive(ec2, name)
    for form in TYPES[name]:
        (folder / "main.infra").write_text(f"{BASE}{form}\n")
        infra_in(folder, "apply", "--yes")
        infra_in(folder, "plan", "--detailed-exitcode")
    assert alive(ec2, name) > before
    infra_in(folder, "destroy", "--yes")
    assert alive(ec2, name) == before
