//! `tests/corpus/slips.txt`: what people write by mistake, and what they are told. The snapshot shows each text and
//! below it one line per diagnostic, with its help.

use infra_lang::SourceFile;
use infra_model::FileId;

use crate::samples::parsed;

fn told(text: &str) -> String {
    let file = SourceFile::new(FileId(0), "slip.infra", text);
    let (tree, diagnostics) = parsed(text);
    let mut out = text.to_owned();
    out.push_str(&format!("--- {} declarations\n", tree.items.len()));
    for found in diagnostics {
        let at = file.position(found.span.start);
        let marked = file.slice(found.span);
        out.push_str(&format!(
            "{}:{} {} `{marked}`: {}\n",
            at.line, at.column, found.code, found.message
        ));
        out.push_str(&format!("      {}\n", found.help.unwrap_or_default()));
    }
    out
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let corpus = include_str!("../corpus/slips.txt");
    corpus.split("=== ").skip(1).map(|case| {
        case.split_once('\n')
            .expect("a case has a title and a text")
    })
}

#[test]
fn slips_are_explained() {
    let mut out = String::new();
    for (title, text) in cases() {
        out.push_str(&format!("=== {title}\n{}\n", told(text)));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn every_diagnostic_says_what_to_do_and_no_rule_of_the_grammar() {
    for (title, text) in cases() {
        let (_, diagnostics) = parsed(text);
        assert!(!diagnostics.is_empty(), "{title}");
        for found in diagnostics {
            assert!(
                found.help.as_ref().is_some_and(|help| !help.is_empty()),
                "{title}: {found:?}"
            );
            assert!(!found.message.ends_with('.'), "{title}: {found:?}");
            for word in ["kw_", "op_", "type_", "_item", "EOI", "Rule"] {
                assert!(
                    !found.message.contains(word)
                        && !found.help.as_ref().is_some_and(|help| help.contains(word)),
                    "{title}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn six_planted_mistakes_are_six_diagnostics() {
    let (_, text) = cases().next().expect("the first case is there");
    let lines: Vec<u32> = {
        let file = SourceFile::new(FileId(0), "slip.infra", text);
        let (_, diagnostics) = parsed(text);
        diagnostics
            .iter()
            .map(|found| file.position(found.span.start).line)
            .collect()
    };
    assert_eq!(lines, [1, 3, 6, 8, 10, 12]);
}
