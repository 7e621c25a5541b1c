//! A small client of its own: HTTP/1.1 over a socket, signatures written down once more from AWS's description.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use infra_sim::{ACCESS_KEY, Config, Handle, Running, SECRET_KEY, Timing, serve};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

/// 2026-01-01T00:00:00Z
pub const START_MS: u64 = 1_767_225_600_000;

/// A cloud whose clock the test moves.
pub struct Sim {
    runtime: Runtime,
    running: Option<Running>,
    now_ms: Arc<AtomicU64>,
    pub key: (String, String),
    pub region: String,
}

/// A cloud whose pending states end before the next request.
pub fn instant() -> Sim {
    Sim::start(|config| config.timing = Timing::instant())
}

impl Sim {
    /// Starts a cloud with the configuration that `change` makes of the default one.
    pub fn start(change: impl FnOnce(&mut Config)) -> Self {
        let now_ms = Arc::new(AtomicU64::new(START_MS));
        let clock = Arc::clone(&now_ms);
        let mut config = Config::new(Arc::new(move || clock.load(Ordering::SeqCst)));
        change(&mut config);
        let runtime = Runtime::new().expect("a runtime");
        let running = runtime.block_on(serve(config)).expect("the cloud starts");
        Self {
            runtime,
            running: Some(running),
            now_ms,
            key: (ACCESS_KEY.to_owned(), SECRET_KEY.to_owned()),
            region: "us-west-2".to_owned(),
        }
    }

    /// Lets time pass.
    pub fn pass(&self, ms: u64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    /// Where it listens.
    pub fn addr(&self) -> String {
        self.running.as_ref().expect("it runs").addr().to_string()
    }

    /// Where it listens as a proxy.
    pub fn proxy(&self) -> std::net::SocketAddr {
        let running = self.running.as_ref().expect("it runs");
        running.proxy().expect("it is a proxy")
    }

    pub fn handle(&self) -> Handle {
        self.running.as_ref().expect("it runs").handle()
    }

    /// Stops the cloud in good order.
    pub fn stop(mut self) {
        let running = self.running.take().expect("it runs");
        self.runtime.block_on(running.shutdown());
    }

    /// Sends an EC2 action; `None` when the connection closed without an answer.
    pub fn try_ec2(&self, action: &str, parameters: &[(&str, &str)]) -> Option<Reply> {
        let mut form = format!("Action={action}&Version=2016-11-15");
        for (name, value) in parameters {
            form.push_str(&format!("&{name}={}", encode(value)));
        }
        self.try_send(&Request::form("ec2", form))
    }

    /// Sends an EC2 action.
    pub fn ec2(&self, action: &str, parameters: &[(&str, &str)]) -> Reply {
        self.try_ec2(action, parameters).expect("an answer")
    }

    /// Sends an EC2 action that succeeds, and gives the text of an element of the answer.
    pub fn get(&self, action: &str, parameters: &[(&str, &str)], element: &str) -> String {
        self.ec2(action, parameters).ok().text(element)
    }

    pub fn send(&self, request: &Request) -> Reply {
        self.try_send(request).expect("an answer")
    }

    pub fn try_send(&self, request: &Request) -> Option<Reply> {
        let addr = self.addr();
        let headers = request.signed(&addr, &self.region, &self.key, self.now_ms());
        exchange(&addr, request, &headers)
    }

    /// A VPC with a subnet in zone a; gives both ids.
    pub fn network(&self) -> (String, String) {
        let vpc = self.get("CreateVpc", &[("CidrBlock", "10.0.0.0/16")], "vpcId");
        let zone = format!("{}a", self.region);
        let subnet = [
            ("VpcId", vpc.as_str()),
            ("CidrBlock", "10.0.1.0/24"),
            ("AvailabilityZone", &zone),
        ];
        let subnet = self.get("CreateSubnet", &subnet, "subnetId");
        (vpc, subnet)
    }

    /// The id of a public image.
    pub fn image(&self) -> String {
        self.get(
            "DescribeImages",
            &[
                ("Filter.1.Name", "name"),
                ("Filter.1.Value.1", "*CentOS Linux 7*2211"),
            ],
            "imageId",
        )
    }

    /// Launches an instance in the subnet.
    pub fn launch(&self, subnet: &str, more: &[(&str, &str)]) -> Reply {
        let image = self.image();
        let mut parameters = vec![
            ("ImageId", image.as_str()),
            ("InstanceType", "t3.micro"),
            ("MinCount", "1"),
            ("MaxCount", "1"),
            ("SubnetId", subnet),
        ];
        parameters.extend(more);
        self.ec2("RunInstances", &parameters)
    }
}

/// An HTTP request before it is signed.
#[derive(Clone)]
pub struct Request {
    pub service: &'static str,
    pub method: &'static str,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A form as the Query protocol sends it.
    pub fn form(service: &'static str, form: String) -> Self {
        Self {
            service,
            method: "POST",
            path: "/".to_owned(),
            query: String::new(),
            headers: vec![(
                "content-type".to_owned(),
                "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
            )],
            body: form.into_bytes(),
        }
    }

