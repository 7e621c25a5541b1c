//! Programs and pages as they stand in the repository.

// The language itself has no files; its tests read what users read.
#![allow(clippy::disallowed_methods)]
// Each test binary needs its part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use infra_lang::World;

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

/// A program and the standard library, read whole.
pub struct Disk {
    name: String,
    project: BTreeMap<String, String>,
    std: BTreeMap<String, String>,
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

impl Disk {
    /// The program in a directory of the repository.
    pub fn program(dir: &str) -> Disk {
        Disk {
            name: dir.rsplit('/').next().unwrap_or(dir).to_owned(),
            project: texts(&repository().join(dir)),
            std: texts(&repository().join("stdlib/text")),
        }
    }

    /// A program of a single file, which has an SSH key beside it.
    pub fn single(text: &str) -> Disk {
        let files = [
            ("main.infra", text),
            ("id_ed25519.pub", "ssh-ed25519 AAAA somebody\n"),
        ];
        Disk {
            name: "page".to_owned(),
            project: files
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into(),
            std: texts(&repository().join("stdlib/text")),
        }
    }
}

impl World for Disk {
    fn read(&self, path: &str) -> Option<String> {
        self.project.get(path).cloned()
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let prefix = if dir.is_empty() {
            String::new()
        } else {
            format!("{dir}/")
        };
        let inside = self
            .project
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix));
        let names: Vec<String> = inside
            .filter(|name| !name.contains('/') && name.ends_with(".infra"))
            .map(str::to_owned)
            .collect();
        (!names.is_empty()).then_some(names)
    }

    fn std(&self, path: &str) -> Option<&str> {
        self.std.get(path).map(String::as_str)
    }

    fn std_paths(&self) -> Vec<String> {
        self.std.keys().cloned().collect()
    }

    fn program_name(&self) -> &str {
        &self.name
    }
}
