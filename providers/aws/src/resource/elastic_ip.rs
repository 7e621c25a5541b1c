//! `aws.elastic_ip`: AllocateAddress, DescribeAddresses, AssociateAddress, DisassociateAddress, ReleaseAddress.

use async_trait::async_trait;
use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Update};

use super::instance_state::primary_interface;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct ElasticIp;

#[async_trait]
impl Kind for ElasticIp {
    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("allocation-id");
        let answer = cloud
            .read("DescribeAddresses", || {
                cloud
                    .ec2
                    .describe_addresses()
                    .set_filters(Some(filters.clone()))
                    .send()
            })
            .await?;
        Ok(answer
            .addresses
            .unwrap_or_default()
            .into_iter()
            .filter_map(seen)
            .collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let tags = tags::specification(ResourceType::ElasticIp, &tags::of_new(cloud, order));
        let answer = cloud
            .once("AllocateAddress", || {
                let call = cloud.ec2.allocate_address().domain(DomainType::Vpc);
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .allocation_id
            .ok_or_else(|| incomplete("AllocateAddress", "the allocation's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let instance = order
            .fields
            .as_ref()
            .and_then(|fields| Fields(fields).text("instance"));
        match instance {
            Some(instance) => associate(cloud, &order.id, &instance).await,
            None => Ok(()),
        }
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        if !order.changes("instance") {
            return Ok(());
        }
        match Fields(&order.fields).text("instance") {
            Some(instance) => associate(cloud, &order.id, &instance).await,
            None => disassociate(cloud, &order.id).await,
        }
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        disassociate(cloud, &order.id).await?;
        wait::deletion(cloud, || {
            cloud.change("ReleaseAddress", || {
                cloud.ec2.release_address().allocation_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(address: Address) -> Option<Seen> {
    Some(
        tags::seen(address.allocation_id?, address.tags)
            .text("instance", address.instance_id)
            .ip("public_ip", address.public_ip.as_deref()),
    )
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Address>, Failure> {
    let by_id = filter("allocation-id", [id.to_owned()]);
    let answer = cloud
        .read("DescribeAddresses", || {
            cloud.ec2.describe_addresses().filters(by_id.clone()).send()
        })
        .await?;
    Ok(answer.addresses.unwrap_or_default().pop())
}

/// Gives the address to the primary interface of a machine: an instance with several takes none by its own id. The VPC's
/// internet gateway may be attached at the same moment, and the machine may still be starting.
async fn associate(cloud: &Cloud, id: &str, instance: &str) -> Result<(), Failure> {
    let interface = primary_interface(cloud, instance).await?;
    let current = describe_one(cloud, id).await?;
    let current = current.and_then(|address| address.network_interface_id);
    if current.as_ref() == Some(&interface) {
        return Ok(());
    }
    let passing = |failure: &Failure| failure.kind == FailureKind::State;
    wait::while_failing(cloud, cloud.windows.dependency_ms, passing, || {
        cloud.change("AssociateAddress", || {
            let call = cloud.ec2.associate_address().allocation_id(id);
            let call = call.network_interface_id(&interface);
            call.allow_reassociation(true).send()
        })
    })
    .await?;
    Ok(())
}

/// Only from a machine: the address of a NAT gateway is its own to give back.
async fn disassociate(cloud: &Cloud, id: &str) -> Result<(), Failure> {
    let Some(address) = describe_one(cloud, id).await? else {
        return Ok(());
    };
    let (Some(association), Some(_)) = (address.association_id, address.instance_id) else {
        return Ok(());
    };
    let done = cloud
        .change("DisassociateAddress", || {
            cloud
                .ec2
                .disassociate_address()
                .association_id(&association)
                .send()
        })
        .await;
    match done {
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
        result => result.map(|_| ()),
    }
}
