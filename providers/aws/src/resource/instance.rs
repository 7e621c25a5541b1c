//! `aws.instance`: launching is in `instance_launch.rs`, reading and ending in `instance_state.rs`, changing in
//! `instance_change.rs`.

use async_trait::async_trait;
use aws_sdk_ec2::types::{IamInstanceProfileSpecification, InstanceStateName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use infra_model::{Record, Value};
use infra_sdk::{Create, Delete, Failure, Settle, Snapshot, Trace, Update};

use super::volume::{check_performance, check_size};
use super::{
    Kind, instance_change as change, instance_launch as launch, instance_state as state, snapshot,
    volume,
};
use crate::batch::{Selection, filter};
use crate::client::Cloud;
use crate::fields::Fields;
use crate::seen::Seen;
use crate::{tags, wait};

pub(super) struct Instance;

/// "Run commands when you launch an EC2 instance with user data input": the most bytes before encoding.
pub(super) const USER_DATA_BYTES_MAX: usize = 16_384;

#[async_trait]
impl Kind for Instance {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    /// AWS answers an instance profile's ARN; programs write its name.
    fn canonical(&self, fields: &mut Record) {
        if let Some(Value::String(profile)) = fields.get_mut("iam_profile")
            && let Some((_, name)) = profile.rsplit_once('/')
        {
            *profile = name.to_owned();
        }
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_size(fields, "root_size", problems);
        check_performance(
            fields,
            ["root_type", "root_iops", "root_throughput"],
            problems,
        );
        if let Some(data) = fields.text("user_data")
            && data.len() > USER_DATA_BYTES_MAX
        {
            problems.push(format!(
                "`user_data` has {} bytes; AWS takes {USER_DATA_BYTES_MAX}, so let it fetch the rest",
                data.len()
            ));
        }
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

pub(super) fn encoded_user_data(fields: Fields<'_>) -> Option<String> {
    fields.text("user_data").map(|data| BASE64.encode(data))
}

pub(super) fn iam_profile(fields: Fields<'_>) -> Option<IamInstanceProfileSpecification> {
    let profile = fields.text("iam_profile")?;
    let builder = IamInstanceProfileSpecification::builder();
    Some(match profile.starts_with("arn:") {
        true => builder.arn(profile).build(),
        false => builder.name(profile).build(),
    })
}
