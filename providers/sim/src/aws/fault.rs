//! Error answers of the cloud: AWS's code, its HTTP status and a sentence for people.
//!
//! Codes and their meaning follow the page "Error codes for the Amazon EC2 API"; the texts are the shapes of sentence
//! that AWS sends, because clients (and people) search for them.

use std::borrow::Cow;

use crate::ground::ledger::Unwritten;
use crate::ground::query::QueryError;
use crate::ground::table::Absent;

/// What an action answers when it does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// HTTP status of the answer.
    pub status: u16,
    /// AWS's error code, for example `InvalidVpcID.NotFound`.
    pub code: Cow<'static, str>,
    /// The sentence beside it.
    pub message: String,
    /// The finer word that EBS direct sends beside some codes.
    pub reason: Option<&'static str>,
}

impl Fault {
    /// A fault with the status that AWS sends with this code.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            status: status_of(&code),
            code,
            message: message.into(),
            reason: None,
        }
    }

    /// `InvalidParameterValue`: a value that the parameter does not take.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// `InvalidParameterCombination`: two parameters that do not go together.
    pub fn combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }

    /// `MissingParameter` for the parameter of that name.
    pub fn missing(name: &str) -> Self {
        Self::new(
            "MissingParameter",
            format!("The request must contain the parameter {name}"),
        )
    }

    /// `DependencyViolation`: something else still needs the resource.
    pub fn dependency(message: impl Into<String>) -> Self {
        Self::new("DependencyViolation", message)
    }

    /// `IncorrectState`: the resource is in a state in which this cannot be done.
    pub fn state(message: impl Into<String>) -> Self {
        Self::new("IncorrectState", message)
    }

    /// `InternalError`: the simulator itself could not do its work (for example write its state file).
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalError", message)
    }

    /// The same fault with another HTTP status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

impl From<Unwritten> for Fault {
    fn from(error: Unwritten) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Malformed => Self::new(
                "MalformedQueryString",
                "The query string contains a syntax error",
            ),
            QueryError::Missing(name) => Self::missing(&name),
            QueryError::NotABoolean { name, text } => Self::value(format!(
                "Value ({text}) for parameter {name} is invalid. Expected true or false."
            )),
            QueryError::NotANumber { name, text } => Self::value(format!(
                "Value ({text}) for parameter {name} is invalid. Expected a number."
            )),
        }
    }
}

impl From<Absent> for Fault {
    /// The kind's `NotFound` code for what can be an id, its `Malformed` code for anything else.
    fn from(absent: Absent) -> Self {
        let Absent { id, prefix, .. } = absent;
        let tail = id
            .strip_prefix(prefix)
            .and_then(|tail| tail.strip_prefix('-'));
        let shaped = tail.is_some_and(|tail| {
            matches!(tail.len(), 8 | 17) && tail.bytes().all(|b| b.is_ascii_hexdigit())
        });
        if shaped {
            let message = format!("The {} '{id}' does not exist", absent.noun);
            return Self::new(absent.not_found, message);
        }
        let message = format!("Invalid id: \"{id}\" (expecting \"{prefix}-...\")");
        match absent.malformed {
            "" => Self::value(message),
            malformed => Self::new(malformed, message),
        }
    }
}

fn status_of(code: &str) -> u16 {
    match code {
        "AuthFailure" => 401,
        "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "UnauthorizedOperation"
        | "OptInRequired" => 403,
        "DryRunOperation" => 412,
        "InternalError" => 500,
        "RequestLimitExceeded" | "Unavailable" | "ServiceUnavailable" => 503,
        _ => 400,
    }
}
