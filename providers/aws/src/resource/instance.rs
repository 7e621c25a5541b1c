//! `aws.instance`: RunInstances, DescribeImages, TerminateInstances; reading is in `instance_state.rs`, changing in
//! `instance_change.rs`.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, EbsBlockDevice, IamInstanceProfileSpecification,
    InstanceMetadataOptionsRequest, InstanceNetworkInterfaceSpecification, InstanceStateName,
    InstanceType, Placement, ResourceType, RunInstancesMonitoringEnabled, ShutdownBehavior,
    Tenancy,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use infra_model::{Record, Value};
use infra_provider::{Create, Delete, Failure, Settle, Snapshot, Update};

use super::volume::{check_performance, check_size};
use super::{
    Kind, incomplete, instance_change as change, instance_state as state, snapshot, volume,
};
use crate::batch::{Selection, filter};
use crate::client::Cloud;
use crate::fields::Fields;
use crate::seen::Seen;
use crate::{tags, token, wait};

pub(super) struct Instance;

/// "Run commands when you launch an EC2 instance with user data input": the most bytes before encoding.
pub(super) const USER_DATA_BYTES_MAX: usize = 16_384;

#[async_trait]
impl Kind for Instance {
    fn token_idempotent(&self) -> bool {
        true
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

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let (kind, image) = (fields.must("type")?, fields.must("image")?);
        let subnet = fields.must("subnet")?;
        let tags = tags::of_new(cloud, order);
        let root = root_mapping(fields, root_device(cloud, &image).await?);
        let token = token::derived(&order.token, &subnet);
        let answer = cloud
            .change("RunInstances", || {
                let call = cloud
                    .ec2
                    .run_instances()
                    .client_token(&token)
                    .min_count(1)
                    .max_count(1);
                let call = call
                    .instance_type(InstanceType::from(kind.as_str()))
                    .image_id(&image);
                let call = call.set_key_name(fields.text("key"));
                let call = match network_interface(fields, &subnet) {
                    Some(interface) => call.network_interfaces(interface),
                    None => call
                        .subnet_id(&subnet)
                        .set_security_group_ids(groups(fields))
                        .set_private_ip_address(fields.text("private_ip")),
                };
                let call = call.set_block_device_mappings(root.clone().map(|root| vec![root]));
                let call = call.set_user_data(encoded_user_data(fields));
                let call = call.set_iam_instance_profile(iam_profile(fields));
                let call = call.metadata_options(metadata_options(fields));
                let call = call.set_disable_api_termination(fields.flag("termination_protection"));
                let call =
                    call.set_disable_api_stop(fields.flag("stop_protection").filter(|on| *on));
                let call = call.set_instance_initiated_shutdown_behavior(
                    fields
                        .text("on_shutdown")
                        .map(|word| ShutdownBehavior::from(word.as_str())),
                );
                let monitoring = RunInstancesMonitoringEnabled::builder();
                let monitoring = monitoring.enabled(fields.flag("monitoring").unwrap_or(false));
                let call = call.monitoring(monitoring.build());
                let call = call.set_ebs_optimized(fields.flag("ebs_optimized"));
                let call = call.set_placement(placement(fields));
                call.tag_specifications(tags::specification(ResourceType::Instance, &tags))
                    .tag_specifications(tags::specification(ResourceType::Volume, &tags))
                    .send()
            })
            .await?;
        let instance = answer.instances.unwrap_or_default().pop();
        instance
            .and_then(|instance| instance.instance_id)
            .ok_or_else(|| incomplete("RunInstances", "the instance's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        state::started(cloud, &order.id).await?;
        let Some(fields) = order.fields.as_ref().map(Fields) else {
            return Ok(());
        };
        if fields.flag("source_dest_check") == Some(false) {
            change::set_source_dest_check(cloud, &order.id, false).await?;
        }
        if fields.flag("running") == Some(false) {
            state::stop(cloud, &order.id).await?;
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
            wait::MINUTES_20,
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

/// The device name of an image's root volume. Action: `DescribeImages`, once an image.
async fn root_device(cloud: &Cloud, image: &str) -> Result<Option<String>, Failure> {
    let mut known = cloud.root_devices.lock().await;
    if let Some(device) = known.get(image) {
        return Ok(Some(device.clone()));
    }
    let answer = cloud
        .read("DescribeImages", || {
            cloud.ec2.describe_images().image_ids(image).send()
        })
        .await?;
    let image_found = answer.images.unwrap_or_default().pop();
    let device = image_found.and_then(|image| image.root_device_name);
    if let Some(device) = &device {
        known.insert(image.to_owned(), device.clone());
    }
    Ok(device)
}

fn root_mapping(fields: Fields<'_>, device: Option<String>) -> Option<BlockDeviceMapping> {
    let ebs = EbsBlockDevice::builder()
        .delete_on_termination(!fields.flag("root_keep").unwrap_or(false))
        .set_volume_size(fields.gib("root_size"))
        .set_volume_type(volume::kind_of(fields, "root_type"))
        .set_iops(fields.int("root_iops"))
        .set_throughput(fields.int("root_throughput"))
        .set_encrypted(fields.flag("root_encrypted").filter(|on| *on))
        .set_kms_key_id(fields.text("root_kms_key"))
        .build();
    let device = device?;
    Some(
        BlockDeviceMapping::builder()
            .device_name(device)
            .ebs(ebs)
            .build(),
    )
}

fn groups(fields: Fields<'_>) -> Option<Vec<String>> {
    fields.get("groups").map(|_| fields.texts("groups"))
}

/// Whether to have a public address can only be said of an interface.
fn network_interface(
    fields: Fields<'_>,
    subnet: &str,
) -> Option<InstanceNetworkInterfaceSpecification> {
    let public = fields.flag("public")?;
    Some(
        InstanceNetworkInterfaceSpecification::builder()
            .device_index(0)
            .subnet_id(subnet)
            .associate_public_ip_address(public)
            .delete_on_termination(true)
            .set_groups(groups(fields))
            .set_private_ip_address(fields.text("private_ip"))
            .build(),
    )
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

fn metadata_options(fields: Fields<'_>) -> InstanceMetadataOptionsRequest {
    let (endpoint, tokens) = change::metadata_words(fields);
    InstanceMetadataOptionsRequest::builder()
        .http_endpoint(endpoint)
        .http_tokens(tokens)
        .set_http_put_response_hop_limit(fields.int("metadata_hops"))
        .instance_metadata_tags(change::metadata_tags(fields))
        .build()
}

fn placement(fields: Fields<'_>) -> Option<Placement> {
    let tenancy = fields.text("tenancy").filter(|word| word != "default");
    let group = fields.text("placement_group");
    if tenancy.is_none() && group.is_none() {
        return None;
    }
    let tenancy = tenancy.map(|word| Tenancy::from(word.as_str()));
    Some(
        Placement::builder()
            .set_tenancy(tenancy)
            .set_group_name(group)
            .build(),
    )
}
