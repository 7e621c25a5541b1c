//! Rules of security groups.

use crate::client::{Sim, instant};

fn group(sim: &Sim) -> String {
    let (vpc, _) = sim.network();
    sim.get(
        "CreateSecurityGroup",
        &[
            ("GroupName", "web"),
            ("GroupDescription", "d"),
            ("VpcId", &vpc),
        ],
        "groupId",
    )
}

fn rule<'a>(group: &'a str, port: &'a str, cidr: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("GroupId", group),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", port),
        ("IpPermissions.1.ToPort", port),
        ("IpPermissions.1.IpRanges.1.CidrIp", cidr),
    ]
}

#[test]
fn a_new_group_lets_everything_out_and_nothing_in() {
    let sim = instant();
    let group = group(&sim);
    let shown = sim
        .ec2("DescribeSecurityGroups", &[("GroupId.1", &group)])
        .ok();
    assert_eq!(
        (shown.all("ipProtocol"), shown.all("cidrIp")),
        (vec!["-1".to_owned()], vec!["0.0.0.0/0".to_owned()])
    );
}

#[test]
fn rules_exist_once_and_are_added_all_or_none() {
    let sim = instant();
    let group = group(&sim);
    sim.ec2(
        "AuthorizeSecurityGroupIngress",
        &rule(&group, "22", "10.1.0.9/16"),
    )
    .ok();
    let mut two = rule(&group, "80", "0.0.0.0/0");
    two.extend([
        ("IpPermissions.2.IpProtocol", "6"),
        ("IpPermissions.2.FromPort", "22"),
        ("IpPermissions.2.ToPort", "22"),
        ("IpPermissions.2.IpRanges.1.CidrIp", "10.1.0.0/16"),
    ]);
    assert_eq!(
        sim.ec2("AuthorizeSecurityGroupIngress", &two).code(),
        "InvalidPermission.Duplicate"
    );
    let by_group = [
        ("Filter.1.Name", "group-id"),
        ("Filter.1.Value.1", group.as_str()),
    ];
    assert_eq!(
        sim.ec2("DescribeSecurityGroupRules", &by_group)
            .ok()
            .all("securityGroupRuleId")
            .len(),
        2
    );
    sim.ec2(
        "RevokeSecurityGroupIngress",
        &rule(&group, "22", "10.1.0.0/16"),
    )
    .ok();
    let gone = sim.ec2(
        "RevokeSecurityGroupIngress",
        &rule(&group, "22", "10.1.0.0/16"),
    );
    assert_eq!(gone.code(), "InvalidPermission.NotFound");
}

#[test]
fn wrong_rules_are_refused() {
    let sim = instant();
    let group = group(&sim);
    for (field, value) in [
        ("IpPermissions.1.FromPort", "70000"),
        ("IpPermissions.1.ToPort", "1"),
        ("IpPermissions.1.IpProtocol", "smtp"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/33"),
    ] {
        let mut wrong = rule(&group, "22", "10.0.0.0/8");
        wrong.retain(|(name, _)| *name != field);
        wrong.push((field, value));
        assert_eq!(
            sim.ec2("AuthorizeSecurityGroupIngress", &wrong).code(),
            "InvalidParameterValue",
            "{field}={value}"
        );
    }
}

#[test]
fn descriptions_change_under_the_same_rule() {
    let sim = instant();
    let group = group(&sim);
    let id = sim.get(
        "AuthorizeSecurityGroupIngress",
        &rule(&group, "22", "10.0.0.0/8"),
        "securityGroupRuleId",
    );
    let mut described = rule(&group, "22", "10.0.0.0/8");
    described.push(("IpPermissions.1.IpRanges.1.Description", "office"));
    sim.ec2("UpdateSecurityGroupRuleDescriptionsIngress", &described)
        .ok();
    let shown = sim
        .ec2(
            "DescribeSecurityGroupRules",
            &[("SecurityGroupRuleId.1", &id)],
        )
        .ok();
    assert_eq!(shown.text("description"), "office");
}

#[test]
fn a_group_has_sixty_rules_in_each_direction() {
    let sim = instant();
    let group = group(&sim);
    for n in 0..60 {
        sim.ec2(
            "AuthorizeSecurityGroupIngress",
            &rule(&group, "22", &format!("10.{n}.0.0/16")),
        )
        .ok();
    }
    let one_more = sim.ec2(
        "AuthorizeSecurityGroupIngress",
        &rule(&group, "22", "10.60.0.0/16"),
    );
    assert_eq!(one_more.code(), "RulesPerSecurityGroupLimitExceeded");
    sim.ec2(
        "AuthorizeSecurityGroupEgress",
        &rule(&group, "22", "10.60.0.0/16"),
    )
    .ok();
}
