//! Programs with one slip in them, of every kind at every place: none brings the language down, and none that is
//! wrong goes without a word.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads the examples from the disk, and says how much it tried"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::from_disk;
use infra_lang::Texts;
use infra_lang::{Inputs, Severity, load};
use infra_model::{Address, Record};

/// How many changes of each program are tried, spread evenly over all there are.
const TRIED: usize = 60;

/// The words, numbers, texts and signs of a program, by place; comments and blanks are none.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if let Some(inside) = rest.strip_prefix("\"\"\"") {
            inside.find("\"\"\"").map_or(rest.len(), |end| end + 6)
        } else if c == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if is_word(c) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        if !c.is_whitespace() {
            found.push((at, at + length));
        }
        at += length;
    }
    found
}

/// One token left out, written twice, or replaced by the one that stands `further` on.
fn changed(text: &str, all: &[(usize, usize)], at: usize, further: usize) -> [String; 3] {
    let (start, end) = all[at];
    let (before, token, after) = (&text[..start], &text[start..end], &text[end..]);
    let (other, other_end) = all[(at + further) % all.len()];
    let other = &text[other..other_end];
    [
        format!("{before}{after}"),
        format!("{before}{token} {token}{after}"),
        format!("{before}{other}{after}"),
    ]
}

struct Change {
    program: usize,
    file: String,
    text: String,
}

/// Every change of every program.
fn changes(programs: &[Texts]) -> Vec<Change> {
    let mut found = Vec::new();
    for (program, files) in programs.iter().enumerate() {
        for (file, text) in &files.files {
            let all = tokens(text);
            for at in 0..all.len() {
                // Steps of a prime size: neighbours and far ones take each other's place.
                let texts = changed(text, &all, at, 1 + at * 31 % all.len().max(1));
                found.extend(texts.map(|text| Change {
                    program,
                    file: file.clone(),
                    text,
                }));
            }
        }
    }
    found
}

/// How many diagnostics a changed program has; a program without any must evaluate or say why not.
fn diagnostics(program: &Texts, change: &Change) -> usize {
    let world = program.clone().with(&change.file, &change.text);
    let loaded = load(&world);
    let count = loaded.diagnostics.len();
    for found in &loaded.diagnostics {
        let file = loaded.sources.get(found.span.file);
        assert!(
            file.is_some_and(|file| found.span.end as usize <= file.text.len()),
            "a place that is not there: {found:?}\n{}",
            change.text
        );
        assert!(!found.message.is_empty(), "{found:?}");
    }
    let wrong = loaded
        .diagnostics
        .iter()
        .any(|it| it.severity == Severity::Error);
    match loaded.sound() {
        Err(_) => assert!(wrong, "refused without a word:\n{}", change.text),
        Ok((program, _)) => {
            let mut inputs = Inputs::new();
            inputs.set("office", "203.0.113.0/24");
            let known = BTreeMap::<Address, Record>::new();
            if let Err(found) = Arc::new(program).evaluate(&world, &inputs, &known) {
                assert!(
                    !found.is_empty(),
                    "refused without a word:\n{}",
                    change.text
                );
            }
        }
    }
    count
}

#[test]
fn a_slip_of_one_token_is_valid_or_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let examples = [
        "51desk",
        "hello",
        "tour/components",
        "tour/for",
        "tour/if",
        "tour/secrets",
        "tour/templates",
        "tour/units",
    ];
    let programs = examples.map(|name| from_disk(&root.join(name)));
    let all = changes(&programs);
    let mut chosen: Vec<&Change> = Vec::new();
    for program in 0..programs.len() {
        let own: Vec<&Change> = all.iter().filter(|it| it.program == program).collect();
        // A step that is no multiple of three meets all three kinds of change.
        let step = (own.len() / TRIED).max(1);
        let step = step + usize::from(step.is_multiple_of(3));
        chosen.extend(own.into_iter().step_by(step));
    }
    let (next, valid, most) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(change) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let count = diagnostics(&programs[change.program], change);
                    valid.fetch_add(usize::from(count == 0), Ordering::Relaxed);
                    most.fetch_max(count, Ordering::Relaxed);
                }
            });
        }
    });
    let valid = valid.into_inner();
    println!(
        "{} of {} changed programs tried: {valid} are valid, the others explained with {} messages at most",
        chosen.len(),
        all.len(),
        most.into_inner()
    );
    assert!(chosen.len() > 300, "only {} programs", chosen.len());
    // Commas, the words of texts and equal values may change.
    assert!(valid < chosen.len() / 2, "{valid} slips went unnoticed");
}
