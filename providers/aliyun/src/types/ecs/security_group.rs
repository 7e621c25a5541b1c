//! `aliyun.security_group`. Its rules are in `security_rules.rs`.

use futures::FutureExt;
use futures::future::{BoxFuture, try_join_all};
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind};
use serde_json::{Value as Json, json};

use super::security_rules::{RULES, SIDES, Side, canonical, observed, validate_rules};
use crate::cloud::Cloud;
use crate::param::add;
use crate::products::ECS;
use crate::reader::answers;
use crate::table::{
    Call, Hooks, Ids, Kind, List, Pages, Part, call, item, items_at, list, scalar, text, words,
};

const MODIFY: Call = call("ModifySecurityGroupAttribute").of(&["SecurityGroupId"]);
const POLICY: Call = call("ModifySecurityGroupPolicy").of(&["SecurityGroupId"]);
const ATTRIBUTE: List = list("DescribeSecurityGroupAttribute", "Permissions.Permission")
    .with(&[("NicType", "intranet")])
    .pages(Pages::Next("MaxResults", 1_000));

pub(crate) const SECURITY_GROUP: Kind = Kind {
    name: "aliyun.security_group",
    key: &[Part::Given("SecurityGroupId", "SecurityGroupId")],
    create: call("CreateSecurityGroup").once(),
    read: list("DescribeSecurityGroups", "SecurityGroups.SecurityGroup")
        .ids(Ids::Json("SecurityGroupIds", 100, 0))
        .pages(Pages::Next("MaxResults", 100))
        .tagged(),
    delete: call("DeleteSecurityGroup").of(&["SecurityGroupId"]),
    fields: &[
        text("name")
            .create("SecurityGroupName")
            .read("SecurityGroupName")
            .update(&MODIFY, "SecurityGroupName"),
        text("vpc").create("VpcId").read("VpcId"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        words(
            "kind",
            &[("normal", "normal"), ("enterprise", "enterprise")],
        )
        .create("SecurityGroupType")
        .read("SecurityGroupType"),
        words("inner_access", &[("drop", "Drop"), ("accept", "Accept")])
            .read("InnerAccessPolicy")
            .update(&POLICY, "InnerAccessPolicy"),
        item("allow", |item| Some(observed(Side::ALLOW, item))).by(&RULES),
        item("allow_out", |item| Some(observed(Side::ALLOW_OUT, item))).by(&RULES),
        item("deny", |item| Some(observed(Side::DENY, item))).by(&RULES),
        item("deny_out", |item| Some(observed(Side::DENY_OUT, item))).by(&RULES),
    ],
    tags: Some("securitygroup"),
    hooks: Hooks {
        listed: Some(with_rules),
        canonical: Some(all_canonical),
        validate: Some(validate),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

fn all_canonical(fields: &mut Record) {
    for side in SIDES {
        canonical(side, fields);
    }
}

fn validate(fields: Fields<'_>, problems: &mut Vec<String>) {
    for side in SIDES {
        validate_rules(side, fields, problems);
    }
}

/// Rules and the inner policy take one call for each group.
fn with_rules(cloud: &Cloud, groups: Vec<Json>) -> BoxFuture<'_, Result<Vec<Json>, Failure>> {
    async move {
        let asked = groups.into_iter().map(|group| with_own_rules(cloud, group));
        let groups = try_join_all(asked).await?;
        Ok(groups.into_iter().flatten().collect())
    }
    .boxed()
}

/// `None` for a group that is gone since it was listed.
async fn with_own_rules(cloud: &Cloud, mut group: Json) -> Result<Option<Json>, Failure> {
    let Some(id) = group.get("SecurityGroupId").and_then(scalar) else {
        return Ok(None);
    };
    let mut params = Vec::new();
    add(&mut params, "SecurityGroupId", &id);
    let pages = match answers(cloud, ECS, &ATTRIBUTE, params).await {
        Err(failure) if failure.kind == FailureKind::NotFound => return Ok(None),
        pages => pages?,
    };
    let rules = pages
        .iter()
        .flat_map(|page| items_at(page, ATTRIBUTE.items));
    group["Permissions"] = json!({ "Permission": rules.collect::<Vec<_>>() });
    let policy = pages.last().map(|page| page["InnerAccessPolicy"].clone());
    group["InnerAccessPolicy"] = policy.unwrap_or_default();
    Ok(Some(group))
}
