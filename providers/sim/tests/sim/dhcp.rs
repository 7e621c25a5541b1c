//! DHCP options and the VPCs that use them.

use crate::client::instant;

#[test]
fn a_set_is_used_by_vpcs_and_goes_when_none_uses_it() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let by_vpc = [("VpcId.1", vpc.as_str())];
    let set_of = || sim.get("DescribeVpcs", &by_vpc, "dhcpOptionsId");
    let standard = sim.ec2("DescribeDhcpOptions", &[("DhcpOptionsId.1", &set_of())]);
    assert_eq!(
        standard.ok().all("value"),
        ["us-west-2.compute.internal", "AmazonProvidedDNS"]
    );
    let wanted = [
        ("DhcpConfiguration.1.Key", "domain-name"),
        ("DhcpConfiguration.1.Value.1", "desk.internal"),
        ("DhcpConfiguration.2.Key", "ntp-servers"),
        ("DhcpConfiguration.2.Value.1", "10.0.0.7"),
        ("DhcpConfiguration.2.Value.2", "10.0.0.8"),
    ];
    let set = sim.get("CreateDhcpOptions", &wanted, "dhcpOptionsId");
    let by_set = [("DhcpOptionsId", set.as_str())];
    let use_it = [("DhcpOptionsId", set.as_str()), ("VpcId", &vpc)];
    sim.ec2("AssociateDhcpOptions", &use_it).ok();
    assert_eq!(set_of(), set);
    assert_eq!(
        sim.ec2("DeleteDhcpOptions", &by_set).code(),
        "DependencyViolation"
    );
    let none = [("DhcpOptionsId", "default"), ("VpcId", &vpc)];
    sim.ec2("AssociateDhcpOptions", &none).ok();
    assert_eq!(set_of(), "default");
    sim.ec2("DeleteDhcpOptions", &by_set).ok();
    for action in ["DeleteDhcpOptions", "AssociateDhcpOptions"] {
        let parameters = if action == "DeleteDhcpOptions" {
            &use_it[..1]
        } else {
            &use_it[..]
        };
        assert_eq!(
            sim.ec2(action, parameters).code(),
            "InvalidDhcpOptionID.NotFound"
        );
    }
}

#[test]
fn wrong_options_are_refused() {
    let sim = instant();
    let create = |key: &str, value: &str| {
        let option = [
            ("DhcpConfiguration.1.Key", key),
            ("DhcpConfiguration.1.Value.1", value),
        ];
        sim.ec2("CreateDhcpOptions", &option).code()
    };
    assert_eq!(create("colour", "red"), "InvalidParameterValue");
    assert_eq!(create("ntp-servers", "time"), "InvalidParameterValue");
    assert_eq!(sim.ec2("CreateDhcpOptions", &[]).code(), "MissingParameter");
    let found = sim.ec2(
        "DescribeDhcpOptions",
        &[
            ("Filter.1.Name", "value"),
            ("Filter.1.Value.1", "AmazonProvided*"),
        ],
    );
    assert_eq!(found.ok().all("dhcpOptionsId").len(), 1);
}
