//! VPC endpoints.

use crate::client::{Reply, START_MS, Sim, instant};

const EC2: &str = "com.amazonaws.us-west-2.ec2";
const S3: &str = "com.amazonaws.us-west-2.s3";

fn create(sim: &Sim, vpc: &str, service: &str, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![("VpcId", vpc), ("ServiceName", service)];
    parameters.extend(more);
    sim.ec2("CreateVpcEndpoint", &parameters)
}

fn interface(sim: &Sim, vpc: &str, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![
        ("VpcEndpointType", "Interface"),
        ("PrivateDnsEnabled", "false"),
    ];
    parameters.extend(more);
    create(sim, vpc, EC2, &parameters)
}

fn modify(sim: &Sim, endpoint: &str, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![("VpcEndpointId", endpoint)];
    parameters.extend(more);
    sim.ec2("ModifyVpcEndpoint", &parameters)
}

fn shown(sim: &Sim, endpoint: &str) -> Reply {
    sim.ec2("DescribeVpcEndpoints", &[("VpcEndpointId.1", endpoint)])
}

fn table(sim: &Sim, vpc: &str) -> String {
    sim.get("CreateRouteTable", &[("VpcId", vpc)], "routeTableId")
}

#[test]
fn a_gateway_is_a_route_in_its_tables() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let (one, two) = (table(&sim, &vpc), table(&sim, &vpc));
    let token = [("RouteTableId.1", one.as_str()), ("ClientToken", "t")];
    let endpoint = create(&sim, &vpc, S3, &token).ok().text("vpcEndpointId");
    assert_eq!(
        create(&sim, &vpc, S3, &token).ok().text("vpcEndpointId"),
        endpoint
    );
    let other = [("RouteTableId.1", two.as_str()), ("ClientToken", "t")];
    assert_eq!(
        create(&sim, &vpc, S3, &other).code(),
        "IdempotentParameterMismatch"
    );
    let gateways = |table: &str| {
        let by_id = [("RouteTableId.1", table)];
        sim.ec2("DescribeRouteTables", &by_id).ok().all("gatewayId")
    };
    assert_eq!(gateways(&one), ["local".to_owned(), endpoint.clone()]);
    assert_eq!(
        create(&sim, &vpc, S3, &token[..1]).code(),
        "RouteAlreadyExists"
    );
    let moved = [
        ("AddRouteTableId.1", two.as_str()),
        ("RemoveRouteTableId.1", &one),
    ];
    modify(&sim, &endpoint, &moved).ok();
    assert_eq!(gateways(&one), ["local"]);
    assert_eq!(gateways(&two), ["local".to_owned(), endpoint.clone()]);
    assert_eq!(
        modify(&sim, &endpoint, &[("AddSubnetId.1", "subnet-1")]).code(),
        "InvalidParameter"
    );
    // A table that goes takes nothing with it.
    sim.ec2("DeleteRouteTable", &[("RouteTableId", &two)]).ok();
    assert!(
        shown(&sim, &endpoint)
            .ok()
            .all("routeTableIdSet")
            .concat()
            .is_empty()
    );
}

#[test]
fn an_interface_endpoint_holds_its_subnets_and_groups() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let group = sim.get(
        "CreateSecurityGroup",
        &[
            ("VpcId", &vpc),
            ("GroupName", "way"),
            ("GroupDescription", "way"),
        ],
        "groupId",
    );
    let parts = [
        ("SubnetId.1", subnet.as_str()),
        ("SecurityGroupId.1", &group),
    ];
    let endpoint = interface(&sim, &vpc, &parts).ok().text("vpcEndpointId");
    let found = shown(&sim, &endpoint).ok();
    assert_eq!(found.text("state"), "available");
    assert!(
        found
            .text("dnsName")
            .ends_with("ec2.us-west-2.vpce.amazonaws.com")
    );
    let card = found
        .text("networkInterfaceIdSet")
        .replace("<item>", "")
        .replace("</item>", "");
    let by_id = [("NetworkInterfaceId.1", card.as_str())];
    let shown_card = sim.ec2("DescribeNetworkInterfaces", &by_id).ok();
    assert_eq!(shown_card.text("interfaceType"), "vpc_endpoint");
    assert_eq!(shown_card.text("requesterManaged"), "true");
    for (action, id) in [
        ("DeleteSubnet", ("SubnetId", subnet.as_str())),
        ("DeleteSecurityGroup", ("GroupId", &group)),
        ("DeleteVpc", ("VpcId", &vpc)),
    ] {
        assert_eq!(
            sim.ec2(action, &[id]).code(),
            "DependencyViolation",
            "{action}"
        );
    }
    let by_id = [("NetworkInterfaceId", card.as_str())];
    assert_eq!(
        sim.ec2("DeleteNetworkInterface", &by_id).code(),
        "InvalidParameterValue"
    );
    let last = [("RemoveSecurityGroupId.1", group.as_str())];
    assert_eq!(modify(&sim, &endpoint, &last).code(), "InvalidParameter");
    let gone = sim
        .ec2("DeleteVpcEndpoints", &[("VpcEndpointId.1", &endpoint)])
        .ok();
    assert!(gone.all("code").is_empty());
    assert_eq!(
        shown(&sim, &endpoint).code(),
        "InvalidVpcEndpointId.NotFound"
    );
    sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).ok();
    sim.ec2("DeleteSecurityGroup", &[("GroupId", &group)]).ok();
    let again = sim
        .ec2("DeleteVpcEndpoints", &[("VpcEndpointId.1", &endpoint)])
        .ok();
    assert_eq!(again.text("code"), "InvalidVpcEndpointId.NotFound");
}

