//! Counting API calls: the number is reported to users and asserted in tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// How many calls of each API action were sent, retries included. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct CallCounts(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    by_action: Mutex<BTreeMap<String, u64>>,
    throttled: AtomicU64,
}

impl CallCounts {
    /// Notes one call of `action` (`DescribeVolumes`).
    pub fn note(&self, action: &str) {
        let mut counts = self
            .0
            .by_action
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match counts.get_mut(action) {
            Some(count) => *count += 1,
            None => {
                counts.insert(action.to_owned(), 1);
            }
        }
    }

    /// Notes that a cloud refused a call as one too many.
    pub fn note_throttled(&self) {
        self.0.throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// How many calls clouds refused as too many so far; they are counted as calls too, and were sent again.
    pub fn throttled(&self) -> u64 {
        self.0.throttled.load(Ordering::Relaxed)
    }

    /// The counts so far, by action.
    pub fn by_action(&self) -> BTreeMap<String, u64> {
        self.0
            .by_action
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clone()
    }

    /// All calls so far.
    pub fn total(&self) -> u64 {
        self.by_action().values().sum()
    }
}
