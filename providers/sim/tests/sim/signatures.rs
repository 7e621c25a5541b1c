//! Signatures: AWS's published test values, and what is refused and how.

use std::collections::BTreeMap;

use infra_sim::{Credentials, SignatureError, Signed, verify};

use crate::client::{Request, exchange, instant};

/// 2015-08-30T12:36:00Z, the moment of all of AWS's examples.
const THEN_MS: u64 = 1_440_938_160_000;

fn example(
    method: &str,
    query: &str,
    body: &str,
    headers: &[(&str, &str)],
    service: &str,
    signature: &str,
) -> Result<infra_sim::Scope, SignatureError> {
    let mut all: BTreeMap<String, String> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    all.insert("x-amz-date".to_owned(), "20150830T123600Z".to_owned());
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, SignedHeaders={}, Signature={signature}",
        names.join(";")
    );
    all.insert("authorization".to_owned(), authorization);
    let credentials = Credentials {
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
    };
    let request = Signed {
        method,
        path: "/",
        query,
        headers: &all,
        body: body.as_bytes(),
    };
    verify(&request, &credentials, THEN_MS)
}

const HOST: (&str, &str) = ("host", "example.amazonaws.com");

#[test]
fn the_published_examples_are_accepted() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let cases = [
        (
            "GET",
            "",
            "",
            vec![HOST],
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "GET",
            "Param2=value2&Param1=value1",
            "",
            vec![HOST],
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "%E1%88%B4=bar",
            "",
            vec![HOST],
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
        ),
        (
            "POST",
            "",
            "",
            vec![HOST],
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "POST",
            "",
            "Param1=value1",
            vec![form, HOST],
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ];
    for (method, query, body, headers, signature) in cases {
        let scope = example(method, query, body, &headers, "service", signature).expect(signature);
        assert_eq!(
            (scope.region.as_str(), scope.service.as_str()),
            ("us-east-1", "service")
        );
    }
    let iam = [
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("host", "iam.amazonaws.com"),
    ];
    let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    example(
        "GET",
        "Action=ListUsers&Version=2010-05-08",
        "",
        &iam,
        "iam",
        signature,
    )
    .expect("the example of the guide");
}

#[test]
fn one_changed_thing_is_noticed() {
    let signature = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (method, query, body, headers, service) in [
        ("PUT", "", "Param1=value1", vec![form, HOST], "service"),
        ("POST", "a=b", "Param1=value1", vec![form, HOST], "service"),
        ("POST", "", "Param1=value2", vec![form, HOST], "service"),
        (
            "POST",
            "",
            "Param1=value1",
            vec![form, ("host", "example.org")],
            "service",
        ),
        ("POST", "", "Param1=value1", vec![form, HOST], "other"),
    ] {
        assert_eq!(
            example(method, query, body, &headers, service, signature),
            Err(SignatureError::Mismatch)
        );
    }
}

#[test]
fn every_service_refuses_in_its_own_words() {
    let form = |service: &'static str, action: &str, version: &str| {
        Request::form(service, format!("Action={action}&Version={version}"))
    };
    let ec2 = form("ec2", "DescribeVpcs", "2016-11-15");
    let sts = form("sts", "GetCallerIdentity", "2011-06-15");
    let mut sim = instant();
    sim.send(&ec2).ok();
    assert_eq!(sim.send(&sts).ok().text("Account"), "123456789012");

    sim.key.1 = "wrong".to_owned();
    assert_eq!(
        (sim.send(&ec2).status, sim.send(&ec2).code()),
        (403, "SignatureDoesNotMatch".to_owned())
    );
    sim.key.0 = "AKIANOBODY".to_owned();
    assert_eq!(
        (sim.send(&ec2).status, sim.send(&ec2).code()),
        (401, "AuthFailure".to_owned())
    );
    assert_eq!(sim.send(&sts).code(), "InvalidClientTokenId");
    let ebs = sim.send(&Request::ebs("POST", "/snapshots", b"{}".to_vec()));
    assert!(
        ebs.head.contains("unrecognizedclientexception"),
        "{}",
        ebs.head
    );
}

#[test]
fn a_request_without_a_signature_or_from_another_time_is_refused() {
    let sim = instant();
    let request = Request::form("ec2", "Action=DescribeVpcs&Version=2016-11-15".to_owned());
    let addr = sim.addr();
    let unsigned = exchange(&addr, &request, &[("host".to_owned(), addr.clone())]).unwrap();
    assert_eq!(
        (unsigned.status, unsigned.code()),
        (403, "MissingAuthenticationToken".to_owned())
    );
    let early = request.signed(&addr, "us-west-2", &sim.key, sim.now_ms());
    sim.pass(15 * 60_000);
    exchange(&addr, &request, &early).unwrap().ok();
    sim.pass(1000);
    assert_eq!(
        exchange(&addr, &request, &early).unwrap().code(),
        "RequestExpired"
    );
}

#[test]
fn an_unsigned_payload_is_taken_when_it_says_so() {
    let sim = instant();
    let addr = sim.addr();
    let mut request = Request::ebs("POST", "/snapshots", br#"{"VolumeSize":1}"#.to_vec())
        .with("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let headers = request.signed(&addr, "us-west-2", &sim.key, sim.now_ms());
    request.body = br#"{"VolumeSize":2}"#.to_vec();
    assert_eq!(
        exchange(&addr, &request, &headers).unwrap().ok().json()["VolumeSize"],
        2
    );
}

#[test]
fn a_region_that_does_not_exist_is_refused() {
    let mut sim = instant();
    sim.region = "us-west-9".to_owned();
    assert_eq!(sim.ec2("DescribeVpcs", &[]).code(), "AuthFailure");
}
