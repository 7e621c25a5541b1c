//! Changing an instance in place: ModifyInstanceAttribute, ModifyNetworkInterfaceAttribute of its primary interface,
//! ModifyInstanceMetadataOptions, MonitorInstances,
//! UnmonitorInstances, AssociateIamInstanceProfile, ReplaceIamInstanceProfileAssociation, StopInstances,
//! StartInstances.

use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, IamInstanceProfileAssociation,
    IamInstanceProfileAssociationState, InstanceStateName, SecureBlobAttributeValue,
};
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, FailureKind, Update};

use super::attachment::set_delete_with_instance;
use super::instance_fields::{iam_profile, metadata_tags, metadata_words};
use super::instance_state::{describe_one, primary_interface, start, state_of, stop};
use super::security_group::worn;
use super::{network_interface, volume_modification};
use crate::client::Cloud;
use crate::selection::filter;

/// The fields that only a stopped machine takes.
const STOPPED_ONLY: [&str; 3] = ["type", "user_data", "ebs_optimized"];

/// Brings an instance to its planned fields. Protection goes off before anything it would refuse, and on last.
pub(super) async fn update(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let (id, fields) = (order.id.as_str(), Fields(&order.fields));
    let changed_flag = |name: &str| fields.flag(name).filter(|_| order.changes(name));
    let termination = changed_flag("termination_protection");
    let stopping = changed_flag("stop_protection");
    set_termination_protection(cloud, id, termination.filter(|on| !on)).await?;
    set_stop_protection(cloud, id, stopping.filter(|on| !on)).await?;
    running_changes(cloud, order).await?;
    if STOPPED_ONLY.iter().any(|name| order.changes(name)) {
        restart(cloud, order).await?;
    } else if let Some(run) = changed_flag("running") {
        match run {
            true => start(cloud, id).await?,
            false => stop(cloud, id).await?,
        }
    }
    set_stop_protection(cloud, id, stopping.filter(|on| *on)).await?;
    set_termination_protection(cloud, id, termination.filter(|on| *on)).await
}

/// What a running machine takes.
async fn running_changes(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let (id, fields) = (order.id.as_str(), Fields(&order.fields));
    if order.changes("groups") && fields.get("groups").is_some() {
        let interface = primary_interface(cloud, id).await?;
        let vpc = || async { Ok(describe_one(cloud, id).await?.and_then(|it| it.vpc_id)) };
        let groups = worn(cloud, fields.texts("groups"), vpc).await?;
        network_interface::set_groups(cloud, &interface, &groups).await?;
    }
    if let Some(on) = fields
        .flag("source_dest_check")
        .filter(|_| order.changes("source_dest_check"))
    {
        set_source_dest_check(cloud, id, on).await?;
    }
    if ["metadata", "metadata_hops", "metadata_tags"]
        .iter()
        .any(|name| order.changes(name))
    {
        set_metadata(cloud, id, fields).await?;
    }
    if let Some(on) = fields
        .flag("monitoring")
        .filter(|_| order.changes("monitoring"))
    {
        set_monitoring(cloud, id, on).await?;
    }
    if let Some(word) = fields
        .text("on_shutdown")
        .filter(|_| order.changes("on_shutdown"))
    {
        let value = AttributeValue::builder().value(word).build();
        cloud
            .change("ModifyInstanceAttribute", || {
                let call = cloud.ec2.modify_instance_attribute().instance_id(id);
                call.instance_initiated_shutdown_behavior(value.clone())
                    .send()
            })
            .await?;
    }
    if order.changes("iam_profile") {
        set_iam_profile(cloud, id, fields).await?;
    }
    change_root(cloud, order).await
}

async fn change_root(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let names = ["root_size", "root_type", "root_iops", "root_throughput"];
    let keep = Fields(&order.fields)
        .flag("root_keep")
        .filter(|_| order.changes("root_keep"));
    if keep.is_none() && !names.iter().any(|name| order.changes(name)) {
        return Ok(());
    }
    let instance = describe_one(cloud, &order.id).await?;
    let instance =
        instance.ok_or_else(|| Failure::new(FailureKind::NotFound, "the instance is gone"))?;
    let device = instance.root_device_name.clone().unwrap_or_default();
    if let Some(keep) = keep {
        set_delete_with_instance(cloud, &order.id, &device, !keep).await?;
    }
    let mapping = instance
        .block_device_mappings()
        .iter()
        .find(|mapping| mapping.device_name.as_deref() == Some(&device));
    match mapping.and_then(|mapping| mapping.ebs.as_ref()?.volume_id.clone()) {
        Some(root) => volume_modification::modify(cloud, &root, order, names).await,
        None => Ok(()),
    }
}

