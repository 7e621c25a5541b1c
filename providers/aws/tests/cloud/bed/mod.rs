//! A test bed: the engine, the provider and the simulated cloud in one process, under one virtual clock. An apply that
//! takes minutes there takes a moment here, and takes exactly as long every time.

pub mod trace;
pub mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use infra_aws::{AwsProvider, Credentials, Options};
use infra_engine::apply::{ApplyInput, ApplyOptions, ApplyReport, Cancel, Quiet, apply};
use infra_engine::plan::{Plan, PlanError, PlanInput, PlanOptions, plan};
use infra_engine::providers::Providers;
use infra_engine::state::{
    Disk, Files, Genesis, Holder, Host, LEASE, Lock, SealKey, SimulatedDisk, State, Store, Survives,
};
use infra_engine::{Answers, answer_lookups, prepare};
use infra_lang::{Evaluation, Inputs, SoundProgram, Texts};
use infra_model::{Address, Record, Schema, Value};
use infra_sdk::clock::Clock;
use infra_sdk::{Context, Provider, Target, Timer};
use infra_sim::{Chaos, Local, Quotas, Timing};

use crate::conformance::schemas;
use trace::Trace;
use wire::{Death, Faults, Life};

/// How long a request takes where it takes any time, in milliseconds.
pub const LATENCY_MS: u64 = 100;

/// What the cloud of a bed is like.
#[derive(Clone, Debug)]
pub struct Setup {
    pub chaos: String,
    pub timing: Timing,
    /// Whether the provider keeps to AWS's published rates from the start, as it does with a real account.
    pub paced: bool,
}

impl Setup {
    /// Every request takes [`LATENCY_MS`], and states last about as long as they do at AWS.
    pub fn real(chaos: &str) -> Setup {
        Setup {
            chaos: format!("latency={LATENCY_MS}ms,{chaos}")
                .trim_end_matches(',')
                .to_owned(),
            timing: Timing {
                network_ms: 1_000,
                nat_gateway_ms: 90_000,
                instance_ms: 20_000,
                status_checks_ms: 60_000,
                volume_ms: 3_000,
                attachment_ms: 2_000,
                modification_ms: 5_000,
                snapshot_ms: 30_000,
                ..Timing::default()
            },
            paced: true,
        }
    }

    /// Requests take no time, and states change at once.
    pub fn instant() -> Setup {
        Setup {
            chaos: String::new(),
            timing: Timing::instant(),
            paced: false,
        }
    }
}

/// No quota is in the way of many of anything.
fn quotas() -> Quotas {
    const MANY: usize = 100_000;
    Quotas {
        vpcs: MANY,
        subnets_per_vpc: MANY,
        internet_gateways: MANY,
        nat_gateways_per_zone: MANY,
        route_tables_per_vpc: MANY,
        network_acls_per_vpc: MANY,
        security_groups: MANY,
        addresses: MANY,
        gateway_endpoints: MANY,
        vcpus: 1_000_000,
        pending_snapshots: MANY,
        ..Quotas::default()
    }
}

/// A machine on which every other process has ended.
struct Machine(Clock, u32);

impl Host for Machine {
    fn unix_ms(&self) -> u64 {
        wire::START_MS + self.0.now_ms()
    }

    fn has_ended(&self, holder: &Holder) -> bool {
        holder.pid != self.1
    }
}

/// A program's text, and whatever files it reads.
pub struct Text {
    texts: Texts,
    inputs: Inputs,
}

impl Text {
    pub fn new(main: impl Into<String>) -> Text {
        Text {
            texts: Texts::new("desk", infra_stdlib::files()).with("main.infra", main),
            inputs: Inputs::new(),
        }
    }

