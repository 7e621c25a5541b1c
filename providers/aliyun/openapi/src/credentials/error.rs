//! Why there are no credentials.

use std::fmt;

/// No credentials could be had. No text shows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialsError {
    /// None of the standard places has any.
    NotFound,
    /// A place has some, and they cannot be used as they are: what is wrong, and where.
    Unusable(String),
    /// The service that gives them refused: a role that may not be assumed, an instance without a role.
    Refused(String),
    /// The service that gives them did not answer, or not in its own protocol.
    Unreachable(String),
}

impl CredentialsError {
    /// Whether trying again later may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, CredentialsError::Unreachable(_))
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CredentialsError::NotFound => f.write_str("there are no Alibaba Cloud credentials"),
            CredentialsError::Unusable(text)
            | CredentialsError::Refused(text)
            | CredentialsError::Unreachable(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for CredentialsError {}
