//! A program in memory, for tests and tools.

use std::collections::BTreeMap;

use crate::world::World;

/// A program whose files are texts in memory, beside the standard library.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The program's name.
    pub name: String,
    /// The files by their paths.
    pub files: BTreeMap<String, String>,
    library: &'static [(&'static str, &'static str)],
}

impl Texts {
    /// A program without files. `library` has path and text of each file of the standard library, sorted by path.
    pub fn new(name: impl Into<String>, library: &'static [(&'static str, &'static str)]) -> Texts {
        Texts {
            name: name.into(),
            files: BTreeMap::new(),
            library,
        }
    }

    /// The program with one more file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Texts {
        self.files.insert(path.into(), text.into());
        self
    }
}

impl World for Texts {
    fn read(&self, path: &str) -> Option<String> {
        self.files.get(path).cloned()
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let names = self.files.keys().filter_map(|path| {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            (parent == dir && name.ends_with(".infra")).then(|| name.to_owned())
        });
        let names: Vec<String> = names.collect();
        (dir.is_empty() || !names.is_empty()).then_some(names)
    }

    fn std(&self, path: &str) -> Option<&str> {
        let at = self.library.binary_search_by_key(&path, |(path, _)| path);
        Some(self.library[at.ok()?].1)
    }

    fn std_paths(&self) -> Vec<String> {
        let paths = self.library.iter().map(|(path, _)| (*path).to_owned());
        paths.collect()
    }

    fn program_name(&self) -> &str {
        &self.name
    }
}
