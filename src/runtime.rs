//! The async runtime, made only by the verbs that need it, and the signals that end a run.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Interval;

use crate::error::CommandError;

/// Waiting for clouds takes few threads.
const WORKERS: usize = 2;

/// A runtime with network and time.
pub fn new() -> Result<Runtime, CommandError> {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| {
            CommandError::files(format!("the threads of a run cannot be started: {error}"))
        })
}

/// How often a run writes its progress and looks at what takes long.
const BEAT: Duration = Duration::from_millis(250);

/// Ticks as often as a run should write its progress and look at what takes long.
pub fn beat() -> Interval {
    tokio::time::interval(BEAT)
}

/// Ctrl-C, SIGTERM, and SIGHUP when the terminal is closed: all ask to stop.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` under `nohup`, which wants the run to outlive its terminal.
    hang_up: Option<Signal>,
}

impl Signals {
    /// From now on these signals no longer end the process by themselves.
    pub fn listen() -> Result<Signals, CommandError> {
        let on = |kind| {
            signal(kind).map_err(|error| {
                CommandError::files(format!("signals cannot be listened to: {error}"))
            })
        };
        Ok(Signals {
            interrupt: on(SignalKind::interrupt())?,
            terminate: on(SignalKind::terminate())?,
            hang_up: match is_ignored(SignalKind::hangup()) {
                true => None,
                false => Some(on(SignalKind::hangup())?),
            },
        })
    }

    /// Waits for the next of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = next_of(&mut self.hang_up) => {}
        }
    }
}

async fn next_of(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Whether whoever started this process had it ignore the signal; unknown, and so `false`, where the system does
/// not tell.
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    mask >> (kind.as_raw_value() - 1) & 1 == 1
}
