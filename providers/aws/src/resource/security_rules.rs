//! The rules of a security group: AuthorizeSecurityGroupIngress and -Egress, RevokeSecurityGroupIngress and
//! -Egress, UpdateSecurityGroupRuleDescriptionsIngress and -Egress.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use infra_model::{PortRange, Protocol, Record, Value};
use infra_provider::{Failure, FailureKind};

use crate::client::Cloud;
use crate::fields::{Fields, text_of};

/// Which way a rule lets packets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

impl Direction {
    fn field(self) -> &'static str {
        match self {
            Direction::In => "allow",
            Direction::Out => "allow_out",
        }
    }

    /// The key of the other side in a rule.
    fn peer(self) -> &'static str {
        match self {
            Direction::In => "from",
            Direction::Out => "to",
        }
    }
}

/// One rule as AWS keeps it: one protocol and port range, one peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol's number, or `-1` for all.
    protocol: String,
    from: i32,
    to: i32,
    peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    V4(String),
    V6(String),
    Group(String),
    PrefixList(String),
}

/// "any" in the API's fields for ports and ICMP types.
const ANY: i32 = -1;

/// Flattens the rules to one peer and one port range each, without doubles, sorted.
pub(super) fn canonical(direction: Direction, fields: &mut Record) {
    let Some(Value::List(rules)) = fields.get_mut(direction.field()) else {
        return;
    };
    let mut flat: BTreeMap<String, Value> = BTreeMap::new();
    for rule in std::mem::take(rules) {
        for single in flattened(direction, rule) {
            let mut key = single.as_map().map_or_else(
                || single.to_string(),
                |map| {
                    let mut map = map.clone();
                    map.remove("note");
                    Value::Map(map).to_string()
                },
            );
            // Peers that are yet to be made look all alike; what they wait for tells them apart.
            single.for_each_address(&mut |address| key.push_str(&address.to_string()));
            flat.entry(key).or_insert(single);
        }
    }
    *rules = flat.into_values().collect();
}

/// A rule as one record for each pair of peer and port; what is not known yet stays whole.
fn flattened(direction: Direction, rule: Value) -> Vec<Value> {
    let Value::Map(rule) = rule else {
        return vec![rule];
    };
    let (Some(peers), Some(Value::List(ports))) = (rule.get(direction.peer()), rule.get("ports"))
    else {
        return vec![Value::Map(rule)];
    };
    let peers = match peers {
        Value::List(peers) => peers.as_slice(),
        single => std::slice::from_ref(single),
    };
    // A rule for other protocols than the language knows has no ports to show.
    let ports: Vec<Vec<Value>> = match ports.as_slice() {
        [] => vec![Vec::new()],
        ports => ports.iter().map(|port| vec![port.clone()]).collect(),
    };
    let mut flat = Vec::new();
    for peer in peers {
        let peer = match peer {
            Value::Cidr(net) => Value::Cidr(net.trunc()),
            other => other.clone(),
        };
        for ports in &ports {
            let mut single = Record::from([
                (direction.peer().to_owned(), peer.clone()),
                ("ports".to_owned(), Value::List(ports.clone())),
            ]);
            match rule.get("note") {
                Some(Value::String(note)) if note.is_empty() => {}
                Some(Value::Null) | None => {}
                Some(note) => {
                    single.insert("note".to_owned(), note.clone());
                }
            }
            flat.push(Value::Map(single));
        }
    }
    flat
}

/// "IpRange": the characters of a rule's description.
const NOTE_CHARS_MAX: usize = 255;

pub(super) fn validate(direction: Direction, fields: Fields<'_>, problems: &mut Vec<String>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    for rule in fields
        .list(direction.field())
        .iter()
        .filter_map(Value::as_map)
        .map(Fields)
    {
        if rule
            .get("ports")
            .and_then(Value::as_list)
            .is_some_and(<[Value]>::is_empty)
        {
            problems.push(format!(
                "a rule of `{}` lists no ports, so it allows nothing",
                direction.field()
            ));
        }
        let Some(note) = rule.text("note") else {
            continue;
        };
        if note.chars().count() > NOTE_CHARS_MAX {
            problems.push(format!(
                "a `note` must have at most {NOTE_CHARS_MAX} characters"
            ));
        } else if let Some(wrong) = note.chars().find(|c| !allowed(*c)) {
            problems.push(format!("AWS does not take `{wrong}` in a `note`"));
        }
    }
}

