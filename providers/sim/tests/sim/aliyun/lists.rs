//! Lists: pages, filters, what is not there, what is for sale.

use serde_json::json;

use super::client::{Ali, instant};

#[test]
fn pages_have_numbers() {
    let ali = instant();
    let ids: Vec<String> = (0..7).map(|_| ali.new_vpc()).collect();
    let page = |number: &str| {
        ali.vpc("DescribeVpcs", &[("PageNumber", number), ("PageSize", "3")])
            .ok()
    };
    let mut seen = Vec::new();
    for number in ["1", "2", "3"] {
        let rows = page(number);
        assert_eq!(*rows.at("/TotalCount"), json!(7));
        let rows = rows.at("/Vpcs/Vpc").as_array().unwrap().clone();
        seen.extend(
            rows.iter()
                .map(|row| row["VpcId"].as_str().unwrap().to_owned()),
        );
    }
    let mut ids = ids;
    ids.sort();
    seen.sort();
    assert_eq!(seen, ids);
    assert_eq!(
        page("4").count("/Vpcs/Vpc"),
        0,
        "a page past the end is empty"
    );
    let wide = ali.vpc("DescribeVpcs", &[("PageSize", "51")]);
    assert_eq!(wide.code(), "InvalidParameter");
}

#[test]
fn pages_have_tokens() {
    let ali = Ali::start(|config| {
        config.aliyun_quotas.security_groups = 50;
        config.aliyun_timing = infra_sim::aliyun::Timing::instant();
    });
    let vpc = ali.new_vpc();
    let made: Vec<String> = (0..25).map(|_| ali.new_group(&vpc)).collect();
    let (mut token, mut seen) = (String::new(), Vec::new());
    loop {
        // Ten is the least: five becomes ten.
        let asked = [("MaxResults", "5"), ("NextToken", token.as_str())];
        let page = ali.ecs("DescribeSecurityGroups", &asked).ok();
        let rows = page.at("/SecurityGroups/SecurityGroup").as_array().unwrap();
        assert!(rows.len() == 10 || rows.len() == 5);
        seen.extend(
            rows.iter()
                .map(|row| row["SecurityGroupId"].as_str().unwrap().to_owned()),
        );
        token = page.text("/NextToken");
        if token.is_empty() {
            break;
        }
    }
    let mut made = made;
    made.sort();
    assert_eq!(seen, made);
    let wrong = ali.ecs("DescribeSecurityGroups", &[("NextToken", "!")]);
    assert_eq!(wrong.code(), "InvalidParameter");
}

#[test]
fn an_unknown_id_is_an_empty_list() {
    let ali = instant();
    for (product, action, name, value, at) in [
        ("vpc", "DescribeVpcs", "VpcId", "vpc-none", "/Vpcs/Vpc"),
        (
            "vpc",
            "DescribeVSwitches",
            "VSwitchId",
            "vsw-none",
            "/VSwitches/VSwitch",
        ),
        (
            "vpc",
            "DescribeEipAddresses",
            "AllocationId",
            "eip-none",
            "/EipAddresses/EipAddress",
        ),
        (
            "ecs",
            "DescribeSecurityGroups",
            "SecurityGroupId",
            "sg-none",
            "/SecurityGroups/SecurityGroup",
        ),
        (
            "ecs",
            "DescribeKeyPairs",
            "KeyPairName",
            "none",
            "/KeyPairs/KeyPair",
        ),
        (
            "ecs",
            "DescribeImages",
            "ImageId",
            "m-none",
            "/Images/Image",
        ),
    ] {
        let answer = ali.call(product, action, &[(name, value)]).ok();
        assert_eq!(answer.count(at), 0, "{action}");
    }
}

#[test]
fn what_was_just_made_may_not_be_seen_yet() {
    let ali = Ali::start(|config| config.chaos = "stale=200ms".parse().unwrap());
    ali.new_vpc();
    assert_eq!(ali.vpc("DescribeVpcs", &[]).ok().count("/Vpcs/Vpc"), 0);
    ali.sim.pass(200);
    assert_eq!(ali.vpc("DescribeVpcs", &[]).ok().count("/Vpcs/Vpc"), 1);
}

#[test]
fn images_are_found_by_pattern_family_and_owner() {
    let ali = instant();
    let find = |asked: &[(&str, &str)]| ali.ecs("DescribeImages", asked).ok();
    let centos = find(&[
        ("ImageName", "centos_7_9_x64_20G_alibase_*"),
        ("ImageOwnerAlias", "system"),
    ]);
    assert_eq!(centos.count("/Images/Image"), 2);
    let newest = centos.text("/Images/Image/0/ImageId");
    assert_eq!(newest, "centos_7_9_x64_20G_alibase_20240628.vhd");
    let family = ali
        .ecs(
            "DescribeImageFromFamily",
            &[("ImageFamily", "acs:centos_7_9_x64")],
        )
        .ok();
    assert_eq!(family.text("/Image/ImageId"), newest);
    assert_eq!(
        find(&[("ImageOwnerAlias", "self")]).count("/Images/Image"),
        0
    );
    let arm = find(&[("Architecture", "arm64"), ("PageSize", "100")]);
    assert_eq!(arm.count("/Images/Image"), 1);
}

#[test]
fn types_zones_and_disks_are_for_sale() {
    let ali = instant();
    let types = ali
        .ecs(
            "DescribeInstanceTypes",
            &[("InstanceTypes.1", "ecs.g6.xlarge")],
        )
        .ok();
    assert_eq!(
        *types.at("/InstanceTypes/InstanceType/0/CpuCoreCount"),
        json!(4)
    );
    assert_eq!(
        *types.at("/InstanceTypes/InstanceType/0/MemorySize"),
        json!(16.0)
    );
    let zones = ali.ecs("DescribeZones", &[("Verbose", "false")]).ok();
    assert_eq!(zones.text("/Zones/Zone/0/ZoneId"), "cn-hangzhou-b");
    let asked = [
        ("DestinationResource", "SystemDisk"),
        ("InstanceType", "ecs.g7.large"),
    ];
    let disks = ali.ecs("DescribeAvailableResource", &asked).ok();
    let at = "/AvailableZones/AvailableZone/0/AvailableResources/AvailableResource/0/SupportedResources/SupportedResource";
    let values = disks
        .at(at)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["Value"].clone());
    assert_eq!(
        values.collect::<Vec<_>>(),
        [json!("cloud_essd"), json!("cloud_auto")]
    );
    assert!(ali.vpc("DescribeZones", &[]).ok().count("/Zones/Zone") > 3);
}
