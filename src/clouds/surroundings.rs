//! What lies around a provider.

use std::sync::Arc;

use infra_sdk::{Secrets, Timer};

use crate::world::Environment;

/// What every provider is told.
#[cfg_attr(
    not(any(feature = "aliyun", feature = "aws")),
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

/// Whether a URL names this machine: a cloud there is an emulator.
#[cfg(any(feature = "aliyun", feature = "aws"))]
pub(super) fn is_local(endpoint: &str) -> bool {
    let host = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    ["localhost", "127.", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
}
