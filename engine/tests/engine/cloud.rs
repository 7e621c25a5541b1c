//! A little cloud: it remembers tokens, refuses to delete what is in use, takes its time, and fails on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use infra_model::{Address, Record, Value};
use infra_sdk::{
    Account, CallCounts, Companion, Create, Created, Delete, Failure, FailureKind, Found,
    Identified, Observed, Provider, Settle, Snapshot, Target, Timer, Update, patience,
};

use infra_sdk::clock::Clock;

/// What the secrets that this cloud makes begin with.
pub const WORD: &str = "swordfish";

/// One thing in the cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub type_name: String,
    pub address: String,
    pub fields: Record,
}

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is refused and has no effect.
    Refused(Failure),
    /// It takes effect, but the answer is lost.
    LostAnswer,
    /// It never reaches the cloud, and nobody knows.
    LostRequest,
    /// It never answers and has no effect.
    Hangs,
}

/// Where a process is killed: at the `n`th call that changes something, before or after its effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kill {
    pub call: u64,
    pub after: bool,
}

#[derive(Clone, Default)]
struct Inner {
    items: BTreeMap<String, Item>,
    tokens: BTreeMap<String, String>,
    made: u64,
    /// `create cloud.net.main`, in the order the calls arrived.
    log: Vec<String>,
    faults: Vec<(String, Fault)>,
    snapshots: Vec<String>,
    changes: u64,
    kill: Option<Kill>,
    killed: bool,
    latency_ms: u64,
    read_latency_ms: u64,
    /// Looking for tokens does not tell.
    blind: bool,
}

/// The cloud and its provider. Clones are the same cloud.
#[derive(Clone)]
pub struct Cloud {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
    calls: CallCounts,
}

impl Cloud {
    pub fn new(clock: Clock) -> Cloud {
        Cloud {
            inner: Arc::default(),
            clock,
            calls: CallCounts::default(),
        }
    }

    /// A cloud of its own with the same things in it.
    pub fn fork(&self, clock: Clock) -> Cloud {
        Cloud {
            inner: Arc::new(Mutex::new(self.inner().clone())),
            ..Cloud::new(clock)
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// The next call `verb address` (`create cloud.net.main`) fails this way.
    pub fn fault(&self, call: &str, fault: Fault) {
        self.inner().faults.push((call.to_owned(), fault));
    }

    pub fn kill_at(&self, kill: Option<Kill>) {
        let mut inner = self.inner();
        inner.kill = kill;
        inner.killed = false;
        inner.changes = 0;
    }

    pub fn killed(&self) -> bool {
        self.inner().killed
    }

    /// Changing calls since [`Cloud::kill_at`].
    pub fn changes(&self) -> u64 {
        self.inner().changes
    }

    pub fn set_latency(&self, ms: u64) {
        self.inner().latency_ms = ms;
    }

    /// How long a read takes; it is no part of [`Cloud::set_latency`].
    pub fn set_read_latency(&self, ms: u64) {
        self.inner().read_latency_ms = ms;
    }

    pub fn set_blind(&self) {
        self.inner().blind = true;
    }

    /// The calls since the last time, in order.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().log)
    }

    pub fn snapshots(&self) -> Vec<String> {
        self.inner().snapshots.clone()
    }

    pub fn items(&self) -> BTreeMap<String, Item> {
        self.inner().items.clone()
    }

    /// The only thing that bears the address.
    pub fn item(&self, address: &Address) -> (String, Item) {
        let address = address.to_string();
        let mut found = self
            .items()
            .into_iter()
            .filter(|(_, item)| item.address == address);
        let item = found
            .next()
            .unwrap_or_else(|| panic!("the cloud has no {address}"));
        assert_eq!(found.next(), None, "{address} exists twice");
        item
    }

    /// Somebody changes a thing by hand.
    pub fn tamper(&self, address: &Address, field: &str, value: Value) {
        let (id, _) = self.item(address);
        let mut inner = self.inner();
        let item = inner.items.get_mut(&id).unwrap();
        item.fields.insert(field.to_owned(), value);
    }

    /// Somebody makes a thing by hand.
    pub fn add_by_hand(&self, id: &str, item: Item) {
        self.inner().items.insert(id.to_owned(), item);
    }

    /// Somebody deletes a thing by hand.
    pub fn remove(&self, address: &Address) {
        let (id, _) = self.item(address);
        self.inner().items.remove(&id);
    }

    /// Notes a call, lets time pass, and fails if that was ordered. `effect` is what the call does.
    async fn call<T>(
        &self,
        verb: &str,
        address: &Address,
        effect: impl FnOnce(&mut Inner) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.calls.note(verb);
        let _waiting = patience::waiting(format!("for an answer to {verb}"));
        let name = format!("{verb} {address}");
        let latency = {
            let mut inner = self.inner();
            inner.log.push(name.clone());
            inner.latency_ms
        };
        if latency > 0 {
            self.clock.sleep(Duration::from_millis(latency)).await;
        }
        let (fault, dies) = {
            let mut inner = self.inner();
            let number = inner.changes;
            inner.changes += 1;
            let dies = inner.kill.filter(|kill| kill.call == number);
            let place = inner.faults.iter().position(|(call, _)| *call == name);
            (place.map(|place| inner.faults.remove(place).1), dies)
        };
        if let Some(Kill { after: false, .. }) = dies {
            self.die().await;
        }
        let lost = || {
            Failure::new(FailureKind::Network, "the answer was lost")
                .temporary()
                .ambiguous()
        };
        match fault {
            Some(Fault::Refused(failure)) => return Err(failure),
            Some(Fault::LostRequest) => return Err(lost()),
            Some(Fault::Hangs) => futures::future::pending().await,
            Some(Fault::LostAnswer) => {
                effect(&mut self.inner())?;
                return Err(lost());
            }
            None => {}
        }
        let answer = effect(&mut self.inner());
        if dies.is_some() {
            self.die().await;
        }
        answer
    }

    async fn die(&self) {
        self.inner().killed = true;
        futures::future::pending::<()>().await;
    }
}

impl Inner {
    fn attributes(&self, id: &str) -> Record {
        let item = &self.items[id];
        let mut record = item.fields.clone();
        record.remove("script");
        record.insert("id".to_owned(), Value::string(id));
        if item.type_name == "cloud.host" {
            let address = format!("ip-of-{id}");
            record.insert("address".to_owned(), Value::string(address));
        }
        if item.type_name == "cloud.vault" && !record.contains_key("word") {
            let word = Value::string(format!("{WORD}-of-{id}"));
            record.insert("word".to_owned(), word);
        }
        record
    }

