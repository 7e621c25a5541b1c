//! The clouds and the schemas of a run, by the names a program uses for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_model::{Desired, Record, Schema};
use infra_sdk::layers::Discreet;
use infra_sdk::{Provider, Secrets};

use crate::state::{Elsewhere, Place, State};

/// Where the engine finds what a resource type is.
pub trait SchemaSource: Send + Sync {
    /// The schema of a dotted resource type; `None` when no such type exists.
    fn schema(&self, type_name: &str) -> Option<&Schema>;
}

impl SchemaSource for BTreeMap<String, Schema> {
    fn schema(&self, type_name: &str) -> Option<&Schema> {
        self.get(type_name)
    }
}

/// The configured providers of a run, by the key of their configuration (`aws`, `aws.tokyo`, `std`).
#[derive(Clone, Default)]
pub struct Providers {
    by_key: BTreeMap<String, Arc<dyn Provider>>,
    places: BTreeMap<String, Place>,
    secrets: Arc<Secrets>,
}

impl Providers {
    /// No providers yet; they will learn and keep these secrets.
    pub fn sharing(secrets: Arc<Secrets>) -> Providers {
        Providers {
            secrets,
            ..Providers::default()
        }
    }

    /// Adds the provider that serves the configuration `key`.
    pub fn insert(&mut self, key: impl Into<String>, provider: Arc<dyn Provider>) {
        self.insert_configured(key, provider, &Record::new());
    }

    /// The same, for a provider that has a configuration. What it says is freed of every secret of the run, so that no
    /// diagnostic, journal, plan or log can show one.
    pub fn insert_configured(
        &mut self,
        key: impl Into<String>,
        provider: Arc<dyn Provider>,
        config: &Record,
    ) {
        let discreet = Discreet::new(provider, self.secrets.clone(), config);
        self.by_key.insert(key.into(), Arc::new(discreet));
    }

    /// The secrets of the run, to take them out of what is shown or logged.
    pub fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// Learns the secrets that a program gives to anything.
    pub fn learn(&self, desired: &Desired) {
        let instances = desired.instances.iter().map(|it| &it.fields);
        let lookups = desired.lookups.iter().map(|it| &it.fields);
        let configs = desired.providers.iter().map(|it| &it.fields);
        for record in instances.chain(lookups).chain(configs) {
            self.secrets.learn_record(record);
        }
        for output in &desired.outputs {
            self.secrets.learn(&output.value);
        }
    }

    /// Notes which account and region a configuration leads to.
    pub fn locate(&mut self, key: impl Into<String>, place: Place) {
        self.places.insert(key.into(), place);
    }

    /// Which account and region a configuration leads to, if that is known.
    pub fn place(&self, key: &str) -> Option<&Place> {
        self.places.get(key)
    }

    /// The first configuration that leads elsewhere than where its resources in `state` are.
    pub fn elsewhere(&self, state: &State) -> Option<Elsewhere> {
        let mut places = self.places.iter();
        places.find_map(|(key, place)| state.elsewhere(key, place))
    }

    /// The provider of a configuration.
    pub fn get(&self, key: &str) -> Option<&Arc<dyn Provider>> {
        self.by_key.get(key)
    }

    /// The keys of all configurations, sorted.
    pub fn keys(&self) -> Vec<String> {
        self.by_key.keys().cloned().collect()
    }

    /// All of them, in the order of their keys.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.by_key.values()
    }

    /// API calls sent so far by all providers, by `key/Action` (`aws/DescribeVolumes`).
    pub fn calls(&self) -> BTreeMap<String, u64> {
        let mut calls = BTreeMap::new();
        for (key, provider) in &self.by_key {
            for (action, count) in provider.calls().by_action() {
                calls.insert(format!("{key}/{action}"), count);
            }
        }
        calls
    }

    /// How many calls clouds refused as too many so far; they were sent again.
    pub fn throttled(&self) -> u64 {
        let all = self.by_key.values();
        all.map(|provider| provider.calls().throttled()).sum()
    }
}

/// What was called between two moments of [`Providers::calls`].
pub fn calls_since(
    before: &BTreeMap<String, u64>,
    after: &BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    let since = |(action, count): (&String, &u64)| {
        let fresh = count - before.get(action).copied().unwrap_or(0);
        (fresh > 0).then(|| (action.clone(), fresh))
    };
    after.iter().filter_map(since).collect()
}
