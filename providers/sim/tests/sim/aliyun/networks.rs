//! VPCs, VSwitches, routes, NAT gateways, SNAT entries and Elastic IPs: states, dependencies, limits.

use infra_sim::aliyun::Timing;
use serde_json::json;

use super::client::{Ali, instant};

#[test]
fn a_vpc_is_pending_then_available_then_gone() {
    let ali = Ali::start(|_| {});
    let made = ali
        .vpc(
            "CreateVpc",
            &[("CidrBlock", "10.0.0.0/16"), ("VpcName", "a")],
        )
        .ok();
    let vpc = made.text("/VpcId");
    assert!(vpc.starts_with("vpc-bp1") && vpc.len() == 24, "{vpc}");
    let status = || ali.vpc("DescribeVpcs", &[("VpcId", &vpc)]).ok();
    assert_eq!(status().text("/Vpcs/Vpc/0/Status"), "Pending");
    assert_eq!(
        ali.vpc("DeleteVpc", &[("VpcId", &vpc)]).code(),
        "IncorrectVpcStatus"
    );
    ali.sim.pass(50);
    assert_eq!(status().text("/Vpcs/Vpc/0/Status"), "Available");
    let table = status().text("/Vpcs/Vpc/0/RouterTableIds/RouterTableIds/0");
    assert_eq!(table, made.text("/RouteTableId"));
    ali.vpc("DeleteVpc", &[("VpcId", &vpc)]).ok();
    assert_eq!(status().text("/Vpcs/Vpc/0/Status"), "Deleting");
    ali.sim.pass(50);
    assert_eq!(status().count("/Vpcs/Vpc"), 0);
    let gone = ali.vpc("DescribeVpcAttribute", &[("VpcId", &vpc)]);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (404, "InvalidVpcID.NotFound")
    );
}

#[test]
fn ranges_of_vpcs_and_vswitches_have_limits() {
    let ali = instant();
    let vpc = |cidr| ali.vpc("CreateVpc", &[("CidrBlock", cidr)]);
    for wrong in ["10.0.0.0/15", "10.0.0.0/29", "100.64.0.0/16", "10.0.0.7/16"] {
        assert_eq!(vpc(wrong).code(), "InvalidParameter", "{wrong}");
    }
    for right in [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "10.0.0.0/28",
    ] {
        vpc(right).ok();
    }
    let id = ali.new_vpc();
    let vswitch = |cidr: &str, zone: &str| {
        ali.vpc(
            "CreateVSwitch",
            &[("VpcId", &id), ("CidrBlock", cidr), ("ZoneId", zone)],
        )
    };
    for wrong in ["10.1.0.0/24", "10.0.1.0/30", "10.0.1.1/24"] {
        assert_eq!(
            vswitch(wrong, "cn-hangzhou-b").code(),
            "InvalidCidrBlock.Malformed"
        );
    }
    assert_eq!(
        vswitch("10.0.1.0/24", "cn-hangzhou-z").code(),
        "InvalidZoneId.NotFound"
    );
    let made = vswitch("10.0.1.0/29", "cn-hangzhou-b")
        .ok()
        .text("/VSwitchId");
    let shown = ali
        .vpc("DescribeVSwitchAttributes", &[("VSwitchId", &made)])
        .ok();
    assert_eq!(*shown.at("/AvailableIpAddressCount"), json!(4));
    assert_eq!(
        vswitch("10.0.1.0/24", "cn-hangzhou-b").code(),
        "InvalidCidrBlock.Overlapped"
    );
}

