//! A provider with a cloud behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aliyun_openapi::{Api, Call, Client, Retry, Source, Style};
use infra_aliyun::{AliyunProvider, Credentials, Options};
use infra_lang::{Schemas, Texts};
use infra_model::{Address, Record, Schema, SchemaKind, Value};
use infra_sdk::clock::Clock;
use infra_sdk::conformance::create;
use infra_sdk::{Context, Create, Delete, Provider, Settle};
use infra_sim::{Config, Local, aliyun};

use crate::wire::{START_MS, Traffic, Wire};

pub const REGION: &str = "cn-hangzhou";

/// The schemas of what Alibaba Cloud's provider manages, by type.
pub fn schemas() -> BTreeMap<String, Schema> {
    let (schemas, _, diagnostics) = Schemas::load(&Texts::new("std", infra_stdlib::files()));
    assert_eq!(diagnostics, [], "the library is sound");
    let ours = schemas
        .iter()
        .filter(|schema| schema.provider() == "aliyun" && schema.kind == SchemaKind::Resource);
    ours.map(|schema| (schema.type_name.clone(), schema.clone()))
        .collect()
}

/// A cloud, a provider for it, and somebody else with the account's keys.
pub struct Bed {
    pub provider: AliyunProvider,
    pub clock: Clock,
    schemas: Arc<BTreeMap<String, Schema>>,
    wire: Wire,
    stranger: Client,
}

/// Something that was made for something else.
pub struct Made {
    pub id: String,
    /// As it was read.
    pub seen: Record,
    type_name: String,
    name: String,
}

impl Made {
    pub fn id(&self) -> Value {
        Value::string(&self.id)
    }

    /// A field as it was read.
    pub fn get(&self, name: &str) -> Value {
        self.seen[name].clone()
    }
}

pub const PROGRAM: &str = "desk";

impl Bed {
    /// With faults in front of the cloud, whose states last for a while.
    pub fn new(schemas: &Arc<BTreeMap<String, Schema>>, chaos: &str) -> Bed {
        let clock = Clock::default();
        let now = clock.clone();
        let mut config = Config::new(Arc::new(move || START_MS + infra_sdk::Timer::now_ms(&now)));
        config.chaos = chaos.parse().expect("a specification of faults");
        let wire = Wire {
            cloud: Local::open(config).expect("a cloud without a file"),
            clock: clock.clone(),
            sent: Arc::default(),
        };
        let credentials = || Credentials::new(aliyun::ACCESS_KEY, aliyun::SECRET_KEY);
        let via = "http://cloud.test";
        let options = Options {
            transport: Some(Arc::new(wire.clone())),
            clock: Some(Arc::new(wire.clone())),
            ..Options::simulated(Arc::new(clock.clone()), via, credentials())
        };
        let tags = Value::Map(Record::from([("team".to_owned(), Value::string("desk"))]));
        let context = Context {
            program: PROGRAM.to_owned(),
            config: Record::from([("tags".to_owned(), tags)]),
        };
        let provider = clock
            .run(AliyunProvider::connect(&context, options))
            .expect("a provider");
        let stranger = Client::new(aliyun_openapi::Options {
            credentials: Source::Fixed(credentials()),
            via: Some(via.to_owned()),
            retry: Retry::NEVER,
            transport: Some(Arc::new(wire.clone())),
            clock: Arc::new(wire.clone()),
            ..aliyun_openapi::Options::new(REGION)
        });
        Bed {
            provider,
            clock,
            schemas: Arc::clone(schemas),
            wire,
            stranger: stranger.expect("a client"),
        }
    }

    pub fn schema(&self, type_name: &str) -> &Schema {
        &self.schemas[type_name]
    }

    /// What was sent so far.
    pub fn traffic(&self) -> Traffic {
        self.wire.sent.lock().expect("nobody panicked").clone()
    }

    /// What is still there of what a user made.
    pub fn left_over(&self) -> Vec<String> {
        let left = self.wire.cloud.handle().left_over();
        left.iter().map(ToString::to_string).collect()
    }

    /// Makes something through the provider, with the defaults of its schema.
    pub async fn make(&self, type_name: &str, name: &str, fields: &[(&str, Value)]) -> Made {
        let schema = &self.schemas[type_name];
        let defaults = schema
            .fields
            .iter()
            .filter_map(|field| Some((field.name.clone(), field.default.clone()?)));
        let mut planned: Record = defaults.collect();
        planned.extend(record(fields));
        let address = Address::root(type_name, name);
        let token = format!("{PROGRAM}-{name}");
        let order = Create {
            address: address.clone(),
            token: token.clone(),
            default_name: format!("{PROGRAM}-{name}"),
            fields: planned.clone(),
        };
        let id = create(&self.provider, &order)
            .await
            .expect("it can be made");
        let settle = Settle {
            address,
            id: id.clone(),
            token,
            fields: Some(planned),
        };
        let seen = self.provider.settle(&settle).await.expect("it settles");
        Made {
            id,
            seen,
            type_name: type_name.to_owned(),
            name: name.to_owned(),
        }
    }

    pub async fn unmake(&self, made: &Made) {
        let order = Delete {
            address: Address::root(&made.type_name, &made.name),
            id: made.id.clone(),
            token: format!("{PROGRAM}-{}-delete", made.name),
            prior: made.seen.clone(),
        };
        self.provider.delete(&order).await.expect("it can go");
    }

    /// Somebody else changes something, behind the provider's back.
    pub async fn meddle(
        &self,
        product: &'static str,
        action: &'static str,
        params: &[(&str, &str)],
    ) {
        let version = match product {
            "ecs" => "2014-05-26",
            _ => "2016-04-28",
        };
        let api = Api {
            product,
            version,
            style: Style::Rpc,
        };
        let mut call = Call::rpc(api, action);
        for (name, value) in params {
            call = call.param(*name, value);
        }
        // Chaos meets strangers too.
        let mut sends = 0;
        while let Err(error) = self.stranger.call(&call).await {
            sends += 1;
            assert!(error.is_temporary() && sends < 20, "{action}: {error}");
        }
    }
}

pub fn record(fields: &[(&str, Value)]) -> Record {
    let fields = fields.iter();
    fields
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}
