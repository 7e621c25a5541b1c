//! Making a long record of names in any order.

use std::collections::BTreeMap;

use super::Record;
use crate::Value;

/// From how many entries on a tree is faster than moving what stands behind.
const LARGE: usize = 64;

/// Takes entries in any order, each in less than linear time, and makes a record of them.
#[derive(Debug, Default)]
pub struct RecordBuilder {
    small: Record,
    /// In use when `small` has become too large.
    large: BTreeMap<String, Value>,
}

impl RecordBuilder {
    /// Sets a value and gives the one that was there.
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        if !self.large.is_empty() {
            return self.large.insert(name, value);
        }
        if self.small.len() >= LARGE && self.small.find(&name) != Err(self.small.len()) {
            self.large = std::mem::take(&mut self.small).into_iter().collect();
            return self.large.insert(name, value);
        }
        self.small.insert(name, value)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.small.contains_key(name) || self.large.contains_key(name)
    }

    pub fn build(mut self) -> Record {
        if self.large.is_empty() {
            self.small.entries.shrink_to_fit();
            return self.small;
        }
        self.large.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_entries_in_any_order_make_a_sorted_record() {
        let name = |number: usize| format!("n{}", number * 7919 % 1000);
        let mut builder = RecordBuilder::default();
        for number in 0..1000 {
            assert_eq!(
                builder.insert(name(number), Value::Int(number as i64)),
                None
            );
        }
        assert_eq!(builder.insert(name(5), Value::Null), Some(Value::Int(5)));
        let record = builder.build();
        assert_eq!(record.len(), 1000);
        assert!(record.keys().is_sorted());
        assert_eq!(record[name(6).as_str()], Value::Int(6));
        assert_eq!(record[name(5).as_str()], Value::Null);
    }
}