/// Stops the machine, changes it, and starts it again unless it shall not run.
async fn restart(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let (id, fields) = (order.id.as_str(), Fields(&order.fields));
    let was_running = state_of(cloud, id).await? != Some(InstanceStateName::Stopped);
    if was_running && !order.restart {
        let message =
            "this change needs the machine to stop and start, which the plan does not allow";
        return Err(Failure::new(FailureKind::State, message).help("plan again"));
    }
    stop(cloud, id).await?;
    let changed = stopped_changes(cloud, order).await;
    let runs = fields.flag("running").unwrap_or(was_running);
    let failure = match changed {
        Ok(()) if runs => start(cloud, id).await.err(),
        changed => changed.err(),
    };
    match failure {
        Some(failure) => Err(put_back(cloud, order, was_running, failure).await),
        None => Ok(()),
    }
}

/// After a change that failed the machine has its type of before, and runs again if it ran.
async fn put_back(
    cloud: &Cloud,
    order: &Update,
    was_running: bool,
    mut failure: Failure,
) -> Failure {
    let id = order.id.as_str();
    let before = Fields(&order.prior).text("type");
    let again = async {
        if let Some(before) = before.filter(|_| order.changes("type")) {
            set_type(cloud, id, &before).await?;
        }
        match was_running {
            true => start(cloud, id).await,
            false => Ok(()),
        }
    };
    if let Err(stopped) = again.await {
        let left = match was_running {
            true => "was stopped for it and cannot be started again",
            false => "cannot get its type of before",
        };
        failure.message = format!("{}; {id} {left}: {}", failure.message, stopped.message);
    }
    failure
}

async fn set_type(cloud: &Cloud, id: &str, word: &str) -> Result<(), Failure> {
    let value = AttributeValue::builder().value(word).build();
    cloud
        .change("ModifyInstanceAttribute", || {
            let call = cloud.ec2.modify_instance_attribute().instance_id(id);
            call.instance_type(value.clone()).send()
        })
        .await?;
    Ok(())
}

/// What only a stopped machine takes.
async fn stopped_changes(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let (id, fields) = (order.id.as_str(), Fields(&order.fields));
    if order.changes("type") {
        set_type(cloud, id, &fields.must("type")?).await?;
    }
    if order.changes("user_data") {
        // The SDK encodes the bytes; none at all takes the user data away.
        let data = fields.text("user_data").unwrap_or_default();
        let value = SecureBlobAttributeValue::builder()
            .value(Blob::new(data))
            .build();
        cloud
            .change("ModifyInstanceAttribute", || {
                let call = cloud.ec2.modify_instance_attribute().instance_id(id);
                call.user_data(value.clone()).send()
            })
            .await?;
    }
    if let Some(on) = fields
        .flag("ebs_optimized")
        .filter(|_| order.changes("ebs_optimized"))
    {
        let value = boolean(on);
        cloud
            .change("ModifyInstanceAttribute", || {
                let call = cloud.ec2.modify_instance_attribute().instance_id(id);
                call.ebs_optimized(value.clone()).send()
            })
            .await?;
    }
    Ok(())
}

fn boolean(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}

/// The API takes one attribute a call.
async fn set_termination_protection(
    cloud: &Cloud,
    id: &str,
    on: Option<bool>,
) -> Result<(), Failure> {
    let Some(on) = on else { return Ok(()) };
    cloud
        .change("ModifyInstanceAttribute", || {
            let call = cloud.ec2.modify_instance_attribute().instance_id(id);
            call.disable_api_termination(boolean(on)).send()
        })
        .await?;
    Ok(())
}

pub(super) async fn set_stop_protection(
    cloud: &Cloud,
    id: &str,
    on: Option<bool>,
) -> Result<(), Failure> {
    let Some(on) = on else { return Ok(()) };
    cloud
        .change("ModifyInstanceAttribute", || {
            let call = cloud.ec2.modify_instance_attribute().instance_id(id);
            call.disable_api_stop(boolean(on)).send()
        })
        .await?;
    Ok(())
}

pub(super) async fn set_source_dest_check(
    cloud: &Cloud,
    id: &str,
    on: bool,
) -> Result<(), Failure> {
    let interface = primary_interface(cloud, id).await?;
    network_interface::set_check(cloud, &interface, Some(on)).await
}

