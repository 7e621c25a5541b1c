//! One rule of a security group, as Alibaba Cloud keeps it.

use infra_model::{PortRange, Protocol, Value};
use infra_sdk::fields::text_of;
use infra_sdk::seen::cidr;
use serde_json::Value as Json;

use crate::param::{Param, add};
use crate::table::scalar;

/// The priority of a rule that says none.
pub(super) const FIRST: i64 = 1;
/// The priority that every other rule comes before.
pub(super) const LAST: i64 = 100;

/// One of the four lists of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    /// The field that lists its rules.
    pub field: &'static str,
    /// The key of the other end in a rule.
    pub peer: &'static str,
    pub out: bool,
    pub accept: bool,
}

impl Side {
    pub const ALLOW: Side = Side::new("allow", "from", false, true);
    pub const ALLOW_OUT: Side = Side::new("allow_out", "to", true, true);
    pub const DENY: Side = Side::new("deny", "from", false, false);
    pub const DENY_OUT: Side = Side::new("deny_out", "to", true, false);

    const fn new(field: &'static str, peer: &'static str, out: bool, accept: bool) -> Side {
        Side {
            field,
            peer,
            out,
            accept,
        }
    }
}

/// What makes a rule this one: the same rule twice cannot exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rule {
    pub out: bool,
    pub accept: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `gre` or `all`.
    pub protocol: String,
    /// `22/22`, or `-1/-1` where there are no ports.
    pub ports: String,
    pub peer: Peer,
    pub priority: i64,
}

/// The other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    V4(String),
    V6(String),
    Group(String),
    PrefixList(String),
}

/// "No ports", and all of them where the protocol has none.
pub(super) const NO_PORTS: &str = "-1/-1";
const GRE: u8 = 47;

impl Peer {
    /// The peer that a field names.
    pub fn of(value: &Value) -> Option<Peer> {
        let text = text_of(value)?;
        Some(match value {
            Value::Cidr(ipnet) if ipnet.addr().is_ipv4() => Peer::V4(text),
            Value::Cidr(_) => Peer::V6(text),
            _ if text.starts_with("pl-") => Peer::PrefixList(text),
            _ => Peer::Group(text),
        })
    }

    fn is_v6(&self) -> bool {
        matches!(self, Peer::V6(_))
    }

    /// As the schema has it.
    pub fn value(&self) -> Value {
        match self {
            Peer::V4(net) | Peer::V6(net) => cidr(net).unwrap_or_else(|| Value::string(net)),
            Peer::Group(id) | Peer::PrefixList(id) => Value::string(id),
        }
    }

    /// What a peer is called in parameters and answers, of rules inward and outward: a range of either version, a group,
    /// a prefix list.
    const NAMES: [[&'static str; 4]; 2] = [
        [
            "SourceCidrIp",
            "Ipv6SourceCidrIp",
            "SourceGroupId",
            "SourcePrefixListId",
        ],
        [
            "DestCidrIp",
            "Ipv6DestCidrIp",
            "DestGroupId",
            "DestPrefixListId",
        ],
    ];

    /// The parameter's name for it, behind `Permissions.N.`, and its value.
    fn named(&self, out: bool) -> (&'static str, &str) {
        let [v4, v6, group, list] = Peer::NAMES[usize::from(out)];
        match self {
            Peer::V4(net) => (v4, net),
            Peer::V6(net) => (v6, net),
            Peer::Group(id) => (group, id),
            Peer::PrefixList(id) => (list, id),
        }
    }
}

impl Rule {
    /// The rule for one peer and one port range; `None` for what the cloud has no rules for, which
    /// [`problem`] puts in words.
    pub fn new(side: Side, port: PortRange, peer: Peer, priority: i64) -> Option<Rule> {
        if problem(port).is_some() {
            return None;
        }
        let ports = match port.protocol {
            // There is no port 0.
            Protocol::Tcp | Protocol::Udp => format!("{}/{}", port.from.max(1), port.to),
            _ => NO_PORTS.to_owned(),
        };
        let protocol = match port.protocol {
            Protocol::Icmp if peer.is_v6() => "icmpv6",
            Protocol::Number(_) => "gre",
            other => other.word(),
        };
        Some(Rule {
            out: side.out,
            accept: side.accept,
            protocol: protocol.to_owned(),
            ports,
            peer,
            priority,
        })
    }

