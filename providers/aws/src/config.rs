//! What the provider is told from outside: the program's `provider aws` block, and options of the caller.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use infra_model::Record;
use infra_sdk::Timer;
use infra_sdk::fields::Fields;
use infra_sdk::layers::Limit;
use infra_sdk::wait::Windows;

/// Access keys given by the caller; then no environment, file or metadata service is asked for any.
#[derive(Clone)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// What Amazon itself needs.
const WINDOWS: Windows = Windows {
    consistency_ms: 10_000,
    dependency_ms: 300_000,
};

/// How requests travel, and by which clock, for callers that have their cloud in the same process.
#[derive(Clone, Debug)]
pub struct Transport {
    pub http: SharedHttpClient,
    pub time: SharedTimeSource,
    pub sleep: SharedAsyncSleep,
}

/// What the caller decides, and not the program.
#[derive(Clone)]
pub struct Options {
    pub timer: Arc<dyn Timer>,
    /// Wins over the program's `endpoint`.
    pub endpoint: Option<String>,
    /// Used when neither the program nor the environment names a region.
    pub default_region: Option<String>,
    /// The profile that the environment chooses, to name it when it has no credentials.
    pub default_profile: Option<String>,
    pub credentials: Option<Credentials>,
    /// With given credentials only; otherwise, and when it is `None`, sockets and the clock of the system.
    pub transport: Option<Transport>,
    pub windows: Windows,
    /// Whether to keep to AWS's published rates from the start. Without it only refusals slow calls down.
    pub paced: bool,
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
            default_profile: None,
            credentials: None,
            transport: None,
            windows: WINDOWS,
            paced: true,
            seed,
        }
    }

    /// For a simulated cloud at `endpoint` (`http://127.0.0.1:PORT`), which keeps no published rates and is
    /// consistent soon. Nothing on the machine is asked for credentials or a region.
    pub fn simulated(
        timer: Arc<dyn Timer>,
        endpoint: impl Into<String>,
        credentials: Credentials,
    ) -> Options {
        Options {
            endpoint: Some(endpoint.into()),
            default_region: Some("us-west-2".to_owned()),
            credentials: Some(credentials),
            windows: Windows {
                consistency_ms: 1_500,
                dependency_ms: 20_000,
            },
            paced: false,
            ..Options::real(timer, 1)
        }
    }
}

/// The fields of `provider aws { … }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// AWS's published rates by action: burst and calls a second ("Request throttling for the Amazon EC2 API";
/// "Amazon EBS endpoints and quotas" for the direct calls).
pub(crate) fn limit(action: &str) -> Limit {
    let (burst, per_second) = match action {
        "RunInstances" | "StartInstances" => (5, 2.0),
        "CreateVolume" | "DeleteVolume" | "CreateSnapshot" | "TerminateInstances" => (100, 5.0),
        "CreateTags" | "DeleteTags" => (100, 10.0),
        "CreateNatGateway" => (10, 1.0),
        "CreateVpcEndpoint" => (4, 0.3),
        "CreateNetworkInterface" => (100, 5.0),
        "StartSnapshot" | "CompleteSnapshot" => (10, 10.0),
        "PutSnapshotBlock" => (1000, 1000.0),
        _ if action.starts_with("Describe") || action.starts_with("Get") => (100, 20.0),
        _ => (50, 5.0),
    };
    Limit { burst, per_second }
}