    /// The example with this directory, with its parameters given.
    pub fn example(name: &str, inputs: &[(&str, &str)]) -> Text {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/");
        let directory = std::fs::read_dir(format!("{root}{name}")).expect("the example is there");
        let mut text = Text {
            texts: Texts::new("desk", infra_stdlib::files()),
            inputs: Inputs::new(),
        };
        for file in directory {
            let file = file.expect("a directory can be listed");
            if let Ok(content) = std::fs::read_to_string(file.path()) {
                let name = file.file_name().to_string_lossy().into_owned();
                text.texts.files.insert(name, content);
            }
        }
        for (name, value) in inputs {
            text.inputs.set(name, value);
        }
        text
    }
}

/// A program under way: what it asks for under what is known of the cloud.
struct Asked {
    evaluation: Evaluation,
    answers: Answers,
}

/// What became of a program.
pub enum Attempt {
    /// There is no plan, or it may not be applied.
    Refused(String),
    Applied(Box<Plan>, Box<ApplyReport>),
}

pub struct Bed {
    pub clock: Clock,
    pub cloud: Local,
    pub provider: Arc<AwsProvider>,
    disk: SimulatedDisk,
    providers: Providers,
    schemas: BTreeMap<String, Schema>,
    runs: AtomicU32,
    life: Arc<Life>,
}

impl Bed {
    pub fn new(setup: &Setup) -> Bed {
        let clock = Clock::default();
        let chaos: Chaos = setup.chaos.parse().expect("a specification of faults");
        let ticking = clock.clone();
        let now = move || wire::START_MS + ticking.now_ms();
        let mut config = infra_sim::Config::new(Arc::new(now));
        config.chaos = chaos;
        config.timing = setup.timing;
        config.quotas = quotas();
        let cloud = Local::open(config).expect("a cloud without a file always opens");
        let life = Life::until(None);
        let provider = Arc::new(clock.run(connect(&cloud, &clock, &life, setup.paced)));
        let mut providers = Providers::default();
        providers.insert("aws", provider.clone());
        Bed {
            clock,
            cloud,
            provider,
            disk: SimulatedDisk::new(),
            providers,
            schemas: schemas::all(),
            runs: AtomicU32::new(0),
            life,
        }
    }

    /// Another process, on the disk that the one before left, however that one ended.
    pub fn next_process(self, death: Option<Death>) -> Bed {
        let life = Life::until(death);
        let connecting = connect(&self.cloud, &self.clock, &life, false);
        let provider = Arc::new(self.clock.run(connecting));
        let mut providers = Providers::default();
        providers.insert("aws", provider.clone());
        Bed {
            disk: self.disk.restart(Survives::Synced),
            provider,
            providers,
            life,
            ..self
        }
    }

    /// What meets the changes that this process sends from now on.
    pub fn disturb(&self, faults: Option<Faults>) {
        self.life.disturb(faults);
    }

    /// The actions of the changes that were sent since.
    pub fn changes(&self) -> Vec<String> {
        self.life.changes()
    }

    /// The kinds of everything that somebody made and that is in the cloud, sorted. What failed is none: AWS lists it
    /// for a while and then removes it by itself.
    pub fn kinds(&self) -> Vec<String> {
        let left = self.cloud.handle().left_over();
        let sound = left.iter().filter(|one| one["state"] != "failed");
        let mut kinds: Vec<String> = sound.map(|one| one["kind"].to_string()).collect();
        kinds.sort();
        kinds
    }

    /// How many requests this process has sent.
    pub fn sent(&self) -> u64 {
        self.life.sent()
    }

    /// Everything the cloud has that somebody made.
    pub fn left_over(&self) -> Vec<String> {
        let left = self.cloud.handle().left_over();
        left.iter().map(ToString::to_string).collect()
    }

    pub fn state(&self) -> State {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let store = Store::read(disk, Files::default(), genesis()).expect("the state can be read");
        store.state().clone()
    }

