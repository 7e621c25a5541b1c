//! `aws.instance`: RunInstances, DescribeInstances, DescribeVolumes, TerminateInstances; changes are in
//! `instance_change.rs`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, EbsBlockDevice, HttpTokensState, IamInstanceProfileSpecification,
    InstanceMetadataEndpointState, InstanceMetadataOptionsRequest, InstanceMetadataTagsState,
    InstanceNetworkInterfaceSpecification, InstanceStateName, InstanceType, Placement,
    ResourceType, RunInstancesMonitoringEnabled, ShutdownBehavior, Tenancy,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use infra_model::{Record, Value};
use infra_provider::{Create, Delete, Failure, FailureKind, Settle, Snapshot, Update};

use super::volume::{check_performance, check_size};
use super::{Kind, incomplete, instance_change as change, snapshot, volume};
use crate::batch::{Selection, filter};
use crate::client::Cloud;
use crate::fields::Fields;
use crate::seen::Seen;
use crate::{tags, token, wait};

pub(super) struct Instance;

pub(super) type Described = aws_sdk_ec2::types::Instance;

/// "Run commands when you launch an EC2 instance with user data input": the most bytes before encoding.
const USER_DATA_BYTES_MAX: usize = 16_384;

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
        if fields
            .get("groups")
            .and_then(Value::as_list)
            .is_some_and(<[Value]>::is_empty)
        {
            problems
                .push("`groups` is empty; an instance has at least one security group".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let all = describe_all(cloud, selection.filters("instance-id")).await?;
        let live: Vec<Described> = all.into_iter().filter(is_live).collect();
        let roots: Vec<String> = live.iter().filter_map(root_volume).collect();
        let roots = root_volumes(cloud, selection, &roots).await?;
        Ok(live
            .into_iter()
            .filter_map(|instance| seen(instance, &roots))
            .collect())
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
        started(cloud, &order.id).await?;
        let Some(fields) = order.fields.as_ref().map(Fields) else {
            return Ok(());
        };
        if fields.flag("source_dest_check") == Some(false) {
            change::set_source_dest_check(cloud, &order.id, false).await?;
        }
        if fields.flag("running") == Some(false) {
            stop(cloud, &order.id).await?;
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
        wait::deletion(cloud, || {
            cloud.change("TerminateInstances", || {
                cloud
                    .ec2
                    .terminate_instances()
                    .instance_ids(&order.id)
                    .send()
            })
        })
        .await?;
        wait::until(
            cloud,
            "for the instance to terminate",
            wait::MINUTES_20,
            || async {
                Ok(match state_of(cloud, &order.id).await? {
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

pub(super) async fn describe_all(
    cloud: &Cloud,
    filters: Vec<aws_sdk_ec2::types::Filter>,
) -> Result<Vec<Described>, Failure> {
    let reservations = cloud
        .pages(
            "DescribeInstances",
            |next| {
                let call = cloud
                    .ec2
                    .describe_instances()
                    .set_filters(Some(filters.clone()));
                call.max_results(1000).set_next_token(next).send()
            },
            |page| (page.reservations, page.next_token),
        )
        .await?;
    let instances = reservations
        .into_iter()
        .flat_map(|one| one.instances.unwrap_or_default());
    Ok(instances.collect())
}

pub(super) async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let by_id = filter("instance-id", [id.to_owned()]);
    Ok(describe_all(cloud, vec![by_id]).await?.pop())
}

fn state(instance: &Described) -> Option<&InstanceStateName> {
    instance.state.as_ref()?.name.as_ref()
}

pub(super) async fn state_of(
    cloud: &Cloud,
    id: &str,
) -> Result<Option<InstanceStateName>, Failure> {
    let instance = describe_one(cloud, id).await?;
    Ok(instance.and_then(|instance| state(&instance).cloned()))
}

/// A terminated instance is listed for another hour.
fn is_live(instance: &Described) -> bool {
    !matches!(
        state(instance),
        Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown)
    )
}

/// Waits until a new instance runs, or has been stopped by someone since.
async fn started(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    wait::until(
        cloud,
        "for the instance to run",
        wait::MINUTES_20,
        || async {
            let instance = describe_one(cloud, id).await?;
            match instance.as_ref().and_then(state) {
                Some(InstanceStateName::Running | InstanceStateName::Stopped) => Ok(Some(())),
                Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown) => {
                    Err(ended(instance))
                }
                _ => Ok(None),
            }
        },
    )
    .await
}

/// AWS gives the reason only afterwards, on the dead instance.
fn ended(instance: Option<Described>) -> Failure {
    let reason = instance
        .and_then(|instance| instance.state_reason)
        .unwrap_or_else(|| aws_sdk_ec2::types::StateReason::builder().build());
    let why = reason
        .message
        .unwrap_or_else(|| "AWS does not say why".to_owned());
    let mut failure = Failure::new(
        FailureKind::State,
        format!("the instance ended while it started: {why}"),
    );
    failure.code = reason.code.unwrap_or_default();
    failure
}

/// Stops an instance and waits; stopped already, or gone, is success.
pub(super) async fn stop(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    let stopped = |state: Option<InstanceStateName>| {
        matches!(
            state,
            None | Some(
                InstanceStateName::Stopped
                    | InstanceStateName::Terminated
                    | InstanceStateName::ShuttingDown
            )
        )
    };
    if stopped(state_of(cloud, id).await?) {
        return Ok(());
    }
    cloud
        .change("StopInstances", || {
            cloud.ec2.stop_instances().instance_ids(id).send()
        })
        .await?;
    wait::until(
        cloud,
        "for the instance to stop",
        wait::MINUTES_20,
        || async { Ok(stopped(state_of(cloud, id).await?).then_some(())) },
    )
    .await
}

/// Starts an instance and waits until it runs. One that is still stopping is waited for.
pub(super) async fn start(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    let stopping = |failure: &Failure| failure.code == "IncorrectInstanceState";
    wait::while_failing(cloud, cloud.windows.dependency_ms, stopping, || {
        cloud.change("StartInstances", || {
            cloud.ec2.start_instances().instance_ids(id).send()
        })
    })
    .await?;
    wait::until(
        cloud,
        "for the instance to run",
        wait::MINUTES_20,
        || async {
            let instance = describe_one(cloud, id).await?;
            match instance.as_ref().and_then(state) {
                Some(InstanceStateName::Running) => Ok(Some(())),
                Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown) => {
                    Err(ended(instance))
                }
                _ => Ok(None),
            }
        },
    )
    .await
}

fn root_volume(instance: &Described) -> Option<String> {
    root_block_device(instance)?.volume_id.clone()
}

fn root_block_device(instance: &Described) -> Option<&aws_sdk_ec2::types::EbsInstanceBlockDevice> {
    let root = instance.root_device_name.as_deref()?;
    let mappings = instance.block_device_mappings();
    let mapping = mappings
        .iter()
        .find(|mapping| mapping.device_name.as_deref() == Some(root))?;
    mapping.ebs.as_ref()
}

/// The root volumes by id: of the program in one listing, otherwise by their ids.
async fn root_volumes(
    cloud: &Cloud,
    selection: Selection<'_>,
    ids: &[String],
) -> Result<BTreeMap<String, volume::Described>, Failure> {
    let mut found = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let mut add = |volumes: Vec<volume::Described>| {
        for volume in volumes {
            if let Some(id) = volume.volume_id.clone() {
                found.insert(id, volume);
            }
        }
    };
    if !matches!(selection, Selection::Ids(_)) {
        add(volume::describe_all(cloud, selection.filters("volume-id")).await?);
        return Ok(found);
    }
    for filters in ids.chunks(crate::batch::FILTER_VALUES_MAX) {
        add(volume::describe_all(cloud, Selection::Ids(filters).filters("volume-id")).await?);
    }
    Ok(found)
}

fn seen(instance: Described, roots: &BTreeMap<String, volume::Described>) -> Option<Seen> {
    let running = matches!(
        state(&instance),
        Some(InstanceStateName::Running | InstanceStateName::Pending)
    );
    let root = root_block_device(&instance).cloned();
    let root_id = root.as_ref().and_then(|root| root.volume_id.clone());
    let volume = root_id.as_ref().and_then(|id| roots.get(id));
    let root_type = volume.and_then(|volume| volume.volume_type.as_ref());
    let mut groups: Vec<String> = instance
        .security_groups()
        .iter()
        .filter_map(|group| group.group_id.clone())
        .collect();
    groups.sort_unstable();
    let interface = instance.network_interfaces().first();
    let interface = interface.and_then(|interface| interface.network_interface_id.clone());
    let placement = instance.placement.as_ref();
    let tenancy = placement.and_then(|placement| placement.tenancy.as_ref());
    let profile = instance
        .iam_instance_profile
        .as_ref()
        .and_then(|profile| profile.arn.clone());
    let monitoring = instance
        .monitoring
        .as_ref()
        .and_then(|monitoring| monitoring.state.as_ref());
    let monitored = monitoring.map(|state| matches!(state.as_str(), "enabled" | "pending"));
    let seen = Seen::new(instance.instance_id.clone()?, instance.tags.clone())
        .text(
            "type",
            instance.instance_type.as_ref().map(|word| word.as_str()),
        )
        .text("image", instance.image_id.clone())
        .text("subnet", instance.subnet_id.clone())
        .texts("groups", groups)
        .text("key", instance.key_name.clone())
        .ip("private_ip", instance.private_ip_address.as_deref())
        .gib("root_size", volume.and_then(|volume| volume.size))
        .text("root_type", root_type.map(|word| word.as_str()))
        .int("root_iops", volume.and_then(|volume| volume.iops))
        .int(
            "root_throughput",
            volume.and_then(|volume| volume.throughput),
        )
        .flag("root_encrypted", volume.and_then(|volume| volume.encrypted))
        .flag(
            "root_keep",
            root.and_then(|root| root.delete_on_termination)
                .map(|on| !on),
        )
        .text("iam_profile", profile)
        .flag("running", Some(running))
        .flag("monitoring", monitored)
        .flag("source_dest_check", instance.source_dest_check)
        .flag("ebs_optimized", instance.ebs_optimized)
        .text("tenancy", tenancy.map(|word| word.as_str()))
        .text(
            "placement_group",
            placement.and_then(|placement| placement.group_name.clone()),
        )
        .text(
            "zone",
            placement.and_then(|placement| placement.availability_zone.clone()),
        )
        .ip("public_ip", instance.public_ip_address.as_deref())
        .text("public_dns", instance.public_dns_name.clone())
        .text("private_dns", instance.private_dns_name.clone())
        .text("root_volume", root_id)
        .text("network_interface", interface);
    Some(match instance.metadata_options {
        None => seen,
        Some(options) => seen_metadata(seen, &options),
    })
}

fn seen_metadata(
    seen: Seen,
    options: &aws_sdk_ec2::types::InstanceMetadataOptionsResponse,
) -> Seen {
    let off = options.http_endpoint == Some(InstanceMetadataEndpointState::Disabled);
    let metadata = match &options.http_tokens {
        _ if off => Some("off"),
        Some(HttpTokensState::Required) => Some("required"),
        Some(HttpTokensState::Optional) => Some("optional"),
        _ => None,
    };
    let tags = options.instance_metadata_tags.as_ref();
    seen.text("metadata", metadata)
        .int("metadata_hops", options.http_put_response_hop_limit)
        .flag(
            "metadata_tags",
            tags.map(|state| *state == InstanceMetadataTagsState::Enabled),
        )
}

/// The device name of an image's root volume. Action: `DescribeImages`, once an image.
async fn root_device(cloud: &Cloud, image: &str) -> Result<Option<String>, Failure> {
    let known = || {
        cloud
            .root_devices
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    };
    if let Some(device) = known().get(image) {
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
        known().insert(image.to_owned(), device.clone());
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
