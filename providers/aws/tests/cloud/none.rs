//! Fields that have a "none" (`@clears`): `null` takes the value away in the cloud, and so does leaving the field out after
//! the program set it.

use infra_model::{Record, Value};
use infra_sdk::{Observed, Provider};

use crate::bed::{Bed, Setup, Text};
use crate::conformance::schemas;

/// Each field that has a "none": the type, the field, a value for it.
const FIELDS: [(&str, &str, &str); 8] = [
    ("aws.dhcp_options", "domain_name", r#""desk.internal""#),
    ("aws.elastic_ip", "instance", "host"),
    ("aws.image", "description", r#""the base""#),
    ("aws.instance", "iam_profile", r#""desk""#),
    ("aws.instance", "user_data", r##""#!/bin/sh\n""##),
    ("aws.launch_template", "description", r#""the recipe""#),
    ("aws.network_interface", "instance", "host"),
    (
        "aws.vpc_endpoint",
        "policy",
        r#"json({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }] })"#,
    ),
];

const PROGRAM: &str = r#"
provider aws { region = "us-west-2" }
lookup aws.image debian { owner = "136693071363", name = "debian-12-amd64-*", newest = true }
aws.vpc main { range = 10.0.0.0/16 }
aws.internet_gateway door { vpc = main }
aws.subnet inside { vpc = main, zone = "us-west-2a", range = 10.0.1.0/24 }
aws.route_table out { vpc = main, routes = [{ to = internet, via = door }], subnets = [inside] }
aws.instance small { type = "t3.micro", image = debian, subnet = inside, running = false }
aws.dhcp_options names { name_servers = ["10.0.0.2"], FIELDS }
aws.elastic_ip front { FIELDS }
aws.image base { instance = small, FIELDS }
aws.instance host { type = "t3.micro", image = debian, subnet = inside, FIELDS }
aws.launch_template recipe { launch = { type = "t3.micro", image = debian }, FIELDS }
aws.network_interface card { subnet = inside, FIELDS }
aws.vpc_endpoint storage { vpc = main, service = "com.amazonaws.us-west-2.s3", kind = gateway, route_tables = [out], FIELDS }
"#;

/// The program with these lines for the fields of each type.
fn program(line: impl Fn(&str, &str) -> String) -> Text {
    let lines = PROGRAM.lines().map(|text| {
        let type_name = text.split(' ').next().unwrap_or_default();
        let fields = FIELDS.iter().filter(|(of, ..)| *of == type_name);
        let fields: Vec<String> = fields.map(|(_, name, value)| line(name, value)).collect();
        text.replace("FIELDS", &format!("\n{}\n", fields.join("\n")))
    });
    Text::new(lines.collect::<Vec<_>>().join("\n"))
}

fn set() -> Text {
    program(|name, value| format!("{name} = {value}"))
}

/// Which of the fields have a value in the cloud. What cannot be read is left out.
fn values(bed: &Bed) -> Vec<(&'static str, &'static str)> {
    let has = |type_name: &str, field: &str| {
        let targets = bed.targets(type_name);
        let read = bed.clock.run(bed.provider.read(type_name, &targets));
        let seen = read.expect("the cloud answers").into_iter();
        seen.filter_map(|observed| match observed {
            Observed::Present(seen) => Some(bed.provider.canonical(type_name, &seen)),
            Observed::Absent => None,
        })
        .any(|seen: Record| {
            let value = seen.get(field).filter(|value| !value.is_null());
            value.is_some_and(|value| *value != Value::string(""))
        })
    };
    let fields = FIELDS
        .iter()
        .map(|(type_name, field, _)| (*type_name, *field));
    fields
        .filter(|(type_name, field)| has(type_name, field))
        .collect()
}

#[test]
fn every_field_with_a_none_is_tried() {
    let schemas = schemas::all();
    let known = schemas.iter().flat_map(|(type_name, schema)| {
        let clears = schema.fields.iter().filter(|field| field.clears);
        clears.map(move |field| (type_name.as_str(), field.name.as_str()))
    });
    let mut known: Vec<(&str, &str)> = known.collect();
    known.sort_unstable();
    let tried = FIELDS.map(|(type_name, field, _)| (type_name, field));
    assert_eq!(known, tried);
}

#[test]
fn null_and_leaving_out_take_the_value_away() {
    let ways = [
        ("null", program(|name, _| format!("{name} = null"))),
        ("left out", program(|_, _| String::new())),
    ];
    let readable = FIELDS.len() - 1;
    for (way, without) in ways {
        let bed = Bed::new(&Setup::instant());
        bed.apply(&set(), false);
        assert_eq!(values(&bed).len(), readable, "{way}: {:?}", values(&bed));
        assert!(bed.plan(&set()).0.is_empty(), "{way}: set");
        bed.apply(&without, false);
        assert_eq!(values(&bed), [], "{way}");
        let again = bed.plan(&without).0;
        assert!(again.is_empty(), "{way}: {:#?}", again.changes);
        bed.apply(&set(), false);
        assert_eq!(values(&bed).len(), readable, "{way}, set again");
        println!("{} fields: taken away, and set again ({way})", FIELDS.len());
    }
}
