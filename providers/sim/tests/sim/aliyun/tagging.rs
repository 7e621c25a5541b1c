//! Tags.

use serde_json::json;

use super::client::instant;

#[test]
fn tags_are_given_changed_filtered_by_and_listed() {
    let ali = instant();
    let made = ali
        .vpc("CreateVpc", &[("Tag.1.Key", "app"), ("Tag.1.Value", "hsh")])
        .ok();
    let vpc = made.text("/VpcId");
    ali.new_vpc();
    let found = ali
        .vpc(
            "DescribeVpcs",
            &[("Tag.1.Key", "app"), ("Tag.1.Value", "hsh")],
        )
        .ok();
    assert_eq!(found.count("/Vpcs/Vpc"), 1);
    assert_eq!(
        *found.at("/Vpcs/Vpc/0/Tags/Tag"),
        json!([{ "Key": "app", "Value": "hsh" }])
    );
    let of = [("ResourceType", "VPC"), ("ResourceId.1", vpc.as_str())];
    let change = [of[0], of[1], ("Tag.1.Key", "stage"), ("Tag.1.Value", "")];
    ali.vpc("TagResources", &change).ok();
    let listed = ali.vpc("ListTagResources", &of).ok();
    assert_eq!(listed.count("/TagResources/TagResource"), 2);
    assert_eq!(listed.text("/TagResources/TagResource/0/TagKey"), "app");
    ali.vpc("UnTagResources", &[of[0], of[1], ("TagKey.1", "app")])
        .ok();
    let listed = ali.vpc("ListTagResources", &of).ok();
    assert_eq!(listed.count("/TagResources/TagResource"), 1);
}

#[test]
fn ecs_shows_them_with_other_names() {
    let ali = instant();
    let vpc = ali.new_vpc();
    let tag = [("Tag.1.Key", "app"), ("Tag.1.Value", "hsh")];
    let made = ali
        .ecs("CreateSecurityGroup", &[("VpcId", &vpc), tag[0], tag[1]])
        .ok();
    let group = made.text("/SecurityGroupId");
    let shown = ali.ecs("DescribeSecurityGroups", &tag).ok();
    let tags = shown.at("/SecurityGroups/SecurityGroup/0/Tags/Tag");
    assert_eq!(*tags, json!([{ "TagKey": "app", "TagValue": "hsh" }]));
    let of = [
        ("ResourceType", "securitygroup"),
        ("ResourceId.1", group.as_str()),
    ];
    ali.ecs("UntagResources", &[of[0], of[1], ("All", "true")])
        .ok();
    assert_eq!(
        ali.ecs("ListTagResources", &of)
            .ok()
            .count("/TagResources/TagResource"),
        0
    );
}

#[test]
fn keys_of_the_cloud_and_too_many_tags_are_refused() {
    let ali = instant();
    let code = |key: &str| ali.vpc("CreateVpc", &[("Tag.1.Key", key)]).code();
    assert_eq!(code("aliyun:x"), "InvalidTagKey.Malformed");
    assert_eq!(code("acs:x"), "InvalidTagKey.Malformed");
    assert_eq!(code("http://x"), "InvalidTagKey.Malformed");
    let keys: Vec<String> = (1..=21).map(|n| format!("Tag.{n}.Key")).collect();
    let many: Vec<(&str, &str)> = keys
        .iter()
        .map(|key| (key.as_str(), key.as_str()))
        .collect();
    assert_eq!(ali.vpc("CreateVpc", &many).code(), "NumberExceed.Tags");
    let missing = [
        ("ResourceType", "VPC"),
        ("ResourceId.1", "vpc-none"),
        ("Tag.1.Key", "a"),
    ];
    let missing = [missing[0], missing[1], missing[2], ("Tag.1.Value", "b")];
    assert_eq!(
        ali.vpc("TagResources", &missing).code(),
        "InvalidResourceId.NotFound"
    );
}
