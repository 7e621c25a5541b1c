//! `infra import` for every type: what was made is forgotten, and comes back as text that needs no change.

use std::collections::BTreeSet;

use infra_lang::syntax::{self, ItemKind};
use infra_model::FileId;

use crate::tool::Tool;

/// A program with something of every type, each after what it refers to.
const EVERY_TYPE: &str = include_str!("every_type.infra");

/// The text up to the first resource, and the resources in their order.
fn parts() -> (&'static str, Vec<String>) {
    let (tree, diagnostics) = syntax::parse(FileId(0), EVERY_TYPE);
    assert_eq!(diagnostics, []);
    let mut addresses = Vec::new();
    let mut head = EVERY_TYPE.len();
    for item in &tree.items {
        if let ItemKind::Resource(resource) = &item.kind {
            head = head.min(resource.type_name.span.start as usize);
            addresses.push(format!(
                "{}.{}",
                resource.type_name.text(),
                resource.name.text
            ));
        }
    }
    (EVERY_TYPE[..head].trim_end(), addresses)
}

#[test]
fn what_is_imported_of_any_type_needs_no_change() {
    let (head, addresses) = parts();
    let tool = Tool::with(EVERY_TYPE);
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
    let listed = tool.run(&["state", "list", "--sim", "--json"]);
    let listed = listed.expect(0).json();
    let id_of = |address: &str| {
        let mut entries = listed.as_array().expect("a list").iter();
        let entry = entries.find(|entry| entry["address"] == address);
        entry
            .and_then(|entry| entry["id"].as_str())
            .expect("it was made")
    };
    let mut forget = vec!["state", "rm", "--sim"];
    forget.extend(addresses.iter().map(String::as_str));
    tool.run(&forget).expect(0);
    tool.write("main.infra", &format!("{head}\n"));
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
    let mut failed = Vec::new();
    for address in &addresses {
        let id = id_of(address);
        let words = ["import", address, id, "--sim", "--write", "main.infra"];
        let ran = tool.run(&words);
        if ran.code != 0 {
            failed.push(format!("{address}: {}", ran.err));
        }
    }
    assert!(
        failed.is_empty(),
        "{}\n{}",
        failed.join("\n"),
        tool.read("main.infra")
    );
    let plan = tool.run(&["plan", "--sim", "--detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{plan}\n{}", tool.read("main.infra"));
    tool.run(&["fmt", "--check"]).expect(0);
}

#[test]
fn every_type_that_can_be_made_is_imported() {
    let (_, addresses) = parts();
    let imported: BTreeSet<&str> = addresses
        .iter()
        .filter_map(|address| Some(address.rsplit_once('.')?.0))
        .collect();
    let made: BTreeSet<String> = crate::stdlib::types(infra_model::SchemaKind::Resource);
    let made: BTreeSet<&str> = made
        .iter()
        .map(String::as_str)
        .filter(|name| name.starts_with("aws."))
        .collect();
    assert_eq!(imported, made);
}
