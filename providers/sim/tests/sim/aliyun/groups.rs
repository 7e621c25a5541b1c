//! Security groups and their rules.

use serde_json::json;

use super::client::{Ali, Answer, instant};

fn rules(ali: &Ali, group: &str) -> Answer {
    ali.ecs(
        "DescribeSecurityGroupAttribute",
        &[("SecurityGroupId", group)],
    )
    .ok()
}

fn allow(ali: &Ali, group: &str, more: &[(&str, &str)]) -> Answer {
    let mut parameters = vec![("SecurityGroupId", group), ("IpProtocol", "tcp")];
    parameters.extend(more);
    ali.ecs("AuthorizeSecurityGroup", &parameters)
}

#[test]
fn members_of_a_basic_group_reach_each_other_until_told_otherwise() {
    let ali = instant();
    let vpc = ali.new_vpc();
    let group = ali.new_group(&vpc);
    assert_eq!(rules(&ali, &group).text("/InnerAccessPolicy"), "Accept");
    assert_eq!(rules(&ali, &group).count("/Permissions/Permission"), 0);
    let drop = [
        ("SecurityGroupId", group.as_str()),
        ("InnerAccessPolicy", "Drop"),
    ];
    ali.ecs("ModifySecurityGroupPolicy", &drop).ok();
    assert_eq!(rules(&ali, &group).text("/InnerAccessPolicy"), "Drop");
    let made = ali.ecs(
        "CreateSecurityGroup",
        &[("VpcId", &vpc), ("SecurityGroupType", "enterprise")],
    );
    let advanced = made.ok().text("/SecurityGroupId");
    let source = [("PortRange", "80/80"), ("SourceGroupId", group.as_str())];
    let refused = allow(&ali, &advanced, &source);
    assert_eq!(refused.code(), "InvalidOperation.InvalidSecurityGroupType");
}

#[test]
fn a_rule_that_exists_is_added_without_effect() {
    let ali = instant();
    let group = ali.new_group(&ali.new_vpc());
    let web = [("PortRange", "80/80"), ("SourceCidrIp", "10.0.0.7/16")];
    allow(&ali, &group, &web).ok();
    allow(&ali, &group, &web).ok();
    let shown = rules(&ali, &group);
    assert_eq!(shown.count("/Permissions/Permission"), 1);
    let rule = "/Permissions/Permission/0";
    assert_eq!(shown.text(&format!("{rule}/SourceCidrIp")), "10.0.0.0/16");
    assert_eq!(shown.text(&format!("{rule}/IpProtocol")), "TCP");
    assert_eq!(shown.text(&format!("{rule}/Priority")), "1");
    assert_eq!(shown.text(&format!("{rule}/Policy")), "Accept");
    let id = shown.text(&format!("{rule}/SecurityGroupRuleId"));
    let modify = [
        ("SecurityGroupId", group.as_str()),
        ("SecurityGroupRuleId", id.as_str()),
        ("PortRange", "443/443"),
        ("Description", "web"),
    ];
    ali.ecs("ModifySecurityGroupRule", &modify).ok();
    let shown = rules(&ali, &group);
    assert_eq!(shown.text(&format!("{rule}/PortRange")), "443/443");
    let revoke = [
        ("SecurityGroupId", group.as_str()),
        ("SecurityGroupRuleId.1", id.as_str()),
    ];
    ali.ecs("RevokeSecurityGroup", &revoke).ok();
    assert_eq!(rules(&ali, &group).count("/Permissions/Permission"), 0);
    let again = ali.ecs("RevokeSecurityGroup", &revoke).code();
    assert_eq!(again, "InvalidSecurityGroupRule.RuleNotExist");
}

