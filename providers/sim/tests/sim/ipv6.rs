//! IPv6 ranges and the gateways that open from inside only.

use crate::client::{Sim, instant};

fn block(sim: &Sim, vpc: &str) -> (String, String) {
    let parameters = [("VpcId", vpc), ("AmazonProvidedIpv6CidrBlock", "true")];
    let answer = sim.ec2("AssociateVpcCidrBlock", &parameters).ok();
    (answer.text("ipv6CidrBlock"), answer.text("associationId"))
}

#[test]
fn ranges_are_given_divided_and_given_back() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let (range, association) = block(&sim, &vpc);
    assert!(
        range.starts_with("2001:db8:") && range.ends_with("/56"),
        "{range}"
    );
    let again = [
        ("VpcId", vpc.as_str()),
        ("AmazonProvidedIpv6CidrBlock", "true"),
    ];
    assert_eq!(
        sim.ec2("AssociateVpcCidrBlock", &again).code(),
        "CidrLimitExceeded"
    );
    let part = range.replace("/56", "/64");
    let give = |range: &str| {
        sim.ec2(
            "AssociateSubnetCidrBlock",
            &[("SubnetId", &subnet), ("Ipv6CidrBlock", range)],
        )
    };
    assert_eq!(give(&range).code(), "InvalidSubnet.Range");
    assert_eq!(give("2001:db9::/64").code(), "InvalidSubnet.Range");
    let of_subnet = give(&part).ok().text("associationId");
    assert_eq!(give(&part).code(), "InvalidSubnet.Conflict");
    let back = |action: &str, id: &str| sim.ec2(action, &[("AssociationId", id)]);
    assert_eq!(
        back("DisassociateVpcCidrBlock", &association).code(),
        "InvalidCidrBlock.InUse"
    );
    back("DisassociateSubnetCidrBlock", &of_subnet).ok();
    assert_eq!(
        back("DisassociateSubnetCidrBlock", &of_subnet).code(),
        "InvalidSubnetCidrBlockAssociationID.NotFound"
    );
    let routes = || {
        let by_vpc = [
            ("Filter.1.Name", "vpc-id"),
            ("Filter.1.Value.1", vpc.as_str()),
        ];
        sim.ec2("DescribeRouteTables", &by_vpc)
            .ok()
            .all("destinationIpv6CidrBlock")
    };
    assert_eq!(routes(), [range]);
    back("DisassociateVpcCidrBlock", &association).ok();
    assert_eq!(routes(), [] as [&str; 0]);
    assert_eq!(
        back("DisassociateVpcCidrBlock", &association).code(),
        "InvalidVpcCidrBlockAssociationID.NotFound"
    );
}

#[test]
fn an_egress_only_gateway_is_for_ipv6() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let create = |vpc: &str, token: &str| {
        sim.ec2(
            "CreateEgressOnlyInternetGateway",
            &[("VpcId", vpc), ("ClientToken", token)],
        )
    };
    let gateway = create(&vpc, "a").ok().text("egressOnlyInternetGatewayId");
    let again = create(&vpc, "a").ok().text("egressOnlyInternetGatewayId");
    assert_eq!(again, gateway);
    let other = sim.get("CreateVpc", &[("CidrBlock", "10.3.0.0/16")], "vpcId");
    assert_eq!(create(&other, "a").code(), "IdempotentParameterMismatch");
    assert_eq!(create(&vpc, "b").code(), "Resource.AlreadyAssociated");
    let table = sim.get("CreateRouteTable", &[("VpcId", &vpc)], "routeTableId");
    let route = |name: &str, range: &str| {
        sim.ec2(
            "CreateRoute",
            &[
                ("RouteTableId", &table),
                (name, range),
                ("EgressOnlyInternetGatewayId", &gateway),
            ],
        )
    };
    assert_eq!(
        route("DestinationCidrBlock", "0.0.0.0/0").code(),
        "InvalidParameterValue"
    );
    route("DestinationIpv6CidrBlock", "::/0").ok();
    let by_id = [("EgressOnlyInternetGatewayId", gateway.as_str())];
    let delete_vpc = || sim.ec2("DeleteVpc", &[("VpcId", &other)]);
    create(&other, "c").ok();
    assert_eq!(delete_vpc().code(), "DependencyViolation");
    sim.ec2("DeleteEgressOnlyInternetGateway", &by_id).ok();
    assert_eq!(
        sim.ec2("DeleteEgressOnlyInternetGateway", &by_id).code(),
        "InvalidGatewayID.NotFound"
    );
    let left = sim
        .ec2("DescribeRouteTables", &[("RouteTableId.1", &table)])
        .ok();
    assert!(left.all("state").contains(&"blackhole".to_owned()));
}
