//! OSS: requests of buckets and objects, which have a protocol of their own.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};

use crate::answer::{self, Refusal};
use crate::call::{Method, Repeat};
use crate::client::Client;
use crate::credentials::Credentials;
use crate::date;
use crate::error::Error;
use crate::redact::Redact;
use crate::sign::encode_path;
use crate::sign::oss4::{self, UNSIGNED_PAYLOAD};
use crate::wire::{Wire, redact, request};

/// One request to OSS.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// As it is called in OSS's documents, for errors: `PutBucketAcl`.
    pub action: &'static str,
    pub method: Method,
    /// Empty for a list of buckets.
    pub bucket: String,
    /// The object's name; empty for the bucket itself.
    pub key: String,
    /// Not encoded; an empty value is sent as a bare name: `acl`.
    pub query: Vec<(String, String)>,
    /// Beside those that every request has: `x-oss-acl`, `content-type`.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    pub repeat: Repeat,
}

impl Request {
    /// A request of a bucket, not to be repeated.
    pub fn bucket(action: &'static str, method: Method, bucket: impl Into<String>) -> Request {
        Request {
            action,
            method,
            bucket: bucket.into(),
            key: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            repeat: Repeat::Never,
        }
    }

    /// Names an object of the bucket.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Request {
        self.key = key.into();
        self
    }

    /// Adds a parameter of the query; `""` for a bare name.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Request {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Request {
        self.body = body.into();
        self
    }

    /// Sets whether the request may be sent again after its answer was lost.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Request {
        self.repeat = repeat;
        self
    }
}

/// Shows no values of headers and parameters, and nothing of the body.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("action", &self.action)
            .field("method", &self.method.as_str())
            .field("bucket", &self.bucket)
            .field("key", &self.key)
            .field("repeat", &self.repeat)
            .finish_non_exhaustive()
    }
}

/// The answer to a request that succeeded.
#[derive(Clone, Debug)]
pub struct Success {
    pub headers: HeaderMap,
    /// XML, or an object.
    pub body: Bytes,
}

impl Client {
    /// Sends a request to OSS, signed with `OSS4-HMAC-SHA256`.
    ///
    /// # Errors
    /// See [`Error`]. Attempts are repeated as [`crate::Options::retry`] and [`Request::repeat`] allow.
    pub async fn oss(&self, request: &Request) -> Result<Success, Error> {
        let keys = self.credentials().await?;
        let wire = self.wire();
        let redact = redact(&keys, std::iter::empty());
        let attempt = || async {
            let signed = signed(wire, &keys, request)?;
            let answer = wire.send(request.action, signed).await?;
            let (headers, read) = (answer.headers().clone(), read(request, answer, &redact));
            wire.dated(read, &headers)
        };
        wire.repeated(request.repeat, attempt).await
    }
}

fn signed(wire: &Wire, keys: &Credentials, asked: &Request) -> Result<http::Request<Bytes>, Error> {
    let endpoint = wire.endpoints.of_bucket(&asked.bucket)?;
    let date = date::basic(wire.date());
    let mut headers = asked.headers.clone();
    headers.push(("host".to_owned(), endpoint.host));
    headers.push((
        "x-oss-content-sha256".to_owned(),
        UNSIGNED_PAYLOAD.to_owned(),
    ));
    headers.push(("x-oss-date".to_owned(), date.clone()));
    if let Some(token) = &keys.security_token {
        headers.push(("x-oss-security-token".to_owned(), token.clone()));
    }
    let authorization = oss4::authorization(
        &oss4::Request {
            method: asked.method.as_str(),
            bucket: &asked.bucket,
            key: &asked.key,
            query: &asked.query,
            headers: &headers,
            additional: &["host"],
        },
        &oss4::Scope {
            product: "oss",
            region: &wire.endpoints.region,
            date: &date,
        },
        &keys.access_key_id,
        &keys.access_key_secret,
    );
    headers.push(("authorization".to_owned(), authorization));
    headers.push(("user-agent".to_owned(), wire.user_agent.clone()));
    let path = format!("{}/{}", endpoint.base, encode_path(&asked.key));
    let url = match oss4::canonical_query(&asked.query).as_str() {
        "" => path,
        query => format!("{path}?{query}"),
    };
    request(asked.method.as_str(), &url, &headers, asked.body.clone())
}

/// What an answer means. Every answer of OSS names its request in a header.
fn read(request: &Request, answer: Response<Bytes>, redact: &Redact) -> Result<Success, Error> {
    let (action, status) = (request.action, answer.status());
    let Some(id) = answer::request_id_of(answer.headers()) else {
        return Err(answer::foreign(action, &answer));
    };
    if status.is_success() {
        let (head, body) = answer.into_parts();
        return Ok(Success {
            headers: head.headers,
            body,
        });
    }
    let without_body = || {
        let told = request.method == Method::Head && answer.body().is_empty();
        told.then(|| Refusal {
            code: code_of(status).to_owned(),
            message: format!("the service answers {}", status.as_u16()),
            request_id: id,
        })
    };
    match answer::refusal_in_xml(&answer).or_else(without_body) {
        Some(refusal) => Err(answer::refused(
            action,
            answer.headers(),
            status,
            refusal,
            redact,
        )),
        None => Err(answer::foreign(action, &answer)),
    }
}

/// The answer to a HEAD request has no body, so the status stands for the code.
fn code_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "NotFound",
        StatusCode::FORBIDDEN => "AccessDenied",
        StatusCode::NOT_MODIFIED => "NotModified",
        StatusCode::PRECONDITION_FAILED => "PreconditionFailed",
        _ => "Unknown",
    }
}
