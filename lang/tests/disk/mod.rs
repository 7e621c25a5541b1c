//! Programs and pages as they stand in the repository.

// The language itself has no files; its tests read what users read.
#![allow(clippy::disallowed_methods)]
// Each test binary needs its part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use infra_lang::Texts;

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files with this extension below a directory, sorted.
pub fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(dir, extension, &mut found);
    found
}

fn collect(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
}

fn texts(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(at) = dirs.pop() {
        for entry in fs::read_dir(&at)
            .expect("a directory of the repository")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                dirs.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(dir).unwrap_or(&path);
                found.insert(name.to_string_lossy().replace('\\', "/"), text);
            }
        }
    }
    found
}

/// The program in a directory of the repository.
pub fn program(dir: &str) -> Texts {
    let mut program = Texts::new(dir.rsplit('/').next().unwrap_or(dir), infra_stdlib::files());
    program.files = texts(&repository().join(dir));
    program
}

/// A program of a single file, which has an SSH key beside it.
pub fn single(text: &str) -> Texts {
    Texts::new("page", infra_stdlib::files())
        .with("main.infra", text)
        .with("id_ed25519.pub", "ssh-ed25519 AAAA somebody\n")
}
