//! The one place that names the providers; each cloud has a file that says what its provider is told.

#[cfg(feature = "aliyun")]
mod aliyun;
#[cfg(feature = "aws")]
mod aws;
mod surroundings;

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_engine::builtin::StdProvider;
use infra_engine::providers::Providers;
use infra_engine::state::{Place, State};
use infra_model::desired::ProviderConfig;
use infra_model::{Desired, Record};
use infra_sdk::{Context, Failure, Provider};

use crate::error::{CommandError, ErrorKind};

pub use surroundings::Surroundings;

/// The clouds that this binary can reach; see the features of the package.
pub const CLOUDS: &[&str] = &[
    #[cfg(feature = "aws")]
    "aws",
    #[cfg(feature = "aliyun")]
    "aliyun",
];

/// The clouds that a binary with all features could reach.
const ALL_CLOUDS: &[&str] = &["aws", "aliyun"];

/// The fields of a provider block that mean something with a real account only: whose it must be, and the role to take
/// on.
const REAL_ONLY: [&str; 2] = ["accounts", "role"];

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
        providers.secrets().learn_record(&config);
        if around.simulator.is_some() {
            for name in REAL_ONLY {
                config.remove(name);
            }
        }
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
    not(any(feature = "aliyun", feature = "aws")),
    expect(unused_variables, reason = "only clouds need to be told anything")
)]
async fn provider(
    name: &str,
    context: &Context,
    around: &Surroundings<'_>,
) -> Result<Arc<dyn Provider>, CommandError> {
    let connected: Result<Arc<dyn Provider>, Failure> = match name {
        "std" => Ok(Arc::new(StdProvider::default())),
        #[cfg(feature = "aws")]
        "aws" => aws::connect(context, around).await,
        #[cfg(feature = "aliyun")]
        "aliyun" => aliyun::connect(context, around).await,
        name => return Err(not_built_in(name)),
    };
    connected.map_err(|failure| cloud_error(name, &failure))
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
