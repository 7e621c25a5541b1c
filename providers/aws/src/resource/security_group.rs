//! `aws.security_group`: CreateSecurityGroup, DescribeSecurityGroups, DeleteSecurityGroup; its rules are in
//! `security_rule.rs`, `security_rules.rs` and `security_rules_change.rs`.

use async_trait::async_trait;
use aws_sdk_ec2::types::ResourceType;
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, Settle, Update};

use super::security_rule::Direction;
use super::security_rules as rules;
use super::security_rules_change::bring_rules;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::plain_name;
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct SecurityGroup;

/// "CreateSecurityGroup": the longest name and description.
const CHARS_MAX: usize = crate::names::NAME_CHARS_MAX;

#[async_trait]
impl Kind for SecurityGroup {
    fn canonical(&self, fields: &mut Record) {
        rules::canonical(Direction::In, fields);
        rules::canonical(Direction::Out, fields);
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
        for name in ["name", "description"] {
            let Some(text) = fields.text(name) else {
                continue;
            };
            if text.is_empty() || text.chars().count() > CHARS_MAX {
                problems.push(format!("`{name}` must have 1 to {CHARS_MAX} characters"));
            }
            if let Some(wrong) = text.chars().find(|c| !allowed(*c)) {
                problems.push(format!(
                    "AWS does not take `{wrong}` in the {name} of a security group"
                ));
            }
        }
        if fields
            .text("name")
            .is_some_and(|name| name.starts_with("sg-"))
        {
            problems.push("the name of a security group must not begin with `sg-`".to_owned());
        }
        rules::validate(Direction::In, fields, problems);
        rules::validate(Direction::Out, fields, problems);
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("group-id");
        let all = cloud
            .pages(
                "DescribeSecurityGroups",
                |next| {
                    let call = cloud
                        .ec2
                        .describe_security_groups()
                        .set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.security_groups, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    /// A replacement is made before the old group goes, and two groups of a VPC cannot share a name. So a name
    /// that nobody chose gets a part of the token when the group before has it still.
    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let authored = fields.text("name");
        let name = authored
            .clone()
            .unwrap_or_else(|| plain_name(&order.default_name));
        match create_named(cloud, order, &name).await {
            Err(failure) if failure.code == "InvalidGroup.Duplicate" && authored.is_none() => {
                if by_name(cloud, &fields.must("vpc")?, &name)
                    .await?
                    .is_none_or(|seen| !is_ours(cloud, order, &seen))
                {
                    return Err(failure);
                }
                let suffix: String = order.token.chars().rev().take(6).collect();
                create_named(cloud, order, &format!("{name}-{suffix}")).await
            }
            result => result,
        }
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let Some(fields) = &order.fields else {
            return Ok(());
        };
        bring_to(cloud, &order.id, Fields(fields), true, true).await
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let (inward, outward) = (order.changes("allow"), order.changes("allow_out"));
        bring_to(cloud, &order.id, Fields(&order.fields), inward, outward).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteSecurityGroup", || {
                cloud.ec2.delete_security_group().group_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(group: aws_sdk_ec2::types::SecurityGroup) -> Option<Seen> {
    let allow = rules::observed(Direction::In, group.ip_permissions.as_deref());
    let allow_out = rules::observed(Direction::Out, group.ip_permissions_egress.as_deref());
    Some(
        tags::seen(group.group_id?, group.tags)
            .text("name", group.group_name)
            .text("vpc", group.vpc_id)
            .text("description", group.description)
            .value("allow", Some(allow))
            .value("allow_out", Some(allow_out)),
    )
}

async fn create_named(cloud: &Cloud, order: &Create, name: &str) -> Result<String, Failure> {
    let fields = Fields(&order.fields);
    let vpc = fields.must("vpc")?;
    let description = fields
        .text("description")
        .unwrap_or_else(|| "Managed by infra".to_owned());
    let tags = tags::specification(ResourceType::SecurityGroup, &tags::of_new(cloud, order));
    let answer = cloud
        .once("CreateSecurityGroup", || {
            let call = cloud
                .ec2
                .create_security_group()
                .group_name(name)
                .vpc_id(&vpc);
            call.description(&description)
                .tag_specifications(tags.clone())
                .send()
        })
        .await?;
    answer
        .group_id
        .ok_or_else(|| incomplete("CreateSecurityGroup", "the group's id"))
}

async fn by_name(cloud: &Cloud, vpc: &str, name: &str) -> Result<Option<Seen>, Failure> {
    let filters = [
        filter("vpc-id", [vpc.to_owned()]),
        filter("group-name", [name.to_owned()]),
    ];
    let answer = cloud
        .read("DescribeSecurityGroups", || {
            let call = cloud.ec2.describe_security_groups();
            call.set_filters(Some(filters.to_vec())).send()
        })
        .await?;
    Ok(answer
        .security_groups
        .unwrap_or_default()
        .pop()
        .and_then(seen))
}

/// Whether a group is the earlier one of the same address, and not what this very order made.
fn is_ours(cloud: &Cloud, order: &Create, seen: &Seen) -> bool {
    let tag = |key: &str| seen.tags.get(key).map(String::as_str);
    tag(tags::PROGRAM) == Some(&cloud.program)
        && tag(tags::ADDRESS) == Some(&order.address.to_string())
        && tag(tags::TOKEN) != Some(&order.token)
}

/// Makes the rules what the fields say; fields that are not set are left alone.
async fn bring_to(
    cloud: &Cloud,
    id: &str,
    fields: Fields<'_>,
    inward: bool,
    outward: bool,
) -> Result<(), Failure> {
    let inward = inward && fields.get("allow").is_some();
    let outward = outward && fields.get("allow_out").is_some();
    if !inward && !outward {
        return Ok(());
    }
    let by_id = filter("group-id", [id.to_owned()]);
    let group = wait::until(
        cloud,
        "to see the security group",
        cloud.windows.consistency_ms,
        || async {
            let answer = cloud
                .read("DescribeSecurityGroups", || {
                    cloud
                        .ec2
                        .describe_security_groups()
                        .filters(by_id.clone())
                        .send()
                })
                .await?;
            Ok(answer.security_groups.unwrap_or_default().pop())
        },
    )
    .await?;
    if inward {
        let current = group.ip_permissions.unwrap_or_default();
        bring_rules(cloud, id, Direction::In, &current, fields).await?;
    }
    if outward {
        let current = group.ip_permissions_egress.unwrap_or_default();
        bring_rules(cloud, id, Direction::Out, &current, fields).await?;
    }
    Ok(())
}
/// The groups that a machine, a network card or an endpoint is to wear. Nothing is ever without one: what has to let go
/// of its last group, because that is to be deleted, wears the network's default group until it gets another.
pub(super) async fn worn<Asked>(
    cloud: &Cloud,
    wanted: Vec<String>,
    vpc: impl Fn() -> Asked,
) -> Result<Vec<String>, Failure>
where
    Asked: Future<Output = Result<Option<String>, Failure>>,
{
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    let by = [
        filter("vpc-id", vpc().await?),
        filter("group-name", ["default".to_owned()]),
    ];
    let answer = cloud
        .read("DescribeSecurityGroups", || {
            let call = cloud.ec2.describe_security_groups();
            call.set_filters(Some(by.to_vec())).send()
        })
        .await?;
    let groups = answer.security_groups.unwrap_or_default();
    let ids: Vec<String> = groups.into_iter().filter_map(|it| it.group_id).collect();
    match ids.is_empty() {
        true => Err(incomplete(
            "DescribeSecurityGroups",
            "the network's default group",
        )),
        false => Ok(ids),
    }
}
