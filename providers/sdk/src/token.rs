//! Idempotency tokens.

use sha2::{Digest, Sha256};

/// The most characters that a token may have: what AWS takes in a `ClientToken`, and Alibaba Cloud too.
pub const CHARS_MAX: usize = 64;

/// A token for one part of an order: the same order and part give the same token, and each other part another one.
/// `RunInstances` is idempotent per zone, so its token has the subnet in it; each of several snapshots needs one.
pub fn derived(token: &str, part: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("{token}\n{part}")));
    let readable = format!("{token}-{}", &digest[..12]);
    if readable.len() <= CHARS_MAX {
        readable
    } else {
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_token_is_stable_distinct_and_never_too_long() {
        for token in ["short", &"long".repeat(16)] {
            let one = derived(token, "subnet-1");
            assert_eq!(one, derived(token, "subnet-1"));
            assert_ne!(one, derived(token, "subnet-2"));
            assert_ne!(one, derived(&format!("{token}x"), "subnet-1"));
            assert!(one.len() <= CHARS_MAX && one.is_ascii(), "{one}");
        }
    }
}
