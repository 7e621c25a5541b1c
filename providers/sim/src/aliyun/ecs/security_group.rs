//! Security groups. A basic group lets its members reach each other unless its policy says `Drop`, and lets
//! everything out; rules come on top.

use serde_json::{Value, json};

use super::rule;
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, EITHER, Sizes};
use crate::aliyun::param::{
    DESCRIPTION, DRY_RUN, GROUP, Param, REGION, TAGS, TOKEN, flag, int, name, one_of, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{Instance, Peer, Region, Rule, SecurityGroup};
use crate::ground::calendar::second;

const ID: &[Param] = &[text("SecurityGroupId").must()];
const NAME: &[Param] = &[name("SecurityGroupName")];
const POLICY: Param = one_of("InnerAccessPolicy", &["Accept", "Drop"]);

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateSecurityGroup",
        takes: &[
            REGION,
            TOKEN,
            NAME,
            DESCRIPTION,
            GROUP,
            TAGS,
            &[
                text("VpcId"),
                one_of("SecurityGroupType", &["normal", "enterprise"]),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeSecurityGroups",
        takes: &[
            REGION,
            DRY_RUN,
            NAME,
            GROUP,
            TAGS,
            EITHER,
            &[
                text("VpcId"),
                text("SecurityGroupId"),
                text("SecurityGroupIds"),
                text("SecurityGroupType"),
                text("NetworkType"),
                flag("FuzzyQuery"),
                flag("IsQueryEcsCount"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "DescribeSecurityGroupAttribute",
        takes: &[
            REGION,
            ID,
            &[
                one_of("Direction", &["all", "ingress", "egress"]),
                one_of("NicType", &["intranet", "internet"]),
                text("Attribute"),
                text("NextToken"),
                int("MaxResults", 1, i32::MAX as i64),
            ],
        ],
        act: attribute,
    },
    Action {
        name: "DescribeSecurityGroupReferences",
        takes: &[REGION, &[text("SecurityGroupId.N").must()]],
        act: references,
    },
    Action {
        name: "ModifySecurityGroupAttribute",
        takes: &[REGION, ID, NAME, DESCRIPTION],
        act: modify,
    },
    Action {
        name: "ModifySecurityGroupPolicy",
        takes: &[REGION, ID, TOKEN, &[POLICY.must()]],
        act: policy,
    },
    Action {
        name: "DeleteSecurityGroup",
        takes: &[REGION, ID],
        act: delete,
    },
];

/// The most instances of a basic group.
const INSTANCES: usize = 2_000;

fn create(region: &mut Region, args: &Args) -> Answer {
    let vpc = args.need("VpcId")?;
    if region.vpcs.get(vpc).is_none() {
        return Err(Fault::no_vpc());
    }
    if region.security_groups.len() >= region.quotas.security_groups {
        return Err(Fault::new(
            "QuotaExceed.SecurityGroup",
            "The maximum number of security groups is reached.",
        ));
    }
    let kind = args.some("SecurityGroupType").unwrap_or("normal");
    let inner = if kind == "normal" { "Accept" } else { "Drop" };
    let group = SecurityGroup {
        id: region.new_id("sg"),
        vpc: vpc.to_owned(),
        name: args.string("SecurityGroupName"),
        description: args.string("Description"),
        kind: kind.to_owned(),
        inner: inner.to_owned(),
        rules: Vec::new(),
        created_ms: region.now,
        tags: tags::given(args)?,
    };
    let id = group.id.clone();
    region.security_groups.put(group);
    Ok(json!({ "SecurityGroupId": id }))
}

fn members<'r>(region: &'r Region, group: &str) -> impl Iterator<Item = &'r Instance> {
    let group = group.to_owned();
    region
        .instances
        .iter()
        .filter(move |it| it.groups.contains(&group))
}

fn show(region: &Region, args: &Args, group: &SecurityGroup) -> Value {
    let count = members(region, &group.id).count();
    let named = |it: &&Rule| matches!(it.peer, Peer::Group(_));
    let mut shown = json!({
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "SecurityGroupType": group.kind,
        "VpcId": group.vpc,
        "ServiceManaged": false,
        "ResourceGroupId": "",
        "CreationTime": second(group.created_ms),
        "RuleCount": group.rules.len(),
        "GroupToGroupRuleCount": group.rules.iter().filter(named).count(),
        "Tags": tags::prefixed(&group.tags),
    });
    if args.flag("IsQueryEcsCount") != Some(false) {
        shown["EcsCount"] = json!(count);
        shown["AvailableInstanceAmount"] = json!(INSTANCES.saturating_sub(count));
    }
    shown
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.json("SecurityGroupIds", 100)?;
    let fuzzy = args.flag("FuzzyQuery") == Some(true);
    let named = |name: &str| match args.some("SecurityGroupName") {
        Some(wanted) if fuzzy => name.contains(wanted),
        Some(wanted) => name == wanted,
        None => true,
    };
    let rows = region.visible(&region.security_groups).filter(|it| {
        ids.as_ref().is_none_or(|ids| ids.contains(&it.id))
            && args.is("SecurityGroupId", &it.id)
            && args.is("VpcId", &it.vpc)
            && args.is("SecurityGroupType", &it.kind)
            && args.is("NetworkType", "vpc")
            && named(&it.name)
            && tags::match_filter(args, &it.tags)
    });
    let sizes = Sizes {
        least: 10,
        most: 100,
        usual: 10,
    };
    let page = page::either(args, sizes, rows.collect(), |it| &it.id)?;
    let mut answer = page::answer(page, "SecurityGroups", "SecurityGroup", |it| {
        show(region, args, it)
    });
    answer["RegionId"] = json!(region.name);
    Ok(answer)
}

fn attribute(region: &mut Region, args: &Args) -> Answer {
    let group = region.security_groups.find(args.need("SecurityGroupId")?)?;
    let wanted = args.some("Direction").unwrap_or("all");
    let rules = group.rules.iter().filter(|rule| {
        (wanted == "all" || wanted == rule.direction.word())
            && args.some("NicType") != Some("internet")
    });
    let mut rules: Vec<_> = rules.collect();
    rules.sort_by(|one, other| one.id.cmp(&other.id));
    let sizes = Sizes {
        least: 10,
        most: 1_000,
        usual: 500,
    };
    let page = page::tokens(args, "MaxResults", sizes, rules, |rule| &rule.id)?;
    let rows: Vec<Value> = page.rows.iter().map(|it| rule::show(region, it)).collect();
    Ok(json!({
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "RegionId": region.name,
        "VpcId": group.vpc,
        "InnerAccessPolicy": group.inner,
        "NextToken": page.about["NextToken"],
        "Permissions": { "Permission": rows },
    }))
}

/// The groups whose rules name `id`.
fn referring<'r>(region: &'r Region, id: &str) -> Vec<&'r str> {
    let peer = Peer::Group(id.to_owned());
    let groups = region.security_groups.iter();
    groups
        .filter(|group| group.id != id && group.rules.iter().any(|rule| rule.peer == peer))
        .map(|group| group.id.as_str())
        .collect()
}

