//! One rule of a security group, as AWS keeps it.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use infra_model::{PortRange, Protocol, Value};

use infra_sdk::fields::text_of;

/// Which way a rule lets packets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

impl Direction {
    /// The field that lists its rules.
    pub fn field(self) -> &'static str {
        match self {
            Direction::In => "allow",
            Direction::Out => "allow_out",
        }
    }

    /// The key of the other side in a rule.
    pub fn peer(self) -> &'static str {
        match self {
            Direction::In => "from",
            Direction::Out => "to",
        }
    }
}

/// One rule as AWS keeps it: one protocol and port range, one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol's number, or `-1` for all.
    pub protocol: String,
    pub from: i32,
    pub to: i32,
    pub peer: Peer,
}

/// The other side of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    V4(String),
    V6(String),
    Group(String),
    PrefixList(String),
}

/// Every protocol.
const ALL: &str = "-1";
/// "any" in the API's fields for ports, ICMP types and codes.
const ANY: i32 = -1;

/// Single rules with their notes.
pub(super) fn rules_of(permissions: &[IpPermission]) -> BTreeMap<Rule, Option<String>> {
    let mut rules = BTreeMap::new();
    for permission in permissions {
        let protocol = permission.ip_protocol.clone().unwrap_or_default();
        let whole = protocol == ALL
            || protocol.parse::<u8>().is_ok_and(|it| {
                !Protocol::of_number(it).has_ports() && !Protocol::of_number(it).is_icmp()
            });
        let bound = |port: Option<i32>| if whole { ANY } else { port.unwrap_or(ANY) };
        let mut add = |peer: Option<Peer>, note: &Option<String>| {
            if let Some(peer) = peer {
                let rule = Rule {
                    protocol: protocol.clone(),
                    from: bound(permission.from_port),
                    to: bound(permission.to_port),
                    peer,
                };
                rules.insert(rule, note.clone().filter(|note| !note.is_empty()));
            }
        };
        for range in permission.ip_ranges() {
            add(range.cidr_ip.clone().map(Peer::V4), &range.description);
        }
        for range in permission.ipv6_ranges() {
            add(range.cidr_ipv6.clone().map(Peer::V6), &range.description);
        }
        for pair in permission.user_id_group_pairs() {
            add(pair.group_id.clone().map(Peer::Group), &pair.description);
        }
        for list in permission.prefix_list_ids() {
            add(
                list.prefix_list_id.clone().map(Peer::PrefixList),
                &list.description,
            );
        }
    }
    rules
}

impl Rule {
    pub fn new(port: PortRange, peer: Peer) -> Rule {
        let v6 = matches!(peer, Peer::V6(_));
        let (kind, code) = port.icmp_type_code();
        let icmp = |number: Option<u8>| number.map_or(ANY, i32::from);
        let (from, to) = match port.protocol {
            Protocol::Tcp | Protocol::Udp => (port.from.into(), port.to.into()),
            Protocol::Icmp | Protocol::Icmpv6 => (icmp(kind), icmp(code)),
            Protocol::Number(_) | Protocol::All => (ANY, ANY),
        };
        let protocol = match port.protocol {
            Protocol::Icmp if v6 => Protocol::Icmpv6.word().to_owned(),
            Protocol::Number(number) => number.to_string(),
            Protocol::All => ALL.to_owned(),
            other => other.word().to_owned(),
        };
        Rule {
            protocol,
            from,
            to,
            peer,
        }
    }

    /// The ports in the language's terms; `None` for a protocol that AWS names with a word of its own.
    pub fn ports(&self) -> Option<PortRange> {
        let protocol = match self.protocol.as_str() {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "icmp" => Protocol::Icmp,
            "icmpv6" => Protocol::Icmpv6,
            ALL => Protocol::All,
            number => Protocol::of_number(number.parse().ok()?),
        };
        let whole = PortRange::whole(protocol);
        let ports = || {
            let from = u16::try_from(self.from).ok()?;
            let to = u16::try_from(self.to).ok()?;
            Some(PortRange { from, to, ..whole })
        };
        let icmp = || {
            let kind = u8::try_from(self.from).ok()?;
            Some(PortRange::icmp(protocol, kind, u8::try_from(self.to).ok()))
        };
        let range = match protocol {
            Protocol::Tcp | Protocol::Udp => ports(),
            Protocol::Icmp | Protocol::Icmpv6 => icmp(),
            Protocol::Number(_) | Protocol::All => None,
        };
        Some(in_family(
            range.unwrap_or(whole),
            matches!(self.peer, Peer::V6(_)),
        ))
    }

    /// As the API takes and answers it.
    pub fn permission(&self, note: Option<&String>) -> IpPermission {
        let permission = IpPermission::builder().ip_protocol(&self.protocol);
        let permission = match self.ports().map(|ports| ports.protocol) {
            Some(Protocol::All | Protocol::Number(_)) => permission,
            _ => permission.from_port(self.from).to_port(self.to),
        };
        let note = note.cloned();
        match &self.peer {
            Peer::V4(net) => permission.ip_ranges(
                IpRange::builder()
                    .cidr_ip(net)
                    .set_description(note)
                    .build(),
            ),
            Peer::V6(net) => permission.ipv6_ranges(
                Ipv6Range::builder()
                    .cidr_ipv6(net)
                    .set_description(note)
                    .build(),
            ),
            Peer::Group(id) => permission.user_id_group_pairs(
                UserIdGroupPair::builder()
                    .group_id(id)
                    .set_description(note)
                    .build(),
            ),
            Peer::PrefixList(id) => permission.prefix_list_ids(
                PrefixListId::builder()
                    .prefix_list_id(id)
                    .set_description(note)
                    .build(),
            ),
        }
        .build()
    }
}

/// One form for what a range of one IP version can be written as in two: all of IPv6's ICMP is `icmp/all` there.
pub(super) fn in_family(ports: PortRange, v6: bool) -> PortRange {
    match ports.protocol {
        Protocol::Icmpv6 if v6 && ports == PortRange::whole(Protocol::Icmpv6) => {
            PortRange::whole(Protocol::Icmp)
        }
        _ => ports,
    }
}

impl Peer {
    /// The peer that a field names.
    pub fn of(value: &Value) -> Option<Peer> {
        let text = text_of(value)?;
        Some(match value {
            Value::Cidr(ipnet::IpNet::V4(_)) => Peer::V4(text),
            Value::Cidr(ipnet::IpNet::V6(_)) => Peer::V6(text),
            _ if text.starts_with("pl-") => Peer::PrefixList(text),
            _ => Peer::Group(text),
        })
    }
}
