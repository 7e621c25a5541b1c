//! A cloud in memory behind the provider interface, with switches for what recovery must cope with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use infra_engine::providers::Providers;
use infra_model::{Address, Record, Value};
use infra_sdk::{
    Account, CallCounts, Create, Created, Delete, Failure, FailureKind, Found, Identified,
    Observed, Provider, Settle, Target, Update,
};

/// A thing that was created.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    pub token: String,
    pub fields: Record,
}

#[derive(Debug, Default)]
pub struct Inside {
    pub things: BTreeMap<String, Thing>,
    /// Ids that a read does not show yet.
    pub invisible: BTreeSet<String>,
    /// What the search by token is answered with instead of the truth.
    pub found: Option<Result<Found, Failure>>,
    pub settle_fails: Option<Failure>,
    pub read_fails: Option<Failure>,
    /// The fields that the last settle orders bore.
    pub settled_with: Vec<Option<Record>>,
    made: usize,
}

#[derive(Clone, Default)]
pub struct Cloud {
    inside: Arc<Mutex<Inside>>,
    pub calls: CallCounts,
}

impl Cloud {
    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub fn add(&self, id: &str, token: &str, fields: &Record) {
        let thing = Thing {
            token: token.to_owned(),
            fields: fields.clone(),
        };
        self.inside().things.insert(id.to_owned(), thing);
    }

    pub fn providers(&self) -> Providers {
        let mut providers = Providers::default();
        providers.insert("test", Arc::new(self.clone()));
        providers
    }

    fn attributes(&self, id: &str) -> Option<Record> {
        let mut fields = self.inside().things.get(id)?.fields.clone();
        fields.insert("id".to_owned(), Value::string(id));
        Some(fields)
    }
}

#[async_trait]
impl Provider for Cloud {
    fn resource_types(&self) -> &[&'static str] {
        &["test.thing"]
    }

    fn lookup_types(&self) -> &[&'static str] {
        &[]
    }

    fn calls(&self) -> CallCounts {
        self.calls.clone()
    }

    async fn account(&self) -> Result<Account, Failure> {
        Err(Failure::new(
            FailureKind::Invalid,
            "not asked in these tests",
        ))
    }

    async fn read(&self, _type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure> {
        self.calls.note("read");
        if let Some(failure) = &self.inside().read_fails {
            return Err(failure.clone());
        }
        let read = |target: &Target| {
            if self.inside().invisible.contains(&target.id) {
                return Observed::Absent;
            }
            self.attributes(&target.id)
                .map_or(Observed::Absent, Observed::Present)
        };
        Ok(targets.iter().map(read).collect())
    }

    async fn list(&self, _type_name: &str) -> Result<Vec<Identified>, Failure> {
        Ok(Vec::new())
    }

    async fn find_by_token(
        &self,
        _address: &Address,
        token: &str,
        _fields: Option<&Record>,
    ) -> Result<Found, Failure> {
        self.calls.note("find");
        let inside = self.inside();
        if let Some(answer) = &inside.found {
            return answer.clone();
        }
        let found = inside.things.iter().find(|(_, thing)| thing.token == token);
        Ok(found.map_or(Found::Absent, |(id, _)| Found::One(id.clone())))
    }

    async fn create(&self, order: &Create) -> Result<Created, Failure> {
        self.calls.note("create");
        let mut inside = self.inside();
        let existing = inside
            .things
            .iter()
            .find(|(_, thing)| thing.token == order.token);
        if let Some((id, _)) = existing {
            return Ok(Created { id: id.clone() });
        }
        inside.made += 1;
        let id = format!("id-{}", inside.made);
        let thing = Thing {
            token: order.token.clone(),
            fields: order.fields.clone(),
        };
        inside.things.insert(id.clone(), thing);
        Ok(Created { id })
    }

    async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        self.calls.note("settle");
        self.inside().settled_with.push(order.fields.clone());
        if let Some(failure) = &self.inside().settle_fails {
            return Err(failure.clone());
        }
        self.attributes(&order.id)
            .ok_or_else(|| Failure::new(FailureKind::NotFound, "it is gone"))
    }

    async fn update(&self, order: &Update) -> Result<Record, Failure> {
        self.calls.note("update");
        if let Some(thing) = self.inside().things.get_mut(&order.id) {
            thing.fields = order.fields.clone();
        }
        self.attributes(&order.id)
            .ok_or_else(|| Failure::new(FailureKind::NotFound, "it is gone"))
    }

    async fn delete(&self, order: &Delete) -> Result<(), Failure> {
        self.calls.note("delete");
        self.inside().things.remove(&order.id);
        Ok(())
    }

    async fn lookup(&self, _type_name: &str, _fields: &Record) -> Result<Option<Record>, Failure> {
        Ok(None)
    }
}
