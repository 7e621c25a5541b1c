//! Of what there can be one, there is one: names that are identities, and private addresses.
//!
//! `CreateSecurityGroup` answers `InvalidGroup.Duplicate`, `ImportKeyPair` `InvalidKeyPair.Duplicate`, `CreateImage`
//! `InvalidAMIName.Duplicate`, and so on.

use std::collections::BTreeMap;

use infra_model::Value;

use super::{View, place, references};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

/// Types whose names are given once, with the field of what they are unique in; `None` is the region.
const NAMED: [(&str, Option<&str>); 5] = [
    ("aws.security_group", Some("vpc")),
    ("aws.key_pair", None),
    ("aws.placement_group", None),
    ("aws.image", None),
    ("aws.launch_template", None),
];

/// Types that take private addresses of a subnet.
const HOSTS: [&str; 3] = ["aws.instance", "aws.nat_gateway", "aws.network_interface"];

pub(super) fn check(view: &mut View<'_>) {
    for (type_name, scope) in NAMED {
        names(view, type_name, scope);
    }
    addresses(view);
}

fn names(view: &mut View<'_>, type_name: &str, scope: Option<&str>) {
    let mut seen: BTreeMap<(String, String, String), &Checked> = BTreeMap::new();
    for checked in view.of(type_name) {
        let fields = &checked.instance.fields;
        let Some(name) = fields.get("name").and_then(Value::as_str) else {
            continue;
        };
        let within = scope.map(|field| fields.get(field));
        let within = match within {
            None => String::new(),
            Some(Some(value)) if value.is_known() => value.to_string(),
            Some(_) => continue,
        };
        let key = (
            checked.instance.provider.to_string(),
            within,
            name.to_owned(),
        );
        let Some(first) = seen.get(&key) else {
            seen.insert(key, checked);
            continue;
        };
        let first = &first.instance;
        view.report(checked, "name", |span| {
            let message = format!("`{}` is called \"{name}\" already", first.address);
            let whose = match scope {
                Some(_) => "a network gives this name once",
                None => "a region gives this name once",
            };
            Diagnostic::error(codes::NAME_TAKEN, span, message)
                .related(place(first, "name"), "here")
                .help(format!("{whose}; choose another"))
        });
    }
}

/// The addresses that are written for hosts of one subnet.
fn addresses(view: &mut View<'_>) {
    let mut seen: BTreeMap<(String, String), (&Checked, &str)> = BTreeMap::new();
    let of_type = |it: &&&Checked| HOSTS.contains(&it.instance.address.type_name.as_str());
    let hosts: Vec<&Checked> = view.checked.iter().filter(of_type).copied().collect();
    for checked in hosts {
        let Some(subnet) = checked.instance.fields.get("subnet") else {
            continue;
        };
        if !subnet.is_known() {
            continue;
        }
        for field in ["private_ip", "further_ips"] {
            for value in references(&checked.instance, field) {
                let Value::Ip(ip) = value else {
                    continue;
                };
                let key = (subnet.to_string(), ip.to_string());
                let Some((first, its)) = seen.get(&key) else {
                    seen.insert(key, (checked, field));
                    continue;
                };
                let (first, its) = (&first.instance, *its);
                view.report(checked, field, |span| {
                    let message = format!("`{ip}` belongs to `{}` already", first.address);
                    Diagnostic::error(codes::DUPLICATE_ASSOCIATION, span, message)
                        .related(place(first, its), "here")
                        .help("an address of a subnet is given once; take another, or let Amazon choose")
                });
            }
        }
    }
}
