//! Values for every field of every type. What a program may not have is refused by its check, so they need not fit.

use base64::Engine;

use super::dice::Dice;
use super::program::{Program, Value};

/// Every type with its fields; those that it cannot be without come first and end with `!`.
pub const TYPES: [(&str, &[&str]); 22] = [
    (
        "aws.vpc",
        &["range!", "dns_hostnames", "ipv6", "name", "tags"],
    ),
    (
        "aws.subnet",
        &["vpc!", "zone!", "range!", "public", "ipv6_range", "tags"],
    ),
    ("aws.internet_gateway", &["vpc!", "name", "tags"]),
    ("aws.egress_only_gateway", &["vpc!", "tags"]),
    (
        "aws.security_group",
        &["vpc!", "name", "description", "allow", "allow_out", "tags"],
    ),
    ("aws.key_pair", &["public_key!", "name", "tags"]),
    ("aws.placement_group", &["strategy!", "name", "tags"]),
    (
        "aws.instance",
        &[
            "image!",
            "type!",
            "subnet!",
            "groups",
            "key",
            "private_ip",
            "public",
            "root_size",
            "root_encrypted",
            "root_keep",
            "user_data",
            "iam_profile",
            "metadata",
            "termination_protection",
            "stop_protection",
            "on_shutdown",
            "running",
            "monitoring",
            "source_dest_check",
            "placement_group",
            "name",
            "tags",
        ],
    ),
    (
        "aws.network_interface",
        &[
            "subnet!",
            "description",
            "private_ip",
            "further_ips",
            "groups",
            "source_dest_check",
            "instance",
            "index",
            "tags",
        ],
    ),
    ("aws.elastic_ip", &["instance", "name", "tags"]),
    (
        "aws.nat_gateway",
        &["subnet!", "kind!", "address", "private_ip", "tags"],
    ),
    ("aws.route_table", &["vpc!", "routes", "subnets", "tags"]),
    (
        "aws.network_acl",
        &["vpc!", "inbound", "outbound", "subnets", "tags"],
    ),
    (
        "aws.volume",
        &[
            "zone!",
            "size!",
            "type",
            "encrypted",
            "snapshot",
            "name",
            "tags",
        ],
    ),
    (
        "aws.attachment",
        &[
            "instance!",
            "volume!",
            "device!",
            "stop_to_detach!",
            "delete_with_instance",
        ],
    ),
    ("aws.snapshot", &["volume!", "description", "tags"]),
    (
        "aws.image",
        &["instance!", "name", "reboot", "description", "tags"],
    ),
    (
        "aws.launch_template",
        &["launch!", "name", "description", "tags"],
    ),
    ("aws.peering", &["vpc!", "peer!", "tags"]),
    (
        "aws.flow_log",
        &["source!", "destination!", "traffic", "interval", "tags"],
    ),
    (
        "aws.dhcp_options",
        &["name_servers!", "domain_name", "vpcs", "tags"],
    ),
    (
        "aws.vpc_endpoint",
        &[
            "vpc!",
            "service!",
            "kind!",
            "route_tables",
            "subnets",
            "groups",
            "private_dns",
            "policy",
            "tags",
        ],
    ),
];

/// The fields of a type.
pub fn of(type_name: &str) -> impl Iterator<Item = (&'static str, bool)> {
    let fields = TYPES.iter().find(|(name, _)| *name == type_name);
    let fields = fields.map_or(&[][..], |(_, fields)| fields);
    fields.iter().map(|field| match field.strip_suffix('!') {
        Some(name) => (name, true),
        None => (*field, false),
    })
}

pub fn is_required(type_name: &str, field: &str) -> bool {
    of(type_name).any(|(name, required)| required && name == field)
}

/// How often a field is set that need not be.
pub fn likelihood(field: &str) -> usize {
    match field {
        "groups" | "subnets" | "vpcs" | "routes" | "instance" | "address" | "allow"
        | "route_tables" => 75,
        "private_ip" | "inbound" | "further_ips" | "name" | "volume" | "snapshot"
        | "ipv6_range" => 35,
        "termination_protection" | "stop_protection" | "running" | "tags" => 12,
        _ => 20,
    }
}

