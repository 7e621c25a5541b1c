//! Requests to OSS.

use aliyun_openapi::oss::Request;
use aliyun_openapi::{Error, Method};

use crate::server::{Server, http};

const ID: &str = "x-oss-request-id: O-1\r\n";

#[tokio::test]
async fn a_request_names_its_bucket_in_the_host_and_is_signed() {
    let server = Server::says([http("200 OK", ID, "<AccessControlPolicy/>")]).await;
    let request = Request::bucket("GetBucketAcl", Method::Get, "backups").param("acl", "");
    let answer = server.client().oss(&request).await.expect("a success");
    assert_eq!(answer.body, "<AccessControlPolicy/>");
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "GET /?acl HTTP/1.1");
    assert_eq!(seen.headers["host"], "backups.oss-cn-beijing.aliyuncs.com");
    let authorization = &seen.headers["authorization"];
    assert!(authorization.starts_with("OSS4-HMAC-SHA256 Credential=LTAItest/"));
    assert!(
        authorization.contains("AdditionalHeaders=host"),
        "{authorization}"
    );
}

#[tokio::test]
async fn refusals_are_xml_or_a_bare_status() {
    let xml = "<Error><Code>BucketNotEmpty</Code><Message>Not empty.</Message><RequestId>O-1</RequestId></Error>";
    let server = Server::says([
        http("409 Conflict", ID, xml),
        http("404 Not Found", ID, ""),
        http("403 Forbidden", "", "<html/>"),
    ])
    .await;
    let client = server.client();
    let delete = Request::bucket("DeleteBucket", Method::Delete, "backups");
    let error = client.oss(&delete).await.expect_err("a refusal");
    assert!(
        matches!(&error, Error::Refused(it) if it.code == "BucketNotEmpty"),
        "{error:?}"
    );
    let head = Request::bucket("HeadObject", Method::Head, "backups").key("a b");
    let error = client.oss(&head).await.expect_err("a refusal");
    assert!(
        matches!(&error, Error::Refused(it) if it.code == "NotFound"),
        "{error:?}"
    );
    assert_eq!(server.seen()[1].line, "HEAD /a%20b HTTP/1.1");
    let error = client.oss(&delete).await.expect_err("a page");
    assert!(error.is_ambiguous(), "{error:?}");
}
