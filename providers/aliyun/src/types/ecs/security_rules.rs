//! The rules of a security group in the language, and how they are brought about.
//!
//! A normal group lets everything out by itself. In the language `allow_out` says all that may go out, so where it is not
//! everything, a rule of the lowest priority drops the rest; that rule is no one's in the text.

use std::collections::BTreeMap;

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_model::{PortRange, Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind, Update};
use serde_json::Value as Json;

use super::SECURITY_GROUP;
pub(super) use super::security_rule::Side;
use super::security_rule::{FIRST, LAST, NO_PORTS, Peer, Rule, in_family, problem};
use crate::cloud::Cloud;
use crate::param::{Param, add};
use crate::products::ECS;
use crate::reader::raw;
use crate::table::{Call, Way, call, items_at, named, named_once};

pub(super) const SIDES: [Side; 4] = [Side::ALLOW, Side::ALLOW_OUT, Side::DENY, Side::DENY_OUT];

/// "AuthorizeSecurityGroup": the most rules of one call.
const RULES_MAX: usize = 100;
/// "Description" of a rule.
const NOTE_CHARS_MAX: usize = 512;

const GROUP: &[&str] = &["SecurityGroupId"];
const AUTHORIZE: [Call; 2] = [
    call("AuthorizeSecurityGroup").of(GROUP).once(),
    call("AuthorizeSecurityGroupEgress").of(GROUP).once(),
];
const REVOKE: [Call; 2] = [
    call("RevokeSecurityGroup").of(GROUP),
    call("RevokeSecurityGroupEgress").of(GROUP),
];
const MODIFY: [Call; 2] = [
    call("ModifySecurityGroupRule").of(GROUP),
    call("ModifySecurityGroupEgressRule").of(GROUP),
];

pub(super) const RULES: Way = Way {
    name: "change the rules",
    run: change_rules,
};

/// Flattens the rules of one side to one peer and one port range each, without doubles, sorted.
pub(super) fn canonical(side: Side, fields: &mut Record) {
    let Some(Value::List(rules)) = fields.get_mut(side.field) else {
        return;
    };
    let mut flat: BTreeMap<String, Value> = BTreeMap::new();
    for rule in std::mem::take(rules) {
        for single in flattened(side, rule) {
            let mut key = match &single {
                Value::Map(map) => {
                    let identity = map.iter().filter(|(name, _)| *name != "note");
                    Value::Map(
                        identity
                            .map(|(name, value)| (name.clone(), value.clone()))
                            .collect(),
                    )
                    .to_string()
                }
                other => other.to_string(),
            };
            // Peers that are yet to be made look all alike; what they wait for tells them apart.
            single.for_each_address(&mut |address| key.push_str(&address.to_string()));
            flat.entry(key).or_insert(single);
        }
    }
    *rules = flat.into_values().collect();
}

/// A rule as one record for each pair of peer and port; what is not known yet stays whole.
fn flattened(side: Side, rule: Value) -> Vec<Value> {
    let Value::Map(rule) = rule else {
        return vec![rule];
    };
    let (Some(peers), Some(Value::List(ports))) = (rule.get(side.peer), rule.get("ports")) else {
        return vec![Value::Map(rule)];
    };
    let peers = match peers {
        Value::List(peers) => peers.as_slice(),
        single => std::slice::from_ref(single),
    };
    let priority = rule
        .get("priority")
        .filter(|it| !it.is_null() && it.as_int() != Some(FIRST));
    let note = rule
        .get("note")
        .filter(|it| !it.is_null() && it.as_str() != Some(""));
    let mut flat = Vec::new();
    for peer in peers {
        let peer = match peer {
            Value::Cidr(net) => Value::Cidr(net.trunc()),
            other => other.clone(),
        };
        let v6 = matches!(&peer, Value::Cidr(net) if net.addr().is_ipv6());
        for port in ports {
            let port = match port {
                Value::Port(port) => Value::Port(in_family(*port, v6)),
                other => other.clone(),
            };
            let own = [
                (side.peer, Some(peer.clone())),
                ("ports", Some(Value::List(vec![port]))),
                ("priority", priority.cloned()),
                ("note", note.cloned()),
            ];
            let own = own
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)));
            flat.push(Value::Map(own.collect()));
        }
    }
    flat
}

