//! A machine with a disk, a clock and a cloud, and the verbs of the command line.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use infra_engine::apply::{
    ApplyError, ApplyEvent, ApplyInput, ApplyOptions, ApplyReport, Cancel, EventKind, Progress,
    apply,
};
use infra_engine::builtin::StdProvider;
use infra_engine::plan::{Plan, PlanError, PlanInput, PlanOptions, Refreshed, Step, accept, plan};
use infra_engine::providers::Providers;
use infra_engine::state::{
    Disk, Files, Genesis, Holder, Host, LEASE, Lock, SealKey, SimulatedDisk, State, StateError,
    Store, Survives,
};
use infra_engine::{PrepareError, prepare};
use infra_model::{Address, Schema};

use crate::cloud::Cloud;
use crate::program::Program;
use crate::schemas::schemas;
use infra_sdk::clock::Clock;

/// A machine on which every other process has ended.
struct Machine(Clock, u32);

impl Host for Machine {
    fn unix_ms(&self) -> u64 {
        1_700_000_000_000 + infra_sdk::Timer::now_ms(&self.0)
    }

    fn has_ended(&self, holder: &Holder) -> bool {
        holder.pid != self.1
    }
}

/// What is done when a line of progress is told.
pub type Listener = Box<dyn Fn(&str) + Send + Sync>;

/// Notes every event as a line, and may do something at each.
#[derive(Default)]
pub struct Notes {
    pub lines: Mutex<Vec<String>>,
    pub at: Option<Listener>,
}

impl Progress for Notes {
    fn event(&self, event: &ApplyEvent<'_>) {
        let what = match &event.kind {
            EventKind::Started => "start".to_owned(),
            EventKind::IdKnown(id) => format!("id {id}"),
            EventKind::Waiting(what) => format!("waiting {what}"),
            EventKind::Settled => "done".to_owned(),
            EventKind::Unneeded => "unneeded".to_owned(),
            EventKind::Failed(error) => format!("failed ({error})"),
            EventKind::NotDone(why) => format!("not done ({why})"),
        };
        let line = format!("{} {}: {what}", event.step.kind.word(), event.step.address);
        if let Some(at) = &self.at {
            at(&line);
        }
        self.lines.lock().unwrap().push(line);
    }
}

pub struct World {
    pub clock: Clock,
    pub cloud: Cloud,
    pub disk: SimulatedDisk,
    pub providers: Providers,
    pub schemas: BTreeMap<String, Schema>,
    pub concurrency: usize,
    runs: AtomicU32,
}

/// What stopped a command.
#[derive(Debug)]
#[allow(dead_code, reason = "the reasons are shown by failing tests")]
pub enum Stop {
    Killed,
    State(StateError),
    Prepare(PrepareError),
    Plan(PlanError),
    Apply(ApplyError),
}

impl World {
    pub fn new() -> World {
        let clock = Clock::default();
        let cloud = Cloud::new(clock.clone());
        World::of(clock, cloud, SimulatedDisk::new())
    }

    /// A world of its own in which everything is as it is here.
    pub fn fork(&self) -> World {
        let clock = Clock::default();
        let cloud = self.cloud.fork(clock.clone());
        let runs = AtomicU32::new(self.runs.load(Ordering::SeqCst));
        World {
            concurrency: self.concurrency,
            runs,
            ..World::of(clock, cloud, self.disk.restart(Survives::Synced))
        }
    }

    fn of(clock: Clock, cloud: Cloud, disk: SimulatedDisk) -> World {
        let mut providers = Providers::default();
        providers.insert("cloud", Arc::new(cloud.clone()));
        providers.insert("std", Arc::new(StdProvider::default()));
        World {
            clock,
            cloud,
            disk,
            providers,
            schemas: schemas(),
            concurrency: 64,
            runs: AtomicU32::new(0),
        }
    }

    fn open(&self) -> Result<Store, StateError> {
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
        let lock = Lock::take(Arc::clone(&disk), &files, host, holder, LEASE)?;
        Store::open(disk, files, genesis(), lock)
    }

    /// The state as it lies on the disk.
    pub fn state(&self) -> State {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let store = Store::read(disk, Files::default(), genesis()).expect("the state can be read");
        store.state().clone()
    }

    async fn planned(
        &self,
        store: &mut Store,
        program: &Program,
        options: &PlanOptions,
    ) -> Result<Plan, Stop> {
        let desired = program.desired();
        let prepared = prepare(store, &desired, &self.providers, &self.schemas, &self.clock)
            .await
            .map_err(Stop::Prepare)?;
        plan(&PlanInput {
            desired: &desired,
            digest: "digest",
            resolver: program,
            schemas: &self.schemas,
            providers: &self.providers,
            state: store.state(),
            refreshed: &prepared.refreshed,
            lookups: &BTreeMap::new(),
            options,
        })
        .map_err(Stop::Plan)
    }

    /// A plan that asks the cloud nothing.
    pub fn plan_unread(&self, program: &Program) -> Plan {
        self.try_plan_unread(program).expect("there is a plan")
    }