    fn open(&self) -> Store {
        let pid = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let host: Arc<dyn Host> = Arc::new(Machine(self.clock.clone(), pid));
        let holder = Holder {
            who: "dev@laptop".to_owned(),
            pid,
            command: "test".to_owned(),
            space: None,
        };
        let files = Files::default();
        let lock = Lock::take(Arc::clone(&disk), &files, host, holder, LEASE)
            .expect("nobody else has the lock");
        Store::open(disk, files, genesis(), lock).expect("the state can be opened")
    }

    async fn ask(&self, text: &Text) -> Asked {
        let loaded = infra_lang::load(&text.texts);
        let (sound, _) = loaded
            .sound()
            .unwrap_or_else(|wrong| panic!("{:#?}", wrong.diagnostics));
        let sound: Arc<SoundProgram> = Arc::new(sound);
        let evaluate = |answers: &Answers| sound.evaluate(&text.texts, &text.inputs, answers);
        let mut answers = Answers::new();
        let mut evaluation = evaluate(&answers).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
        answer_lookups(&mut evaluation, &mut answers, &self.providers, evaluate)
            .await
            .unwrap_or_else(|error| panic!("{error:#?}"));
        Asked {
            evaluation,
            answers,
        }
    }

    async fn planned(&self, store: &mut Store, asked: &mut Asked, destroy: bool) -> Plan {
        let planned = self.try_planned(store, asked, destroy).await;
        planned.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn try_planned(
        &self,
        store: &mut Store,
        asked: &mut Asked,
        destroy: bool,
    ) -> Result<Plan, PlanError> {
        for instance in &mut asked.evaluation.desired.instances {
            Arc::make_mut(instance).lifecycle.protect = None;
        }
        let desired = &asked.evaluation.desired;
        let prepared = prepare(store, desired, &self.providers, &self.schemas, &self.clock)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let known = store.state().entries().keys();
        plan(&PlanInput {
            desired,
            digest: "digest",
            resolver: &asked.evaluation,
            schemas: &self.schemas,
            providers: &self.providers,
            state: store.state(),
            refreshed: &prepared.refreshed,
            lookups: &asked.answers,
            options: &PlanOptions {
                destroy,
                allow_data_loss: known.cloned().collect(),
                ..PlanOptions::default()
            },
        })
    }

    /// Whether neither `infra check` nor the provider has anything against a program as it stands.
    pub fn accepts(&self, text: &Text) -> bool {
        let Ok((sound, _)) = infra_lang::load(&text.texts).sound() else {
            return false;
        };
        let nothing: BTreeMap<Address, Record> = BTreeMap::new();
        let evaluated = Arc::new(sound).evaluate(&text.texts, &text.inputs, &nothing);
        evaluated.is_ok_and(|evaluation| {
            let mut instances = evaluation.desired.instances.iter();
            instances.all(|it| {
                let type_name = &it.address.type_name;
                self.provider.validate(type_name, &it.fields).is_empty()
            })
        })
    }

    /// `infra plan` and `infra apply`: what the plan refuses, or how the apply ended.
    pub fn attempt(&self, text: &Text) -> Attempt {
        let run = format!("run {}", self.runs.load(Ordering::SeqCst));
        let mut store = self.open();
        let attempt = self.clock.run(async {
            let mut asked = self.ask(text).await;
            let plan = match self.try_planned(&mut store, &mut asked, false).await {
                Ok(plan) => plan,
                Err(error) => return Attempt::Refused(error.to_string()),
            };
            if let Some(refusal) = plan.refusals.first() {
                return Attempt::Refused(refusal.to_string());
            }
            let input = ApplyInput {
                plan: &plan,
                resolver: &asked.evaluation,
                schemas: &self.schemas,
                providers: &self.providers,
                timer: &self.clock,
                progress: &Quiet,
                cancel: &Cancel::new(),
                options: &ApplyOptions::new(run),
            };
            let report = apply(&mut store, &input).await;
            let report = report.unwrap_or_else(|error| panic!("{error}"));
            Attempt::Applied(Box::new(plan), Box::new(report))
        });
        store.close().expect("the state can be closed");
        attempt
    }

    /// `infra plan`, and the calls it made, by action.
    pub fn plan(&self, text: &Text) -> (Plan, BTreeMap<String, u64>) {
        let before = self.provider.calls().by_action();
        let mut store = self.open();
        let planned = self.clock.run(async {
            let mut asked = self.ask(text).await;
            self.planned(&mut store, &mut asked, false).await
        });
        store.close().expect("the state can be closed");
        let calls = self.provider.calls().by_action();
        (
            planned,
            infra_engine::providers::calls_since(&before, &calls),
        )
    }

    /// A further `infra plan`.
    pub fn second(&self, text: &Text) -> Result<Plan, String> {
        let mut store = self.open();
        let planned = self.clock.run(async {
            let mut asked = self.ask(text).await;
            self.try_planned(&mut store, &mut asked, false).await
        });
        store.close().expect("the state can be closed");
        planned.map_err(|error| error.to_string())
    }

    /// `infra apply` or `infra destroy`, with the times of its steps. `None` when the process died.
    pub fn try_apply(&self, text: &Text, destroy: bool) -> Option<(Trace, ApplyReport)> {
        let run = format!("run {}", self.runs.load(Ordering::SeqCst));
        let mut store = self.open();
        let work = async {
            let mut asked = self.ask(text).await;
            let plan = self.planned(&mut store, &mut asked, destroy).await;
            let trace = Trace::new(&self.clock, &plan);
            let input = ApplyInput {
                plan: &plan,
                resolver: &asked.evaluation,
                schemas: &self.schemas,
                providers: &self.providers,
                timer: &self.clock,
                progress: &trace,
                cancel: &Cancel::new(),
                options: &ApplyOptions::new(run),
            };
            let report = apply(&mut store, &input)
                .await
                .unwrap_or_else(|error| panic!("{error}"));
            (trace.ended(), report)
        };
        let done = self.clock.run_until(&|| self.life.is_over(), work)?;
        store.close().expect("the state can be closed");
        Some(done)
    }

    /// Applies or destroys, and demands that everything was done.
    pub fn apply(&self, text: &Text, destroy: bool) -> (Trace, ApplyReport) {
        let (trace, report) = self.try_apply(text, destroy).expect("nobody kills it");
        assert!(report.is_complete(), "{:#?}", report.failed);
        (trace, report)
    }

    /// All that the state has of a type, to be read as a plan does.
    pub fn targets(&self, type_name: &str) -> Vec<Target> {
        let state = self.state();
        let of_type = state
            .entries()
            .iter()
            .filter(|(address, _)| address.type_name == type_name);
        of_type
            .map(|(address, entry)| Target {
                address: address.clone(),
                id: entry.id.clone(),
                prior: entry.attributes.usable(),
            })
            .collect()
    }
}

async fn connect(cloud: &Local, clock: &Clock, life: &Arc<Life>, paced: bool) -> AwsProvider {
    let keys = Credentials {
        access_key_id: infra_sim::ACCESS_KEY.to_owned(),
        secret_access_key: infra_sim::SECRET_KEY.to_owned(),
        session_token: None,
    };
    let timer = Arc::new(clock.clone());
    let mut options = Options::simulated(timer, "http://cloud.test", keys);
    options.transport = Some(wire::transport(cloud, clock, life));
    options.paced = paced;
    let context = Context {
        program: "desk".to_owned(),
        config: Record::from([("region".to_owned(), Value::string("us-west-2"))]),
    };
    AwsProvider::connect(&context, options)
        .await
        .expect("the cloud is there")
}

fn genesis() -> Genesis {
    Genesis {
        program: "desk".to_owned(),
        lineage: "a1b2".to_owned(),
        key: SealKey::new([7; 32]),
        environment: None,
    }
}