    fn check(&self, own: &str, type_name: &str, fields: &Record) -> Result<(), Failure> {
        for value in fields.values() {
            for id in ids(value) {
                if id != own && !self.items.contains_key(&id) {
                    let message = format!("{id} does not exist");
                    return Err(Failure::new(FailureKind::NotFound, message));
                }
            }
        }
        let rival = self.items.iter().find(|(id, item)| {
            let same = |field: &str| item.fields.get(field) == fields.get(field);
            *id != own
                && item.type_name == type_name
                && type_name == "cloud.group"
                && same("name")
                && same("net")
        });
        match rival {
            Some(_) => Err(Failure::new(
                FailureKind::AlreadyExists,
                "the name is taken",
            )),
            None => Ok(()),
        }
    }
}

/// The ids in a value: every text that looks like one.
fn ids(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with("id-") => vec![text.clone()],
        Value::List(items) => items.iter().flat_map(ids).collect(),
        _ => Vec::new(),
    }
}

#[async_trait]
impl Provider for Cloud {
    fn resource_types(&self) -> &[&'static str] {
        &[
            "cloud.disk",
            "cloud.group",
            "cloud.host",
            "cloud.net",
            "cloud.tie",
            "cloud.vault",
        ]
    }

    fn lookup_types(&self) -> &[&'static str] {
        &[]
    }

    fn calls(&self) -> CallCounts {
        self.calls.clone()
    }

    /// A swap disk starts from a shared template, a disk of its own kind.
    fn companions(&self, type_name: &str, fields: &Record) -> Vec<Companion> {
        let swap = fields.get("format").and_then(Value::as_str) == Some("swap");
        if type_name != "cloud.disk" || !swap || fields.contains_key("zone") {
            return Vec::new();
        }
        vec![Companion {
            address: Address::root("cloud.net", "template"),
            fields: Record::from([("range".to_owned(), Value::string("template"))]),
            field: "note".to_owned(),
        }]
    }

    fn validate(&self, _: &str, fields: &Record) -> Vec<String> {
        match fields.get("range").and_then(Value::as_str) {
            Some("nonsense") => vec!["`nonsense` is no range".to_owned()],
            _ => Vec::new(),
        }
    }

    async fn account(&self) -> Result<Account, Failure> {
        Ok(Account {
            id: "1".to_owned(),
            region: "here".to_owned(),
            caller: "me".to_owned(),
        })
    }

