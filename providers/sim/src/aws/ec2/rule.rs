//! The rules of security groups: authorize, revoke, modify, describe in words.

use std::net::Ipv6Addr;

use crate::aws::describe::Answer;
use crate::aws::ec2::security_group::{named, show_rule};
use crate::aws::ec2::{tags, text, vpc::parse_cidr};
use crate::aws::fault::Fault;
use crate::aws::world::{Direction, Peer, Region, Rule, SecurityGroup};
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// The rules that a request lists, without ids. `IpPermissions.N`, or one rule in parameters of its own.
fn wanted(
    region: &Region,
    group: &SecurityGroup,
    direction: Direction,
    q: &Query,
) -> Result<Vec<Rule>, Fault> {
    let mut rules = Vec::new();
    for permission in q.list("IpPermissions") {
        let traffic = Traffic::parse(
            permission.need("IpProtocol")?,
            permission.int("FromPort")?,
            permission.int("ToPort")?,
        )?;
        let before = rules.len();
        for range in permission.list("IpRanges") {
            let peer = Peer::V4(parse_cidr(range.need("CidrIp")?, "cidrIp")?);
            rules.push(traffic.rule(direction, peer, description(range)?));
        }
        for range in permission.list("Ipv6Ranges") {
            let peer = parse_v6(range.need("CidrIpv6")?)?;
            rules.push(traffic.rule(direction, peer, description(range)?));
        }
        for pair in permission.list("Groups") {
            pair.accept(&["UserId", "VpcId", "PeeringStatus"]);
            let peer = Peer::Group(same_vpc(group, &named(region, pair)?)?);
            rules.push(traffic.rule(direction, peer, description(pair)?));
        }
        if rules.len() == before {
            return Err(Fault::missing(&format!(
                "{}.IpRanges, Ipv6Ranges or Groups",
                permission.path()
            )));
        }
    }
    if let Some(cidr) = q.text("CidrIp") {
        let traffic = Traffic::parse(q.need("IpProtocol")?, q.int("FromPort")?, q.int("ToPort")?)?;
        rules.push(traffic.rule(direction, Peer::V4(parse_cidr(cidr, "cidrIp")?), None));
    }
    if rules.is_empty() {
        return Err(Fault::missing("ipPermissions"));
    }
    Ok(rules)
}

fn same_vpc(group: &SecurityGroup, other: &SecurityGroup) -> Result<String, Fault> {
    if other.vpc != group.vpc {
        return Err(Fault::new(
            "InvalidGroup.NotFound",
            format!(
                "You have specified two resources that belong to different networks: {} and {}",
                group.id, other.id
            ),
        ));
    }
    Ok(other.id.clone())
}

fn description(q: &Query) -> Result<Option<String>, Fault> {
    match q.text("Description") {
        Some(text) if !text::is_of_group(text) => Err(Fault::value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following \
             set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )),
        text => Ok(text.map(str::to_owned)),
    }
}

fn parse_v6(text: &str) -> Result<Peer, Fault> {
    let parse = || {
        let (address, len) = text.split_once('/')?;
        let address: Ipv6Addr = address.parse().ok()?;
        let len: u8 = len.parse().ok().filter(|len| *len <= 128)?;
        let mask = u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0);
        Some(Peer::V6(Ipv6Addr::from(u128::from(address) & mask), len))
    };
    parse().ok_or_else(|| Fault::value(format!("CIDR block {text} is malformed")))
}

/// Protocol and ports, in the form in which AWS keeps them.
struct Traffic {
    protocol: String,
    from: Option<i64>,
    to: Option<i64>,
}

