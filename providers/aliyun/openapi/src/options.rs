//! What a client is told once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::credentials::Source;
use crate::environment::Environment;
use crate::http::Transport;

/// How a client reaches the cloud. Start from [`Options::new`].
#[derive(Clone)]
pub struct Options {
    /// `cn-hangzhou`.
    pub region: String,
    pub credentials: Source,
    /// One base URL (`http://127.0.0.1:4567`) to which every request goes instead, with the real host name in `Host`
    /// and in the signature: a simulated cloud, or a server of a test. It is reached without a proxy.
    pub via: Option<String>,
    /// Host names or base URLs by product (`"ecs" → "ecs-vpc.cn-hangzhou.aliyuncs.com"`) instead of Alibaba's public
    /// ones.
    pub endpoints: BTreeMap<String, String>,
    pub timeouts: Timeouts,
    pub retry: Retry,
    /// Where the metadata service of ECS instances is; its usual place when it is `None`.
    pub metadata_service: Option<String>,
    /// Names the calling program to Alibaba: `infra/0.1.0`.
    pub user_agent: String,
    /// Where proxy and CA files are named: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`, `SSL_CERT_DIR`.
    pub environment: Environment,
    /// Time and pauses.
    pub clock: Arc<dyn Clock>,
    /// How requests travel; sockets when it is `None`.
    pub transport: Option<Arc<dyn Transport>>,
}

impl Options {
    /// For a real account in a region, with the credentials that the environment of the process leads to.
    pub fn new(region: impl Into<String>) -> Options {
        let environment = Environment::of_process();
        Options {
            region: region.into(),
            credentials: Source::standard(&environment, None),
            via: None,
            endpoints: BTreeMap::new(),
            timeouts: Timeouts::default(),
            retry: Retry::default(),
            metadata_service: None,
            user_agent: concat!("aliyun-openapi/", env!("CARGO_PKG_VERSION")).to_owned(),
            environment,
            clock: Arc::new(SystemClock),
            transport: None,
        }
    }
}

/// For how long one attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// From the first byte of the request to the last byte of the answer.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(60),
        }
    }
}

/// How often the client itself sends a call again. A throttled call, and one that was not delivered, is always safe
/// to repeat; one whose answer was lost only if the call says so ([`crate::Repeat`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// All attempts together; at least 1.
    pub attempts_max: u32,
    /// The longest pause before the second attempt; it doubles with each further one.
    pub pause_base: Duration,
    pub pause_max: Duration,
}

impl Retry {
    /// One attempt: for callers that repeat calls themselves.
    pub const NEVER: Retry = Retry {
        attempts_max: 1,
        pause_base: Duration::ZERO,
        pause_max: Duration::ZERO,
    };
}

impl Default for Retry {
    fn default() -> Retry {
        Retry {
            attempts_max: 5,
            pause_base: Duration::from_millis(200),
            pause_max: Duration::from_secs(20),
        }
    }
}
