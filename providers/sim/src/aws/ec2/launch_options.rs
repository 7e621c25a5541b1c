//! What a launch sets and later calls change: user data, metadata service, behaviour at shutdown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::aws::fault::Fault;
use crate::aws::world::{Image, Metadata};
use crate::ground::query::Query;

/// The most bytes of user data, decoded.
const USER_DATA_MAX: usize = 16_384;

/// Checks user data, which stays encoded.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn user_data(text: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let decoded = STANDARD
        .decode(text)
        .map_err(|_| Fault::value("Invalid BASE64 encoding of user data."))?;
    if decoded.len() > USER_DATA_MAX {
        return Err(Fault::value(format!(
            "User data is limited to {USER_DATA_MAX} bytes"
        )));
    }
    Ok(Some(text.to_owned()))
}

/// `stop` or `terminate`.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn shutdown_behavior(word: &str) -> Result<String, Fault> {
    if matches!(word, "stop" | "terminate") {
        return Ok(word.to_owned());
    }
    Err(Fault::value(format!(
        "Value ({word}) for parameter instanceInitiatedShutdownBehavior is invalid."
    )))
}

/// Metadata options unless a launch says otherwise.
pub fn default_metadata(image: &Image) -> Metadata {
    let word = |word: &str| word.to_owned();
    Metadata {
        tokens: word(if image.imds_v2 {
            "required"
        } else {
            "optional"
        }),
        hop_limit: if image.imds_v2 { 2 } else { 1 },
        endpoint: word("enabled"),
        ipv6: word("disabled"),
        tags: word("disabled"),
    }
}

/// Metadata options as a request changes them.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn metadata(before: &Metadata, q: Option<&Query>) -> Result<Metadata, Fault> {
    let mut options = before.clone();
    let Some(q) = q else { return Ok(options) };
    for (name, field, allowed) in [
        ("HttpTokens", &mut options.tokens, ["required", "optional"]),
        (
            "HttpEndpoint",
            &mut options.endpoint,
            ["enabled", "disabled"],
        ),
        (
            "HttpProtocolIpv6",
            &mut options.ipv6,
            ["enabled", "disabled"],
        ),
        (
            "InstanceMetadataTags",
            &mut options.tags,
            ["enabled", "disabled"],
        ),
    ] {
        if let Some(word) = q.text(name) {
            if !allowed.contains(&word) {
                return Err(Fault::value(format!(
                    "Value ({word}) for parameter {name} is invalid."
                )));
            }
            word.clone_into(field);
        }
    }
    if let Some(hops) = q.int("HttpPutResponseHopLimit")? {
        if !(1..=64).contains(&hops) {
            return Err(Fault::value(format!(
                "Value ({hops}) for parameter HttpPutResponseHopLimit is not between 1 and 64."
            )));
        }
        options.hop_limit = hops;
    }
    Ok(options)
}
