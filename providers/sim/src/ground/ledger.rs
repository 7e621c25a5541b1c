//! What all clouds write to: the state file, the counts of actions, and the buckets of request limits.

use std::collections::BTreeMap;
use std::io;

use crate::ground::bucket::{Buckets, Limit};
use crate::ground::journal::{Change, Journal};

/// The state file could not be written, so nothing happened.
#[derive(Debug, thiserror::Error)]
#[error("The state file could not be written: {0}")]
pub struct Unwritten(#[from] io::Error);

/// The books that the clouds behind one front share.
#[derive(Debug, Default)]
pub struct Ledger {
    journal: Option<Journal>,
    tx: u64,
    buckets: Option<Buckets>,
    counts: BTreeMap<String, u64>,
}

impl Ledger {
    /// The books after transaction `tx`. With `limited`, buckets throttle.
    pub fn new(journal: Option<Journal>, tx: u64, limited: bool) -> Self {
        Self {
            journal,
            tx,
            buckets: limited.then(Buckets::default),
            counts: BTreeMap::new(),
        }
    }

    /// The number of the last transaction.
    pub fn tx(&self) -> u64 {
        self.tx
    }

    /// Counts a request for `action`.
    pub fn count(&mut self, action: &str) {
        *self.counts.entry(action.to_owned()).or_default() += 1;
    }

    /// How often each action was asked for.
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// Takes tokens from a bucket, or says that there are too few. Without real limits there are always enough.
    pub fn admits(&mut self, bucket: &str, limit: Limit, tokens: f64, now_ms: u64) -> bool {
        self.buckets
            .as_mut()
            .is_none_or(|buckets| buckets.take(bucket, limit, tokens, now_ms))
    }

    /// Writes a transaction and gives its number: what cannot be written has not happened.
    ///
    /// # Errors
    /// What the file system answers; the file then ends where it ended before.
    pub fn write(&mut self, changes: &[Change]) -> Result<u64, Unwritten> {
        let tx = self.tx + 1;
        if let Some(journal) = &mut self.journal {
            journal.append(tx, changes)?;
        }
        self.tx = tx;
        Ok(tx)
    }

    /// Lets go of the state file.
    pub fn close(&mut self) {
        self.journal = None;
    }
}
