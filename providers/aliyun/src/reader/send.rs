//! Calls of tables on their way to the cloud.

use aliyun_openapi::Api;
use infra_sdk::layers::Repeat;
use infra_sdk::wait::{Pace, deletion, while_failing};
use infra_sdk::{Failure, patience};
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::error::is_busy;
use crate::param::{Param, add};
use crate::table::Call;

impl Cloud {
    /// Sends a call that changes nothing.
    pub(crate) async fn read(
        &self,
        api: Api,
        call: &Call,
        params: Vec<Param>,
    ) -> Result<Json, Failure> {
        self.asking(api, call.action, self.placed(call, params))
            .await
    }

    /// Sends a change that does no harm when it is done twice: it has a token, or sets something. As long as the cloud
    /// is busy with another change of the same thing, it is sent again.
    pub(crate) async fn change(
        &self,
        api: Api,
        call: &Call,
        params: Vec<Param>,
    ) -> Result<Json, Failure> {
        self.patiently(api, call, params, Repeat::Harmless).await
    }

    /// Sends a change that must not be done twice. When its answer is lost, the failure is `ambiguous`.
    pub(crate) async fn once(
        &self,
        api: Api,
        call: &Call,
        params: Vec<Param>,
    ) -> Result<Json, Failure> {
        self.patiently(api, call, params, Repeat::Never).await
    }

    /// Sends a deletion, also again while what was deleted before is still in the way. Gone already is a success.
    pub(crate) async fn delete(
        &self,
        api: Api,
        call: &Call,
        params: Vec<Param>,
    ) -> Result<(), Failure> {
        deletion(self, || self.change(api, call, params.clone())).await
    }

    /// Does a step that reads, and sends [`Cloud::once`] what is missing. After a lost answer it is done again, and finds
    /// what has come about.
    pub(crate) async fn converge<Step, Done>(&self, step: Step) -> Result<(), Failure>
    where
        Step: Fn() -> Done,
        Done: Future<Output = Result<(), Failure>>,
    {
        let lost = |failure: &Failure| failure.ambiguous;
        while_failing(self, self.windows().dependency_ms, lost, step).await
    }

    /// Sends a change; what the cloud is busy with is the caller's to decide on.
    pub(crate) async fn attempt(
        &self,
        api: Api,
        call: &Call,
        params: Vec<Param>,
        repeat: Repeat,
    ) -> Result<Json, Failure> {
        self.changing(api, call.action, self.placed(call, params), repeat)
            .await
    }

    async fn patiently(
        &self,
        api: Api,
        call: &Call,
        params: Vec<Param>,
        repeat: Repeat,
    ) -> Result<Json, Failure> {
        let _waiting = patience::waiting(format!("for {} to be possible", call.action));
        let step = || self.attempt(api, call, params.clone(), repeat);
        while_failing(self, self.windows().dependency_ms, is_busy, step).await
    }

    /// With the region, where the action takes one.
    fn placed(&self, call: &Call, mut params: Vec<Param>) -> Vec<Param> {
        if let Some(name) = call.region {
            add(&mut params, name, &self.region);
        }
        params
    }
}
