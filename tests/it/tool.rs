//! Runs the built binary in a directory of its own, with an environment of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The root of the repository.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A directory with a program in it, and what the tool is told of the world.
pub struct Tool {
    home: TempDir,
    variables: BTreeMap<String, String>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Tool {
    /// An empty directory named `program`.
    pub fn new() -> Tool {
        let home = TempDir::new().expect("a temporary directory");
        fs::create_dir(home.path().join("program")).expect("a directory");
        Tool {
            home,
            variables: BTreeMap::new(),
        }
    }

    /// A program of one file.
    pub fn with(text: &str) -> Tool {
        let tool = Tool::new();
        tool.write("main.infra", text);
        tool
    }

    /// A copy of a directory of the repository, without what a run has left there.
    pub fn copy_of(directory: &str) -> Tool {
        let tool = Tool::new();
        for entry in fs::read_dir(Path::new(ROOT).join(directory)).expect("the directory is there")
        {
            let path = entry.expect("it can be read").path();
            if path.is_file() {
                fs::copy(&path, tool.dir().join(path.file_name().expect("a name")))
                    .expect("it can be copied");
            }
        }
        tool
    }

    /// A directory with the same files, and the same environment.
    pub fn duplicate(&self) -> Tool {
        let tool = Tool {
            variables: self.variables.clone(),
            ..Tool::new()
        };
        copy(&self.dir(), &tool.dir());
        tool
    }

    /// The program's name: that of its directory.
    pub fn program_name(&self) -> String {
        let dir = self.dir();
        let name = dir.file_name().and_then(|name| name.to_str());
        name.expect("a directory of the tests has a name")
            .to_owned()
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Tool {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn set_env(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// The directory of the program, where the tool is run.
    pub fn dir(&self) -> PathBuf {
        self.home.path().join("program")
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.dir().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("it can be written");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        self.run_with_input(words, "")
    }

    /// Runs with `input` on standard input, which is no terminal.
    pub fn run_with_input(&self, words: &[&str], input: &str) -> Ran {
        let mut child = self.start(words);
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(input.as_bytes()).expect("it is read");
        drop(stdin);
        let done = child.wait_with_output().expect("it ends");
        Ran {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).expect("UTF-8"),
            err: String::from_utf8(done.stderr).expect("UTF-8"),
        }
    }

    /// Starts a run and does not wait for it.
    pub fn start(&self, words: &[&str]) -> Child {
        self.start_by(Command::new(env!("CARGO_BIN_EXE_infra")), words)
    }

    /// The same as a user for whom the permissions of files count, which they do not for root.
    pub fn start_without_privileges(&self, words: &[&str]) -> Child {
        if !rustix::process::geteuid().is_root() {
            return self.start(words);
        }
        let mut command = Command::new("setpriv");
        command.arg("--bounding-set=-dac_override,-dac_read_search");
        command.arg(env!("CARGO_BIN_EXE_infra"));
        self.start_by(command, words)
    }

    /// Gives a command the environment of the tool and nothing of the test's own.
    pub fn surround<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("USER", "tester")
            .envs(&self.variables)
    }

    fn start_by(&self, mut command: Command, words: &[&str]) -> Child {
        command.args(words).current_dir(self.dir());
        self.surround(&mut command);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("the tool starts")
    }

    /// All that is written below the home directory, as one text.
    pub fn everything_written(&self) -> String {
        let mut text = String::new();
        let mut left = vec![self.home.path().to_owned()];
        while let Some(dir) = left.pop() {
            for entry in fs::read_dir(dir).expect("a directory") {
                let path = entry.expect("it can be read").path();
                if path.is_dir() {
                    left.push(path);
                } else {
                    text.push_str(&String::from_utf8_lossy(&fs::read(path).expect("a file")));
                }
            }
        }
        text
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            fs::create_dir(&target).expect("a directory");
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("it can be copied");
        }
    }
}

impl Ran {
    /// The run must have ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// The result as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

/// As golden tests keep it: what differs from run to run is replaced by words.
impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {}\n--- out\n{}--- err\n{}",
            self.code,
            scrub(&self.out),
            scrub(&self.err)
        )
    }
}

/// Replaces times and ids: `0.4s`, `3m 5s`, `vol-0123456789abcdef0`, `value-0123456789abcdef`.
pub fn scrub(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut words: Vec<String> = Vec::new();
        for word in line.split(' ') {
            words.push(scrub_word(word));
        }
        clean.push_str(&words.join(" "));
    }
    clean
}

fn scrub_word(word: &str) -> String {
    let core = word.trim_matches(['(', ')', '"', ',', '.', '\n', ':', '`']);
    if core.is_empty() {
        return word.to_owned();
    }
    let is_time = core.strip_suffix('s').is_some_and(|number| {
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    let is_id = core.rsplit_once('-').is_some_and(|(kind, hex)| {
        kind.chars().all(|c| c.is_ascii_lowercase())
            && hex.len() >= 16
            && hex.chars().all(|c| c.is_ascii_hexdigit())
    });
    match (is_time, is_id) {
        (true, _) => word.replace(core, "TIME"),
        (_, true) => {
            let kind = core.rsplit_once('-').map_or("", |(kind, _)| kind);
            word.replace(core, &format!("{kind}-ID"))
        }
        _ => word.to_owned(),
    }
}

#[test]
fn what_differs_from_run_to_run_is_replaced() {
    assert_eq!(
        scrub("created (vol-0123456789abcdef0) 0.4s\n"),
        "created (vol-ID) TIME\n"
    );
    assert_eq!(
        scrub("ids are kept: aws.volume.x 3 files\n"),
        "ids are kept: aws.volume.x 3 files\n"
    );
}
