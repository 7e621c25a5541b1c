//! The RunInstances request, and DescribeImages before it.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    BlockDeviceMapping, EbsBlockDevice, Instance, InstanceMetadataOptionsRequest,
    InstanceNetworkInterfaceSpecification, InstanceType, Placement, ResourceType,
    RunInstancesMonitoringEnabled, ShutdownBehavior, Tenancy,
};
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use infra_sdk::token;

use super::instance_fields::{encoded_user_data, iam_profile, metadata_tags, metadata_words};
use super::volume;
use crate::client::Cloud;
use crate::tags;

/// What differs between launching one machine and several.
pub(super) struct Launch<'a> {
    pub token: &'a str,
    pub count: i32,
    pub tags: &'a BTreeMap<String, String>,
}

/// Launches as many as asked for, or none.
pub(super) async fn run(
    cloud: &Cloud,
    fields: Fields<'_>,
    launch: Launch<'_>,
) -> Result<Vec<Instance>, Failure> {
    let (kind, image) = (fields.must("type")?, fields.must("image")?);
    let subnet = fields.must("subnet")?;
    let root = root_mapping(fields, root_device(cloud, &image).await?);
    let token = token::derived(launch.token, &subnet);
    let answer = cloud
        .change("RunInstances", || {
            let call = cloud
                .ec2
                .run_instances()
                .client_token(&token)
                .min_count(launch.count)
                .max_count(launch.count);
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
            let call = call.set_disable_api_stop(stop_protection(fields));
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
            call.tag_specifications(tags::specification(ResourceType::Instance, launch.tags))
                .tag_specifications(tags::specification(ResourceType::Volume, launch.tags))
                .send()
        })
        .await?;
    Ok(answer.instances.unwrap_or_default())
}

/// Root device names by image, so that many machines of one image ask once.
#[derive(Default)]
struct RootDevices(tokio::sync::Mutex<BTreeMap<String, String>>);

/// The device name of an image's root volume. Action: `DescribeImages`, once an image.
async fn root_device(cloud: &Cloud, image: &str) -> Result<Option<String>, Failure> {
    let kept = cloud.kept::<RootDevices>();
    let mut known = kept.0.lock().await;
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

/// Whether it refuses to be stopped from the start; one that shall not run is stopped first.
fn stop_protection(fields: Fields<'_>) -> Option<bool> {
    let runs = fields.flag("running") != Some(false);
    fields.flag("stop_protection").filter(|on| *on && runs)
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

fn metadata_options(fields: Fields<'_>) -> InstanceMetadataOptionsRequest {
    let (endpoint, tokens) = metadata_words(fields);
    InstanceMetadataOptionsRequest::builder()
        .http_endpoint(endpoint)
        .http_tokens(tokens)
        .set_http_put_response_hop_limit(fields.int("metadata_hops"))
        .instance_metadata_tags(metadata_tags(fields))
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
