//! Every snippet of the documentation is in the language: what the pages show can be typed in.
//!
//! A block marked ```` ```infra ```` must parse without a diagnostic; one marked ```` ```infra complete ```` is a
//! program of its own and must also check.

// Tests read the pages as they stand in the repository; the language itself has no files.
#![allow(clippy::disallowed_methods)]

use std::fs;
use std::path::{Path, PathBuf};

use infra_lang::syntax::parse;
use infra_model::FileId;

/// A fenced block of a page.
struct Snippet {
    /// `docs/language.md:12`
    place: String,
    complete: bool,
    text: String,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Markdown files below a directory, sorted.
fn pages(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The `infra` blocks of a page. A block inside a list item is indented; the indentation is removed.
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
    let mut paths = Vec::new();
    pages(&repository().join("docs"), &mut paths);
    pages(&repository().join("examples"), &mut paths);
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
    let mut wrong = Vec::new();
    for snippet in &snippets {
        let (_, diagnostics) = parse(FileId(0), &snippet.text);
        for diagnostic in diagnostics {
            let at = diagnostic.span.start as usize;
            let line = snippet.text[..at.min(snippet.text.len())].lines().count();
            wrong.push(format!(
                "{} (line {line} of the block): {}",
                snippet.place, diagnostic.message
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The `.infra` files below a directory, sorted.
fn programs(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            programs(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "infra")
        {
            found.push(path);
        }
    }
}

#[test]
fn every_example_and_the_standard_library_parse() {
    let mut paths = Vec::new();
    programs(&repository().join("examples"), &mut paths);
    programs(&repository().join("stdlib/text"), &mut paths);
    assert!(paths.len() >= 30, "the files were found");
    let mut wrong = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).expect("a program is text");
        let (_, diagnostics) = parse(FileId(0), &text);
        for diagnostic in diagnostics {
            let line = text[..diagnostic.span.start as usize].lines().count();
            wrong.push(format!("{}:{line}: {}", path.display(), diagnostic.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
