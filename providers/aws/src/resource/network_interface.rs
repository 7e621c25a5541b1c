//! `aws.network_interface`: CreateNetworkInterface, DescribeNetworkInterfaces, ModifyNetworkInterfaceAttribute,
//! AssignPrivateIpAddresses, UnassignPrivateIpAddresses, AttachNetworkInterface, DetachNetworkInterface,
//! DeleteNetworkInterface.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, NetworkInterface as Described, NetworkInterfaceAttachment,
    NetworkInterfaceStatus, ResourceType,
};
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Trace, Update};

use super::security_group::worn;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct NetworkInterface;

/// The first place of a machine that is free for further interfaces.
const INDEX_FIRST: i32 = 1;

#[async_trait]
impl Kind for NetworkInterface {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    fn canonical(&self, fields: &mut Record) {
        if let Some(Value::List(ips)) = fields.get_mut("further_ips") {
            ips.sort_by_key(ToString::to_string);
        }
        // Without a machine there is no place in one.
        if Fields(fields).get("instance").is_none() {
            fields.remove("index");
        }
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        if fields.int("index").is_some_and(|index| index < INDEX_FIRST) {
            problems.push(format!(
                "`index` must be {INDEX_FIRST} or more: the machine's own card has the place 0"
            ));
        }
        let first = fields.text("private_ip");
        if first.is_some_and(|first| fields.texts("further_ips").contains(&first)) {
            problems.push("`private_ip` is listed in `further_ips` too".to_owned());
        }
        if fields.is_empty_list("groups") {
            problems.push("`groups` must name one security group at least".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("network-interface-id");
        let all = cloud
            .pages(
                "DescribeNetworkInterfaces",
                |next| {
                    let call = cloud.ec2.describe_network_interfaces();
                    let call = call.set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.network_interfaces, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let subnet = fields.must("subnet")?;
        let groups = fields.get("groups").map(|_| fields.texts("groups"));
        let tags = tags::specification(ResourceType::NetworkInterface, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateNetworkInterface", || {
                let call = cloud.ec2.create_network_interface().subnet_id(&subnet);
                let call = call.client_token(&order.token).set_groups(groups.clone());
                let call = call.set_description(fields.text("description"));
                let call = call.set_private_ip_address(fields.text("private_ip"));
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .network_interface
            .and_then(|card| card.network_interface_id)
            .ok_or_else(|| incomplete("CreateNetworkInterface", "the interface's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let Some(fields) = order.fields.as_ref().map(Fields) else {
            return Ok(());
        };
        let card = there(cloud, &order.id).await?;
        bring_addresses(cloud, &order.id, &card, fields).await?;
        let check = fields.flag("source_dest_check");
        if check != card.source_dest_check {
            set_check(cloud, &order.id, check).await?;
        }
        bring_into(cloud, &order.id, &card, fields).await
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let fields = Fields(&order.fields);
        let card = there(cloud, &order.id).await?;
        if order.changes("further_ips") {
            bring_addresses(cloud, &order.id, &card, fields).await?;
        }
        if order.changes("source_dest_check") {
            set_check(cloud, &order.id, fields.flag("source_dest_check")).await?;
        }
        if let Some(text) = fields
            .text("description")
            .filter(|_| order.changes("description"))
        {
            let text = aws_sdk_ec2::types::AttributeValue::builder()
                .value(text)
                .build();
            cloud
                .change("ModifyNetworkInterfaceAttribute", || {
                    let call = cloud.ec2.modify_network_interface_attribute();
                    let call = call.network_interface_id(&order.id);
                    call.description(text.clone()).send()
                })
                .await?;
        }
        if order.changes("groups") && fields.get("groups").is_some() {
            let vpc = || async { Ok(card.vpc_id.clone()) };
            let groups = worn(cloud, fields.texts("groups"), vpc).await?;
            set_groups(cloud, &order.id, &groups).await?;
        }
        if order.changes("instance") || order.changes("index") {
            bring_into(cloud, &order.id, &card, fields).await?;
        }
        Ok(())
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        let Some(card) = describe_one(cloud, &order.id).await? else {
            return Ok(());
        };
        pull_out(cloud, &order.id, card.attachment).await?;
        wait::deletion(cloud, || {
            cloud.change("DeleteNetworkInterface", || {
                let call = cloud.ec2.delete_network_interface();
                call.network_interface_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(card: Described) -> Option<Seen> {
    let mut groups: Vec<String> = card
        .groups
        .unwrap_or_default()
        .into_iter()
        .filter_map(|group| group.group_id)
        .collect();
    groups.sort_unstable();
    let further = further(card.private_ip_addresses.as_deref());
    let further = further
        .iter()
        .filter_map(|ip| ip.parse().ok().map(Value::Ip));
    let attachment = card.attachment.as_ref();
    Some(
        tags::seen(card.network_interface_id?, card.tag_set)
            .text("subnet", card.subnet_id)
            .value("description", card.description.map(Value::String))
            .ip("private_ip", card.private_ip_address.as_deref())
            .value("further_ips", Some(Value::List(further.collect())))
            .texts("groups", groups)
            .flag("source_dest_check", card.source_dest_check)
            .text(
                "instance",
                attachment.and_then(|one| one.instance_id.clone()),
            )
            .int("index", attachment.and_then(|one| one.device_index))
            .text("mac", card.mac_address),
    )
}

/// The addresses beside the first, sorted.
fn further(all: Option<&[aws_sdk_ec2::types::NetworkInterfacePrivateIpAddress]>) -> Vec<String> {
    let further = all
        .unwrap_or_default()
        .iter()
        .filter(|ip| ip.primary != Some(true));
    let mut further: Vec<String> = further
        .filter_map(|ip| ip.private_ip_address.clone())
        .collect();
    further.sort_unstable();
    further
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let by_id = filter("network-interface-id", [id.to_owned()]);
    let answer = cloud
        .read("DescribeNetworkInterfaces", || {
            let call = cloud.ec2.describe_network_interfaces();
            call.filters(by_id.clone()).send()
        })
        .await?;
    Ok(answer.network_interfaces.unwrap_or_default().pop())
}

/// The interface, which may not be seen yet.
async fn there(cloud: &Cloud, id: &str) -> Result<Described, Failure> {
    let what = "to see the network interface";
    wait::until(cloud, what, cloud.windows.consistency_ms, || {
        describe_one(cloud, id)
    })
    .await
}

async fn bring_addresses(
    cloud: &Cloud,
    id: &str,
    card: &Described,
    fields: Fields<'_>,
) -> Result<(), Failure> {
    if fields.get("further_ips").is_none() {
        return Ok(());
    }
    let wanted = fields.texts("further_ips");
    let current = further(card.private_ip_addresses.as_deref());
    let gone: Vec<String> = current
        .iter()
        .filter(|ip| !wanted.contains(ip))
        .cloned()
        .collect();
    let new: Vec<String> = wanted
        .into_iter()
        .filter(|ip| !current.contains(ip))
        .collect();
    if !gone.is_empty() {
        cloud
            .change("UnassignPrivateIpAddresses", || {
                let call = cloud.ec2.unassign_private_ip_addresses();
                let call = call.network_interface_id(id);
                call.set_private_ip_addresses(Some(gone.clone())).send()
            })
            .await?;
    }
    if !new.is_empty() {
        cloud
            .change("AssignPrivateIpAddresses", || {
                let call = cloud.ec2.assign_private_ip_addresses();
                let call = call.network_interface_id(id);
                call.set_private_ip_addresses(Some(new.clone())).send()
            })
            .await?;
    }
    Ok(())
}

/// Gives an interface other security groups.
pub(super) async fn set_groups(cloud: &Cloud, id: &str, groups: &[String]) -> Result<(), Failure> {
    cloud
        .change("ModifyNetworkInterfaceAttribute", || {
            let call = cloud.ec2.modify_network_interface_attribute();
            let call = call.network_interface_id(id);
            call.set_groups(Some(groups.to_vec())).send()
        })
        .await?;
    Ok(())
}

/// Sets whether an interface drops packets that are not its own; `None` leaves it as it is.
pub(super) async fn set_check(cloud: &Cloud, id: &str, on: Option<bool>) -> Result<(), Failure> {
    let Some(on) = on else { return Ok(()) };
    let value = AttributeBooleanValue::builder().value(on).build();
    cloud
        .change("ModifyNetworkInterfaceAttribute", || {
            let call = cloud.ec2.modify_network_interface_attribute();
            let call = call.network_interface_id(id);
            call.source_dest_check(value.clone()).send()
        })
        .await?;
    Ok(())
}

/// Plugs it where the fields say; a machine that is still starting takes no card.
async fn bring_into(
    cloud: &Cloud,
    id: &str,
    card: &Described,
    fields: Fields<'_>,
) -> Result<(), Failure> {
    let instance = fields.text("instance");
    let index = fields.int("index").unwrap_or(INDEX_FIRST);
    let attachment = card.attachment.as_ref();
    let place = attachment.map(|one| (one.instance_id.clone(), one.device_index));
    match (&instance, place) {
        (None, None) => return Ok(()),
        (Some(_), Some(place)) if place == (instance.clone(), Some(index)) => return Ok(()),
        _ => pull_out(cloud, id, card.attachment.clone()).await?,
    }
    let Some(instance) = instance else {
        return Ok(());
    };
    let passing = |failure: &Failure| failure.kind == FailureKind::State;
    let attached = wait::while_failing(cloud, cloud.windows.dependency_ms, passing, || {
        cloud.change("AttachNetworkInterface", || {
            let call = cloud.ec2.attach_network_interface();
            let call = call.network_interface_id(id).instance_id(&instance);
            call.device_index(index).send()
        })
    })
    .await;
    match attached {
        // A lost answer before this one, or somebody else's machine.
        Err(failure) if failure.kind == FailureKind::Dependency => {
            let attachment = there(cloud, id).await?.attachment;
            let place = attachment.map(|one| (one.instance_id, one.device_index));
            if place != Some((Some(instance), Some(index))) {
                return Err(failure);
            }
        }
        result => drop(result?),
    }
    let what = "for the network interface to be attached";
    wait::until(cloud, what, wait::STEP, || async {
        let card = describe_one(cloud, id).await?;
        let attached = card.filter(|card| card.status == Some(NetworkInterfaceStatus::InUse));
        Ok(attached.map(|_| ()))
    })
    .await
}

/// Detaches it and waits until it is free; free already is success.
async fn pull_out(
    cloud: &Cloud,
    id: &str,
    attachment: Option<NetworkInterfaceAttachment>,
) -> Result<(), Failure> {
    let Some(attachment) = attachment.and_then(|one| one.attachment_id) else {
        return Ok(());
    };
    let detached = cloud
        .change("DetachNetworkInterface", || {
            let call = cloud.ec2.detach_network_interface();
            call.attachment_id(&attachment).send()
        })
        .await;
    match detached {
        Err(failure) if failure.kind != FailureKind::NotFound => return Err(failure),
        _ => {}
    }
    let what = "for the network interface to be detached";
    wait::until(cloud, what, wait::STEP, || async {
        let card = describe_one(cloud, id).await?;
        let free = card.is_none_or(|card| card.status == Some(NetworkInterfaceStatus::Available));
        Ok(free.then_some(()))
    })
    .await
}
