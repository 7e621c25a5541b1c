//! How many API calls it takes to read what is there: as many for two hundred of a type as for one.

use std::collections::BTreeMap;

use infra_engine::providers::calls_since;
use infra_sdk::{Observed, Provider, Target};

use crate::bed::{Bed, Setup, Text};

/// How many of each type there are.
const MANY: usize = 200;

/// One text for each type, sorted: `MANY` of it. Each may refer to the others.
const MANY_OF: &[(&str, &str)] = &[
    (
        "aws.attachment",
        r#"instance = host["${n}"], volume = disk["${n}"], device = "/dev/sdf""#,
    ),
    ("aws.dhcp_options", r#"vpcs = [net["${n}"]]"#),
    ("aws.egress_only_gateway", r#"vpc = net["${n}"]"#),
    ("aws.elastic_ip", ""),
    (
        "aws.flow_log",
        r#"source = net["${n}"], destination = "arn:aws:s3:::desk-logs""#,
    ),
    ("aws.image", r#"instance = host["${n}"]"#),
    (
        "aws.instance",
        r#"type = "t3.large", image = base, subnet = inside, groups = [group["0"]]"#,
    ),
    ("aws.internet_gateway", r#"vpc = net["${n}"]"#),
    (
        "aws.key_pair",
        r#"public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f""#,
    ),
    (
        "aws.launch_template",
        r#"launch = { type = "t3.large", image = base }"#,
    ),
    (
        "aws.nat_gateway",
        r#"subnet = inside, address = address["${n}"]"#,
    ),
    (
        "aws.network_acl",
        r#"vpc = main, inbound = [{ number = 100, from = 0.0.0.0/0, ports = tcp/443 }]"#,
    ),
    (
        "aws.network_interface",
        r#"subnet = inside, groups = [group["0"]]"#,
    ),
    ("aws.peering", r#"vpc = main, peer = net["${n}"]"#),
    ("aws.placement_group", "strategy = spread"),
    (
        "aws.route_table",
        "vpc = main, routes = [{ to = 0.0.0.0/0, via = door }]",
    ),
    (
        "aws.security_group",
        "vpc = main, allow = [{ from = 10.0.0.0/8, ports = [tcp/22] }]",
    ),
    ("aws.snapshot", r#"volume = disk["${n}"]"#),
    (
        "aws.subnet",
        r#"vpc = main, zone = "us-west-2a", range = subnet_of(172.16.0.0/17, bits = 9, number = n)"#,
    ),
    ("aws.volume", r#"zone = "us-west-2a", size = 8GiB"#),
    (
        "aws.vpc",
        "range = subnet_of(10.0.0.0/8, bits = 8, number = n)",
    ),
    (
        "aws.vpc_endpoint",
        r#"vpc = main, service = "s3", kind = gateway, route_tables = [route_table["${n}"]]"#,
    ),
];

/// What the texts call the resources of a type.
fn name_of(type_name: &str) -> &str {
    match type_name {
        "aws.elastic_ip" => "address",
        "aws.instance" => "host",
        "aws.security_group" => "group",
        "aws.volume" => "disk",
        "aws.vpc" => "net",
        _ => type_name.trim_start_matches("aws."),
    }
}

fn everything() -> Text {
    let mut text = r#"
provider aws { region = "us-west-2" }
lookup aws.image base { owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }
aws.vpc main { range = 172.16.0.0/16 }
aws.subnet inside { vpc = main, zone = "us-west-2a", range = 172.16.128.0/17 }
aws.internet_gateway door { vpc = main }
"#
    .to_owned();
    for (type_name, fields) in MANY_OF {
        let name = name_of(type_name);
        text.push_str(&format!(
            "{type_name} {name} for n in range({MANY}) {{ {fields} }}\n"
        ));
    }
    Text::new(text)
}

/// The calls that reading these takes, as a plan reads them.
fn calls(bed: &Bed, type_name: &str, targets: &[Target]) -> BTreeMap<String, u64> {
    let before = bed.provider.calls().by_action();
    let read = bed.clock.run(bed.provider.read(type_name, targets));
    let read = read.unwrap_or_else(|failure| panic!("{type_name}: {failure}"));
    let gone = read.iter().filter(|one| **one == Observed::Absent).count();
    assert_eq!(gone, 0, "{type_name}: all of them are there");
    calls_since(&before, &bed.provider.calls().by_action())
}

/// How many pages `MANY` of something are, as the documentation of the action has it.
fn pages(action: &str) -> u64 {
    let page = match action {
        "DescribeRouteTables" => 100,
        _ => 1_000,
    };
    MANY.div_ceil(page) as u64
}

/// The table is printed: calls for one and for many.
#[test]
fn many_of_a_type_are_read_in_as_many_calls_as_one() {
    let bed = Bed::new(&Setup::instant());
    let types: Vec<&str> = MANY_OF.iter().map(|(type_name, _)| *type_name).collect();
    assert_eq!(types, bed.provider.resource_types(), "each type is here");
    bed.apply(&everything(), false);
    println!("{:<26} {:>6} {:>6}", "type", "1", MANY);
    for type_name in types {
        let targets = bed.targets(type_name);
        let one = calls(&bed, type_name, &targets[..1]);
        let many = calls(&bed, type_name, &targets[..MANY]);
        let total = |calls: &BTreeMap<String, u64>| calls.values().sum::<u64>();
        println!("{type_name:<26} {:>6} {:>6}", total(&one), total(&many));
        let paged: BTreeMap<String, u64> = one
            .iter()
            .map(|(action, calls)| (action.clone(), calls * pages(action)))
            .collect();
        assert_eq!(paged, many, "{type_name}");
    }
}

/// A thousand machines with two disks each: two thousand volumes, as many attachments, a group for every ten machines.
#[test]
fn a_plan_of_a_thousand_machines_makes_few_calls() {
    const MACHINES: usize = 1_000;
    const CALLS_MAX: u64 = 40;
    let bed = Bed::new(&Setup::instant());
    let text = crate::pace::wide(MACHINES);
    bed.apply(&text, false);
    let (plan, calls) = bed.plan(&text);
    assert!(plan.is_empty(), "{:#?}", plan.changes);
    let total: u64 = calls.values().sum();
    println!("{total} calls: {calls:?}");
    assert!(total <= CALLS_MAX, "{calls:?}");
}
