//! `OSS4-HMAC-SHA256`, for OSS.

use std::collections::BTreeMap;

use super::{encode, encode_path, hmac_sha256, sha256_hex};

/// The body is not part of the signature; the value of `x-oss-content-sha256`.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The request that is signed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `PUT`.
    pub method: &'a str,
    /// The bucket, also where the host name has it; empty for a list of buckets.
    pub bucket: &'a str,
    /// Not encoded; empty for a call of the bucket itself.
    pub key: &'a str,
    /// Not encoded, in any order. A parameter without a value has an empty one.
    pub query: &'a [(String, String)],
    /// All headers of the request, in any order.
    pub headers: &'a [(String, String)],
    /// Headers that are signed beside `x-oss-*`, `content-type` and `content-md5`: `host`.
    pub additional: &'a [&'a str],
}

/// For what and since when a signature holds.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// `oss`, or `oss-cloudbox`.
    pub product: &'a str,
    /// `cn-hangzhou`.
    pub region: &'a str,
    /// `20231216T162057Z`: the value of `x-oss-date`.
    pub date: &'a str,
}

impl Scope<'_> {
    fn day(&self) -> &str {
        self.date.split('T').next().unwrap_or_default()
    }

    /// `20231216/cn-hangzhou/oss/aliyun_v4_request`.
    pub fn text(&self) -> String {
        let (day, region, product) = (self.day(), self.region, self.product);
        format!("{day}/{region}/{product}/aliyun_v4_request")
    }
}

/// The query as it is sent and signed: sorted, encoded, a bare name where the value is empty.
pub fn canonical_query(query: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    let pairs = pairs.into_iter().map(|(name, value)| match value.as_str() {
        "" => name,
        value => format!("{name}={value}"),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The names of the additional headers that the request has and that are not signed anyway: `abc;zabc`.
pub fn additional_headers(request: &Request<'_>) -> String {
    let mut names: Vec<String> = request
        .additional
        .iter()
        .map(|name| name.to_ascii_lowercase())
        .filter(|name| !always_signed(name))
        .filter(|name| {
            let mut present = request.headers.iter();
            present.any(|(header, _)| header.eq_ignore_ascii_case(name))
        })
        .collect();
    names.sort();
    names.dedup();
    names.join(";")
}

fn always_signed(name: &str) -> bool {
    name.starts_with("x-oss-") || name == "content-type" || name == "content-md5"
}

/// The text whose hash is signed.
pub fn canonical_request(request: &Request<'_>) -> String {
    let additional = additional_headers(request);
    let mut headers: BTreeMap<String, &str> = BTreeMap::new();
    for (name, value) in request.headers {
        let name = name.to_ascii_lowercase();
        if always_signed(&name) || additional.split(';').any(|one| one == name) {
            headers.insert(name, value.trim());
        }
    }
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let path = match (request.bucket, request.key) {
        ("", _) => "/".to_owned(),
        (bucket, key) => encode_path(&format!("/{bucket}/{key}")),
    };
    let text = [
        request.method,
        &path,
        &canonical_query(request.query),
        &lines,
        &additional,
        UNSIGNED_PAYLOAD,
    ];
    text.join("\n")
}

/// The signature alone, in hexadecimal digits: what a URL signed in advance ends with (`x-oss-signature`).
pub fn signature(request: &Request<'_>, scope: &Scope<'_>, access_key_secret: &str) -> String {
    let hash = sha256_hex(canonical_request(request).as_bytes());
    let text = format!("OSS4-HMAC-SHA256\n{}\n{}\n{hash}", scope.date, scope.text());
    let key = format!("aliyun_v4{access_key_secret}");
    let key = hmac_sha256(key.as_bytes(), scope.day());
    let key = hmac_sha256(key.as_ref(), scope.region);
    let key = hmac_sha256(key.as_ref(), scope.product);
    let key = hmac_sha256(key.as_ref(), "aliyun_v4_request");
    hex::encode(hmac_sha256(key.as_ref(), &text))
}

/// The value of `Authorization`.
pub fn authorization(
    request: &Request<'_>,
    scope: &Scope<'_>,
    access_key_id: &str,
    access_key_secret: &str,
) -> String {
    let additional = match additional_headers(request).as_str() {
        "" => String::new(),
        names => format!(",AdditionalHeaders={names}"),
    };
    format!(
        "OSS4-HMAC-SHA256 Credential={access_key_id}/{}{additional},Signature={}",
        scope.text(),
        signature(request, scope, access_key_secret)
    )
}
