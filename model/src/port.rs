//! Ports as values: `tcp/22`, `tcp/15001-15004`, `icmp/all`, `all/all`.

use std::fmt;
use std::str::FromStr;

/// The transport protocol of a [`PortRange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    Tcp,
    Udp,
    Icmp,
    /// Every protocol; its range is always whole.
    All,
}

impl Protocol {
    /// The word before the slash.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
            Protocol::All => "all",
        }
    }
}

/// A protocol with an inclusive range of ports. `icmp` and `all` always span the whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    pub protocol: Protocol,
    pub from: u16,
    pub to: u16,
}

impl PortRange {
    /// The whole range of a protocol.
    pub fn whole(protocol: Protocol) -> Self {
        PortRange {
            protocol,
            from: 0,
            to: u16::MAX,
        }
    }

    /// Whether a packet could match both.
    pub fn overlaps(self, other: PortRange) -> bool {
        (self.protocol == other.protocol
            || self.protocol == Protocol::All
            || other.protocol == Protocol::All)
            && self.from <= other.to
            && other.from <= self.to
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.protocol.word();
        match (self.from, self.to) {
            (0, u16::MAX) => write!(f, "{word}/all"),
            (from, to) if from == to => write!(f, "{word}/{from}"),
            (from, to) => write!(f, "{word}/{from}-{to}"),
        }
    }
}

/// The text is not a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a port: {why}; a port looks like `tcp/22`, `udp/5000-5010`, `icmp/all` or `all/all`"
)]
pub struct PortError {
    pub text: String,
    pub why: &'static str,
}

impl FromStr for PortRange {
    type Err = PortError;

    fn from_str(text: &str) -> Result<Self, PortError> {
        let fail = |why| PortError {
            text: text.to_owned(),
            why,
        };
        let (word, range) = text
            .split_once('/')
            .ok_or_else(|| fail("there is no `/`"))?;
        let protocol = match word {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "icmp" => Protocol::Icmp,
            "all" => Protocol::All,
            _ => return Err(fail("the protocol is none of tcp, udp, icmp, all")),
        };
        if range == "all" {
            return Ok(PortRange::whole(protocol));
        }
        if matches!(protocol, Protocol::Icmp | Protocol::All) {
            return Err(fail("this protocol has no port numbers"));
        }
        let number = |text: &str| {
            text.parse::<u16>()
                .map_err(|_| fail("a port number is 0 to 65535"))
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return Err(fail("the range ends before it starts"));
        }
        Ok(PortRange { protocol, from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_read_back_what_they_print() {
        for text in ["tcp/22", "udp/5000-5010", "tcp/all", "icmp/all", "all/all"] {
            assert_eq!(text.parse::<PortRange>().unwrap().to_string(), text);
        }
        for text in ["tcp", "ssh/22", "tcp/70000", "tcp/5-2", "icmp/8"] {
            assert!(text.parse::<PortRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn overlap_knows_protocols() {
        let range = |text: &str| text.parse::<PortRange>().unwrap();
        assert!(range("tcp/20-25").overlaps(range("tcp/22")));
        assert!(range("all/all").overlaps(range("udp/53")));
        assert!(!range("tcp/53").overlaps(range("udp/53")));
    }
}
