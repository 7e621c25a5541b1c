//! `ACS3-HMAC-SHA256`, for all products but OSS and SLS.

use std::collections::BTreeMap;

use super::{encode, encode_path, hmac_sha256, sha256_hex};

/// The request that is signed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `POST`.
    pub method: &'a str,
    /// Not encoded: `/` for RPC.
    pub path: &'a str,
    /// Not encoded, in any order.
    pub query: &'a [(String, String)],
    /// All that are signed: `host`, `content-type` if there is one, and every `x-acs-*`. Those of one name count as
    /// one, with a comma between their values.
    pub headers: &'a [(String, String)],
    /// SHA-256 of the body, in hexadecimal digits: the value of `x-acs-content-sha256`.
    pub payload_hash: &'a str,
}

/// The query as it is sent and signed: sorted, encoded, `name=` where the value is empty.
pub fn canonical_query(query: &[(String, String)]) -> String {
    let mut pairs: Vec<_> = query.iter().collect();
    pairs.sort();
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The text whose hash is signed, and the names of the signed headers.
pub fn canonical_request(request: &Request<'_>) -> (String, String) {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in request.headers {
        let values = headers.entry(name.to_ascii_lowercase()).or_default();
        if !values.is_empty() {
            values.push(',');
        }
        values.push_str(value.trim());
    }
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let names: Vec<&str> = headers.keys().map(String::as_str).collect();
    let names = names.join(";");
    let text = [
        request.method,
        &encode_path(request.path),
        &canonical_query(request.query),
        &lines,
        &names,
        request.payload_hash,
    ];
    (text.join("\n"), names)
}

/// The value of `Authorization`.
pub fn authorization(
    request: &Request<'_>,
    access_key_id: &str,
    access_key_secret: &str,
) -> String {
    let (canonical, names) = canonical_request(request);
    let text = format!("ACS3-HMAC-SHA256\n{}", sha256_hex(canonical.as_bytes()));
    let signature = hex::encode(hmac_sha256(access_key_secret.as_bytes(), &text));
    format!(
        "ACS3-HMAC-SHA256 Credential={access_key_id},SignedHeaders={names},Signature={signature}"
    )
}
