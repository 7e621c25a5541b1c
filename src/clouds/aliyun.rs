//! What the provider of Alibaba Cloud is told.

use std::sync::Arc;

use infra_aliyun::{AliyunProvider, Credentials, Options};
use infra_model::Value;
use infra_sdk::{Context, Failure, Provider};

use super::surroundings::{Surroundings, is_local};
use crate::world::now_ms;

/// The provider, set up.
pub(super) async fn connect(
    context: &Context,
    around: &Surroundings<'_>,
) -> Result<Arc<dyn Provider>, Failure> {
    let provider = AliyunProvider::connect(context, options(context, around)).await?;
    Ok(Arc::new(provider))
}

fn options(context: &Context, around: &Surroundings<'_>) -> Options {
    let timer = around.timer.clone();
    let simulated = |endpoint: &str| {
        let credentials =
            Credentials::new(infra_sim::aliyun::ACCESS_KEY, infra_sim::aliyun::SECRET_KEY);
        Options::simulated(timer.clone(), endpoint, credentials)
    };
    if let Some(endpoint) = &around.simulator {
        return simulated(endpoint);
    }
    let named = context.config.get("endpoint").and_then(Value::as_str);
    let endpoint = named.or(around.env.aliyun_endpoint());
    let real = Options {
        endpoint: endpoint.map(str::to_owned),
        environment: around.env.variables().collect(),
        ..Options::real(timer.clone(), now_ms())
    };
    match endpoint {
        // A cloud on this machine is an emulator, and is consistent soon.
        Some(endpoint) if is_local(endpoint) => Options {
            windows: simulated(endpoint).windows,
            ..real
        },
        _ => real,
    }
}
