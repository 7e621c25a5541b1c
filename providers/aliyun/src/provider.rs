//! The provider itself: it finds the type's table and hands orders to the reader.

use async_trait::async_trait;
use infra_model::{Address, Record};
use infra_sdk::fields::Fields;
use infra_sdk::tags::{ADDRESS, PROGRAM, canonical, merged};
use infra_sdk::{
    Account, CallCounts, Context, Create, Created, Delete, Failure, FailureKind, Found, Identified,
    Observed, Provider, Settle, Snapshot, Target, Trace, Update,
};

use crate::cloud::Cloud;
use crate::config::Options;
use crate::reader::{self, Listed, Turns, Wait};
use crate::table::Kind;
use crate::{lookup, tags, types};

/// One account of Alibaba Cloud and one region.
pub struct AliyunProvider {
    cloud: Cloud,
    turns: Turns,
}

impl AliyunProvider {
    /// Finds credentials and region, and checks the program's account guard.
    ///
    /// # Errors
    /// See [`Failure`]; `Denied` when the credentials open an account that the program may not touch.
    pub async fn connect(context: &Context, options: Options) -> Result<AliyunProvider, Failure> {
        Ok(AliyunProvider {
            cloud: Cloud::connect(context, options).await?,
            turns: Turns::default(),
        })
    }

    /// What a resource is after an order.
    async fn read_back(&self, kind: &'static Kind, id: &str) -> Result<Record, Failure> {
        let seen = reader::ready(&self.cloud, kind, id, Wait::Known).await?;
        Ok(seen.fields)
    }
}

fn kind(type_name: &str) -> Result<&'static Kind, Failure> {
    types::of(type_name).ok_or_else(|| {
        let message = format!("Alibaba Cloud has no type `{type_name}` here");
        Failure::new(FailureKind::Invalid, message)
    })
}

#[async_trait]
impl Provider for AliyunProvider {
    fn resource_types(&self) -> &[&'static str] {
        &types::NAMES
    }

    fn lookup_types(&self) -> &[&'static str] {
        &lookup::TYPES
    }

    fn calls(&self) -> CallCounts {
        self.cloud.counts()
    }

    fn canonical(&self, type_name: &str, fields: &Record) -> Record {
        let mut fields = fields.clone();
        canonical(&self.cloud.tags, &mut fields);
        if let Some(canonical) = types::of(type_name).and_then(|kind| kind.hooks.canonical) {
            canonical(&mut fields);
        }
        fields
    }

    fn derived(&self, type_name: &str, fields: &Record) -> Record {
        let derived = types::of(type_name).and_then(|kind| kind.hooks.derived);
        derived.map_or_else(Record::new, |derived| derived(Fields(fields)))
    }

    fn validate(&self, type_name: &str, fields: &Record) -> Vec<String> {
        let Some(kind) = types::of(type_name) else {
            return Vec::new();
        };
        let mut problems = match kind.tags {
            Some(_) => tags::problems(&merged(&self.cloud.tags, Fields(fields).tags())),
            None => Vec::new(),
        };
        if let Some(validate) = kind.hooks.validate {
            validate(Fields(fields), &mut problems);
        }
        problems
    }

    async fn account(&self) -> Result<Account, Failure> {
        self.cloud.account().await.cloned()
    }

    async fn read(&self, type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure> {
        let kind = kind(type_name)?;
        let listing = Listed {
            cloud: &self.cloud,
            kind,
        };
        let batch = &self.cloud.batch;
        let found = batch.read(&self.cloud, &listing, targets).await?;
        let observed = |target: &Target| match found.get(&target.id) {
            Some(seen) => Observed::Present(seen.fields.clone()),
            None => Observed::Absent,
        };
        Ok(targets.iter().map(observed).collect())
    }

    async fn list(&self, type_name: &str) -> Result<Vec<Identified>, Failure> {
        let kind = kind(type_name)?;
        let items = reader::everything(&self.cloud, kind).await?;
        let all = items.iter().filter_map(|item| reader::seen(kind, item));
        let identified = all.map(|seen| Identified {
            name: Fields(&seen.fields)
                .text("name")
                .unwrap_or_else(|| seen.id.clone()),
            program: seen.tags.get(PROGRAM).cloned(),
            address: seen.tags.get(ADDRESS).cloned(),
            id: seen.id,
        });
        Ok(identified.collect())
    }

    fn trace(&self, type_name: &str, _token: &str) -> Trace {
        types::of(type_name).map_or(Trace::Tag, |kind| kind.trace)
    }

    fn visible_ms(&self) -> u64 {
        infra_sdk::wait::Pace::windows(&self.cloud).consistency_ms
    }

    async fn find_by_token(
        &self,
        address: &Address,
        token: &str,
        fields: Option<&Record>,
    ) -> Result<Found, Failure> {
        reader::find(&self.cloud, kind(&address.type_name)?, token, fields).await
    }

    async fn create(&self, order: &Create) -> Result<Created, Failure> {
        let kind = kind(&order.address.type_name)?;
        let id = reader::create(&self.cloud, &self.turns, kind, order).await?;
        Ok(Created { id })
    }

    async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        let kind = kind(&order.address.type_name)?;
        let seen = reader::settle(&self.cloud, &self.turns, kind, order).await?;
        Ok(seen.fields)
    }

    async fn update(&self, order: &Update) -> Result<Record, Failure> {
        let kind = kind(&order.address.type_name)?;
        reader::update(&self.cloud, &self.turns, kind, order).await?;
        self.read_back(kind, &order.id).await
    }

    async fn delete(&self, order: &Delete) -> Result<(), Failure> {
        let kind = kind(&order.address.type_name)?;
        reader::delete(&self.cloud, &self.turns, kind, order).await
    }

    async fn snapshot(&self, order: &Snapshot) -> Result<Vec<String>, Failure> {
        let kind = kind(&order.address.type_name)?;
        let Some(disks) = kind.hooks.disks else {
            let message = format!("{} has nothing to take a snapshot of", kind.name);
            return Err(Failure::new(FailureKind::Invalid, message));
        };
        let mut taken = Vec::new();
        for disk in disks(&self.cloud, &order.id).await? {
            let token = &order.token;
            taken.push(types::take_snapshot(&self.cloud, &order.address, &disk, token).await?);
        }
        Ok(taken)
    }

    async fn lookup(&self, type_name: &str, fields: &Record) -> Result<Option<Record>, Failure> {
        lookup::answer(&self.cloud, type_name, Fields(fields)).await
    }
}
