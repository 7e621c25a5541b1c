//! What Alibaba Cloud takes as tags.

use std::collections::BTreeMap;

use infra_sdk::tags::PREFIX;

/// On a swap disk: the label of the swap area.
pub(crate) const SWAP: &str = "infra:swap";

/// The most characters of a key and of a value.
const KEY_CHARS_MAX: usize = 128;
pub(crate) const VALUE_CHARS_MAX: usize = 128;
/// The most tags of one resource, and of one call.
pub(crate) const TAGS_MAX: usize = 20;
/// Program, address, token, and [`SWAP`].
const TAGS_OURS: usize = 4;

/// Whether a tag is not the user's to set through `tags`. Those of `acs:` are services' own.
pub(crate) fn is_reserved(key: &str) -> bool {
    key.starts_with(PREFIX) || key.starts_with("acs:") || key.starts_with("aliyun")
}

/// What Alibaba Cloud would refuse about tags.
pub(crate) fn problems(tags: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, value) in tags {
        if is_reserved(key) {
            problems.push(format!(
                "tags beginning with `acs:`, `aliyun` and `infra:` are reserved, so `{key}` cannot be set"
            ));
        } else if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            problems.push(format!(
                "the tag key `{key}` must have 1 to {KEY_CHARS_MAX} characters"
            ));
        }
        let is_url = |text: &str| text.contains("http://") || text.contains("https://");
        if is_url(key) || is_url(value) {
            problems.push(format!(
                "the tag `{key}` has `http://` or `https://` in it, which Alibaba Cloud refuses"
            ));
        }
        if value.chars().count() > VALUE_CHARS_MAX {
            problems.push(format!(
                "the value of the tag `{key}` has more than {VALUE_CHARS_MAX} characters"
            ));
        }
    }
    let most = TAGS_MAX - TAGS_OURS;
    if tags.len() > most {
        problems.push(format!(
            "there are {} tags; beside infra's own Alibaba Cloud takes {most}",
            tags.len()
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_cloud_refuses_is_said_before() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let pairs = pairs.iter();
            pairs
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        assert_eq!(problems(&map(&[("team", "desk")])), Vec::<String>::new());
        let long = "x".repeat(129);
        let wrong = [
            ("acs:x", "a"),
            ("aliyun", "b"),
            ("infra:y", "c"),
            ("", "d"),
            ("e", &long),
            ("f", "http://x"),
        ];
        assert_eq!(problems(&map(&wrong)).len(), wrong.len());
        let many: BTreeMap<_, _> = (0..17).map(|n| (n.to_string(), String::new())).collect();
        assert_eq!(problems(&many).len(), 1);
    }
}
