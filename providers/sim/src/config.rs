//! What a caller decides about the clouds it starts.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use crate::aliyun::{self, Aliyun};
use crate::aws::{Aws, Credentials, Quotas, Timing};
use crate::ground::setup::Settings;
use crate::ground::{Chaos, Clock, Proxy, Setup};

/// How to run the simulator, and what each cloud behind it is like.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// Where to listen as a proxy, for clients that cannot be told another endpoint.
    pub proxy: Option<Proxy>,
    /// The file that keeps the cloud; without one it lives as long as the server.
    pub state_file: Option<PathBuf>,
    /// The faults that are put in front of the cloud.
    pub chaos: Chaos,
    /// Milliseconds since 1970.
    pub clock: Clock,
    /// Decides every id.
    pub seed: u64,
    /// How long Amazon's pending states last.
    pub timing: Timing,
    /// Amazon's service quotas.
    pub quotas: Quotas,
    /// Whose signatures Amazon accepts.
    pub credentials: Credentials,
    /// How long Alibaba Cloud's pending states last.
    pub aliyun_timing: aliyun::Timing,
    /// Alibaba Cloud's quotas.
    pub aliyun_quotas: aliyun::Quotas,
    /// Whose signatures Alibaba Cloud accepts.
    pub aliyun_credentials: aliyun::Credentials,
    /// Called once when [`Chaos`] stops the cloud; a process that wants to die with it ends itself here.
    pub on_stop: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Config {
    /// A cloud on a free port of 127.0.0.1, without state file and without chaos.
    pub fn new(clock: Clock) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            proxy: None,
            state_file: None,
            chaos: Chaos::default(),
            clock,
            seed: 0,
            timing: Timing::default(),
            quotas: Quotas::default(),
            credentials: Credentials::default(),
            aliyun_timing: aliyun::Timing::default(),
            aliyun_quotas: aliyun::Quotas::default(),
            aliyun_credentials: aliyun::Credentials::default(),
            on_stop: None,
        }
    }
}

impl From<Config> for Setup {
    fn from(config: Config) -> Self {
        let mut timing = config.timing;
        timing.stale_ms = config.chaos.stale_ms.unwrap_or(timing.stale_ms);
        let mut aliyun_timing = config.aliyun_timing;
        aliyun_timing.stale_ms = config.chaos.stale_ms.unwrap_or(aliyun_timing.stale_ms);
        let alibaba = Aliyun::new(
            config.seed,
            aliyun_timing,
            config.aliyun_quotas,
            config.aliyun_credentials,
        );
        let amazon = Aws::new(config.seed, timing, config.quotas, config.credentials);
        Setup {
            settings: Settings {
                listen: config.listen,
                proxy: config.proxy,
                state_file: config.state_file,
                chaos: config.chaos,
                clock: config.clock,
                seed: config.seed,
                on_stop: config.on_stop,
            },
            clouds: vec![Box::new(amazon), Box::new(alibaba)],
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("proxy", &self.proxy)
            .field("state_file", &self.state_file)
            .field("chaos", &self.chaos)
            .field("seed", &self.seed)
            .field("timing", &self.timing)
            .field("quotas", &self.quotas)
            .finish_non_exhaustive()
    }
}