#[test]
fn vswitches_of_a_vpc_are_made_one_at_a_time() {
    let ali = Ali::start(|_| {});
    let vpc = ali.new_vpc();
    let make = |cidr: &str| {
        let zone = ("ZoneId", "cn-hangzhou-b");
        ali.vpc(
            "CreateVSwitch",
            &[("VpcId", &vpc), ("CidrBlock", cidr), zone],
        )
    };
    assert_eq!(make("10.0.1.0/24").code(), "IncorrectVpcStatus");
    ali.sim.pass(50);
    let first = make("10.0.1.0/24").ok().text("/VSwitchId");
    assert_eq!(make("10.0.2.0/24").code(), "TaskConflict");
    ali.sim.pass(50);
    make("10.0.2.0/24").ok();
    ali.sim.pass(50);
    ali.vpc("DeleteVSwitch", &[("VSwitchId", &first)]).ok();
    let shown = ali.vpc("DescribeVSwitches", &[("VSwitchId", &first)]).ok();
    assert_eq!(shown.text("/VSwitches/VSwitch/0/Status"), "Pending");
    ali.sim.pass(50);
    let shown = ali.vpc("DescribeVSwitches", &[("VpcId", &vpc)]).ok();
    assert_eq!(shown.count("/VSwitches/VSwitch"), 1);
}

#[test]
fn a_vpc_with_content_stays() {
    let ali = instant();
    let (vpc, vswitch) = ali.network();
    let delete = || ali.vpc("DeleteVpc", &[("VpcId", &vpc)]);
    assert_eq!(delete().code(), "DependencyViolation.VSwitch");
    ali.vpc("DeleteVSwitch", &[("VSwitchId", &vswitch)]).ok();
    let group = ali.new_group(&vpc);
    assert_eq!(delete().code(), "DependencyViolation.SecurityGroup");
    ali.ecs("DeleteSecurityGroup", &[("SecurityGroupId", &group)])
        .ok();
    delete().ok();
    assert_eq!(delete().code(), "InvalidVpcID.NotFound");
}

#[test]
fn a_vpc_shrinks_and_grows_back() {
    let ali = instant();
    let (vpc, _) = ali.network();
    let modify = |cidr| {
        ali.vpc(
            "ModifyVpcAttribute",
            &[("VpcId", &vpc), ("CidrBlock", cidr)],
        )
    };
    modify("10.0.0.0/20").ok();
    assert_eq!(
        modify("10.0.8.0/24").code(),
        "InvalidParameter",
        "10.0.1.0/24 is in use"
    );
    modify("10.0.0.0/16").ok();
    assert_eq!(
        modify("10.1.0.0/16").code(),
        "InvalidParameter",
        "outside of the first range"
    );
    let second = [
        ("VpcId", vpc.as_str()),
        ("SecondaryCidrBlock", "192.168.0.0/16"),
    ];
    ali.vpc("AssociateVpcCidrBlock", &second).ok();
    ali.new_vswitch(&vpc, "192.168.1.0/24");
    assert_eq!(
        ali.vpc("UnassociateVpcCidrBlock", &second).code(),
        "DependencyViolation.VSwitch"
    );
}

/// A NAT gateway that is available.
fn gateway(ali: &Ali, vpc: &str, vswitch: &str) -> super::client::Answer {
    let kind = ("NatType", "Enhanced");
    ali.vpc(
        "CreateNatGateway",
        &[("VpcId", vpc), ("VSwitchId", vswitch), kind],
    )
}

