//! No text shows a secret.

use aliyun_openapi::{Call, Client, Credentials, Environment, Options, Source};

use crate::server::{ECS, Server, describe, http};

const PASSWORD: &str = "Correct Horse+1";

#[test]
fn nothing_shows_a_secret_for_debugging() {
    let keys = Credentials {
        security_token: Some("the-token".to_owned()),
        ..Credentials::new("LTAItest", "top-secret")
    };
    let environment: Environment = [("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "top-secret")]
        .into_iter()
        .collect();
    let call = Call::rpc(ECS, "RunInstances").secret_param("Password", PASSWORD);
    let source = Source::Fixed(keys.clone());
    let standard = Source::standard(&environment, None);
    let shown = format!("{keys:?} {environment:?} {call:?} {source:?} {standard:?}");
    for secret in ["top-secret", "the-token", PASSWORD] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(
        shown.contains("Password") && shown.contains("LTAItest"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_secret_that_the_service_quotes_is_hidden() {
    let body = r#"{"RequestId":"R-1","Code":"InvalidPassword",
        "Message":"Correct Horse+1 (Correct%20Horse%2B1) is too simple, says top-secret."}"#;
    let server = Server::says([http("400 Bad Request", "", body)]).await;
    let call = describe().secret_param("Password", PASSWORD);
    let error = server.client().call(&call).await.expect_err("a refusal");
    assert_eq!(
        error.answer().map(|answer| answer.message.as_str()),
        Some("(secret) ((secret)) is too simple, says (secret)")
    );
}

/// The service quotes the whole request when a signature is wrong: every parameter, and the session token.
#[tokio::test]
async fn the_quote_of_a_refused_signature_is_left_out() {
    let body = r#"{"RequestId":"R-1","Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched with our calculation. server StringToSign is [ACS3-HMAC-SHA256\nabc] server CanonicalRequest is [POST\n/\nName=private]"}"#;
    let server = Server::says([http("400 Bad Request", "", body)]).await;
    let error = server
        .client()
        .call(&describe())
        .await
        .expect_err("a refusal");
    assert_eq!(
        error.answer().map(|answer| answer.message.as_str()),
        Some("Specified signature is not matched with our calculation")
    );
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_refused_without_showing_it() {
    let keys = Credentials::new("LTAItest", "top-secret");
    let client = Client::new(Options {
        credentials: Source::Fixed(Credentials {
            security_token: Some("the\ntoken".to_owned()),
            ..keys
        }),
        ..crate::server::options("http://127.0.0.1:9")
    });
    let error = client.expect("an address").call(&describe()).await;
    let shown = error.expect_err("no header may have this").to_string();
    assert!(!shown.contains("token"), "{shown}");
}
