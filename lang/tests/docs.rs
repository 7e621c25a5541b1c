//! Every snippet of the documentation is in the language: what the pages show can be typed in.
//!
//! A block marked ```` ```infra ```` must parse without a diagnostic; one marked ```` ```infra complete ```` is a
//! program of its own and must also check.

mod disk;

use std::fs;
use std::path::{Path, PathBuf};

use disk::{files, repository, single};
use infra_lang::syntax::parse;
use infra_lang::{Diagnostic, functions, load};
use infra_model::FileId;

/// A fenced block of a page.
struct Snippet {
    /// `docs/language.md:12`
    place: String,
    complete: bool,
    text: String,
}

impl Snippet {
    fn explain(&self, diagnostic: &Diagnostic) -> String {
        let at = (diagnostic.span.start as usize).min(self.text.len());
        let line = self.text[..at].lines().count();
        format!(
            "{} (line {line} of the block): {}",
            self.place, diagnostic.message
        )
    }
}

/// The `infra` blocks of a page. A block inside a list item is indented; the indentation is removed.
#[allow(
    clippy::disallowed_methods,
    reason = "the page is read as its readers do"
)]
fn snippets(path: &Path) -> Vec<Snippet> {
    let text = fs::read_to_string(path).expect("a page is text");
    let name = path
        .strip_prefix(repository())
        .unwrap_or(path)
        .display()
        .to_string();
    let mut found = Vec::new();
    let mut open: Option<(Snippet, usize)> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        match &mut open {
            None => {
                let Some(info) = trimmed.strip_prefix("```infra") else {
                    continue;
                };
                let snippet = Snippet {
                    place: format!("{name}:{}", index + 1),
                    complete: info.trim() == "complete",
                    text: String::new(),
                };
                open = Some((snippet, line.len() - trimmed.len()));
            }
            Some(_) if trimmed.starts_with("```") => found.extend(open.take().map(|(it, _)| it)),
            Some((snippet, indent)) => {
                snippet
                    .text
                    .push_str(line.get(*indent..).unwrap_or_default());
                snippet.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "{name}: a block has no end");
    found
}

fn all_snippets() -> Vec<Snippet> {
    let mut paths: Vec<PathBuf> = files(&repository().join("docs"), "md");
    paths.extend(files(&repository().join("examples"), "md"));
    paths.extend([
        repository().join("README.md"),
        repository().join("README.zh-CN.md"),
    ]);
    paths.retain(|path| path.is_file());
    paths.iter().flat_map(|path| snippets(path)).collect()
}

#[test]
fn every_snippet_parses() {
    let snippets = all_snippets();
    assert!(snippets.len() >= 20, "the pages were found");
    let explain = |snippet: &Snippet| {
        let (_, diagnostics) = parse(FileId(0), &snippet.text);
        diagnostics
            .iter()
            .map(|it| snippet.explain(it))
            .collect::<Vec<_>>()
    };
    let wrong: Vec<String> = snippets.iter().flat_map(explain).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_complete_snippet_checks() {
    let snippets = all_snippets();
    let complete: Vec<&Snippet> = snippets.iter().filter(|it| it.complete).collect();
    assert!(complete.len() >= 3, "the pages have programs");
    let explain = |snippet: &&Snippet| {
        let loaded = load(&single(&snippet.text));
        loaded
            .diagnostics
            .iter()
            .map(|it| snippet.explain(it))
            .collect::<Vec<_>>()
    };
    let wrong: Vec<String> = complete.iter().flat_map(explain).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the page is read as its readers do"
)]
fn every_function_is_in_the_reference_as_it_is() {
    let page =
        fs::read_to_string(repository().join("docs/language.md")).expect("the page is there");
    let missing: Vec<String> = functions::all()
        .map(|function| {
            // A bar inside a cell would end it.
            let cell = |text: &str| text.replace('|', "\\|");
            let signature = format!("{}{}", function.name, function.signature);
            let (example, result) = function.example;
            let example = format!("`{example}` is `{}`", result.replace("\\${", "${"));
            format!(
                "| `{}` | {} | {} |",
                cell(&signature),
                cell(function.doc),
                cell(&example)
            )
        })
        .filter(|row| !page.contains(row.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/language.md lacks:\n{}",
        missing.join("\n")
    );
}
