//! Security groups; their rules are changed in `rule.rs`.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe, Page};
use crate::aws::ec2::{tags, text};
use crate::aws::fault::Fault;
use crate::aws::filter::{matches, one};
use crate::aws::world::{Direction, Peer, Region, Rule, SecurityGroup};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const GROUPS: Describe<SecurityGroup> = Describe {
    set: "securityGroupInfo",
    ids: "GroupId",
    page: Some((5, 1000)),
    filters: &[
        ("group-id", |_, group| one(&group.id)),
        ("group-name", |_, group| one(&group.name)),
        ("description", |_, group| one(&group.description)),
        ("vpc-id", |_, group| one(&group.vpc)),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("ip-permission.cidr", |_, group| {
            cidrs(group, Direction::Ingress)
        }),
        ("ip-permission.from-port", |_, group| {
            of_rules(group, Direction::Ingress, |rule| {
                rule.from.map(|n| n.to_string())
            })
        }),
        ("ip-permission.group-id", |_, group| {
            of_rules(group, Direction::Ingress, referred)
        }),
        ("ip-permission.protocol", |_, group| {
            of_rules(group, Direction::Ingress, |rule| {
                Some(rule.protocol.clone())
            })
        }),
        ("ip-permission.to-port", |_, group| {
            of_rules(group, Direction::Ingress, |rule| {
                rule.to.map(|n| n.to_string())
            })
        }),
        ("egress.ip-permission.cidr", |_, group| {
            cidrs(group, Direction::Egress)
        }),
        ("egress.ip-permission.from-port", |_, g| {
            of_rules(g, Direction::Egress, |rule| {
                rule.from.map(|n| n.to_string())
            })
        }),
        ("egress.ip-permission.group-id", |_, group| {
            of_rules(group, Direction::Egress, referred)
        }),
        ("egress.ip-permission.protocol", |_, g| {
            of_rules(g, Direction::Egress, |rule| Some(rule.protocol.clone()))
        }),
        ("egress.ip-permission.to-port", |_, g| {
            of_rules(g, Direction::Egress, |rule| rule.to.map(|n| n.to_string()))
        }),
    ],
    table: |region| &region.security_groups,
    show,
};

fn of_rules(
    group: &SecurityGroup,
    direction: Direction,
    value: fn(&Rule) -> Option<String>,
) -> Vec<String> {
    group
        .rules
        .iter()
        .filter(|rule| rule.direction == direction)
        .filter_map(value)
        .collect()
}

fn cidrs(group: &SecurityGroup, direction: Direction) -> Vec<String> {
    of_rules(group, direction, |rule| match &rule.peer {
        Peer::V4(cidr) => Some(cidr.to_string()),
        _ => None,
    })
}

fn referred(rule: &Rule) -> Option<String> {
    match &rule.peer {
        Peer::Group(id) => Some(id.clone()),
        _ => None,
    }
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let names = q.texts("GroupName");
    let (mut rows, next) = GROUPS.select(region, q)?;
    for name in &names {
        // Names stand for groups of the default VPC only.
        let known = region
            .security_groups
            .iter()
            .any(|group| group.name == *name && in_default_vpc(region, group));
        if !known {
            return Err(Fault::new(
                "InvalidGroup.NotFound",
                format!("The security group '{name}' does not exist"),
            ));
        }
    }
    rows.retain(|group| {
        names.is_empty() || (names.contains(&group.name.as_str()) && in_default_vpc(region, group))
    });
    Ok(Node::new()
        .list(GROUPS.set, rows.into_iter().map(|row| show(region, row)))
        .maybe("nextToken", next))
}

fn in_default_vpc(region: &Region, group: &SecurityGroup) -> bool {
    region.default_vpc().is_some_and(|vpc| vpc.id == group.vpc)
}

fn arn(region: &Region, id: &str) -> String {
    format!("arn:aws:ec2:{}:{ACCOUNT}:security-group/{id}", region.name)
}

fn show(region: &Region, group: &SecurityGroup) -> Node {
    Node::new()
        .text("ownerId", ACCOUNT)
        .text("groupId", &group.id)
        .text("groupName", &group.name)
        .text("groupDescription", &group.description)
        .text("vpcId", &group.vpc)
        .text("securityGroupArn", arn(region, &group.id))
        .list("ipPermissions", permissions(group, Direction::Ingress))
        .list("ipPermissionsEgress", permissions(group, Direction::Egress))
        .and(tags::show(region, &group.id))
}

