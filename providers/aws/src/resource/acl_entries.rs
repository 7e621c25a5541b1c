//! The entries of a network ACL: CreateNetworkAclEntry, ReplaceNetworkAclEntry, DeleteNetworkAclEntry.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IcmpTypeCode, NetworkAclEntry, PortRange as Ports, RuleAction};
use infra_model::{PortRange, Protocol, Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::cidr;
use infra_sdk::{Failure, FailureKind};

use super::security_rule::in_family;
use crate::client::Cloud;

/// Every protocol.
const ALL: &str = "-1";
/// "any" in the API's fields for ICMP types and codes.
const ANY: i32 = -1;
/// The numbers that entries may have; the one after them is Amazon's, and refuses everything.
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=32_766;

/// Direction, field, and the key of the other side in an entry.
const WAYS: [(bool, &str, &str); 2] = [(false, "inbound", "from"), (true, "outbound", "to")];

/// What identifies an entry: whether it is outbound, and its number.
type Place = (bool, i32);

/// An entry in the language's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    allow: bool,
    range: String,
    ports: PortRange,
}

impl Entry {
    fn of(entry: Fields<'_>, side: &str) -> Option<Entry> {
        let Some(Value::Port(ports)) = entry.get("ports") else {
            return None;
        };
        Some(Entry {
            allow: entry.text("action").as_deref() != Some("deny"),
            range: entry.text(side)?,
            ports: *ports,
        })
    }

