//! AWS Signature Version 4: what was signed is computed again from the request as it arrived.
//!
//! Source: "AWS Signature Version 4 for API requests" (canonical request, string to sign, signing key). Only
//! signatures in the `Authorization` header are taken.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::aws::config::Credentials;
use crate::ground::calendar;

/// How far the clock of a signer may be off, in milliseconds.
const SKEW_MS: u64 = 15 * 60 * 1000;

/// What a signature does not cover byte by byte: the RFC 3986 unreserved characters stay as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A request as the signature sees it.
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    /// `POST`, `GET`, `PUT`.
    pub method: &'a str,
    /// The path as it was sent.
    pub path: &'a str,
    /// The query string as it was sent, without `?`.
    pub query: &'a str,
    /// Header names in small letters; several values of one name joined by commas.
    pub headers: &'a BTreeMap<String, String>,
    /// The body.
    pub body: &'a [u8],
}

/// The credential scope: which region and service the signer meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// For example `us-west-2`.
    pub region: String,
    /// For example `ec2`.
    pub service: String,
}

/// Why a request is not accepted as signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no `Authorization` header.
    #[error("Request is missing Authentication Token")]
    Missing,
    /// The header cannot be read, or lacks a part.
    #[error("Authorization header is incomplete or malformed: {0}")]
    Incomplete(&'static str),
    /// The access key is not one of this cloud.
    #[error("AWS was not able to validate the provided access credentials")]
    UnknownKey,
    /// The date of the request is too far from now.
    #[error("Request has expired.")]
    Expired,
    /// The signature is another one.
    #[error(
        "The request signature we calculated does not match the signature you provided. \
         Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
}

struct Authorization<'a> {
    access_key: &'a str,
    date: &'a str,
    scope: Scope,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

/// The scope that a request claims, whether or not its signature is right: errors are answered in the service's format.
pub fn claimed_scope(headers: &BTreeMap<String, String>) -> Option<Scope> {
    parse(headers.get("authorization")?)
        .ok()
        .map(|authorization| authorization.scope)
}

/// Checks the signature of a request that arrived at `now_ms`.
///
/// # Errors
/// [`SignatureError`] says what is wrong.
pub fn verify(
    request: &Signed<'_>,
    credentials: &Credentials,
    now_ms: u64,
) -> Result<Scope, SignatureError> {
    let header = request
        .headers
        .get("authorization")
        .ok_or(SignatureError::Missing)?;
    let authorization = parse(header)?;
    if authorization.access_key != credentials.access_key {
        return Err(SignatureError::UnknownKey);
    }
    let date = request
        .headers
        .get("x-amz-date")
        .ok_or(SignatureError::Incomplete("X-Amz-Date is missing"))?;
    let date_ms = calendar::parse_compact(date)
        .ok_or(SignatureError::Incomplete("X-Amz-Date is not a date"))?;
    if !date.starts_with(authorization.date) {
        return Err(SignatureError::Incomplete(
            "the credential scope is of another day than X-Amz-Date",
        ));
    }
    if !authorization.signed_headers.contains(&"host") {
        return Err(SignatureError::Incomplete("the Host header is not signed"));
    }
    if date_ms.abs_diff(now_ms) > SKEW_MS {
        return Err(SignatureError::Expired);
    }
    let canonical = canonical_request(request, &authorization.signed_headers)?;
    let scope = format!(
        "{}/{}/{}/aws4_request",
        authorization.date, authorization.scope.region, authorization.scope.service
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hex::encode(Sha256::digest(canonical))
    );
    let given = hex::decode(authorization.signature).map_err(|_| SignatureError::Mismatch)?;
    let mac = signing_key(
        &credentials.secret_key,
        authorization.date,
        &authorization.scope,
    );
    mac_of(&mac, to_sign.as_bytes())
        .verify_slice(&given)
        .map_err(|_| SignatureError::Mismatch)?;
    Ok(authorization.scope)
}

fn parse(header: &str) -> Result<Authorization<'_>, SignatureError> {
    let rest = header
        .strip_prefix("AWS4-HMAC-SHA256")
        .ok_or(SignatureError::Incomplete(
            "the algorithm is not AWS4-HMAC-SHA256",
        ))?;
    let part = |name: &str| {
        rest.split(',').find_map(|part| {
            part.trim()
                .strip_prefix(name)?
                .trim_start()
                .strip_prefix('=')
        })
    };
    let credential =
        part("Credential").ok_or(SignatureError::Incomplete("Credential is missing"))?;
    let mut parts = credential.split('/');
    let mut next = || parts.next().filter(|part| !part.is_empty());
    let (access_key, date, region, service) = (next(), next(), next(), next());
    let (Some(access_key), Some(date), Some(region), Some(service), Some("aws4_request")) =
        (access_key, date, region, service, next())
    else {
        return Err(SignatureError::Incomplete(
            "Credential is not key/date/region/service/aws4_request",
        ));
    };
    let signed =
        part("SignedHeaders").ok_or(SignatureError::Incomplete("SignedHeaders is missing"))?;
    Ok(Authorization {
        access_key,
        date,
        scope: Scope {
            region: region.to_owned(),
            service: service.to_owned(),
        },
        signed_headers: signed.split(';').collect(),
        signature: part("Signature").ok_or(SignatureError::Incomplete("Signature is missing"))?,
    })
}

fn canonical_request(
    request: &Signed<'_>,
    signed_headers: &[&str],
) -> Result<String, SignatureError> {
    let mut headers = String::new();
    for name in signed_headers {
        let value = request.headers.get(*name).ok_or(SignatureError::Mismatch)?;
        headers.push_str(&format!(
            "{name}:{}\n",
            value.split_whitespace().collect::<Vec<_>>().join(" ")
        ));
    }
    Ok(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        canonical_path(request.path),
        canonical_query(request.query),
        signed_headers.join(";"),
        payload_hash(request)?
    ))
}

/// Every segment encoded once more than it was sent, as all services but S3 want it.
fn canonical_path(path: &str) -> String {
    if path.is_empty() {
        return "/".to_owned();
    }
    path.split('/')
        .map(|segment| utf8_percent_encode(segment, RESERVED).to_string())
        .collect::<Vec<_>>()
        .join("/")
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&bytes, RESERVED).to_string()
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encode(name), encode(value))
        })
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// The hash of the body. A hash that the client states must be that of the body, unless it says that the body is
/// not signed (EBS direct signs the checksum header instead).
fn payload_hash(request: &Signed<'_>) -> Result<String, SignatureError> {
    let actual = hex::encode(Sha256::digest(request.body));
    match request.headers.get("x-amz-content-sha256") {
        Some(stated) if stated == "UNSIGNED-PAYLOAD" || stated.starts_with("STREAMING-") => {
            Ok(stated.clone())
        }
        Some(stated) if *stated != actual => Err(SignatureError::Mismatch),
        _ => Ok(actual),
    }
}

fn signing_key(secret: &str, date: &str, scope: &Scope) -> Vec<u8> {
    [date, &scope.region, &scope.service, "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
            mac_of(&key, part.as_bytes())
                .finalize()
                .into_bytes()
                .to_vec()
        })
}

fn mac_of(key: &[u8], data: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac
}