    pub fn try_plan_unread(&self, program: &Program) -> Result<Plan, PlanError> {
        plan(&PlanInput {
            desired: &program.desired(),
            digest: "digest",
            resolver: program,
            schemas: &self.schemas,
            providers: &self.providers,
            state: &self.state(),
            refreshed: &Refreshed::default(),
            lookups: &BTreeMap::new(),
            options: &PlanOptions::default(),
        })
    }

    /// `infra plan`.
    pub fn try_plan(&self, program: &Program, options: &PlanOptions) -> Result<Plan, Stop> {
        let mut store = self.open().map_err(Stop::State)?;
        let planned = self.clock.run(self.planned(&mut store, program, options));
        store.close().map_err(Stop::State)?;
        planned
    }

    pub fn plan(&self, program: &Program) -> Plan {
        self.try_plan(program, &PlanOptions::default())
            .expect("there is a plan")
    }

    /// `infra apply`, which may be killed by the cloud or the disk.
    pub fn try_apply(
        &self,
        program: &Program,
        options: &PlanOptions,
        notes: &Notes,
        cancel: &Cancel,
    ) -> Result<ApplyReport, Stop> {
        let run = self.runs.load(Ordering::SeqCst).to_string();
        let work = async {
            let mut store = self.open().map_err(Stop::State)?;
            let plan = self.planned(&mut store, program, options).await?;
            let options = ApplyOptions {
                concurrency: self.concurrency,
                run,
            };
            let input = ApplyInput {
                plan: &plan,
                resolver: program,
                schemas: &self.schemas,
                providers: &self.providers,
                timer: &self.clock,
                progress: notes,
                cancel,
                options: &options,
            };
            let report = apply(&mut store, &input).await.map_err(Stop::Apply)?;
            store.close().map_err(Stop::State)?;
            Ok(report)
        };
        let done = self.clock.run_until(&|| self.cloud.killed(), work);
        done.unwrap_or(Err(Stop::Killed))
    }

    /// `infra apply --refresh-only`.
    pub fn accept(&self, program: &Program) {
        let mut store = self.open().expect("the state can be opened");
        let desired = program.desired();
        let read = prepare(
            &mut store,
            &desired,
            &self.providers,
            &self.schemas,
            &self.clock,
        );
        let prepared = self.clock.run(read).expect("the cloud can be read");
        accept(&mut store, &prepared.refreshed).expect("the state can be written");
        store.close().expect("the state can be closed");
    }

    /// Applies a plan that was made earlier.
    pub fn apply_plan(&self, plan: &Plan, program: &Program) -> Result<ApplyReport, ApplyError> {
        let mut store = self.open().expect("the state can be opened");
        let input = ApplyInput {
            plan,
            resolver: program,
            schemas: &self.schemas,
            providers: &self.providers,
            timer: &self.clock,
            progress: &Notes::default(),
            cancel: &Cancel::new(),
            options: &ApplyOptions::new("later"),
        };
        let applied = self.clock.run(apply(&mut store, &input));
        store.close().expect("the state can be closed");
        applied
    }

    pub fn apply_with(&self, program: &Program, options: &PlanOptions) -> ApplyReport {
        self.try_apply(program, options, &Notes::default(), &Cancel::new())
            .expect("apply runs")
    }

    /// Applies, demands that everything was done and that a second plan is empty.
    pub fn up(&self, program: &Program) -> ApplyReport {
        self.up_with(program, &PlanOptions::default())
    }

    pub fn up_with(&self, program: &Program, options: &PlanOptions) -> ApplyReport {
        let report = self.apply_with(program, options);
        assert!(report.is_complete(), "{report:#?}");
        if !options.destroy {
            let again = self.plan(program);
            assert!(again.is_empty(), "{:#?}", again.changes);
        }
        report
    }

    /// The machine starts again after a power cut.
    pub fn restart(&mut self, survives: Survives) {
        self.disk = self.disk.restart(survives);
        self.cloud.kill_at(None);
    }

    /// Demands that cloud, state and program have exactly the same resources.
    pub fn is_exactly(&self, program: &Program) {
        let mut wanted: Vec<String> = program
            .things
            .iter()
            .map(|thing| thing.address.to_string())
            .collect();
        wanted.sort();
        let mut there: Vec<String> = self
            .cloud
            .items()
            .into_values()
            .map(|item| item.address)
            .collect();
        there.sort();
        assert_eq!(
            there, wanted,
            "the cloud has exactly what the program asks for"
        );
        let state = self.state();
        let mut known: Vec<String> = state.entries().keys().map(Address::to_string).collect();
        known.sort();
        assert_eq!(
            known, wanted,
            "the state knows exactly what the program asks for"
        );
        assert!(state.deposed().is_empty(), "nothing replaced is left");
        for entry in state.entries().values() {
            assert!(
                self.cloud.items().contains_key(&entry.id),
                "{} is real",
                entry.id
            );
        }
    }
}

fn genesis() -> Genesis {
    Genesis {
        program: "desk".to_owned(),
        lineage: "a1b2".to_owned(),
        key: SealKey::new([7; 32]),
        environment: None,
    }
}

/// `create cloud.net.main`, for each step in order.
pub fn words(steps: &[Step]) -> Vec<String> {
    steps
        .iter()
        .map(|step| format!("{} {}", step.kind.word(), step.address))
        .collect()
}
