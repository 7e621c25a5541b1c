//! ECS's own copies of VPC's actions.

use super::client::instant;

#[test]
fn ecs_makes_the_same_vpcs_and_vswitches() {
    let ali = instant();
    let made = ali.ecs("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).ok();
    let vpc = made.text("/VpcId");
    let parameters = [
        ("VpcId", vpc.as_str()),
        ("CidrBlock", "10.0.1.0/24"),
        ("ZoneId", "cn-hangzhou-b"),
    ];
    let vswitch = ali
        .ecs("CreateVSwitch", &parameters)
        .ok()
        .text("/VSwitchId");
    let seen = ali.vpc("DescribeVSwitches", &[("VpcId", &vpc)]).ok();
    assert_eq!(seen.text("/VSwitches/VSwitch/0/VSwitchId"), vswitch);
    let newer = ali.ecs("CreateVpc", &[("EnableIpv6", "true")]);
    assert_eq!(newer.code(), "InvalidParameter", "the copies take less");
    ali.ecs("DeleteVSwitch", &[("VSwitchId", &vswitch)]).ok();
    ali.ecs("DeleteVpc", &[("VpcId", &vpc)]).ok();
}
