//! A simulated cloud that a test can look into, in the test's process: for the tool it is a cloud like any other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use infra_sim::{Config, Handle, Running, Timing};
use tokio::runtime::Runtime;

use crate::tool::Tool;

/// A cloud that runs until it is dropped.
pub struct Cloud {
    runtime: Runtime,
    running: Option<Running>,
}

/// Everything becomes ready almost at once, for there are many runs to wait for.
const FAST: u64 = 5;

fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is past 1970");
    u64::try_from(since.as_millis()).expect("it is not that late")
}

impl Cloud {
    /// Starts a cloud that is kept in `file`; `on_stop` is called when chaos stops it.
    pub fn start(
        file: PathBuf,
        chaos: &str,
        on_stop: Option<Arc<dyn Fn() + Send + Sync>>,
    ) -> Cloud {
        let mut config = Config::new(Arc::new(now_ms));
        config.state_file = Some(file);
        config.chaos = chaos.parse().expect("a chaos specification");
        config.on_stop = on_stop;
        config.timing = Timing {
            network_ms: FAST,
            nat_gateway_ms: FAST,
            endpoint_ms: FAST,
            instance_ms: FAST,
            status_checks_ms: FAST,
            volume_ms: FAST,
            attachment_ms: FAST,
            snapshot_ms: FAST,
            ..Timing::default()
        };
        let runtime = Runtime::new().expect("threads");
        let running = runtime
            .block_on(infra_sim::serve(config))
            .expect("it starts");
        Cloud {
            runtime,
            running: Some(running),
        }
    }

    pub fn handle(&self) -> Handle {
        self.running.as_ref().expect("it runs").handle()
    }

    /// Makes the tool use this cloud as if it were Amazon's.
    pub fn serve(&self, tool: &mut Tool) {
        let endpoint = self.running.as_ref().expect("it runs").endpoint();
        tool.set_env("AWS_ENDPOINT_URL", &endpoint);
        tool.set_env("AWS_ACCESS_KEY_ID", infra_sim::ACCESS_KEY);
        tool.set_env("AWS_SECRET_ACCESS_KEY", infra_sim::SECRET_KEY);
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}
