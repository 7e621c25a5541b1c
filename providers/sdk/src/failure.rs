//! How a call to a cloud can fail, in the terms the engine decides by.

use std::fmt;

/// What kind of failure it is. One `match` per cloud maps its error codes to these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The thing does not exist.
    NotFound,
    /// Something of that identity exists already.
    AlreadyExists,
    /// Others depend on it, or it is in use.
    Dependency,
    /// A deletion or stop protection of the cloud is on.
    Protected,
    /// The idempotency token was used before with other parameters.
    TokenMismatch,
    /// Too many requests.
    Throttled,
    /// A quota of the account or a shortage of the cloud.
    Quota,
    /// The credentials are missing or wrong.
    Credentials,
    /// The credentials are good but may not do this.
    Denied,
    /// The cloud refuses the parameters.
    Invalid,
    /// The thing is in a state in which this cannot be done.
    State,
    /// The request may or may not have reached the cloud.
    Network,
    /// It did not become ready in time.
    Timeout,
    /// The cloud failed inside, or answered something that cannot be understood.
    Cloud,
}

/// A failed call. The message is written for users: never a raw SDK error, never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// Trying the same call again may succeed.
    pub temporary: bool,
    /// The call may have taken effect although it failed (a lost response): ask before doing it again.
    pub ambiguous: bool,
    /// The cloud's own code (`DependencyViolation`), empty when there is none.
    pub code: String,
    /// What happened, as one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The API action that failed (`CreateVolume`), empty when none was sent.
    pub action: String,
    /// The cloud's id of the request, for its support.
    pub request_id: Option<Box<str>>,
}

impl Failure {
    /// A permanent failure of `kind` with a message for the user.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            temporary: matches!(kind, FailureKind::Throttled),
            ambiguous: false,
            code: String::new(),
            message: message.into(),
            help: None,
            action: String::new(),
            request_id: None,
        }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn temporary(mut self) -> Failure {
        self.temporary = true;
        self
    }

    #[must_use]
    pub fn ambiguous(mut self) -> Failure {
        self.ambiguous = true;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (self.action.as_str(), self.code.as_str()) {
            ("", "") => Ok(()),
            ("", code) => write!(f, " ({code})"),
            (action, "") => write!(f, " ({action})"),
            (action, code) => write!(f, " ({action}: {code})"),
        }
    }
}

impl std::error::Error for Failure {}
