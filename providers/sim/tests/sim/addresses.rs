//! Public addresses: lent ones and Elastic ones.

use crate::client::{Sim, instant};

fn public(sim: &Sim) -> (String, String, String) {
    let (vpc, subnet) = sim.network();
    let gateway = sim.get("CreateInternetGateway", &[], "internetGatewayId");
    sim.ec2(
        "AttachInternetGateway",
        &[("InternetGatewayId", &gateway), ("VpcId", &vpc)],
    )
    .ok();
    (vpc, subnet, gateway)
}

fn ips(sim: &Sim) -> Vec<String> {
    sim.ec2("DescribeInstances", &[]).ok().all("ipAddress")
}

#[test]
fn a_lent_address_is_lost_at_the_stop() {
    let sim = instant();
    let (vpc, subnet, gateway) = public(&sim);
    sim.ec2(
        "ModifySubnetAttribute",
        &[("SubnetId", &subnet), ("MapPublicIpOnLaunch.Value", "true")],
    )
    .ok();
    let id = sim.launch(&subnet, &[]).ok().text("instanceId");
    let before = ips(&sim);
    assert_eq!(before.len(), 1);
    let detach = [("InternetGatewayId", gateway.as_str()), ("VpcId", &vpc)];
    assert_eq!(
        sim.ec2("DetachInternetGateway", &detach).code(),
        "DependencyViolation"
    );
    sim.ec2("StopInstances", &[("InstanceId.1", &id)]).ok();
    assert_eq!(ips(&sim), Vec::<String>::new());
    sim.ec2("StartInstances", &[("InstanceId.1", &id)]).ok();
    assert_ne!(ips(&sim), before);
}

#[test]
fn an_elastic_address_stays() {
    let sim = instant();
    let (_, subnet, _) = public(&sim);
    let address = sim.ec2("AllocateAddress", &[("Domain", "vpc")]).ok();
    let (id, ip) = (address.text("allocationId"), address.text("publicIp"));
    let instance = sim.launch(&subnet, &[]).ok().text("instanceId");
    let pair = [("AllocationId", id.as_str()), ("InstanceId", &instance)];
    assert_eq!(
        sim.ec2("DescribeInstances", &[])
            .ok()
            .all("ipAddress")
            .len(),
        0
    );
    let association = sim.get("AssociateAddress", &pair, "associationId");
    assert_eq!(
        sim.get("AssociateAddress", &pair, "associationId"),
        association
    );
    sim.ec2("StopInstances", &[("InstanceId.1", &instance)])
        .ok();
    assert_eq!(ips(&sim), std::slice::from_ref(&ip));
    assert_eq!(
        sim.ec2("ReleaseAddress", &pair[..1]).code(),
        "InvalidIPAddress.InUse"
    );
    let other = sim.launch(&subnet, &[]).ok().text("instanceId");
    sim.ec2("DescribeInstances", &[]).ok();
    let moved = [
        ("AllocationId", id.as_str()),
        ("InstanceId", other.as_str()),
        ("AllowReassociation", "false"),
    ];
    assert_eq!(
        sim.ec2("AssociateAddress", &moved).code(),
        "Resource.AlreadyAssociated"
    );
    let new = sim.get("AssociateAddress", &moved[..2], "associationId");
    assert_ne!(new, association);
    sim.ec2("TerminateInstances", &[("InstanceId.1", &other)])
        .ok();
    let shown = sim.ec2("DescribeAddresses", &[]).ok();
    assert_eq!(
        (shown.all("publicIp"), shown.all("associationId")),
        (vec![ip], vec![])
    );
    sim.ec2("ReleaseAddress", &pair[..1]).ok();
}

#[test]
fn an_instance_that_is_pending_or_without_internet_gets_none() {
    let sim = Sim::start(|_| ());
    let (_, subnet) = sim.network();
    let id = sim.get("AllocateAddress", &[], "allocationId");
    let instance = sim.launch(&subnet, &[]).ok().text("instanceId");
    let pair = [("AllocationId", id.as_str()), ("InstanceId", &instance)];
    assert_eq!(
        sim.ec2("AssociateAddress", &pair).code(),
        "InvalidInstanceID"
    );
    sim.pass(300);
    assert_eq!(
        sim.ec2("AssociateAddress", &pair).code(),
        "Gateway.NotAttached"
    );
}

#[test]
fn private_addresses_are_the_free_ones_of_the_subnet() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let small = [
        ("VpcId", vpc.as_str()),
        ("CidrBlock", "10.0.9.0/28"),
        ("AvailabilityZone", "us-west-2a"),
    ];
    let subnet = sim.get("CreateSubnet", &small, "subnetId");
    sim.launch(&subnet, &[("PrivateIpAddress", "10.0.9.5")])
        .ok();
    assert_eq!(
        sim.launch(&subnet, &[("PrivateIpAddress", "10.0.9.5")])
            .code(),
        "InvalidIPAddress.InUse"
    );
    assert_eq!(
        sim.launch(&subnet, &[("PrivateIpAddress", "10.0.9.1")])
            .code(),
        "InvalidParameterValue"
    );
    assert_eq!(
        sim.launch(&subnet, &[]).ok().text("privateIpAddress"),
        "10.0.9.4"
    );
    for _ in 0..9 {
        sim.launch(&subnet, &[]).ok();
    }
    assert_eq!(
        sim.launch(&subnet, &[]).code(),
        "InsufficientFreeAddressesInSubnet"
    );
    assert_eq!(
        sim.get(
            "DescribeSubnets",
            &[("SubnetId.1", &subnet)],
            "availableIpAddressCount"
        ),
        "0"
    );
}
