//! IPv4 ranges.

use std::fmt;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// A range such as `10.0.0.0/16`; the host bits are always zero, as clouds store ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    first: u32,
    len: u8,
}

impl Cidr {
    /// Reads `a.b.c.d/n`; host bits are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, len) = text.split_once('/')?;
        let len: u8 = len.parse().ok().filter(|len| *len <= 32)?;
        let address: Ipv4Addr = address.parse().ok()?;
        Some(Self {
            first: u32::from(address) & mask(len),
            len,
        })
    }

    /// The length of the prefix.
    pub fn len(self) -> u8 {
        self.len
    }

    /// How many addresses it has.
    pub fn size(self) -> u64 {
        1 << (32 - u32::from(self.len))
    }

    /// Whether every address of `other` is in it.
    pub fn contains(self, other: Self) -> bool {
        other.len >= self.len && other.first & mask(self.len) == self.first
    }

    /// Whether it holds the address.
    pub fn holds(self, address: Ipv4Addr) -> bool {
        u32::from(address) & mask(self.len) == self.first
    }

    /// Whether they share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// The `n`th address.
    pub fn nth(self, n: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.first.wrapping_add(n))
    }

    /// All addresses but the `first` first and the `last` last ones, which a cloud keeps for itself.
    pub fn usable(self, first: u32, last: u32) -> impl Iterator<Item = Ipv4Addr> {
        let end = u32::try_from(self.size() - u64::from(last)).unwrap_or(u32::MAX);
        (first..end).map(move |n| self.nth(n))
    }
}

fn mask(len: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.len)
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not an IPv4 range: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_nest_and_overlap() {
        let wide = Cidr::parse("10.0.0.7/16").unwrap();
        let narrow = Cidr::parse("10.0.4.0/24").unwrap();
        assert_eq!(wide.to_string(), "10.0.0.0/16");
        assert!(wide.contains(narrow) && !narrow.contains(wide) && narrow.overlaps(wide));
        assert_eq!(narrow.usable(4, 1).next().unwrap().to_string(), "10.0.4.4");
        assert_eq!(narrow.usable(4, 1).count(), 251);
        assert!(Cidr::parse("0.0.0.0/0").unwrap().contains(wide));
        assert_eq!(Cidr::parse("10.0.0.0/33"), None);
    }
}
