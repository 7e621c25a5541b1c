//! Endpoints, signatures, formats, parameters, and what the front adds to every request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use infra_sim::aliyun::{ACCESS_KEY, ACCOUNT, SECRET_KEY};

use super::client::{Ali, Answer, host, instant, moment, query};
use crate::client::encode;

/// A request of an old SDK: signed with HMAC-SHA1 among its parameters, which go into the query or into a form.
fn old(ali: &Ali, parameters: &[(&str, &str)], in_body: bool, key: (&str, &str)) -> Answer {
    let date = moment(ali.sim.now_ms());
    let nonce = ali.nonce();
    let mut all = vec![
        ("Version", "2014-05-26"),
        ("AccessKeyId", key.0),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureType", ""),
        ("SignatureNonce", &nonce),
        ("Timestamp", &date),
    ];
    all.extend(parameters);
    let canonical = query(&all);
    let to_sign = format!("POST&%2F&{}", encode(&canonical));
    let secret = format!("{}&", key.1);
    let mac_key =
        ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    let signature = STANDARD.encode(ring::hmac::sign(&mac_key, to_sign.as_bytes()));
    all.push(("Signature", &signature));
    let sent = query(&all);
    let mut headers = vec![("host".to_owned(), ali.sim.addr())];
    let (query, body) = if in_body {
        let form = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
        headers.push(("content-type".to_owned(), form));
        (String::new(), sent.into_bytes())
    } else {
        (sent, Vec::new())
    };
    ali.send("POST", "/", &query, &headers, body)
        .expect("an answer")
}

const KEY: (&str, &str) = (ACCESS_KEY, SECRET_KEY);

#[test]
fn the_caller_is_known() {
    let ali = instant();
    let caller = ali.call("sts", "GetCallerIdentity", &[]).ok();
    assert_eq!(caller.text("/AccountId"), ACCOUNT);
    assert!(caller.head.contains("x-acs-request-id"));
}

#[test]
fn a_wrong_signature_is_explained() {
    let ali = instant();
    let name = host("ecs", ali.region);
    let send = |key| {
        let headers = ali.signed(&name, "ecs", "DescribeRegions", "", key);
        ali.send("POST", "/", "", &headers, Vec::new())
            .expect("an answer")
    };
    let wrong = send((ACCESS_KEY, "another secret"));
    assert_eq!(
        (wrong.status, wrong.code().as_str()),
        (400, "SignatureDoesNotMatch")
    );
    let message = wrong.text("/Message");
    assert!(
        message.contains("server StringToSign is [ACS3-HMAC-SHA256\n"),
        "{message}"
    );
    let unknown = send(("LTAInobody", SECRET_KEY));
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "InvalidAccessKeyId.NotFound")
    );
    send(KEY).ok();
}

#[test]
fn a_signature_is_taken_once_and_for_a_quarter_of_an_hour() {
    let ali = instant();
    let name = host("ecs", ali.region);
    let headers = ali.signed(&name, "ecs", "DescribeRegions", "", KEY);
    let send = || {
        ali.send("POST", "/", "", &headers, Vec::new())
            .expect("an answer")
    };
    send().ok();
    assert_eq!(send().code(), "SignatureNonceUsed");
    ali.sim.pass(15 * 60 * 1000 + 1);
    assert_eq!(send().code(), "InvalidTimeStamp.Expired");
}

#[test]
fn a_header_that_is_not_signed_is_refused() {
    let ali = instant();
    let name = host("ecs", ali.region);
    let mut headers = ali.signed(&name, "ecs", "DescribeRegions", "", KEY);
    headers.push(("x-acs-security-token".to_owned(), "token".to_owned()));
    let answer = ali
        .send("POST", "/", "", &headers, Vec::new())
        .expect("an answer");
    assert_eq!(answer.code(), "IncompleteSignature");
}

#[test]
fn old_sdks_are_served_too() {
    let ali = instant();
    for in_body in [false, true] {
        let asked = [("Action", "DescribeRegions"), ("Format", "JSON")];
        let regions = old(&ali, &asked, in_body, KEY).ok();
        assert!(regions.count("/Regions/Region") > 20);
    }
    let asked = [("Action", "DescribeRegions"), ("Format", "JSON")];
    let wrong = old(&ali, &asked, false, (ACCESS_KEY, "another secret"));
    assert_eq!(wrong.code(), "SignatureDoesNotMatch");
}

#[test]
fn xml_is_answered_where_it_is_asked_for() {
    let ali = instant();
    let asked = [("Action", "DescribeRegions"), ("Format", "XML")];
    let regions = old(&ali, &asked, false, KEY).ok();
    assert!(regions.text.starts_with("<?xml"), "{}", regions.text);
    assert!(regions.text.contains("<Regions><Region><"));
    let asked = [("Action", "DescribeVpcs"), ("RegionId", "cn-nowhere")];
    let wrong = old(&ali, &asked, false, KEY);
    assert!(wrong.text.contains("<Error>") && wrong.text.contains("InvalidRegionId.NotFound"));
}

