//! Network ACLs.

use crate::client::{Sim, instant};

fn entry(sim: &Sim, action: &str, acl: &str, more: &[(&str, &str)]) -> crate::client::Reply {
    let mut parameters = vec![
        ("NetworkAclId", acl),
        ("RuleNumber", "100"),
        ("Egress", "false"),
    ];
    parameters.extend(more);
    sim.ec2(action, &parameters)
}

#[test]
fn a_subnet_always_has_one() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let by_subnet = [
        ("Filter.1.Name", "association.subnet-id"),
        ("Filter.1.Value.1", subnet.as_str()),
    ];
    let held = || sim.ec2("DescribeNetworkAcls", &by_subnet).ok();
    assert_eq!(held().text("default"), "true");
    let acl = sim.get("CreateNetworkAcl", &[("VpcId", &vpc)], "networkAclId");
    let by_id = [("NetworkAclId", acl.as_str())];
    let replace = |association: &str, acl: &str| {
        sim.ec2(
            "ReplaceNetworkAclAssociation",
            &[("AssociationId", association), ("NetworkAclId", acl)],
        )
    };
    let (default, association) = (
        held().text("networkAclId"),
        held().text("networkAclAssociationId"),
    );
    let moved = replace(&association, &acl).ok().text("newAssociationId");
    assert_eq!(held().text("networkAclId"), acl);
    assert_eq!(
        replace(&association, &acl).code(),
        "InvalidAssociationID.NotFound"
    );
    assert_eq!(
        sim.ec2("DeleteNetworkAcl", &by_id).code(),
        "DependencyViolation"
    );
    let by_default = [("NetworkAclId", default.as_str())];
    assert_eq!(
        sim.ec2("DeleteNetworkAcl", &by_default).code(),
        "InvalidParameterValue"
    );
    replace(&moved, &default).ok();
    sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).ok();
    assert_eq!(
        sim.ec2("DeleteVpc", &[("VpcId", &vpc)]).code(),
        "DependencyViolation"
    );
    sim.ec2("DeleteNetworkAcl", &by_id).ok();
    assert_eq!(
        sim.ec2("DeleteNetworkAcl", &by_id).code(),
        "InvalidNetworkAclID.NotFound"
    );
    sim.ec2("DeleteVpc", &[("VpcId", &vpc)]).ok();
}

#[test]
fn an_entry_has_a_number_of_its_own() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let acl = sim.get("CreateNetworkAcl", &[("VpcId", &vpc)], "networkAclId");
    let web = [
        ("Protocol", "tcp"),
        ("RuleAction", "allow"),
        ("CidrBlock", "0.0.0.0/0"),
        ("PortRange.From", "443"),
        ("PortRange.To", "443"),
    ];
    entry(&sim, "CreateNetworkAclEntry", &acl, &web).ok();
    assert_eq!(
        entry(&sim, "CreateNetworkAclEntry", &acl, &web).code(),
        "NetworkAclEntryAlreadyExists"
    );
    assert_eq!(
        entry(&sim, "ReplaceNetworkAclEntry", &acl, &web[..3]).code(),
        "InvalidParameterValue",
        "TCP needs ports"
    );
    let all6 = [
        ("Protocol", "-1"),
        ("RuleAction", "deny"),
        ("Ipv6CidrBlock", "::/0"),
    ];
    entry(&sim, "ReplaceNetworkAclEntry", &acl, &all6).ok();
    let shown = sim
        .ec2("DescribeNetworkAcls", &[("NetworkAclId.1", &acl)])
        .ok();
    assert_eq!(shown.all("ipv6CidrBlock"), ["::/0"]);
    assert_eq!(shown.all("ruleNumber"), ["100", "32767", "32767"]);
    entry(&sim, "DeleteNetworkAclEntry", &acl, &[]).ok();
    for action in ["DeleteNetworkAclEntry", "ReplaceNetworkAclEntry"] {
        let more = if action.starts_with("Replace") {
            &all6[..]
        } else {
            &[]
        };
        assert_eq!(
            entry(&sim, action, &acl, more).code(),
            "InvalidNetworkAclEntry.NotFound"
        );
    }
}
