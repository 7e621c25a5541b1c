//! What a firewall lets pass, as values: `tcp/22`, `tcp/15001-15004`, `icmp/8`, `icmp/3:4`, `protocol/47`, `all/all`.

use std::fmt;
use std::str::FromStr;

/// The protocol of a [`PortRange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    Tcp,
    Udp,
    /// ICMP of IPv4.
    Icmp,
    /// ICMP of IPv6.
    Icmpv6,
    /// Another IP protocol by its number; its range is always whole. TCP, UDP and both ICMPs are never written so.
    Number(u8),
    /// Every protocol; its range is always whole.
    All,
}

impl Protocol {
    /// The protocol of a number that IANA assigned.
    pub fn of_number(number: u8) -> Protocol {
        match number {
            1 => Protocol::Icmp,
            6 => Protocol::Tcp,
            17 => Protocol::Udp,
            58 => Protocol::Icmpv6,
            number => Protocol::Number(number),
        }
    }

    /// The number that IANA assigned; `None` for every protocol.
    pub fn number(self) -> Option<u8> {
        match self {
            Protocol::Icmp => Some(1),
            Protocol::Tcp => Some(6),
            Protocol::Udp => Some(17),
            Protocol::Icmpv6 => Some(58),
            Protocol::Number(number) => Some(number),
            Protocol::All => None,
        }
    }

    /// The word before the slash.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
            Protocol::Icmpv6 => "icmpv6",
            Protocol::Number(_) => "protocol",
            Protocol::All => "all",
        }
    }

    /// Whether it has port numbers.
    pub fn has_ports(self) -> bool {
        matches!(self, Protocol::Tcp | Protocol::Udp)
    }

    /// Whether it has types and codes.
    pub fn is_icmp(self) -> bool {
        matches!(self, Protocol::Icmp | Protocol::Icmpv6)
    }
}

/// A protocol with an inclusive range: of ports, or of ICMP's types and codes, a type being the upper and a code the
/// lower byte. So one range is inside another exactly when every packet that fits the one fits the other.
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

    /// One type of ICMP or ICMPv6 with one code, or with all of them.
    pub fn icmp(protocol: Protocol, kind: u8, code: Option<u8>) -> Self {
        let at = |code: u8| u16::from_be_bytes([kind, code]);
        PortRange {
            protocol,
            from: at(code.unwrap_or(0)),
            to: at(code.unwrap_or(u8::MAX)),
        }
    }

    /// The type and the code of ICMP; `None` where it is not limited to one.
    pub fn icmp_type_code(self) -> (Option<u8>, Option<u8>) {
        let ([kind, code], [last, _]) = (self.from.to_be_bytes(), self.to.to_be_bytes());
        (
            (self.protocol.is_icmp() && kind == last).then_some(kind),
            (self.protocol.is_icmp() && self.from == self.to).then_some(code),
        )
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
        match (self.protocol, self.icmp_type_code(), self.from, self.to) {
            (Protocol::Number(number), ..) => write!(f, "{word}/{number}"),
            (_, (Some(kind), Some(code)), ..) => write!(f, "{word}/{kind}:{code}"),
            (_, (Some(kind), None), ..) => write!(f, "{word}/{kind}"),
            (_, _, 0, u16::MAX) => write!(f, "{word}/all"),
            (_, _, from, to) if from == to => write!(f, "{word}/{from}"),
            (_, _, from, to) => write!(f, "{word}/{from}-{to}"),
        }
    }
}

/// The forms of a port, for messages.
pub const EXAMPLES: &str =
    "a port looks like `tcp/22`, `udp/5000-5010`, `icmp/8`, `icmp/3:4`, `protocol/47` or `all/all`";

/// The text is not a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a port: {why}; {EXAMPLES}")]
pub struct PortError {
    pub text: String,
    pub why: &'static str,
}

impl FromStr for PortRange {
    type Err = PortError;

    fn from_str(text: &str) -> Result<Self, PortError> {
        let range = text.split_once('/').ok_or("there is no `/`");
        range
            .and_then(|(word, range)| parse(word, range))
            .map_err(|why| PortError {
                text: text.to_owned(),
                why,
            })
    }
}

fn parse(word: &str, range: &str) -> Result<PortRange, &'static str> {
    let protocol = match word {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "icmp" => Protocol::Icmp,
        "icmpv6" => Protocol::Icmpv6,
        "all" => Protocol::All,
        "protocol" => {
            let number = range.parse().map_err(|_| "a protocol number is 0 to 255")?;
            return Ok(PortRange::whole(Protocol::of_number(number)));
        }
        _ => return Err("the protocol is none of tcp, udp, icmp, icmpv6, all, protocol"),
    };
    if range == "all" {
        return Ok(PortRange::whole(protocol));
    }
    if protocol.is_icmp() {
        let byte = |text: &str| {
            text.parse::<u8>().map_err(
                |_| "an ICMP type and its code are 0 to 255, as in `icmp/8` and `icmp/3:4`",
            )
        };
        let (kind, code) = match range.split_once(':') {
            Some((kind, code)) => (kind, Some(byte(code)?)),
            None => (range, None),
        };
        return Ok(PortRange::icmp(protocol, byte(kind)?, code));
    }
    if !protocol.has_ports() {
        return Err("all protocols together have no port numbers");
    }
    let number = |text: &str| {
        text.parse::<u16>()
            .map_err(|_| "a port number is 0 to 65535")
    };
    let (from, to) = match range.split_once('-') {
        Some((from, to)) => (number(from)?, number(to)?),
        None => (number(range)?, number(range)?),
    };
    if from > to {
        return Err("the range ends before it starts");
    }
    Ok(PortRange { protocol, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> PortRange {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn ports_read_back_what_they_print() {
        for text in [
            "tcp/22",
            "udp/5000-5010",
            "tcp/all",
            "icmp/all",
            "icmp/8",
            "icmp/0",
            "icmp/255",
            "icmp/3:4",
            "icmp/0:0",
            "icmp/255:255",
            "icmpv6/128",
            "icmpv6/all",
            "protocol/0",
            "protocol/47",
            "all/all",
        ] {
            assert_eq!(range(text).to_string(), text);
        }
        for text in [
            "tcp",
            "ssh/22",
            "tcp/70000",
            "tcp/5-2",
            "tcp/1:2",
            "icmp/256",
            "icmp/3-4",
            "icmp/3:",
            "protocol/256",
            "protocol/all",
            "all/1",
        ] {
            assert!(text.parse::<PortRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_with_a_word_of_its_own_is_that_word() {
        for (number, word) in [
            ("protocol/6", "tcp/all"),
            ("protocol/17", "udp/all"),
            ("protocol/1", "icmp/all"),
            ("protocol/58", "icmpv6/all"),
        ] {
            assert_eq!(range(number), range(word));
            assert_eq!(
                range(word).protocol.number().map(Protocol::of_number),
                Some(range(word).protocol)
            );
        }
    }

    #[test]
    fn overlap_knows_protocols_types_and_codes() {
        for (one, other, overlap) in [
            ("tcp/20-25", "tcp/22", true),
            ("all/all", "udp/53", true),
            ("tcp/53", "udp/53", false),
            ("icmp/3", "icmp/3:4", true),
            ("icmp/3:4", "icmp/3:5", false),
            ("icmp/3", "icmp/4", false),
            ("icmp/8", "icmpv6/8", false),
            ("protocol/47", "protocol/50", false),
        ] {
            assert_eq!(range(one).overlaps(range(other)), overlap, "{one} {other}");
        }
    }
}
