//! Encryption of volumes. KMS itself is not simulated: every well-formed key of the account exists, and all but the one
//! behind [`REVOKED`] can be used.

use sha2::{Digest, Sha256};

use crate::aws::config::ACCOUNT;
use crate::aws::fault::Fault;
use crate::aws::world::Region;
use crate::ground::query::Query;

/// A key that may not be used any more: AWS takes the request, and what it makes fails afterwards.
const REVOKED: &str = "alias/revoked";

/// Whether a request names the key that cannot be used.
pub fn is_revoked(q: &Query) -> bool {
    q.text("KmsKeyId") == Some(REVOKED)
}

/// What a request says about encryption.
#[derive(Clone, Debug, Default)]
pub struct Encryption {
    pub on: bool,
    /// The ARN of the key that it names.
    pub key: Option<String>,
}

impl Encryption {
    /// Reads `Encrypted` and `KmsKeyId`.
    ///
    /// # Errors
    /// `InvalidParameterDependency` for a key without encryption, `InvalidParameterValue` for what cannot be a key.
    pub fn parse(region: &Region, q: &Query) -> Result<Self, Fault> {
        let on = q.flag("Encrypted")?.unwrap_or(false);
        let key = q.text("KmsKeyId").filter(|key| !key.is_empty());
        if key.is_some() && !on {
            return Err(Fault::new(
                "InvalidParameterDependency",
                "The parameter KmsKeyId requires the parameter Encrypted to be set.",
            ));
        }
        Ok(Self {
            on,
            key: key.map(|key| arn(region, key)).transpose()?,
        })
    }
}

/// The ARN of a key that is named by id, alias or ARN.
fn arn(region: &Region, key: &str) -> Result<String, Fault> {
    let prefix = format!("arn:aws:kms:{}:{ACCOUNT}:", region.name);
    let name = key.strip_prefix(&prefix).unwrap_or(key);
    if name.starts_with("arn:") {
        return Err(Fault::value(format!(
            "The key {key} is not of this account and region."
        )));
    }
    let name = name.strip_prefix("key/").unwrap_or(name);
    if let Some(alias) = name.strip_prefix("alias/") {
        // The key behind an alias is always the same one.
        let hash = hex::encode(Sha256::digest(alias));
        return Ok(format!(
            "{prefix}key/{}-{}-4{}-8{}-{}",
            &hash[..8],
            &hash[8..12],
            &hash[13..16],
            &hash[17..20],
            &hash[20..32]
        ));
    }
    let id = name.strip_prefix("mrk-").unwrap_or(name);
    if id.is_empty()
        || !id
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    {
        return Err(Fault::value(format!(
            "Value ({key}) for parameter KmsKeyId is invalid."
        )));
    }
    Ok(format!("{prefix}key/{name}"))
}

/// The key that an encrypted volume shows: the named one, or the account's default key.
pub fn shown_key(region: &Region, encrypted: bool, key: Option<&String>) -> Option<String> {
    let default = || {
        format!(
            "arn:aws:kms:{}:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000",
            region.name
        )
    };
    encrypted.then(|| key.cloned().unwrap_or_else(default))
}
