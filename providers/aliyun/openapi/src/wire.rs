//! Signed requests and their answers: one attempt, and attempts until one is final.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use crate::call::{Call, Repeat, Style};
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::endpoint::Endpoints;
use crate::error::Error;
use crate::http::{Lost, Transport};
use crate::options::Retry;
use crate::redact::Redact;
use crate::sign::{acs3, encode, encode_path, sha256_hex};
use crate::{answer, date};

/// Refusals because of the date of a request.
const DATED: [&str; 3] = [
    "InvalidTimeStamp.Expired",
    "IllegalTimestamp",
    "RequestTimeTooSkewed",
];
/// A clock that differs by less than this is not why a request was refused, in seconds.
const SKEW_SECONDS_MIN: i64 = 60;

/// Everything a call needs but credentials.
pub(crate) struct Wire {
    pub transport: Arc<dyn Transport>,
    /// For the metadata service: without patience.
    pub metadata: Arc<dyn Transport>,
    pub metadata_service: String,
    pub endpoints: Endpoints,
    pub clock: Arc<dyn Clock>,
    pub retry: Retry,
    pub user_agent: String,
    /// By how much the service's clock is ahead of ours, in seconds, where a refusal showed it.
    pub skew: AtomicI64,
}

impl Wire {
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub fn metadata(&self) -> &dyn Transport {
        &*self.metadata
    }

    pub fn metadata_service(&self) -> &str {
        &self.metadata_service
    }

    /// Sends a call until an answer is final or patience ends.
    pub async fn call(&self, keys: &Credentials, call: &Call) -> Result<Value, Error> {
        let redact = redact(keys, call.secrets.iter().map(String::as_str));
        let attempt = || async {
            let answer = self.send(&call.action, self.signed(keys, call)?).await?;
            self.dated(
                answer::read(&call.action, &answer, &redact),
                answer.headers(),
            )
        };
        self.repeated(call.repeat, attempt).await
    }

    /// Makes attempts until one is final.
    pub async fn repeated<T, F>(&self, repeat: Repeat, attempt: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut number = 1;
        let mut redated = false;
        loop {
            let skew = self.skew.load(Ordering::Relaxed);
            let error = match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            // The refusal told the right time: the next attempt is dated by it.
            let learnt = self.skew.load(Ordering::Relaxed) != skew;
            if DATED.contains(&error.code()) && learnt && !redated {
                redated = true;
                continue;
            }
            let may = match &error {
                Error::Throttled(_) | Error::Undelivered { .. } => true,
                Error::Ambiguous { .. } => repeat == Repeat::Harmless,
                Error::Refused(_) | Error::Credentials(_) | Error::Invalid(_) => false,
            };
            if !may || number >= self.retry.attempts_max {
                return Err(error);
            }
            self.clock.sleep(self.pause(number, &error)).await;
            number += 1;
        }
    }

