//! The simulated cloud: inside the process for `--sim`, and for other programs with `infra sim`.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use infra_sim::{Config, Proxy, Running};

use crate::error::CommandError;
use crate::world;

/// Where the simulated cloud of a program is kept, inside its directory.
pub const CLOUD_FILE: &str = ".infra/sim.cloud";

/// Starts a simulated cloud on the current runtime.
///
/// `listen` is a free port of this machine when it is `None`; without a `file` the cloud is gone in the end. With a
/// `proxy` it listens as one too.
pub async fn start(
    listen: Option<SocketAddr>,
    proxy: Option<Proxy>,
    file: Option<PathBuf>,
    chaos: Option<&str>,
) -> Result<Running, CommandError> {
    let mut config = Config::new(Arc::new(world::now_ms));
    if let Some(listen) = listen {
        config.listen = listen;
    }
    config.proxy = proxy;
    if let Some(chaos) = chaos {
        config.chaos = chaos
            .parse()
            .map_err(|error: infra_sim::ChaosError| CommandError::usage(error.to_string()))?;
    }
    let shown = file.as_ref().map(|file| file.display().to_string());
    config.state_file = file;
    infra_sim::serve(config)
        .await
        .map_err(|error| failure(&error, shown))
}

fn failure(error: &io::Error, file: Option<String>) -> CommandError {
    let cloud = match &file {
        Some(file) => format!("the simulated cloud in `{file}`"),
        None => "the simulated cloud".to_owned(),
    };
    if error.kind() == ErrorKind::WouldBlock {
        return CommandError::files(format!("{cloud} is in use by another run"))
            .hint("wait until that run has ended, or end it");
    }
    let failure = CommandError::files(format!("{cloud} cannot be started: {error}"));
    match error.kind() {
        ErrorKind::AddrInUse => failure.hint("choose another port; port 0 takes a free one"),
        ErrorKind::InvalidData => failure.hint(
            "this is only a simulation: to start over, delete the file and the state that belongs to it",
        ),
        _ if file.is_some() => {
            failure.hint("the file must be in a folder that exists and in which you may write")
        }
        _ => failure,
    }
}
