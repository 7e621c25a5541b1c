//! VPC peering connections.

use crate::client::{Reply, Sim, instant};

fn vpc(sim: &Sim, range: &str) -> String {
    sim.get("CreateVpc", &[("CidrBlock", range)], "vpcId")
}

fn create(sim: &Sim, from: &str, to: &str) -> Reply {
    let parameters = [("VpcId", from), ("PeerVpcId", to)];
    sim.ec2("CreateVpcPeeringConnection", &parameters)
}

fn act(sim: &Sim, action: &str, peering: &str) -> Reply {
    sim.ec2(action, &[("VpcPeeringConnectionId", peering)])
}

fn state(sim: &Sim, peering: &str) -> String {
    let by_id = [("VpcPeeringConnectionId.1", peering)];
    sim.get("DescribeVpcPeeringConnections", &by_id, "code")
}

#[test]
fn a_connection_is_asked_for_accepted_and_used() {
    let sim = instant();
    let (one, other) = (vpc(&sim, "10.1.0.0/16"), vpc(&sim, "10.2.0.0/16"));
    let peering = create(&sim, &one, &other)
        .ok()
        .text("vpcPeeringConnectionId");
    assert_eq!(state(&sim, &peering), "pending-acceptance");
    assert_eq!(
        create(&sim, &other, &one).code(),
        "VpcPeeringConnectionAlreadyExists"
    );
    act(&sim, "AcceptVpcPeeringConnection", &peering).ok();
    assert_eq!(state(&sim, &peering), "active");
    assert_eq!(
        act(&sim, "AcceptVpcPeeringConnection", &peering).code(),
        "InvalidStateTransition"
    );
    let table = sim.get("CreateRouteTable", &[("VpcId", &one)], "routeTableId");
    let route = [
        ("RouteTableId", table.as_str()),
        ("DestinationCidrBlock", "10.2.0.0/16"),
        ("VpcPeeringConnectionId", &peering),
    ];
    sim.ec2("CreateRoute", &route).ok();
    assert_eq!(
        sim.ec2("DeleteVpc", &[("VpcId", &other)]).code(),
        "DependencyViolation"
    );
    act(&sim, "DeleteVpcPeeringConnection", &peering).ok();
    assert_eq!(state(&sim, &peering), "deleted");
    assert_eq!(
        act(&sim, "DeleteVpcPeeringConnection", &peering).code(),
        "InvalidStateTransition"
    );
    let shown = sim
        .ec2("DescribeRouteTables", &[("RouteTableId.1", &table)])
        .ok();
    assert!(shown.all("state").contains(&"blackhole".to_owned()));
    sim.ec2("DeleteVpc", &[("VpcId", &other)]).ok();
}

#[test]
fn overlapping_networks_are_not_connected() {
    let sim = instant();
    let (one, other) = (vpc(&sim, "10.1.0.0/16"), vpc(&sim, "10.1.0.0/17"));
    let failed = create(&sim, &one, &other)
        .ok()
        .text("vpcPeeringConnectionId");
    assert_eq!(state(&sim, &failed), "failed");
    assert_eq!(
        act(&sim, "AcceptVpcPeeringConnection", &failed).code(),
        "InvalidStateTransition"
    );
    let absent = "vpc-0123456789abcdef0";
    assert_eq!(create(&sim, &one, absent).code(), "InvalidVpcID.NotFound");
    assert_eq!(create(&sim, absent, &one).code(), "InvalidVpcID.NotFound");
    let abroad = [
        ("VpcId", one.as_str()),
        ("PeerVpcId", &other),
        ("PeerRegion", "eu-west-1"),
    ];
    assert_eq!(
        sim.ec2("CreateVpcPeeringConnection", &abroad).code(),
        "InvalidParameterValue"
    );
    for action in ["AcceptVpcPeeringConnection", "DeleteVpcPeeringConnection"] {
        assert_eq!(
            act(&sim, action, "pcx-0123456789abcdef0").code(),
            "InvalidVpcPeeringConnectionID.NotFound"
        );
    }
    let failures = [
        ("Filter.1.Name", "status-code"),
        ("Filter.1.Value.1", "failed"),
    ];
    let found = sim.ec2("DescribeVpcPeeringConnections", &failures).ok();
    assert_eq!(found.all("vpcPeeringConnectionId"), [failed]);
}
