//! One change at a time for each parent: a network makes one VSwitch after the other, whoever asks.
//!
//! The cloud refuses a second change while the first goes on. To send it again and again costs more calls than to wait, and
//! whoever comes first would not be served first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::lock::{Mutex as Waiting, OwnedMutexGuard};

use crate::table::Kind;

/// Whose turn it is, by parent.
#[derive(Default)]
pub(crate) struct Turns(Mutex<BTreeMap<String, Arc<Waiting<Last>>>>);

/// What was made last, and may not be ready yet.
pub(super) type Last = Option<(&'static Kind, String)>;

impl Turns {
    /// Waits for the turn at a parent.
    pub(super) async fn take(&self, parent: &str) -> OwnedMutexGuard<Last> {
        let queue = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(parent.to_owned()).or_default())
        };
        queue.lock_owned().await
    }
}
