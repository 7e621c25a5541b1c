//! What the provider of AWS is told.

use std::sync::Arc;

use infra_aws::{AwsProvider, Credentials, Options};
use infra_model::Value;
use infra_sdk::{Context, Failure, Provider};

use super::surroundings::{Surroundings, is_local};
use crate::world::now_ms;

/// The provider, set up.
pub(super) async fn connect(
    context: &Context,
    around: &Surroundings<'_>,
) -> Result<Arc<dyn Provider>, Failure> {
    let provider = AwsProvider::connect(context, options(context, around)).await?;
    Ok(Arc::new(provider))
}

fn options(context: &Context, around: &Surroundings<'_>) -> Options {
    let timer = around.timer.clone();
    let simulated = |endpoint: &str| {
        let credentials = Credentials {
            access_key_id: infra_sim::ACCESS_KEY.to_owned(),
            secret_access_key: infra_sim::SECRET_KEY.to_owned(),
            session_token: None,
        };
        Options::simulated(timer.clone(), endpoint, credentials)
    };
    if let Some(endpoint) = &around.simulator {
        return simulated(endpoint);
    }
    let real = Options {
        default_profile: around.env.aws_profile().map(str::to_owned),
        ..Options::real(timer.clone(), now_ms())
    };
    let named = context.config.get("endpoint").and_then(Value::as_str);
    match named.or(around.env.aws_endpoint()) {
        // A cloud on this machine is an emulator: it keeps no published rates and is consistent soon.
        Some(endpoint) if is_local(endpoint) => Options {
            windows: simulated(endpoint).windows,
            paced: false,
            ..real
        },
        _ => real,
    }
}
