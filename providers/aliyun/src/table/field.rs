//! One field of a type: how it is written, sent, read and changed.

use futures::future::BoxFuture;
use infra_model::Value;
use infra_sdk::{Failure, Update as Order};
use serde_json::Value as Json;

use super::Call;
use crate::cloud::Cloud;

/// A field of a schema.
#[derive(Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub form: Form,
    /// The parameter of the create call that takes it.
    pub create: Option<&'static str>,
    /// Where it is in an item of the listing: `VpcAttributes.VSwitchId`, `SnatTableIds.SnatTableId.0`.
    pub read: Option<&'static str>,
    /// What is said where the cloud leaves it out.
    pub unset: Option<fn() -> Value>,
    pub update: Update,
}

/// How a value is written in requests and answers.
#[derive(Clone, Copy)]
pub enum Form {
    Text,
    /// A whole number, also where it comes back as a text.
    Int,
    Flag,
    /// A truth value in two words of the API.
    OnOff(&'static str, &'static str),
    /// A size in gibibytes, also where it comes back as a text.
    Gib,
    Cidr,
    Ip,
    /// The schema's words and the API's.
    Words(&'static [(&'static str, &'static str)]),
    /// A list: `SecurityGroupIds.1`, `SecurityGroupIds.2`.
    Texts,
    /// A list of addresses in one text, with commas.
    Comma,
    /// A list of numbers in one text, as a JSON list of texts: `["1","2"]`.
    Numbers,
    /// Encoded for the way to the cloud; never read.
    Base64,
    /// Read by a function from the whole item, and sent by a [`Way`] only.
    Item(fn(&Json) -> Option<Value>),
}

/// How a field is changed in place.
#[derive(Clone, Copy)]
pub enum Update {
    /// It is not.
    Never,
    /// By an action, in a parameter. Changes by the same action go in one call.
    By(&'static Call, &'static str),
    /// By a function; fields with the same one are changed together.
    Way(&'static Way),
}

/// A change that takes more than one call, or a call that depends on something.
pub struct Way {
    /// What it does, in words that follow "to": `bind the address`. No two ways of a type have the same.
    pub name: &'static str,
    pub run: Run,
}

/// Brings the changed fields of an order about. It may be done twice.
pub type Run = for<'a> fn(&'a Cloud, &'a Order) -> BoxFuture<'a, Result<(), Failure>>;

impl Field {
    const fn new(name: &'static str, form: Form) -> Field {
        Field {
            name,
            form,
            create: None,
            read: None,
            unset: None,
            update: Update::Never,
        }
    }

    /// The create call takes it in this parameter.
    pub const fn create(mut self, parameter: &'static str) -> Field {
        self.create = Some(parameter);
        self
    }

    /// Listings answer it at this path.
    pub const fn read(mut self, path: &'static str) -> Field {
        self.read = Some(path);
        self
    }

    /// What it is where the answer leaves it out.
    pub const fn or(mut self, unset: fn() -> Value) -> Field {
        self.unset = Some(unset);
        self
    }

    /// This action changes it in place, in this parameter.
    pub const fn update(mut self, call: &'static Call, parameter: &'static str) -> Field {
        self.update = Update::By(call, parameter);
        self
    }

    /// This function changes it in place.
    pub const fn by(mut self, way: &'static Way) -> Field {
        self.update = Update::Way(way);
        self
    }
}

pub const fn text(name: &'static str) -> Field {
    Field::new(name, Form::Text)
}

pub const fn int(name: &'static str) -> Field {
    Field::new(name, Form::Int)
}

pub const fn flag(name: &'static str) -> Field {
    Field::new(name, Form::Flag)
}

pub const fn on_off(name: &'static str, on: &'static str, off: &'static str) -> Field {
    Field::new(name, Form::OnOff(on, off))
}

pub const fn gib(name: &'static str) -> Field {
    Field::new(name, Form::Gib)
}

pub const fn cidr(name: &'static str) -> Field {
    Field::new(name, Form::Cidr)
}

pub const fn ip(name: &'static str) -> Field {
    Field::new(name, Form::Ip)
}

pub const fn words(name: &'static str, words: &'static [(&'static str, &'static str)]) -> Field {
    Field::new(name, Form::Words(words))
}

pub const fn texts(name: &'static str) -> Field {
    Field::new(name, Form::Texts)
}

pub const fn comma(name: &'static str) -> Field {
    Field::new(name, Form::Comma)
}

pub const fn numbers(name: &'static str) -> Field {
    Field::new(name, Form::Numbers)
}

pub const fn base64(name: &'static str) -> Field {
    Field::new(name, Form::Base64)
}

/// A field that a function reads from the item.
pub const fn item(name: &'static str, read: fn(&Json) -> Option<Value>) -> Field {
    Field::new(name, Form::Item(read))
}
