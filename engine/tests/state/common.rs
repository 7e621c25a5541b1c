//! A machine with a clock to turn, and short ways to make entries, drafts and stores.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use infra_engine::state::{
    Action, Disk, Draft, Entry, Event, Files, Genesis, Guard, Holder, Host, Incarnation, Intent,
    LEASE, LastFailure, Lock, Pending, SealKey, Sealed, State, StateError, Store,
};
use infra_model::{Address, Record, Secret, Value};
use infra_sdk::{Failure, FailureKind, Timer};

/// A machine whose clock only moves when told, and whose processes only end when told.
#[derive(Debug, Default)]
pub struct Machine {
    now_ms: AtomicU64,
    ended: Mutex<BTreeSet<u32>>,
}

impl Machine {
    pub fn new() -> Arc<Machine> {
        let machine = Machine::default();
        machine.now_ms.store(1_714_557_600_000, Ordering::SeqCst);
        Arc::new(machine)
    }

    pub fn wait(&self, time: Duration) {
        let ms = time.as_millis() as u64;
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody, or a time server, sets the clock back.
    pub fn set_back(&self, time: Duration) {
        let ms = time.as_millis() as u64;
        self.now_ms.fetch_sub(ms, Ordering::SeqCst);
    }

    pub fn end_process(&self, pid: u32) {
        self.ended.lock().unwrap().insert(pid);
    }
}

impl Host for Machine {
    fn unix_ms(&self) -> u64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn has_ended(&self, holder: &Holder) -> bool {
        self.ended.lock().unwrap().contains(&holder.pid)
    }
}

/// Longer than a lease lasts.
pub const PAST_LEASE: Duration = LEASE.saturating_add(Duration::from_secs(1));

/// A timer that never rings, for tests in which nothing waits.
pub struct Silent;

#[async_trait::async_trait]
impl Timer for Silent {
    async fn sleep(&self, _duration: Duration) {
        futures::future::pending().await
    }

    fn now_ms(&self) -> u64 {
        0
    }
}

/// Runs a future whose parts never really wait.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(futures::task::noop_waker_ref());
    for _ in 0..100_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future waits for something that never comes");
}

pub fn key() -> SealKey {
    SealKey::new([7; 32])
}

pub fn genesis() -> Genesis {
    Genesis {
        program: "desk".to_owned(),
        lineage: "a1b2".to_owned(),
        key: key(),
        environment: None,
    }
}

pub fn holder(pid: u32) -> Holder {
    Holder {
        who: "dev@laptop".to_owned(),
        pid,
        command: "infra apply".to_owned(),
        space: Some("boot 1".to_owned()),
    }
}

pub fn take(disk: &Arc<dyn Disk>, machine: &Arc<Machine>, pid: u32) -> Result<Lock, StateError> {
    let machine: Arc<dyn Host> = Arc::clone(machine) as _;
    Lock::take(
        Arc::clone(disk),
        &Files::default(),
        machine,
        holder(pid),
        LEASE,
    )
}

/// Takes the lock and opens the store.
pub fn open(disk: &Arc<dyn Disk>, machine: &Arc<Machine>, pid: u32) -> Result<Store, StateError> {
    let lock = take(disk, machine, pid)?;
    Store::open(Arc::clone(disk), Files::default(), genesis(), lock)
}

pub fn read(disk: &Arc<dyn Disk>) -> Result<State, StateError> {
    Store::read(Arc::clone(disk), Files::default(), genesis()).map(|store| store.state().clone())
}

pub fn address(name: &str) -> Address {
    Address::root("test.thing", name)
}

pub fn first(name: &str) -> Incarnation {
    Incarnation::new(address(name), 1)
}

pub fn fields(size: i64) -> Record {
    Record::from([("size".to_owned(), Value::Int(size))])
}

/// The types of the tests' things: none of them has a secret by its type.
pub fn schemas() -> BTreeMap<String, infra_model::Schema> {
    let schema = infra_model::Schema {
        type_name: "test.thing".to_owned(),
        kind: infra_model::SchemaKind::Resource,
        doc: String::new(),
        fields: Vec::new(),
        data: None,
        data_unless: None,
        create_first: false,
        timeout_create: None,
        timeout_update: None,
        timeout_delete: None,
        exclusive: Vec::new(),
        span: infra_model::Span::default(),
    };
    BTreeMap::from([(schema.type_name.clone(), schema)])
}

pub fn secret_fields(text: &str) -> Record {
    Record::from([(
        "password".to_owned(),
        Value::Secret(Secret::new(Value::string(text))),
    )])
}

pub fn draft(fields: &Record) -> Draft {
    Draft {
        provider: "test".to_owned(),
        authored: key().seal(fields),
        depends: BTreeSet::new(),
        guard: Guard::default(),
    }
}

pub fn intent(of: Incarnation, action: Action, fields: &Record) -> Event {
    Event::Intent(Box::new(Intent {
        token: format!("token-{}-{}", of.address.name, action.word()),
        digest: infra_engine::state::digest::digest(action, &key().seal(fields)),
        action,
        draft: draft(fields),
        of,
    }))
}

pub fn outcome(of: Incarnation, id: &str) -> Event {
    Event::Outcome {
        of,
        id: id.to_owned(),
    }
}

pub fn entry(of: Incarnation, id: &str, fields: &Record) -> Entry {
    let mut attributes = fields.clone();
    attributes.insert("id".to_owned(), Value::string(id));
    Entry::ready(of, id, draft(fields), key().seal(&attributes))
}

pub fn settled(of: Incarnation, id: &str, fields: &Record) -> Event {
    Event::Settled(Box::new(entry(of, id, fields)))
}

pub fn failed(of: Incarnation, action: Action, failure: &Failure) -> Event {
    Event::Failed {
        of,
        failure: LastFailure::new(action, failure),
    }
}

pub fn quota() -> Failure {
    Failure::new(FailureKind::Quota, "the account has no room for another")
}

/// What there is to a state but its fencing number, which differs from holder to holder.
pub type View = (
    u64,
    BTreeMap<Address, Entry>,
    BTreeMap<Incarnation, Entry>,
    BTreeMap<Incarnation, Pending>,
    Vec<(Address, LastFailure)>,
    Sealed,
);

pub fn view(state: &State) -> View {
    let failures = ["a", "b", "c", "d"].map(address);
    (
        state.serial(),
        state.entries().clone(),
        state.deposed().clone(),
        state.pending().clone(),
        failures
            .into_iter()
            .filter_map(|address| Some((address.clone(), state.failure(&address)?.clone())))
            .collect(),
        state.outputs().clone(),
    )
}
