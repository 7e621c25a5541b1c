//! The formatter: it settles at once, and changes nothing but layout.

use infra_lang::format;

use crate::dice::Dice;
use crate::samples::{all, everything, parsed, programs};

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
        "{name}: ends of lines\n{text}\n---\n{once}"
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

/// How often a program is changed: large ones take longer, and are tables for the most part.
fn rounds(text: &str) -> usize {
    match text.len() {
        0..1_000 => 7,
        1_000..5_000 => 2,
        _ => 1,
    }
}

/// Programs with a comment put in at a place drawn by lot: wherever comments may stand, they stay.
#[test]
fn a_comment_anywhere_stays_and_the_rest_settles() {
    let mut dice = Dice(1979);
    let mut tried = 0;
    for (name, text) in programs() {
        let places: Vec<usize> = text
            .char_indices()
            .filter(|(_, c)| matches!(c, ' ' | '\n' | ',' | '(' | '[' | '{' | '=' | '}'))
            .map(|(at, _)| at)
            .collect();
        for round in 0..rounds(&text) {
            let Some(at) = places.get(dice.below(places.len())) else {
                continue;
            };
            let comment = match round % 3 {
                0 => " /* put in */",
                1 => " // put in\n",
                _ => "\n\n/* put\n in */\n",
            };
            let changed = format!("{}{comment}{}", &text[..*at], &text[*at..]);
            if parsed(&changed).1.is_empty() {
                check(&name, &changed);
                tried += 1;
            }
        }
    }
    println!("{tried} programs with a comment put in");
    assert!(tried > 400, "only {tried} programs were tried");
}

/// Programs with blanks, line ends and commas added or taken away at places drawn by lot.
#[test]
fn other_layouts_of_every_program_settle_and_mean_the_same() {
    let mut dice = Dice(64);
    let mut tried = 0;
    for (name, text) in programs() {
        let before = parsed(&text);
        for _ in 0..rounds(&text) {
            let mut changed = text.clone();
            for _ in 0..=dice.below(6) {
                let at = dice.below(changed.len());
                if !changed.is_char_boundary(at) {
                    continue;
                }
                match changed[at..].chars().next() {
                    Some(' ') if dice.below(2) == 0 => changed.replace_range(at..=at, "   "),
                    Some(' ') => changed.replace_range(at..=at, "\n"),
                    Some('\n') => changed.insert(at, '\n'),
                    Some(',') => changed.insert(at + 1, '\n'),
                    Some('(' | '[' | '{') => changed.insert(at + 1, '\n'),
                    _ => {}
                }
            }
            let (tree, diagnostics) = parsed(&changed);
            if diagnostics.is_empty() && tree.items.len() == before.0.items.len() {
                check(&name, &changed);
                tried += 1;
            }
        }
    }
    println!("{tried} programs laid out otherwise");
    assert!(tried > 400, "only {tried} programs were tried");
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
        // A comment in a head leaves the head as it is, and the block is laid out all the same.
        (
            "aws.vpc /* ours */ a   {\nb=1,long=[ 2 ]}",
            "aws.vpc /* ours */ a {\n  b    = 1\n  long = [2]\n}\n",
        ),
        (
            "aws.vpc a\n     // one for each\n for b in  c {\nd=1}",
            "aws.vpc a\n  // one for each\n  for b in  c {\n  d = 1\n}\n",
        ),
        (
            "component a( // what\nb:int, // first\n) {\nlet c=b}",
            "component a( // what\n  b: int, // first\n) {\n  let c = b\n}\n",
        ),
        (
            "component a /* what */ (b:int) {\nlet c=b}",
            "component a /* what */ (b:int) {\n  let c = b\n}\n",
        ),
        (
            "test \"a\" /* {why} */ {\nassert  b}",
            "test \"a\" /* {why} */ {\n  assert b\n}\n",
        ),
        (
            "provider aws /* main */ as b {\nregion=\"c\"}",
            "provider aws /* main */ as b {\n  region = \"c\"\n}\n",
        ),
        (
            "lookup aws.image a /* why */ {\nb /* c */ =1\nlong=[ 2 ]}",
            "lookup aws.image a /* why */ {\n  b /* c */ = 1\n  long = [2]\n}\n",
        ),
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
