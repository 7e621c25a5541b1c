//! What the provider is told from outside: the program's `provider aliyun` block, and options of the caller.

use std::collections::BTreeMap;
use std::sync::Arc;

use aliyun_openapi::{Clock, Credentials, Environment, Transport};
use infra_model::Record;
use infra_sdk::Timer;
use infra_sdk::fields::Fields;
use infra_sdk::wait::Windows;

/// What the caller decides, and not the program.
#[derive(Clone)]
pub struct Options {
    pub timer: Arc<dyn Timer>,
    /// Where every request goes instead of to Alibaba Cloud; wins over the program's `endpoint`.
    pub endpoint: Option<String>,
    /// Used when neither the program nor the environment names a region.
    pub default_region: Option<String>,
    /// Given by the caller; then no environment, file or metadata service is asked for any.
    pub credentials: Option<Credentials>,
    /// The environment variables that name credentials, region, proxy and CA files.
    pub environment: Environment,
    /// How requests travel; sockets when it is `None`.
    pub transport: Option<Arc<dyn Transport>>,
    /// What requests are dated by; the clock of the system when it is `None`.
    pub clock: Option<Arc<dyn Clock>>,
    pub windows: Windows,
    /// Seed of the jitter in pauses.
    pub seed: u64,
}

impl Options {
    /// For a real account: endpoint and credentials the standard way.
    pub fn real(timer: Arc<dyn Timer>, seed: u64) -> Options {
        Options {
            timer,
            endpoint: None,
            default_region: None,
            credentials: None,
            environment: Environment::of_process(),
            transport: None,
            clock: None,
            windows: Windows {
                consistency_ms: 10_000,
                dependency_ms: 600_000,
            },
            seed,
        }
    }

    /// For a simulated cloud at `endpoint` (`http://127.0.0.1:PORT`), which is consistent soon. Nothing on the machine is
    /// asked for credentials or a region.
    pub fn simulated(
        timer: Arc<dyn Timer>,
        endpoint: impl Into<String>,
        credentials: Credentials,
    ) -> Options {
        Options {
            endpoint: Some(endpoint.into()),
            default_region: Some("cn-hangzhou".to_owned()),
            credentials: Some(credentials),
            environment: Environment::default(),
            windows: Windows {
                consistency_ms: 1_500,
                dependency_ms: 60_000,
            },
            ..Options::real(timer, 1)
        }
    }
}

/// The fields of `provider aliyun { … }`.
pub(crate) struct Config {
    pub region: Option<String>,
    pub profile: Option<String>,
    pub accounts: Vec<String>,
    pub role: Option<String>,
    pub endpoint: Option<String>,
    pub tags: BTreeMap<String, String>,
}

impl Config {
    pub fn of(record: &Record) -> Config {
        let fields = Fields(record);
        Config {
            region: fields.text("region"),
            profile: fields.text("profile"),
            accounts: fields.texts("accounts"),
            role: fields.text("role"),
            endpoint: fields.text("endpoint"),
            tags: fields.tags(),
        }
    }
}
