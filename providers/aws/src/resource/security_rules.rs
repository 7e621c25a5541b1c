//! The rules of a security group in the language: the fields `allow` and `allow_out`.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::IpPermission;
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind};

use super::security_rule::{Direction, Peer, Rule, in_family, rules_of};

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
    // A rule whose protocol the language has no word for has no ports to show.
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
        let v6 = matches!(peer, Value::Cidr(ipnet::IpNet::V6(_)));
        for ports in &ports {
            let ports = ports.iter().map(|port| match port {
                Value::Port(port) => Value::Port(in_family(*port, v6)),
                other => other.clone(),
            });
            let mut single = Record::from([
                (direction.peer().to_owned(), peer.clone()),
                ("ports".to_owned(), Value::List(ports.collect())),
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
                    infra_sdk::seen::cidr(net).unwrap_or_else(|| Value::string(net))
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

/// The rules that the fields ask for, with their notes.
pub(super) fn wanted(
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
            .and_then(Peer::of)
            .ok_or_else(unclear)?;
        let Some([Value::Port(port)]) = rule.get("ports").and_then(Value::as_list) else {
            return Err(unclear());
        };
        rules.insert(Rule::new(*port, peer), Fields(rule).text("note"));
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::IpRange;

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
    fn a_protocol_without_a_name_is_known_by_its_number() {
        let esp = IpPermission::builder()
            .ip_protocol("50")
            .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build())
            .build();
        let rules = rules_of(std::slice::from_ref(&esp));
        let (rule, _) = rules.first_key_value().unwrap();
        assert_eq!(rule.permission(None).ip_protocol.as_deref(), Some("50"));
        assert_eq!(
            observed(Direction::In, Some(&[esp])).to_string(),
            "[{ from = 10.0.0.0/8, ports = [protocol/50] }]"
        );
    }
}
