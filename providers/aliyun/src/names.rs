//! Default names in the characters that Alibaba Cloud takes.

use sha2::{Digest, Sha256};

use crate::table::Name;

/// The most characters of a name.
const CHARS_MAX: usize = 128;

/// A default name as the cloud takes it. One that had to change gets a digest, so that two names stay two.
pub(crate) fn fitted(form: Name, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let fits = name.chars().count() <= CHARS_MAX
        && match form {
            Name::None => true,
            Name::Free => !name.is_empty() && !is_url(name),
            Name::Plain => {
                name.len() >= 2
                    && name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && name.chars().all(plain)
                    && !name.starts_with("auto")
            }
        };
    if fits {
        return name.to_owned();
    }
    let kept: String = name
        .chars()
        .filter(|c| plain(*c))
        .take(CHARS_MAX / 2)
        .collect();
    // A name that only begins wrongly is as distinct as before.
    let begins_wrongly = name.chars().all(plain) && name.len() <= CHARS_MAX / 2;
    match begins_wrongly {
        true => format!("infra-{kept}"),
        false => format!("infra-{kept}-{}", &hex::encode(Sha256::digest(name))[..8]),
    }
}

fn is_url(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_names_are_made_to_fit_and_stay_apart() {
        assert_eq!(fitted(Name::Plain, "hsh-web"), "hsh-web");
        assert_eq!(fitted(Name::Plain, "51desk-web"), "infra-51desk-web");
        assert_eq!(fitted(Name::Plain, "auto-x"), "infra-auto-x");
        assert_eq!(fitted(Name::Free, "51desk-存储"), "51desk-存储");
        let (one, other) = (
            fitted(Name::Plain, "桌-存储"),
            fitted(Name::Plain, "桌-网络"),
        );
        assert_ne!(one, other);
        assert!(one.is_ascii(), "{one}");
        assert!(fitted(Name::Plain, &"x".repeat(300)).len() <= CHARS_MAX);
        assert!(fitted(Name::Free, "https://x").starts_with("infra-"));
    }
}
