//! The one place that names the providers.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_engine::builtin::StdProvider;
use infra_engine::providers::Providers;
use infra_engine::state::{Place, State};
use infra_model::desired::ProviderConfig;
use infra_model::{Desired, Record};
use infra_sdk::{Context, Failure, Provider, Secrets, Timer};

use crate::error::{CommandError, ErrorKind};
use crate::world::Environment;

/// The clouds that this binary can reach; see the features of the package.
pub const CLOUDS: &[&str] = &[
    #[cfg(feature = "aws")]
    "aws",
];

/// The clouds that a binary with all features could reach.
const ALL_CLOUDS: &[&str] = &["aws"];

/// Names the providers' fields that guard an account; a simulated cloud has none to guard.
const ACCOUNT_GUARD: &str = "accounts";

/// What every provider is told.
#[cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "only clouds need it")
)]
pub struct Surroundings<'a> {
    /// The program's name.
    pub program: &'a str,
    pub env: &'a Environment,
    pub timer: Arc<dyn Timer>,
    /// The secrets of the run, which providers add to.
    pub secrets: Arc<Secrets>,
    /// The simulated cloud that stands for every real one.
    pub simulator: Option<String>,
}

/// The provider configurations that a program and its state need: `aws`, `aws.tokyo`, `std`.
pub fn keys(desired: &Desired, state: &State) -> BTreeSet<String> {
    let entries = state.entries().values().chain(state.deposed().values());
    let kept = entries.map(|entry| &entry.draft.provider);
    let pending = state.pending().values();
    let begun = pending.map(|pending| &pending.intent.draft.provider);
    let instances = desired.instances.iter().map(|it| &it.provider);
    let lookups = desired.lookups.iter().map(|it| &it.provider);
    let named = kept.chain(begun).chain(instances).chain(lookups).cloned();
    named
        .chain(desired.providers.iter().map(ProviderConfig::key))
        .collect()
}

/// Makes the providers that `keys` name (`aws`, `aws.tokyo`, `std`), each by its configuration in the program, or
/// by an empty one. Clouds are asked whose account it is where the program guards it.
pub async fn connect(
    keys: &BTreeSet<String>,
    configs: &[ProviderConfig],
    around: &Surroundings<'_>,
) -> Result<Providers, CommandError> {
    let mut providers = Providers::sharing(around.secrets.clone());
    for key in keys {
        let mut config: Record = match configs.iter().find(|config| config.key() == *key) {
            Some(config) => config.fields.clone(),
            None => Record::new(),
        };
        if around.simulator.is_some() {
            config.remove(ACCOUNT_GUARD);
        }
        providers.secrets().learn_record(&config);
        let context = Context {
            program: around.program.to_owned(),
            config,
        };
        let name = key.split('.').next().unwrap_or_default();
        let connected = provider(name, &context, around).await;
        let connected = connected.map_err(|error| CommandError {
            message: providers.secrets().mask(&error.message),
            ..error
        })?;
        providers.insert_configured(key.clone(), connected, &context.config);
    }
    Ok(providers)
}

/// Finds out which account and region each configuration leads to, and refuses one that leads elsewhere than where its
/// resources are. Where nothing is recorded and the cloud does not tell, it stays unknown.
pub async fn locate(mut providers: Providers, state: &State) -> Result<Providers, CommandError> {
    for key in providers.keys() {
        let Some(provider) = providers.get(&key).filter(|_| key != "std") else {
            continue;
        };
        match provider.account().await {
            // A region that is secret is compared, and not written.
            Ok(account) => {
                let place = Place {
                    account: providers.secrets().mask(&account.id),
                    region: providers.secrets().mask(&account.region),
                };
                providers.locate(key, place);
            }
            Err(failure) if state.place(&key).is_some() => {
                return Err(cloud_error(&key, &failure).hint(
                    "the state records the account of its resources, so infra must know which account the credentials open",
                ));
            }
            Err(_) => {}
        }
    }
    match providers.elsewhere(state) {
        None => Ok(providers),
        Some(elsewhere) => {
            let refusal = CommandError::new(ErrorKind::State, elsewhere.to_string());
            Err(elsewhere
                .help()
                .into_iter()
                .fold(refusal, CommandError::hint))
        }
    }
}

#[cfg_attr(
    not(feature = "aws"),
    expect(unused_variables, reason = "only clouds need to be told anything")
)]
async fn provider(
    name: &str,
    context: &Context,
    around: &Surroundings<'_>,
) -> Result<Arc<dyn Provider>, CommandError> {
    match name {
        "std" => Ok(Arc::new(StdProvider::default())),
        #[cfg(feature = "aws")]
        "aws" => {
            let connected =
                infra_aws::AwsProvider::connect(context, aws_options(context, around)).await;
            let provider = connected.map_err(|failure| cloud_error("aws", &failure))?;
            Ok(Arc::new(provider))
        }
        name => Err(not_built_in(name)),
    }
}

#[cfg(feature = "aws")]
fn aws_options(context: &Context, around: &Surroundings<'_>) -> infra_aws::Options {
    let timer = around.timer.clone();
    let simulated = |endpoint: &str| {
        let credentials = infra_aws::Credentials {
            access_key_id: infra_sim::ACCESS_KEY.to_owned(),
            secret_access_key: infra_sim::SECRET_KEY.to_owned(),
            session_token: None,
        };
        infra_aws::Options::simulated(timer.clone(), endpoint, credentials)
    };
    if let Some(endpoint) = &around.simulator {
        return simulated(endpoint);
    }
    let real = infra_aws::Options {
        default_profile: around.env.aws_profile().map(str::to_owned),
        ..infra_aws::Options::real(timer.clone(), crate::world::now_ms())
    };
    let named = context
        .config
        .get("endpoint")
        .and_then(infra_model::Value::as_str);
    match named.or(around.env.aws_endpoint()) {
        // A cloud on this machine is an emulator: it keeps no published rates and is consistent soon.
        Some(endpoint) if is_local(endpoint) => infra_aws::Options {
            windows: simulated(endpoint).windows,
            paced: false,
            ..real
        },
        _ => real,
    }
}

/// Whether a URL names this machine.
#[cfg(feature = "aws")]
fn is_local(endpoint: &str) -> bool {
    let host = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    ["localhost", "127.", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
}

/// A failed call to a cloud as the failure of a command.
fn cloud_error(whose: &str, failure: &Failure) -> CommandError {
    let error = CommandError::new(ErrorKind::Cloud, format!("{whose}: {failure}"));
    match &failure.help {
        Some(help) => error.hint(help),
        None => error,
    }
}

fn not_built_in(name: &str) -> CommandError {
    if ALL_CLOUDS.contains(&name) {
        CommandError::new(
            ErrorKind::Usage,
            format!("this infra is built without the provider `{name}`"),
        )
        .hint(format!(
            "build it with: cargo install --path . --locked --features {name}"
        ))
    } else {
        CommandError::new(ErrorKind::Usage, format!("there is no provider `{name}`"))
            .hint(format!("there are: std, {}", ALL_CLOUDS.join(", ")))
    }
}
