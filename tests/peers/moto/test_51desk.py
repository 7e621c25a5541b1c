"""51desk, unchanged, against a cloud that somebody else wrote: up, no change, down.

Where moto is known to differ from AWS (it deletes what is in use, knows no client tokens, answers no gp3
throughput) this file asks nothing of it; the simulator and its tests do.
"""

import json

INPUTS = ("--set", "office=203.0.113.0/24")
OURS = [{"Name": "tag:infra:program", "Values": ["51desk"]}]

def test_apply_brings_it_up_whole(infra, ec2):
    infra("apply", *INPUTS, "--yes")
    hosts = [
        host
        for reservation in ec2.describe_instances(Filters=OURS)["Reservations"]
        for host in reservation["Instances"]
    ]
    assert len(hosts) == 6
    assert {host["State"]["Name"] for host in hosts} == {"running"}
    volumes = ec2.describe_volumes(Filters=OURS)["Volumes"]
    roots = ("/dev/sda1", "/dev/xvda")
    separate = sorted(v["Size"] for v in volumes if v["Attachments"][0]["Device"] not in roots)
    assert separate == [16] * 6 + [20] * 4 + [40] * 2

def test_the_swap_volumes_share_one_snapshot_with_a_swap_header(infra, ec2, endpoint):
    swap = [v for v in ec2.describe_volumes(Filters=OURS)["Volumes"] if v["Size"] == 16]
    sources = {volume["SnapshotId"] for volume in swap}
    assert len(swap) == 6 and len(sources) == 1

def test_only_the_jump_host_takes_ssh_from_outside(ec2):
    open_to_the_office = [
        (group["GroupName"], rule["FromPort"])
        for group in ec2.describe_security_groups(Filters=OURS)["SecurityGroups"]
        for rule in group["IpPermissions"]
        for source in rule["IpRanges"]
        if source["CidrIp"] == "203.0.113.0/24"
    ]
    assert [port for _, port in open_to_the_office] == [22]

def test_a_second_plan_is_empty(infra):
    infra("plan", *INPUTS, "--detailed-exitcode", expect=0)

def test_json_says_the_same(infra):
    plan = json.loads(infra("plan", *INPUTS, "--json"))
    assert plan["summary"]["create"] == plan["summary"]["update"] == plan["summary"]["delete"] == 0

def test_destroy_leaves_nothing(infra, ec2):
    allowed = [word for name in ("51desk", "ec2_1", "ec2_2") for word in ("--allow-data-loss", name)]
    infra("destroy", *INPUTS, "--yes", *allowed)
    hosts = [
        host["State"]["Name"]
        for reservation in ec2.describe_instances(Filters=OURS)["Reservations"]
        for host in reservation["Instances"]
    ]
    assert set(hosts) <= {"terminated"}
    assert ec2.describe_volumes(Filters=OURS)["Volumes"] == []
    assert ec2.describe_vpcs(Filters=OURS)["Vpcs"] == []
    assert ec2.describe_security_groups(Filters=OURS)["SecurityGroups"] == []
    assert ec2.describe_addresses(Filters=OURS)["Addresses"] == []
    assert ec2.describe_key_pairs(Filters=OURS)["KeyPairs"] == []
