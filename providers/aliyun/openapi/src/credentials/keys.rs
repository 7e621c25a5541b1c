//! Access keys.

use std::fmt;
use std::time::SystemTime;

use serde_json::Value;

use crate::date;

/// An access key, and the session token that belongs to it when it is a temporary one.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key_id: String,
    pub access_key_secret: String,
    pub security_token: Option<String>,
    /// When a temporary key ends.
    pub expires: Option<SystemTime>,
}

impl Credentials {
    /// A key that does not end.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
    ) -> Credentials {
        Credentials {
            access_key_id: access_key_id.into(),
            access_key_secret: access_key_secret.into(),
            security_token: None,
            expires: None,
        }
    }

    /// The temporary key of an answer of STS or of the metadata service, which spell it alike. `None` where a part of
    /// it is missing.
    pub(super) fn issued(answer: &Value) -> Option<Credentials> {
        let text = |name: &str| {
            let text = answer[name].as_str().filter(|text| !text.is_empty());
            text.map(str::to_owned)
        };
        Some(Credentials {
            access_key_id: text("AccessKeyId")?,
            access_key_secret: text("AccessKeySecret")?,
            security_token: Some(text("SecurityToken")?),
            expires: Some(date::parse(&text("Expiration")?)?),
        })
    }
}

/// Shows the key's id only.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