    /// Sends one request.
    pub async fn send(
        &self,
        action: &str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Error> {
        let action = action.to_owned();
        match self.transport.send(request).await {
            Ok(answer) => Ok(answer),
            Err(Lost { sent: false, cause }) => Err(Error::Undelivered { action, cause }),
            Err(Lost { sent: true, cause }) => Err(Error::Ambiguous {
                action,
                cause,
                answer: None,
            }),
        }
    }

    /// Keeps the service's time where it refused ours.
    pub fn dated<T>(&self, result: Result<T, Error>, headers: &HeaderMap) -> Result<T, Error> {
        let refused = result.as_ref().err();
        if refused.is_some_and(|error| DATED.contains(&error.code())) {
            let date = headers.get(http::header::DATE);
            let theirs = date.and_then(|date| date::parse_http(date.to_str().ok()?));
            if let Some(theirs) = theirs.and_then(seconds) {
                let ahead = theirs - seconds(self.now()).unwrap_or(theirs);
                let known = self.skew.load(Ordering::Relaxed);
                if (ahead - known).abs() >= SKEW_SECONDS_MIN {
                    self.skew.store(ahead, Ordering::Relaxed);
                }
            }
        }
        result
    }

    /// What requests are dated with.
    pub fn date(&self) -> SystemTime {
        let skew = self.skew.load(Ordering::Relaxed);
        let by = Duration::from_secs(skew.unsigned_abs());
        let now = self.now();
        let shifted = match skew >= 0 {
            true => now.checked_add(by),
            false => now.checked_sub(by),
        };
        shifted.unwrap_or(now)
    }

    /// The request of one attempt, with a nonce of its own.
    fn signed(&self, keys: &Credentials, call: &Call) -> Result<Request<Bytes>, Error> {
        let endpoint = self.endpoints.of(call.api.product)?;
        let (body, content_type) = body(call)?;
        let hash = sha256_hex(&body);
        let mut headers = vec![
            ("host".to_owned(), endpoint.host),
            ("x-acs-action".to_owned(), call.action.to_string()),
            ("x-acs-content-sha256".to_owned(), hash.clone()),
            ("x-acs-date".to_owned(), date::extended(self.date())),
            ("x-acs-signature-nonce".to_owned(), nonce()?),
            ("x-acs-version".to_owned(), call.api.version.to_owned()),
        ];
        if let Some(content_type) = content_type {
            headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
        if let Some(token) = &keys.security_token {
            headers.push(("x-acs-accesskey-id".to_owned(), keys.access_key_id.clone()));
            headers.push(("x-acs-security-token".to_owned(), token.clone()));
        }
        let authorization = acs3::authorization(
            &acs3::Request {
                method: call.method.as_str(),
                path: &call.path,
                query: &call.params,
                headers: &headers,
                payload_hash: &hash,
            },
            &keys.access_key_id,
            &keys.access_key_secret,
        );
        headers.push(("authorization".to_owned(), authorization));
        headers.push(("accept".to_owned(), "application/json".to_owned()));
        headers.push(("user-agent".to_owned(), self.user_agent.clone()));
        let path = encode_path(&call.path);
        let url = match acs3::canonical_query(&call.params).as_str() {
            "" => format!("{}{path}", endpoint.base),
            query => format!("{}{path}?{query}", endpoint.base),
        };
        request(call.method.as_str(), &url, &headers, Bytes::from(body))
    }

    /// How long to wait after an attempt: up to a limit that doubles, and not shorter than the service asks for.
    fn pause(&self, attempt: u32, error: &Error) -> Duration {
        let doubled = self.retry.pause_base * (1 << attempt.saturating_sub(1).min(16));
        let limit = doubled.min(self.retry.pause_max);
        let mut chance = [0; 2];
        // Without chance the pause is a whole one: nothing depends on it but fairness.
        let part = match SystemRandom::new().fill(&mut chance) {
            Ok(()) => f64::from(u16::from_be_bytes(chance)) / f64::from(u16::MAX),
            Err(_) => 1.0,
        };
        let asked = error.answer().and_then(|answer| answer.retry_after);
        let asked = asked.unwrap_or_default().min(self.retry.pause_max);
        limit.mul_f64(part).max(asked)
    }
}

/// The secrets of a call and of its credentials.
pub(crate) fn redact<'a>(keys: &'a Credentials, secrets: impl Iterator<Item = &'a str>) -> Redact {
    let token = keys.security_token.as_deref();
    let of_keys = std::iter::once(keys.access_key_secret.as_str()).chain(token);
    Redact::new(secrets.chain(of_keys))
}

/// A request from its parts.
pub(crate) fn request(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Bytes,
) -> Result<Request<Bytes>, Error> {
    let mut builder = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    // The library's own error could quote a header, and with it a token.
    builder.body(body).map_err(|_| {
        Error::Invalid(
            "the request cannot be made: its address is too long, or a header has characters that none may have"
                .to_owned(),
        )
    })
}

fn body(call: &Call) -> Result<(Vec<u8>, Option<&'static str>), Error> {
    match (&call.body, call.form.as_slice(), call.api.style) {
        (None, [], _) => Ok((Vec::new(), None)),
        (Some(json), [], Style::Roa) => Ok((
            json.to_string().into_bytes(),
            Some("application/json; charset=utf-8"),
        )),
        (None, form, Style::Rpc) => {
            let pairs = form
                .iter()
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
            let text = pairs.collect::<Vec<_>>().join("&");
            Ok((text.into_bytes(), Some("application/x-www-form-urlencoded")))
        }
        _ => Err(Error::Invalid(format!(
            "{} cannot be called: RPC calls have parameters and a form, ROA calls parameters and a JSON body",
            call.action
        ))),
    }
}

fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Error::Invalid("the system has no random numbers".to_owned()))?;
    Ok(hex::encode(bytes))
}

fn seconds(time: SystemTime) -> Option<i64> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}