/// The rules of a group in the form of its schema, flattened.
pub(super) fn observed(direction: Direction, permissions: Option<&[IpPermission]>) -> Value {
    let rules = rules_of(permissions.unwrap_or_default());
    let mut values: Vec<Value> = rules
        .into_iter()
        .map(|(rule, note)| {
            let peer = match &rule.peer {
                Peer::V4(net) | Peer::V6(net) => {
                    crate::seen::cidr(net).unwrap_or_else(|| Value::string(net))
                }
                Peer::Group(id) | Peer::PrefixList(id) => Value::string(id),
            };
            let (ports, note) = match rule.ports() {
                Some(port) => (vec![Value::Port(port)], note),
                None => (Vec::new(), Some(format!("IP protocol {}", rule.protocol))),
            };
            let mut value = Record::from([
                (direction.peer().to_owned(), peer),
                ("ports".to_owned(), Value::List(ports)),
            ]);
            if let Some(note) = note {
                value.insert("note".to_owned(), Value::String(note));
            }
            Value::Map(value)
        })
        .collect();
    values.sort_by_key(ToString::to_string);
    Value::List(values)
}

/// Single rules with their notes.
fn rules_of(permissions: &[IpPermission]) -> BTreeMap<Rule, Option<String>> {
    let mut rules = BTreeMap::new();
    for permission in permissions {
        let protocol = permission.ip_protocol.clone().unwrap_or_default();
        let whole = protocol == "-1";
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
    fn new(port: PortRange, peer: Peer) -> Rule {
        let v6 = matches!(peer, Peer::V6(_));
        let (protocol, from, to) = match port.protocol {
            Protocol::Tcp => ("tcp", i32::from(port.from), i32::from(port.to)),
            Protocol::Udp => ("udp", i32::from(port.from), i32::from(port.to)),
            Protocol::Icmp if v6 => ("icmpv6", ANY, ANY),
            Protocol::Icmp => ("icmp", ANY, ANY),
            Protocol::All => ("-1", ANY, ANY),
        };
        Rule {
            protocol: protocol.to_owned(),
            from,
            to,
            peer,
        }
    }

    /// The ports in the language's terms. A rule for one ICMP type shows that type as a port.
    fn ports(&self) -> Option<PortRange> {
        let protocol = match self.protocol.as_str() {
            "tcp" | "6" => Protocol::Tcp,
            "udp" | "17" => Protocol::Udp,
            "icmp" | "1" | "icmpv6" | "58" => Protocol::Icmp,
            "-1" => Protocol::All,
            _ => return None,
        };
        let whole = PortRange::whole(protocol);
        Some(match (u16::try_from(self.from), u16::try_from(self.to)) {
            (Ok(from), _) if protocol == Protocol::Icmp => PortRange {
                from,
                to: from,
                ..whole
            },
            (Ok(from), Ok(to)) => PortRange { from, to, ..whole },
            _ => whole,
        })
    }

    fn permission(&self, note: Option<&String>) -> IpPermission {
        let permission = IpPermission::builder().ip_protocol(&self.protocol);
        let permission = match self.protocol.as_str() {
            "-1" => permission,
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

/// The rules that the fields ask for.
fn wanted(
    direction: Direction,
    fields: Fields<'_>,
) -> Result<BTreeMap<Rule, Option<String>>, Failure> {
    let mut record = fields.0.clone();
    canonical(direction, &mut record);
    let mut rules = BTreeMap::new();
    for rule in Fields(&record)
        .list(direction.field())
        .iter()
        .filter_map(Value::as_map)
    {
        let unclear = || {
            let message = format!("a rule of `{}` is not known yet", direction.field());
            Failure::new(FailureKind::Invalid, message)
        };
        let peer = rule
            .get(direction.peer())
            .and_then(peer)
            .ok_or_else(unclear)?;
        let Some([Value::Port(port)]) = rule.get("ports").and_then(Value::as_list) else {
            return Err(unclear());
        };
        rules.insert(Rule::new(*port, peer), Fields(rule).text("note"));
    }
    Ok(rules)
}

fn peer(value: &Value) -> Option<Peer> {
    let text = text_of(value)?;
    Some(match value {
        Value::Cidr(ipnet::IpNet::V4(_)) => Peer::V4(text),
        Value::Cidr(ipnet::IpNet::V6(_)) => Peer::V6(text),
        _ if text.starts_with("pl-") => Peer::PrefixList(text),
        _ => Peer::Group(text),
    })
}

/// Makes the rules of a group what the fields say. What is new is allowed before what is old is revoked, so that
/// nobody who may connect before and after is locked out in between.
pub(super) async fn bring_to(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    current: &[IpPermission],
    fields: Fields<'_>,
) -> Result<(), Failure> {
    let current = rules_of(current);
    let wanted = wanted(direction, fields)?;
    let missing = wanted
        .iter()
        .filter(|(rule, _)| !current.contains_key(*rule));
    let missing: Vec<_> = missing
        .map(|(rule, note)| rule.permission(note.as_ref()))
        .collect();
    let renamed = wanted
        .iter()
        .filter(|(rule, note)| current.get(*rule).is_some_and(|old| old != *note));
    let renamed: Vec<_> = renamed
        .map(|(rule, note)| rule.permission(note.as_ref()))
        .collect();
    let surplus = current.keys().filter(|rule| !wanted.contains_key(*rule));
    let surplus: Vec<_> = surplus.map(|rule| rule.permission(None)).collect();
    if !missing.is_empty() {
        authorize(cloud, group, direction, missing).await?;
    }
    if !renamed.is_empty() {
        describe(cloud, group, direction, renamed).await?;
    }
    if !surplus.is_empty() {
        revoke(cloud, group, direction, surplus).await?;
    }
    Ok(())
}

/// All in one call. When one of them exists already (a lost answer, or somebody else), the call did nothing; then
/// each is sent by itself.
async fn authorize(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: Vec<IpPermission>,
) -> Result<(), Failure> {
    match authorize_all(cloud, group, direction, &rules).await {
        Err(failure) if failure.kind == FailureKind::AlreadyExists => {}
        result => return result,
    }
    for rule in rules {
        match authorize_all(cloud, group, direction, &[rule]).await {
            Err(failure) if failure.kind == FailureKind::AlreadyExists => {}
            result => result?,
        }
    }
    Ok(())
}

async fn authorize_all(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: &[IpPermission],
) -> Result<(), Failure> {
    match direction {
        Direction::In => {
            cloud
                .change("AuthorizeSecurityGroupIngress", || {
                    let call = cloud.ec2.authorize_security_group_ingress().group_id(group);
                    call.set_ip_permissions(Some(rules.to_vec())).send()
                })
                .await?;
        }
        Direction::Out => {
            cloud
                .change("AuthorizeSecurityGroupEgress", || {
                    let call = cloud.ec2.authorize_security_group_egress().group_id(group);
                    call.set_ip_permissions(Some(rules.to_vec())).send()
                })
                .await?;
        }
    }
    Ok(())
}

async fn describe(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: Vec<IpPermission>,
) -> Result<(), Failure> {
    match direction {
        Direction::In => {
            cloud
                .change("UpdateSecurityGroupRuleDescriptionsIngress", || {
                    let call = cloud.ec2.update_security_group_rule_descriptions_ingress();
                    call.group_id(group)
                        .set_ip_permissions(Some(rules.clone()))
                        .send()
                })
                .await?;
        }
        Direction::Out => {
            cloud
                .change("UpdateSecurityGroupRuleDescriptionsEgress", || {
                    let call = cloud.ec2.update_security_group_rule_descriptions_egress();
                    call.group_id(group)
                        .set_ip_permissions(Some(rules.clone()))
                        .send()
                })
                .await?;
        }
    }
    Ok(())
}

/// Revoked already is success.
async fn revoke(
    cloud: &Cloud,
    group: &str,
    direction: Direction,
    rules: Vec<IpPermission>,
) -> Result<(), Failure> {
    let revoked = match direction {
        Direction::In => cloud
            .change("RevokeSecurityGroupIngress", || {
                let call = cloud.ec2.revoke_security_group_ingress().group_id(group);
                call.set_ip_permissions(Some(rules.clone())).send()
            })
            .await
            .map(|_| ()),
        Direction::Out => cloud
            .change("RevokeSecurityGroupEgress", || {
                let call = cloud.ec2.revoke_security_group_egress().group_id(group);
                call.set_ip_permissions(Some(rules.clone())).send()
            })
            .await
            .map(|_| ()),
    };
    match revoked {
        Err(failure) if failure.code == "InvalidPermission.NotFound" => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(text: &str) -> Value {
        Value::Port(text.parse().unwrap())
    }

    fn net(text: &str) -> Value {
        Value::Cidr(text.parse().unwrap())
    }

    fn rule(from: Value, ports: &[&str], note: Option<&str>) -> Value {
        let mut rule = Record::from([
            ("from".to_owned(), from),
            (
                "ports".to_owned(),
                Value::List(ports.iter().map(|text| port(text)).collect()),
            ),
        ]);
        rule.insert("note".to_owned(), note.map_or(Value::Null, Value::string));
        Value::Map(rule)
    }

    fn allow(rules: Vec<Value>) -> Record {
        Record::from([("allow".to_owned(), Value::List(rules))])
    }

    /// What AWS would show after these fields were brought about.
    fn after(fields: &Record) -> Record {
        let permissions: Vec<IpPermission> = wanted(Direction::In, Fields(fields))
            .unwrap()
            .iter()
            .map(|(rule, note)| rule.permission(note.as_ref()))
            .collect();
        Record::from([(
            "allow".to_owned(),
            observed(Direction::In, Some(&permissions)),
        )])
    }

    #[test]
    fn what_was_written_and_what_is_read_compare_equal() {
        let mut written = allow(vec![
            rule(
                Value::List(vec![net("10.1.2.3/16"), Value::string("sg-1")]),
                &["tcp/22", "udp/5000-5010"],
                Some("ops"),
            ),
            rule(net("0.0.0.0/0"), &["icmp/all", "tcp/all"], None),
            rule(net("::/0"), &["icmp/all"], None),
            rule(Value::string("pl-1"), &["all/all"], None),
        ]);
        let mut read = after(&written);
        canonical(Direction::In, &mut written);
        canonical(Direction::In, &mut read);
        assert_eq!(written, read);
        assert_eq!(written["allow"].as_list().unwrap().len(), 8);
        let once = written.clone();
        canonical(Direction::In, &mut written);
        assert_eq!(written, once, "twice is the same as once");
    }

    #[test]
    fn doubles_are_one_rule() {
        let mut fields = allow(vec![
            rule(net("10.0.0.0/8"), &["tcp/22"], Some("a")),
            rule(net("10.0.0.0/8"), &["tcp/22"], Some("b")),
        ]);
        canonical(Direction::In, &mut fields);
        assert_eq!(fields["allow"].as_list().unwrap().len(), 1);
    }

    #[test]
    fn rules_the_language_has_no_words_for_are_shown_and_can_be_revoked() {
        let esp = IpPermission::builder()
            .ip_protocol("50")
            .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build())
            .build();
        let rules = rules_of(std::slice::from_ref(&esp));
        let (rule, _) = rules.first_key_value().unwrap();
        assert_eq!(rule.permission(None).ip_protocol.as_deref(), Some("50"));
        assert_eq!(
            observed(Direction::In, Some(&[esp])).to_string(),
            r#"[{ from = 10.0.0.0/8, note = "IP protocol 50", ports = [] }]"#
        );
    }
}
