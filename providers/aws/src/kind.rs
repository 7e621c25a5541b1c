//! What a resource type is to the provider, one implementation each in `resource/`.

use async_trait::async_trait;
use infra_model::Record;
use infra_sdk::batch::Listing;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::{
    Companion, Create, Delete, Failure, FailureKind, Found, Settle, Snapshot, Trace, Update,
};

use crate::client::Cloud;
use crate::selection::{FILTER_VALUES_MAX, Selection};

/// One resource type. The general parts of every order (reading back, patience with what is not seen yet, what a
/// lost answer left behind) are in `provider.rs`.
#[async_trait]
pub(crate) trait Kind: Send + Sync {
    /// How a create is known again when its answer was lost; see `Provider::trace`.
    fn trace(&self) -> Trace {
        Trace::Tag
    }

    /// Brings what differs in writing into one form; see `Provider::canonical`.
    fn canonical(&self, fields: &mut Record) {
        let _ = fields;
    }

    /// Computed attributes that follow from the fields; see `Provider::derived`.
    fn derived(&self, fields: Fields<'_>) -> Record {
        let _ = fields;
        Record::new()
    }

    /// Adds what AWS would refuse.
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let _ = (fields, problems);
    }

    /// Shared resources beside it; see `Provider::companions`.
    fn companions(&self, region: &str, fields: Fields<'_>) -> Vec<Companion> {
        let _ = (region, fields);
        Vec::new()
    }

    /// Describes what is selected and not deleted, in one paged call.
    async fn describe(&self, cloud: &Cloud, selection: Selection<'_>)
    -> Result<Vec<Seen>, Failure>;

    /// What has to be the same for several to be created in one call; see `Provider::alike`.
    fn alike(&self, cloud: &Cloud, order: &Create) -> Option<Record> {
        let _ = (cloud, order);
        None
    }

    /// What was read, in the words of `said` where AWS knows two for the same thing: the planned fields, or those of
    /// the last reading.
    fn as_said(&self, seen: Seen, said: &Record) -> Record {
        let _ = said;
        seen.fields
    }

    /// Sends the create call: the id.
    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure>;

    /// Completes what the create call could not say, and waits. Idempotent.
    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let _ = (cloud, order);
        Ok(())
    }

    /// Changes fields in place and waits. Names and tags are done by the caller.
    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let _ = (cloud, order);
        Ok(())
    }

    /// What bears the resource's tags; empty for what has none.
    fn tagged(&self, order: &Update) -> Vec<String> {
        vec![order.id.clone()]
    }

    /// Deletes and waits until it is gone; gone already is success.
    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure>;

    /// Looks for the outcome of a create by natural key. `None` where the token's tag tells.
    async fn find(&self, cloud: &Cloud, fields: Option<&Record>) -> Option<Result<Found, Failure>> {
        let _ = (cloud, fields);
        None
    }

    /// Copies its data; `None` for what has none.
    async fn snapshot(
        &self,
        cloud: &Cloud,
        order: &Snapshot,
    ) -> Option<Result<Vec<String>, Failure>> {
        let _ = (cloud, order);
        None
    }
}

/// The listing of one type in one account and region.
pub(crate) struct Listed<'a> {
    pub cloud: &'a Cloud,
    pub type_name: &'a str,
    pub kind: &'static dyn Kind,
}

#[async_trait]
impl Listing for Listed<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn names_max(&self) -> usize {
        FILTER_VALUES_MAX
    }

    async fn of_ids(&self, ids: &[String]) -> Result<Vec<Seen>, Failure> {
        self.kind.describe(self.cloud, Selection::Ids(ids)).await
    }

    async fn of_program(&self) -> Result<Vec<Seen>, Failure> {
        let program = Selection::Program(&self.cloud.program);
        self.kind.describe(self.cloud, program).await
    }

    async fn of_tokens(&self, tokens: &[String]) -> Result<Vec<Seen>, Failure> {
        self.kind
            .describe(self.cloud, Selection::Tokens(tokens))
            .await
    }
}

/// An answer of AWS's lacks what its documentation promises.
pub(crate) fn incomplete(action: &str, what: &str) -> Failure {
    let message = format!("AWS answered {action} without {what}");
    Failure::new(FailureKind::Cloud, message).ambiguous()
}

/// A type that this provider does not have.
pub(crate) fn unknown_type(type_name: &str) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("AWS has no type `{type_name}` here"),
    )
}
