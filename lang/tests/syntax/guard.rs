//! Whatever the text, there is a tree, and every span lies in the text on the borders of characters.

use std::iter::zip;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use infra_lang::Diagnostic;
use infra_lang::syntax::{
    Comment, Item, ItemKind, ParseCache, parse_assignments, parse_expression, parse_type,
};
use infra_model::FileId;

use crate::dice::Dice;
use crate::samples::{all, everything, parsed};

/// Every `start: a, end: b` that the debug form of a tree shows.
fn spans(debug: &str) -> impl Iterator<Item = (usize, usize)> {
    debug
        .split("Span { file: FileId(0), start: ")
        .skip(1)
        .map(|rest| {
            let (start, rest) = rest.split_once(", end: ").expect("a span has an end");
            let (end, _) = rest.split_once(' ').expect("a span is closed");
            let number = |text: &str| text.parse().expect("offsets are numbers");
            (number(start), number(end))
        })
}

/// Parses, and checks every span of the tree and of the diagnostics.
pub fn check(text: &str) {
    let (tree, diagnostics) = parsed(text);
    check_parts(text, &tree.items, &tree.comments, &diagnostics);
}

/// Checks the spans of these parts of a text's tree.
fn check_parts(text: &str, items: &[Item], comments: &[Comment], diagnostics: &[Diagnostic]) {
    let debug = format!("{items:?}{comments:?}{diagnostics:?}");
    for (start, end) in spans(&debug) {
        assert!(
            start <= end && end <= text.len(),
            "{start}..{end} of {}\n{text}",
            text.len()
        );
        assert!(
            text.is_char_boundary(start) && text.is_char_boundary(end),
            "{start}..{end}\n{text}"
        );
    }
    let invalid = debug.contains("Invalid") || debug.contains("invalid: [S");
    assert!(
        !invalid || !diagnostics.is_empty(),
        "an invalid part without a diagnostic\n{text}"
    );
}

/// The texts of a sample's declarations, those inside of components apart. The scanner cuts files there, so that what
/// holds for each holds for the file.
fn declarations(text: &str) -> Vec<&str> {
    fn walk<'a>(text: &'a str, items: &[Item], from: usize, end: usize, found: &mut Vec<&'a str>) {
        let mut start = from;
        for item in items {
            let (first, last) = (item.span.start as usize, item.span.end as usize);
            if let ItemKind::Component(component) = &item.kind {
                let inside = component.body_span.start as usize + 1;
                found.push(&text[start..inside]);
                walk(text, &component.items, inside, last, found);
            } else {
                found.push(&text[start.min(first)..last]);
            }
            start = last;
        }
        found.push(&text[start..end]);
    }
    let (tree, _) = parsed(text);
    let mut found = Vec::new();
    walk(text, &tree.items, 0, text.len(), &mut found);
    found
}

/// Long tables of data are the same line many times over: their first part will do.
const CHARACTERS_MAX: usize = 800;

/// The declarations of all samples, and how many characters to go on by: one in the examples and in the sample of
/// everything, more in the many lines that schemas share.
fn pieces() -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for sample in all() {
        let step = if sample.path.starts_with("stdlib") {
            7
        } else {
            1
        };
        for declaration in declarations(&sample.text) {
            found.push((declaration.chars().take(CHARACTERS_MAX).collect(), step));
        }
    }
    found
}

/// Does the work on all things, on as many threads as the machine has cores.
fn in_parallel<T: Sync>(things: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(thing);
                }
            });
        }
    });
}

/// All prefixes of a text, each a keystroke after the one before. What is as it was has been checked already.
fn check_prefixes(text: &str, step: usize) {
    let mut cache = ParseCache::default();
    let mut before = cache.parse(FileId(0), "").0;
    for (end, _) in text.char_indices().step_by(step) {
        let prefix = &text[..end];
        let (tree, diagnostics) = cache.parse(FileId(0), prefix);
        let same = zip(&tree.items, &before.items)
            .take_while(|(now, then)| now == then)
            .count();
        let old = zip(&tree.comments, &before.comments)
            .take_while(|(now, then)| now == then)
            .count();
        check_parts(
            prefix,
            &tree.items[same..],
            &tree.comments[old..],
            &diagnostics,
        );
        before = tree;
    }
    assert_eq!(cache.parse(FileId(0), text), parsed(text));
}

#[test]
fn every_prefix_of_every_example_has_a_tree() {
    let mut samples = all();
    samples.retain(|sample| !sample.path.starts_with("stdlib"));
    in_parallel(&samples, |sample| check_prefixes(&sample.text, 1));
}

#[test]
fn many_prefixes_of_every_declaration_of_the_library_have_a_tree() {
    in_parallel(&pieces(), |(text, step)| {
        if *step > 1 {
            check_prefixes(text, *step);
        }
    });
}

#[test]
fn a_text_that_changes_is_read_as_a_new_one_would_be() {
    let mut cache = ParseCache::default();
    let text = everything().text;
    for (at, line) in text.match_indices('\n').step_by(11) {
        let changed = format!("{}{line}let put_in = [1{line}{}", &text[..at], &text[at..]);
        for text in [&changed, &text] {
            assert_eq!(cache.parse(FileId(0), text), parsed(text));
        }
    }
}

#[test]
fn every_declaration_without_any_one_character_has_a_tree() {
    in_parallel(&pieces(), |(text, step)| {
        for (at, removed) in text.char_indices().step_by(*step) {
            let rest = &text[at + removed.len_utf8()..];
            check(&format!("{}{rest}", &text[..at]));
        }
    });
}

const FRAGMENTS: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "${",
    "'",
    "\\",
    "\n",
    ",",
    "=",
    "==",
    ":",
    "::",
    ".",
    "..",
    "?",
    "??",
    "@",
    "#",
    "//",
    "/*",
    "*/",
    "if ",
    "then ",
    "else ",
    "for ",
    "in ",
    "not ",
    "where ",
    "let ",
    "aws.vpc x {",
    "<<EOT",
    "80%",
    "10.0.0.0/8",
    "名",
    "\u{feff}",
];

#[test]
fn randomly_mutilated_declarations_have_a_tree() {
    let mut dice = Dice(2015);
    for (piece, _) in pieces() {
        for _ in 0..8 {
            let mut text = piece.clone();
            for _ in 0..=dice.below(4) {
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
                let at = places.get(dice.below(places.len())).copied().unwrap_or(0);
                text.insert_str(at, FRAGMENTS[dice.below(FRAGMENTS.len())]);
            }
            check(&text);
        }
    }
}

#[test]
fn texts_of_fragments_alone_have_a_tree() {
    let mut dice = Dice(51);
    for _ in 0..1500 {
        let text: String = (0..dice.below(14))
            .map(|_| FRAGMENTS[dice.below(FRAGMENTS.len())])
            .collect();
        check(&text);
        for debug in [
            format!("{:?}", parse_expression(FileId(0), &text)),
            format!("{:?}", parse_type(FileId(0), &text)),
            format!("{:?}", parse_assignments(FileId(0), &text)),
        ] {
            for (start, end) in spans(&debug) {
                assert!(start <= end && end <= text.len(), "{start}..{end}\n{text}");
            }
        }
    }
}
