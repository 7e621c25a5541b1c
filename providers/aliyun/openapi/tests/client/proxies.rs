//! The proxy of the environment.

use aliyun_openapi::{Client, Error, Options};

use crate::server::{Server, describe, http, options};

#[tokio::test]
async fn https_goes_through_the_proxy_and_its_refusal_means_that_nothing_was_sent() {
    let proxy = Server::says([
        http(
            "403 Forbidden",
            "Content-Type: text/html\r\n",
            "<html>blocked</html>",
        ),
        http("407 Proxy Authentication Required", "", ""),
    ])
    .await;
    let named = proxy.url.replace("http://", "http://someone:hidden@");
    let client = Client::new(Options {
        via: None,
        environment: [("HTTPS_PROXY", named)].into_iter().collect(),
        ..options("http://127.0.0.1:9")
    })
    .expect("public endpoints");
    for _ in 0..2 {
        let error = client
            .call(&describe())
            .await
            .expect_err("the proxy refuses");
        assert!(matches!(error, Error::Undelivered { .. }), "{error:?}");
        let shown = error.to_string();
        assert!(shown.contains("through the proxy 127.0.0.1"), "{shown}");
        assert!(!shown.contains("hidden"), "{shown}");
    }
    let seen = &proxy.seen()[0];
    assert_eq!(
        seen.line,
        "CONNECT ecs.cn-beijing.aliyuncs.com:443 HTTP/1.1"
    );
    assert_eq!(
        seen.headers["proxy-authorization"],
        "Basic c29tZW9uZTpoaWRkZW4="
    );
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_named() {
    let client = Client::new(Options {
        via: Some("https://127.0.0.1:9".to_owned()),
        environment: [("SSL_CERT_FILE", "/nowhere/ca.pem")].into_iter().collect(),
        ..options("")
    })
    .expect("an address");
    let error = client.call(&describe()).await.expect_err("no certificates");
    assert!(matches!(error, Error::Undelivered { .. }), "{error:?}");
    assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
}