impl Traffic {
    fn parse(protocol: &str, from: Option<i64>, to: Option<i64>) -> Result<Self, Fault> {
        let protocol = match protocol.to_ascii_lowercase().as_str() {
            "-1" | "all" => "-1".to_owned(),
            "6" | "tcp" => "tcp".to_owned(),
            "17" | "udp" => "udp".to_owned(),
            "1" | "icmp" => "icmp".to_owned(),
            "58" | "icmpv6" => "icmpv6".to_owned(),
            number if number.parse::<u8>().is_ok() => number.to_owned(),
            other => {
                return Err(Fault::value(format!(
                    "Invalid value '{other}' for IP protocol. Unknown protocol."
                )));
            }
        };
        let port = |port: i64| (0..=65_535).contains(&port);
        let ports = match protocol.as_str() {
            "tcp" | "udp" => match (from, to) {
                (Some(from), Some(to)) if port(from) && port(to) && from <= to => {
                    (Some(from), Some(to))
                }
                (Some(-1), Some(-1)) => (Some(0), Some(65_535)),
                (Some(from), Some(to)) => {
                    return Err(Fault::value(format!(
                        "Invalid {} port range ({from}:{to})",
                        protocol.to_uppercase()
                    )));
                }
                _ => {
                    return Err(Fault::value(
                        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
                    ));
                }
            },
            "icmp" | "icmpv6" => (Some(from.unwrap_or(-1)), Some(to.unwrap_or(-1))),
            // All protocols, and those without ports: what the client says about ports is not kept.
            _ => (None, None),
        };
        Ok(Self {
            protocol,
            from: ports.0,
            to: ports.1,
        })
    }

    fn rule(&self, direction: Direction, peer: Peer, description: Option<String>) -> Rule {
        Rule {
            id: String::new(),
            direction,
            protocol: self.protocol.clone(),
            from: self.from,
            to: self.to,
            peer,
            description,
        }
    }
}

fn in_words(rule: &Rule) -> String {
    let peer = match &rule.peer {
        Peer::V4(cidr) => cidr.to_string(),
        Peer::V6(address, len) => format!("{address}/{len}"),
        Peer::Group(id) => id.clone(),
    };
    let protocol = if rule.protocol == "-1" {
        "ALL".to_owned()
    } else {
        rule.protocol.to_uppercase()
    };
    match (rule.from, rule.to) {
        (Some(from), Some(to)) => {
            format!("peer: {peer}, {protocol}, from port: {from}, to port: {to}, ALLOW")
        }
        _ => format!("peer: {peer}, {protocol}, ALLOW"),
    }
}

/// Adds all rules or, when one exists already, none.
fn authorize(region: &mut Region, q: &Query, direction: Direction) -> Answer {
    let mut group = named(region, q)?;
    let given = tags::specified(q, "security-group-rule", &["security-group-rule"])?;
    let mut added = Vec::new();
    for mut rule in wanted(region, &group, direction, q)? {
        if group.rules.iter().any(|known| known.same_traffic(&rule)) {
            return Err(Fault::new(
                "InvalidPermission.Duplicate",
                format!("the specified rule \"{}\" already exists", in_words(&rule)),
            ));
        }
        rule.id = region.new_id("sgr");
        group.rules.push(rule.clone());
        added.push(rule);
    }
    if group
        .rules
        .iter()
        .filter(|rule| rule.direction == direction)
        .count()
        > region.quotas.rules_per_group
    {
        return Err(Fault::new(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
        ));
    }
    region.security_groups.put(group.clone());
    for rule in &added {
        tags::put(region, &rule.id, given.clone())?;
    }
    let rules = added.iter().map(|rule| show_rule(region, &group, rule));
    Ok(Node::done().list("securityGroupRuleSet", rules))
}

/// Takes away all rules that a request lists or names, or none.
fn revoke(region: &mut Region, q: &Query, direction: Direction) -> Answer {
    let mut group = named(region, q)?;
    let ids = q.texts("SecurityGroupRuleId");
    let mut gone = Vec::new();
    for id in &ids {
        let at = group
            .rules
            .iter()
            .position(|rule| rule.id == **id && rule.direction == direction)
            .ok_or_else(|| {
                Fault::new(
                    "InvalidSecurityGroupRuleId.NotFound",
                    format!("The security group rule ID '{id}' does not exist"),
                )
            })?;
        gone.push(group.rules.remove(at));
    }
    if ids.is_empty() {
        for rule in wanted(region, &group, direction, q)? {
            let at = group
                .rules
                .iter()
                .position(|known| known.same_traffic(&rule))
                .ok_or_else(|| {
                    Fault::new(
                        "InvalidPermission.NotFound",
                        "The specified rule does not exist in this security group.",
                    )
                })?;
            gone.push(group.rules.remove(at));
        }
    }
    region.security_groups.put(group.clone());
    for rule in &gone {
        region.tags.remove(&rule.id);
    }
    let revoked = gone.iter().map(|rule| {
        let node = Node::new()
            .text("securityGroupRuleId", &rule.id)
            .text("groupId", &group.id)
            .text("isEgress", direction == Direction::Egress)
            .text("ipProtocol", &rule.protocol)
            .text("fromPort", rule.from.unwrap_or(-1))
            .text("toPort", rule.to.unwrap_or(-1));
        match &rule.peer {
            Peer::V4(cidr) => node.text("cidrIpv4", cidr),
            Peer::V6(address, len) => node.text("cidrIpv6", format!("{address}/{len}")),
            Peer::Group(id) => node.text("referencedGroupId", id),
        }
        .maybe("description", rule.description.as_ref())
    });
    Ok(Node::done().list("revokedSecurityGroupRuleSet", revoked))
}

