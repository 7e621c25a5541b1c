//! One resource type.

use aliyun_openapi::Api;
use futures::future::BoxFuture;
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::{Delete, Failure, Trace};
use serde_json::Value as Json;

use super::{Call, Field, List};
use crate::cloud::Cloud;
use crate::param::Param;

/// A resource type.
pub struct Kind {
    /// `aliyun.vpc`.
    pub name: &'static str,
    pub api: Api,
    /// What the identity is made of, with colons between the parts.
    pub key: &'static [Part],
    pub create: Call,
    pub read: List,
    pub delete: Call,
    pub fields: &'static [Field],
    pub states: States,
    /// The word for the type in the calls that change tags; `None` for a type without tags.
    pub tags: Option<&'static str>,
    /// How a create is known again when its answer was lost.
    pub trace: Trace,
    /// Fields of which no two resources have the same values: a create whose answer was lost is found by them, where
    /// it bears no tags.
    pub twin: &'static [&'static str],
    /// The field whose resource takes one change at a time, and is busy until that is done.
    pub turn: Option<&'static str>,
    /// Which names the cloud takes.
    pub name_form: Name,
    pub hooks: Hooks,
}

/// A part of an identity.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Answered by the create call at the first path, and by listings at the second.
    Given(&'static str, &'static str),
    /// Taken from a field, and answered by listings at the path.
    Field(&'static str, &'static str),
}

/// The states of a resource, as listings answer them.
#[derive(Clone, Copy, Debug)]
pub struct States {
    /// The path of the state; empty for a type without states.
    pub path: &'static str,
    /// Nothing more has to be waited for.
    pub ready: &'static [&'static str],
    /// It will never be ready.
    pub broken: &'static [&'static str],
}

impl States {
    /// A type without states.
    pub const NONE: States = States {
        path: "",
        ready: &[],
        broken: &[],
    };
}

/// Which names the cloud takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// None: the type has no name.
    None,
    /// 1 to 128 characters that do not begin like a URL.
    Free,
    /// 2 to 128 letters, digits, `:`, `_`, `.` and `-`, a letter first, and not `auto`.
    Plain,
}

/// What tables cannot say; all of it may be left out.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// One more look at the parameters of the create call.
    pub shape: Option<fn(Fields<'_>, &mut Vec<Param>)>,
    /// One more look at what was listed: further calls, items taken apart.
    pub listed: Option<Listed>,
    /// Brings what differs in writing into one form.
    pub canonical: Option<fn(&mut Record)>,
    /// Computed attributes that follow from the fields alone.
    pub derived: Option<fn(Fields<'_>) -> Record>,
    /// Adds what Alibaba Cloud would refuse.
    pub validate: Option<fn(Fields<'_>, &mut Vec<String>)>,
    /// What has to be done before the delete call.
    pub before_delete: Option<Before>,
    /// What has to be done when it is gone.
    pub after_delete: Option<Before>,
    /// The disks that hold its data.
    pub disks: Option<Disks>,
}

pub type Listed = for<'c> fn(&'c Cloud, Vec<Json>) -> BoxFuture<'c, Result<Vec<Json>, Failure>>;
pub type Before = for<'a> fn(&'a Cloud, &'a Delete) -> BoxFuture<'a, Result<(), Failure>>;
pub type Disks = for<'a> fn(&'a Cloud, &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>>;

impl Hooks {
    pub const NONE: Hooks = Hooks {
        shape: None,
        listed: None,
        canonical: None,
        derived: None,
        validate: None,
        before_delete: None,
        after_delete: None,
        disks: None,
    };
}

impl Kind {
    /// What most types have: a name, a token, no states, no hooks.
    pub const DEFAULT: Kind = Kind {
        name: "",
        api: crate::products::ECS,
        key: &[],
        create: super::call(""),
        read: super::list("", ""),
        delete: super::call(""),
        fields: &[],
        states: States::NONE,
        tags: None,
        trace: Trace::Token,
        twin: &[],
        turn: None,
        name_form: Name::Plain,
        hooks: Hooks::NONE,
    };

    /// A field of the table.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
