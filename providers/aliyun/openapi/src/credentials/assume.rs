//! The keys of a RAM role, from STS.

use super::error::CredentialsError;
use super::keys::Credentials;
use super::role::Role;
use crate::call::{Api, Call, Repeat, Style};
use crate::error::Error;
use crate::wire::Wire;

const STS: Api = Api {
    product: "sts",
    version: "2015-04-01",
    style: Style::Rpc,
};

/// Assumes a role. Action: `AssumeRole`. Keys given twice do no harm.
pub(super) async fn assume(
    role: &Role,
    wire: &Wire,
    with: &Credentials,
) -> Result<Credentials, CredentialsError> {
    let mut call = Call::rpc(STS, "AssumeRole")
        .param("RoleArn", &role.arn)
        .param("RoleSessionName", &role.session_name)
        .param("DurationSeconds", role.duration.as_secs())
        .repeat(Repeat::Harmless);
    if let Some(id) = &role.external_id {
        call = call.secret_param("ExternalId", id);
    }
    match wire.call(with, &call).await {
        Ok(answer) => Credentials::issued(&answer["Credentials"]).ok_or_else(|| {
            let text = format!("STS answered without keys for the role {}", role.arn);
            CredentialsError::Unreachable(text)
        }),
        Err(Error::Refused(answer)) => Err(CredentialsError::Refused(format!(
            "the role {} cannot be assumed: {answer}",
            role.arn
        ))),
        Err(error) => Err(CredentialsError::Unreachable(format!(
            "STS gave no keys for the role {}: {error}",
            role.arn
        ))),
    }
}
