//! The SDK's clients, set up, and the one way every request goes through them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::tls::Provider::Rustls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use infra_provider::layers::{Call, Jitter, Layers, Repeat, RetryPolicy, Throttle};
use infra_provider::{Account, Context, Failure, FailureKind, Timer};

use crate::config::{Config, Credentials, Options, Windows, limit};
use crate::error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
const STALL_TIMEOUT: Duration = Duration::from_secs(20);

/// One account and region: the clients and what every operation needs beside them.
pub(crate) struct Cloud {
    pub ec2: aws_sdk_ec2::Client,
    pub ebs: aws_sdk_ebs::Client,
    sts: aws_sdk_sts::Client,
    layers: Layers,
    pub timer: Arc<dyn Timer>,
    pub windows: Windows,
    pub program: String,
    pub region: String,
    /// The provider block's common tags.
    pub tags: BTreeMap<String, String>,
    /// Root device names by image, so that many machines of one image ask once.
    pub root_devices: Mutex<BTreeMap<String, String>>,
    account: tokio::sync::OnceCell<Account>,
}

impl Cloud {
    /// Loads the configuration the standard way and checks the account guard.
    ///
    /// # Errors
    /// `Invalid` when no region is known, `Denied` when the account is none of the program's `accounts`, and
    /// what asking for the account fails with.
    pub async fn connect(context: &Context, options: Options) -> Result<Cloud, Failure> {
        let config = Config::of(&context.config);
        let sdk = load(&config, &options).await;
        let region = match sdk.region() {
            Some(region) => region.to_string(),
            None => {
                return Err(Failure::new(FailureKind::Invalid, "no AWS region is set")
                    .help("write `provider aws { region = \"us-west-2\" }`, or set AWS_REGION"));
            }
        };
        let paced = options.paced;
        let throttle = Throttle::new(move |action| paced.then(|| limit(action)));
        let cloud = Cloud {
            ec2: aws_sdk_ec2::Client::new(&sdk),
            ebs: aws_sdk_ebs::Client::new(&sdk),
            sts: aws_sdk_sts::Client::new(&sdk),
            layers: Layers::new(
                RetryPolicy::default(),
                Jitter::new(options.seed),
                throttle,
                options.timer.clone(),
            ),
            timer: options.timer,
            windows: options.windows,
            program: context.program.clone(),
            region,
            tags: config.tags,
            root_devices: Mutex::default(),
            account: tokio::sync::OnceCell::new(),
        };
        if !config.accounts.is_empty() {
            let account = cloud.account().await?;
            if !config.accounts.contains(&account.id) {
                let message = format!(
                    "the credentials open the account {} (as {}), and this program may only touch {}",
                    account.id,
                    account.caller,
                    config.accounts.join(", ")
                );
                return Err(Failure::new(FailureKind::Denied, message)
                    .help("choose another profile, or add the account to `accounts` of the provider block"));
            }
        }
        Ok(cloud)
    }

    pub fn counts(&self) -> infra_provider::CallCounts {
        self.layers.counts()
    }

    /// Whose account it is; asked once. Action: `GetCallerIdentity` (STS).
    pub async fn account(&self) -> Result<&Account, Failure> {
        self.account
            .get_or_try_init(|| async {
                let answer = self
                    .read("GetCallerIdentity", || {
                        self.sts.get_caller_identity().send()
                    })
                    .await?;
                Ok(Account {
                    id: answer.account.unwrap_or_default(),
                    region: self.region.clone(),
                    caller: answer.arn.unwrap_or_default(),
                })
            })
            .await
    }

    /// Sends a request that changes nothing.
    pub async fn read<T, E, S>(
        &self,
        action: &'static str,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.send(action, Repeat::Harmless, send).await
    }

    /// Sends a change that does no harm when it is done twice: it has a token, or sets something.
    pub async fn change<T, E, S>(
        &self,
        action: &'static str,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.send(action, Repeat::Harmless, send).await
    }

