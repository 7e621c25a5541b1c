//! `aws.network_acl`: CreateNetworkAcl, DescribeNetworkAcls, ReplaceNetworkAclAssociation, DeleteNetworkAcl; its entries
//! are in `acl_entries.rs`.

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, NetworkAcl as Described, NetworkAclAssociation, ResourceType};
use infra_model::Record;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Trace, Update};

use super::acl_entries;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct NetworkAcl;

#[async_trait]
impl Kind for NetworkAcl {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    fn canonical(&self, fields: &mut Record) {
        acl_entries::canonical(fields);
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        acl_entries::validate(fields, problems);
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("network-acl-id");
        let all = cloud
            .pages(
                "DescribeNetworkAcls",
                |next| {
                    let call = cloud.ec2.describe_network_acls();
                    let call = call.set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.network_acls, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let vpc = Fields(&order.fields).must("vpc")?;
        let tags = tags::specification(ResourceType::NetworkAcl, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateNetworkAcl", || {
                let call = cloud.ec2.create_network_acl().client_token(&order.token);
                call.vpc_id(&vpc).tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .network_acl
            .and_then(|acl| acl.network_acl_id)
            .ok_or_else(|| incomplete("CreateNetworkAcl", "the ACL's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        match &order.fields {
            Some(fields) => bring_to(cloud, &order.id, Fields(fields)).await,
            None => Ok(()),
        }
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        bring_to(cloud, &order.id, Fields(&order.fields)).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        let by_id = [filter("network-acl-id", [order.id.clone()])];
        let Some(acl) = describe_one(cloud, &by_id).await? else {
            return Ok(());
        };
        give_up(cloud, &acl, |_| true).await?;
        wait::deletion(cloud, || {
            cloud.change("DeleteNetworkAcl", || {
                let call = cloud.ec2.delete_network_acl();
                call.network_acl_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(acl: Described) -> Option<Seen> {
    let [inbound, outbound] = acl_entries::shown(acl.entries());
    let associations = acl.associations.unwrap_or_default();
    let mut subnets: Vec<String> = associations
        .into_iter()
        .filter_map(|one| one.subnet_id)
        .collect();
    subnets.sort_unstable();
    Some(
        tags::seen(acl.network_acl_id?, acl.tags)
            .text("vpc", acl.vpc_id)
            .value("inbound", Some(inbound))
            .value("outbound", Some(outbound))
            .texts("subnets", subnets),
    )
}

async fn describe_one(cloud: &Cloud, by: &[Filter]) -> Result<Option<Described>, Failure> {
    let answer = cloud
        .read("DescribeNetworkAcls", || {
            let call = cloud.ec2.describe_network_acls();
            call.set_filters(Some(by.to_vec())).send()
        })
        .await?;
    Ok(answer.network_acls.unwrap_or_default().pop())
}

/// Makes entries and associations what the fields say; fields that are not set are left alone.
async fn bring_to(cloud: &Cloud, id: &str, fields: Fields<'_>) -> Result<(), Failure> {
    let by_id = [filter("network-acl-id", [id.to_owned()])];
    let what = "to see the network ACL";
    let acl = wait::until(cloud, what, cloud.windows.consistency_ms, || {
        describe_one(cloud, &by_id)
    })
    .await?;
    acl_entries::bring_to(cloud, id, acl.entries(), fields).await?;
    if fields.get("subnets").is_none() {
        return Ok(());
    }
    let wanted = fields.texts("subnets");
    for subnet in &wanted {
        let mut held = acl.associations().iter();
        if !held.any(|one| one.subnet_id.as_ref() == Some(subnet)) {
            take(cloud, id, subnet).await?;
        }
    }
    give_up(cloud, &acl, |subnet| !wanted.contains(subnet)).await
}

/// A subnet always has a network ACL, so that taking it is replacing its association. Where somebody else replaces it
/// at the same moment, the association is another one by then, and is looked for again.
async fn take(cloud: &Cloud, id: &str, subnet: &str) -> Result<(), Failure> {
    wait::while_failing(cloud, cloud.windows.consistency_ms, is_outdated, || {
        take_once(cloud, id, subnet)
    })
    .await
}

fn is_outdated(failure: &Failure) -> bool {
    failure.kind == FailureKind::NotFound
}

async fn take_once(cloud: &Cloud, id: &str, subnet: &str) -> Result<(), Failure> {
    let by_subnet = [filter("association.subnet-id", [subnet.to_owned()])];
    let holder = describe_one(cloud, &by_subnet).await?;
    let associations = holder.and_then(|acl| acl.associations).unwrap_or_default();
    let held = associations
        .into_iter()
        .find(|one| one.subnet_id.as_deref() == Some(subnet));
    match held {
        Some(held) if held.network_acl_id.as_deref() == Some(id) => Ok(()),
        Some(held) => associate(cloud, &held, id).await,
        None => Err(Failure::new(
            FailureKind::NotFound,
            format!("the subnet {subnet} has no network ACL yet"),
        )),
    }
}

/// Leaves subnets to the VPC's default network ACL. An association that is gone is no longer this ACL's: its subnet is
/// gone, or another ACL has taken it.
async fn give_up(
    cloud: &Cloud,
    acl: &Described,
    which: impl Fn(&String) -> bool,
) -> Result<(), Failure> {
    let given = |one: &&NetworkAclAssociation| one.subnet_id.as_ref().is_some_and(&which);
    let given: Vec<&NetworkAclAssociation> = acl.associations().iter().filter(given).collect();
    let Some(vpc) = acl.vpc_id.clone().filter(|_| !given.is_empty()) else {
        return Ok(());
    };
    let by_vpc = [
        filter("vpc-id", [vpc]),
        filter("default", ["true".to_owned()]),
    ];
    let default = describe_one(cloud, &by_vpc).await?;
    let default = default
        .and_then(|acl| acl.network_acl_id)
        .ok_or_else(|| incomplete("DescribeNetworkAcls", "the VPC's default network ACL"))?;
    for association in given {
        match associate(cloud, association, &default).await {
            Err(failure) if is_outdated(&failure) => {}
            result => result?,
        }
    }
    Ok(())
}

async fn associate(cloud: &Cloud, old: &NetworkAclAssociation, acl: &str) -> Result<(), Failure> {
    cloud
        .change("ReplaceNetworkAclAssociation", || {
            let call = cloud.ec2.replace_network_acl_association();
            let call = call.set_association_id(old.network_acl_association_id.clone());
            call.network_acl_id(acl).send()
        })
        .await
        .map(|_| ())
}
