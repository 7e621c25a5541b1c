//! The SDK's configuration: credentials, region, endpoint, HTTP.

use std::collections::BTreeMap;
use std::sync::Mutex;
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
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};

use crate::config::{Config, Credentials, Options};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
const STALL_TIMEOUT: Duration = Duration::from_secs(20);

/// The SDK's configuration. Retries are ours, so that pacing, counting and tokens see every attempt.
pub(crate) async fn load(config: &Config, options: &Options) -> SdkConfig {
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
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    builder = match &options.transport {
        Some(transport) => builder
            .http_client(transport.http.clone())
            .time_source(transport.time.clone())
            .sleep_impl(transport.sleep.clone())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled()),
        None => builder.http_client(if plain { http_plain() } else { http() }),
    };
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

/// HTTPS with the system's certificates, through the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`) if there
/// is one. Connections are pooled for each set of timeouts: the metadata service has others than EC2.
fn http() -> SharedHttpClient {
    type Timeouts = (Option<Duration>, Option<Duration>);
    let pools: Mutex<BTreeMap<Timeouts, SharedHttpConnector>> = Mutex::default();
    http_client_fn(move |settings, components| {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut pools = pools
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let connect = || {
            let mut builder = Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(ProxyConfig::from_env());
            builder.set_sleep_impl(components.sleep_impl());
            let connector = builder
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build();
            SharedHttpConnector::new(connector)
        };
        pools.entry(timeouts).or_insert_with(connect).clone()
    })
}

/// Without certificates to load and without a proxy, for an endpoint on this machine.
fn http_plain() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}
