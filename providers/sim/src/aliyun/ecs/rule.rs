//! The rules of security groups. What a rule says (direction, protocol, ports, both ends, policy, priority) is its
//! identity: to add one that exists changes nothing.

use serde_json::{Value, json};

use super::security_group;
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Form, Param, REGION, TOKEN, digits, int, one_of, param, text};
use crate::aliyun::world::{Direction, Peer, Region, Rule, SecurityGroup};
use crate::ground::calendar::second;
use crate::ground::cidr::Cidr;
use crate::ground::cidr6::Cidr6;

const ID: &[Param] = &[text("SecurityGroupId").must()];
const RULE_ID: &[Param] = &[text("SecurityGroupRuleId")];
const RULE_IDS: &[Param] = &[text("SecurityGroupRuleId.N")];
const PROTOCOLS: &[&str] = &[
    "tcp", "udp", "icmp", "icmpv6", "gre", "all", "TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL",
];
const POLICIES: &[&str] = &["accept", "drop", "Accept", "Drop", "ACCEPT", "DROP"];
const NICS: &[&str] = &["intranet", "internet"];
const TEXT: Form = Form::Sized(0, 512);

/// A rule as single parameters.
const BOTH: &[Param] = &[
    one_of("IpProtocol", PROTOCOLS),
    text("PortRange"),
    text("SourcePortRange"),
    one_of("Policy", POLICIES),
    digits("Priority", 1, 100),
    one_of("NicType", NICS),
    text("SourceCidrIp"),
    text("DestCidrIp"),
    text("Ipv6SourceCidrIp"),
    text("Ipv6DestCidrIp"),
    param("Description", TEXT),
];
const SOURCE: &[Param] = &[
    text("SourceGroupId"),
    text("SourceGroupOwnerAccount"),
    int("SourceGroupOwnerId", 0, i64::MAX),
];
const DESTINATION: &[Param] = &[
    text("DestGroupId"),
    text("DestGroupOwnerAccount"),
    int("DestGroupOwnerId", 0, i64::MAX),
];
/// Up to 100 rules of one request.
const MANY: &[Param] = &[
    one_of("Permissions.N.IpProtocol", PROTOCOLS),
    text("Permissions.N.PortRange"),
    text("Permissions.N.SourcePortRange"),
    one_of("Permissions.N.Policy", POLICIES),
    digits("Permissions.N.Priority", 1, 100),
    one_of("Permissions.N.NicType", NICS),
    text("Permissions.N.SourceCidrIp"),
    text("Permissions.N.DestCidrIp"),
    text("Permissions.N.Ipv6SourceCidrIp"),
    text("Permissions.N.Ipv6DestCidrIp"),
    text("Permissions.N.SourceGroupId"),
    text("Permissions.N.SourceGroupOwnerAccount"),
    text("Permissions.N.DestGroupId"),
    text("Permissions.N.DestGroupOwnerAccount"),
    param("Permissions.N.Description", TEXT),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "AuthorizeSecurityGroup",
        takes: &[REGION, ID, TOKEN, BOTH, SOURCE, MANY],
        act: |region, args| authorize(region, args, Direction::Ingress),
    },
    Action {
        name: "AuthorizeSecurityGroupEgress",
        takes: &[REGION, ID, TOKEN, BOTH, DESTINATION, MANY],
        act: |region, args| authorize(region, args, Direction::Egress),
    },
    Action {
        name: "RevokeSecurityGroup",
        takes: &[REGION, ID, TOKEN, BOTH, SOURCE, MANY, RULE_IDS],
        act: |region, args| revoke(region, args, Direction::Ingress),
    },
    Action {
        name: "RevokeSecurityGroupEgress",
        takes: &[REGION, ID, TOKEN, BOTH, DESTINATION, MANY, RULE_IDS],
        act: |region, args| revoke(region, args, Direction::Egress),
    },
    Action {
        name: "ModifySecurityGroupRule",
        takes: &[REGION, ID, TOKEN, BOTH, SOURCE, RULE_ID],
        act: |region, args| modify(region, args, Direction::Ingress),
    },
    Action {
        name: "ModifySecurityGroupEgressRule",
        takes: &[REGION, ID, TOKEN, BOTH, DESTINATION, RULE_ID],
        act: |region, args| modify(region, args, Direction::Egress),
    },
];

/// The most rules of one request.
const MOST: usize = 100;
/// The most other groups that the rules of a group may name.
const GROUPS: usize = 20;

fn malformed(name: &str) -> Fault {
    Fault::new(
        format!("Invalid{name}.Malformed"),
        format!("The specified parameter {name} is not valid."),
    )
}

/// `from/to` with the ports that the protocol has.
fn ports(protocol: &str, text: &str) -> Result<String, Fault> {
    let (from, to) = text.split_once('/').ok_or_else(|| malformed("PortRange"))?;
    let number = |text: &str| text.parse::<i64>().map_err(|_| malformed("PortRange"));
    let (from, to) = (number(from)?, number(to)?);
    let fits = if matches!(protocol, "TCP" | "UDP") {
        (1..=65_535).contains(&from) && from <= to && to <= 65_535
    } else {
        (from, to) == (-1, -1)
    };
    if fits {
        Ok(format!("{from}/{to}"))
    } else {
        Err(malformed("PortRange"))
    }
}

