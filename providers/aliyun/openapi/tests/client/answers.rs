//! Each kind of answer, and what its caller may conclude from it.

use std::time::Duration;

use aliyun_openapi::{Api, Call, Error, Method, Style};
use serde_json::Value;

use crate::server::{Server, describe, http, refusal, success};

async fn answered(text: String) -> Result<Value, Error> {
    Server::says([text]).await.client().call(&describe()).await
}

#[tokio::test]
async fn a_success_is_its_json() {
    let answer = answered(success()).await.expect("a success");
    assert_eq!(answer["TotalCount"], 0);
}

#[tokio::test]
async fn a_roa_success_may_be_a_list_or_nothing_and_names_its_request_in_a_header() {
    const CS: Api = Api {
        product: "cs",
        version: "2015-12-15",
        style: Style::Roa,
    };
    let id = "x-acs-request-id: R-1\r\n";
    let server = Server::says([
        http("200 OK", id, "[]"),
        http("202 Accepted", id, ""),
        http("200 OK", "", "[]"),
    ])
    .await;
    let (client, call) = (
        server.client(),
        Call::roa(CS, "DescribeClusters", Method::Get, "/clusters"),
    );
    assert_eq!(client.call(&call).await, Ok(Value::Array(Vec::new())));
    assert_eq!(client.call(&call).await, Ok(Value::Null));
    assert!(
        client
            .call(&call)
            .await
            .is_err_and(|error| error.is_ambiguous())
    );
    assert_eq!(server.seen()[0].line, "GET /clusters HTTP/1.1");
    assert_eq!(
        server.seen()[0].headers["host"],
        "cs.cn-beijing.aliyuncs.com"
    );
}