pub(super) fn validate_rules(side: Side, fields: Fields<'_>, problems: &mut Vec<String>) {
    for rule in fields
        .list(side.field)
        .iter()
        .filter_map(Value::as_map)
        .map(Fields)
    {
        let ports = rule.list("ports").iter().filter_map(|port| match port {
            Value::Port(port) => problem(*port),
            _ => None,
        });
        problems.extend(ports);
        if rule.is_empty_list("ports") {
            problems.push(format!(
                "a rule of `{}` lists no ports, so it fits nothing",
                side.field
            ));
        }
        if rule
            .int("priority")
            .is_some_and(|it| !(1..=100).contains(&it))
        {
            problems.push("the `priority` of a rule is 1 to 100".to_owned());
        }
        if rule
            .text("note")
            .is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX)
        {
            problems.push(format!("a `note` has at most {NOTE_CHARS_MAX} characters"));
        }
    }
}

/// Everything to everywhere, and what drops it.
fn everything_out(accept: bool, priority: i64) -> [Rule; 2] {
    let peers = [
        Peer::V4("0.0.0.0/0".to_owned()),
        Peer::V6("::/0".to_owned()),
    ];
    peers.map(|peer| Rule {
        out: true,
        accept,
        protocol: "all".to_owned(),
        ports: NO_PORTS.to_owned(),
        peer,
        priority,
    })
}

/// Whether a rule is the one that drops what `allow_out` does not name.
fn is_rest(rule: &Rule) -> bool {
    everything_out(false, LAST).contains(rule)
}

fn rules_of(group: &Json) -> Vec<(Rule, Option<String>, String)> {
    let listed = items_at(group, "Permissions.Permission");
    listed.iter().filter_map(Rule::listed).collect()
}

/// The rules of one side of a listed group, in the form of its schema, flattened.
pub(super) fn observed(side: Side, group: &Json) -> Value {
    let rules = rules_of(group);
    let own = rules
        .iter()
        .filter(|(rule, ..)| rule.out == side.out && rule.accept == side.accept && !is_rest(rule));
    let mut values: Vec<Value> = own
        .filter_map(|(rule, note, _)| Some(value_of(side, rule, rule.port()?, note.clone())))
        .collect();
    let open =
        group["SecurityGroupType"] != "enterprise" && !rules.iter().any(|(rule, ..)| is_rest(rule));
    if side == Side::ALLOW_OUT && open {
        let [everything, _] = everything_out(true, FIRST);
        if !rules.iter().any(|(rule, ..)| *rule == everything) {
            let port = everything.port();
            values.extend(port.map(|port| value_of(side, &everything, port, None)));
        }
    }
    values.sort_by_key(ToString::to_string);
    Value::List(values)
}

