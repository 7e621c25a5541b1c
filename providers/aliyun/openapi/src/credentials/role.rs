//! RAM roles: keys for an hour, from STS.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{Credentials, CredentialsError};
use crate::call::{Api, Call, Repeat, Style};
use crate::date;
use crate::error::Error;
use crate::wire::Wire;

const STS: Api = Api {
    product: "sts",
    version: "2015-04-01",
    style: Style::Rpc,
};

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

    /// Asks STS for keys. Action: `AssumeRole`. Keys given twice do no harm.
    pub(super) async fn assume(
        &self,
        wire: &Wire,
        with: &Credentials,
    ) -> Result<Credentials, CredentialsError> {
        let mut call = Call::rpc(STS, "AssumeRole")
            .param("RoleArn", &self.arn)
            .param("RoleSessionName", &self.session_name)
            .param("DurationSeconds", self.duration.as_secs())
            .repeat(Repeat::Harmless);
        if let Some(id) = &self.external_id {
            call = call.secret_param("ExternalId", id);
        }
        match wire.call(with, &call).await {
            Ok(answer) => keys(&answer["Credentials"]).ok_or_else(|| {
                let text = format!("STS answered without keys for the role {}", self.arn);
                CredentialsError::Unreachable(text)
            }),
            Err(Error::Refused(answer)) => Err(CredentialsError::Refused(format!(
                "the role {} cannot be assumed: {answer}",
                self.arn
            ))),
            Err(error) => Err(CredentialsError::Unreachable(format!(
                "STS gave no keys for the role {}: {error}",
                self.arn
            ))),
        }
    }
}

/// The keys of an answer of STS or of the metadata service, which spell them alike.
pub(super) fn keys(object: &Value) -> Option<Credentials> {
    let text = |name: &str| {
        let text = object[name].as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let expires: SystemTime = date::parse(&text("Expiration")?)?;
    Some(Credentials {
        access_key_id: text("AccessKeyId")?,
        access_key_secret: text("AccessKeySecret")?,
        security_token: Some(text("SecurityToken")?),
        expires: Some(expires),
    })
}
