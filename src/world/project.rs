//! The directory of a program, and the standard library, as the language sees them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use infra_lang::{Texts, World};

use super::files::{SUFFIX, beginning, is_absent};
use crate::error::CommandError;
use crate::store::belongs_to_a_state;

/// The directory of a program: its files, and nothing outside of it.
pub struct Project {
    /// Without symbolic links in it.
    root: PathBuf,
    /// The directory as the user wrote it.
    shown: PathBuf,
    name: String,
    /// Files that exist but were not given to the program, each with the reason, as a sentence.
    refused: Mutex<BTreeMap<String, String>>,
}

impl Project {
    /// Opens a directory; it need not hold a program.
    pub fn open(dir: &Path) -> Result<Project, CommandError> {
        let shown = dir.display();
        let root = fs::canonicalize(dir).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => CommandError::files(format!(
                "there is no directory `{shown}`"
            ))
            .hint("give the directory that holds the program's `*.infra` files, or change into it"),
            _ => CommandError::files(format!("the directory `{shown}` cannot be opened: {error}")),
        })?;
        if !root.is_dir() {
            return Err(CommandError::files(format!("`{shown}` is not a directory"))
                .hint("a program is a directory; all `*.infra` files in it belong together"));
        }
        let name = root.file_name().map_or_else(
            || "program".into(),
            |name| name.to_string_lossy().into_owned(),
        );
        Ok(Project {
            root,
            shown: dir.to_owned(),
            name,
            refused: Mutex::default(),
        })
    }

    /// Opens a directory that must hold a program.
    pub fn open_program(dir: &Path) -> Result<Project, CommandError> {
        let project = Project::open(dir)?;
        if project.list("").is_none_or(|files| files.is_empty()) {
            return Err(CommandError::files(format!(
                "there is no program in `{}`: it has no `*.infra` file",
                dir.display()
            ))
            .hint(
                "give the directory that holds the program, as in `infra plan examples/51desk`",
            ));
        }
        Ok(project)
    }

    /// A path inside the project, for the tool's own files.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path inside the project as the user would write it from where the command was started.
    pub fn shown_path(&self, relative: &str) -> String {
        match self.shown.as_os_str().to_str() {
            Some("." | "") => relative.to_owned(),
            _ => self.shown.join(relative).display().to_string(),
        }
    }

    /// The names of the files in the program's own directory that end in `.suffix`, without it.
    pub fn names_with(&self, suffix: &str) -> Vec<String> {
        let entries = fs::read_dir(&self.root).into_iter().flatten();
        let names = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(suffix)?.strip_suffix('.')?.to_owned())
        });
        names.filter(|name| !name.starts_with('.')).collect()
    }

    /// Why files that exist were not given to the program, sorted by file.
    pub fn refusals(&self) -> Vec<String> {
        let refused = self.refused.lock().unwrap_or_else(|lock| lock.into_inner());
        refused.values().cloned().collect()
    }

    /// Fails when a file was refused so far. Without one of its files a program would be a smaller one, and what that
    /// file declares would be deleted.
    pub fn all_read(&self) -> Result<(), CommandError> {
        match self.refusals() {
            refusals if refusals.is_empty() => Ok(()),
            refusals => Err(CommandError::files(refusals.join("; ")).hint(
                "without one of its files, a program would delete what that file declares: make the file \
                 readable, or move it away",
            )),
        }
    }

    /// Makes the tool's own directory, `.infra`, which version control leaves alone.
    pub fn own_directory(&self) -> Result<PathBuf, CommandError> {
        let path = self.path(".infra");
        let ignore = path.join(".gitignore");
        let made = fs::create_dir_all(&path).and_then(|()| match ignore.exists() {
            true => Ok(()),
            false => fs::write(
                &ignore,
                "# What infra keeps here belongs to this machine.\n*\n",
            ),
        });
        match made {
            Ok(()) => Ok(path),
            Err(error) => Err(CommandError::files(format!(
                "`{}` cannot be made: {error}",
                self.shown_path(".infra")
            ))),
        }
    }

    /// The real path of a project file, or why the program may not have it; `None` when it does not exist.
    fn real_path(&self, path: &str) -> Result<Option<PathBuf>, String> {
        let relative = Path::new(path);
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !relative.components().all(inside) {
            return Err(format!(
                "`{path}` is outside the project, so infra does not read it"
            ));
        }
        match fs::canonicalize(self.root.join(relative)) {
            Ok(real) if !real.starts_with(&self.root) => Err(format!(
                "`{path}` is a symbolic link to a place outside the project, so infra does not read it"
            )),
            Ok(real) => Ok(Some(real)),
            Err(error) if is_absent(&error) => match self.root.join(relative).is_symlink() {
                true => Err(format!("`{path}` is a broken symbolic link")),
                false => Ok(None),
            },
            Err(error) => Err(format!("`{path}` cannot be read: {error}")),
        }
    }

    fn read_file(&self, path: &str) -> Result<Option<String>, String> {
        let Some(real) = self.real_path(path)? else {
            return Ok(None);
        };
        let inside = real.strip_prefix(&self.root).unwrap_or(&real);
        if belongs_to_a_state(inside) {
            return Err(format!(
                "`{path}` belongs to the state, and a program may not read its state: refer to what it needs \
                 (`net.id`), or use a lookup"
            ));
        }
        // A pipe or a device would block or never end.
        if !real.is_file() {
            return Err(format!(
                "`{path}` is not a regular file, so infra does not read it"
            ));
        }
        let bytes =
            beginning(&real).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
        let text =
            String::from_utf8(bytes).map_err(|error| match error.utf8_error().valid_up_to() {
                0 => format!("`{path}` is not UTF-8 text"),
                at => format!("`{path}` is not UTF-8 text: byte {at} fits no character"),
            })?;
        Ok(Some(text))
    }

    fn refuse(&self, path: &str, reason: String) {
        let mut refused = self.refused.lock().unwrap_or_else(|lock| lock.into_inner());
        refused.insert(path.to_owned(), reason);
    }
}

