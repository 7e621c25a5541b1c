//! What each type is made with, and what is done to it.

pub mod compute;
pub mod network;
mod storage;

use std::pin::Pin;

use infra_model::{Record, Value};

use crate::bed::{Bed, Made, record};

/// A type's part of a case, and what had to be made before, in the order of making.
pub struct Sample {
    pub fields: Record,
    pub steps: Vec<Record>,
    pub exempt: Vec<(&'static str, &'static str)>,
    pub before: Vec<Made>,
}

impl Sample {
    fn new(fields: &[(&str, Value)]) -> Sample {
        Sample {
            fields: record(fields),
            steps: Vec::new(),
            exempt: Vec::new(),
            before: Vec::new(),
        }
    }

    fn step(mut self, name: &str, value: Value) -> Sample {
        self.steps.push(record(&[(name, value)]));
        self
    }

    fn steps(mut self, fields: &[(&str, Value)]) -> Sample {
        self.steps.push(record(fields));
        self
    }

    /// A name, a description and a label, which change in place.
    fn renamed(self) -> Sample {
        self.step("name", text("renamed"))
            .step("description", text("What it is for"))
            .relabelled()
    }

    fn relabelled(self) -> Sample {
        let tags = Record::from([("stage".to_owned(), text("test"))]);
        self.step("tags", Value::Map(tags))
    }

    fn exempt(mut self, field: &'static str, reason: &'static str) -> Sample {
        self.exempt.push((field, reason));
        self
    }

    fn before(mut self, made: impl IntoIterator<Item = Made>) -> Sample {
        self.before.extend(made);
        self
    }
}

pub type Making<'b> = Pin<Box<dyn Future<Output = Sample> + 'b>>;

/// Makes the sample of one type, with what must exist before it.
pub type Sampler = fn(&Bed) -> Making<'_>;

/// How to sample each type.
pub const SAMPLES: &[(&str, Sampler)] = &[
    ("aliyun.attachment", |bed| {
        Box::pin(storage::attachment(bed))
    }),
    ("aliyun.auto_snapshot_policy", |_| {
        Box::pin(storage::policy())
    }),
    ("aliyun.disk", |bed| Box::pin(storage::disk(bed))),
    ("aliyun.eip", |bed| Box::pin(network::eip(bed))),
    ("aliyun.image", |bed| Box::pin(storage::image(bed))),
    ("aliyun.instance", |bed| Box::pin(compute::instance(bed))),
    ("aliyun.key_pair", |_| Box::pin(compute::key_pair())),
    ("aliyun.nat_gateway", |bed| {
        Box::pin(network::nat_gateway(bed))
    }),
    ("aliyun.route_entry", |bed| {
        Box::pin(network::route_entry(bed))
    }),
    ("aliyun.security_group", |bed| {
        Box::pin(network::security_group(bed))
    }),
    ("aliyun.snapshot", |bed| Box::pin(storage::snapshot(bed))),
    ("aliyun.snat", |bed| Box::pin(network::snat(bed))),
    ("aliyun.vpc", |_| Box::pin(network::vpc())),
    ("aliyun.vswitch", |bed| Box::pin(network::vswitch(bed))),
];

fn text(text: &str) -> Value {
    Value::string(text)
}

fn range(text: &str) -> Value {
    Value::Cidr(text.parse().expect("a range"))
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().collect())
}

fn gib(number: u64) -> Value {
    Value::Size(infra_model::Size::gib(number))
}
