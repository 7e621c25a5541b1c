//! The tags by which infra knows its resources again, and the merge of the provider's common tags with a resource's own.

use std::collections::BTreeMap;

use infra_model::{Address, Record, Value};

use crate::fields::Fields;
use crate::{Create, Update};

/// How the keys of our own tags begin; programs cannot set such tags.
pub const PREFIX: &str = "infra:";
/// The program that made the resource.
pub const PROGRAM: &str = "infra:program";
/// The resource's address in the program.
pub const ADDRESS: &str = "infra:address";
/// The idempotency token of the call that made the resource.
pub const TOKEN: &str = "infra:token";

/// The tags of a new resource: the common ones, its own, and ours. Values are cut to `chars_max`.
pub fn of_new(
    common: &BTreeMap<String, String>,
    program: &str,
    order: &Create,
    chars_max: usize,
) -> BTreeMap<String, String> {
    let mut tags = merged(common, Fields(&order.fields).tags());
    tags.insert(PROGRAM.to_owned(), clipped(program, chars_max));
    tags.extend(of_address(&order.address, chars_max));
    tags.insert(TOKEN.to_owned(), order.token.clone());
    tags
}

/// A clipped address would be a wrong one, so one that is too long is left out; the token identifies the resource.
pub fn of_address(address: &Address, chars_max: usize) -> Option<(String, String)> {
    let address = address.to_string();
    (address.chars().count() <= chars_max).then(|| (ADDRESS.to_owned(), address))
}

/// The common tags with the resource's own on top.
pub fn merged(
    common: &BTreeMap<String, String>,
    own: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut tags = common.clone();
    tags.extend(own);
    tags
}

/// Merges the common tags into planned fields. What was observed has its `id` and is left as it is: a common tag
/// that it lacks is a difference.
pub fn canonical(common: &BTreeMap<String, String>, fields: &mut Record) {
    if fields.contains_key("id") {
        return;
    }
    if let Some(Value::Map(tags)) = fields.get_mut("tags") {
        for (key, value) in common {
            if !tags.contains_key(key) {
                tags.insert(key.clone(), Value::string(value));
            }
        }
    }
}

/// The tags that an update sets and takes away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Tags that are new or have another value.
    pub set: BTreeMap<String, String>,
    /// Keys of tags that go.
    pub unset: Vec<String>,
}

/// What an update changes in the field `tags`.
pub fn difference(common: &BTreeMap<String, String>, order: &Update) -> Difference {
    if !order.changes("tags") {
        return Difference::default();
    }
    let old = Fields(&order.prior).tags();
    let mut set = merged(common, Fields(&order.fields).tags());
    let unset = old.keys().filter(|key| !set.contains_key(*key));
    let unset = unset.cloned().collect();
    set.retain(|key, value| old.get(key) != Some(value));
    Difference { set, unset }
}

/// The text, cut to `chars_max` characters.
pub fn clipped(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn record(pairs: &[(&str, &str)]) -> Value {
        Value::Map(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Value::string(*v)))
                .collect(),
        )
    }

    #[test]
    fn common_tags_join_planned_fields_and_lose_against_own_ones() {
        let common = map(&[("team", "desk"), ("stage", "prod")]);
        let mut planned = Record::from([("tags".to_owned(), record(&[("stage", "test")]))]);
        canonical(&common, &mut planned);
        let expected = record(&[("stage", "test"), ("team", "desk")]);
        assert_eq!(planned["tags"], expected);
        canonical(&common, &mut planned);
        assert_eq!(planned["tags"], expected, "twice is the same as once");
    }

    #[test]
    fn a_common_tag_that_is_missing_in_the_cloud_stays_a_difference() {
        let observed = Record::from([
            ("id".to_owned(), Value::string("vpc-1")),
            ("tags".to_owned(), record(&[])),
        ]);
        let mut canonical_form = observed.clone();
        canonical(&map(&[("team", "desk")]), &mut canonical_form);
        assert_eq!(canonical_form, observed);
    }
}
