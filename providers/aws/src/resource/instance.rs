//! `aws.instance`: launching is in `instance_launch.rs`, reading and ending in `instance_state.rs`, changing in
//! `instance_change.rs`.

use async_trait::async_trait;
use aws_sdk_ec2::types::InstanceStateName;
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, Settle, Snapshot, Trace, Update};

use super::instance_fields::{check_user_data, shorten_profile};
use super::volume::{check_performance, check_size};
use super::{
    instance_change as change, instance_launch as launch, instance_state as state, snapshot, volume,
};
use crate::client::Cloud;
use crate::kind::Kind;
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct Instance;

#[async_trait]
impl Kind for Instance {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    fn canonical(&self, fields: &mut Record) {
        shorten_profile(fields);
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_size(fields, "root_size", problems);
        check_performance(
            fields,
            ["root_type", "root_iops", "root_throughput"],
            problems,
        );
        check_user_data(fields, problems);
        if fields.is_empty_list("groups") {
            problems
                .push("`groups` is empty; an instance has at least one security group".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        state::describe(cloud, selection).await
    }

    /// All but the name; an address of one's own, and a name that tells two lives of a resource apart, cannot be shared.
    fn alike(&self, cloud: &Cloud, order: &Create) -> Option<Record> {
        let fields = Fields(&order.fields);
        let named = fields.text("name").is_some()
            || order.default_name == tags::default_name(cloud, &order.address);
        if !named || fields.get("private_ip").is_some() {
            return None;
        }
        let mut same = order.fields.clone();
        same.remove("name");
        Some(same)
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        launch::create(cloud, order).await
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        state::started(cloud, &order.id).await?;
        launch::name(cloud, order).await?;
        let Some(fields) = order.fields.as_ref().map(Fields) else {
            return Ok(());
        };
        if fields.flag("source_dest_check") == Some(false) {
            change::set_source_dest_check(cloud, &order.id, false).await?;
        }
        if fields.flag("running") == Some(false) {
            state::stop(cloud, &order.id).await?;
            // It was launched without, for otherwise it could not be stopped.
            let protected = fields.flag("stop_protection").filter(|on| *on);
            change::set_stop_protection(cloud, &order.id, protected).await?;
        }
        Ok(())
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        change::update(cloud, order).await
    }

    /// The root volume bears the instance's tags.
    fn tagged(&self, order: &Update) -> Vec<String> {
        let root = Fields(&order.prior).text("root_volume");
        std::iter::once(order.id.clone()).chain(root).collect()
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || state::terminate(cloud, &order.id)).await?;
        wait::until(
            cloud,
            "for the instance to terminate",
            wait::STEP,
            || async {
                Ok(match state::state_of(cloud, &order.id).await? {
                    None | Some(InstanceStateName::Terminated) => Some(()),
                    Some(_) => None,
                })
            },
        )
        .await
    }

    /// All volumes but swap: more than termination would delete, because a copy too many does no harm.
    async fn snapshot(
        &self,
        cloud: &Cloud,
        order: &Snapshot,
    ) -> Option<Result<Vec<String>, Failure>> {
        let attached = filter("attachment.instance-id", [order.id.clone()]);
        let volumes = match volume::describe_all(cloud, vec![attached]).await {
            Ok(volumes) => volumes,
            Err(failure) => return Some(Err(failure)),
        };
        let volumes = volumes
            .into_iter()
            .filter(|volume| {
                !volume
                    .tags()
                    .iter()
                    .any(|tag| tag.key.as_deref() == Some(tags::SWAP))
            })
            .filter_map(|volume| volume.volume_id)
            .collect();
        Some(snapshot::of_volumes(cloud, order, volumes).await)
    }
}
