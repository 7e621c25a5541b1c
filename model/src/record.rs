//! Named values, or other things by name, in a sorted vector.
//!
//! A plan holds several records per resource, most of a few fields: a vector of exactly that size takes a tenth of
//! what a tree takes for them, and is searched as fast.

mod builder;
mod iter;

use std::fmt;
use std::ops::Index;

use crate::Value;

pub use builder::RecordBuilder;
pub use iter::{IntoIter, Iter, IterMut};

/// Named values: the fields of a resource, a record, or a map from strings.
pub type Record = Named<Value>;

/// Things by name, sorted; names are unique.
///
/// Inserting costs as much as the record is long, unless names come in order. What makes long records of names in any
/// order collects them or uses a [`RecordBuilder`].
#[derive(Clone, PartialEq)]
pub struct Named<V> {
    entries: Vec<(String, V)>,
}

impl<V> Default for Named<V> {
    fn default() -> Named<V> {
        Named::new()
    }
}

impl<V> Named<V> {
    pub const fn new() -> Named<V> {
        Named {
            entries: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where a name stands, or would stand.
    fn find(&self, name: &str) -> Result<usize, usize> {
        match self.entries.last() {
            // Names mostly come in order.
            Some((last, _)) if last.as_str() < name => Err(self.entries.len()),
            _ => self
                .entries
                .binary_search_by(|(other, _)| other.as_str().cmp(name)),
        }
    }

    pub fn get<Q: AsRef<str> + ?Sized>(&self, name: &Q) -> Option<&V> {
        let at = self.find(name.as_ref()).ok()?;
        Some(&self.entries[at].1)
    }

    /// The record's own copy of a name, and its value.
    pub fn get_key_value<Q: AsRef<str> + ?Sized>(&self, name: &Q) -> Option<(&String, &V)> {
        let at = self.find(name.as_ref()).ok()?;
        let (name, value) = &self.entries[at];
        Some((name, value))
    }

    pub fn get_mut<Q: AsRef<str> + ?Sized>(&mut self, name: &Q) -> Option<&mut V> {
        let at = self.find(name.as_ref()).ok()?;
        Some(&mut self.entries[at].1)
    }

    pub fn contains_key<Q: AsRef<str> + ?Sized>(&self, name: &Q) -> bool {
        self.find(name.as_ref()).is_ok()
    }

    /// Sets a value and gives the one that was there.
    pub fn insert(&mut self, name: String, value: V) -> Option<V> {
        match self.find(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].1, value)),
            Err(at) => {
                if self.entries.len() == self.entries.capacity() {
                    // A vector would begin with room for four.
                    self.entries.reserve_exact(self.entries.len().max(1));
                }
                self.entries.insert(at, (name, value));
                None
            }
        }
    }

    /// The value of a name, which is set to the default where there was none.
    pub fn or_default(&mut self, name: &str) -> &mut V
    where
        V: Default,
    {
        let at = match self.find(name) {
            Ok(at) => at,
            Err(at) => {
                self.insert(name.to_owned(), V::default());
                at
            }
        };
        &mut self.entries[at].1
    }

    pub fn remove<Q: AsRef<str> + ?Sized>(&mut self, name: &Q) -> Option<V> {
        let at = self.find(name.as_ref()).ok()?;
        Some(self.entries.remove(at).1)
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Keeps the entries that `keeps` returns true for.
    pub fn retain(&mut self, mut keeps: impl FnMut(&String, &mut V) -> bool) {
        self.entries.retain_mut(|(name, value)| keeps(name, value));
    }

    /// The entries, sorted by name.
    pub fn iter(&self) -> Iter<'_, V> {
        Iter(self.entries.iter())
    }

    pub fn iter_mut(&mut self) -> IterMut<'_, V> {
        IterMut(self.entries.iter_mut())
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = String> + ExactSizeIterator {
        self.entries.into_iter().map(|(name, _)| name)
    }

    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.entries.into_iter().map(|(_, value)| value)
    }
}

impl<V> FromIterator<(String, V)> for Named<V> {
    /// Of several values for one name the last counts.
    fn from_iter<I: IntoIterator<Item = (String, V)>>(entries: I) -> Named<V> {
        let mut entries: Vec<(String, V)> = entries.into_iter().collect();
        if !entries.is_sorted_by(|one, next| one.0 < next.0) {
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        entries.shrink_to_fit();
        Named { entries }
    }
}

impl<V, const N: usize> From<[(String, V); N]> for Named<V> {
    fn from(entries: [(String, V); N]) -> Named<V> {
        entries.into_iter().collect()
    }
}

impl<V> Extend<(String, V)> for Named<V> {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, entries: I) {
        for (name, value) in entries {
            self.insert(name, value);
        }
    }
}

impl<V, Q: AsRef<str> + ?Sized> Index<&Q> for Named<V> {
    type Output = V;

    /// Panics when there is no such name.
    fn index(&self, name: &Q) -> &V {
        self.get(name).expect("the record has this name")
    }
}

impl<V: fmt::Debug> fmt::Debug for Named<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(record: &Record) -> Vec<&str> {
        record.keys().map(String::as_str).collect()
    }

    fn entry(name: &str, value: i64) -> (String, Value) {
        (name.to_owned(), Value::Int(value))
    }

    #[test]
    fn entries_are_sorted_and_unique_however_they_come() {
        let given = [entry("c", 1), entry("a", 2), entry("b", 3), entry("a", 4)];
        let mut inserted = Record::new();
        for (name, value) in given.clone() {
            inserted.insert(name, value);
        }
        let collected = Record::from(given.clone());
        let mut extended = Record::from([entry("b", 0)]);
        extended.extend(given);
        assert_eq!(names(&inserted), ["a", "b", "c"]);
        assert_eq!(inserted["a"], Value::Int(4));
        assert_eq!(inserted, collected);
        assert_eq!(inserted, extended);
    }

    #[test]
    fn what_is_removed_is_gone() {
        let mut record = Record::from([entry("a", 1), entry("b", 2), entry("c", 3)]);
        assert_eq!(record.remove("b"), Some(Value::Int(2)));
        assert_eq!(record.remove("b"), None);
        record.retain(|name, _| name != "a");
        assert_eq!(names(&record), ["c"]);
        assert_eq!(record.get("a"), None);
    }

    #[test]
    fn a_record_of_one_entry_has_room_for_one() {
        let mut record = Record::new();
        record.insert("a".to_owned(), Value::Null);
        assert_eq!(record.entries.capacity(), 1);
        let filtered: Record = [entry("a", 1), entry("b", 2)]
            .into_iter()
            .filter(|(name, _)| name == "a")
            .collect();
        assert_eq!(filtered.entries.capacity(), 1);
    }
}