fn value_of(side: Side, rule: &Rule, port: PortRange, note: Option<String>) -> Value {
    let fields = [
        (side.peer, Some(rule.peer.value())),
        ("ports", Some(Value::List(vec![Value::Port(port)]))),
        (
            "priority",
            (rule.priority != FIRST).then_some(Value::Int(rule.priority)),
        ),
        ("note", note.map(Value::String)),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Map(fields.collect())
}

/// The rules that the fields ask for, with their notes. A side that has no field is not asked for.
fn wanted(record: &Record) -> Result<BTreeMap<Rule, Option<String>>, Failure> {
    let mut rules = BTreeMap::new();
    let mut flat = record.clone();
    for side in SIDES {
        canonical(side, &mut flat);
        for rule in Fields(&flat)
            .list(side.field)
            .iter()
            .filter_map(Value::as_map)
        {
            let unclear = || {
                let message = format!("a rule of `{}` is not known yet", side.field);
                Failure::new(FailureKind::Invalid, message)
            };
            let peer = rule.get(side.peer).and_then(Peer::of).ok_or_else(unclear)?;
            let Some([Value::Port(port)]) = rule.get("ports").and_then(Value::as_list) else {
                return Err(unclear());
            };
            let priority = rule
                .get("priority")
                .and_then(Value::as_int)
                .unwrap_or(FIRST);
            if let Some(one) = Rule::new(side, *port, peer, priority) {
                rules.insert(one, Fields(rule).text("note"));
            }
        }
    }
    let out = Fields(record).get("allow_out").and_then(Value::as_list);
    if Fields(record).text("kind").as_deref() != Some("enterprise") && out.is_some() {
        let [everything, _] = everything_out(true, FIRST);
        match rules.get(&everything) {
            // It goes out without a rule; one with a note or a priority is kept as it is written.
            Some(None) => drop(rules.remove(&everything)),
            Some(Some(_)) => {}
            None => rules.extend(everything_out(false, LAST).map(|rule| (rule, None))),
        }
    }
    Ok(rules)
}

fn change_rules<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    cloud.converge(move || bring_about(cloud, order)).boxed()
}

/// Adds rules before it removes others, so that nothing that stays allowed is cut off for a moment.
async fn bring_about(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let wanted = wanted(&order.fields)?;
    let Some(group) = raw(cloud, &SECURITY_GROUP, &order.id).await? else {
        let message = format!("the security group {} is gone", order.id);
        return Err(Failure::new(FailureKind::NotFound, message));
    };
    let there = rules_of(&group);
    let managed = |rule: &Rule| {
        let of = |side: &Side| side.out == rule.out && side.accept == rule.accept;
        let side = if is_rest(rule) {
            Some(Side::ALLOW_OUT)
        } else {
            SIDES.into_iter().find(of)
        };
        side.is_some_and(|side| Fields(&order.fields).get(side.field).is_some())
    };
    for out in [false, true] {
        let missing = wanted
            .iter()
            .filter(|(rule, _)| rule.out == out && !there.iter().any(|(other, ..)| other == *rule));
        let missing: Vec<_> = missing.collect();
        authorize(cloud, order, out, &missing).await?;
        for (rule, note, id) in there.iter().filter(|(rule, ..)| rule.out == out) {
            if let Some(own) = wanted.get(rule).filter(|own| *own != note) {
                let call = &MODIFY[usize::from(out)];
                let mut params = named(call, &order.id);
                add(&mut params, "SecurityGroupRuleId", id);
                params.extend(rule.params("", Some(&own.clone().unwrap_or_default())));
                cloud.change(ECS, call, params).await?;
            }
        }
        let extra = there
            .iter()
            .filter(|(rule, ..)| rule.out == out && managed(rule) && !wanted.contains_key(rule));
        let extra: Vec<&String> = extra.map(|(.., id)| id).collect();
        for ids in extra.chunks(RULES_MAX) {
            let call = &REVOKE[usize::from(out)];
            let mut params = named(call, &order.id);
            for (index, id) in ids.iter().enumerate() {
                add(
                    &mut params,
                    format!("SecurityGroupRuleId.{}", index + 1),
                    id.as_str(),
                );
            }
            cloud.once(ECS, call, params).await?;
        }
    }
    Ok(())
}

async fn authorize(
    cloud: &Cloud,
    order: &Update,
    out: bool,
    rules: &[(&Rule, &Option<String>)],
) -> Result<(), Failure> {
    let call = &AUTHORIZE[usize::from(out)];
    for rules in rules.chunks(RULES_MAX) {
        let mut own: Vec<Param> = Vec::new();
        for (index, (rule, note)) in rules.iter().enumerate() {
            own.extend(rule.params(&format!("Permissions.{}.", index + 1), note.as_ref()));
        }
        let part = format!("{} {own:?}", call.action);
        let mut params = named_once(call, &order.id, &order.token, &part);
        params.extend(own);
        cloud.change(ECS, call, params).await?;
    }
    Ok(())
}
