//! How a call can fail, and what that says about its effect.

use std::fmt;
use std::time::Duration;

use crate::credentials::CredentialsError;

/// A failed call. The variants differ in what the caller may conclude.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The service itself refused the call: it had no effect. Only an answer in the service's own protocol, with a
    /// code and a request id, is a refusal.
    Refused(Box<Answer>),
    /// The service refused the call as one too many: it had no effect, later it may pass.
    Throttled(Box<Answer>),
    /// No connection was made, so the call had no effect.
    Undelivered {
        /// `DescribeVpcs`.
        action: String,
        /// What prevented it, as one sentence without a full stop.
        cause: String,
    },
    /// The call may have taken effect or not: the answer was lost, cut short, late, or not the service's own.
    Ambiguous {
        /// `DescribeVpcs`.
        action: String,
        /// What came instead of an answer, as one sentence without a full stop.
        cause: String,
        /// The service's own words when it failed inside (HTTP 5xx with a code).
        answer: Option<Box<Answer>>,
    },
    /// There are no credentials, or their source failed. The call was not sent.
    Credentials(CredentialsError),
    /// The call cannot be made from what the caller gave. It was not sent.
    Invalid(String),
}

/// The service's words about a call that did not succeed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// `DescribeVpcs`.
    pub action: String,
    /// The HTTP status. It is 200 where a product reports failures in the body of a success (CMS).
    pub status: u16,
    /// `InvalidVpcID.NotFound`.
    pub code: String,
    /// The service's text, without secrets and control characters.
    pub message: String,
    /// For Alibaba's support.
    pub request_id: String,
    /// How long the service asks to wait, where it says so.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// The service's code; empty when the service said none.
    pub fn code(&self) -> &str {
        self.answer().map_or("", |answer| &answer.code)
    }

    /// The service's words, where there are any.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Error::Refused(answer) | Error::Throttled(answer) => Some(answer),
            Error::Ambiguous { answer, .. } => answer.as_deref(),
            _ => None,
        }
    }

    /// Whether the call may have taken effect.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Error::Ambiguous { .. })
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Error::Throttled(_) | Error::Undelivered { .. } | Error::Ambiguous { .. } => true,
            Error::Credentials(error) => error.is_temporary(),
            Error::Refused(_) | Error::Invalid(_) => false,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}: {}", self.message, self.action, self.code)?;
        match self.request_id.as_str() {
            "" => f.write_str(")"),
            id => write!(f, ", request {id})"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(answer) | Error::Throttled(answer) => answer.fmt(f),
            Error::Undelivered { action, cause } => write!(f, "{cause} ({action})"),
            Error::Ambiguous {
                action,
                cause,
                answer: None,
            } => write!(f, "{cause} ({action})"),
            Error::Ambiguous {
                cause,
                answer: Some(answer),
                ..
            } => write!(f, "{cause}: {answer}"),
            Error::Credentials(error) => error.fmt(f),
            Error::Invalid(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}
