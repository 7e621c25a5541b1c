//! One of several that fit.

use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind};

/// How many of several are named in a message.
const NAMED_MAX: usize = 5;

/// The only one, or the newest where the program asks for it.
///
/// # Errors
/// `Invalid` when several fit.
pub(super) fn one_of(
    what: &str,
    mut all: Vec<Record>,
    newest: bool,
) -> Result<Option<Record>, Failure> {
    if newest {
        let created = |record: &Record| Fields(record).text("created").unwrap_or_default();
        return Ok(all.into_iter().max_by_key(created));
    }
    if all.len() <= 1 {
        return Ok(all.pop());
    }
    let ids = all.iter().filter_map(|record| Fields(record).text("id"));
    let ids: Vec<String> = ids.take(NAMED_MAX).collect();
    let message = format!("{} {what} fit: {}, …", all.len(), ids.join(", "));
    Err(Failure::new(FailureKind::Invalid, message)
        .help("say more of the one that is meant, such as its own id"))
}

/// Whether a name fits a pattern, in which `*` stands for any text.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = &rest[at + before.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("web", "web", true),
            ("web", "web2", false),
            ("*", "", true),
            ("centos_7_9_*", "centos_7_9_x64", true),
            ("*alibase*", "x_alibase_2.vhd", true),
            ("*_20G_*.vhd", "a_20G_b.vhd", true),
            ("*_20G_*.vhd", "a_40G_b.vhd", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
