//! Names and ranges as EC2 takes them.

use infra_sdk::fields::Fields;
use sha2::{Digest, Sha256};

/// The longest name of a security group, a key pair or a placement group.
pub(crate) const NAME_CHARS_MAX: usize = 255;

/// A default name in the characters that AWS takes in the names of security groups, key pairs and placement groups. One that had
/// others gets a digest, so that two names stay two.
pub(crate) fn plain_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    fitted_name(name, plain, NAME_CHARS_MAX)
}

/// A default name of at most `chars_max` characters that are all `plain`; one that had others gets a digest.
pub(crate) fn fitted_name(name: &str, plain: impl Fn(char) -> bool, chars_max: usize) -> String {
    if name.chars().all(&plain) && name.len() <= chars_max && !name.starts_with("sg-") {
        return name.to_owned();
    }
    let digest = hex::encode(Sha256::digest(name));
    let kept = name.chars().filter(|c| plain(*c)).take(chars_max / 2);
    let kept: String = kept.collect();
    format!("{}-{}", kept.trim_start_matches("sg-"), &digest[..8])
}

/// The prefix length of an IPv4 range that AWS takes for networks and subnets ("VPC CIDR blocks").
pub(crate) fn check_range(fields: Fields<'_>, problems: &mut Vec<String>) {
    if let Some(infra_model::Value::Cidr(net)) = fields.get("range") {
        if !matches!(net, ipnet::IpNet::V4(_)) {
            problems.push(format!("`range` must be IPv4, and {net} is not"));
        } else if !(16..=28).contains(&net.prefix_len()) {
            problems.push(format!("`range` must be /16 to /28, and {net} is not"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_names_are_made_to_fit() {
        assert_eq!(plain_name("51desk-store"), "51desk-store");
        let (one, other) = (plain_name("桌-存储"), plain_name("桌-网络"));
        assert_ne!(one, other);
        assert!(one.is_ascii() && !one.is_empty(), "{one}");
        assert!(!plain_name("sg-store").starts_with("sg-"));
        assert!(plain_name(&"x".repeat(300)).len() <= NAME_CHARS_MAX);
    }
}
