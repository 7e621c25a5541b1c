//! The simulated cloud: inside the process for `--sim`, and for other programs with `infra sim`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use infra_sim::{Config, Running};

use crate::error::CommandError;
use crate::world;

/// Where the simulated cloud of a program is kept, inside its directory.
pub const CLOUD_FILE: &str = ".infra/sim.cloud";

/// Starts a simulated cloud on the current runtime.
///
/// `listen` is a free port of this machine when it is `None`; without a `file` the cloud is gone in the end.
pub async fn start(
    listen: Option<SocketAddr>,
    file: Option<PathBuf>,
    chaos: Option<&str>,
) -> Result<Running, CommandError> {
    let mut config = Config::new(Arc::new(world::now_ms));
    if let Some(listen) = listen {
        config.listen = listen;
    }
    if let Some(chaos) = chaos {
        config.chaos = chaos
            .parse()
            .map_err(|error: infra_sim::ChaosError| CommandError::usage(error.to_string()))?;
    }
    let shown = file.as_ref().map(|file| file.display().to_string());
    config.state_file = file;
    infra_sim::serve(config).await.map_err(|error| match (error.kind(), shown) {
        (std::io::ErrorKind::WouldBlock, Some(file)) => CommandError::files(format!(
            "the simulated cloud in `{file}` is in use by another run"
        ))
        .hint("wait until that run has ended, or end it"),
        (_, Some(file)) => CommandError::files(format!("the simulated cloud in `{file}` cannot be started: {error}"))
            .hint("it is only a simulation: delete the file, and the state that belongs to it, to begin anew"),
        (_, None) => CommandError::files(format!("the simulated cloud cannot be started: {error}")),
    })
}