/// A value for a field of a thing that has the other `fields`; `None` where it has nothing to refer to.
pub fn value(
    program: &Program,
    type_name: &str,
    field: &str,
    fields: &[(&'static str, Value)],
    dice: &mut Dice,
) -> Option<Value> {
    let names = |type_name: &str| -> Vec<String> {
        program
            .of(type_name)
            .iter()
            .map(|thing| thing.name.clone())
            .collect()
    };
    let own = |field: &str| match fields.iter().find(|(name, _)| *name == field) {
        Some((_, Value::Ref(name))) => Some(name.clone()),
        _ => None,
    };
    let one = |dice: &mut Dice, types: &[&str]| {
        let all: Vec<String> = types.iter().flat_map(|it| names(it)).collect();
        dice.pick(&all).cloned().map(Value::Ref)
    };
    // What is in the network of this thing, as far as it says so itself.
    let network = own("vpc").or_else(|| network_of(program, &own("subnet")?));
    let inside = |type_name: &str| -> Vec<String> {
        let here = |name: &String| network.is_none() || network_of(program, name) == network;
        names(type_name).into_iter().filter(here).collect()
    };
    let word = |dice: &mut Dice, words: &[&str]| Some(Value::text(dice.word(words)));
    match (type_name, field) {
        ("aws.vpc", "range") => Some(Value::text(format!("10.{}.0.0/16", 1 + dice.below(9)))),
        ("aws.subnet", "range") => {
            let vpc = own("vpc")?;
            let third = 1 + dice.below(6);
            Some(Value::text(
                match (program.get(&vpc)?.get("range")?, dice.chance(25)) {
                    (Value::Text(range), false) => {
                        format!("10.{}.{third}.0/24", range.split('.').nth(1)?)
                    }
                    _ => format!("subnet_of({vpc}.range, 8, {third})"),
                },
            ))
        }
        ("aws.subnet", "ipv6_range") => {
            let vpc = own("vpc")?;
            program.get(&vpc)?.get("ipv6")?;
            Some(Value::text(format!(
                "subnet_of({vpc}.ipv6_range ?? ::/56, 8, {})",
                1 + dice.below(4)
            )))
        }
        ("aws.vpc", "ipv6") => word(dice, &["true"]),
        (_, "vpc" | "peer") => one(dice, &["aws.vpc"]),
        (_, "subnet") => one(dice, &["aws.subnet"]),
        (_, "zone") => word(
            dice,
            &["\"us-west-2a\"", "\"us-west-2a\"", "\"us-west-2b\""],
        ),
        (_, "subnets") => Some(Value::refs(&dice.some(&inside("aws.subnet"), 3))),
        (_, "route_tables") => Some(Value::refs(&dice.some(&inside("aws.route_table"), 2))),
        ("aws.dhcp_options", "vpcs") => Some(Value::refs(&dice.some(&names("aws.vpc"), 2))),
        (_, "groups") => {
            let some = dice.some(&inside("aws.security_group"), 3);
            (!some.is_empty()).then(|| Value::refs(&some))
        }
        (_, "instance") => one(dice, &["aws.instance"]),
        (_, "volume") => one(dice, &["aws.volume"]),
        ("aws.volume", "snapshot") => one(dice, &["aws.snapshot"]),
        (_, "address") => one(dice, &["aws.elastic_ip"]),
        ("aws.instance", "key") => one(dice, &["aws.key_pair"]),
        ("aws.instance", "placement_group") => one(dice, &["aws.placement_group"]),
        ("aws.instance", "image") => match dice.chance(20) {
            true => one(dice, &["aws.image"]).or(Some(Value::Ref("debian".to_owned()))),
            false => Some(Value::Ref("debian".to_owned())),
        },
        (_, "private_ip") => address(program, &own("subnet")?, dice).map(Value::Text),
        (_, "further_ips") => {
            let subnet = own("subnet")?;
            let ips = (0..1 + dice.below(2)).filter_map(|_| address(program, &subnet, dice));
            Some(Value::List(ips.map(Value::Text).collect()))
        }
        ("aws.route_table", "routes") => {
            let mut routes = Vec::new();
            for (to, types) in [
                (
                    "internet",
                    [
                        "aws.internet_gateway",
                        "aws.nat_gateway",
                        "aws.network_interface",
                    ],
                ),
                (
                    "10.200.0.0/16",
                    ["aws.peering", "aws.instance", "aws.network_interface"],
                ),
                ("::/0", ["aws.egress_only_gateway"; 3]),
            ] {
                if dice.chance(60)
                    && let Some(via) = one(dice, &types)
                {
                    routes.push(Value::Record(vec![("to", Value::text(to)), ("via", via)]));
                }
            }
            Some(Value::List(routes))
        }
        (_, "inbound" | "outbound") => {
            let end = if field == "inbound" { "from" } else { "to" };
            let rules = (1..=dice.below(3)).map(|number| {
                Value::Record(vec![
                    ("number", Value::text((number * 100).to_string())),
                    ("action", Value::text(dice.word(&["allow", "deny"]))),
                    (end, Value::text(dice.word(&["0.0.0.0/0", "10.0.0.0/8"]))),
                    (
                        "ports",
                        Value::text(dice.word(&["tcp/22", "tcp/80", "udp/53"])),
                    ),
                ])
            });
            Some(Value::List(rules.collect()))
        }
        (_, "allow" | "allow_out") => {
            let end = if field == "allow" { "from" } else { "to" };
            let mut rules = Vec::new();
            for port in dice.some(&["tcp/22", "tcp/80", "udp/53", "tcp/8000-8010"], 3) {
                let groups = dice.some(&inside("aws.security_group"), 2);
                let whom = match groups.is_empty() {
                    true => Value::text(dice.word(&["10.0.0.0/8", "203.0.113.0/24"])),
                    false => Value::refs(&groups),
                };
                let ports = Value::List(vec![Value::text(port)]);
                rules.push(Value::Record(vec![(end, whom), ("ports", ports)]));
            }
            Some(Value::List(rules))
        }
        ("aws.launch_template", "launch") => {
            let mut launch = vec![("type", Value::text("\"t3.micro\""))];
            let groups = dice.some(&names("aws.security_group"), 2);
            if !groups.is_empty() {
                launch.push(("groups", Value::refs(&groups)));
            }
            if let Some(key) = one(dice, &["aws.key_pair"]).filter(|_| dice.chance(40)) {
                launch.push(("key", key));
            }
            Some(Value::Record(launch))
        }
        ("aws.flow_log", "source") => one(dice, &["aws.vpc", "aws.subnet"]),
        _ => word(dice, words(type_name, field)?),
    }
}

/// Words for fields that refer to nothing.
fn words(type_name: &str, field: &str) -> Option<&'static [&'static str]> {
    Some(match (type_name, field) {
        ("aws.key_pair", "public_key") => return None.or(Some(keys())),
        ("aws.placement_group", "strategy") => &["spread", "partition"],
        ("aws.instance", "type") => &["\"t3.micro\"", "\"t3.small\"", "\"m5.large\""],
        (_, "root_size") => &["10GiB", "12GiB"],
        ("aws.instance", "user_data") => &["\"#!/bin/sh\"", "\"#!/bin/bash\""],
        (_, "iam_profile") => &["\"admin\"", "\"reader\""],
        (_, "metadata") => &["required", "optional", "off"],
        (_, "on_shutdown") => &["stop", "terminate"],
        (_, "index") => &["1", "2"],
        ("aws.nat_gateway", "kind") => &["public", "public", "private"],
        ("aws.volume", "size") => &["4GiB", "5GiB", "6GiB"],
        ("aws.volume", "type") => &["gp2", "gp3"],
        (_, "device") => &["\"/dev/sdf\"", "\"/dev/sdg\""],
        ("aws.flow_log", "destination") => &["\"arn:aws:s3:::logs\"", "\"arn:aws:s3:::more\""],
        (_, "traffic") => &["all", "rejected"],
        (_, "interval") => &["1m", "10m"],
        (_, "name_servers") => &["[\"10.0.0.2\"]", "[\"1.1.1.1\"]"],
        (_, "domain_name") => &["\"a.internal\"", "\"b.internal\""],
        (_, "service") => &["\"s3\"", "\"ec2\""],
        ("aws.vpc_endpoint", "kind") => &["gateway", "interface"],
        (_, "policy") => &["json({ Statement = [] })"],
        (_, "name") => &["\"red\"", "\"green\"", "\"blue\""],
        (_, "tags") => &["{ role = \"web\" }", "{ role = \"ops\" }"],
        (_, "description") => &["\"one\"", "\"two\""],
        _ => &["true", "false"],
    })
}

/// Two public keys.
fn keys() -> &'static [&'static str] {
    static KEYS: std::sync::OnceLock<[String; 2]> = std::sync::OnceLock::new();
    static WORDS: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        [1_u8, 2].map(|fill| {
            let mut wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
            wire.extend([fill; 32]);
            let text = base64::engine::general_purpose::STANDARD.encode(wire);
            format!("\"ssh-ed25519 {text}\"")
        })
    });
    WORDS.get_or_init(|| keys.iter().map(String::as_str).collect())
}

/// An address of a subnet whose range is written out.
fn address(program: &Program, subnet: &str, dice: &mut Dice) -> Option<String> {
    let Value::Text(range) = program.get(subnet)?.get("range")? else {
        return None;
    };
    let (start, _) = range.split_once(".0/24")?;
    Some(format!("{start}.{}", 10 + dice.below(6)))
}

/// The network that a thing is in.
pub fn network_of(program: &Program, name: &str) -> Option<String> {
    let thing = program.get(name)?;
    if thing.type_name == "aws.vpc" {
        return Some(name.to_owned());
    }
    let up = ["vpc", "subnet", "instance"];
    let up = up.iter().find_map(|field| thing.target(field))?;
    network_of(program, up)
}
