//! The layer that lets no secret out of what a provider says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use infra_model::{Address, Record, Secret, Value};

use crate::{
    Account, CallCounts, Companion, Create, Created, Delete, Failure, Foreseen, Found, Identified,
    Observed, Prospect, Provider, Secrets, Settle, Snapshot, Target, Trace, Update,
};

/// A provider whose messages are free of every secret that the run has met. It learns the secrets from what it is
/// given, and shares them with the other providers of the run.
///
/// What a configuration gives to every resource (`tags`), and is secret there, is secret in every resource, too.
pub struct Discreet {
    provider: Arc<dyn Provider>,
    secrets: Arc<Secrets>,
    /// The secret entries of the configuration, by field and key.
    common: BTreeMap<String, BTreeSet<String>>,
}

impl Discreet {
    /// `config` are the fields of the provider's block.
    pub fn new(provider: Arc<dyn Provider>, secrets: Arc<Secrets>, config: &Record) -> Discreet {
        secrets.learn_record(config);
        Discreet {
            provider,
            secrets,
            common: secret_entries(config),
        }
    }

    /// Marks as secret what stands where the configuration has a secret.
    fn hide(&self, mut record: Record) -> Record {
        for (field, keys) in &self.common {
            let Some(Value::Map(map)) = record.get_mut(field) else {
                continue;
            };
            for key in keys {
                if let Some(value) = map.get_mut(key).filter(|value| !value.is_null()) {
                    let told = std::mem::replace(value, Value::Null);
                    *value = Value::Secret(Secret::new(told));
                }
            }
        }
        record
    }

    fn masked<T>(&self, answer: Result<T, Failure>) -> Result<T, Failure> {
        answer.map_err(|failure| self.secrets.mask_failure(failure))
    }
}

// A method with a default that is not passed on would answer for the cloud behind this layer.
#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Discreet {
    fn resource_types(&self) -> &[&'static str] {
        self.provider.resource_types()
    }

    fn lookup_types(&self) -> &[&'static str] {
        self.provider.lookup_types()
    }

    fn calls(&self) -> CallCounts {
        self.provider.calls()
    }

    fn companions(&self, type_name: &str, fields: &Record) -> Vec<Companion> {
        self.provider.companions(type_name, fields)
    }

    fn canonical(&self, type_name: &str, fields: &Record) -> Record {
        self.hide(self.provider.canonical(type_name, fields))
    }

    fn derived(&self, type_name: &str, fields: &Record) -> Record {
        self.provider.derived(type_name, fields)
    }

    fn validate(&self, type_name: &str, fields: &Record) -> Vec<String> {
        self.secrets.learn_record(fields);
        let problems = self.provider.validate(type_name, fields).into_iter();
        problems
            .map(|problem| self.secrets.mask(&problem))
            .collect()
    }

    fn foresee(&self, plan: &[Prospect<'_>]) -> Vec<Foreseen> {
        let mut foreseen = self.provider.foresee(plan);
        for it in &mut foreseen {
            it.message = self.secrets.mask(&it.message);
            it.help = self.secrets.mask(&it.help);
        }
        foreseen
    }

    async fn account(&self) -> Result<Account, Failure> {
        self.masked(self.provider.account().await)
    }

    async fn read(&self, type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure> {
        let observed = self.masked(self.provider.read(type_name, targets).await)?;
        let hide = |observed| match observed {
            Observed::Present(record) => Observed::Present(self.hide(record)),
            Observed::Absent => Observed::Absent,
        };
        Ok(observed.into_iter().map(hide).collect())
    }

    fn trace(&self, type_name: &str, token: &str) -> Trace {
        self.provider.trace(type_name, token)
    }

    fn visible_ms(&self) -> u64 {
        self.provider.visible_ms()
    }

    async fn list(&self, type_name: &str) -> Result<Vec<Identified>, Failure> {
        self.masked(self.provider.list(type_name).await)
    }

    async fn find_by_token(
        &self,
        address: &Address,
        token: &str,
        fields: Option<&Record>,
    ) -> Result<Found, Failure> {
        if let Some(fields) = fields {
            self.secrets.learn_record(fields);
        }
        self.masked(self.provider.find_by_token(address, token, fields).await)
    }

    fn alike(&self, order: &Create) -> Option<Record> {
        self.provider.alike(order)
    }

    async fn create(&self, order: &Create) -> Result<Created, Failure> {
        self.secrets.learn_record(&order.fields);
        self.masked(self.provider.create(order).await)
    }

    async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        if let Some(fields) = &order.fields {
            self.secrets.learn_record(fields);
        }
        let settled = self.masked(self.provider.settle(order).await)?;
        Ok(self.hide(settled))
    }

    async fn update(&self, order: &Update) -> Result<Record, Failure> {
        self.secrets.learn_record(&order.prior);
        self.secrets.learn_record(&order.fields);
        let updated = self.masked(self.provider.update(order).await)?;
        Ok(self.hide(updated))
    }

    async fn delete(&self, order: &Delete) -> Result<(), Failure> {
        self.masked(self.provider.delete(order).await)
    }

    async fn conclude(&self) -> Result<(), Failure> {
        self.masked(self.provider.conclude().await)
    }

    async fn snapshot(&self, order: &Snapshot) -> Result<Vec<String>, Failure> {
        self.masked(self.provider.snapshot(order).await)
    }

    async fn lookup(&self, type_name: &str, fields: &Record) -> Result<Option<Record>, Failure> {
        self.secrets.learn_record(fields);
        let answer = self.masked(self.provider.lookup(type_name, fields).await)?;
        Ok(answer.map(|record| self.hide(record)))
    }
}

fn secret_entries(config: &Record) -> BTreeMap<String, BTreeSet<String>> {
    let entries = |value: &Value| -> BTreeSet<String> {
        match value {
            Value::Secret(whole) => match whole.expose() {
                Value::Map(map) => map.keys().cloned().collect(),
                _ => BTreeSet::new(),
            },
            Value::Map(map) => {
                let secret = map.iter().filter(|(_, value)| value.has_secret());
                secret.map(|(key, _)| key.clone()).collect()
            }
            _ => BTreeSet::new(),
        }
    };
    let fields = config
        .iter()
        .map(|(name, value)| (name.clone(), entries(value)));
    fields.filter(|(_, keys)| !keys.is_empty()).collect()
}