#[test]
fn many_rules_come_in_one_request_and_in_both_directions() {
    let ali = instant();
    let group = ali.new_group(&ali.new_vpc());
    let many = [
        ("SecurityGroupId", group.as_str()),
        ("Permissions.1.IpProtocol", "ICMP"),
        ("Permissions.1.PortRange", "-1/-1"),
        ("Permissions.1.SourceCidrIp", "0.0.0.0/0"),
        ("Permissions.2.IpProtocol", "udp"),
        ("Permissions.2.PortRange", "53/53"),
        ("Permissions.2.SourceCidrIp", "10.0.0.0/8"),
        ("Permissions.2.Policy", "drop"),
        ("Permissions.2.Priority", "100"),
    ];
    ali.ecs("AuthorizeSecurityGroup", &many).ok();
    let out = [
        ("SecurityGroupId", group.as_str()),
        ("IpProtocol", "all"),
        ("PortRange", "-1/-1"),
        ("DestCidrIp", "0.0.0.0/0"),
        ("Policy", "drop"),
    ];
    ali.ecs("AuthorizeSecurityGroupEgress", &out).ok();
    assert_eq!(rules(&ali, &group).count("/Permissions/Permission"), 3);
    let egress = [("SecurityGroupId", group.as_str()), ("Direction", "egress")];
    let shown = ali.ecs("DescribeSecurityGroupAttribute", &egress).ok();
    assert_eq!(
        shown.text("/Permissions/Permission/0/DestCidrIp"),
        "0.0.0.0/0"
    );
    assert_eq!(shown.text("/Permissions/Permission/0/SourceCidrIp"), "");
    ali.ecs("RevokeSecurityGroupEgress", &out).ok();
    assert_eq!(rules(&ali, &group).count("/Permissions/Permission"), 2);
}

#[test]
fn ports_and_sources_are_checked() {
    let ali = instant();
    let group = ali.new_group(&ali.new_vpc());
    let everywhere = ("SourceCidrIp", "0.0.0.0/0");
    for wrong in ["0/80", "80/79", "1/65536", "80", "-1/-1"] {
        let answer = allow(&ali, &group, &[("PortRange", wrong), everywhere]);
        assert_eq!(answer.code(), "InvalidPortRange.Malformed", "{wrong}");
    }
    let sourceless = allow(&ali, &group, &[("PortRange", "1/65535")]);
    assert_eq!(sourceless.code(), "MissingParameter");
    let unknown = allow(
        &ali,
        &group,
        &[("PortRange", "1/2"), ("SourceGroupId", "sg-none")],
    );
    assert_eq!(unknown.code(), "InvalidSourceGroupId.NotFound");
    let wrong = allow(
        &ali,
        &group,
        &[("PortRange", "1/2"), everywhere, ("Priority", "101")],
    );
    assert_eq!(wrong.code(), "InvalidParameter");
}

#[test]
fn a_group_that_others_name_stays() {
    let ali = instant();
    let vpc = ali.new_vpc();
    let (named, naming) = (ali.new_group(&vpc), ali.new_group(&vpc));
    let source = [("PortRange", "22/22"), ("SourceGroupId", named.as_str())];
    allow(&ali, &naming, &source).ok();
    let delete = |group: &str| ali.ecs("DeleteSecurityGroup", &[("SecurityGroupId", group)]);
    assert_eq!(delete(&named).code(), "DependencyViolation");
    let asked = [("SecurityGroupId.1", named.as_str())];
    let references = ali.ecs("DescribeSecurityGroupReferences", &asked).ok();
    let at = "/SecurityGroupReferences/SecurityGroupReference/0/ReferencingSecurityGroups/ReferencingSecurityGroup";
    assert_eq!(references.text(&format!("{at}/0/SecurityGroupId")), naming);
    delete(&naming).ok();
    delete(&named).ok();
    let gone = delete(&named);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (404, "InvalidSecurityGroupId.NotFound")
    );
}

#[test]
fn the_number_of_rules_is_limited() {
    let ali = Ali::start(|config| config.aliyun_quotas.rules_per_group = 2);
    let group = ali.new_group(&ali.new_vpc());
    let ports: Vec<String> = (1..=3).map(|port| format!("{port}/{port}")).collect();
    let everywhere = ("SourceCidrIp", "0.0.0.0/0");
    allow(&ali, &group, &[("PortRange", &ports[0]), everywhere]).ok();
    allow(&ali, &group, &[("PortRange", &ports[1]), everywhere]).ok();
    let third = allow(&ali, &group, &[("PortRange", &ports[2]), everywhere]);
    assert_eq!(third.code(), "AuthorizationLimitExceed");
    let shown = ali
        .ecs("DescribeSecurityGroups", &[("SecurityGroupId", &group)])
        .ok();
    assert_eq!(
        *shown.at("/SecurityGroups/SecurityGroup/0/RuleCount"),
        json!(2)
    );
}
