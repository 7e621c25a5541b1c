//! The codes of errors: each is in the one table, and the pages of those that need a cloud show what they say.

use std::fs;
use std::path::{Path, PathBuf};

use infra_lang::codes;

use crate::tool::{ROOT, Tool};

/// The program of a page's block that begins with this fence.
fn block(page: &str, fence: &str) -> String {
    let (_, rest) = page.split_once(fence).expect("the page has the block");
    let (text, _) = rest.split_once("\n```").expect("the block ends");
    format!("{text}\n")
}

#[test]
fn pages_of_what_takes_a_cloud_show_what_is_wrong_and_what_is_right() {
    let pages: [(&str, &[&str]); 3] = [
        (codes::LOOKUP_FAILED, &["plan", "--sim", "--json"]),
        (codes::REFUSED_VALUE, &["plan", "--sim", "--json"]),
        (codes::TEST_FAILED, &["test", "--json"]),
    ];
    for (code, words) in pages {
        let path = Path::new(ROOT).join(format!("docs/errors/{code}.md"));
        let page = fs::read_to_string(path).expect("the page is there");
        let said = format!("\"code\":\"{code}\"");
        let wrong = Tool::with(&block(&page, "```text\n")).run(words).expect(1);
        assert!(wrong.out.contains(&said), "{code}: {wrong}");
        let right = Tool::with(&block(&page, "```infra\n")).run(words).expect(0);
        assert!(!right.out.contains(&said), "{code}: {right}");
    }
}

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            into.push(path);
        }
    }
}

/// A code that is written out where a diagnostic is made would have no page that anything demands.
#[test]
fn every_diagnostic_has_its_code_from_the_table() {
    let mut files = Vec::new();
    for room in ["lang/src", "engine/src", "src"] {
        sources(&Path::new(ROOT).join(room), &mut files);
    }
    let (mut made, mut wrong) = (0, Vec::new());
    for path in &files {
        let text = fs::read_to_string(path).expect("a source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for kind in ["error", "warning", "advice"] {
            for call in text.split(&format!("Diagnostic::{kind}(")).skip(1) {
                made += 1;
                if call.trim_start().starts_with('"') {
                    wrong.push(path.display().to_string());
                }
            }
        }
        let is_table = path.ends_with("lang/src/codes.rs");
        let constant = text.lines().find(|line| {
            let named = codes::ALL
                .iter()
                .any(|(code, _)| line.contains(&format!("\"{code}\"")));
            named && line.contains("const ") && !is_table
        });
        wrong.extend(constant.map(|line| format!("{}: {line}", path.display())));
    }
    assert!(made > 100, "only {made} diagnostics were found");
    assert!(wrong.is_empty(), "codes outside the table: {wrong:?}");
}