fn references(region: &mut Region, args: &Args) -> Answer {
    let rows: Vec<Value> = args
        .texts("SecurityGroupId")
        .into_iter()
        .filter_map(|id| {
            let referring = referring(region, &id).into_iter();
            let referring: Vec<Value> = referring
                .map(|group| {
                    json!({ "SecurityGroupId": group, "AliUid": crate::aliyun::config::ACCOUNT })
                })
                .collect();
            (!referring.is_empty()).then(|| {
                json!({
                    "SecurityGroupId": id,
                    "ReferencingSecurityGroups": { "ReferencingSecurityGroup": referring },
                })
            })
        })
        .collect();
    Ok(json!({ "SecurityGroupReferences": { "SecurityGroupReference": rows } }))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    region
        .security_groups
        .change(args.need("SecurityGroupId")?, |group| {
            args.set("SecurityGroupName", &mut group.name);
            args.set("Description", &mut group.description);
        })?;
    done()
}

fn policy(region: &mut Region, args: &Args) -> Answer {
    let mut group = region
        .security_groups
        .find(args.need("SecurityGroupId")?)?
        .clone();
    if group.kind == "enterprise" {
        return Err(Fault::new(
            "InvalidOperation.InvalidSecurityGroupType",
            "The inner access policy of an advanced security group cannot be changed.",
        ));
    }
    group.inner = args.string("InnerAccessPolicy");
    region.security_groups.put(group);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    let id = region
        .security_groups
        .find(args.need("SecurityGroupId")?)?
        .id
        .clone();
    if members(region, &id).next().is_some() || !referring(region, &id).is_empty() {
        return Err(Fault::new(
            "DependencyViolation",
            "There is still instance(s) in the specified security group, or another group refers to it.",
        ));
    }
    region.security_groups.remove(&id);
    done()
}

/// A group may have so many rules.
///
/// # Errors
/// `AuthorizationLimitExceed`.
pub fn has_room(region: &Region, group: &SecurityGroup) -> Result<(), Fault> {
    if group.rules.len() <= region.quotas.rules_per_group {
        return Ok(());
    }
    Err(Fault::new(
        "AuthorizationLimitExceed",
        "The limit of authorization records in the security group reaches.",
    ))
}