/// The rules of a direction, those of one protocol and port range together, as AWS shows them.
fn permissions(group: &SecurityGroup, direction: Direction) -> Vec<Node> {
    let mut traffic: Vec<(&str, Option<i64>, Option<i64>)> = Vec::new();
    for rule in group
        .rules
        .iter()
        .filter(|rule| rule.direction == direction)
    {
        let key = (rule.protocol.as_str(), rule.from, rule.to);
        if !traffic.contains(&key) {
            traffic.push(key);
        }
    }
    let permission = |(protocol, from, to): (&str, Option<i64>, Option<i64>)| {
        let (mut v4, mut v6, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        let same = |rule: &&Rule| {
            (rule.direction, rule.protocol.as_str(), rule.from, rule.to)
                == (direction, protocol, from, to)
        };
        for rule in group.rules.iter().filter(same) {
            let note = Node::new().maybe("description", rule.description.as_ref());
            match &rule.peer {
                Peer::V4(cidr) => v4.push(Node::new().text("cidrIp", cidr).and(note)),
                Peer::V6(address, len) => v6.push(
                    Node::new()
                        .text("cidrIpv6", format!("{address}/{len}"))
                        .and(note),
                ),
                Peer::Group(id) => groups.push(
                    Node::new()
                        .text("userId", ACCOUNT)
                        .text("groupId", id)
                        .and(note),
                ),
            }
        }
        Node::new()
            .text("ipProtocol", protocol)
            .maybe("fromPort", from)
            .maybe("toPort", to)
            .list("groups", groups)
            .list("ipRanges", v4)
            .list("ipv6Ranges", v6)
            .list("prefixListIds", [])
    };
    traffic.into_iter().map(permission).collect()
}

/// A rule as `DescribeSecurityGroupRules` and the Authorize actions show it.
pub fn show_rule(region: &Region, group: &SecurityGroup, rule: &Rule) -> Node {
    let mut node = Node::new()
        .text("securityGroupRuleId", &rule.id)
        .text("groupId", &group.id)
        .text("groupOwnerId", ACCOUNT)
        .text("isEgress", rule.direction == Direction::Egress)
        .text("ipProtocol", &rule.protocol)
        .text("fromPort", rule.from.unwrap_or(-1))
        .text("toPort", rule.to.unwrap_or(-1));
    node = match &rule.peer {
        Peer::V4(cidr) => node.text("cidrIpv4", cidr),
        Peer::V6(address, len) => node.text("cidrIpv6", format!("{address}/{len}")),
        Peer::Group(id) => {
            let referenced = Node::new()
                .text("groupId", id)
                .text("userId", ACCOUNT)
                .text("vpcId", &group.vpc);
            node.node("referencedGroupInfo", referenced)
        }
    };
    node.maybe("description", rule.description.as_ref())
        .and(tags::show(region, &rule.id))
}

/// Whether there is a rule of that id.
pub fn has_rule(region: &Region, id: &str) -> bool {
    region
        .security_groups
        .iter()
        .any(|group| group.rules.iter().any(|rule| rule.id == id))
}

pub fn describe_rules(region: &mut Region, q: &Query) -> Answer {
    let mut rows: Vec<(&SecurityGroup, &Rule)> = region
        .security_groups
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .collect();
    rows.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    let ids = q.texts("SecurityGroupRuleId");
    if let Some(missing) = ids
        .iter()
        .find(|id| !rows.iter().any(|(_, rule)| rule.id == **id))
    {
        return Err(Fault::new(
            "InvalidSecurityGroupRuleId.NotFound",
            format!("The security group rule ID '{missing}' does not exist"),
        ));
    }
    rows.retain(|(_, rule)| ids.is_empty() || ids.contains(&rule.id.as_str()));
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let patterns = filter.texts("Value");
        let known = matches!(name, "group-id" | "security-group-rule-id" | "tag-key")
            || name.starts_with("tag:");
        if !known {
            return Err(Fault::value(format!("The filter '{name}' is invalid")));
        }
        rows.retain(|(group, rule)| {
            let values: Vec<&str> = match name {
                "group-id" => vec![&group.id],
                "security-group-rule-id" => vec![&rule.id],
                "tag-key" => region.tags_of(&rule.id).map(|(key, _)| key).collect(),
                _ => region
                    .tags_of(&rule.id)
                    .filter(|(key, _)| name[4..] == **key)
                    .map(|(_, value)| value)
                    .collect(),
            };
            values
                .iter()
                .any(|value| patterns.iter().any(|pattern| matches(pattern, value)))
        });
    }
    let page = Page::parse(q, "security-group-rule", (5, 1000), !ids.is_empty())?;
    let (rows, next) = page.cut(rows, |(_, rule)| &rule.id);
    let items = rows
        .into_iter()
        .map(|(group, rule)| show_rule(region, group, rule));
    Ok(Node::new()
        .list("securityGroupRuleSet", items)
        .maybe("nextToken", next))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let name = q.need("GroupName")?;
    let description = q.need("GroupDescription")?;
    let vpc = match q.text("VpcId") {
        Some(id) => region.vpcs.find(id)?.id.clone(),
        None => match region.default_vpc() {
            Some(vpc) => vpc.id.clone(),
            None => {
                return Err(Fault::new(
                    "VPCIdNotSpecified",
                    "No default VPC for this user",
                ));
            }
        },
    };
    for (parameter, given) in [("groupName", name), ("groupDescription", description)] {
        if !text::is_of_group(given) {
            return Err(Fault::value(format!(
                "Value ({given}) for parameter {parameter} is invalid. Character sets beyond ASCII are not supported."
            )));
        }
    }
    if name.starts_with("sg-") || name == "default" {
        return Err(Fault::value(format!(
            "Value ({name}) for parameter groupName is invalid. The name is reserved."
        )));
    }
    if region
        .security_groups
        .iter()
        .any(|group| group.vpc == vpc && group.name.eq_ignore_ascii_case(name))
    {
        return Err(Fault::new(
            "InvalidGroup.Duplicate",
            format!("The security group '{name}' already exists for VPC '{vpc}'"),
        ));
    }
    if region.security_groups.len() >= region.quotas.security_groups {
        return Err(Fault::new(
            "SecurityGroupLimitExceeded",
            "The maximum number of security groups has been reached.",
        ));
    }
    let given = tags::specified(q, "security-group", &["security-group"])?;
    let out = Rule {
        id: region.new_id("sgr"),
        direction: Direction::Egress,
        protocol: "-1".to_owned(),
        from: None,
        to: None,
        peer: Peer::V4(crate::aws::world::everywhere()),
        description: None,
    };
    let group = SecurityGroup {
        id: region.new_id("sg"),
        vpc,
        name: name.to_owned(),
        description: description.to_owned(),
        rules: vec![out],
    };
    region.security_groups.put(group.clone());
    tags::put(region, &group.id, given)?;
    let answer = Node::done()
        .text("groupId", &group.id)
        .text("securityGroupArn", arn(region, &group.id));
    Ok(answer.and(tags::show(region, &group.id)))
}

