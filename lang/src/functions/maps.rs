//! Maps and records.

use std::collections::HashSet;

use infra_model::Value;

use super::{Args, Function};

fn merge(args: &Args<'_>) -> Result<Value, String> {
    let mut merged = args.map(0)?.clone();
    for position in 1..args.values.len() {
        merged.extend(args.map(position)?.clone());
    }
    Ok(Value::Map(merged))
}

fn pick(args: &Args<'_>, keep: bool) -> Result<Value, String> {
    let keys: HashSet<&str> = args.list(1)?.iter().filter_map(Value::as_str).collect();
    let entries = args.map(0)?.iter();
    let entries = entries.filter(|(key, _)| keys.contains(key.as_str()) == keep);
    Ok(Value::Map(
        entries
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    ))
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "keys",
        signature: "(map: {any}) -> [string]",
        doc: "The keys in alphabetical order.",
        example: ("keys({ b = 1, a = 2 })", r#"["a", "b"]"#),
        partial: true,
        run: |args| {
            Ok(Value::List(
                args.map(0)?.keys().map(Value::string).collect(),
            ))
        },
    },
    Function {
        name: "values",
        signature: "(map: {T}) -> [T]",
        doc: "The values in the order of their keys.",
        example: ("values({ b = 1, a = 2 })", "[2, 1]"),
        partial: true,
        run: |args| Ok(Value::List(args.map(0)?.values().cloned().collect())),
    },
    Function {
        name: "get",
        signature: "(map: {T}, key: string, otherwise: T = null) -> T?",
        doc: "The value under a key, or `otherwise`.",
        example: (r#"get({ a = 1 }, "b", 0)"#, "0"),
        partial: true,
        run: |args| {
            let found = args.peek_map(0)?.get(args.text(1)?).or_else(|| args.get(2));
            Ok(found.cloned().unwrap_or(Value::Null))
        },
    },
    Function {
        name: "merge",
        signature: "(map: {T}, others...: {T}) -> {T}",
        doc: "All entries of the maps; of equal keys the last one's.",
        example: ("merge({ a = 1, b = 1 }, { b = 2 })", "{ a = 1, b = 2 }"),
        partial: true,
        run: merge,
    },
    Function {
        name: "only",
        signature: "(map: {T}, keys: [string]) -> {T}",
        doc: "The entries under these keys.",
        example: (r#"only({ a = 1, b = 2 }, ["a"])"#, "{ a = 1 }"),
        partial: true,
        run: |args| pick(args, true),
    },
    Function {
        name: "without",
        signature: "(map: {T}, keys: [string]) -> {T}",
        doc: "The entries but for those under these keys.",
        example: (r#"without({ a = 1, b = 2 }, ["a"])"#, "{ b = 2 }"),
        partial: true,
        run: |args| pick(args, false),
    },
];