#[test]
fn endpoints_name_product_and_region() {
    let ali = instant();
    let regions = |name: &str, path: &str| {
        let headers = ali.signed(name, "ecs", "DescribeZones", "RegionId=cn-hangzhou", KEY);
        let answer = ali.send("POST", path, "RegionId=cn-hangzhou", &headers, Vec::new());
        answer.expect("an answer")
    };
    let addr = ali.sim.addr();
    for (name, path) in [
        ("ecs.cn-hangzhou.aliyuncs.com", "/"),
        ("ecs-cn-hangzhou.aliyuncs.com", "/"),
        ("ecs.aliyuncs.com", "/"),
        (addr.as_str(), "/ecs/"),
        (addr.as_str(), "/"),
    ] {
        let zones = regions(name, path).ok();
        assert_eq!(
            zones.text("/Zones/Zone/0/ZoneId"),
            "cn-hangzhou-b",
            "{name}{path}"
        );
    }
    assert_eq!(
        regions("oss.aliyuncs.com", "/").code(),
        "InvalidProduct.NotFound"
    );
    assert_eq!(regions("vpc.aliyuncs.com", "/").code(), "InvalidVersion");
}

#[test]
fn parameters_are_checked() {
    let ali = instant();
    let code = |parameters: &[(&str, &str)]| ali.vpc("CreateVpc", parameters).code();
    assert_eq!(code(&[("Cidrblock", "10.0.0.0/16")]), "InvalidParameter");
    assert_eq!(code(&[("CidrBlock", "10.0.0.0")]), "InvalidParameter");
    assert_eq!(code(&[("EnableIpv6", "yes")]), "InvalidParameter");
    assert_eq!(code(&[("VpcName", "http://x")]), "InvalidVpcName.Malformed");
    assert_eq!(ali.vpc("DeleteVpc", &[]).code(), "MissingParameter");
    assert_eq!(
        ali.vpc("CreateNothing", &[]).code(),
        "InvalidAction.NotFound"
    );
    let elsewhere = ali.vpc("DescribeVpcs", &[("RegionId", "cn-nowhere")]);
    assert_eq!(
        (elsewhere.status, elsewhere.code().as_str()),
        (404, "InvalidRegionId.NotFound")
    );
}

#[test]
fn a_dry_run_that_would_succeed_is_an_error() {
    let ali = instant();
    let dry = ali.vpc("CreateVpc", &[("DryRun", "true")]);
    assert_eq!(dry.code(), "DryRunOperation");
    assert_eq!(ali.vpc("DescribeVpcs", &[]).ok().count("/Vpcs/Vpc"), 0);
}

#[test]
fn a_token_makes_a_request_happen_once() {
    let ali = instant();
    let first = [("CidrBlock", "10.0.0.0/16"), ("ClientToken", "one")];
    let other = [("CidrBlock", "10.1.0.0/16"), ("ClientToken", "one")];
    let made = ali.vpc("CreateVpc", &first).ok();
    let again = ali.vpc("CreateVpc", &first).ok();
    assert_eq!(made.text("/VpcId"), again.text("/VpcId"));
    assert_ne!(made.text("/RequestId"), again.text("/RequestId"));
    assert_eq!(
        ali.vpc("CreateVpc", &other).code(),
        "IdempotentParameterMismatch"
    );
    assert_eq!(ali.vpc("DescribeVpcs", &[]).ok().count("/Vpcs/Vpc"), 1);
}

#[test]
fn both_clouds_answer_on_one_port() {
    let ali = instant();
    ali.sim
        .ec2("CreateVpc", &[("CidrBlock", "10.0.0.0/16")])
        .ok();
    ali.new_vpc();
    let requests = ali.sim.handle().requests();
    assert_eq!((requests["CreateVpc"], requests["vpc:CreateVpc"]), (1, 1));
    let handle = ali.sim.handle();
    assert_eq!(handle.entities("aliyun.vpc").len(), 1);
    assert_eq!(handle.left_over().len(), 2);
}

#[test]
fn chaos_meets_both_clouds() {
    let ali = Ali::start(|config| config.chaos = "throttle@1,error@2,lost@3".parse().unwrap());
    let throttled = ali.vpc("CreateVpc", &[]);
    assert_eq!(
        (throttled.status, throttled.code().as_str()),
        (400, "Throttling.User")
    );
    let broken = ali.vpc("CreateVpc", &[]);
    assert_eq!(
        (broken.status, broken.code().as_str()),
        (503, "ServiceUnavailable")
    );
    assert!(ali.try_call("vpc", "CreateVpc", &[]).is_none());
    assert_eq!(ali.vpc("DescribeVpcs", &[]).ok().count("/Vpcs/Vpc"), 1);
}

#[test]
fn real_limits_throttle_a_user() {
    let ali = Ali::start(|config| config.chaos = "bucket=real".parse().unwrap());
    let codes = (0..60).map(|_| ali.vpc("DeleteVpc", &[("VpcId", "vpc-none")]).code());
    let codes: Vec<String> = codes.collect();
    assert_eq!(codes[0], "InvalidVpcID.NotFound");
    assert_eq!(codes.last().map(String::as_str), Some("Throttling.User"));
}

#[test]
fn everything_survives_in_the_file_of_both_clouds() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cloud");
    let start = || {
        Ali::start(|config| {
            config.state_file = Some(file.clone());
            config.aliyun_timing = infra_sim::aliyun::Timing::instant();
        })
    };
    let ali = start();
    let (vpc, vswitch) = ali.network();
    ali.sim
        .ec2("CreateVpc", &[("CidrBlock", "10.0.0.0/16")])
        .ok();
    ali.sim.stop();
    let ali = start();
    let found = ali.vpc("DescribeVpcs", &[("VpcId", &vpc)]).ok();
    assert_eq!(found.text("/Vpcs/Vpc/0/VSwitchIds/VSwitchId/0"), vswitch);
    assert_ne!(ali.new_vpc(), vpc);
}
