//! Large and deep texts: length is no limit, and depth ends in a diagnostic.

use infra_lang::syntax::{ExprKind, ItemKind};

use crate::samples::parsed;

fn codes(text: &str) -> Vec<&'static str> {
    parsed(text).1.into_iter().map(|found| found.code).collect()
}

#[test]
fn deep_nesting_is_a_diagnostic() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{ a = ", "}"),
        ("{a: ", "}"),
        ("f(", ")"),
        ("\"${", "}\""),
        ("[x for x in ", "]"),
        ("if a then b else (", ")"),
        ("not (", ")"),
    ] {
        for depth in [60, 100_000] {
            let text = format!(
                "let a = {}1{}\nlet b = 2\n",
                open.repeat(depth),
                close.repeat(depth)
            );
            let (tree, diagnostics) = parsed(&text);
            let found: Vec<_> = diagnostics.iter().map(|found| found.code).collect();
            assert_eq!(found.contains(&"too-deep"), depth > 64, "{open} {found:?}");
            assert_eq!(tree.items.len(), 2, "{open}");
        }
        // Never closed, the same: no time without end, no overflow.
        for depth in [60, 20_000] {
            let text = format!("let a = {}\nlet b = 2\n", open.repeat(depth));
            assert!(!codes(&text).is_empty(), "{open}");
        }
    }
}

#[test]
fn long_chains_are_a_diagnostic() {
    for (first, link) in [
        ("a", " + a"),
        ("a", ".b"),
        ("a", "[0]"),
        ("not ", "not "),
        ("-", "-"),
        ("if a then b else ", "if a then b else "),
    ] {
        let tail = if first == "a" { "" } else { "a" };
        let text = format!("let a = {first}{}{tail}", link.repeat(5_000));
        assert_eq!(codes(&text), ["too-deep"], "{link}");
        let text = format!("let a = {first}{}{tail}", link.repeat(100));
        assert_eq!(codes(&text), [""; 0], "{link}");
    }
    for ty in ["secret ", "["] {
        assert!(
            !parsed(&format!("param a: {}", ty.repeat(5_000)))
                .1
                .is_empty()
        );
    }
}

#[test]
fn ten_thousand_lines_are_read_whole() {
    const BLOCKS: usize = 2_000;
    let block = "aws.volume data for i in 1..6 {\n  size = 2 * 8GiB\n  tags = { name = \"data-${i}\", role = role }\n}\n\n";
    let (tree, diagnostics) = parsed(&block.repeat(BLOCKS));
    assert_eq!((tree.items.len(), diagnostics.len()), (BLOCKS, 0));
}

#[test]
fn one_long_list_is_read_whole() {
    const ITEMS: usize = 3_000;
    let items = "  { name = \"a\", size = 8GiB },\n".repeat(ITEMS);
    let (tree, diagnostics) = parsed(&format!("let a = [\n{items}]\n"));
    assert_eq!(diagnostics, []);
    let ItemKind::Let(list) = &tree.items[0].kind else {
        panic!("it is a let");
    };
    assert!(matches!(&list.value.kind, ExprKind::List(read) if read.len() == ITEMS));
}

#[test]
fn a_file_over_the_limit_is_refused() {
    let text = " ".repeat((8 << 20) + 1);
    assert_eq!(codes(&text), ["file-too-large"]);
}