impl World for Project {
    fn read(&self, path: &str) -> Option<String> {
        self.read_file(path).unwrap_or_else(|reason| {
            self.refuse(path, reason);
            None
        })
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let real = self.real_path(dir).unwrap_or_else(|reason| {
            self.refuse(dir, reason);
            None
        })?;
        let entries = fs::read_dir(real)
            .inspect_err(|error| {
                if !is_absent(error) {
                    self.refuse(
                        dir,
                        format!("`{}` cannot be read: {error}", self.shown_path(dir)),
                    );
                }
            })
            .ok()?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            // Editors keep locks and backups in hidden files beside the real one.
            .filter(|name| name.ends_with(SUFFIX) && !name.starts_with('.'))
            .collect();
        names.sort_unstable();
        Some(names)
    }

    fn std(&self, path: &str) -> Option<&str> {
        infra_stdlib::file(path)
    }

    fn std_paths(&self) -> Vec<String> {
        let paths = infra_stdlib::files().iter();
        paths.map(|(path, _)| (*path).to_owned()).collect()
    }

    fn program_name(&self) -> &str {
        &self.name
    }
}

/// The standard library alone, without any project.
pub fn library() -> Texts {
    Texts::new("std", infra_stdlib::files())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Project) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().join("program");
        fs::create_dir(&root).expect("a directory");
        fs::write(dir.path().join("outside.infra"), "let secret = 1").expect("a file");
        fs::write(root.join("main.infra"), "let a = 1").expect("a file");
        fs::write(root.join(".#main.infra"), "lock").expect("a file");
        std::os::unix::fs::symlink("../outside.infra", root.join("link.infra")).expect("a link");
        let project = Project::open(&root).expect("it opens");
        (dir, project)
    }

    #[test]
    fn a_project_shows_its_own_files_only() {
        let (_dir, project) = project();
        assert_eq!(project.program_name(), "program");
        assert_eq!(
            project.list("").expect("it is there"),
            ["link.infra", "main.infra"]
        );
        assert_eq!(project.read("main.infra").as_deref(), Some("let a = 1"));
        for path in [
            "../outside.infra",
            "/etc/hostname",
            "link.infra",
            "nothing.infra",
            ".",
        ] {
            assert_eq!(project.read(path), None, "{path}");
        }
        assert_eq!(project.list("../"), None);
        assert_eq!(
            project.refusals().join("\n"),
            "`.` is not a regular file, so infra does not read it\n\
             `../` is outside the project, so infra does not read it\n\
             `../outside.infra` is outside the project, so infra does not read it\n\
             `/etc/hostname` is outside the project, so infra does not read it\n\
             `link.infra` is a symbolic link to a place outside the project, so infra does not read it"
        );
    }
}