#[tokio::test]
async fn bodies_are_json_for_roa_and_a_form_for_rpc() {
    const CS: Api = Api {
        product: "cs",
        version: "2015-12-15",
        style: Style::Roa,
    };
    let server = Server::says([success(), success()]).await;
    let client = server.client();
    let create = Call::roa(CS, "CreateCluster", Method::Post, "/clusters");
    let create = create.body(serde_json::json!({ "name": "k" }));
    client.call(&create).await.expect("a success");
    let form = describe().form("Filter", "a b");
    client.call(&form).await.expect("a success");
    let [json, form] = &server.seen()[..] else {
        panic!("two requests");
    };
    assert_eq!(json.body, r#"{"name":"k"}"#);
    assert_eq!(
        json.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(form.body, "Filter=a%20b");
    for request in [json, form] {
        assert!(request.headers["authorization"].contains("SignedHeaders=content-type;host;"));
    }
    let mixed = describe().body(serde_json::json!({}));
    let error = client.call(&mixed).await;
    assert!(matches!(error, Err(Error::Invalid(_))), "{error:?}");
}

#[tokio::test]
async fn a_refusal_has_code_text_and_id() {
    let error = answered(refusal(
        "403 Forbidden",
        "InvalidOperation.DeletionProtection",
    ))
    .await;
    let Err(Error::Refused(answer)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(answer.status, 403);
    assert_eq!(answer.code, "InvalidOperation.DeletionProtection");
    assert_eq!(answer.message, "Something happened");
    assert_eq!(answer.request_id, "R-1");
    assert_eq!(answer.action, "DescribeInstances");
}

#[tokio::test]
async fn refusals_come_in_other_spellings_too() {
    let roa = r#"{"code":"ErrorClusterNotFound","message":"gone","requestId":"R-1"}"#;
    let xml = "<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>R-1</RequestId>\
               <Code>InvalidVpcID.NotFound</Code><Message>gone</Message></Error>";
    let inside =
        r#"{"RequestId":"R-1","Success":false,"Code":"ResourceNotFound","Message":"gone"}"#;
    for (answer, code) in [
        (http("404 Not Found", "", roa), "ErrorClusterNotFound"),
        (http("404 Not Found", "", xml), "InvalidVpcID.NotFound"),
        (http("200 OK", "", inside), "ResourceNotFound"),
    ] {
        let error = answered(answer).await;
        assert!(
            matches!(&error, Err(Error::Refused(it)) if it.code == code),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_success_that_names_a_code_is_a_success() {
    let body = r#"{"RequestId":"R-1","Success":true,"Code":"200","Message":"OK"}"#;
    assert!(answered(http("200 OK", "", body)).await.is_ok());
}

#[tokio::test]
async fn a_throttle_says_how_long_to_wait() {
    let body = r#"{"RequestId":"R-1","Code":"Throttling.User","Message":"Slow down."}"#;
    let limit = "x-ratelimit-user-api: Limit:1,Remain:0,TimeLeft:2000,Reset:1\r\n";
    for (headers, expected) in [
        (limit, Some(Duration::from_secs(2))),
        ("x-acs-retry-after: 3\r\n", Some(Duration::from_secs(3))),
        ("", None),
    ] {
        let error = answered(http("400 Bad Request", headers, body)).await;
        let Err(Error::Throttled(answer)) = error else {
            panic!("{error:?}");
        };
        assert_eq!(answer.retry_after, expected);
    }
    for (status, code) in [
        ("503 Service Unavailable", "Throttling"),
        ("400 Bad Request", "Rejected.Throttling"),
        ("429 Too Many Requests", "Whatever"),
    ] {
        let error = answered(refusal(status, code)).await;
        assert!(matches!(error, Err(Error::Throttled(_))), "{error:?}");
    }
}

#[tokio::test]
async fn a_failure_inside_the_service_leaves_the_effect_open_and_keeps_the_services_words() {
    let error = answered(refusal("500 Internal Server Error", "InternalError")).await;
    let error = error.expect_err("a failure");
    assert!(error.is_ambiguous() && error.is_temporary());
    assert_eq!(error.code(), "InternalError");
    let shown = error.to_string();
    assert!(
        shown.contains("Something happened (DescribeInstances: InternalError"),
        "{shown}"
    );
}

/// What others answer in Alibaba's place is neither a success nor a refusal, whatever its status says.
#[tokio::test]
async fn answers_of_others_are_ambiguous() {
    let html = "Content-Type: text/html\r\n";
    let page = "<html><body>Access to this site is blocked.</body></html>";
    let json = "Content-Type: application/json\r\n";
    for answer in [
        http("200 OK", html, page),
        http("403 Forbidden", html, page),
        http("404 Not Found", html, page),
        http("407 Proxy Authentication Required", html, page),
        http("502 Bad Gateway", html, page),
        http("302 Found", "Location: http://portal.example/\r\n", ""),
        http(
            "307 Temporary Redirect",
            "Location: https://ecs.aliyuncs.com/\r\n",
            "",
        ),
        // JSON that Alibaba did not write.
        http("200 OK", json, "{}"),
        http("200 OK", json, r#"{"status":"ok"}"#),
        http(
            "403 Forbidden",
            json,
            r#"{"Code":"Blocked","Message":"by policy"}"#,
        ),
        http(
            "403 Forbidden",
            json,
            r#"{"error":"blocked","RequestId":"P-1"}"#,
        ),
        http("403 Forbidden", "", ""),
        http("200 OK", "", ""),
        // Alibaba's, and not whole.
        http("200 OK", json, r#"{"RequestId":"R-1","TotalCount":"#),
        http("200 OK", json, "{\"RequestId\":\"R-1\",\"Name\":\"\u{0}\"}"),
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"RequestId\":\"R-1\"}".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n13\r\n{\"RequestId\":\"R-1\"}\r\n"
            .to_owned(),
        "not HTTP at all\r\n\r\n".to_owned(),
        "HTTP/1.1 200".to_owned(),
    ] {
        let error = answered(answer.clone()).await.expect_err(&answer);
        assert!(error.is_ambiguous(), "{answer}\n{error:?}");
        assert_eq!(error.answer(), None, "{answer}");
        assert!(!error.to_string().contains("blocked"), "{error}");
    }
}

#[tokio::test]
async fn no_redirection_is_followed() {
    let target = Server::says([success()]).await;
    let location = format!("Location: {}/\r\n", target.url);
    let error = answered(http("308 Permanent Redirect", &location, "")).await;
    let error = error.expect_err("a redirection is no answer");
    assert!(error.to_string().contains("a redirection"), "{error}");
    assert_eq!(target.seen().len(), 0);
}