    /// Sends a change that must not be done twice. When its answer is lost, the failure is `ambiguous`.
    pub async fn once<T, E, S>(
        &self,
        action: &'static str,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.send(action, Repeat::Never, send).await
    }

    /// Reads all pages of a listing. `open` takes a page's items and the token of the next one.
    pub async fn pages<T, E, S, Item>(
        &self,
        action: &'static str,
        send: impl Fn(Option<String>) -> S,
        open: impl Fn(T) -> (Option<Vec<Item>>, Option<String>),
    ) -> Result<Vec<Item>, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut all = Vec::new();
        let mut next = None;
        loop {
            let page = self.read(action, || send(next.clone())).await?;
            let (items, token) = open(page);
            all.extend(items.unwrap_or_default());
            match token.filter(|token| !token.is_empty()) {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }

    async fn send<T, E, S>(
        &self,
        action: &'static str,
        repeat: Repeat,
        send: impl Fn() -> S,
    ) -> Result<T, Failure>
    where
        S: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let call = Call {
            action,
            group: action,
            repeat,
        };
        let sent = || {
            let sending = send();
            async move {
                sending
                    .await
                    .map_err(|error| error::failure(action, &error))
            }
        };
        self.layers.call(call, sent).await
    }
}

/// The SDK's configuration. Retries are ours, so that pacing, counting and tokens see every attempt.
async fn load(config: &Config, options: &Options) -> SdkConfig {
    let endpoint = options.endpoint.as_ref().or(config.endpoint.as_ref());
    let sdk = match &options.credentials {
        Some(keys) => fixed(keys, config, options, endpoint),
        None => found(config, options, endpoint).await,
    };
    let Some(role) = &config.role else {
        return sdk;
    };
    let role = AssumeRoleProvider::builder(role)
        .session_name("infra")
        .configure(&sdk)
        .build()
        .await;
    let credentials = SharedCredentialsProvider::new(role);
    sdk.into_builder().credentials_provider(credentials).build()
}

/// Everything from the caller; environment, files and metadata service are left alone.
fn fixed(
    keys: &Credentials,
    config: &Config,
    options: &Options,
    endpoint: Option<&String>,
) -> SdkConfig {
    let region = config.region.as_ref().or(options.default_region.as_ref());
    let credentials = aws_credential_types::Credentials::new(
        &keys.access_key_id,
        &keys.secret_access_key,
        keys.session_token.clone(),
        None,
        "infra",
    );
    let plain = endpoint.is_some_and(|url| url.starts_with("http://"));
    let mut builder = SdkConfig::builder()
        .behavior_version(version())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts())
        .stalled_stream_protection(stalls())
        .http_client(if plain { http_plain() } else { http() })
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    builder.set_region(region.cloned().map(Region::new));
    builder.set_endpoint_url(endpoint.cloned());
    builder.set_app_name(AppName::new("infra").ok());
    builder.build()
}

/// Region and credentials the standard way. The metadata service of an instance is only asked for credentials,
/// and only when neither environment nor files have any.
async fn found(config: &Config, options: &Options, endpoint: Option<&String>) -> SdkConfig {
    let mut files = ProfileFileRegionProvider::builder();
    if let Some(profile) = &config.profile {
        files = files.profile_name(profile);
    }
    let region = RegionProviderChain::first_try(config.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(files.build())
        .or_else(options.default_region.clone().map(Region::new))
        .region()
        .await;
    let mut loader = aws_config::defaults(version())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts())
        .stalled_stream_protection(stalls())
        .http_client(http())
        .region(region);
    if let Ok(name) = AppName::new("infra") {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &config.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

fn version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

fn stalls() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled()
        .grace_period(STALL_TIMEOUT)
        .build()
}

fn http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Rustls(CryptoMode::Ring))
        .build_https()
}

/// Without certificates to load and without a proxy, for an endpoint on this machine.
fn http_plain() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}
