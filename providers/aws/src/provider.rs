//! The provider itself: it finds the type's implementation and adds what is the same for every type.

use async_trait::async_trait;
use infra_model::{Address, Record, Value};
use infra_sdk::fields::{Fields, text_of};
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{
    Account, CallCounts, Companion, Context, Create, Created, Delete, Failure, FailureKind,
    Foreseen, Found, Identified, Member, Observed, Prospect, Provider, Settle, Snapshot, Target,
    Trace, Update,
};

use crate::client::Cloud;
use crate::config::Options;
use crate::kind::{Kind, Listed, unknown_type};
use crate::selection::Selection;
use crate::{foresee, lookup, resource, tags};

/// One AWS account and region.
pub struct AwsProvider {
    cloud: Cloud,
}

impl AwsProvider {
    /// Loads credentials and region, and checks the program's account guard.
    ///
    /// # Errors
    /// See [`Failure`]; `Denied` when the credentials open an account that the program may not touch.
    pub async fn connect(context: &Context, options: Options) -> Result<AwsProvider, Failure> {
        // Boxed, because the SDK's futures nest deeper than a caller's compiler likes to look.
        let cloud = Box::pin(Cloud::connect(context, options)).await?;
        Ok(AwsProvider { cloud })
    }

    /// Does something to what may have been made a moment ago: as long as AWS may not know it everywhere, "not
    /// found" is asked again.
    async fn patient<T, Done: Future<Output = Result<T, Failure>>>(
        &self,
        step: impl Fn() -> Done,
    ) -> Result<T, Failure> {
        let unseen = |failure: &Failure| failure.kind == FailureKind::NotFound;
        wait::while_failing(&self.cloud, self.cloud.windows.consistency_ms, unseen, step).await
    }

    /// The implementation of a type, and its listing.
    fn listed<'a>(&'a self, type_name: &'a str) -> Result<Listed<'a>, Failure> {
        Ok(Listed {
            cloud: &self.cloud,
            type_name,
            kind: kind(type_name)?,
        })
    }

    async fn read_one(&self, type_name: &str, id: &str) -> Result<Seen, Failure> {
        let listed = self.listed(type_name)?;
        self.cloud.batch.read_one(&self.cloud, &listed, id).await
    }
}

#[async_trait]
impl Provider for AwsProvider {
    fn resource_types(&self) -> &[&'static str] {
        resource::TYPES
    }

    fn lookup_types(&self) -> &[&'static str] {
        &lookup::TYPES
    }

    fn calls(&self) -> CallCounts {
        self.cloud.counts()
    }

    fn companions(&self, type_name: &str, fields: &Record) -> Vec<Companion> {
        resource::of(type_name).map_or_else(Vec::new, |kind| {
            kind.companions(&self.cloud.region, Fields(fields))
        })
    }

    fn canonical(&self, type_name: &str, fields: &Record) -> Record {
        let mut fields = fields.clone();
        infra_sdk::tags::canonical(&self.cloud.tags, &mut fields);
        if let Some(kind) = resource::of(type_name) {
            kind.canonical(&mut fields);
        }
        fields
    }

    fn derived(&self, type_name: &str, fields: &Record) -> Record {
        resource::of(type_name).map_or_else(Record::new, |kind| kind.derived(Fields(fields)))
    }

