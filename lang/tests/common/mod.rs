//! A world of texts, with the real standard library.

use std::collections::BTreeMap;

use infra_lang::World;

/// A project whose files are texts in memory.
#[derive(Default)]
pub struct Texts {
    pub files: BTreeMap<String, String>,
}

impl Texts {
    #[allow(dead_code, reason = "each test binary uses what it needs")]
    pub fn new(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Texts {
            files: files.iter().map(own).collect(),
        }
    }
}

impl World for Texts {
    fn read(&self, path: &str) -> Option<String> {
        self.files.get(path).cloned()
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let names = |path: &String| {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            (parent == dir && name.ends_with(".infra")).then(|| name.to_owned())
        };
        Some(self.files.keys().filter_map(names).collect())
    }

    fn std(&self, path: &str) -> Option<&str> {
        infra_stdlib::file(path)
    }

    fn std_paths(&self) -> Vec<String> {
        infra_stdlib::files()
            .map(|(path, _)| path.to_owned())
            .collect()
    }

    fn program_name(&self) -> &str {
        "test"
    }
}

/// The project in a directory of the disk, with the directories inside it.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub fn from_disk(root: &std::path::Path) -> Texts {
    fn collect(dir: &std::path::Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(dir).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}/{name}")
            };
            if entry.path().is_dir() {
                collect(&entry.path(), &path, files);
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                files.insert(path, text);
            }
        }
    }
    let mut world = Texts::default();
    collect(root, "", &mut world.files);
    world
}
