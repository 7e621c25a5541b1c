//! A small client of its own: requests as the SDKs send them, signed once more from Alibaba Cloud's description.

use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use infra_sim::Config;
use infra_sim::aliyun::{ACCESS_KEY, SECRET_KEY, Timing};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::meta;
use crate::client::{Request, Sim, encode, exchange};

/// A cloud, and a client of it.
pub struct Ali {
    pub sim: Sim,
    pub region: &'static str,
    nonce: AtomicU64,
}

/// A cloud whose pending states end before the next request.
pub fn instant() -> Ali {
    Ali::start(|config| config.aliyun_timing = Timing::instant())
}

/// The endpoint of a product in a region.
pub fn host(product: &str, region: &str) -> String {
    format!("{product}.{region}.aliyuncs.com")
}

fn version(product: &str) -> &'static str {
    match product {
        "ecs" => "2014-05-26",
        "vpc" => "2016-04-28",
        "sts" => "2015-04-01",
        other => panic!("no product {other}"),
    }
}

/// `2026-01-01T00:00:00Z`
pub fn moment(ms: u64) -> String {
    // Tests run within one day of their beginning.
    let of_day = ms / 1000 % 86_400;
    format!(
        "2026-01-01T{:02}:{:02}:{:02}Z",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

/// Sorted and encoded, as signatures want it.
pub fn query(parameters: &[(&str, &str)]) -> String {
    let mut pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.sort();
    pairs.join("&")
}

impl Ali {
    pub fn start(change: impl FnOnce(&mut Config)) -> Ali {
        Ali {
            sim: Sim::start(change),
            region: "cn-hangzhou",
            nonce: AtomicU64::new(0),
        }
    }

    pub fn nonce(&self) -> String {
        format!("nonce-{}", self.nonce.fetch_add(1, Ordering::SeqCst))
    }

    /// The headers of a request, signed with `key`.
    pub fn signed(
        &self,
        host: &str,
        product: &str,
        action: &str,
        query: &str,
        key: (&str, &str),
    ) -> Vec<(String, String)> {
        let body = hex::encode(Sha256::digest(b""));
        let date = moment(self.sim.now_ms());
        let nonce = self.nonce();
        let mut headers: Vec<(&str, &str)> = vec![
            ("host", host),
            ("x-acs-action", action),
            ("x-acs-content-sha256", &body),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", &nonce),
            ("x-acs-version", version(product)),
        ];
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let canonical = format!("POST\n/\n{query}\n{lines}\n{names}\n{body}");
        let to_sign = format!(
            "ACS3-HMAC-SHA256\n{}",
            hex::encode(Sha256::digest(canonical.as_bytes()))
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(key.1.as_bytes()).expect("any length");
        mac.update(to_sign.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let authorization = format!(
            "ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}",
            key.0
        );
        headers.push(("authorization", &authorization));
        let headers = headers.into_iter();
        headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Sends an action; `None` when the connection closed without an answer.
    pub fn try_call(
        &self,
        product: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Option<Answer> {
        let mut parameters = parameters.to_vec();
        let region = if action.contains("AutoSnapshotPolicy") && !action.starts_with("Describe") {
            "regionId"
        } else {
            "RegionId"
        };
        if !parameters.iter().any(|(name, _)| *name == region) {
            parameters.push((region, self.region));
        }
        let query = query(&parameters);
        let host = host(product, self.region);
        let headers = self.signed(&host, product, action, &query, (ACCESS_KEY, SECRET_KEY));
        let answer = self.send("POST", "/", &query, &headers, Vec::new())?;
        if answer.status < 300 {
            meta::check_response(product, action, &answer.json);
        }
        Some(answer)
    }

    /// Sends an action.
    pub fn call(&self, product: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.try_call(product, action, parameters)
            .expect("an answer")
    }

    pub fn ecs(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call("ecs", action, parameters)
    }

    pub fn vpc(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call("vpc", action, parameters)
    }

    /// Sends a request as it is.
    pub fn send(
        &self,
        method: &'static str,
        path: &str,
        query: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Option<Answer> {
        let request = Request {
            service: "",
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body,
        };
        let reply = exchange(&self.sim.addr(), &request, headers)?;
        Some(Answer {
            status: reply.status,
            head: reply.head.clone(),
            json: serde_json::from_slice(&reply.body).unwrap_or_default(),
            text: reply.body(),
        })
    }

    /// A VPC that is available.
    pub fn new_vpc(&self) -> String {
        let vpc = self.vpc("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).ok();
        vpc.text("/VpcId")
    }

    /// A VSwitch of it in zone b.
    pub fn new_vswitch(&self, vpc: &str, cidr: &str) -> String {
        let parameters = [
            ("VpcId", vpc),
            ("CidrBlock", cidr),
            ("ZoneId", "cn-hangzhou-b"),
        ];
        let vswitch = self.vpc("CreateVSwitch", &parameters).ok();
        vswitch.text("/VSwitchId")
    }

    /// A VPC with a VSwitch.
    pub fn network(&self) -> (String, String) {
        let vpc = self.new_vpc();
        let vswitch = self.new_vswitch(&vpc, "10.0.1.0/24");
        (vpc, vswitch)
    }

    /// A security group of the VPC.
    pub fn new_group(&self, vpc: &str) -> String {
        let group = self.ecs("CreateSecurityGroup", &[("VpcId", vpc)]).ok();
        group.text("/SecurityGroupId")
    }
}

/// What the cloud answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub json: Value,
    pub text: String,
}

impl Answer {
    /// The answer itself, which must be a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status < 300, "{} {}", self.status, self.text);
        self
    }

    /// The error code.
    #[track_caller]
    pub fn code(&self) -> String {
        assert!(self.status >= 300, "expected an error, got {}", self.text);
        self.text("/Code")
    }

    /// The value at a JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        let found = self.json.pointer(pointer);
        found.unwrap_or_else(|| panic!("no {pointer} in {}", self.text))
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        let text = self.at(pointer).as_str();
        text.unwrap_or_else(|| panic!("{pointer} is no text in {}", self.text))
            .to_owned()
    }

    /// How long the list at a JSON pointer is.
    #[track_caller]
    pub fn count(&self, pointer: &str) -> usize {
        self.at(pointer).as_array().expect("a list").len()
    }
}
