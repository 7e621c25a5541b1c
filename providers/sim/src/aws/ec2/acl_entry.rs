//! Entries of network ACLs.

use crate::aws::describe::Answer;
use crate::aws::ec2::vpc::parse_cidr;
use crate::aws::fault::Fault;
use crate::aws::world::{AclEntry, NetworkAcl, Region, everywhere, open};
use crate::aws::xml::Node;
use crate::ground::cidr6::Range;
use crate::ground::query::Query;

/// The numbers that entries may have; the one after them refuses everything.
const NUMBERS: std::ops::RangeInclusive<i64> = 1..=32_766;
const LAST: i64 = 32_767;

/// The entries with those at the end that refuse everything and cannot be changed.
pub fn with_last(acl: &NetworkAcl) -> Vec<AclEntry> {
    let mut entries = acl.entries.clone();
    entries.extend(open(Range::V4(everywhere()), LAST).map(|entry| AclEntry {
        allow: false,
        ..entry
    }));
    entries
}

/// `allow` or `deny`.
pub fn action(entry: &AclEntry) -> &'static str {
    if entry.allow { "allow" } else { "deny" }
}

pub fn show(entry: &AclEntry) -> Node {
    let element = match entry.range {
        Range::V4(_) => "cidrBlock",
        Range::V6(_) => "ipv6CidrBlock",
    };
    let mut node = Node::new()
        .text("ruleNumber", entry.number)
        .text("protocol", &entry.protocol)
        .text("ruleAction", action(entry))
        .text("egress", entry.egress)
        .text(element, entry.range);
    if let Some((from, to)) = entry.ports {
        node = node.node("portRange", Node::new().text("from", from).text("to", to));
    }
    if let Some((kind, code)) = entry.icmp {
        let icmp = Node::new().text("type", kind).text("code", code);
        node = node.node("icmpTypeCode", icmp);
    }
    node
}

/// Direction and number, by which a request names an entry.
fn named(q: &Query) -> Result<(bool, i64), Fault> {
    let egress = q.flag("Egress")?.ok_or_else(|| Fault::missing("egress"))?;
    let number = q
        .int("RuleNumber")?
        .ok_or_else(|| Fault::missing("ruleNumber"))?;
    if !NUMBERS.contains(&number) {
        return Err(Fault::value(format!(
            "Value ({number}) for parameter ruleNumber is invalid. It must be between 1 and 32766."
        )));
    }
    Ok((egress, number))
}

fn read(q: &Query) -> Result<AclEntry, Fault> {
    let (egress, number) = named(q)?;
    let allow = match q.need("RuleAction")? {
        "allow" => true,
        "deny" => false,
        other => {
            return Err(Fault::value(format!(
                "Value ({other}) for parameter ruleAction is invalid."
            )));
        }
    };
    let range = match (q.text("CidrBlock"), q.text("Ipv6CidrBlock")) {
        (Some(text), None) => Range::V4(parse_cidr(text, "cidrBlock")?),
        (None, Some(text)) => Range::parse(text)
            .filter(|range| matches!(range, Range::V6(_)))
            .ok_or_else(|| Fault::value(format!("Invalid IPv6 CIDR block: {text}")))?,
        (None, None) => return Err(Fault::missing("cidrBlock")),
        (Some(_), Some(_)) => {
            return Err(Fault::combination(
                "Specify either cidrBlock or ipv6CidrBlock.",
            ));
        }
    };
    let protocol = number_of(q.need("Protocol")?)?;
    let pair = |name: &str, first: &str, second: &str| {
        let Some(node) = q.child(name) else {
            return Ok(None);
        };
        Ok::<_, Fault>(node.int(first)?.zip(node.int(second)?))
    };
    let ports = pair("PortRange", "From", "To")?;
    let icmp = pair("Icmp", "Type", "Code")?;
    let (needs_ports, needs_icmp) = match protocol.as_str() {
        "6" | "17" => (true, false),
        "1" | "58" => (false, true),
        _ => (false, false),
    };
    if needs_ports && ports.is_none_or(|(from, to)| !(0..=to).contains(&from) || to > 65_535) {
        return Err(Fault::value(
            "Invalid port range: from and to must be 0 to 65535.",
        ));
    }
    if needs_icmp && icmp.is_none() {
        return Err(Fault::missing("icmpTypeCode"));
    }
    Ok(AclEntry {
        egress,
        number,
        protocol,
        allow,
        range,
        ports: ports.filter(|_| needs_ports),
        icmp: icmp.filter(|_| needs_icmp),
    })
}

/// Protocols are shown by number, however they were named.
fn number_of(protocol: &str) -> Result<String, Fault> {
    let number = match protocol {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "icmpv6" => "58",
        "all" => "-1",
        number if number.parse::<i16>().is_ok_and(|n| (-1..=255).contains(&n)) => number,
        _ => {
            return Err(Fault::value(format!(
                "Invalid value '{protocol}' for IP protocol. Unknown protocol."
            )));
        }
    };
    Ok(number.to_owned())
}

fn missing((egress, number): (bool, i64)) -> Fault {
    let way = if egress { "egress" } else { "ingress" };
    Fault::new(
        "InvalidNetworkAclEntry.NotFound",
        format!("The specified {way} entry {number} does not exist in this network ACL."),
    )
}

fn position(acl: &NetworkAcl, (egress, number): (bool, i64)) -> Option<usize> {
    let entries = &acl.entries;
    entries
        .iter()
        .position(|entry| entry.egress == egress && entry.number == number)
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let acl = region.network_acls.find(q.need("NetworkAclId")?)?.clone();
    let entry = read(q)?;
    if position(&acl, (entry.egress, entry.number)).is_some() {
        return Err(Fault::new(
            "NetworkAclEntryAlreadyExists",
            format!(
                "The network acl entry identified by {} already exists.",
                entry.number
            ),
        ));
    }
    let same_way = acl
        .entries
        .iter()
        .filter(|other| other.egress == entry.egress);
    if same_way.count() >= region.quotas.entries_per_acl {
        return Err(Fault::new(
            "NetworkAclEntryLimitExceeded",
            "The maximum number of network ACL entries has been reached.",
        ));
    }
    region.network_acls.change(&acl.id, |acl| {
        acl.entries.push(entry);
        acl.entries
            .sort_by_key(|entry| (!entry.egress, entry.number));
    })?;
    Ok(Node::done())
}

pub fn replace(region: &mut Region, q: &Query) -> Answer {
    let acl = region.network_acls.find(q.need("NetworkAclId")?)?.clone();
    let entry = read(q)?;
    let name = (entry.egress, entry.number);
    let at = position(&acl, name).ok_or_else(|| missing(name))?;
    region
        .network_acls
        .change(&acl.id, |acl| acl.entries[at] = entry)?;
    Ok(Node::done())
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let acl = region.network_acls.find(q.need("NetworkAclId")?)?.clone();
    let name = named(q)?;
    let at = position(&acl, name).ok_or_else(|| missing(name))?;
    region
        .network_acls
        .change(&acl.id, |acl| drop(acl.entries.remove(at)))?;
    Ok(Node::done())
}
