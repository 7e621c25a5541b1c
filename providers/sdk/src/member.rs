//! The tokens of creates that one call may carry out together.

use std::fmt;

/// One of several like creates that were journalled at the same moment, each with a token that names the group, its
/// place in it, and how many there are: `infra-…-0of3`. So whoever finds the token after a crash knows what to look for,
/// and whoever has all of them can send the group's call again as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The token of the group.
    pub group: String,
    /// Its place, counted from 0.
    pub index: usize,
    /// How many belong to the group.
    pub count: usize,
}

impl Member {
    /// Reads the token of a create; `None` when it belongs to no group.
    pub fn of(token: &str) -> Option<Member> {
        let (group, place) = token.rsplit_once('-')?;
        let (index, count) = place.split_once("of")?;
        let member = Member {
            group: group.to_owned(),
            index: index.parse().ok()?,
            count: count.parse().ok()?,
        };
        (member.index < member.count).then_some(member)
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}of{}", self.group, self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_read_as_it_was_written_and_nothing_else_is_one() {
        let member = Member {
            group: "infra-0123".to_owned(),
            index: 2,
            count: 3,
        };
        assert_eq!(member.to_string(), "infra-0123-2of3");
        assert_eq!(Member::of(&member.to_string()), Some(member));
        for other in ["infra-0123", "infra-0123-3of3", "infra-0123-of", "2of3", ""] {
            assert_eq!(Member::of(other), None, "{other}");
        }
    }
}
