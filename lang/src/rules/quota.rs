//! No more than the account may have: the quotas of the catalogue, or those that the provider's configuration says
//! Amazon has raised. An account may have more than either knows, so these are warnings.
//!
//! "Amazon VPC quotas", "Amazon EC2 endpoints and quotas", "Amazon EBS volume limits for Amazon EC2 instances".

use std::collections::BTreeMap;

use infra_model::{Instance, Value};
use ipnet::IpNet;

use super::{View, references};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

/// How many of a type there can be, in all or for each thing that a field refers to.
struct Counted {
    quota: &'static str,
    type_name: &'static str,
    per: Option<&'static str>,
    /// Completes "there are 6 … in the region".
    what: &'static str,
}

const COUNTED: [Counted; 6] = [
    Counted {
        quota: "vpcs",
        type_name: "aws.vpc",
        per: None,
        what: "networks",
    },
    Counted {
        quota: "addresses",
        type_name: "aws.elastic_ip",
        per: None,
        what: "addresses that stay",
    },
    Counted {
        quota: "subnets_per_vpc",
        type_name: "aws.subnet",
        per: Some("vpc"),
        what: "subnets",
    },
    Counted {
        quota: "route_tables_per_vpc",
        type_name: "aws.route_table",
        per: Some("vpc"),
        what: "route tables",
    },
    Counted {
        quota: "network_acls_per_vpc",
        type_name: "aws.network_acl",
        per: Some("vpc"),
        what: "network ACLs",
    },
    Counted {
        quota: "volumes_per_instance",
        type_name: "aws.attachment",
        per: Some("instance"),
        what: "disks beside the root disk",
    },
];

/// How long a list of a resource can be.
struct Listed {
    quota: &'static str,
    type_name: &'static str,
    field: &'static str,
    /// Completes "this makes 61 …".
    what: &'static str,
    count: fn(&Instance, &str) -> usize,
}

const LISTED: [Listed; 8] = [
    Listed {
        quota: "rules_per_group",
        type_name: "aws.security_group",
        field: "allow",
        what: "rules for connections to it",
        count: rules,
    },
    Listed {
        quota: "rules_per_group",
        type_name: "aws.security_group",
        field: "allow_out",
        what: "rules for connections from it",
        count: rules,
    },
    Listed {
        quota: "groups_per_interface",
        type_name: "aws.instance",
        field: "groups",
        what: "security groups on one network card",
        count: items,
    },
    Listed {
        quota: "groups_per_interface",
        type_name: "aws.network_interface",
        field: "groups",
        what: "security groups on one network card",
        count: items,
    },
    Listed {
        quota: "groups_per_interface",
        type_name: "aws.vpc_endpoint",
        field: "groups",
        what: "security groups on one network card",
        count: items,
    },
    Listed {
        quota: "routes_per_table",
        type_name: "aws.route_table",
        field: "routes",
        what: "routes",
        count: routes,
    },
    Listed {
        quota: "entries_per_acl",
        type_name: "aws.network_acl",
        field: "inbound",
        what: "entries for packets to it",
        count: items,
    },
    Listed {
        quota: "entries_per_acl",
        type_name: "aws.network_acl",
        field: "outbound",
        what: "entries for packets from it",
        count: items,
    },
];

pub(super) fn check(view: &mut View<'_>) {
    for counted in &COUNTED {
        count(view, counted);
    }
    for listed in &LISTED {
        for checked in view.of(listed.type_name) {
            let found = (listed.count)(&checked.instance, listed.field);
            let Some(most) = quota(view, checked, listed.quota) else {
                continue;
            };
            if found > most {
                let message = format!(
                    "this makes {found} {}, and the quota is {most}",
                    listed.what
                );
                exceeded(view, checked, listed.field, listed.quota, message);
            }
        }
    }
}

/// The one that is too many is the first after as many as there can be, in the order of the text.
fn count(view: &mut View<'_>, counted: &Counted) {
    let mut groups: BTreeMap<String, Vec<&Checked>> = BTreeMap::new();
    for checked in view.of(counted.type_name) {
        let of = match counted.per {
            None => String::new(),
            Some(field) => match references(&checked.instance, field).first() {
                Some(Value::Ref(address)) => address.to_string(),
                _ => continue,
            },
        };
        let account = &checked.instance.provider;
        groups
            .entry(format!("{account} {of}"))
            .or_default()
            .push(checked);
    }
    for members in groups.into_values() {
        let Some(most) = quota(view, members[0], counted.quota) else {
            continue;
        };
        if let Some(first) = members.get(most) {
            let place = match counted.per {
                None => "in the region".to_owned(),
                Some(field) => {
                    let of = references(&first.instance, field);
                    of.first()
                        .map_or_else(String::new, |of| format!("of `{of}`"))
                }
            };
            let message = format!(
                "there are {} {} {place}, and the quota is {most}",
                members.len(),
                counted.what
            );
            let field = counted.per.unwrap_or_default();
            exceeded(view, first, field, counted.quota, message);
        }
    }
}

fn exceeded(view: &mut View<'_>, at: &Checked, field: &str, quota: &str, message: String) {
    view.report(at, field, |span| {
        Diagnostic::warning(codes::QUOTA_EXCEEDED, span, message).help(format!(
            "ask Amazon for more under Service Quotas, and write what it gave: `provider aws {{ quotas = {{ {quota} = … }} }}`"
        ))
    });
}

/// What the resource's provider is configured with, or else the catalogue's figure.
fn quota(view: &View<'_>, checked: &Checked, name: &str) -> Option<usize> {
    let mut providers = view.providers.iter();
    let provider = providers.find(|it| it.key() == checked.instance.provider);
    let own = provider
        .and_then(|it| it.fields.get("quotas")?.as_map()?.get(name))
        .and_then(Value::as_int);
    let catalogue = || {
        let table = view
            .catalogue
            .get(&("aws".to_owned(), "quotas".to_owned()))?;
        table.get(name)?.as_int()
    };
    usize::try_from(own.or_else(catalogue)?).ok()
}

fn list<'i>(instance: &'i Instance, field: &str) -> &'i [Value] {
    let value = instance.fields.get(field).and_then(Value::as_list);
    value.unwrap_or_default()
}

fn items(instance: &Instance, field: &str) -> usize {
    list(instance, field).len()
}

/// IPv4 and IPv6 are counted apart; what names a group counts in both.
fn rules(instance: &Instance, field: &str) -> usize {
    let (mut four, mut six) = (0, 0);
    for rule in list(instance, field).iter().filter_map(Value::as_map) {
        let ports = rule.get("ports").and_then(Value::as_list);
        let ports = ports.map_or(0, <[Value]>::len);
        let ends = match rule.get("from").or_else(|| rule.get("to")) {
            Some(Value::List(ends)) => ends.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        for end in ends {
            four += if is_six(end) { 0 } else { ports };
            six += if is_four(end) { 0 } else { ports };
        }
    }
    four.max(six)
}

/// As for rules: a quota for each version of IP.
fn routes(instance: &Instance, field: &str) -> usize {
    let ends = list(instance, field)
        .iter()
        .filter_map(|route| route.as_map()?.get("to"));
    let (mut four, mut six) = (0, 0);
    for end in ends {
        four += usize::from(!is_six(end));
        six += usize::from(!is_four(end));
    }
    four.max(six)
}

fn is_four(end: &Value) -> bool {
    matches!(end, Value::Cidr(IpNet::V4(_)))
}

fn is_six(end: &Value) -> bool {
    matches!(end, Value::Cidr(IpNet::V6(_)))
}
