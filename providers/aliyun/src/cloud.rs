//! One account and region: the client, and the one way every request goes through it. It knows no type.

use std::collections::BTreeMap;
use std::sync::Arc;

use aliyun_openapi::credentials::{Role, default_region};
use aliyun_openapi::{Api, Call as Request, Client, Retry, Source};
use infra_sdk::batch::Batch;
use infra_sdk::layers::{
    Call, Jitter, Layers, Limit, Repeat, RetryPolicy, Throttle, request_id, within,
};
use infra_sdk::tags::clipped;
use infra_sdk::wait::{Pace, Windows};
use infra_sdk::{Account, CallCounts, Context, Failure, FailureKind, Timer};
use serde_json::Value as Json;

use crate::config::{Config, Options};
use crate::error;
use crate::param::Param;
use crate::products::STS;
use crate::tags::VALUE_CHARS_MAX;

/// For how long one attempt to read waits for its answer, and all attempts together, in milliseconds.
const READ_MS_MAX: u64 = 20_000;
const READ_SILENCE_MS_MAX: u64 = 60_000;

/// How many requests are under way at once.
const IN_FLIGHT_MAX: usize = 64;

/// The rate that an action is held to once the cloud has refused a call of it.
const LIMIT: Limit = Limit {
    burst: 20,
    per_second: 10.0,
};

/// One account and region.
pub struct Cloud {
    client: Client,
    layers: Layers,
    timer: Arc<dyn Timer>,
    windows: Windows,
    pub(crate) program: String,
    pub(crate) region: String,
    /// The provider block's common tags.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) batch: Batch,
    in_flight: tokio::sync::Semaphore,
    account: tokio::sync::OnceCell<Account>,
}

impl Pace for Cloud {
    fn name(&self) -> &str {
        "Alibaba Cloud"
    }

    fn timer(&self) -> &dyn Timer {
        &*self.timer
    }

    fn windows(&self) -> Windows {
        self.windows
    }
}

impl Cloud {
    /// Sets the client up, and checks the account guard.
    ///
    /// # Errors
    /// `Invalid` when no region is known, `Denied` when the account is none of the program's `accounts`.
    pub(crate) async fn connect(context: &Context, options: Options) -> Result<Cloud, Failure> {
        let config = Config::of(&context.config);
        let region = config
            .region
            .or_else(|| default_region(&options.environment, config.profile.as_deref()))
            .or(options.default_region)
            .ok_or_else(|| {
                Failure::new(FailureKind::Invalid, "no region of Alibaba Cloud is set").help(
                    "write `provider aliyun { region = \"cn-hangzhou\" }`, or set ALIBABA_CLOUD_REGION_ID",
                )
            })?;
        let mut settings = aliyun_openapi::Options::new(region.clone());
        settings.credentials = match options.credentials {
            Some(credentials) => Source::Fixed(credentials),
            None => Source::standard(&options.environment, config.profile.as_deref()),
        };
        if let Some(role) = config.role {
            settings.credentials = settings.credentials.assuming(Role::new(role, "infra"));
        }
        settings.via = options.endpoint.or(config.endpoint);
        settings.environment = options.environment;
        settings.retry = Retry::NEVER;
        settings.transport = options.transport;
        if let Some(clock) = options.clock {
            settings.clock = clock;
        }
        settings.user_agent = concat!("infra/", env!("CARGO_PKG_VERSION")).to_owned();
        let client = Client::new(settings).map_err(|error| error::failure("", &error))?;
        let cloud = Cloud {
            client,
            // Nobody publishes rates: a refusal slows an action down.
            layers: Layers::new(
                RetryPolicy::default(),
                Jitter::new(options.seed),
                Throttle::new(|_| Some(LIMIT)).after_refusal(),
                options.timer.clone(),
            ),
            timer: options.timer,
            windows: options.windows,
            // As tags bear it, so that listings by tag find it.
            program: clipped(&context.program, VALUE_CHARS_MAX),
            region,
            tags: config.tags,
            batch: Batch::default(),
            in_flight: tokio::sync::Semaphore::new(IN_FLIGHT_MAX),
            account: tokio::sync::OnceCell::new(),
        };
        if !config.accounts.is_empty() {
            cloud.account().await?.check(&config.accounts)?;
        }
        Ok(cloud)
    }

    pub(crate) fn counts(&self) -> CallCounts {
        self.layers.counts()
    }

    /// Whose account it is; asked once. Action: `GetCallerIdentity` (STS).
    pub(crate) async fn account(&self) -> Result<&Account, Failure> {
        self.account
            .get_or_try_init(|| async {
                let answer = self.asking(STS, "GetCallerIdentity", Vec::new()).await?;
                let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
                Ok(Account {
                    id: text("AccountId"),
                    region: self.region.clone(),
                    caller: text("Arn"),
                })
            })
            .await
    }

    /// Sends a request that changes nothing.
    pub(crate) async fn asking(
        &self,
        api: Api,
        action: &'static str,
        params: Vec<Param>,
    ) -> Result<Json, Failure> {
        let request = request(api, action, params);
        let call = Call {
            silence_ms_max: Some(READ_SILENCE_MS_MAX),
            ..Call::new(action, Repeat::Harmless)
        };
        let late = || {
            Failure::new(
                FailureKind::Network,
                format!(
                    "Alibaba Cloud does not answer in the region {}",
                    self.region
                ),
            )
            .temporary()
            .ambiguous()
            .help("check the network, HTTPS_PROXY, and the region's name")
        };
        let attempt = || within(READ_MS_MAX, &*self.timer, self.sent(action, &request), late);
        self.layers.call(call, attempt).await
    }

    /// Sends a change once, or again after a lost answer where that does no harm.
    pub(crate) async fn changing(
        &self,
        api: Api,
        action: &'static str,
        params: Vec<Param>,
        repeat: Repeat,
    ) -> Result<Json, Failure> {
        let request = request(api, action, params);
        let attempt = || self.sent(action, &request);
        self.layers.call(Call::new(action, repeat), attempt).await
    }

    async fn sent(&self, action: &'static str, request: &Request) -> Result<Json, Failure> {
        let answer = {
            // The semaphore is never closed; without a permit the request would simply not be held back.
            let _place = self.in_flight.acquire().await;
            self.client.call(request).await
        };
        let result = answer.map_err(|error| error::failure(action, &error));
        let id = match &result {
            Ok(answer) => answer["RequestId"].as_str(),
            Err(failure) => failure.request_id.as_deref(),
        };
        if let Some(id) = id {
            request_id(id);
        }
        result
    }
}

fn request(api: Api, action: &'static str, params: Vec<Param>) -> Request {
    let mut request = Request::rpc(api, action);
    for param in params {
        request = match param.secret {
            true => request.secret_param(param.name, param.value),
            false => request.param(param.name, param.value),
        };
    }
    request
}