/// The group that a request names by id, or by name in the default VPC.
///
/// # Errors
/// NotFound and Malformed, `MissingParameter`.
pub fn named(region: &Region, q: &Query) -> Result<SecurityGroup, Fault> {
    match (q.text("GroupId"), q.text("GroupName")) {
        (Some(id), _) => Ok(region.security_groups.find(id)?.clone()),
        (None, Some(name)) => region
            .security_groups
            .iter()
            .find(|group| group.name == name && in_default_vpc(region, group))
            .cloned()
            .ok_or_else(|| {
                Fault::new(
                    "InvalidGroup.NotFound",
                    format!("The security group '{name}' does not exist"),
                )
            }),
        (None, None) => Err(Fault::missing("groupName or groupId")),
    }
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let group = named(region, q)?;
    if group.name == "default" {
        return Err(Fault::new(
            "CannotDelete",
            format!(
                "the specified group: \"{}\" name: \"default\" cannot be deleted by a user",
                group.id
            ),
        ));
    }
    let worn = region
        .interfaces
        .iter()
        .any(|interface| interface.groups.contains(&group.id));
    let referred = region.security_groups.iter().any(|other| {
        other.id != group.id
            && other
                .rules
                .iter()
                .any(|rule| rule.peer == Peer::Group(group.id.clone()))
    });
    if worn || referred {
        return Err(Fault::dependency(format!(
            "resource {} has a dependent object",
            group.id
        )));
    }
    region.security_groups.remove(&group.id);
    region.tags.remove(&group.id);
    for rule in &group.rules {
        region.tags.remove(&rule.id);
    }
    Ok(Node::done().text("groupId", &group.id))
}
