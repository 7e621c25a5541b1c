//! What is told to the front: how to run, and which clouds stand behind it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::ground::chaos::Chaos;
use crate::ground::cloud::Cloud;
use crate::ground::tunnel::Proxy;

/// A function that gives the time in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Called once when [`Chaos`] stops the clouds.
pub type OnStop = Arc<dyn Fn() + Send + Sync>;

/// What does not depend on the cloud.
pub struct Settings {
    /// Where to listen; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// Where to listen as a proxy, for clients that cannot be told another endpoint.
    pub proxy: Option<Proxy>,
    /// The file that keeps the clouds; without one they live as long as the server.
    pub state_file: Option<PathBuf>,
    /// The faults that are put in front of the clouds.
    pub chaos: Chaos,
    /// Milliseconds since 1970.
    pub clock: Clock,
    /// Decides every id.
    pub seed: u64,
    /// Called once when chaos stops the clouds.
    pub on_stop: Option<OnStop>,
}

/// Settings and clouds. A request goes to the cloud that claims it, else to the first.
pub struct Setup {
    pub(crate) settings: Settings,
    pub(crate) clouds: Vec<Box<dyn Cloud>>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("proxy", &self.proxy)
            .field("state_file", &self.state_file)
            .field("chaos", &self.chaos)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("settings", &self.settings)
            .field("clouds", &self.clouds.len())
            .finish()
    }
}
