//! What an instance is at the moment, and waiting until it runs or has stopped: DescribeInstances,
//! DescribeVolumes, StopInstances, StartInstances.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    Filter, HttpTokensState, InstanceMetadataEndpointState, InstanceMetadataTagsState,
    InstanceStateName,
};
use infra_sdk::gather::Gather;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Failure, FailureKind};

use super::volume;
use crate::client::Cloud;
use crate::selection::{FILTER_VALUES_MAX, Selection, filter};
use crate::tags;

pub(super) type Described = aws_sdk_ec2::types::Instance;

/// What several steps ask for at the same moment: what machines are, and that they end.
struct Asked {
    machines: Gather<Described>,
    endings: Gather<Result<(), Failure>>,
}

impl Default for Asked {
    fn default() -> Asked {
        Asked {
            machines: Gather::new(FILTER_VALUES_MAX),
            endings: Gather::new(FILTER_VALUES_MAX),
        }
    }
}

/// What is selected and not terminated, with its root volumes.
pub(super) async fn describe(
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

async fn describe_all(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Described>, Failure> {
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
    let asking = |ids| async {
        let all = describe_all(cloud, vec![filter("instance-id", ids)]).await?;
        let named = |one: Described| Some((one.instance_id.clone()?, one));
        Ok(all.into_iter().filter_map(named).collect())
    };
    let asked = cloud.kept::<Asked>();
    asked.machines.one(&*cloud.timer, id, asking).await
}

/// The primary network interface: what a machine is launched with, and what its groups, its source check, its routes
/// and its address belong to. The API takes them for the instance only as long as it has no second interface.
fn primary(instance: &Described) -> Option<String> {
    let first = |one: &&aws_sdk_ec2::types::InstanceNetworkInterface| {
        let index = one.attachment.as_ref().and_then(|it| it.device_index);
        index.is_none_or(|index| index == 0)
    };
    let interface = instance.network_interfaces().iter().find(first)?;
    interface.network_interface_id.clone()
}

/// The id of an instance's primary network interface.
///
/// # Errors
/// `NotFound` when the instance is gone or not seen yet.
pub(super) async fn primary_interface(cloud: &Cloud, id: &str) -> Result<String, Failure> {
    let instance = describe_one(cloud, id).await?;
    instance.as_ref().and_then(primary).ok_or_else(|| {
        let message = format!("the instance {id} has no primary network interface");
        Failure::new(FailureKind::NotFound, message)
    })
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
pub(super) fn is_live(instance: &Described) -> bool {
    !matches!(
        state(instance),
        Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown)
    )
}

/// Waits until a new instance runs, or has been stopped by someone since.
pub(super) async fn started(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    wait::until(cloud, "for the instance to run", wait::STEP, || async {
        let instance = describe_one(cloud, id).await?;
        match instance.as_ref().and_then(state) {
            Some(InstanceStateName::Running | InstanceStateName::Stopped) => Ok(Some(())),
            Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown) => {
                Err(ended(instance))
            }
            _ => Ok(None),
        }
    })
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

/// Terminates an instance, together with others.
pub(super) async fn terminate(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    let all = |ids: Vec<String>| async move {
        cloud
            .change("TerminateInstances", || {
                let call = cloud.ec2.terminate_instances();
                call.set_instance_ids(Some(ids.clone())).send()
            })
            .await
    };
    let asking = |ids: Vec<String>| async move {
        let together = all(ids.clone()).await;
        let alone = together.is_err() && ids.len() > 1;
        let mut ended = BTreeMap::new();
        for id in ids {
            // One that is protected or gone is no reason to keep the others.
            let result = match alone {
                true => all(vec![id.clone()]).await.map(drop),
                false => together.as_ref().map(|_| ()).map_err(Clone::clone),
            };
            ended.insert(id, result);
        }
        Ok(ended)
    };
    let asked = cloud.kept::<Asked>();
    let ended = asked.endings.one(&*cloud.timer, id, asking).await?;
    ended.unwrap_or(Ok(()))
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
    wait::until(cloud, "for the instance to stop", wait::STEP, || async {
        Ok(stopped(state_of(cloud, id).await?).then_some(()))
    })
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
    wait::until(cloud, "for the instance to run", wait::STEP, || async {
        let instance = describe_one(cloud, id).await?;
        match instance.as_ref().and_then(state) {
            Some(InstanceStateName::Running) => Ok(Some(())),
            Some(InstanceStateName::Terminated | InstanceStateName::ShuttingDown) => {
                Err(ended(instance))
            }
            _ => Ok(None),
        }
    })
    .await
}

pub(super) fn root_volume(instance: &Described) -> Option<String> {
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
    // Filters that fit instances mean nothing to volumes.
    if !matches!(selection, Selection::Ids(_) | Selection::Matching(_)) {
        add(volume::describe_all(cloud, selection.filters("volume-id")).await?);
        return Ok(found);
    }
    for filters in ids.chunks(FILTER_VALUES_MAX) {
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
    let interface = primary(&instance);
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
    let place = instance.ami_launch_index;
    let seen = tags::seen(instance.instance_id.clone()?, instance.tags.clone())
        .at_place(place.and_then(|place| usize::try_from(place).ok()))
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