    fn read(entry: &NetworkAclEntry) -> Option<Entry> {
        let protocol = match entry.protocol.as_deref()? {
            ALL => Protocol::All,
            number => Protocol::of_number(number.parse().ok()?),
        };
        let whole = PortRange::whole(protocol);
        let ports = || {
            let range = entry.port_range.as_ref()?;
            let from = u16::try_from(range.from?).ok()?;
            let to = u16::try_from(range.to?).ok()?;
            Some(PortRange { from, to, ..whole })
        };
        let icmp = || {
            let icmp = entry.icmp_type_code.as_ref()?;
            let kind = u8::try_from(icmp.r#type?).ok()?;
            let code = icmp.code.and_then(|code| u8::try_from(code).ok());
            Some(PortRange::icmp(protocol, kind, code))
        };
        let limited = match protocol {
            Protocol::Tcp | Protocol::Udp => ports(),
            Protocol::Icmp | Protocol::Icmpv6 => icmp(),
            Protocol::Number(_) | Protocol::All => None,
        };
        let range = entry
            .cidr_block
            .as_ref()
            .or(entry.ipv6_cidr_block.as_ref())?;
        Some(Entry {
            allow: entry.rule_action == Some(RuleAction::Allow),
            ports: in_family(limited.unwrap_or(whole), range.contains(':')),
            range: range.clone(),
        })
    }

    fn is_ipv6(&self) -> bool {
        self.range.contains(':')
    }

    /// The protocol's number; ICMP has another one in IPv6.
    fn protocol(&self) -> String {
        let protocol = match self.ports.protocol {
            Protocol::Icmp if self.is_ipv6() => Protocol::Icmpv6,
            other => other,
        };
        let number = protocol.number();
        number.map_or_else(|| ALL.to_owned(), |number| number.to_string())
    }

    fn port_range(&self) -> Option<Ports> {
        let has_ports = self.ports.protocol.has_ports();
        let ports = Ports::builder()
            .from(self.ports.from.into())
            .to(self.ports.to.into());
        has_ports.then(|| ports.build())
    }

    fn icmp(&self) -> Option<IcmpTypeCode> {
        let (kind, code) = self.ports.icmp_type_code();
        let number = |number: Option<u8>| number.map_or(ANY, i32::from);
        let icmp = IcmpTypeCode::builder()
            .r#type(number(kind))
            .code(number(code));
        self.ports.protocol.is_icmp().then(|| icmp.build())
    }

    fn shown(&self, number: i32, side: &str) -> Option<Value> {
        let action = if self.allow { "allow" } else { "deny" };
        Some(Value::Map(Record::from([
            ("number".to_owned(), Value::Int(number.into())),
            ("action".to_owned(), Value::string(action)),
            (side.to_owned(), cidr(&self.range)?),
            ("ports".to_owned(), Value::Port(self.ports)),
        ])))
    }
}

/// CreateNetworkAclEntry and ReplaceNetworkAclEntry take the same parameters, on builders of two types.
macro_rules! with_entry {
    ($call:expr, $acl:expr, $place:expr, $entry:expr) => {{
        let (egress, number) = $place;
        let action = if $entry.allow {
            RuleAction::Allow
        } else {
            RuleAction::Deny
        };
        let call = $call
            .network_acl_id($acl)
            .egress(egress)
            .rule_number(number);
        let call = call.rule_action(action).protocol($entry.protocol());
        let call = call.set_port_range($entry.port_range());
        let call = call.set_icmp_type_code($entry.icmp());
        if $entry.is_ipv6() {
            call.ipv6_cidr_block(&$entry.range).send()
        } else {
            call.cidr_block(&$entry.range).send()
        }
    }};
}

/// Sorts by number, and writes out what may be left away.
pub(super) fn canonical(fields: &mut Record) {
    for (_, field, side) in WAYS {
        let Some(Value::List(entries)) = fields.get_mut(field) else {
            continue;
        };
        for entry in entries.iter_mut() {
            let Value::Map(entry) = entry else { continue };
            if entry.get("action").is_none_or(Value::is_null) {
                entry.insert("action".to_owned(), Value::string("allow"));
            }
            let mut v6 = false;
            if let Some(Value::Cidr(range)) = entry.get_mut(side) {
                *range = range.trunc();
                v6 = matches!(range, ipnet::IpNet::V6(_));
            }
            if let Some(Value::Port(ports)) = entry.get_mut("ports") {
                *ports = in_family(*ports, v6);
            }
        }
        let number = |entry: &Value| {
            entry
                .as_map()
                .and_then(|entry| entry.get("number")?.as_int())
        };
        entries.sort_by_key(number);
    }
}

pub(super) fn validate(fields: Fields<'_>, problems: &mut Vec<String>) {
    for (_, field, _) in WAYS {
        let mut numbers = BTreeSet::new();
        let entries = fields.list(field).iter().filter_map(Value::as_map);
        for number in entries.filter_map(|entry| entry.get("number")?.as_int()) {
            if !i32::try_from(number).is_ok_and(|number| NUMBERS.contains(&number)) {
                problems.push(format!(
                    "the number {number} in `{field}` is not between {} and {}",
                    NUMBERS.start(),
                    NUMBERS.end()
                ));
            }
            if !numbers.insert(number) {
                problems.push(format!("two entries of `{field}` have the number {number}"));
            }
        }
    }
}

/// The fields `inbound` and `outbound`.
pub(super) fn shown(entries: &[NetworkAclEntry]) -> [Value; 2] {
    WAYS.map(|(egress, _, side)| {
        let mut all: Vec<(i32, Entry)> = entries
            .iter()
            .filter(|entry| entry.egress == Some(egress))
            .filter_map(|entry| Some((entry.rule_number?, Entry::read(entry)?)))
            .filter(|(number, _)| NUMBERS.contains(number))
            .collect();
        all.sort_by_key(|(number, _)| *number);
        let shown = all
            .iter()
            .filter_map(|(number, entry)| entry.shown(*number, side));
        Value::List(shown.collect())
    })
}

/// Makes the entries what the fields say. A number that is taken changes its meaning in one call, so that there is
/// no moment without it.
pub(super) async fn bring_to(
    cloud: &Cloud,
    acl: &str,
    current: &[NetworkAclEntry],
    fields: Fields<'_>,
) -> Result<(), Failure> {
    for (egress, field, side) in WAYS {
        if fields.get(field).is_none() {
            continue;
        }
        let current: BTreeMap<Place, Option<Entry>> = current
            .iter()
            .filter(|entry| entry.egress == Some(egress))
            .filter_map(|entry| Some(((egress, entry.rule_number?), Entry::read(entry))))
            .filter(|((_, number), _)| NUMBERS.contains(number))
            .collect();
        let entries = fields
            .list(field)
            .iter()
            .filter_map(Value::as_map)
            .map(Fields);
        let wanted: BTreeMap<Place, Entry> = entries
            .filter_map(|entry| Some(((egress, entry.int("number")?), Entry::of(entry, side)?)))
            .collect();
        for (place, entry) in &wanted {
            match current.get(place) {
                Some(Some(known)) if known == entry => {}
                Some(_) => replace(cloud, acl, *place, entry).await?,
                None => create(cloud, acl, *place, entry).await?,
            }
        }
        for place in current.keys().filter(|place| !wanted.contains_key(place)) {
            delete(cloud, acl, *place).await?;
        }
    }
    Ok(())
}

/// An entry that a lost answer left behind is there already; replacing it says the same again.
async fn create(cloud: &Cloud, acl: &str, place: Place, entry: &Entry) -> Result<(), Failure> {
    let created = cloud
        .change("CreateNetworkAclEntry", || {
            with_entry!(cloud.ec2.create_network_acl_entry(), acl, place, entry)
        })
        .await;
    match created {
        Err(failure) if failure.kind == FailureKind::AlreadyExists => {
            replace(cloud, acl, place, entry).await
        }
        result => result.map(|_| ()),
    }
}

async fn replace(cloud: &Cloud, acl: &str, place: Place, entry: &Entry) -> Result<(), Failure> {
    cloud
        .change("ReplaceNetworkAclEntry", || {
            with_entry!(cloud.ec2.replace_network_acl_entry(), acl, place, entry)
        })
        .await?;
    Ok(())
}

async fn delete(cloud: &Cloud, acl: &str, (egress, number): Place) -> Result<(), Failure> {
    let deleted = cloud
        .change("DeleteNetworkAclEntry", || {
            let call = cloud.ec2.delete_network_acl_entry().network_acl_id(acl);
            call.egress(egress).rule_number(number).send()
        })
        .await;
    match deleted {
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
        result => result.map(|_| ()),
    }
}
