//! Quantities with units: bytes, milliseconds, percent. Their text form is what the language writes.

use std::fmt;
use std::str::FromStr;

/// An amount of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

/// A span of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

/// A percentage: `Percent(80.0)` is `80%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

/// Size units by descending factor within each family; binary ones come first, so they are preferred in print.
const SIZE_UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
];

/// Duration units by descending length in milliseconds.
const DURATION_UNITS: [(&str, i64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The text is not a quantity of the wanted unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}")]
pub struct UnitError {
    pub text: String,
    pub what: &'static str,
}

impl Size {
    pub const fn gib(n: u64) -> Size {
        Size(n << 30)
    }

    /// Whole gibibytes, or `None` when the size is not a multiple.
    pub fn as_whole_gib(self) -> Option<u64> {
        self.0.is_multiple_of(1 << 30).then_some(self.0 >> 30)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The shortest number; of equals the binary unit, which comes first.
        let whole = SIZE_UNITS
            .iter()
            .filter(|(_, factor)| self.0.is_multiple_of(*factor));
        match whole.min_by_key(|(_, factor)| self.0 / factor) {
            Some((unit, factor)) if self.0 != 0 => write!(f, "{}{unit}", self.0 / factor),
            _ => write!(f, "{}B", self.0),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, factor) in DURATION_UNITS {
            if self.0 != 0 && self.0 % factor == 0 {
                return write!(f, "{}{unit}", self.0 / factor);
            }
        }
        write!(f, "{}s", self.0 / 1000)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// Splits `8GiB` into its number and its unit.
fn split(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))?;
    Some((text[..end].parse().ok()?, &text[end..]))
}

impl FromStr for Size {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError {
            text: text.to_owned(),
            what: "size",
        };
        let (number, unit) = split(text).ok_or_else(fail)?;
        let (_, factor) = SIZE_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(fail)?;
        let bytes = number * *factor as f64;
        if !(0.0..=u64::MAX as f64).contains(&bytes) || bytes.fract() != 0.0 {
            return Err(fail());
        }
        Ok(Size(bytes as u64))
    }
}

impl FromStr for Duration {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let fail = || UnitError {
            text: text.to_owned(),
            what: "duration",
        };
        let (number, unit) = split(text).ok_or_else(fail)?;
        let (_, factor) = DURATION_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(fail)?;
        let ms = number * *factor as f64;
        if ms.fract() != 0.0 || ms.abs() > i64::MAX as f64 {
            return Err(fail());
        }
        Ok(Duration(ms as i64))
    }
}

impl FromStr for Percent {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let number = text
            .strip_suffix('%')
            .and_then(|number| number.parse().ok());
        number.map(Percent).ok_or_else(|| UnitError {
            text: text.to_owned(),
            what: "percentage",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_print_in_the_largest_whole_unit() {
        assert_eq!(Size::gib(16).to_string(), "16GiB");
        assert_eq!(Size(1536 << 20).to_string(), "1536MiB");
        assert_eq!(Size(20_000_000_000).to_string(), "20GB");
        assert_eq!(Size(0).to_string(), "0B");
        assert_eq!(Duration(90_000).to_string(), "90s");
        assert_eq!(Duration(0).to_string(), "0s");
        assert_eq!(Percent(80.0).to_string(), "80%");
    }

    #[test]
    fn quantities_read_back_what_they_print() {
        assert_eq!("1.5GiB".parse(), Ok(Size(1536 << 20)));
        assert_eq!("2GB".parse(), Ok(Size(2_000_000_000)));
        assert_eq!("10m".parse(), Ok(Duration(600_000)));
        assert_eq!("12.5%".parse(), Ok(Percent(12.5)));
        assert!("8".parse::<Size>().is_err());
        assert!("8 GiB".parse::<Size>().is_err());
        assert!("-1GiB".parse::<Size>().is_err());
    }
}
