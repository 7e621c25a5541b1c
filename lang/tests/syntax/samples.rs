//! The programs that the guards run over: every example, the whole standard library, and one file that has every
//! construct.

use std::fs;
use std::path::{Path, PathBuf};

use infra_lang::Diagnostic;
use infra_lang::syntax::{Tree, parse};
use infra_model::FileId;

/// A program text with its path from the root of the repository.
pub struct Sample {
    pub path: String,
    pub text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn collect(dir: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    for entry in entries {
        let path = entry.expect("a directory entry is readable").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "infra") {
            found.push(path);
        }
    }
}

/// All samples in order of their paths.
pub fn all() -> Vec<Sample> {
    let mut paths = Vec::new();
    for dir in ["examples", "stdlib/text", "lang/tests/samples"] {
        collect(&root().join(dir), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| Sample {
        text: fs::read_to_string(&path).expect("a sample is text"),
        path: path
            .strip_prefix(root())
            .expect("samples lie in the repository")
            .display()
            .to_string(),
    };
    paths.into_iter().map(read).collect()
}

/// The samples, and the programs of the readable suite that can be read.
pub fn programs() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = all()
        .into_iter()
        .map(|sample| (sample.path, sample.text))
        .collect();
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("tests/suite"))
        .expect("the suite is there")
        .map(|entry| entry.expect("a directory entry is readable").path())
        .collect();
    pages.sort();
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page is text");
        let name = page.display().to_string();
        for block in text.split("```infra").skip(1) {
            let program = block.split_once('\n').map_or("", |(_, rest)| rest);
            let program = program.split("```").next().unwrap_or_default();
            if parsed(program).1.is_empty() {
                found.push((name.clone(), program.to_owned()));
            }
        }
    }
    found
}

/// The sample that has every construct.
pub fn everything() -> Sample {
    let found = all()
        .into_iter()
        .find(|sample| sample.path.ends_with("everything.infra"));
    found.expect("lang/tests/samples/everything.infra is there")
}

/// Parses a text as the only file.
pub fn parsed(text: &str) -> (Tree, Vec<Diagnostic>) {
    parse(FileId(0), text)
}

#[test]
fn the_samples_have_no_syntax_errors() {
    let samples = all();
    assert!(samples.len() > 20, "the samples are found");
    for sample in samples {
        let (_, diagnostics) = parsed(&sample.text);
        assert_eq!(diagnostics, [], "{}", sample.path);
    }
}
