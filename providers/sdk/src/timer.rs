//! Time, handed in from outside so that tests can run without waiting.

use std::time::Duration;

/// Sleeping and a monotonic clock. The binary implements it with its runtime; tests with a counter.
#[async_trait::async_trait]
pub trait Timer: Send + Sync {
    async fn sleep(&self, duration: Duration);

    /// Milliseconds since some fixed moment; never goes back.
    fn now_ms(&self) -> u64;
}
