//! The life of one resource, order by order.

use std::collections::BTreeSet;

use infra_model::{Address, Change, Record, Schema, Value};

use super::compare::{differing, misfits};
use super::{Case, create, expect_found, present};
use crate::{Create, Delete, Failure, Provider, Settle, Target, Update};

/// A resource, as planned and as it was last read.
pub(super) struct Life<'a> {
    provider: &'a dyn Provider,
    schema: &'a Schema,
    case: &'a Case<'a>,
    address: Address,
    /// How often it was made: each time has a token of its own.
    generation: u32,
    id: String,
    planned: Record,
    seen: Record,
}

type Held = Result<(), String>;

fn failed(failure: Failure) -> String {
    format!("{:?}: {failure}", failure.kind)
}

impl<'a> Life<'a> {
    pub fn new(provider: &'a dyn Provider, schema: &'a Schema, case: &'a Case<'a>) -> Life<'a> {
        let defaults = schema
            .fields
            .iter()
            .filter_map(|field| Some((field.name.clone(), field.default.clone()?)));
        let mut planned: Record = defaults.collect();
        planned.extend(case.fields.clone());
        Life {
            provider,
            schema,
            case,
            address: Address::root(&schema.type_name, "conforming"),
            generation: 0,
            id: String::new(),
            planned,
            seen: Record::new(),
        }
    }

    fn type_name(&self) -> &str {
        &self.schema.type_name
    }

    fn token(&self) -> String {
        let kind = self.type_name().replace('.', "-");
        format!("{}-{kind}-{}", self.case.program, self.generation)
    }

    /// What is made beside its predecessor cannot bear the same name.
    fn default_name(&self) -> String {
        let name = format!("{}-conforming", self.case.program);
        match self.schema.create_first {
            true => format!("{name}-{}", self.generation),
            false => name,
        }
    }

    /// The authored fields of `planned` that differ from `seen`, as a plan would find them.
    fn diff(&self, planned: &Record, seen: &Record) -> Vec<String> {
        let authored = |name: &String| planned.contains_key(name);
        let planned = self.provider.canonical(self.type_name(), planned);
        let seen = self.provider.canonical(self.type_name(), seen);
        let mut names = differing(self.schema, &planned, &seen);
        names.retain(authored);
        names
    }

    /// That the cloud has what was planned, and says so in the terms of the schema.
    fn as_planned(&self) -> Held {
        let wrong = misfits(self.schema, &self.seen);
        if !wrong.is_empty() {
            return Err(wrong.join("; "));
        }
        if self.seen.get("id") != Some(&Value::string(&self.id)) {
            return Err(format!("its `id` is {:?}", self.seen.get("id")));
        }
        let canonical = self.provider.canonical(self.type_name(), &self.planned);
        if self.provider.canonical(self.type_name(), &canonical) != canonical {
            return Err("the canonical form of a canonical form is another".to_owned());
        }
        let names = self.diff(&self.planned, &self.seen);
        if names.is_empty() {
            return Ok(());
        }
        let observed = self.provider.canonical(self.type_name(), &self.seen);
        let details = names.iter().map(|name| {
            let (planned, seen) = (canonical.get(name), observed.get(name));
            format!("`{name}` is planned as {planned:?} and read as {seen:?}")
        });
        Err(details.collect::<Vec<_>>().join("; "))
    }

    async fn read(&self, prior: Record) -> Result<crate::Observed, String> {
        let target = Target {
            address: self.address.clone(),
            id: self.id.clone(),
            prior,
        };
        let mut read = self
            .provider
            .read(self.type_name(), &[target])
            .await
            .map_err(failed)?;
        match (read.pop(), read.is_empty()) {
            (Some(observed), true) => Ok(observed),
            _ => Err("one was asked for, and another number was answered".to_owned()),
        }
    }

    async fn found(&self, id: Option<&str>) -> Held {
        let token = self.token();
        let fields = Some(&self.planned);
        let found = self.provider.find_by_token(&self.address, &token, fields);
        expect_found(&found.await.map_err(failed)?, id)
    }

    /// Creates and forgets the answer, adopts what the token leads to, and settles it, twice as after a crash.
    pub async fn begin(&mut self) -> Held {
        let problems = self.provider.validate(self.type_name(), &self.planned);
        if !problems.is_empty() {
            return Err(format!("it is not valid: {}", problems.join("; ")));
        }
        self.found(None).await?;
        let order = Create {
            address: self.address.clone(),
            token: self.token(),
            default_name: self.default_name(),
            fields: self.planned.clone(),
        };
        self.id = create(self.provider, &order).await.map_err(failed)?;
        self.found(Some(&self.id)).await?;
        let mut settle = Settle {
            address: self.address.clone(),
            id: self.id.clone(),
            token: self.token(),
            fields: Some(self.planned.clone()),
        };
        self.provider.settle(&settle).await.map_err(failed)?;
        self.seen = self.provider.settle(&settle).await.map_err(failed)?;
        self.as_planned()?;
        settle.fields = None;
        let unplanned = self.provider.settle(&settle).await.map_err(failed)?;
        match unplanned == self.seen {
            true => Ok(()),
            false => Err(format!("settled without a plan it is {unplanned:?}")),
        }
    }

    /// That reading tells the same whether or not something is known of it, and that it is listed.
    pub async fn imported(&self) -> Held {
        for prior in [Record::new(), self.seen.clone()] {
            let read = present(self.read(prior).await?)?;
            if read != self.seen {
                return Err(format!("{:?} is read as {read:?}", self.seen));
            }
        }
        let listed = self.provider.list(self.type_name()).await.map_err(failed)?;
        let mut ours = listed.iter().filter(|listed| listed.id == self.id);
        let (Some(listed), None) = (ours.next(), ours.next()) else {
            return Err("it is not listed exactly once".to_owned());
        };
        let (program, address) = (&listed.program, &listed.address);
        if program.as_ref().is_some_and(|it| *it != self.case.program)
            || address
                .as_ref()
                .is_some_and(|it| *it != self.address.to_string())
        {
            return Err(format!("it is listed as {address:?} of {program:?}"));
        }
        Ok(())
    }

    /// What a step costs by the schema: its dearest field decides.
    pub fn cost(&self, step: &Record) -> Change {
        let cost = |(name, value): (&String, &Value)| {
            let Some(field) = self.schema.field(name) else {
                return Change::Update;
            };
            let before = self.seen.get(name).and_then(Value::as_size);
            match (value.as_size(), before) {
                (Some(after), Some(before)) if field.grows && after < before => Change::Replace,
                _ => field.change,
            }
        };
        step.iter().map(cost).max().unwrap_or(Change::Update)
    }

    /// Applies a step to the plan, and sees that a plan would notice it: what cannot be read counts as noticed.
    fn plan(&mut self, step: &Record) -> Held {
        let mut planned = self.planned.clone();
        planned.extend(step.clone());
        let noticed = self.diff(&planned, &self.seen);
        for name in step.keys() {
            let unread = self.schema.field(name).is_some_and(|field| field.unread);
            if !unread && !noticed.contains(name) {
                return Err(format!("no plan would notice the change of `{name}`"));
            }
        }
        let problems = self.provider.validate(self.type_name(), &planned);
        self.planned = planned;
        match problems.is_empty() {
            true => Ok(()),
            false => Err(format!("it is not valid: {}", problems.join("; "))),
        }
    }

    /// Changes it in place: what is read is what was planned, and it differs from what was planned before.
    pub async fn update(&mut self, step: &Record, cost: Change) -> Held {
        let before = self.planned.clone();
        self.plan(step)?;
        let changed = step.keys().cloned().collect();
        self.send(changed, cost == Change::Restart).await?;
        let drifted: BTreeSet<String> = self.diff(&before, &self.seen).into_iter().collect();
        for name in step.keys() {
            let read = self.seen.contains_key(name) && before.contains_key(name);
            if read && !drifted.contains(name) {
                return Err(format!("the old `{name}` would not be noticed as drift"));
            }
        }
        Ok(())
    }

    async fn send(&mut self, changed: Vec<String>, restart: bool) -> Held {
        let order = Update {
            address: self.address.clone(),
            id: self.id.clone(),
            token: format!("{}-update", self.token()),
            prior: self.seen.clone(),
            fields: self.planned.clone(),
            changed,
            restart,
        };
        self.seen = self.provider.update(&order).await.map_err(failed)?;
        self.as_planned()?;
        let read = present(self.read(Record::new()).await?)?;
        match read == self.seen {
            true => Ok(()),
            false => Err(format!("{:?} is read as {read:?}", self.seen)),
        }
    }

    /// Makes it anew with the step's fields, in the order that the schema says.
    pub async fn replace(&mut self, step: &Record) -> Held {
        let old = self.deletion();
        self.plan(step)?;
        self.generation += 1;
        if !self.schema.create_first {
            self.deleted(&old).await?;
        }
        self.begin().await?;
        if self.schema.create_first {
            self.deleted(&old).await?;
        }
        match self.id == old.id && self.schema.create_first {
            true => Err("the new one is the old one".to_owned()),
            false => Ok(()),
        }
    }

    /// Somebody else changes it: a plan notices, and an update puts it right.
    pub async fn meddled(&mut self) -> Held {
        let Some(outsider) = self.case.outsider else {
            return Ok(());
        };
        let changed = outsider.change(&self.id, &self.seen).await;
        let seen = present(self.read(self.seen.clone()).await?)?;
        let noticed = self.diff(&self.planned, &seen);
        if changed.is_empty() || noticed != changed {
            return Err(format!("{changed:?} changed and {noticed:?} is noticed"));
        }
        self.seen = seen;
        self.send(changed, true).await
    }

    fn deletion(&self) -> Delete {
        let mut prior = self.planned.clone();
        prior.extend(self.seen.clone());
        Delete {
            address: self.address.clone(),
            id: self.id.clone(),
            token: format!("{}-delete", self.token()),
            prior,
        }
    }

    /// Twice, as after a crash.
    async fn deleted(&self, order: &Delete) -> Held {
        for _ in 0..2 {
            self.provider.delete(order).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Deletes it: it is neither read nor listed nor found any more.
    pub async fn end(&self) -> Held {
        self.deleted(&self.deletion()).await?;
        if let Ok(record) = present(self.read(self.seen.clone()).await?) {
            return Err(format!("it is still read: {record:?}"));
        }
        let listed = self.provider.list(self.type_name()).await.map_err(failed)?;
        if listed.iter().any(|listed| listed.id == self.id) {
            return Err("it is still listed".to_owned());
        }
        self.found(None).await
    }
}