/// A range as the cloud keeps it: an address is a range of one, and host bits are zero.
fn range(text: &str, name: &str) -> Result<String, Fault> {
    let text = if text.contains('/') {
        text.to_owned()
    } else {
        format!("{text}/32")
    };
    Cidr::parse(&text)
        .map(|range| range.to_string())
        .ok_or_else(|| malformed(name))
}

fn range6(text: &str, name: &str) -> Result<String, Fault> {
    Cidr6::parse(text)
        .map(|range| range.to_string())
        .ok_or_else(|| malformed(name))
}

/// The rule that a request, or one member of its list, describes.
fn rule(region: &mut Region, args: &Args, direction: Direction) -> Result<Rule, Fault> {
    let (far, near, far6, group) = match direction {
        Direction::Ingress => (
            "SourceCidrIp",
            "DestCidrIp",
            "Ipv6SourceCidrIp",
            "SourceGroupId",
        ),
        Direction::Egress => (
            "DestCidrIp",
            "SourceCidrIp",
            "Ipv6DestCidrIp",
            "DestGroupId",
        ),
    };
    let protocol = args.need("IpProtocol")?.to_uppercase();
    let ports = ports(&protocol, args.need("PortRange")?)?;
    let peer = match (args.some(far), args.some(far6), args.some(group)) {
        (Some(cidr), None, None) => Peer::Cidr(range(cidr, far)?),
        (None, Some(cidr), None) => Peer::Cidr6(range6(cidr, far6)?),
        (None, None, Some(id)) => {
            if region.security_groups.get(id).is_none() {
                return Err(Fault::new(
                    format!("Invalid{group}.NotFound"),
                    "The specified security group does not exist.",
                ));
            }
            Peer::Group(id.to_owned())
        }
        (None, None, None) => {
            return Err(Fault::missing(&format!("{far} or {group}")));
        }
        _ => {
            return Err(Fault::new(
                "InvalidParam.SourceIp",
                "A rule takes one kind of far end only.",
            ));
        }
    };
    let policy = match args.some("Policy") {
        Some(word) if word.eq_ignore_ascii_case("drop") => "Drop",
        _ => "Accept",
    };
    let near = args.some(near).map(|text| range(text, near)).transpose()?;
    let source_ports = args.some("SourcePortRange").unwrap_or_default();
    Ok(Rule {
        id: region.new_id("sgr"),
        direction,
        protocol,
        ports,
        policy: policy.to_owned(),
        priority: args.int("Priority").unwrap_or(1) as u8,
        peer,
        near: near.unwrap_or_default(),
        source_ports: source_ports.to_owned(),
        description: args.string("Description"),
        created_ms: region.now,
    })
}

/// The rules of a request: those of its list, or the one that it is itself.
fn rules(region: &mut Region, args: &Args, direction: Direction) -> Result<Vec<Rule>, Fault> {
    let listed = args.list("Permissions");
    if listed.len() > MOST {
        return Err(Fault::new(
            "InvalidParam.Permissions",
            "The number of permissions exceeds 100.",
        ));
    }
    if listed.is_empty() {
        return Ok(vec![rule(region, args, direction)?]);
    }
    let rules = listed.iter().map(|one| rule(region, one, direction));
    rules.collect()
}

fn group(region: &Region, args: &Args) -> Result<SecurityGroup, Fault> {
    let group = region.security_groups.find(args.need("SecurityGroupId")?)?;
    Ok(group.clone())
}

fn authorize(region: &mut Region, args: &Args, direction: Direction) -> Answer {
    let mut group = group(region, args)?;
    for rule in rules(region, args, direction)? {
        if group.kind == "enterprise" && matches!(rule.peer, Peer::Group(_)) {
            return Err(Fault::new(
                "InvalidOperation.InvalidSecurityGroupType",
                "The rules of an advanced security group cannot name security groups.",
            ));
        }
        if !group.rules.iter().any(|known| known.is_same(&rule)) {
            group.rules.push(rule);
        }
    }
    let mut named: Vec<&Peer> = group.rules.iter().map(|rule| &rule.peer).collect();
    named.retain(|peer| matches!(peer, Peer::Group(id) if *id != group.id));
    named.dedup();
    if named.len() > GROUPS {
        return Err(Fault::new(
            "AuthorizationLimitExceed",
            "The security group refers to too many other groups.",
        ));
    }
    security_group::has_room(region, &group)?;
    region.security_groups.put(group);
    done()
}

