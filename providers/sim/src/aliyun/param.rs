//! What an action takes: the name, type and range of each parameter.
//!
//! A name is written as Alibaba Cloud writes it, with `N` for the number of a list's member (`Tag.N.Key`). Whatever
//! is not in the list of an action is refused, so that no parameter is silently without effect.

use crate::aliyun::fault::Fault;

/// The values that a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// Any text.
    Text,
    /// A text of at least and at most so many characters.
    Sized(usize, usize),
    /// A name of 2 to 128 characters that begins with a letter; digits, `:`, `_`, `.` and `-` may follow.
    Name,
    /// A text of 1 to 128 characters that does not begin like a URL.
    Title,
    /// A description of so many to 256 characters that does not begin like a URL.
    Description(usize),
    /// `true` or `false`.
    Flag,
    /// A whole number in a range.
    Int(i64, i64),
    /// A whole number in a range, which the SDKs send as a text.
    Digits(i64, i64),
    /// A decimal number.
    Float,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A JSON array in a text.
    Json,
    /// The resource group that everything is in.
    ResourceGroup,
    /// An IPv4 range.
    Cidr,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    pub name: &'static str,
    pub form: Form,
    pub required: bool,
}

impl Param {
    /// The same parameter, which has to be there.
    pub const fn must(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
}

/// A parameter of any form.
pub const fn param(name: &'static str, form: Form) -> Param {
    Param {
        name,
        form,
        required: false,
    }
}

pub const fn text(name: &'static str) -> Param {
    param(name, Form::Text)
}

pub const fn name(name: &'static str) -> Param {
    param(name, Form::Name)
}

pub const fn title(name: &'static str) -> Param {
    param(name, Form::Title)
}

pub const fn flag(name: &'static str) -> Param {
    param(name, Form::Flag)
}

pub const fn int(name: &'static str, least: i64, most: i64) -> Param {
    param(name, Form::Int(least, most))
}

pub const fn digits(name: &'static str, least: i64, most: i64) -> Param {
    param(name, Form::Digits(least, most))
}

pub const fn one_of(name: &'static str, words: &'static [&'static str]) -> Param {
    param(name, Form::OneOf(words))
}

pub const fn json(name: &'static str) -> Param {
    param(name, Form::Json)
}

pub const fn cidr(name: &'static str) -> Param {
    param(name, Form::Cidr)
}

/// `RegionId` of an action that must have it.
pub const REGION: &[Param] = &[text("RegionId").must()];
/// Parameters of every action that makes something once for each token.
pub const TOKEN: &[Param] = &[param("ClientToken", Form::Sized(0, 64))];
pub const DRY_RUN: &[Param] = &[flag("DryRun")];
/// A description as ECS takes it.
pub const DESCRIPTION: &[Param] = &[param("Description", Form::Description(2))];
/// A description as VPC takes it.
pub const VPC_DESCRIPTION: &[Param] = &[param("Description", Form::Description(1))];
/// Tags of a new resource, and the filter by tags of a list.
pub const TAGS: &[Param] = &[
    param("Tag.N.Key", Form::Sized(1, 128)),
    param("Tag.N.Value", Form::Sized(0, 128)),
];
/// There is one resource group, the default one.
pub const GROUP: &[Param] = &[param("ResourceGroupId", Form::ResourceGroup)];

/// The id of the default resource group.
pub const DEFAULT_GROUP: &str = "rg-acfmxazb4ph6aiy";

impl Param {
    /// Checks a value.
    ///
    /// # Errors
    /// `InvalidParameter`, or `Invalid….Malformed` for names and descriptions.
    pub fn check(&self, value: &str) -> Result<(), Fault> {
        let length = value.chars().count();
        let url = value.starts_with("http://") || value.starts_with("https://");
        let bad = |why: String| Err(Fault::invalid(self.name, why));
        match self.form {
            Form::Text => Ok(()),
            Form::Sized(least, most) if (least..=most).contains(&length) => Ok(()),
            Form::Sized(least, most) => bad(format!("it takes {least} to {most} characters")),
            Form::Name if (2..=128).contains(&length) && !url && is_name(value) => Ok(()),
            Form::Title if (1..=128).contains(&length) && !url => Ok(()),
            Form::Description(least) if (least..=256).contains(&length) && !url => Ok(()),
            Form::Name | Form::Title | Form::Description(_) => Err(Fault::new(
                format!("Invalid{}.Malformed", self.name.replace('.', "")),
                format!("The specified {} is wrongly formed.", self.name),
            )),
            Form::Flag if as_flag(value).is_some() => Ok(()),
            Form::Flag => bad("it takes true or false".to_owned()),
            Form::Int(least, most) | Form::Digits(least, most) => match value.parse::<i64>() {
                Ok(number) if (least..=most).contains(&number) => Ok(()),
                Ok(_) => bad(format!("it takes {least} to {most}")),
                Err(_) => bad("it takes a whole number".to_owned()),
            },
            Form::Float if value.parse::<f64>().is_ok() => Ok(()),
            Form::Float => bad("it takes a number".to_owned()),
            Form::OneOf(words) if words.contains(&value) => Ok(()),
            Form::OneOf(words) => bad(format!("it takes {}", words.join(", "))),
            Form::Json if serde_json::from_str::<Vec<serde_json::Value>>(value).is_ok() => Ok(()),
            Form::Json => bad("it takes a JSON array".to_owned()),
            Form::ResourceGroup if value == DEFAULT_GROUP => Ok(()),
            Form::ResourceGroup => Err(Fault::new(
                "InvalidResourceGroup.NotFound",
                "The specified resource group does not exist.",
            )),
            Form::Cidr if crate::ground::cidr::Cidr::parse(value).is_some() => Ok(()),
            Form::Cidr => bad("it takes an IPv4 range such as 10.0.0.0/16".to_owned()),
        }
    }
}

/// `True` and `true` are both sent.
pub fn as_flag(value: &str) -> Option<bool> {
    match value {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}

fn is_name(value: &str) -> bool {
    value.starts_with(char::is_alphabetic)
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '.' | '-'))
}
