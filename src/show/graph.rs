//! Graphs as texts that other programs draw. The picture of our own is in [`svg`].

pub mod svg;

use std::fmt::Write;

use super::text;
use crate::graph::{Cluster, Graph, Node};

/// For other programs: what there is, and what needs what, by addresses.
pub fn json(graph: &Graph) -> serde_json::Value {
    let nodes = graph.nodes.iter().map(|node| {
        serde_json::json!({ "address": node.address, "type": node.kind, "lookup": node.lookup })
    });
    let address = |place: &usize| &graph.nodes[*place].address;
    let edges = graph
        .edges
        .iter()
        .map(|(from, to)| serde_json::json!({ "from": address(from), "to": address(to) }));
    serde_json::json!({
        "program": graph.program,
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}

/// For Graphviz.
pub fn dot(graph: &Graph) -> String {
    let mut page = format!(
        "digraph {} {{\n  rankdir = RL\n  node [shape = box, fontname = \"sans-serif\"]\n",
        quoted(&graph.program)
    );
    let mut number = 0;
    dot_cluster(graph, &graph.root, 1, &mut number, &mut page);
    for (from, to) in &graph.edges {
        // Writing into a string cannot fail.
        let _ = writeln!(page, "  n{from} -> n{to}");
    }
    page.push_str("}\n");
    page
}

fn dot_cluster(
    graph: &Graph,
    cluster: &Cluster,
    depth: usize,
    number: &mut u32,
    page: &mut String,
) {
    let indent = "  ".repeat(depth);
    for place in &cluster.nodes {
        let Node {
            kind, name, lookup, ..
        } = &graph.nodes[*place];
        let style = if *lookup { ", style = dashed" } else { "" };
        let label = quoted(&format!("{kind}\n{name}"));
        let _ = writeln!(page, "{indent}n{place} [label = {label}{style}]");
    }
    for inner in &cluster.inner {
        let _ = writeln!(page, "{indent}subgraph cluster_{number} {{");
        let _ = writeln!(page, "{indent}  label = {}", quoted(&inner.name));
        *number += 1;
        dot_cluster(graph, inner, depth + 1, number, page);
        let _ = writeln!(page, "{indent}}}");
    }
}

/// A quoted string of the dot language.
fn quoted(words: &str) -> String {
    let lines: Vec<String> = words
        .split('\n')
        .map(|line| text::line(line).replace('\\', "\\\\").replace('"', "\\\""))
        .collect();
    format!("\"{}\"", lines.join("\\n"))
}

/// For pages that draw Mermaid.
pub fn mermaid(graph: &Graph) -> String {
    let mut page = String::from("flowchart RL\n");
    let mut number = 0;
    mermaid_cluster(graph, &graph.root, 1, &mut number, &mut page);
    for (from, to) in &graph.edges {
        let _ = writeln!(page, "  n{from} --> n{to}");
    }
    page
}

fn mermaid_cluster(
    graph: &Graph,
    cluster: &Cluster,
    depth: usize,
    number: &mut u32,
    page: &mut String,
) {
    let indent = "  ".repeat(depth);
    for place in &cluster.nodes {
        let Node {
            kind, name, lookup, ..
        } = &graph.nodes[*place];
        let label = format!("\"{}<br>{}\"", entities(kind), entities(name));
        let _ = match lookup {
            true => writeln!(page, "{indent}n{place}([{label}])"),
            false => writeln!(page, "{indent}n{place}[{label}]"),
        };
    }
    for inner in &cluster.inner {
        let _ = writeln!(
            page,
            "{indent}subgraph c{number}[\"{}\"]",
            entities(&inner.name)
        );
        *number += 1;
        mermaid_cluster(graph, inner, depth + 1, number, page);
        let _ = writeln!(page, "{indent}end");
    }
}

/// Mermaid reads `#` and a number as the character of that number; nothing else passes for punctuation.
fn entities(words: &str) -> String {
    let mut out = String::new();
    for c in text::line(words).chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '/') => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a\"b\\\n\u{1b}"), r#""a\"b\\\n\\u{1b}""#);
        assert_eq!(entities("a\"]<b>"), "a#34;#93;#60;b#62;");
    }
}
