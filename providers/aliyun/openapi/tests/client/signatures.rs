//! The vectors that Alibaba publishes in its documents and in the tests of its SDKs.

use aliyun_openapi::sign::{acs3, encode, encode_path, oss4, sha256_hex};

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
    pairs.iter().map(owned).collect()
}

#[test]
fn texts_are_encoded_as_the_sdks_do() {
    assert_eq!(encode("a/b/c/ test"), "a%2Fb%2Fc%2F%20test");
    assert_eq!(encode_path("/path/ test"), "/path/%20test");
    assert_eq!(encode("-_.~*+"), "-_.~%2A%2B");
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    assert_eq!(sha256_hex(b"test"), hash);
}

/// "V3 request structure and signature".
#[test]
fn acs3_of_the_document() {
    let empty = sha256_hex(b"");
    let headers = pairs(&[
        ("x-acs-version", "2014-05-26"),
        ("host", "ecs.cn-shanghai.aliyuncs.com"),
        ("x-acs-action", "RunInstances"),
        ("x-acs-date", "2023-10-26T10:22:32Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("x-acs-content-sha256", &empty),
    ]);
    let request = acs3::Request {
        method: "POST",
        path: "/",
        query: &pairs(&[
            ("RegionId", "cn-shanghai"),
            (
                "ImageId",
                "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            ),
        ]),
        headers: &headers,
        payload_hash: &empty,
    };
    let (canonical, _) = acs3::canonical_request(&request);
    assert_eq!(
        sha256_hex(canonical.as_bytes()),
        "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    );
    assert_eq!(
        acs3::authorization(&request, "YourAccessKeyId", "YourAccessKeySecret"),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;\
         x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
}

/// `test_get_authorization` of the SDKs for Python and Go.
#[test]
fn acs3_of_the_sdks() {
    for (method, signature) in [
        (
            "GET",
            "d16b30a7699ae9e43875b13195b2f81bcc3ed10c14a9b5eb780e51619aa50be1",
        ),
        (
            "",
            "4ab59fffe3c5738ff8a2729f90cc04fe18b02a4b15b2102cbaf92f9ff3df2ea3",
        ),
    ] {
        let request = acs3::Request {
            method,
            path: "/",
            query: &pairs(&[("test", "ok"), ("empty", "")]),
            headers: &pairs(&[("x-acs-test", "http"), ("x-acs-TEST", "https")]),
            payload_hash: "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23",
        };
        let expected = format!(
            "ACS3-HMAC-SHA256 Credential=acesskey,SignedHeaders=x-acs-test,Signature={signature}"
        );
        assert_eq!(
            acs3::authorization(&request, "acesskey", "secret"),
            expected
        );
    }
}

/// A request of `alibabacloud_ecs20140526` 7.11.8 as it was sent.
#[test]
fn acs3_of_a_request_that_was_sent() {
    let empty = sha256_hex(b"");
    let request = acs3::Request {
        method: "POST",
        path: "/",
        query: &pairs(&[
            ("InstanceIds", r#"["i-bp67acfmxazb4p0001"]"#),
            ("MaxResults", "100"),
            ("RegionId", "cn-hangzhou"),
        ]),
        headers: &pairs(&[
            ("host", "127.0.0.1:18080"),
            ("x-acs-date", "2026-11-21T00:07:08Z"),
            ("x-acs-signature-nonce", "6d3453df046f7f41b46778232af01af3"),
            ("accept", "application/json"),
            (
                "user-agent",
                "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2",
            ),
            ("x-acs-credentials-provider", "static_ak"),
            ("x-acs-action", "DescribeInstances"),
            ("x-acs-version", "2014-05-26"),
            ("x-acs-content-sha256", &empty),
        ]),
        payload_hash: &empty,
    };
    let signed = acs3::authorization(&request, "LTAItest", "secret");
    let signature = "0559464cf9f4875e9a9fc06e00f01b8a12392d78aeef9dc4d99c79204fa911d8";
    assert!(
        signed.ends_with(&format!("Signature={signature}")),
        "{signed}"
    );
}

/// A request of `alibabacloud_cs20151215` as it was sent: its body is signed by its hash.
#[test]
fn acs3_of_a_roa_request_that_was_sent() {
    let body = r#"{"name":"k","region_id":"cn-hangzhou"}"#;
    let hash = "2351fa12dd0c0945188a090c1869ae0493c68a2f03529615530e012f241fb166";
    assert_eq!(sha256_hex(body.as_bytes()), hash);
}

/// What the unit tests of OSS's SDK for Python sign (`test_v4.py`).
struct Case {
    date: &'static str,
    product: &'static str,
    region: &'static str,
    query: &'static [(&'static str, &'static str)],
    headers: &'static [(&'static str, &'static str)],
    additional: &'static [&'static str],
    signature: &'static str,
}

const HEADER: Case = Case {
    date: "20231216T162057Z",
    product: "oss",
    region: "cn-hangzhou",
    query: &[],
    headers: &[
        ("content-type", "text/plain"),
        ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
    ],
    additional: &[],
    signature: "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
};

const URL: Case = Case {
    headers: &[("content-type", "application/octet-stream")],
    ..HEADER
};

fn signed(case: &Case) -> (String, String) {
    let mut query = pairs(&[
        ("param1", "value1"),
        ("+param1", "value3"),
        ("|param1", "value4"),
        ("+param2", ""),
        ("|param2", ""),
        ("param2", ""),
    ]);
    query.extend(pairs(case.query));
    let mut headers = pairs(&[
        ("x-oss-head1", "value"),
        ("abc", "value"),
        ("ZAbc", "value"),
        ("XYZ", "value"),
    ]);
    headers.extend(pairs(case.headers));
    // A signed URL carries its date in the query, a request in a header.
    if !case.query.iter().any(|(name, _)| *name == "x-oss-date") {
        headers.extend(pairs(&[("x-oss-date", case.date)]));
    }
    let request = oss4::Request {
        method: "PUT",
        bucket: "bucket",
        key: "1234+-/123/1.txt",
        query: &query,
        headers: &headers,
        additional: case.additional,
    };
    let scope = oss4::Scope {
        product: case.product,
        region: case.region,
        date: case.date,
    };
    let signature = oss4::signature(&request, &scope, "sk");
    assert_eq!(
        signature,
        case.signature,
        "{}",
        oss4::canonical_request(&request)
    );
    (
        oss4::canonical_request(&request),
        oss4::authorization(&request, &scope, "ak", "sk"),
    )
}

#[test]
fn oss4_of_the_sdk_in_headers() {
    let (canonical, authorization) = signed(&HEADER);
    assert_eq!(
        sha256_hex(canonical.as_bytes()),
        "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4"
    );
    assert_eq!(
        authorization,
        "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,\
         Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"
    );
    signed(&Case {
        date: "20231217T034736Z",
        headers: &[
            ("content-type", "text/plain"),
            ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ("x-oss-security-token", "token"),
        ],
        signature: "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea",
        ..HEADER
    });
    signed(&Case {
        product: "oss-cloudbox",
        region: "cb-123",
        signature: "94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43",
        ..HEADER
    });
}

#[test]
fn oss4_of_the_sdk_with_additional_headers() {
    for additional in [
        &["ZAbc", "abc"][..],
        &["x-oss-no-exist", "ZAbc", "x-oss-head1", "abc", "not-there"],
    ] {
        let (_, authorization) = signed(&Case {
            date: "20231216T172512Z",
            additional,
            signature: "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
            ..HEADER
        });
        assert!(
            authorization.contains(",AdditionalHeaders=abc;zabc,"),
            "{authorization}"
        );
    }
}

#[test]
fn oss4_of_the_sdk_in_urls() {
    const VERSION: (&str, &str) = ("x-oss-signature-version", "OSS4-HMAC-SHA256");
    const CREDENTIAL: (&str, &str) = (
        "x-oss-credential",
        "ak/20231217/cn-hangzhou/oss/aliyun_v4_request",
    );
    signed(&Case {
        date: "20231217T025437Z",
        query: &[
            VERSION,
            ("x-oss-date", "20231217T025437Z"),
            ("x-oss-expires", "599"),
            CREDENTIAL,
        ],
        signature: "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe",
        ..URL
    });
    signed(&Case {
        date: "20231217T035628Z",
        query: &[
            VERSION,
            ("x-oss-date", "20231217T035628Z"),
            ("x-oss-expires", "599"),
            CREDENTIAL,
            ("x-oss-security-token", "token"),
        ],
        signature: "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5",
        ..URL
    });
    signed(&Case {
        date: "20231217T033009Z",
        query: &[
            VERSION,
            ("x-oss-date", "20231217T033009Z"),
            ("x-oss-expires", "599"),
            CREDENTIAL,
            ("x-oss-additional-headers", "abc;zabc"),
        ],
        additional: &["ZAbc", "abc"],
        signature: "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7",
        ..URL
    });
}
