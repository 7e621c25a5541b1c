//! The parameters of one request, checked against what its action takes.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::aliyun::action::Action;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Param, as_flag};

/// Parameters that say how a request is made, and not what it asks for.
const PROTOCOL: &[&str] = &[
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
    "SignatureType",
    "Timestamp",
    "SecurityToken",
];

/// Parameters that clients send with every action.
const EVERYWHERE: &[&str] = &[
    "RegionId",
    "OwnerId",
    "OwnerAccount",
    "ResourceOwnerId",
    "ResourceOwnerAccount",
];

/// Parameters that do not make a request another one.
const APART: &[&str] = &["ClientToken", "DryRun"];

/// Checked parameters, by their full names.
#[derive(Clone, Debug, Default)]
pub struct Args {
    values: BTreeMap<String, String>,
}

impl Args {
    /// Checks the parameters of a request.
    ///
    /// # Errors
    /// `MissingParameter`, `InvalidParameter` (also for a parameter that the action does not take), and the
    /// `Malformed` codes of names.
    pub fn of(action: &Action, given: &BTreeMap<String, String>) -> Result<Self, Fault> {
        let mut values = BTreeMap::new();
        for (name, value) in given {
            if PROTOCOL.contains(&name.as_str()) {
                continue;
            }
            match action.param(&numbered(name)) {
                Some(param) if value.is_empty() && !param.required => {}
                Some(param) => param.check(value)?,
                None if EVERYWHERE.contains(&name.as_str()) => {}
                None => {
                    let why = format!("the action {} does not take it", action.name);
                    return Err(Fault::invalid(name, why));
                }
            }
            values.insert(name.clone(), value.clone());
        }
        let is_there = |param: &Param| match param.name.split_once(".N") {
            Some((list, _)) => values.keys().any(|name| {
                name.strip_prefix(list)
                    .is_some_and(|rest| rest.starts_with('.'))
            }),
            None => values.get(param.name).is_some_and(|it| !it.is_empty()),
        };
        match action.params().find(|it| it.required && !is_there(it)) {
            Some(param) => Err(Fault::missing(param.name)),
            None => Ok(Self { values }),
        }
    }

    /// The text of a parameter; an empty text is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The text of a parameter, if it is there and not empty.
    pub fn some(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// The text of a parameter as a value of its own, empty when it is not there.
    pub fn string(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    /// A text that has to be there and not be empty.
    ///
    /// # Errors
    /// `MissingParameter`.
    pub fn need(&self, name: &str) -> Result<&str, Fault> {
        self.some(name).ok_or_else(|| Fault::missing(name))
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).and_then(as_flag)
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// Whether a list that is filtered by the parameter, if it is, lets the value through.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.some(name).is_none_or(|wanted| wanted == value)
    }

    /// The same for a flag.
    pub fn has(&self, name: &str, value: bool) -> bool {
        self.flag(name).is_none_or(|wanted| wanted == value)
    }

    /// Gives `field` the text of the parameter, if it is there; an empty text is one.
    pub fn set(&self, name: &str, field: &mut String) {
        if let Some(text) = self.text(name) {
            text.clone_into(field);
        }
    }

    /// Gives `field` the text of the parameter, if it is there and not empty.
    pub fn set_word(&self, name: &str, field: &mut String) {
        if let Some(text) = self.some(name) {
            text.clone_into(field);
        }
    }

    /// Gives `field` the value of the parameter, if it is there.
    pub fn set_flag(&self, name: &str, field: &mut bool) {
        *field = self.flag(name).unwrap_or(*field);
    }

    /// The parameters inside `name`, as in `SystemDisk.Size`.
    pub fn group(&self, name: &str) -> Args {
        let inside = self.under(name);
        let inside = inside.map(|(path, value)| (path.to_owned(), value.to_owned()));
        Args {
            values: inside.collect(),
        }
    }

    /// The members of the list `name` in the order of their numbers, each with the names inside it.
    pub fn list(&self, name: &str) -> Vec<Args> {
        let mut members: BTreeMap<u64, Args> = BTreeMap::new();
        for (path, value) in self.under(name) {
            let (number, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Ok(number) = number.parse() {
                let member = members.entry(number).or_default();
                member.values.insert(rest.to_owned(), value.to_owned());
            }
        }
        members.into_values().collect()
    }

    /// The texts of the list `name`.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let members = self.list(name).into_iter();
        members.map(|member| member.string("")).collect()
    }

    fn under(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().filter_map(move |(path, value)| {
            let rest = path.strip_prefix(name)?.strip_prefix('.')?;
            Some((rest, value.as_str()))
        })
    }

    /// The texts of a JSON array in a text, `None` when the parameter is not there.
    ///
    /// # Errors
    /// `InvalidParameter` when a member is no text, or there are more than `most`.
    pub fn json(&self, name: &str, most: usize) -> Result<Option<Vec<String>>, Fault> {
        let Some(text) = self.some(name) else {
            return Ok(None);
        };
        let items: Vec<Value> = serde_json::from_str(text)
            .map_err(|_| Fault::invalid(name, "it takes a JSON array"))?;
        if items.len() > most {
            return Err(Fault::invalid(name, format!("it takes {most} at most")));
        }
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            _ => Err(Fault::invalid(name, "it takes an array of texts")),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// The texts of a list with commas, `None` when the parameter is not there.
    ///
    /// # Errors
    /// `InvalidParameter` when there are more than `most`.
    pub fn commas(&self, name: &str, most: usize) -> Result<Option<Vec<String>>, Fault> {
        let Some(text) = self.some(name) else {
            return Ok(None);
        };
        let items: Vec<String> = text.split(',').map(|it| it.trim().to_owned()).collect();
        if items.len() > most {
            return Err(Fault::invalid(name, format!("it takes {most} at most")));
        }
        Ok(Some(items))
    }

    /// What a client token is compared by.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (name, value) in &self.values {
            if !APART.contains(&name.as_str()) {
                hash.update(format!("{name}={value}\n"));
            }
        }
        hex::encode(hash.finalize())
    }
}

/// The name with `N` for every number in it.
fn numbered(name: &str) -> String {
    let parts = name.split('.').map(|part| {
        let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if number { "N" } else { part }
    });
    parts.collect::<Vec<_>>().join(".")
}