#[test]
fn a_nat_gateway_makes_itself_the_way_out() {
    let ali = Ali::start(|config| {
        config.aliyun_timing = Timing {
            nat_gateway_ms: 500,
            ..Timing::instant()
        }
    });
    let (vpc, vswitch) = ali.network();
    let normal = ali.vpc(
        "CreateNatGateway",
        &[("VpcId", &vpc), ("VSwitchId", &vswitch)],
    );
    assert_eq!(normal.code(), "OperationUnsupported.NatType");
    let made = gateway(&ali, &vpc, &vswitch).ok();
    let id = made.text("/NatGatewayId");
    let shown = || {
        ali.vpc("DescribeNatGateways", &[("NatGatewayId", &id)])
            .ok()
    };
    assert_eq!(shown().text("/NatGateways/NatGateway/0/Status"), "Creating");
    ali.sim.pass(500);
    assert_eq!(
        shown().text("/NatGateways/NatGateway/0/Status"),
        "Available"
    );
    let vpcs = ali.vpc("DescribeVpcs", &[("VpcId", &vpc)]).ok();
    let table = vpcs.text("/Vpcs/Vpc/0/RouterTableIds/RouterTableIds/0");
    let asked = [
        ("RouteTableId", table.as_str()),
        ("DestinationCidrBlock", "0.0.0.0/0"),
    ];
    let routes = ali.vpc("DescribeRouteEntryList", &asked).ok();
    assert_eq!(
        routes.text("/RouteEntrys/RouteEntry/0/NextHops/NextHop/0/NextHopId"),
        id
    );
    let entry = routes.text("/RouteEntrys/RouteEntry/0/RouteEntryId");
    let delete = ali.vpc("DeleteRouteEntry", &[("RouteEntryId", &entry)]);
    assert_eq!(delete.code(), "Forbbiden.SystemRouteEntry");
    ali.vpc("DeleteNatGateway", &[("NatGatewayId", &id)]).ok();
    ali.sim.pass(500);
    let gone = ali.vpc("DescribeNatGateways", &[("NatGatewayId", &id)]);
    assert_eq!(gone.code(), "InvalidNatGatewayId.NotFound");
    assert_eq!(
        ali.vpc("DescribeRouteEntryList", &asked)
            .ok()
            .count("/RouteEntrys/RouteEntry"),
        0
    );
}

#[test]
fn addresses_translation_and_gateway_go_in_this_order() {
    let ali = instant();
    let (vpc, vswitch) = ali.network();
    let made = gateway(&ali, &vpc, &vswitch).ok();
    let (nat, table) = (
        made.text("/NatGatewayId"),
        made.text("/SnatTableIds/SnatTableId/0"),
    );
    let eip = ali.vpc("AllocateEipAddress", &[("Bandwidth", "10")]).ok();
    let (id, ip) = (eip.text("/AllocationId"), eip.text("/EipAddress"));
    let translate = [
        ("SnatTableId", table.as_str()),
        ("SourceVSwitchId", vswitch.as_str()),
        ("SnatIp", ip.as_str()),
    ];
    assert_eq!(
        ali.vpc("CreateSnatEntry", &translate).code(),
        "EIP_NOT_IN_GATEWAY"
    );
    let bind = [
        ("AllocationId", id.as_str()),
        ("InstanceId", nat.as_str()),
        ("InstanceType", "Nat"),
    ];
    ali.vpc("AssociateEipAddress", &bind).ok();
    assert_eq!(
        ali.vpc("AssociateEipAddress", &bind).code(),
        "IncorrectEipStatus"
    );
    let entry = ali
        .vpc("CreateSnatEntry", &translate)
        .ok()
        .text("/SnatEntryId");
    let shown = ali
        .vpc("DescribeEipAddresses", &[("AllocationId", &id)])
        .ok();
    assert_eq!(shown.text("/EipAddresses/EipAddress/0/Status"), "InUse");
    assert_eq!(shown.text("/EipAddresses/EipAddress/0/Bandwidth"), "10");
    let unbind = [("AllocationId", id.as_str())];
    let used = ali.vpc("UnassociateEipAddress", &unbind);
    assert_eq!(used.code(), "InvalidIpStatus.HasBeenUsedBySnatTable");
    assert_eq!(
        ali.vpc("ReleaseEipAddress", &unbind).code(),
        "IncorrectEipStatus"
    );
    let delete = |force: &str| {
        ali.vpc(
            "DeleteNatGateway",
            &[("NatGatewayId", &nat), ("Force", force)],
        )
    };
    assert_eq!(delete("false").code(), "DependencyViolation.SnatEntry");
    let protect = |on: &str| {
        let kind = ("Type", "NATGW");
        ali.vpc(
            "DeletionProtection",
            &[("InstanceId", &nat), ("ProtectionEnable", on), kind],
        )
        .ok()
    };
    protect("true");
    assert_eq!(
        delete("true").code(),
        "OperationDenied.DeleteProtectionEnabled"
    );
    protect("false");
    ali.vpc(
        "DeleteSnatEntry",
        &[("SnatTableId", &table), ("SnatEntryId", &entry)],
    )
    .ok();
    assert_eq!(delete("false").code(), "DependencyViolation.EIPS");
    let in_use = ali.vpc("DeleteVSwitch", &[("VSwitchId", &vswitch)]);
    assert_eq!(in_use.code(), "DependencyViolation.EnhancedNatgw");
    ali.vpc("UnassociateEipAddress", &unbind).ok();
    ali.vpc("ReleaseEipAddress", &unbind).ok();
    delete("false").ok();
    ali.vpc("DeleteVSwitch", &[("VSwitchId", &vswitch)]).ok();
    ali.vpc("DeleteVpc", &[("VpcId", &vpc)]).ok();
    assert_eq!(ali.vpc("DescribeVpcs", &[]).ok().count("/Vpcs/Vpc"), 0);
    assert_eq!(
        ali.sim.handle().left_over(),
        Vec::<serde_json::Value>::new()
    );
}