async fn set_monitoring(cloud: &Cloud, id: &str, on: bool) -> Result<(), Failure> {
    if on {
        cloud
            .change("MonitorInstances", || {
                cloud.ec2.monitor_instances().instance_ids(id).send()
            })
            .await?;
    } else {
        cloud
            .change("UnmonitorInstances", || {
                cloud.ec2.unmonitor_instances().instance_ids(id).send()
            })
            .await?;
    }
    Ok(())
}

async fn set_metadata(cloud: &Cloud, id: &str, fields: Fields<'_>) -> Result<(), Failure> {
    let (endpoint, tokens) = metadata_words(fields);
    cloud
        .change("ModifyInstanceMetadataOptions", || {
            let call = cloud.ec2.modify_instance_metadata_options().instance_id(id);
            let call = call
                .http_endpoint(endpoint.clone())
                .http_tokens(tokens.clone());
            let call = call.set_http_put_response_hop_limit(fields.int("metadata_hops"));
            call.instance_metadata_tags(metadata_tags(fields)).send()
        })
        .await?;
    Ok(())
}

/// How often a change of the profile is decided anew after its target turned out to be gone.
const PROFILE_ROUNDS: usize = 3;

/// An instance has one profile: it is given the first or another, or loses the one it has. A call whose answer was
/// lost has given the association another id, or none; when the repeated call does not find it any more, the
/// associations are read again.
async fn set_iam_profile(cloud: &Cloud, id: &str, fields: Fields<'_>) -> Result<(), Failure> {
    let wanted = fields.text("iam_profile");
    for round in 1.. {
        let present = profile_association(cloud, id).await?;
        let borne = present.as_ref().and_then(profile_arn);
        if borne.is_some() == wanted.is_some() && wanted.iter().all(|wanted| names(borne, wanted)) {
            break;
        }
        let association = present.and_then(|present| present.association_id);
        match change_iam_profile(cloud, id, fields, association).await {
            Ok(()) => break,
            Err(failure) if round < PROFILE_ROUNDS && is_outdated(&failure) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// The call met associations that are not those that were read before it.
fn is_outdated(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::NotFound | FailureKind::State | FailureKind::AlreadyExists
    )
}

fn profile_arn(association: &IamInstanceProfileAssociation) -> Option<&str> {
    association.iam_instance_profile()?.arn()
}

/// Whether an instance profile's ARN is what a program calls `wanted`: the ARN itself, or its last part.
fn names(arn: Option<&str>, wanted: &str) -> bool {
    arn.is_some_and(|arn| arn == wanted || arn.rsplit('/').next() == Some(wanted))
}

/// The association an instance has now, those on their way out left aside.
async fn profile_association(
    cloud: &Cloud,
    id: &str,
) -> Result<Option<IamInstanceProfileAssociation>, Failure> {
    use IamInstanceProfileAssociationState::{Associated, Associating};
    let by_instance = filter("instance-id", [id.to_owned()]);
    let answer = cloud
        .read("DescribeIamInstanceProfileAssociations", || {
            let call = cloud.ec2.describe_iam_instance_profile_associations();
            call.filters(by_instance.clone()).send()
        })
        .await?;
    let associations = answer.iam_instance_profile_associations.unwrap_or_default();
    Ok(associations
        .into_iter()
        .find(|one| matches!(one.state, Some(Associated | Associating))))
}

async fn change_iam_profile(
    cloud: &Cloud,
    id: &str,
    fields: Fields<'_>,
    association: Option<String>,
) -> Result<(), Failure> {
    match (iam_profile(fields), association) {
        (Some(profile), Some(association)) => {
            cloud
                .change("ReplaceIamInstanceProfileAssociation", || {
                    let call = cloud.ec2.replace_iam_instance_profile_association();
                    call.association_id(&association)
                        .iam_instance_profile(profile.clone())
                        .send()
                })
                .await?;
        }
        (Some(profile), None) => {
            cloud
                .change("AssociateIamInstanceProfile", || {
                    let call = cloud.ec2.associate_iam_instance_profile();
                    call.instance_id(id)
                        .iam_instance_profile(profile.clone())
                        .send()
                })
                .await?;
        }
        (None, Some(association)) => {
            cloud
                .change("DisassociateIamInstanceProfile", || {
                    let call = cloud.ec2.disassociate_iam_instance_profile();
                    call.association_id(&association).send()
                })
                .await?;
        }
        (None, None) => {}
    }
    Ok(())
}
