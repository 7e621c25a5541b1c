//! RAM roles.

use std::time::Duration;

/// A RAM role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// `acs:ram::1234567890123456:role/deploy`.
    pub arn: String,
    /// Shown in ActionTrail beside what the role did.
    pub session_name: String,
    /// Asked for by the trust policy of a role of another account.
    pub external_id: Option<String>,
    /// For how long the keys live: from 15 minutes to the role's own limit.
    pub duration: Duration,
}

impl Role {
    /// A role whose keys live for an hour.
    pub fn new(arn: impl Into<String>, session_name: impl Into<String>) -> Role {
        Role {
            arn: arn.into(),
            session_name: session_name.into(),
            external_id: None,
            duration: Duration::from_secs(3600),
        }
    }
}
