//! How a command fails, and what its exit code says.

use std::fmt;

/// What the exit code of the process says when the command did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, nothing is left to do.
    Done,
    /// 1: the answer is "no" and has been printed already: `fmt --check` with unformatted files, errors found by `check`.
    Failed,
    /// 2: `plan --detailed-exitcode` found changes.
    Changes,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
        }
    }
}

/// Which part of the world the failure comes from; the word of `"kind"` in `--json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line is wrong.
    Usage,
    /// The program is wrong; its diagnostics have been shown.
    Program,
    /// A file could not be read or written.
    Files,
    /// The state cannot be used, or another run holds its lock.
    State,
    /// A cloud refused or failed.
    Cloud,
    /// The user, or a rule that guards the user, said no.
    Refused,
    /// An apply ended before everything was done.
    Incomplete,
    /// A bug of infra itself.
    Bug,
}

impl ErrorKind {
    pub fn word(self) -> &'static str {
        match self {
            ErrorKind::Usage => "usage",
            ErrorKind::Program => "program",
            ErrorKind::Files => "files",
            ErrorKind::State => "state",
            ErrorKind::Cloud => "cloud",
            ErrorKind::Refused => "refused",
            ErrorKind::Incomplete => "incomplete",
            ErrorKind::Bug => "bug",
        }
    }
}

/// A command that failed: what happened, and what can be done about it, one sentence each.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandError {
    pub kind: ErrorKind,
    pub message: String,
    pub hints: Vec<String>,
    /// What was wrong with the program, for `--json`; people have read it already.
    pub diagnostics: Vec<serde_json::Value>,
    /// The plan that was refused, for `--json`: the error and the plan are one document.
    pub plan: Option<Box<serde_json::Value>>,
}

impl CommandError {
    /// Kind, message and hints, for other programs.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "kind": self.kind.word(),
            "message": self.message,
            "hints": self.hints,
        })
    }

    pub fn new(kind: ErrorKind, message: impl Into<String>) -> CommandError {
        CommandError {
            kind,
            message: message.into(),
            hints: Vec::new(),
            diagnostics: Vec::new(),
            plan: None,
        }
    }

    pub fn usage(message: impl Into<String>) -> CommandError {
        CommandError::new(ErrorKind::Usage, message)
    }

    pub fn files(message: impl Into<String>) -> CommandError {
        CommandError::new(ErrorKind::Files, message)
    }

    /// Adds the plan that was refused.
    #[must_use]
    pub fn plan(mut self, plan: serde_json::Value) -> CommandError {
        self.plan = Some(Box::new(plan));
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> CommandError {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CommandError {}

/// What a command answers to `main`.
pub type Outcome = Result<Exit, CommandError>;
