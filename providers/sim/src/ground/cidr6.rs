//! IPv6 ranges, and ranges of either version.

use std::fmt;
use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use crate::ground::cidr::Cidr;

/// A range such as `2001:db8::/56`; the host bits are always zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr6 {
    first: u128,
    len: u8,
}

impl Cidr6 {
    /// The range of that length that holds the address.
    pub fn new(address: Ipv6Addr, len: u8) -> Self {
        Self {
            first: u128::from(address) & mask(len),
            len,
        }
    }

    /// Reads `a:b::/n`; host bits are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, len) = text.split_once('/')?;
        let len: u8 = len.parse().ok().filter(|len| *len <= 128)?;
        Some(Self::new(address.parse().ok()?, len))
    }

    /// The length of the prefix.
    pub fn len(self) -> u8 {
        self.len
    }

    /// Whether every address of `other` is in it.
    pub fn contains(self, other: Self) -> bool {
        other.len >= self.len && other.first & mask(self.len) == self.first
    }

    /// Whether they share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

fn mask(len: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(len)).unwrap_or(0)
}

impl fmt::Display for Cidr6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv6Addr::from(self.first), self.len)
    }
}

impl From<Cidr6> for String {
    fn from(cidr: Cidr6) -> Self {
        cidr.to_string()
    }
}

impl TryFrom<String> for Cidr6 {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not an IPv6 range: {text}"))
    }
}

/// A range of either version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Range {
    V4(Cidr),
    V6(Cidr6),
}

impl Range {
    /// Reads a range of either version.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains(':') {
            Cidr6::parse(text).map(Self::V6)
        } else {
            Cidr::parse(text).map(Self::V4)
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(range) => range.fmt(f),
            Self::V6(range) => range.fmt(f),
        }
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.to_string()
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not a range: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_nest_and_overlap() {
        let wide = Cidr6::parse("2001:db8:0:ff::7/56").unwrap();
        let narrow = Cidr6::parse("2001:db8:0:3::/64").unwrap();
        assert_eq!(wide.to_string(), "2001:db8::/56");
        assert!(wide.contains(narrow) && !narrow.contains(wide) && narrow.overlaps(wide));
        assert_eq!(Cidr6::parse("2001:db8::/129"), None);
        assert_eq!(Range::parse("::/0").unwrap().to_string(), "::/0");
        assert_eq!(
            Range::parse("10.0.0.1/8").unwrap().to_string(),
            "10.0.0.0/8"
        );
    }
}
