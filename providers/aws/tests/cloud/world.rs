//! A cloud to test against, and the steps every lifecycle has.

use std::sync::Arc;
use std::time::Duration;

use infra_aws::{AwsProvider, Credentials, Options, Windows};
use infra_model::{Address, Record, Size, Value};
use infra_sdk::{
    Context, Create, Delete, Found, Observed, Provider, Settle, Target, Timer, Update,
};

/// Real time, by the runtime's clock.
struct RealTimer(tokio::time::Instant);

#[async_trait::async_trait]
impl Timer for RealTimer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).expect("a test ends before the clock does")
    }
}

/// Fields that cannot be read back cheaply, as the schemas say.
const UNREAD: [&str; 10] = [
    "dns_support",
    "dns_hostnames",
    "public",
    "user_data",
    "termination_protection",
    "stop_protection",
    "on_shutdown",
    "force_detach",
    "stop_to_detach",
    "reboot",
];

/// What moto does not answer, or answers otherwise.
const MOTO_UNREAD: [&str; 13] = [
    "delete_with_instance",
    "throughput",
    "root_throughput",
    "root_iops",
    "metadata",
    "metadata_hops",
    "metadata_tags",
    "ebs_optimized",
    "iops",
    "root_type",
    "public_key",
    "multi_attach",
    "encrypted",
];

/// A provider with a cloud behind it.
pub struct World {
    pub provider: AwsProvider,
    /// Of this world alone, because tests may share one moto.
    pub program: String,
    endpoint: String,
    /// Whether it is moto, whose known differences are tolerated.
    pub moto: bool,
    /// Lives as long as this.
    sim: Option<infra_sim::Running>,
}

impl World {
    pub async fn new() -> World {
        World::with(infra_sim::Chaos::default()).await
    }

    /// In the simulator, whatever the environment says: for what is asked of its insides.
    pub async fn simulated(chaos: infra_sim::Chaos) -> World {
        World::at(None, chaos).await
    }

    /// With faults in front of the simulator; moto has none.
    pub async fn with(chaos: infra_sim::Chaos) -> World {
        #[allow(
            clippy::disallowed_methods,
            reason = "a test chooses its cloud by the environment"
        )]
        let endpoint = std::env::var("INFRA_AWS_ENDPOINT").ok();
        World::at(endpoint, chaos).await
    }

    async fn at(endpoint: Option<String>, chaos: infra_sim::Chaos) -> World {
        let (endpoint, sim) = match endpoint {
            Some(endpoint) => (endpoint, None),
            None => {
                let mut config = infra_sim::Config::new(Arc::new(now_ms));
                config.chaos = chaos;
                let sim = infra_sim::serve(config).await.expect("a port is free");
                (sim.endpoint(), Some(sim))
            }
        };
        let tags = Value::Map(Record::from([("team".to_owned(), Value::string("desk"))]));
        let config = Record::from([
            ("region".to_owned(), Value::string("us-west-2")),
            ("tags".to_owned(), tags),
        ]);
        let moto = sim.is_none();
        let program = format!("desk{}", unique());
        let provider = connect(&program, !moto, &endpoint, config)
            .await
            .expect("the cloud is there");
        World {
            provider,
            program,
            endpoint,
            moto,
            sim,
        }
    }

    /// Another provider for the same cloud, with another configuration.
    pub async fn connect(&self, config: Record) -> Result<AwsProvider, infra_sdk::Failure> {
        connect(&self.program, !self.moto, &self.endpoint, config).await
    }

    /// Amazon's SDK on the same cloud, without the provider.
    pub fn client(&self) -> aws_sdk_ec2::Client {
        let keys = aws_credential_types::Credentials::new(
            infra_sim::ACCESS_KEY,
            infra_sim::SECRET_KEY,
            None,
            None,
            "test",
        );
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
            .retry_config(aws_config::retry::RetryConfig::standard())
            .region(aws_config::Region::new("us-west-2"))
            .credentials_provider(
                aws_credential_types::provider::SharedCredentialsProvider::new(keys),
            )
            .endpoint_url(&self.endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        aws_sdk_ec2::Client::new(&config)
    }

    /// What a user made in the simulator and that is still there.
    pub fn left_over(&self) -> Vec<String> {
        let sim = self.sim.as_ref().expect("only the simulator tells");
        let left = sim.handle().left_over();
        left.iter().map(ToString::to_string).collect()
    }

    /// Creates and settles, and checks what holds for every type: it is found again by its token, what is read is
    /// what was planned, and settling again changes nothing.
    pub async fn make(&self, type_name: &str, name: &str, fields: Record) -> Made {
        let address = Address::root(type_name, name);
        let token = format!("{}-{type_name}-{name}", self.program);
        let create = Create {
            address: address.clone(),
            token: token.clone(),
            default_name: format!("{}-{name}", self.program),
            fields: fields.clone(),
        };
        let problems = self.provider.validate(type_name, &fields);
        assert_eq!(problems, Vec::<String>::new(), "{address}");
        let id = infra_sdk::conformance::create(&self.provider, &create)
            .await
            .unwrap_or_else(|failure| panic!("{address}: {failure}"));
        let found = self
            .provider
            .find_by_token(&address, &token, Some(&fields))
            .await;
        assert_eq!(found, Ok(Found::One(id.clone())), "{address} by its token");
        let settle = Settle {
            address: address.clone(),
            id: id.clone(),
            token,
            fields: Some(fields.clone()),
        };
        self.provider
            .settle(&settle)
            .await
            .unwrap_or_else(|failure| panic!("{address}: {failure}"));
        let seen = self
            .provider
            .settle(&settle)
            .await
            .unwrap_or_else(|failure| panic!("{address}, again: {failure}"));
        let made = Made {
            address,
            id,
            fields,
            seen,
        };
        self.assert_as_planned(&made);
        assert_eq!(self.read(&made).await, Observed::Present(made.seen.clone()));
        made
    }

    /// Changes fields in place and checks that what is read is what was planned.
    pub async fn change(&self, made: &mut Made, changes: Record) {
        let prior = made.seen.clone();
        let changed = changes.keys().cloned().collect();
        made.fields.extend(changes);
        let update = Update {
            address: made.address.clone(),
            id: made.id.clone(),
            token: "token-of-the-update".to_owned(),
            prior,
            fields: made.fields.clone(),
            changed,
            restart: true,
        };
        let seen = self.provider.update(&update).await;
        made.seen = seen.unwrap_or_else(|failure| panic!("{}: {failure}", made.address));
        self.assert_as_planned(made);
    }

    /// Deletes, sees that it is gone, and deletes again.
    pub async fn unmake(&self, made: &Made) {
        let delete = self.delete_order(made);
        for _ in 0..2 {
            let deleted = self.provider.delete(&delete).await;
            deleted.unwrap_or_else(|failure| panic!("{}: {failure}", made.address));
        }
        assert_eq!(self.read(made).await, Observed::Absent, "{}", made.address);
    }

    pub fn delete_order(&self, made: &Made) -> Delete {
        let mut prior = made.fields.clone();
        prior.extend(made.seen.clone());
        Delete {
            address: made.address.clone(),
            id: made.id.clone(),
            token: "token-of-the-deletion".to_owned(),
            prior,
        }
    }

    pub async fn read(&self, made: &Made) -> Observed {
        let target = made.target();
        let read = self.provider.read(&made.address.type_name, &[target]).await;
        let mut read = read.unwrap_or_else(|failure| panic!("{}: {failure}", made.address));
        assert_eq!(read.len(), 1);
        read.remove(0)
    }

    /// Compares as the engine does: canonical forms, the planned fields only.
    fn assert_as_planned(&self, made: &Made) {
        let planned = self
            .provider
            .canonical(&made.address.type_name, &made.fields);
        let seen = self.provider.canonical(&made.address.type_name, &made.seen);
        for name in made.fields.keys() {
            let unread = UNREAD.contains(&name.as_str())
                || (self.moto && MOTO_UNREAD.contains(&name.as_str()));
            match seen.get(name) {
                None => assert!(unread, "{}: `{name}` is not read", made.address),
                Some(_) if self.moto && unread => {}
                Some(seen) => {
                    assert_eq!(seen, &sorted(&planned[name]), "{}: `{name}`", made.address)
                }
            }
        }
        assert_eq!(seen.get("id"), Some(&Value::string(&made.id)));
    }
}

