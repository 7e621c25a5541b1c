//! The rules of a security group are each there once, and so are the numbers of a network ACL.
//!
//! `AuthorizeSecurityGroupIngress` refuses a rule that exists with `InvalidPermission.Duplicate`,
//! `CreateNetworkAclEntry` a number with `NetworkAclEntryAlreadyExists`.

use std::collections::BTreeSet;

use infra_model::Value;

use super::View;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

pub(super) fn check(view: &mut View<'_>) {
    for group in view.of("aws.security_group") {
        for (field, end, word) in [("allow", "from", "from"), ("allow_out", "to", "to")] {
            for (end, port) in duplicates(group, field, end) {
                view.report(group, field, |span| {
                    let message = format!("the rule {word} `{end}` for `{port}` is there twice");
                    Diagnostic::error(codes::DUPLICATE_RULE, span, message)
                        .help("take one of them out")
                });
            }
        }
    }
    for acl in view.of("aws.network_acl") {
        entries(view, acl, "inbound");
        entries(view, acl, "outbound");
    }
}

/// An entry of a network ACL is known by its number, 1 to 32766 ("Network ACL rules").
fn entries(view: &mut View<'_>, acl: &Checked, field: &str) {
    let entries = acl.instance.fields.get(field).and_then(Value::as_list);
    let entries = entries.unwrap_or_default().iter();
    let numbers = entries.filter_map(|entry| entry.as_map()?.get("number")?.as_int());
    let mut seen = BTreeSet::new();
    for number in numbers {
        let message = if !(1..=32_766).contains(&number) {
            format!("an entry cannot have the number {number}")
        } else if !seen.insert(number) {
            format!("two entries have the number {number}")
        } else {
            continue;
        };
        view.report(acl, field, |span| {
            Diagnostic::error(codes::DUPLICATE_RULE, span, message)
                .help("each entry of a direction has a number of its own, from 1 to 32766")
        });
    }
}

/// The pairs of end and port that a list of rules has more than once.
fn duplicates(group: &Checked, field: &str, end: &str) -> BTreeSet<(String, String)> {
    let rules = group
        .instance
        .fields
        .get(field)
        .and_then(Value::as_list)
        .unwrap_or_default();
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules.iter().filter_map(Value::as_map) {
        let ends: Vec<&Value> = match rule.get(end) {
            Some(Value::List(ends)) => ends.iter().collect(),
            Some(one) => vec![one],
            None => continue,
        };
        let ports = rule
            .get("ports")
            .and_then(Value::as_list)
            .unwrap_or_default();
        for end in ends.into_iter().filter(|it| it.is_known()) {
            for port in ports.iter().filter(|it| it.is_known()) {
                let pair = (end.to_string(), port.to_string());
                if !seen.insert(pair.clone()) {
                    twice.insert(pair);
                }
            }
        }
    }
    twice
}
