//! Token buckets: so many requests at once, and so many more each second.

use std::collections::BTreeMap;

/// How many tokens a bucket holds, and how many it gets back each second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub size: f64,
    pub per_second: f64,
}

impl Limit {
    /// `size` tokens, of which `per_second` come back each second.
    pub const fn new(size: f64, per_second: f64) -> Self {
        Self { size, per_second }
    }
}

/// The buckets of an account, by name.
#[derive(Debug, Default)]
pub struct Buckets {
    by_name: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at_ms: u64,
}

impl Buckets {
    /// Takes tokens from a bucket, which is full when it is first seen, or says that there are too few.
    pub fn take(&mut self, name: &str, limit: Limit, tokens: f64, now_ms: u64) -> bool {
        let bucket = self.by_name.entry(name.to_owned()).or_insert(Bucket {
            tokens: limit.size,
            filled_at_ms: now_ms,
        });
        let elapsed_ms = now_ms.saturating_sub(bucket.filled_at_ms);
        let refilled = bucket.tokens + elapsed_ms as f64 * limit.per_second / 1000.0;
        bucket.tokens = refilled.min(limit.size);
        bucket.filled_at_ms = now_ms;
        let free = bucket.tokens >= tokens;
        if free {
            bucket.tokens -= tokens;
        }
        free
    }
}
