//! Signatures: what was signed is computed again from the request as it arrived.
//!
//! Sources: "V3 request structure and signature" (ACS3-HMAC-SHA256, in the `Authorization` header) and "V2 request
//! structure and signature" (HMAC-SHA1 of older SDKs, among the parameters).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::aliyun::config::Credentials;
use crate::aliyun::fault::Fault;
use crate::ground::{Incoming, calendar};

/// How far the clock of a signer may be off, in milliseconds.
pub const SKEW_MS: u64 = 15 * 60 * 1000;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What stays as it is: the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Whether a request carries a signature of this cloud, right or wrong.
pub fn is_signed(request: &Incoming, params: &BTreeMap<String, String>) -> bool {
    is_acs3(request) || params.contains_key("SignatureNonce")
}

/// Whether it is signed in its headers.
pub fn is_acs3(request: &Incoming) -> bool {
    let header = request.header("authorization");
    header.is_some_and(|header| header.starts_with("ACS3-"))
}

/// The parameters of a request: those of the query string, and those of a form in its body.
pub fn params(request: &Incoming) -> BTreeMap<String, String> {
    let mut pairs = decoded(&request.query);
    let form = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if let (true, Ok(body)) = (form, std::str::from_utf8(&request.body)) {
        pairs.extend(decoded(body));
    }
    pairs.into_iter().collect()
}

fn decoded(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn canonical_query(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// Checks the signature of a request that arrived at `now_ms`, and gives its nonce.
///
/// # Errors
/// The codes of the cloud's gateway, for example `SignatureDoesNotMatch`.
pub fn verify(
    request: &Incoming,
    params: &BTreeMap<String, String>,
    credentials: &Credentials,
    now_ms: u64,
) -> Result<String, Fault> {
    if is_acs3(request) {
        acs3(request, credentials, now_ms)
    } else {
        hmac_sha1(request, params, credentials, now_ms)
    }
}

fn incomplete(what: &str) -> Fault {
    Fault::new(
        "IncompleteSignature",
        format!("The request signature does not conform to Aliyun standards: {what}."),
    )
}

fn check_key(given: &str, credentials: &Credentials) -> Result<(), Fault> {
    if given == credentials.access_key {
        return Ok(());
    }
    Err(Fault::new(
        "InvalidAccessKeyId.NotFound",
        "Specified access key is not found.",
    ))
}

fn check_time(text: &str, now_ms: u64) -> Result<(), Fault> {
    let moment = calendar::parse_iso(text).ok_or_else(|| {
        Fault::new(
            "InvalidTimeStamp.Format",
            "Specified time stamp or date value is not well formatted.",
        )
    })?;
    if moment.abs_diff(now_ms) > SKEW_MS {
        return Err(Fault::new(
            "InvalidTimeStamp.Expired",
            "Specified time stamp or date value is expired.",
        ));
    }
    Ok(())
}

fn acs3(request: &Incoming, credentials: &Credentials, now_ms: u64) -> Result<String, Fault> {
    let header = request.header("authorization").unwrap_or_default();
    let rest = header
        .strip_prefix(ALGORITHM)
        .ok_or_else(|| incomplete("the algorithm is not ACS3-HMAC-SHA256"))?;
    let part = |name: &str| {
        let mut parts = rest.split(',');
        parts
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
            .ok_or_else(|| incomplete(&format!("the Authorization header has no {name}")))
    };
    let (access_key, names, signature) = (
        part("Credential")?,
        part("SignedHeaders")?,
        part("Signature")?,
    );
    check_key(access_key, credentials)?;
    let needed = |name: &str| {
        request
            .header(name)
            .ok_or_else(|| incomplete(&format!("the header {name} is not there")))
    };
    check_time(needed("x-acs-date")?, now_ms)?;
    let nonce = needed("x-acs-signature-nonce")?;
    let payload = needed("x-acs-content-sha256")?;
    if payload != hex::encode(Sha256::digest(&request.body)) {
        return Err(incomplete("x-acs-content-sha256 is not that of the body"));
    }
    let names: Vec<&str> = names.split(';').collect();
    let must = |name: &str| name == "host" || name.starts_with("x-acs-");
    let mut present = request.headers.keys();
    if let Some(name) = present.find(|name| must(name) && !names.contains(&name.as_str())) {
        return Err(incomplete(&format!("the header {name} is not signed")));
    }
    let mut headers = String::new();
    for name in &names {
        let value = request.header(name).unwrap_or_default().trim();
        headers.push_str(&format!("{name}:{value}\n"));
    }
    let given = hex::decode(signature).unwrap_or_default();
    let mut calculated = String::new();
    for path in [canonical_path(&request.path), "/".to_owned()] {
        let canonical = format!(
            "{}\n{path}\n{}\n{headers}\n{}\n{payload}",
            request.method,
            canonical_query(decoded(&request.query)),
            names.join(";"),
        );
        let hash = hex::encode(Sha256::digest(canonical.as_bytes()));
        let to_sign = format!("{ALGORITHM}\n{hash}");
        let mut mac = Hmac::<Sha256>::new_from_slice(credentials.secret_key.as_bytes())
            .map_err(|_| incomplete("the secret is no key"))?;
        mac.update(to_sign.as_bytes());
        if mac.verify_slice(&given).is_ok() {
            return Ok(nonce.to_owned());
        }
        calculated =
            format!("server StringToSign is [{to_sign}] server CanonicalRequest is [{canonical}]");
    }
    Err(Fault::new(
        "SignatureDoesNotMatch",
        format!("Specified signature does not match our calculation. {calculated}"),
    ))
}

/// The path with each segment encoded. Where a first segment stands for the host, clients sign `/` all the same.
fn canonical_path(path: &str) -> String {
    let segments = path.split('/');
    let segments = segments.map(|it| encoded(&percent_decode_str(it).decode_utf8_lossy()));
    segments.collect::<Vec<_>>().join("/")
}

fn hmac_sha1(
    request: &Incoming,
    params: &BTreeMap<String, String>,
    credentials: &Credentials,
    now_ms: u64,
) -> Result<String, Fault> {
    let needed = |name: &str| {
        params
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Fault::missing(name))
    };
    if needed("SignatureMethod")? != "HMAC-SHA1" || needed("SignatureVersion")? != "1.0" {
        return Err(incomplete("it takes HMAC-SHA1 of version 1.0"));
    }
    check_key(needed("AccessKeyId")?, credentials)?;
    check_time(needed("Timestamp")?, now_ms)?;
    let nonce = needed("SignatureNonce")?;
    let signature = needed("Signature")?;
    let signed = params.iter().filter(|(name, _)| *name != "Signature");
    let signed = signed.map(|(name, value)| (name.clone(), value.clone()));
    let canonical = canonical_query(signed.collect());
    let to_sign = format!("{}&%2F&{}", request.method, encoded(&canonical));
    let key = format!("{}&", credentials.secret_key);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let given = STANDARD.decode(signature).unwrap_or_default();
    ring::hmac::verify(&key, to_sign.as_bytes(), &given).map_err(|_| {
        Fault::new(
            "SignatureDoesNotMatch",
            format!(
                "Specified signature is not matched with our calculation. server string to sign is:{to_sign}"
            ),
        )
    })?;
    Ok(nonce.to_owned())
}
