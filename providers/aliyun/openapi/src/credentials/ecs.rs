//! The RAM role of an ECS instance, from its metadata service in the hardened mode (version 2: with a token).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::Value;

use super::error::CredentialsError;
use super::keys::Credentials;
use crate::http::{Lost, Transport};

/// Where the service is on every instance.
pub(crate) const SERVICE: &str = "http://100.100.100.200";

const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";
/// For how long a token is asked for, in seconds; it is used at once and thrown away.
const TOKEN_SECONDS: &str = "60";

/// Keys for the role of this name, or for the one that the instance has.
pub(super) async fn keys(
    transport: &dyn Transport,
    service: &str,
    named: Option<&str>,
) -> Result<Credentials, CredentialsError> {
    let request = Request::builder()
        .method(Method::PUT)
        .uri(format!("{service}{TOKEN}"))
        .header("x-aliyun-ecs-metadata-token-ttl-seconds", TOKEN_SECONDS);
    // Without an answer to this first question, this is no instance, and nobody meant the service.
    let token = match ask(transport, request).await {
        Ok(token) => token,
        Err(Lacking::Service(_)) if named.is_none() => return Err(CredentialsError::NotFound),
        Err(lacking) => return Err(lacking.of("its token")),
    };
    let get = |path: &str| {
        let request = Request::builder().uri(format!("{service}{ROLES}{path}"));
        ask(
            transport,
            request.header("x-aliyun-ecs-metadata-token", token.trim()),
        )
    };
    let role = match named {
        Some(role) => role.to_owned(),
        None => match get("").await {
            // An instance may have no role at all.
            Err(Lacking::Entry) => return Err(CredentialsError::NotFound),
            other => {
                let list = other.map_err(|lacking| lacking.of("the list of roles"))?;
                match list.lines().next().map(str::trim) {
                    Some(role) if !role.is_empty() => role.to_owned(),
                    _ => return Err(CredentialsError::NotFound),
                }
            }
        },
    };
    let answer = get(&role).await;
    let answer = answer.map_err(|lacking| lacking.of(&format!("the role `{role}`")))?;
    let answer: Option<Value> = serde_json::from_str(&answer).ok();
    let keys = answer
        .filter(|answer| answer["Code"] == "Success")
        .and_then(|answer| Credentials::issued(&answer));
    keys.ok_or_else(|| {
        let text =
            format!("the metadata service of the instance has no keys for the role `{role}`");
        CredentialsError::Unreachable(text)
    })
}

/// What the service did not give.
enum Lacking {
    /// Nobody answered, or somebody else.
    Service(String),
    /// It has no such entry.
    Entry,
}

impl Lacking {
    fn of(self, what: &str) -> CredentialsError {
        match self {
            Lacking::Service(cause) => CredentialsError::Unreachable(format!(
                "the metadata service of the instance did not give {what}: {cause}"
            )),
            Lacking::Entry => {
                CredentialsError::Refused(format!("the instance does not have {what}"))
            }
        }
    }
}

async fn ask(
    transport: &dyn Transport,
    request: http::request::Builder,
) -> Result<String, Lacking> {
    let request = request
        .body(Bytes::new())
        .map_err(|error| Lacking::Service(error.to_string()))?;
    let answer = transport.send(request).await;
    let answer = answer.map_err(|Lost { cause, .. }| Lacking::Service(cause))?;
    match answer.status() {
        StatusCode::OK => String::from_utf8(answer.into_body().to_vec())
            .map_err(|_| Lacking::Service("its answer is no text".to_owned())),
        StatusCode::NOT_FOUND => Err(Lacking::Entry),
        status => Err(Lacking::Service(format!("HTTP {}", status.as_u16()))),
    }
}
