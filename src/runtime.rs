//! The async runtime, made only by the verbs that need it, and the signals that end a run.

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

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

/// Ctrl-C and SIGTERM: both ask to stop.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
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
        })
    }

    /// Waits for the next of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
