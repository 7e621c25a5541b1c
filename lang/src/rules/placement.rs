//! Things that belong together are in one network, one zone, one region.

use infra_model::{Address, Instance, Value};

use super::{View, place, references, text};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::suggest;

pub(super) fn check(view: &mut View<'_>) {
    for type_name in ["aws.instance", "aws.network_interface"] {
        for inside in view.of(type_name) {
            let vpc = view
                .target(&inside.instance, "subnet")
                .and_then(|it| network(&it.instance));
            same_network(view, inside, "groups", vpc);
        }
    }
    for table in view.of("aws.route_table") {
        same_network(view, table, "subnets", network(&table.instance));
    }
    for acl in view.of("aws.network_acl") {
        same_network(view, acl, "subnets", network(&acl.instance));
    }
    for endpoint in view.of("aws.vpc_endpoint") {
        for field in ["route_tables", "subnets", "groups"] {
            same_network(view, endpoint, field, network(&endpoint.instance));
        }
    }
    for group in view.of("aws.security_group") {
        group_rules(view, group);
    }
    attachments(view);
    zones(view);
}

/// The network that a subnet, group or table is in, when the program makes it.
fn network(instance: &Instance) -> Option<&Address> {
    match instance.fields.get("vpc")? {
        Value::Ref(address) => Some(address),
        _ => None,
    }
}

/// Whatever `field` refers to is in the network `vpc`.
fn same_network(view: &mut View<'_>, checked: &Checked, field: &str, vpc: Option<&Address>) {
    for value in references(&checked.instance, field) {
        let Some(other) = view.at(value) else {
            continue;
        };
        if let (Some(vpc), Some(others)) = (vpc, network(&other.instance))
            && vpc != others
        {
            mismatch(view, checked, field, &other.instance, others, vpc);
        }
    }
}

fn mismatch(
    view: &mut View<'_>,
    checked: &Checked,
    field: &str,
    other: &Instance,
    others: &Address,
    vpc: &Address,
) {
    view.report(checked, field, |span| {
        Diagnostic::error(
            codes::VPC_MISMATCH,
            span,
            format!(
                "`{}` is in the network `{}`, and `{}` in `{}`",
                other.address, others.name, checked.instance.address, vpc.name
            ),
        )
        .related(
            place(other, "vpc"),
            format!("the network of `{}`", other.address.name),
        )
        .help("take one of the same network")
    });
}

/// The groups that rules name are in the group's own network.
fn group_rules(view: &mut View<'_>, group: &Checked) {
    let Some(vpc) = network(&group.instance) else {
        return;
    };
    for (field, end) in [("allow", "from"), ("allow_out", "to")] {
        let rules = group
            .instance
            .fields
            .get(field)
            .and_then(Value::as_list)
            .unwrap_or_default();
        for rule in rules {
            let ends = match rule.as_map().and_then(|rule| rule.get(end)) {
                Some(Value::List(ends)) => ends.iter().collect(),
                Some(one) => vec![one],
                None => Vec::new(),
            };
            for value in ends {
                if let Some(other) = view.at(value)
                    && let Some(others) = network(&other.instance)
                    && others != vpc
                {
                    mismatch(view, group, field, &other.instance, others, vpc);
                }
            }
        }
    }
}

/// A volume is in the zone of its instance.
fn attachments(view: &mut View<'_>) {
    for attachment in view.of("aws.attachment") {
        let volume = view.target(&attachment.instance, "volume");
        let subnet = view
            .target(&attachment.instance, "instance")
            .and_then(|instance| view.target(&instance.instance, "subnet"));
        let (Some(volume), Some(subnet)) = (volume, subnet) else {
            continue;
        };
        if let (Some(a), Some(b)) = (
            text(&volume.instance, "zone"),
            text(&subnet.instance, "zone"),
        ) && a != b
        {
            view.report(attachment, "volume", |span| {
                Diagnostic::error(
                    codes::ZONE_MISMATCH,
                    span,
                    format!("the volume is in `{a}`, and the instance's subnet in `{b}`"),
                )
                .related(place(&volume.instance, "zone"), "the volume's zone")
                .related(place(&subnet.instance, "zone"), "the subnet's zone")
                .help(format!(
                    "make the volume where it is used: `zone = {}.zone`",
                    subnet.instance.address.name
                ))
            });
        }
    }
}

/// A zone is one of the region that the provider's configuration names.
fn zones(view: &mut View<'_>) {
    for checked in view.checked.clone() {
        let instance = &checked.instance;
        if instance.address.provider() != "aws" {
            continue;
        }
        let provider = view
            .providers
            .iter()
            .find(|it| it.key() == instance.provider);
        let region = provider
            .and_then(|it| it.fields.get("region"))
            .and_then(Value::as_str);
        let (Some(zone), Some(region)) = (text(instance, "zone"), region) else {
            continue;
        };
        let known = zones_of(view, region);
        // Local zones are named after their region too, and no catalogue has them all.
        let is_plain = zone
            .strip_prefix(region)
            .is_some_and(|rest| rest.len() == 1);
        if zone.starts_with(region) && (!is_plain || known.is_empty() || known.contains(&zone)) {
            continue;
        }
        let help = match suggest::help(zone, known.iter().copied(), "its zones are") {
            Some(help) => help,
            None => format!("zones of it begin with `{region}`"),
        };
        view.report(checked, "zone", |span| {
            Diagnostic::error(
                codes::ZONE_OUTSIDE_REGION,
                span,
                format!("the region `{region}` has no zone `{zone}`"),
            )
            .help(help)
        });
    }
}

fn zones_of<'a>(view: &View<'a>, region: &str) -> Vec<&'a str> {
    let regions = view
        .catalogue
        .get(&("aws".to_owned(), "regions".to_owned()));
    let zones = regions
        .and_then(|regions| regions.get(region)?.as_map()?.get("zones")?.as_list())
        .unwrap_or_default();
    zones.iter().filter_map(Value::as_str).collect()
}