    /// A request of EBS direct.
    pub fn ebs(method: &'static str, path: &str, body: Vec<u8>) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            service: "ebs",
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body,
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// All headers with the signature.
    pub fn signed(
        &self,
        host: &str,
        region: &str,
        key: &(String, String),
        now_ms: u64,
    ) -> Vec<(String, String)> {
        let date = compact(now_ms);
        let mut headers = self.headers.clone();
        headers.push(("host".to_owned(), host.to_owned()));
        headers.push(("x-amz-date".to_owned(), date.clone()));
        headers.sort();
        let stated = headers
            .iter()
            .find(|(name, _)| name == "x-amz-content-sha256")
            .map(|(_, value)| value.clone());
        let hash = stated.unwrap_or_else(|| hex::encode(Sha256::digest(&self.body)));
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let mut query: Vec<&str> = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .collect();
        query.sort_unstable();
        let canonical = format!(
            "{}\n{}\n{}\n{lines}\n{}\n{hash}",
            self.method,
            self.path,
            query.join("&"),
            names.join(";")
        );
        let day = &date[..8];
        let scope = format!("{day}/{region}/{}/aws4_request", self.service);
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            hex::encode(Sha256::digest(canonical.as_bytes()))
        );
        let mut secret = format!("AWS4{}", key.1).into_bytes();
        for part in [day, region, self.service, "aws4_request"] {
            secret = hmac(&secret, part.as_bytes());
        }
        let signature = hex::encode(hmac(&secret, to_sign.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
            key.0,
            names.join(";")
        );
        headers.push(("authorization".to_owned(), authorization));
        headers
    }
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// `20260101T000000Z`
fn compact(ms: u64) -> String {
    let seconds = ms / 1000;
    let (mut year, mut day) = (1970, seconds / 86_400);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
    ] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let of_day = seconds % 86_400;
    format!(
        "{year}{month:02}{:02}T{:02}{:02}{:02}Z",
        day + 1,
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

pub fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|b| {
            if plain(b) {
                (b as char).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// One request on a connection of its own; `None` when it closed without an answer.
pub fn exchange(addr: &str, request: &Request, headers: &[(String, String)]) -> Option<Reply> {
    let mut stream = TcpStream::connect(addr).ok()?;
    let target = if request.query.is_empty() {
        request.path.clone()
    } else {
        format!("{}?{}", request.path, request.query)
    };
    let mut head = format!(
        "{} {target} HTTP/1.1\r\nconnection: close\r\n",
        request.method
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    let mut bytes = head.into_bytes();
    bytes.extend(&request.body);
    // A connection that is closed early shows while writing or while reading.
    stream.write_all(&bytes).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let split = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..split]).to_ascii_lowercase();
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    Some(Reply {
        status,
        head,
        body: answer[split + 4..].to_vec(),
    })
}

/// What the cloud answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer itself, which must be a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status < 300, "{} {}", self.status, self.body());
        self
    }

    /// The error code.
    #[track_caller]
    pub fn code(&self) -> String {
        assert!(self.status >= 300, "expected an error, got {}", self.body());
        self.text("Code")
    }

    /// The texts of all elements of that name.
    pub fn all(&self, element: &str) -> Vec<String> {
        let body = self.body();
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let parts = body.split(open.as_str()).skip(1);
        parts
            .filter_map(|part| Some(part.split_once(close.as_str())?.0.to_owned()))
            .collect()
    }

    /// The text of the first element of that name.
    #[track_caller]
    pub fn text(&self, element: &str) -> String {
        self.all(element)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no <{element}> in {}", self.body()))
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}