#[test]
fn a_zone_has_one_of_its_subnets() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let more = |range: &str, zone: &str| {
        let parameters = [
            ("VpcId", vpc.as_str()),
            ("CidrBlock", range),
            ("AvailabilityZone", zone),
        ];
        sim.get("CreateSubnet", &parameters, "subnetId")
    };
    let near = more("10.0.2.0/24", "us-west-2a");
    let far = more("10.0.3.0/24", "us-west-2b");
    let endpoint = interface(&sim, &vpc, &[("SubnetId.1", &subnet)])
        .ok()
        .text("vpcEndpointId");
    shown(&sim, &endpoint).ok();
    assert_eq!(
        modify(&sim, &endpoint, &[("AddSubnetId.1", &near)]).code(),
        "DuplicateSubnetsInSameZone"
    );
    modify(
        &sim,
        &endpoint,
        &[("AddSubnetId.1", &far), ("RemoveSubnetId.1", &subnet)],
    )
    .ok();
    assert!(
        shown(&sim, &endpoint)
            .ok()
            .text("subnetIdSet")
            .contains(&far)
    );
    sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).ok();
}

#[test]
fn what_a_service_does_not_offer_is_refused() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let code = |service: &str, more: &[(&str, &str)]| create(&sim, &vpc, service, more).code();
    assert_eq!(
        code("com.amazonaws.us-west-2.nothing", &[]),
        "InvalidServiceName"
    );
    assert_eq!(
        code("com.amazonaws.eu-west-1.s3", &[]),
        "InvalidServiceName"
    );
    assert_eq!(code(EC2, &[]), "InvalidParameter", "it has no gateway");
    assert_eq!(
        code(S3, &[("VpcEndpointType", "Odd")]),
        "InvalidParameterValue"
    );
    assert_eq!(code(S3, &[("SubnetId.1", "subnet-1")]), "InvalidParameter");
    assert_eq!(
        code(S3, &[("PolicyDocument", "{}")]),
        "InvalidPolicyDocument"
    );
    let route = [("RouteTableId.1", "rtb-0123456789abcdef0")];
    assert_eq!(code(S3, &route), "InvalidRouteTableID.NotFound");
    let absent = "vpc-0123456789abcdef0";
    assert_eq!(
        create(&sim, absent, S3, &[]).code(),
        "InvalidVpcID.NotFound"
    );
    assert_eq!(
        sim.ec2("DeleteVpcEndpoints", &[]).code(),
        "MissingParameter"
    );
    assert_eq!(
        shown(&sim, "vpce-odd").code(),
        "InvalidVpcEndpointId.Malformed"
    );
}

#[test]
fn a_usual_name_leads_to_one_endpoint_in_a_network_with_names() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let named = [
        ("PrivateDnsEnabled", "true"),
        ("VpcEndpointType", "Interface"),
    ];
    let refused = create(&sim, &vpc, EC2, &named);
    assert_eq!(
        refused.code(),
        "InvalidParameter",
        "the network names no hosts"
    );
    let names = [
        ("VpcId", vpc.as_str()),
        ("EnableDnsHostnames.Value", "true"),
    ];
    sim.ec2("ModifyVpcAttribute", &names).ok();
    let endpoint = create(&sim, &vpc, EC2, &named).ok().text("vpcEndpointId");
    let found = shown(&sim, &endpoint).ok().all("dnsName");
    assert_eq!(
        found.last().map(String::as_str),
        Some("ec2.us-west-2.amazonaws.com")
    );
    assert_eq!(create(&sim, &vpc, EC2, &named).code(), "InvalidParameter");
    modify(&sim, &endpoint, &[("PrivateDnsEnabled", "false")]).ok();
    create(&sim, &vpc, EC2, &named).ok();
}