fn revoke(region: &mut Region, args: &Args, direction: Direction) -> Answer {
    let mut group = group(region, args)?;
    let ids = args.texts("SecurityGroupRuleId");
    if ids.is_empty() {
        // A rule that is not there is as good as revoked.
        for rule in rules(region, args, direction)? {
            group.rules.retain(|known| !known.is_same(&rule));
        }
    } else {
        let known = |id: &String| group.rules.iter().any(|rule| rule.id == *id);
        if !ids.iter().all(known) {
            return Err(rule_not_found());
        }
        group.rules.retain(|rule| !ids.contains(&rule.id));
    }
    region.security_groups.put(group);
    done()
}

fn rule_not_found() -> Fault {
    Fault::new(
        "InvalidSecurityGroupRule.RuleNotExist",
        "The specified rule does not exist.",
    )
}

/// The kind of a far end, which a change cannot alter.
fn kind(peer: &Peer) -> u8 {
    match peer {
        Peer::Cidr(_) => 0,
        Peer::Cidr6(_) => 1,
        Peer::Group(_) => 2,
    }
}

fn modify(region: &mut Region, args: &Args, direction: Direction) -> Answer {
    let mut group = group(region, args)?;
    let Some(id) = args.some("SecurityGroupRuleId") else {
        // Without an id, the rule is found by what it says, and its description changes.
        let wanted = rule(region, args, direction)?;
        let mut rules = group.rules.iter_mut();
        let found = rules.find(|known| known.is_same(&wanted));
        found.ok_or_else(rule_not_found)?.description = wanted.description;
        region.security_groups.put(group);
        return done();
    };
    let at = group
        .rules
        .iter()
        .position(|rule| rule.id == id && rule.direction == direction)
        .ok_or_else(rule_not_found)?;
    let mut new = group.rules[at].clone();
    if args.some("IpProtocol").is_some() || args.some("PortRange").is_some() {
        let protocol = args.some("IpProtocol").unwrap_or(&new.protocol);
        new.protocol = protocol.to_uppercase();
        new.ports = ports(&new.protocol, args.some("PortRange").unwrap_or(&new.ports))?;
    }
    let (far, far6, group_id) = match direction {
        Direction::Ingress => ("SourceCidrIp", "Ipv6SourceCidrIp", "SourceGroupId"),
        Direction::Egress => ("DestCidrIp", "Ipv6DestCidrIp", "DestGroupId"),
    };
    let peer = match (args.some(far), args.some(far6), args.some(group_id)) {
        (Some(cidr), ..) => Peer::Cidr(range(cidr, far)?),
        (_, Some(cidr), _) => Peer::Cidr6(range6(cidr, far6)?),
        (_, _, Some(id)) => Peer::Group(id.to_owned()),
        _ => new.peer.clone(),
    };
    if kind(&peer) != kind(&new.peer) {
        return Err(Fault::new(
            "InvalidOperation.SourceTypeNotMatch",
            "The kind of the far end of a rule cannot be changed.",
        ));
    }
    new.peer = peer;
    if let Some(word) = args.some("Policy") {
        let drop = word.eq_ignore_ascii_case("drop");
        new.policy = if drop { "Drop" } else { "Accept" }.to_owned();
    }
    if let Some(priority) = args.int("Priority") {
        new.priority = priority as u8;
    }
    args.set("Description", &mut new.description);
    let mut others = group.rules.iter().filter(|rule| rule.id != new.id);
    if others.any(|rule| rule.is_same(&new)) {
        return Err(Fault::new(
            "InvalidSecurityGroupRule.RuleDuplicate",
            "A rule that says the same exists already.",
        ));
    }
    group.rules[at] = new;
    region.security_groups.put(group);
    done()
}

/// A rule as `DescribeSecurityGroupAttribute` shows it.
pub fn show(region: &Region, rule: &Rule) -> Value {
    let ingress = rule.direction == Direction::Ingress;
    let (mut far, mut far6, mut group) = ("", "", "");
    match &rule.peer {
        Peer::Cidr(text) => far = text,
        Peer::Cidr6(text) => far6 = text,
        Peer::Group(id) => group = id,
    }
    let name = region.security_groups.get(group);
    let name = name.map_or("", |group| &group.name);
    let sided = |here: bool, text: &str| if here { text.to_owned() } else { String::new() };
    let near = rule.near.as_str();
    json!({
        "SecurityGroupRuleId": rule.id,
        "Direction": rule.direction.word(),
        "IpProtocol": rule.protocol,
        "PortRange": rule.ports,
        "SourcePortRange": rule.source_ports,
        "Policy": rule.policy,
        "Priority": rule.priority.to_string(),
        "NicType": "intranet",
        "SourceCidrIp": if ingress { far } else { near },
        "DestCidrIp": if ingress { near } else { far },
        "Ipv6SourceCidrIp": sided(ingress, far6),
        "Ipv6DestCidrIp": sided(!ingress, far6),
        "SourceGroupId": sided(ingress, group),
        "SourceGroupName": sided(ingress, name),
        "SourceGroupOwnerAccount": "",
        "DestGroupId": sided(!ingress, group),
        "DestGroupName": sided(!ingress, name),
        "DestGroupOwnerAccount": "",
        "Description": rule.description,
        "CreateTime": second(rule.created_ms),
    })
}
