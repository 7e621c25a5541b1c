//! The formatter: it settles at once, and changes nothing but layout.

use infra_lang::format;

use crate::samples::{all, everything, parsed};

/// The debug form of a tree without its spans.
fn meaning(text: &str) -> String {
    let (tree, diagnostics) = parsed(text);
    assert_eq!(diagnostics, [], "{text}");
    let debug = format!("{:?}", tree.items);
    let mut out = String::new();
    for (at, part) in debug.split("Span { file: FileId(0), start: ").enumerate() {
        let after = part.split_once(" }").map_or("", |(_, after)| after);
        out.push_str(if at == 0 { part } else { after });
    }
    out
}

fn comments(text: &str) -> Vec<String> {
    let (tree, _) = parsed(text);
    tree.comments
        .into_iter()
        .map(|comment| comment.text.replace('\r', ""))
        .collect()
}

fn formatted(text: &str) -> String {
    let (tree, _) = parsed(text);
    format(&tree, text).unwrap_or_else(|| panic!("not formatted:\n{text}"))
}

fn check(name: &str, text: &str) -> String {
    let once = formatted(text);
    assert_eq!(
        once,
        formatted(&once),
        "{name}: a second time changes it again"
    );
    assert_eq!(comments(text), comments(&once), "{name}: comments");
    assert_eq!(meaning(&once), meaning(text), "{name}: meaning");
    assert!(
        once.lines()
            .all(|line| !line.ends_with([' ', '\t']) || line.trim().is_empty()),
        "{name}: ends of lines"
    );
    once
}

#[test]
fn samples_keep_their_meaning_and_their_comments() {
    for sample in all() {
        check(&sample.path, &sample.text);
    }
}

#[test]
fn samples_with_their_line_ends_moved_settle_too() {
    let mut tried = 0;
    for sample in all() {
        for wide in [false, true] {
            let moved = moved(&sample.text, wide);
            // A line end cannot stand after every comma: `for k, v` is one line.
            if parsed(&moved).1.is_empty() {
                check(&sample.path, &moved);
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "only {tried} texts were tried");
}

/// The text with more space after commas and brackets of lines that have no quotes and no comments.
fn moved(text: &str, wide: bool) -> String {
    let mut out = String::new();
    let mut block = false;
    for line in text.lines() {
        block ^= line.matches("\"\"\"").count() % 2 == 1;
        let plain = !block && !line.contains(['"', '/']);
        if plain && wide {
            out.push_str(
                &line
                    .replace("[", "[\n")
                    .replace("{ ", "{\n")
                    .replace(", ", ",\n"),
            );
        } else if plain {
            out.push_str(&line.replace(' ', "  ").replace(",", " ,"));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

#[test]
fn everything_in_its_one_form() {
    insta::assert_snapshot!(check("everything", &everything().text));
}

#[test]
fn windows_line_ends_become_plain_ones() {
    let text = everything().text;
    let windows = text.replace('\n', "\r\n");
    assert_eq!(formatted(&windows), formatted(&text));
}

#[test]
fn what_cannot_be_read_is_not_touched() {
    for text in [
        "let a = \n",
        "aws.vpc {\n",
        "let a = [1, 2)\n",
        "foo bar\n",
        "let a = 1 2\n",
        "}\nlet a = 1\n",
    ] {
        let (tree, diagnostics) = parsed(text);
        assert!(!diagnostics.is_empty(), "{text}");
        assert_eq!(format(&tree, text), None, "{text}");
    }
}

#[test]
fn layout() {
    let cases = [
        ("", ""),
        ("\n\n// only a comment", "// only a comment\n"),
        ("let  a=1", "let a = 1\n"),
        ("let a = f( x,y = 2 )", "let a = f(x, y = 2)\n"),
        (
            "\n\nlet a = 1\n\n\n\nlet b = 2\n\n",
            "let a = 1\n\nlet b = 2\n",
        ),
        ("aws.vpc a{b=1,c=2}", "aws.vpc a { b = 1, c = 2 }\n"),
        (
            "aws.vpc a{\nb=1,long=2}",
            "aws.vpc a {\n  b    = 1\n  long = 2\n}\n",
        ),
        (
            "aws.vpc a { // why\n  b = 1 // one\n  cc = 2 // two\n}",
            "aws.vpc a { // why\n  b  = 1 // one\n  cc = 2 // two\n}\n",
        ),
        (
            "aws.vpc a {\n  b = 1\n\n  long = 2\n}",
            "aws.vpc a {\n  b = 1\n\n  long = 2\n}\n",
        ),
        ("let a = [ 1,\n 2 ]", "let a = [1, 2]\n"),
        ("let a = [\n 1,\n 2 ]", "let a = [\n  1,\n  2,\n]\n"),
        ("let a = f({\n b = 1 })", "let a = f({\n  b = 1\n})\n"),
        ("let a = ( b\nand c )", "let a = (b\n  and c)\n"),
        ("let a = [ // none\n]", "let a = [ // none\n]\n"),
        ("let a = b /* why */ + c", "let a = b /* why */ + c\n"),
    ];
    for (text, wanted) in cases {
        assert_eq!(check(text, text), wanted);
    }
}

#[test]
fn what_is_too_long_for_a_line_gets_several() {
    let names: Vec<String> = (0..20).map(|n| format!("a_long_name_{n}")).collect();
    let out = check("long", &format!("let a = [{}]", names.join(", ")));
    assert_eq!(out.lines().count(), 22, "{out}");
    let out = check(
        "long",
        &format!("aws.vpc a {{ b = [{}], c = 1 }}", names.join(", ")),
    );
    assert!(
        out.starts_with("aws.vpc a {\n  b = [\n    a_long_name_0,\n"),
        "{out}"
    );
}
