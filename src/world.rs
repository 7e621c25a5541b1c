//! What lies outside the program text: files, the environment, time. Nothing else in the tool touches them.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use infra_lang::World;

use crate::error::CommandError;

/// The suffix of program files.
const SUFFIX: &str = ".infra";

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

    /// Why files that exist were not given to the program, sorted by file.
    pub fn refusals(&self) -> Vec<String> {
        let refused = self.refused.lock().unwrap_or_else(|lock| lock.into_inner());
        refused.values().cloned().collect()
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
                "`{path}` leads out of the project, so it is not read"
            ));
        }
        match fs::canonicalize(self.root.join(relative)) {
            Ok(real) if !real.starts_with(&self.root) => Err(format!(
                "`{path}` is a symbolic link that leads out of the project, so it is not read"
            )),
            Ok(real) => Ok(Some(real)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(format!("`{path}` cannot be read: {error}")),
        }
    }

    fn read_file(&self, path: &str) -> Result<Option<String>, String> {
        let Some(real) = self.real_path(path)? else {
            return Ok(None);
        };
        // A pipe or a device would block or never end.
        if !real.is_file() {
            return Err(format!("`{path}` is not a plain file, so it is not read"));
        }
        let bytes = fs::read(real).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
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
        let mut names: Vec<String> = fs::read_dir(real)
            .ok()?
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
        let files = infra_stdlib::files();
        files.into_iter().map(|(path, _)| path.to_owned()).collect()
    }

    fn program_name(&self) -> &str {
        &self.name
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Reads a file that the user named, wherever it is.
pub fn read_named_file(path: &Path) -> Result<String, CommandError> {
    fs::read_to_string(path).map_err(|error| {
        CommandError::files(format!("`{}` cannot be read: {error}", path.display()))
    })
}

/// Replaces a file as a whole: a reader, or a crash, sees the old text or the new, never a part.
pub fn replace_file(path: &Path, text: &str) -> Result<(), CommandError> {
    let replace = || -> io::Result<()> {
        let real = fs::canonicalize(path)?;
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let beside = real.with_file_name(format!(".{name}.{}.new", std::process::id()));
        let mut file = fs::File::create_new(&beside)?;
        let written = file
            .set_permissions(fs::metadata(&real)?.permissions())
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&beside, &real));
        if written.is_err() {
            // The first failure is the one to report; what is left behind is a hidden file.
            let _ = fs::remove_file(&beside);
        }
        written
    };
    replace().map_err(|error| {
        CommandError::files(format!("`{}` cannot be written: {error}", path.display()))
    })
}

/// All program files at or below a path, sorted; hidden directories and links to directories are left out.
pub fn program_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let unreadable = |path: &Path, error: io::Error| match is_absent(&error) {
        true => CommandError::files(format!(
            "there is no file or directory `{}`",
            path.display()
        )),
        false => CommandError::files(format!("`{}` cannot be read: {error}", path.display())),
    };
    if fs::metadata(path)
        .map_err(|error| unreadable(path, error))?
        .is_file()
    {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut left = vec![path.to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(&dir).map_err(|error| unreadable(&dir, error))? {
            let entry = entry.map_err(|error| unreadable(&dir, error))?;
            let kind = entry.file_type().map_err(|error| unreadable(&dir, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            } else if kind.is_dir() {
                left.push(entry.path());
            } else if name.ends_with(SUFFIX) {
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The environment of the process, read once.
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// Variables that are not UTF-8 are left out: no name of ours is, and no value of a parameter may be.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Environment {
            variables: env::vars_os().filter_map(text).collect(),
        }
    }

    fn set(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// What the user chose about colours: `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR`, in this order.
    pub fn colours(&self) -> Option<bool> {
        if self.set("NO_COLOR").is_some() {
            Some(false)
        } else if self.set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            Some(true)
        } else if self.set("CLICOLOR") == Some("0") || self.is_dumb_terminal() {
            Some(false)
        } else {
            None
        }
    }

    pub fn is_dumb_terminal(&self) -> bool {
        self.set("TERM") == Some("dumb")
    }

    /// The values of parameters: `INFRA_PARAM_office=…` gives `office`.
    pub fn params(&self) -> BTreeMap<String, String> {
        let name = |(name, value): (&String, &String)| {
            Some((name.strip_prefix("INFRA_PARAM_")?.to_owned(), value.clone()))
        };
        self.variables.iter().filter_map(name).collect()
    }

    /// Where requests to AWS go instead of Amazon, by its tools' own variables.
    pub fn aws_endpoint(&self) -> Option<&str> {
        self.set("AWS_ENDPOINT_URL_EC2").or(self.set("AWS_ENDPOINT_URL"))
    }

    /// Who runs the command, for the lock that others see: `user@host`.
    pub fn who(&self) -> String {
        let user = self
            .set("USER")
            .or(self.set("LOGNAME"))
            .unwrap_or("somebody");
        format!("{user}@{}", host_name())
    }
}

/// The name of this machine.
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Bytes from the operating system's random source.
pub fn random<const N: usize>() -> Result<[u8; N], CommandError> {
    let mut bytes = [0; N];
    let read = fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    match read {
        Ok(()) => Ok(bytes),
        Err(error) => Err(CommandError::files(format!(
            "the system's random source cannot be read: {error}"
        ))),
    }
}

/// Milliseconds since 1970 by the clock on the wall.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

/// The timer of the running process, on its runtime.
#[derive(Clone)]
pub struct RealTimer {
    start: Instant,
}

impl RealTimer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the monotonic clock"
    )]
    pub fn start() -> RealTimer {
        RealTimer {
            start: Instant::now(),
        }
    }
}

#[async_trait::async_trait]
impl infra_provider::Timer for RealTimer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn now_ms(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }
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
            "`.` is not a plain file, so it is not read\n\
             `../` leads out of the project, so it is not read\n\
             `../outside.infra` leads out of the project, so it is not read\n\
             `/etc/hostname` leads out of the project, so it is not read\n\
             `link.infra` is a symbolic link that leads out of the project, so it is not read"
        );
    }

    #[test]
    fn a_file_is_replaced_with_its_permissions_kept() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, project) = project();
        let path = project.path("main.infra");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
        replace_file(&path, "let b = 2").expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "let b = 2");
        assert_eq!(
            fs::metadata(&path).expect("a file").permissions().mode() & 0o777,
            0o640
        );
        let names = fs::read_dir(dir.path().join("program"))
            .expect("a directory")
            .count();
        assert_eq!(names, 3, "nothing is left behind");
    }

    #[test]
    fn the_environment_gives_parameters_and_colours() {
        let env = |pairs: &[(&str, &str)]| Environment {
            variables: pairs
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        };
        let params = env(&[("INFRA_PARAM_office", "10.0.0.0/8"), ("PATH", "x")]).params();
        assert_eq!(
            params,
            BTreeMap::from([("office".to_owned(), "10.0.0.0/8".to_owned())])
        );
        assert_eq!(env(&[]).colours(), None);
        assert_eq!(env(&[("NO_COLOR", "")]).colours(), None);
        assert_eq!(
            env(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).colours(),
            Some(false)
        );
        assert_eq!(env(&[("CLICOLOR_FORCE", "1")]).colours(), Some(true));
        assert_eq!(env(&[("CLICOLOR", "0")]).colours(), Some(false));
    }
}