#[test]
fn a_policy_comes_back_and_is_reset() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let policy = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#;
    let given = create(&sim, &vpc, S3, &[("PolicyDocument", policy)]).ok();
    let endpoint = given.text("vpcEndpointId");
    assert!(
        shown(&sim, &endpoint)
            .ok()
            .text("policyDocument")
            .contains("Deny")
    );
    let both = [("ResetPolicy", "true"), ("PolicyDocument", policy)];
    assert_eq!(
        modify(&sim, &endpoint, &both).code(),
        "InvalidParameterCombination"
    );
    modify(&sim, &endpoint, &both[..1]).ok();
    assert!(
        shown(&sim, &endpoint)
            .ok()
            .text("policyDocument")
            .contains("Allow")
    );
}

#[test]
fn an_endpoint_takes_its_time() {
    let sim = Sim::start(|_| {});
    let (vpc, _) = sim.network();
    sim.pass(1_000);
    let endpoint = create(&sim, &vpc, S3, &[]).ok().text("vpcEndpointId");
    assert_eq!(shown(&sim, &endpoint).ok().text("state"), "pending");
    assert_eq!(modify(&sim, &endpoint, &[]).code(), "IncorrectState");
    sim.pass(200);
    assert_eq!(shown(&sim, &endpoint).ok().text("state"), "available");
    sim.ec2("DeleteVpcEndpoints", &[("VpcEndpointId.1", &endpoint)])
        .ok();
    assert_eq!(shown(&sim, &endpoint).ok().text("state"), "deleting");
    sim.pass(200);
    assert_eq!(
        shown(&sim, &endpoint).code(),
        "InvalidVpcEndpointId.NotFound"
    );
    assert_eq!(sim.now_ms(), START_MS + 1_400);
}

#[test]
fn there_is_a_limit_and_there_are_pages_and_filters() {
    let sim = Sim::start(|config| {
        config.timing = infra_sim::Timing::instant();
        config.quotas.gateway_endpoints = 6;
        config.quotas.interface_endpoints_per_vpc = 1;
    });
    let (vpc, _) = sim.network();
    for _ in 0..6 {
        create(&sim, &vpc, S3, &[]).ok();
    }
    assert_eq!(
        create(&sim, &vpc, S3, &[]).code(),
        "VpcEndpointLimitExceeded"
    );
    interface(&sim, &vpc, &[]).ok();
    assert_eq!(
        interface(&sim, &vpc, &[]).code(),
        "VpcEndpointLimitExceeded"
    );
    let page = sim.ec2("DescribeVpcEndpoints", &[("MaxResults", "5")]).ok();
    assert_eq!(page.all("vpcEndpointId").len(), 5);
    let rest = [("MaxResults", "5"), ("NextToken", &page.text("nextToken"))];
    let rest = sim.ec2("DescribeVpcEndpoints", &rest).ok();
    assert_eq!(rest.all("vpcEndpointId").len(), 2);
    for (filter, value, count) in [
        ("vpc-endpoint-type", "Interface", 1),
        ("vpc-endpoint-state", "available", 7),
        ("service-name", S3, 6),
        ("vpc-id", &vpc, 7),
    ] {
        let filter = [("Filter.1.Name", filter), ("Filter.1.Value.1", value)];
        let found = sim.ec2("DescribeVpcEndpoints", &filter).ok();
        assert_eq!(found.all("vpcEndpointId").len(), count, "{filter:?}");
    }
}

#[test]
fn services_are_listed_with_their_kinds() {
    let sim = instant();
    let list = |more: &[(&str, &str)]| sim.ec2("DescribeVpcEndpointServices", more);
    let s3 = list(&[("ServiceName.1", S3)]).ok();
    // As the kind of a service and as the element around it.
    assert_eq!(s3.all("serviceName").len(), 2);
    assert!(s3.body().contains("<serviceType>Gateway</serviceType>"));
    assert!(s3.body().contains("<serviceType>Interface</serviceType>"));
    let gateways = [
        ("Filter.1.Name", "service-type"),
        ("Filter.1.Value.1", "Gateway"),
    ];
    assert_eq!(list(&gateways).ok().all("serviceName").len(), 2);
    assert_eq!(
        list(&[("ServiceName.1", "com.amazonaws.us-west-2.no")]).code(),
        "InvalidServiceName"
    );
    assert_eq!(list(&[("MaxResults", "0")]).code(), "InvalidParameterValue");
    let first = list(&[("MaxResults", "30")]).ok();
    let rest = list(&[("NextToken", &first.text("nextToken"))]).ok();
    assert_eq!(
        first.all("serviceName").len() + rest.all("serviceName").len(),
        list(&[]).ok().all("serviceName").len()
    );
}
