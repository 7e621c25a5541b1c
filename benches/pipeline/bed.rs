//! A program of many values, and each stage of what becomes of it: no cloud, no terminal, and a disk in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_engine::apply::{ApplyInput, ApplyOptions, ApplyReport, Cancel, Quiet, apply};
use infra_engine::builtin::StdProvider;
use infra_engine::plan::{Plan, PlanInput, PlanOptions, plan};
use infra_engine::prepare;
use infra_engine::providers::Providers;
use infra_engine::state::{
    Disk, Event, Files, Genesis, Holder, Host, LEASE, Lock, SealKey, SimulatedDisk, Store,
};
use infra_lang::{Evaluation, Inputs, SoundProgram, Texts};
use infra_model::{Address, Record, Schema};
use infra_sdk::clock::Clock;

/// How many events share a line of the journal when steps are ready together.
const BATCH: usize = 64;

/// A machine without a clock, on which every other process has ended.
struct Machine;

impl Host for Machine {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn has_ended(&self, _: &Holder) -> bool {
        true
    }
}

/// A program of values in chains of ten, so that there is a graph and not only a list.
pub fn values(count: usize) -> Texts {
    let value = |at: usize| match at % 10 {
        0 => format!("std.value v{at:06} {{ input = {at} }}\n"),
        _ => format!("std.value v{at:06} {{ input = v{:06}.output }}\n", at - 1),
    };
    let text: String = (0..count).map(value).collect();
    Texts::new("values", infra_stdlib::files()).with("main.infra", text)
}

/// An evaluated program beside its state.
pub struct Bed {
    clock: Clock,
    pub disk: SimulatedDisk,
    providers: Providers,
    schemas: BTreeMap<String, Schema>,
    evaluation: Evaluation,
    store: Store,
}

impl Bed {
    pub fn new(values: &Texts) -> Bed {
        let (sound, _) = infra_lang::load(values)
            .sound()
            .expect("the program is sound");
        let sound: Arc<SoundProgram> = Arc::new(sound);
        let schemas = sound.program().schemas().iter();
        let schemas = schemas.map(|schema| (schema.type_name.clone(), schema.clone()));
        let known: BTreeMap<Address, Record> = BTreeMap::new();
        let mut providers = Providers::default();
        providers.insert("std", Arc::new(StdProvider::default()));
        let disk = SimulatedDisk::new();
        Bed {
            clock: Clock::default(),
            providers,
            schemas: schemas.collect(),
            evaluation: sound
                .evaluate(values, &Inputs::new(), &known)
                .expect("the program has no parameters"),
            store: open(&disk),
            disk,
        }
    }

    /// Reads what the state has and plans: everything is created, or after [`Bed::apply`] nothing is done.
    pub fn plan(&mut self) -> Plan {
        let desired = &self.evaluation.desired;
        let preparing = prepare(
            &mut self.store,
            desired,
            &self.providers,
            &self.schemas,
            &self.clock,
        );
        let prepared = self.clock.run(preparing).expect("the state can be read");
        let input = PlanInput {
            desired,
            digest: "",
            resolver: &self.evaluation,
            schemas: &self.schemas,
            providers: &self.providers,
            state: self.store.state(),
            refreshed: &prepared.refreshed,
            lookups: &BTreeMap::new(),
            options: &PlanOptions::default(),
        };
        plan(&input).expect("values can be planned")
    }

    pub fn apply(&mut self, plan: &Plan) -> ApplyReport {
        let input = ApplyInput {
            plan,
            resolver: &self.evaluation,
            schemas: &self.schemas,
            providers: &self.providers,
            timer: &self.clock,
            progress: &Quiet,
            cancel: &Cancel::new(),
            options: &ApplyOptions::new("run"),
        };
        let applying = apply(&mut self.store, &input);
        self.clock.run(applying).expect("values can be applied")
    }

    /// The journal's lines that settle everything anew.
    pub fn events(&self) -> Vec<Event> {
        let entries = self.store.state().entries().values();
        entries
            .map(|entry| Event::Settled(Box::new(entry.clone())))
            .collect()
    }

    /// Appends events to the journal, in batches as large as those of an apply.
    pub fn append(&mut self, events: &[Event]) {
        for batch in events.chunks(BATCH) {
            self.store.append(batch).expect("the disk works");
        }
    }

    /// Writes the state as a whole.
    pub fn save(&mut self) {
        self.store.compact().expect("the disk works");
    }

    /// Reads the state as another process would.
    pub fn read(&self) -> Store {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        Store::read(disk, Files::default(), genesis()).expect("the state is sound")
    }
}

fn open(disk: &SimulatedDisk) -> Store {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let files = Files::default();
    let holder = Holder {
        who: "dev@laptop".to_owned(),
        pid: 1,
        command: "apply".to_owned(),
        space: None,
    };
    let lock = Lock::take(Arc::clone(&disk), &files, Arc::new(Machine), holder, LEASE)
        .expect("nobody else has the lock");
    Store::open(disk, files, genesis(), lock).expect("there is no state yet")
}

fn genesis() -> Genesis {
    Genesis {
        program: "values".to_owned(),
        lineage: "a1b2".to_owned(),
        key: SealKey::new([7; 32]),
        environment: None,
    }
}
