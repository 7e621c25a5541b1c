//! Hash tables for keys that the program itself makes.
//!
//! They hash several times faster than std's, which guards a server against keys chosen to collide. The hash is the
//! same in every run. Even so no output may depend on the order of a table: sort, or use a `BTreeMap`.

use std::collections;

use foldhash::fast::FixedState;

/// A fast hash map. Make one with `FastMap::default()`.
pub type FastMap<K, V> = collections::HashMap<K, V, FixedState>;

/// A fast hash set. Make one with `FastSet::default()`.
pub type FastSet<K> = collections::HashSet<K, FixedState>;
