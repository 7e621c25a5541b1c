//! The identity of a resource in a program: `web["a"]/aws.volume.data["logs"]`.
//!
//! An address is chosen by the user through names and keys; nothing is ever identified by a hash of its content.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One component instance on the way to a resource: its name and, under `for`, its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    pub name: String,
    pub key: Option<String>,
}

/// The address of one resource instance (or lookup).
///
/// Its text form is `component["key"]/type.name["key"]`, with as many components as the instance is deep.
///
/// Sets, maps and values name a resource in many places at once, so an address is a pointer to its parts: a copy of
/// it costs a counter, and the parts are copied when one of several copies is changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<AddressParts>);

/// What an [`Address`] is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressParts {
    /// Component instances from the outside in; empty for a resource of the program itself.
    pub path: Vec<Step>,
    /// The dotted resource type, such as `aws.volume`.
    pub type_name: String,
    pub name: String,
    pub key: Option<String>,
}

impl Deref for Address {
    type Target = AddressParts;
    fn deref(&self) -> &AddressParts {
        &self.0
    }
}

impl DerefMut for Address {
    fn deref_mut(&mut self) -> &mut AddressParts {
        Arc::make_mut(&mut self.0)
    }
}

impl From<AddressParts> for Address {
    fn from(parts: AddressParts) -> Address {
        Address(Arc::new(parts))
    }
}

impl Address {
    /// The address of a resource of the program itself, without a key.
    pub fn root(type_name: impl Into<String>, name: impl Into<String>) -> Self {
        Address::from(AddressParts {
            path: Vec::new(),
            type_name: type_name.into(),
            name: name.into(),
            key: None,
        })
    }

    /// The same address with a `for` key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The provider's name: the first part of the type (`aws` of `aws.volume`).
    pub fn provider(&self) -> &str {
        self.type_name.split('.').next().unwrap_or_default()
    }

    /// The words of the address without its type, for naming things in a cloud: `ec2_1-swap-a`.
    pub fn slug(&self) -> String {
        let mut words = Vec::new();
        for step in &self.path {
            words.push(step.name.as_str());
            words.extend(step.key.as_deref());
        }
        words.push(&self.name);
        words.extend(self.key.as_deref());
        words.join("-")
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: Option<&str>) -> fmt::Result {
    match key {
        None => Ok(()),
        Some(key) => {
            f.write_str("[\"")?;
            for c in key.chars() {
                match c {
                    '"' => f.write_str("\\\"")?,
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    c => write!(f, "{c}")?,
                }
            }
            f.write_str("\"]")
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        write_key(f, self.key.as_deref())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.path {
            write!(f, "{step}/")?;
        }
        write!(f, "{}.{}", self.type_name, self.name)?;
        write_key(f, self.key.as_deref())
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Address;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the address of a resource")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Address, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not an address: {why}; an address looks like `aws.volume.data` or `web/aws.volume.data[\"a\"]`"
)]
pub struct AddressError {
    pub text: String,
    pub why: &'static str,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fail = |why| AddressError {
            text: text.to_owned(),
            why,
        };
        let mut rest = text;
        let mut steps = Vec::new();
        loop {
            let (name, key, after) = take_step(rest).map_err(fail)?;
            steps.push(Step {
                name: name.to_owned(),
                key,
            });
            match after.strip_prefix('/') {
                Some(more) => rest = more,
                None if after.is_empty() => break,
                None => return Err(fail("there is text after the key")),
            }
        }
        let last = steps.pop().ok_or_else(|| fail("it is empty"))?;
        if steps.iter().any(|step| step.name.contains('.')) {
            return Err(fail("only the last part names a type"));
        }
        let (type_name, name) = last
            .name
            .rsplit_once('.')
            .ok_or_else(|| fail("it has no type"))?;
        if type_name.is_empty() || name.is_empty() || steps.iter().any(|step| step.name.is_empty())
        {
            return Err(fail("a name is missing"));
        }
        Ok(Address::from(AddressParts {
            path: steps,
            type_name: type_name.to_owned(),
            name: name.to_owned(),
            key: last.key,
        }))
    }
}

/// Splits one `name["key"]` off the front: the name, the key and what is left.
fn take_step(text: &str) -> Result<(&str, Option<String>, &str), &'static str> {
    let end = text.find(['[', '/']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
    {
        return Err("a name has letters, digits and `_`");
    }
    let Some(inner) = rest.strip_prefix('[') else {
        return Ok((name, None, rest));
    };
    let inner = inner
        .strip_prefix('"')
        .ok_or("a key is written in double quotes")?;
    let mut key = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let after = inner[at + 1..]
                    .strip_prefix(']')
                    .ok_or("a key ends with `\"]`")?;
                return Ok((name, Some(key), after));
            }
            '\\' => match chars.next() {
                Some((_, 'n')) => key.push('\n'),
                Some((_, c)) => key.push(c),
                None => break,
            },
            c => key.push(c),
        }
    }
    Err("a key has no end")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trips(text: &str) {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }

    #[test]
    fn an_address_reads_back_what_it_prints() {
        round_trips("aws.volume.data");
        round_trips(r#"aws.volume.data["a"]"#);
        round_trips(r#"web["a/b"]/inner/aws.volume.data["q\"uo\\te"]"#);
        round_trips(r#"服务["键"]/aws.volume.数据"#);
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, why) in [
            ("data", "it has no type"),
            ("aws.volume.data[a]", "a key is written in double quotes"),
            (r#"aws.volume.data["a"#, "a key has no end"),
            ("a.b/c.d", "only the last part names a type"),
            ("/c.d", "a name is missing"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap_err().why, why, "{text}");
        }
    }

    #[test]
    fn a_change_of_an_address_leaves_its_copies_alone() {
        let address = Address::root("aws.volume", "data");
        let keyed = address.clone().with_key("logs");
        assert_eq!(address.to_string(), "aws.volume.data");
        assert_eq!(keyed.to_string(), r#"aws.volume.data["logs"]"#);
    }

    #[test]
    fn a_slug_names_the_instance_without_its_type() {
        let address: Address = r#"web["a"]/aws.volume.data["logs"]"#.parse().unwrap();
        assert_eq!(address.slug(), "web-a-data-logs");
        assert_eq!(address.provider(), "aws");
    }
}
