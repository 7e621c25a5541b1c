//! Where the items of a list are, so that equal ones are found without comparing each with each.

use std::hash::{DefaultHasher, Hash, Hasher};

use infra_model::Value;

/// The places of a list's items by a hash that equal values share.
#[derive(Debug)]
pub struct Index {
    /// Hash and place, sorted.
    places: Vec<(u64, u32)>,
    /// The places of items that are not wholly known: they may come to equal anything.
    open: Vec<u32>,
}

impl Index {
    pub fn of(items: &[Value]) -> Index {
        let mut index = Index {
            places: Vec::with_capacity(items.len()),
            open: Vec::new(),
        };
        for (place, item) in items.iter().enumerate() {
            match hash_of(item) {
                Some(hash) => index.places.push((hash, place as u32)),
                None => index.open.push(place as u32),
            }
        }
        index.places.sort_unstable();
        index
    }

    /// The places, in order, of what may equal a value that is known. `None` when the value is not known.
    pub fn candidates(&self, value: &Value) -> Option<impl Iterator<Item = usize>> {
        let hash = hash_of(value)?;
        let start = self.places.partition_point(|(other, _)| *other < hash);
        let same = self.places[start..].iter();
        Some(
            same.take_while(move |(other, _)| *other == hash)
                .map(|(_, place)| *place as usize),
        )
    }

    /// The places of items that are not wholly known.
    pub fn open(&self) -> impl Iterator<Item = usize> {
        self.open.iter().map(|place| *place as usize)
    }

    /// The groups of places whose items share a hash, each in order.
    pub fn groups(&self) -> impl Iterator<Item = impl Iterator<Item = usize>> {
        self.places
            .chunk_by(|(a, _), (b, _)| a == b)
            .map(|group| group.iter().map(|(_, place)| *place as usize))
    }
}

/// A hash that equal values share, by the operator `==` as well as by [`PartialEq`]. `None` for what is not wholly
/// known.
fn hash_of(value: &Value) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    add(value, &mut hasher)?;
    Some(hasher.finish())
}

fn add(value: &Value, into: &mut DefaultHasher) -> Option<()> {
    match value {
        Value::Unknown(_) => return None,
        Value::Secret(secret) => return add(secret.expose(), into),
        // A whole number equals the same number with a fraction of zero; both zeros are equal.
        Value::Int(number) => number_bits(*number as f64).hash(into),
        Value::Float(number) => number_bits(*number).hash(into),
        Value::String(text) | Value::Path(text) => text.hash(into),
        Value::Null => 0u8.hash(into),
        Value::Bool(value) => value.hash(into),
        Value::Size(size) => size.0.hash(into),
        Value::Duration(time) => time.0.hash(into),
        Value::Percent(percent) => number_bits(percent.0).hash(into),
        Value::Cidr(range) => range.hash(into),
        Value::Ip(address) => address.hash(into),
        Value::Port(port) => (port.from, port.to).hash(into),
        Value::Ref(address) => address.hash(into),
        Value::List(items) => {
            items.len().hash(into);
            for item in items {
                add(item, into)?;
            }
        }
        Value::Map(map) => {
            map.len().hash(into);
            for (key, value) in map {
                key.hash(into);
                add(value, into)?;
            }
        }
    }
    Some(())
}

fn number_bits(number: f64) -> u64 {
    if number == 0.0 { 0 } else { number.to_bits() }
}

#[cfg(test)]
mod tests {
    use infra_model::Secret;

    use super::*;

    #[test]
    fn equal_values_share_a_hash() {
        let secret = Value::Secret(Secret::new(Value::string("a")));
        for (a, b) in [
            (Value::Int(3), Value::Float(3.0)),
            (Value::Float(0.0), Value::Float(-0.0)),
            (Value::string("a"), Value::Path("a".to_owned())),
            (Value::string("a"), secret),
        ] {
            assert_eq!(hash_of(&a), hash_of(&b));
        }
        assert_ne!(hash_of(&Value::Int(3)), hash_of(&Value::Int(4)));
    }

    #[test]
    fn candidates_come_in_the_order_of_the_list() {
        let items = [3, 1, 3, 2].map(Value::Int);
        let index = Index::of(&items);
        let found: Vec<usize> = index
            .candidates(&Value::Float(3.0))
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(found, [0, 2]);
        assert_eq!(index.groups().count(), 3);
    }
}
