//! Requests that get no answer: those that certainly never left, and the others.

use std::time::Duration;

use aliyun_openapi::{Client, Error, Options, Timeouts};
use tokio::net::TcpListener;

use crate::server::{Reaction, Server, describe, options};

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let client = Client::new(options(&format!("http://{address}"))).expect("an address");
    let error = client.call(&describe()).await.expect_err("nobody listens");
    assert!(matches!(error, Error::Undelivered { .. }), "{error:?}");
    let shown = error.to_string();
    assert!(shown.contains(&address.to_string()), "{shown}");
    assert!(shown.contains("refused"), "{shown}");
}

#[tokio::test]
async fn no_host_has_the_name() {
    let client = Client::new(options("http://nowhere.invalid")).expect("an address");
    let error = client.call(&describe()).await.expect_err("no such name");
    assert!(matches!(error, Error::Undelivered { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_gets_no_request() {
    let server = Server::start([Reaction::Close]).await;
    let via = server.url.replace("http:", "https:");
    let client = Client::new(Options {
        timeouts: Timeouts {
            connect: Duration::from_millis(200),
            ..Timeouts::default()
        },
        ..options(&via)
    });
    let error = client.expect("an address").call(&describe()).await;
    let error = error.expect_err("no TLS");
    assert!(matches!(error, Error::Undelivered { .. }), "{error:?}");
    assert!(error.to_string().contains("longer than 0.2 s"), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_the_effect_open() {
    let server = Server::start([Reaction::Close]).await;
    let error = server.client().call(&describe()).await;
    assert!(error.is_err_and(|error| error.is_ambiguous()));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_leaves_the_effect_open() {
    let server = Server::start([Reaction::Wait]).await;
    let client = Client::new(Options {
        timeouts: Timeouts {
            connect: Duration::from_millis(50),
            answer: Duration::from_millis(50),
        },
        ..server.options()
    });
    let error = client.expect("an address").call(&describe()).await;
    let error = error.expect_err("no answer");
    assert!(error.is_ambiguous(), "{error:?}");
    assert!(
        error.to_string().starts_with("no answer of 127.0.0.1"),
        "{error}"
    );
}

#[test]
fn an_endpoint_that_is_no_address_is_refused_at_once() {
    let client = Client::new(options("127.0.0.1:4567/path"));
    let error = client.err().expect("no address");
    assert!(matches!(&error, Error::Invalid(text) if text.contains("127.0.0.1:4567/path")));
}