    /// A rule as listings answer it, with its note and its id.
    pub fn listed(item: &Json) -> Option<(Rule, Option<String>, String)> {
        let text = |name: &str| item.get(name).and_then(scalar);
        let out = text("Direction")?.eq_ignore_ascii_case("egress");
        let net = |name: &str| text_of(&cidr(&text(name)?)?);
        let [v4, v6, group, list] = Peer::NAMES[usize::from(out)];
        let peer = net(v4)
            .map(Peer::V4)
            .or_else(|| net(v6).map(Peer::V6))
            .or_else(|| text(group).map(Peer::Group))
            .or_else(|| text(list).map(Peer::PrefixList));
        let rule = Rule {
            out,
            accept: !text("Policy").is_some_and(|policy| policy.eq_ignore_ascii_case("drop")),
            protocol: text("IpProtocol")?.to_ascii_lowercase(),
            ports: text("PortRange")?,
            peer: peer?,
            priority: text("Priority")
                .and_then(|it| it.parse().ok())
                .unwrap_or(FIRST),
        };
        let id = text("SecurityGroupRuleId").unwrap_or_default();
        Some((rule, text("Description"), id))
    }

    /// The ports in the language's terms.
    pub fn port(&self) -> Option<PortRange> {
        let protocol = match self.protocol.as_str() {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "icmp" => Protocol::Icmp,
            "icmpv6" => Protocol::Icmpv6,
            "gre" => Protocol::Number(GRE),
            "all" => Protocol::All,
            _ => return None,
        };
        let whole = PortRange::whole(protocol);
        if !protocol.has_ports() || self.ports == "1/65535" || self.ports == NO_PORTS {
            return Some(in_family(whole, self.peer.is_v6()));
        }
        let (from, to) = self.ports.split_once('/')?;
        Some(PortRange {
            protocol,
            from: from.parse().ok()?,
            to: to.parse().ok()?,
        })
    }

    /// As parameters, behind `prefix`: `Permissions.1.`, or nothing.
    pub fn params(&self, prefix: &str, note: Option<&String>) -> Vec<Param> {
        let mut params = Vec::new();
        let (peer, value) = self.peer.named(self.out);
        let policy = if self.accept { "accept" } else { "drop" };
        let priority = self.priority.to_string();
        let note = note.map(String::as_str);
        for (name, value) in [
            ("IpProtocol", Some(self.protocol.as_str())),
            ("PortRange", Some(&*self.ports)),
            (peer, Some(value)),
            ("Policy", Some(policy)),
            ("Priority", Some(&priority)),
            ("Description", note),
        ] {
            if let Some(value) = value {
                add(&mut params, format!("{prefix}{name}"), value);
            }
        }
        params
    }
}

/// Why there can be no rule for these ports.
pub(super) fn problem(port: PortRange) -> Option<String> {
    match port.protocol {
        Protocol::Icmp | Protocol::Icmpv6 if port != PortRange::whole(port.protocol) => {
            Some(format!(
                "`{port}` names a kind of ICMP, and Alibaba Cloud has rules for all of it only: write `{}/all`",
                port.protocol.word()
            ))
        }
        Protocol::Number(number) if number != GRE => Some(format!(
            "`{port}` is a protocol that Alibaba Cloud has no rules for: there are tcp, udp, icmp, gre (`protocol/47`) and `all/all`"
        )),
        _ => None,
    }
}

/// One form for what a range of one IP version can be written as in two: all of IPv6's ICMP is `icmp/all` there, and port 0
/// is none.
pub(super) fn in_family(port: PortRange, v6: bool) -> PortRange {
    match port.protocol {
        Protocol::Icmpv6 if v6 && port == PortRange::whole(Protocol::Icmpv6) => {
            PortRange::whole(Protocol::Icmp)
        }
        protocol if protocol.has_ports() && port.from <= 1 && port.to == u16::MAX => {
            PortRange::whole(protocol)
        }
        _ => port,
    }
}