#[test]
fn a_route_leads_to_a_gateway_of_its_vpc() {
    let ali = instant();
    let (vpc, vswitch) = ali.network();
    let nat = gateway(&ali, &vpc, &vswitch).ok().text("/NatGatewayId");
    ali.vpc("DescribeVpcs", &[]).ok();
    let vpcs = ali.vpc("DescribeVpcs", &[("VpcId", &vpc)]).ok();
    let table = vpcs.text("/Vpcs/Vpc/0/RouterTableIds/RouterTableIds/0");
    let make = |to: &str, hop: &str| {
        let kind = ("NextHopType", "NatGateway");
        let to = ("DestinationCidrBlock", to);
        ali.vpc(
            "CreateRouteEntry",
            &[("RouteTableId", &table), to, kind, ("NextHopId", hop)],
        )
    };
    assert_eq!(
        make("192.168.0.0/16", "ngw-none").code(),
        "InvalidNextHopId.NotFound"
    );
    let entry = make("192.168.0.0/16", &nat).ok().text("/RouteEntryId");
    assert_eq!(
        make("192.168.0.0/16", &nat).code(),
        "RouterEntryConflict.Duplicated"
    );
    assert_eq!(
        make("10.0.1.0/24", &nat).code(),
        "InvalidCIDRBlock.Duplicate"
    );
    let name = ("RouteEntryName", "inside");
    ali.vpc("ModifyRouteEntry", &[("RouteEntryId", &entry), name])
        .ok();
    let shown = ali
        .vpc("DescribeRouteEntryList", &[("RouteTableId", &table), name])
        .ok();
    assert_eq!(shown.text("/RouteEntrys/RouteEntry/0/Status"), "Available");
    ali.vpc("DeleteRouteEntry", &[("RouteEntryId", &entry)])
        .ok();
    let gone = ali.vpc("DeleteRouteEntry", &[("RouteEntryId", &entry)]);
    assert_eq!(gone.code(), "InvalidRouteEntry.NotFound");
}

#[test]
fn quotas_are_those_of_a_new_account() {
    let ali = Ali::start(|config| {
        config.aliyun_timing = Timing::instant();
        config.aliyun_quotas.eips = 1;
    });
    for _ in 0..10 {
        ali.new_vpc();
    }
    assert_eq!(ali.vpc("CreateVpc", &[]).code(), "QuotaExceeded.Vpc");
    ali.vpc("AllocateEipAddress", &[]).ok();
    assert_eq!(
        ali.vpc("AllocateEipAddress", &[]).code(),
        "QuotaExceeded.Eip"
    );
}