/// Replaces descriptions; a rule without one in the request loses its own.
fn describe_in_words(region: &mut Region, q: &Query, direction: Direction) -> Answer {
    let mut group = named(region, q)?;
    let by_id = q.list("SecurityGroupRuleDescription");
    for update in &by_id {
        let id = update.need("SecurityGroupRuleId")?;
        let text = description(update)?;
        find_rule(&mut group, id)?.description = text;
    }
    if by_id.is_empty() {
        for rule in wanted(region, &group, direction, q)? {
            let known = group
                .rules
                .iter_mut()
                .find(|known| known.same_traffic(&rule))
                .ok_or_else(|| {
                    Fault::new(
                        "InvalidPermission.NotFound",
                        "The specified rule does not exist in this security group.",
                    )
                })?;
            known.description = rule.description;
        }
    }
    region.security_groups.put(group);
    Ok(Node::done())
}

fn find_rule<'g>(group: &'g mut SecurityGroup, id: &str) -> Result<&'g mut Rule, Fault> {
    group
        .rules
        .iter_mut()
        .find(|rule| rule.id == id)
        .ok_or_else(|| {
            Fault::new(
                "InvalidSecurityGroupRuleId.NotFound",
                format!("The security group rule ID '{id}' does not exist"),
            )
        })
}

/// Replaces rules under their ids.
pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let mut group = region.security_groups.find(q.need("GroupId")?)?.clone();
    for update in q.list("SecurityGroupRule") {
        let id = update.need("SecurityGroupRuleId")?;
        let new = update
            .child("SecurityGroupRule")
            .ok_or_else(|| Fault::missing("SecurityGroupRule"))?;
        let traffic = Traffic::parse(
            new.need("IpProtocol")?,
            new.int("FromPort")?,
            new.int("ToPort")?,
        )?;
        let peer = match (
            new.text("CidrIpv4"),
            new.text("CidrIpv6"),
            new.text("ReferencedGroupId"),
        ) {
            (Some(cidr), None, None) => Peer::V4(parse_cidr(cidr, "cidrIpv4")?),
            (None, Some(cidr), None) => parse_v6(cidr)?,
            (None, None, Some(other)) => {
                Peer::Group(same_vpc(&group, region.security_groups.find(other)?)?)
            }
            _ => {
                return Err(Fault::combination(
                    "A rule has exactly one of cidrIpv4, cidrIpv6 and referencedGroupId.",
                ));
            }
        };
        let note = description(new)?;
        let known = find_rule(&mut group, id)?;
        let rule = Rule {
            id: known.id.clone(),
            ..traffic.rule(known.direction, peer, note)
        };
        *known = rule.clone();
        if group
            .rules
            .iter()
            .filter(|other| other.same_traffic(&rule))
            .count()
            > 1
        {
            return Err(Fault::new(
                "InvalidPermission.Duplicate",
                format!("the specified rule \"{}\" already exists", in_words(&rule)),
            ));
        }
    }
    region.security_groups.put(group);
    Ok(Node::done())
}

pub fn authorize_ingress(region: &mut Region, q: &Query) -> Answer {
    authorize(region, q, Direction::Ingress)
}

pub fn authorize_egress(region: &mut Region, q: &Query) -> Answer {
    authorize(region, q, Direction::Egress)
}

pub fn revoke_ingress(region: &mut Region, q: &Query) -> Answer {
    revoke(region, q, Direction::Ingress)
}

pub fn revoke_egress(region: &mut Region, q: &Query) -> Answer {
    revoke(region, q, Direction::Egress)
}

pub fn describe_ingress(region: &mut Region, q: &Query) -> Answer {
    describe_in_words(region, q, Direction::Ingress)
}

pub fn describe_egress(region: &mut Region, q: &Query) -> Answer {
    describe_in_words(region, q, Direction::Egress)
}
