//! Which files a state is in: those of its environment, where a link leads, and who may read them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use infra_engine::state::Files;

use crate::error::{CommandError, ErrorKind};
use crate::world::Project;

/// The folder of the simulated cloud's state, inside the program's directory.
const SIM_FOLDER: &str = ".infra/sim";

/// What the names of the files begin and end with, around the name of an environment.
const FILE_START: &str = "infra.";
const FILE_END: &str = ".state.json";

/// More characters than the name of any environment needs.
const NAME_CHARS_MAX: usize = 64;

/// Everybody on the machine may read it.
const READ_BY_OTHERS: u32 = 0o004;

/// Where a state is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePlace {
    pub folder: PathBuf,
    pub files: Files,
    /// The state file as the user would write it.
    pub shown: String,
    /// The link in the program's directory that leads to the state.
    pub link: Option<PathBuf>,
}

impl StatePlace {
    /// The state of an environment, or of a program without environments; whether it is there or not.
    pub fn of(
        project: &Project,
        simulated: bool,
        environment: Option<&str>,
    ) -> Result<StatePlace, CommandError> {
        if let Some(name) = environment {
            check_name(name)?;
        }
        let inside = if simulated { SIM_FOLDER } else { "" };
        let files = Files::of(environment);
        let shown = |name: &str| match inside {
            "" => project.shown_path(name),
            folder => project.shown_path(&format!("{folder}/{name}")),
        };
        let place = StatePlace {
            folder: project.path(inside),
            shown: shown(&files.snapshot),
            files,
            link: None,
        };
        place.refuse_linked_companions()?;
        place.followed()
    }

    /// The same, but a program has either one state or one for each environment: anything else would be a second set
    /// of resources that nobody asked for.
    pub fn chosen(
        project: &Project,
        simulated: bool,
        environment: Option<&str>,
    ) -> Result<StatePlace, CommandError> {
        let place = StatePlace::of(project, simulated, environment)?;
        if place.is_there() {
            return Ok(place);
        }
        let sim = if simulated { " --sim" } else { "" };
        match environment {
            Some(name) => {
                let single = StatePlace::of(project, simulated, None)?;
                if !single.is_there() {
                    return Ok(place);
                }
                let message = format!(
                    "the environment `{name}` has no state yet, and `{}` belongs to no environment: a plan for `{name}` \
                     would create everything a second time",
                    single.shown
                );
                Err(CommandError::new(ErrorKind::State, message)
                    .hint(format!(
                        "if it is the state of `{name}`, say so once: `infra state assign --env {name}{sim}`; if it is \
                         that of another environment, name that one"
                    ))
                    .hint("each environment then has a state of its own"))
            }
            None => {
                let names = environments(project, simulated);
                if names.is_empty() {
                    return Ok(place);
                }
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                Err(CommandError::new(
                    ErrorKind::State,
                    format!(
                        "this program has a state for each environment ({}), and none is chosen",
                        names.join(", ")
                    ),
                )
                .hint("choose one with `--env NAME`"))
            }
        }
    }

    /// Whether anything of a state is there.
    pub fn is_there(&self) -> bool {
        let names = [
            &self.files.snapshot,
            &self.files.journal,
            &self.files.backup,
        ];
        let kept = fs::read_dir(self.folder.join(&self.files.history));
        self.link.is_some()
            || names.iter().any(|name| self.folder.join(name).exists())
            || kept.is_ok_and(|mut kept| kept.next().is_some())
    }

    /// Where the link leads that the state is, if it is one: folder, lock, journal and history are those of the file
    /// itself, or two directories with such a link would each have their own.
    fn followed(mut self) -> Result<StatePlace, CommandError> {
        let path = self.folder.join(&self.files.snapshot);
        if !path.is_symlink() {
            return Ok(self);
        }
        let file = fs::canonicalize(&path).map_err(|error| {
            let leads = fs::read_link(&path).unwrap_or_default();
            CommandError::new(
                ErrorKind::State,
                format!(
                    "the state `{}` is a symbolic link to `{}`, which cannot be reached: {error}",
                    self.shown,
                    leads.display()
                ),
            )
            .hint("bring back what it leads to; without the state, infra would create everything a second time")
            .hint("if nothing was ever created, remove the link, and restore it after the first apply")
        })?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let base = name.strip_suffix(".json").unwrap_or(&name).to_owned();
        if format!("{base}.json") != name {
            return Err(CommandError::new(
                ErrorKind::State,
                format!(
                    "the state `{}` is a symbolic link to `{}`, whose name does not end in `.json`",
                    self.shown,
                    file.display()
                ),
            )
            .hint(
                "give that file a name such as `infra.state.json`, and let the link lead there",
            ));
        }
        self.folder = file.parent().unwrap_or(Path::new("/")).to_owned();
        self.files = Files::new(&base);
        self.link = Some(path);
        self.refuse_linked_companions()?;
        Ok(self)
    }

    /// Journal, lock and history belong to the state file; one that leads elsewhere belongs to two.
    fn refuse_linked_companions(&self) -> Result<(), CommandError> {
        let names = [
            &self.files.journal,
            &self.files.lock,
            &self.files.history,
            &self.files.backup,
        ];
        match names.iter().find(|name| self.folder.join(name).is_symlink()) {
            None => Ok(()),
            Some(name) => Err(CommandError::new(
                ErrorKind::State,
                format!("`{name}`, beside the state `{}`, is a symbolic link", self.shown),
            )
            .hint(format!(
                "let `{}` be the link, and infra finds journal, lock and history beside what it leads to; remove \
                 this one",
                self.shown
            ))),
        }
    }

    /// The files of the state that every user of the machine may read.
    pub fn exposed(&self) -> Vec<PathBuf> {
        let open = |path: &PathBuf| {
            let mode = fs::metadata(path).map(|file| file.permissions().mode());
            mode.is_ok_and(|mode| mode & READ_BY_OTHERS != 0)
        };
        let files = [
            &self.files.snapshot,
            &self.files.journal,
            &self.files.backup,
        ];
        files
            .into_iter()
            .map(|name| self.folder.join(name))
            .filter(open)
            .collect()
    }
}

/// The environments that have a state, sorted.
pub fn environments(project: &Project, simulated: bool) -> BTreeSet<String> {
    let folder = project.path(if simulated { SIM_FOLDER } else { "" });
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeSet::new();
    };
    let name = |entry: io::Result<fs::DirEntry>| {
        let file = entry.ok()?.file_name().into_string().ok()?;
        let name = file.strip_prefix(FILE_START)?.strip_suffix(FILE_END)?;
        check_name(name).is_ok().then(|| name.to_owned())
    };
    entries.filter_map(name).collect()
}

/// The name becomes part of file names, so it is a plain word.
fn check_name(name: &str) -> Result<(), CommandError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_word = name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= NAME_CHARS_MAX;
    match is_word {
        true => Ok(()),
        false => Err(
            CommandError::usage(format!("`{name}` cannot be the name of an environment")).hint(
                "it is a word of letters, digits, `-` and `_`, at most 64 characters, such as `dev` or `release`",
            ),
        ),
    }
}

/// Whether a file of the program's directory is one of a state, which a program may not read: it holds what is known
/// of secrets. `path` is the file itself, without links.
pub fn belongs_to_a_state(path: &Path) -> bool {
    path.iter().any(|part| {
        let name = part.to_string_lossy();
        let state = name
            .strip_prefix(FILE_START)
            .is_some_and(|rest| rest.starts_with("state.") || rest.contains(".state."));
        state || name == ".infra"
    })
}