/// Requests are signed with the real time, and the simulator refuses old ones.
#[allow(clippy::disallowed_methods, reason = "a test runs in the real world")]
fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

/// Lists of ids are unordered in every schema; the provider answers them sorted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => {
            let mut items = items.clone();
            items.sort_by_key(ToString::to_string);
            Value::List(items)
        }
        value => value.clone(),
    }
}

/// The simulator gets its keys directly, another cloud the standard way (`AWS_ACCESS_KEY_ID`, …).
async fn connect(
    program: &str,
    given_keys: bool,
    endpoint: &str,
    config: Record,
) -> Result<AwsProvider, infra_sdk::Failure> {
    let timer = Arc::new(RealTimer(tokio::time::Instant::now()));
    let keys = Credentials {
        access_key_id: infra_sim::ACCESS_KEY.to_owned(),
        secret_access_key: infra_sim::SECRET_KEY.to_owned(),
        session_token: None,
    };
    let mut options = Options::simulated(timer, endpoint, keys);
    options.credentials = options.credentials.filter(|_| given_keys);
    options.windows = Windows {
        consistency_ms: 300,
        dependency_ms: 5_000,
    };
    let context = Context {
        program: program.to_owned(),
        config,
    };
    AwsProvider::connect(&context, options).await
}

fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::SeqCst) + u64::from(std::process::id()) * 1000
}

/// Something that a test made.
pub struct Made {
    pub address: Address,
    pub id: String,
    pub fields: Record,
    pub seen: Record,
}

impl Made {
    pub fn target(&self) -> Target {
        Target {
            address: self.address.clone(),
            id: self.id.clone(),
            prior: self.seen.clone(),
        }
    }

    /// The id as a value, for others to refer to.
    pub fn id(&self) -> Value {
        Value::string(&self.id)
    }
}

pub fn record<const N: usize>(fields: [(&str, Value); N]) -> Record {
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(record(fields))
}

pub fn text(text: &str) -> Value {
    Value::string(text)
}

pub fn cidr(text: &str) -> Value {
    Value::Cidr(text.parse().expect("a range"))
}

pub fn ports<const N: usize>(texts: [&str; N]) -> Value {
    Value::List(
        texts
            .iter()
            .map(|text| Value::Port(text.parse().expect("a port")))
            .collect(),
    )
}

pub fn gib(n: u64) -> Value {
    Value::Size(Size::gib(n))
}

pub fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.to_vec())
}

/// The fields of a tag change that every type takes.
pub fn renamed() -> Record {
    record([
        ("name", text("renamed")),
        ("tags", map([("stage", text("test"))])),
    ])
}

pub fn no_tags() -> (&'static str, Value) {
    ("tags", map([]))
}
