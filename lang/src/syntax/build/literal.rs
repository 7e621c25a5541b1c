//! Numbers, quantities, addresses and ports.

use std::net::{IpAddr, Ipv6Addr};

use infra_model::Span;
use ipnet::IpNet;

use super::super::ExprKind;
use super::super::StringPart;
use super::super::grammar::{Pair, Rule};
use super::super::words::UNITS;
use super::Builder;
use crate::codes;
use crate::suggest::nearest;

/// What people write for a unit, and what they likely mean.
const UNIT_HABITS: [(&str, &str); 19] = [
    ("g", "GiB"),
    ("gb", "GiB"),
    ("gi", "GiB"),
    ("gig", "GiB"),
    ("m", "MiB"),
    ("mb", "MiB"),
    ("mi", "MiB"),
    ("k", "KiB"),
    ("kb", "KiB"),
    ("ki", "KiB"),
    ("t", "TiB"),
    ("tb", "TiB"),
    ("ti", "TiB"),
    ("sec", "s"),
    ("secs", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("hr", "h"),
    ("day", "d"),
];

impl Builder<'_> {
    pub(super) fn literal(&mut self, pair: &Pair) -> ExprKind {
        let span = self.span(pair);
        let text = pair.as_str();
        match pair.as_rule() {
            Rule::number => self.number(text, span),
            Rule::dotted_number => self.ip4(text, span),
            Rule::ip6 => self.ip6(text, span),
            Rule::port => self.port(text, span),
            Rule::single_quoted => {
                let inner = text.trim_matches('\'');
                self.error(
                    codes::SINGLE_QUOTES,
                    span,
                    "a string stands in double quotes",
                    &format!("write `\"{inner}\"`"),
                );
                ExprKind::String(vec![StringPart::Text(inner.to_owned())])
            }
            Rule::heredoc => {
                self.error(
                    codes::HEREDOC,
                    span,
                    "text of several lines is not written with `<<`",
                    "put it between `\"\"\"` and `\"\"\"`; the indentation it shares is removed",
                );
                ExprKind::Invalid
            }
            _ => ExprKind::Invalid,
        }
    }

    fn number(&mut self, text: &str, span: Span) -> ExprKind {
        let plain = text.replace('_', "");
        let unit_at = plain
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(plain.len());
        let unit = &plain[unit_at..];
        if unit.is_empty() && !plain.contains('.') {
            return match plain.parse() {
                Ok(number) => ExprKind::Int(number),
                Err(_) => {
                    self.error(
                        codes::INVALID_NUMBER,
                        span,
                        format!("`{text}` is too large for a whole number"),
                        &format!("the largest is {}", i64::MAX),
                    );
                    ExprKind::Invalid
                }
            };
        }
        if let Ok(number) = plain.parse::<f64>()
            && number.is_finite()
        {
            return ExprKind::Float(number);
        }
        if unit == "%" {
            return plain.parse().map_or(ExprKind::Invalid, ExprKind::Percent);
        }
        if !UNITS.contains(&unit) {
            return self.unknown_unit(&plain[..unit_at], unit, span);
        }
        if let Ok(size) = plain.parse() {
            return ExprKind::Size(size);
        }
        if let Ok(duration) = plain.parse() {
            return ExprKind::Duration(duration);
        }
        let parts = if unit.ends_with('B') {
            "bytes"
        } else {
            "milliseconds"
        };
        self.error(
            codes::INVALID_NUMBER,
            span,
            format!("`{text}` is not a whole number of {parts}, or too large"),
            "write it in a smaller unit",
        );
        ExprKind::Invalid
    }

    fn unknown_unit(&mut self, number: &str, unit: &str, span: Span) -> ExprKind {
        if let Some(whole) = self.dashed(span) {
            let text = self.slice(whole);
            self.error(
                codes::UNKNOWN_NAME,
                whole,
                format!("`{text}` is not a name: it reads as a subtraction"),
                &format!("a text is written in quotes: \"{text}\""),
            );
            return ExprKind::Invalid;
        }
        let start = span.end - unit.len() as u32;
        let lower = unit.to_lowercase();
        let habit = UNIT_HABITS.iter().find(|(habit, _)| *habit == lower);
        let meant = habit
            .map(|(_, unit)| *unit)
            .or_else(|| {
                UNITS
                    .into_iter()
                    .find(|known| known.to_lowercase() == lower)
            })
            .or_else(|| nearest(unit, UNITS).filter(|_| unit.len() > 1));
        let help = match meant {
            Some(meant) => format!("did you mean `{number}{meant}`?"),
            None => format!(
                "units are {} and %; a name cannot start with a digit",
                UNITS.join(", ")
            ),
        };
        self.error(
            codes::UNKNOWN_UNIT,
            Span { start, ..span },
            format!("`{unit}` is not a unit"),
            &help,
        );
        ExprKind::Invalid
    }

    /// The word with dashes that ends in this number, as `us-west-2a` does, if there is one.
    fn dashed(&self, number: Span) -> Option<Span> {
        let before = &self.text[self.base..number.start as usize];
        let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let word = &before[before.trim_end_matches(is_word).len()..];
        let starts = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        (starts && word.ends_with('-')).then(|| Span {
            start: number.start - word.len() as u32,
            ..number
        })
    }

    fn ip4(&mut self, text: &str, span: Span) -> ExprKind {
        let Some((_, prefix)) = text.split_once('/') else {
            return match text.parse::<IpAddr>() {
                Ok(ip) => ExprKind::Ip(ip),
                Err(_) => {
                    self.error(
                        codes::INVALID_IP,
                        span,
                        format!("`{text}` is not an IP address"),
                        "an address is four numbers from 0 to 255, as in `10.0.0.1`",
                    );
                    ExprKind::Invalid
                }
            };
        };
        let too_long = prefix.parse::<u32>().is_ok_and(|length| length > 32);
        self.network(
            text,
            span,
            if too_long {
                "the number after the slash is at most 32"
            } else {
                "a network is four numbers from 0 to 255 and a length, as in `10.0.0.0/16`"
            },
        )
    }

    fn network(&mut self, text: &str, span: Span, help: &str) -> ExprKind {
        match text.parse::<IpNet>() {
            Ok(network) => ExprKind::Cidr(network),
            Err(_) => {
                self.error(
                    codes::INVALID_NETWORK,
                    span,
                    format!("`{text}` is not a network"),
                    help,
                );
                ExprKind::Invalid
            }
        }
    }

    fn ip6(&mut self, text: &str, span: Span) -> ExprKind {
        if text.contains('/') {
            return self.network(
                text,
                span,
                "a network has up to eight groups and a length of at most 128, as in `2001:db8::/32`",
            );
        }
        match text.parse::<Ipv6Addr>() {
            Ok(ip) => ExprKind::Ip(IpAddr::V6(ip)),
            Err(_) => {
                self.error(
                    codes::INVALID_IP,
                    span,
                    format!("`{text}` is not an IP address"),
                    "an IPv6 address has up to eight groups of four hexadecimal digits, as in `2001:db8::1`",
                );
                ExprKind::Invalid
            }
        }
    }

    fn port(&mut self, text: &str, span: Span) -> ExprKind {
        match text.parse() {
            Ok(port) => ExprKind::Port(port),
            Err(infra_model::port::PortError { why, .. }) => {
                self.error(
                    codes::INVALID_PORT,
                    span,
                    format!("`{text}` is not a port: {why}"),
                    infra_model::port::EXAMPLES,
                );
                ExprKind::Invalid
            }
        }
    }
}
