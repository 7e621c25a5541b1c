//! What an HTTP answer means. Only what Alibaba's own protocol explains is a success or a refusal; a page of a proxy, a
//! broken or foreign answer leaves open whether the call took effect.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::error::{Answer, Error};
use crate::redact::Redact;

/// Headers in which products name the request: OpenAPI, OSS.
const REQUEST_IDS: [&str; 2] = ["x-acs-request-id", "x-oss-request-id"];
/// How much of a text of others is shown.
const TEXT_MAX: usize = 500;

/// The JSON of a success, or what else the answer means.
pub(crate) fn read(
    action: &str,
    answer: &Response<Bytes>,
    redact: &Redact,
) -> Result<Value, Error> {
    let status = answer.status();
    let named = request_id_of(answer.headers());
    if status.is_success() && answer.body().is_empty() && named.is_some() {
        return Ok(Value::Null);
    }
    let Ok(json) = serde_json::from_slice::<Value>(answer.body()) else {
        return Err(match refusal_in_xml(answer) {
            Some(refusal) => refused(action, answer.headers(), status, refusal, redact),
            None => foreign(action, answer),
        });
    };
    match Spoken::of(&json) {
        Some(spoken) if !status.is_success() || spoken.denies => {
            let id = spoken.request_id.or(named);
            match id {
                Some(id) => {
                    let refusal = Refusal {
                        code: spoken.code,
                        message: spoken.message,
                        request_id: id,
                    };
                    Err(refused(action, answer.headers(), status, refusal, redact))
                }
                None => Err(foreign(action, answer)),
            }
        }
        _ if status.is_success() && (named.is_some() || own_request_id(&json).is_some()) => {
            Ok(json)
        }
        _ => Err(foreign(action, answer)),
    }
}

/// A code, a text and an id, in whatever form they came.
pub(crate) struct Refusal {
    pub code: String,
    pub message: String,
    pub request_id: String,
}

/// What a JSON object says about its call.
struct Spoken {
    code: String,
    message: String,
    request_id: Option<String>,
    /// The object itself says that the call failed, also when the status is 200: CMS does.
    denies: bool,
}

impl Spoken {
    /// `None` when the object has no code.
    fn of(json: &Value) -> Option<Spoken> {
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| json.get(name))?;
            match found {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            }
        };
        let code = text(["Code", "code"]).filter(|code| !code.is_empty())?;
        let success = json.get("Success").or(json.get("success"));
        let failed = success.is_some_and(|it| *it == Value::Bool(false) || *it == "false");
        Some(Spoken {
            denies: failed && code != "200",
            code,
            message: text(["Message", "message"]).unwrap_or_default(),
            request_id: own_request_id(json),
        })
    }
}

fn own_request_id(json: &Value) -> Option<String> {
    let found = ["RequestId", "requestId", "request_id"]
        .iter()
        .find_map(|name| json.get(name)?.as_str());
    found.filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The request's id in the headers.
pub(crate) fn request_id_of(headers: &HeaderMap) -> Option<String> {
    let found = REQUEST_IDS.iter().find_map(|name| headers.get(*name));
    let id = found?.to_str().ok()?;
    Some(id.to_owned()).filter(|id| !id.is_empty())
}

/// `<Error><Code/><Message/><RequestId/></Error>`, which OSS answers, and RPC where nobody asked for JSON.
pub(crate) fn refusal_in_xml(answer: &Response<Bytes>) -> Option<Refusal> {
    if answer.status().is_success() {
        return None;
    }
    let text = std::str::from_utf8(answer.body()).ok()?;
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    let child = |name: &str| {
        let found = root.children().find(|node| node.has_tag_name(name))?;
        found.text().map(str::to_owned)
    };
    Some(Refusal {
        code: child("Code").filter(|_| root.has_tag_name("Error"))?,
        message: child("Message").unwrap_or_default(),
        request_id: child("RequestId").or_else(|| request_id_of(answer.headers()))?,
    })
}

/// A refusal as an error: throttled, failed inside, or refused.
pub(crate) fn refused(
    action: &str,
    headers: &HeaderMap,
    status: StatusCode,
    refusal: Refusal,
    redact: &Redact,
) -> Error {
    let throttled = is_throttle(&refusal.code, status);
    let answer = Box::new(Answer {
        action: action.to_owned(),
        status: status.as_u16(),
        message: sentence(&redact.text(&refusal.message)),
        code: sentence(&redact.text(&refusal.code)),
        request_id: sentence(&refusal.request_id),
        retry_after: retry_after(headers),
    });
    if throttled {
        Error::Throttled(answer)
    } else if status.is_server_error() {
        Error::Ambiguous {
            action: action.to_owned(),
            cause: "the service failed inside".to_owned(),
            answer: Some(answer),
        }
    } else {
        Error::Refused(answer)
    }
}

fn is_throttle(code: &str, status: StatusCode) -> bool {
    code.contains("Throttling")
        || matches!(code, "QPS Limit Exceeded" | "QpsLimitExceeded")
        || status == StatusCode::TOO_MANY_REQUESTS
}

/// An answer that is not Alibaba's, described without quoting it.
pub(crate) fn foreign(action: &str, answer: &Response<Bytes>) -> Error {
    let status = answer.status();
    let kind = answer.headers().get(http::header::CONTENT_TYPE);
    let kind = match kind.and_then(|kind| kind.to_str().ok()) {
        Some(kind) => sentence(kind.split(';').next().unwrap_or_default()),
        None => "no content type".to_owned(),
    };
    let what = match status.is_redirection() {
        true => "a redirection instead of an answer came".to_owned(),
        false => format!("the answer is not Alibaba Cloud's ({kind})"),
    };
    Error::Ambiguous {
        action: action.to_owned(),
        cause: format!("{what}, HTTP {}", status.as_u16()),
        answer: None,
    }
}

/// How long a throttled caller is asked to wait: `x-ratelimit-user-api: Limit:1,Remain:0,TimeLeft:2000` (milliseconds),
/// or `x-acs-retry-after` and `Retry-After` (seconds).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let left = |name: &str| {
        let mut parts = text(name)?.split(',');
        let left = parts.find_map(|part| part.trim().strip_prefix("TimeLeft:"))?;
        left.trim().parse().ok().map(Duration::from_millis)
    };
    let seconds = |name: &str| text(name)?.trim().parse().ok().map(Duration::from_secs);
    left("x-ratelimit-user-api")
        .or_else(|| left("x-ratelimit-user"))
        .or_else(|| seconds("x-acs-retry-after"))
        .or_else(|| seconds("retry-after"))
}

/// A text of others on one line, without control characters and a full stop. What a refused signature quotes (the whole
/// request) is left out: it has every parameter.
fn sentence(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let quotes = [
        "server stringtosign",
        "server string to sign",
        "server canonicalrequest",
    ];
    let end = quotes.iter().filter_map(|quote| lower.find(quote)).min();
    let clean: String = text[..end.unwrap_or(text.len())]
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TEXT_MAX)
        .collect();
    clean.trim().trim_end_matches('.').to_owned()
}