    fn foresee(&self, plan: &[Prospect<'_>]) -> Vec<Foreseen> {
        foresee::foresee(plan)
    }

    fn validate(&self, type_name: &str, fields: &Record) -> Vec<String> {
        let mut problems = tags::problems_of(&self.cloud.tags, Fields(fields));
        if let Some(kind) = resource::of(type_name) {
            kind.validate(Fields(fields), &mut problems);
        }
        problems
    }

    fn alike(&self, order: &Create) -> Option<Record> {
        resource::of(&order.address.type_name)?.alike(&self.cloud, order)
    }

    async fn account(&self) -> Result<Account, Failure> {
        self.cloud.account().await.cloned()
    }

    async fn read(&self, type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure> {
        let listed = self.listed(type_name)?;
        let found = self.cloud.batch.read(&self.cloud, &listed, targets).await?;
        let observed = |target: &Target| match found.get(&target.id) {
            Some(seen) => Observed::Present(listed.kind.as_said(seen.clone(), &target.prior)),
            None => Observed::Absent,
        };
        Ok(targets.iter().map(observed).collect())
    }

    async fn list(&self, type_name: &str) -> Result<Vec<Identified>, Failure> {
        let all = kind(type_name)?
            .describe(&self.cloud, Selection::All)
            .await?;
        let identified = all.into_iter().map(|seen| Identified {
            name: Fields(&seen.fields)
                .text("name")
                .unwrap_or_else(|| seen.id.clone()),
            program: seen.tags.get(tags::PROGRAM).cloned(),
            address: seen.tags.get(tags::ADDRESS).cloned(),
            id: seen.id,
        });
        Ok(identified.collect())
    }

    fn trace(&self, type_name: &str, token: &str) -> Trace {
        match resource::of(type_name) {
            // A member of a group may be sent again alone, with another token than the group's.
            Some(_) if Member::of(token).is_some() => Trace::Tag,
            Some(kind) => kind.trace(),
            None => Trace::Tag,
        }
    }

    fn visible_ms(&self) -> u64 {
        self.cloud.windows.consistency_ms
    }

    async fn find_by_token(
        &self,
        address: &Address,
        token: &str,
        fields: Option<&Record>,
    ) -> Result<Found, Failure> {
        let listed = self.listed(&address.type_name)?;
        if let Some(found) = listed.kind.find(&self.cloud, fields).await {
            return found;
        }
        self.cloud.batch.find(&self.cloud, &listed, token).await
    }

    async fn create(&self, order: &Create) -> Result<Created, Failure> {
        let kind = kind(&order.address.type_name)?;
        match self.patient(|| kind.create(&self.cloud, order)).await {
            Ok(id) => Ok(Created { id }),
            Err(failure) => Err(without_secrets(failure, &order.fields)),
        }
    }

    async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        let kind = kind(&order.address.type_name)?;
        let settled = self.patient(|| kind.settle(&self.cloud, order)).await;
        let read = match settled {
            Ok(()) => self.read_one(&order.address.type_name, &order.id).await,
            Err(failure) => Err(failure),
        };
        match (read, &order.fields) {
            (Ok(seen), Some(fields)) => Ok(kind.as_said(seen, fields)),
            (Ok(seen), None) => Ok(seen.fields),
            (Err(failure), Some(fields)) => Err(without_secrets(failure, fields)),
            (Err(failure), None) => Err(failure),
        }
    }

    async fn update(&self, order: &Update) -> Result<Record, Failure> {
        let kind = kind(&order.address.type_name)?;
        let updated = async {
            let tagged = kind.tagged(order);
            if !tagged.is_empty() {
                tags::update(&self.cloud, order, &tagged).await?;
            }
            kind.update(&self.cloud, order).await?;
            self.read_one(&order.address.type_name, &order.id).await
        }
        .await;
        match updated {
            Ok(seen) => Ok(kind.as_said(seen, &order.fields)),
            Err(failure) => Err(without_secrets(failure, &order.fields)),
        }
    }

    async fn delete(&self, order: &Delete) -> Result<(), Failure> {
        kind(&order.address.type_name)?
            .delete(&self.cloud, order)
            .await
    }

    async fn conclude(&self) -> Result<(), Failure> {
        resource::conclude(&self.cloud).await
    }

    async fn snapshot(&self, order: &Snapshot) -> Result<Vec<String>, Failure> {
        let kind = kind(&order.address.type_name)?;
        kind.snapshot(&self.cloud, order).await.unwrap_or_else(|| {
            let message = format!(
                "{} has nothing to take a snapshot of",
                order.address.type_name
            );
            Err(Failure::new(FailureKind::Invalid, message))
        })
    }

    async fn lookup(&self, type_name: &str, fields: &Record) -> Result<Option<Record>, Failure> {
        lookup::answer(&self.cloud, type_name, Fields(fields)).await
    }
}

fn kind(type_name: &str) -> Result<&'static dyn Kind, Failure> {
    resource::of(type_name).ok_or_else(|| unknown_type(type_name))
}

/// AWS sometimes repeats a refused value in its message; one that is secret is taken out, also as it was encoded
/// for sending.
fn without_secrets(mut failure: Failure, fields: &Record) -> Failure {
    for value in fields.values() {
        hide(value, false, &mut failure.message);
    }
    failure
}

fn hide(value: &Value, secret: bool, message: &mut String) {
    match value {
        Value::Secret(inner) => hide(inner.expose(), true, message),
        Value::List(items) => items.iter().for_each(|item| hide(item, secret, message)),
        Value::Map(map) => map.values().for_each(|value| hide(value, secret, message)),
        value if secret => {
            use base64::Engine as _;
            let Some(text) = text_of(value).filter(|text| !text.is_empty()) else {
                return;
            };
            let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
            *message = message
                .replace(&text, "(secret)")
                .replace(&encoded, "(secret)");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_message_of_aws_is_hidden() {
        let secret = Value::Secret(infra_model::Secret::new(Value::string("hunter2")));
        let fields = Record::from([("user_data".to_owned(), secret)]);
        let failure = Failure::new(FailureKind::Invalid, "`hunter2` (aHVudGVyMg==) is wrong");
        assert_eq!(
            without_secrets(failure, &fields).message,
            "`(secret)` ((secret)) is wrong"
        );
    }

    #[test]
    fn every_type_has_an_implementation() {
        assert!(resource::TYPES.is_sorted() && lookup::TYPES.is_sorted());
        for type_name in resource::TYPES {
            assert!(resource::of(type_name).is_some(), "{type_name}");
        }
    }
}