    async fn read(&self, type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure> {
        self.calls.note("read");
        let latency = self.inner().read_latency_ms;
        if latency > 0 {
            self.clock.sleep(Duration::from_millis(latency)).await;
        }
        let mut inner = self.inner();
        inner.log.push(format!("read {type_name}"));
        let answers = targets
            .iter()
            .map(|target| match inner.items.contains_key(&target.id) {
                true => Observed::Present(inner.attributes(&target.id)),
                false => Observed::Absent,
            });
        Ok(answers.collect())
    }

    async fn list(&self, _: &str) -> Result<Vec<Identified>, Failure> {
        Ok(Vec::new())
    }

    async fn find_by_token(
        &self,
        address: &Address,
        token: &str,
        _: Option<&Record>,
    ) -> Result<Found, Failure> {
        self.call("find", address, |inner| {
            if inner.blind {
                return Ok(Found::Unclear(vec!["id-7".to_owned(), "id-8".to_owned()]));
            }
            Ok(match inner.tokens.get(token) {
                Some(id) if inner.items.contains_key(id) => Found::One(id.clone()),
                _ => Found::Absent,
            })
        })
        .await
    }

    async fn create(&self, order: &Create) -> Result<Created, Failure> {
        self.call("create", &order.address, |inner| {
            if let Some(id) = inner.tokens.get(&order.token) {
                return Ok(Created { id: id.clone() });
            }
            let mut fields = order.fields.clone();
            if order.address.type_name == "cloud.group" && !fields.contains_key("name") {
                fields.insert("name".to_owned(), Value::string(&order.default_name));
            }
            inner.check("", &order.address.type_name, &fields)?;
            inner.made += 1;
            let id = format!("id-{}", inner.made);
            let item = Item {
                type_name: order.address.type_name.clone(),
                address: order.address.to_string(),
                fields,
            };
            inner.items.insert(id.clone(), item);
            inner.tokens.insert(order.token.clone(), id.clone());
            Ok(Created { id })
        })
        .await
    }

    async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        self.call("settle", &order.address, |inner| {
            match inner.items.contains_key(&order.id) {
                true => {
                    let mut record = inner.attributes(&order.id);
                    if order.address.type_name == "cloud.vault" {
                        record.insert("once".to_owned(), Value::string(format!("{WORD}-once")));
                    }
                    Ok(record)
                }
                false => Err(Failure::new(FailureKind::NotFound, "it is gone")),
            }
        })
        .await
    }

    async fn conclude(&self) -> Result<(), Failure> {
        let mut inner = self.inner();
        let place = inner.faults.iter().position(|(call, _)| call == "conclude");
        match place.map(|place| inner.faults.remove(place).1) {
            Some(Fault::Refused(failure)) => Err(failure),
            _ => Ok(()),
        }
    }

    async fn update(&self, order: &Update) -> Result<Record, Failure> {
        let verb = if order.restart { "restart" } else { "update" };
        self.call(verb, &order.address, |inner| {
            inner.check(&order.id, &order.address.type_name, &order.fields)?;
            let Some(item) = inner.items.get_mut(&order.id) else {
                return Err(Failure::new(FailureKind::NotFound, "it is gone"));
            };
            for name in &order.changed {
                let value = order.fields.get(name).cloned().unwrap_or(Value::Null);
                item.fields.insert(name.clone(), value);
            }
            Ok(inner.attributes(&order.id))
        })
        .await
    }

    async fn delete(&self, order: &Delete) -> Result<(), Failure> {
        self.call("delete", &order.address, |inner| {
            let mut others = inner.items.iter().filter(|(id, _)| **id != order.id);
            let user = others.find(|(_, item)| {
                item.fields
                    .values()
                    .any(|value| ids(value).contains(&order.id))
            });
            if let Some((_, item)) = user {
                let message = format!("{} uses it", item.address);
                return Err(Failure::new(FailureKind::Dependency, message));
            }
            inner.items.remove(&order.id);
            Ok(())
        })
        .await
    }

    async fn snapshot(&self, order: &Snapshot) -> Result<Vec<String>, Failure> {
        self.call("snapshot", &order.address, |inner| {
            inner.snapshots.push(order.id.clone());
            Ok(vec![format!("snapshot-of-{}", order.id)])
        })
        .await
    }

    async fn lookup(&self, _: &str, _: &Record) -> Result<Option<Record>, Failure> {
        Ok(None)
    }
}
