//! Changing a VPC endpoint in place: ModifyVpcEndpoint.

use aws_sdk_ec2::operation::modify_vpc_endpoint::builders::ModifyVpcEndpointFluentBuilder as Call;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, Update};

use super::security_group::worn;
use super::vpc_endpoint::{available, groups_of};
use crate::client::Cloud;

/// What AWS says of a second subnet in a zone.
const SAME_ZONE: &str = "DuplicateSubnetsInSameZone";

/// Brings an endpoint to its planned fields. What is to be added and removed follows from what it has now, so that a
/// repeated update asks for nothing twice.
pub(super) async fn update(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let fields = Fields(&order.fields);
    if order.changes("policy") {
        let policy = fields.text("policy");
        modify(cloud, &order.id, |call| match &policy {
            Some(policy) => call.policy_document(policy),
            None => call.reset_policy(true),
        })
        .await?;
    }
    if let Some(on) = fields
        .flag("private_dns")
        .filter(|_| order.changes("private_dns"))
    {
        modify(cloud, &order.id, |call| call.private_dns_enabled(on)).await?;
    }
    if order.changes("route_tables") {
        let endpoint = available(cloud, &order.id).await?;
        let change = Difference::of(endpoint.route_table_ids(), fields.texts("route_tables"));
        if !change.is_empty() {
            modify(cloud, &order.id, |call| {
                call.set_add_route_table_ids(change.added())
                    .set_remove_route_table_ids(change.removed())
            })
            .await?;
        }
    }
    if order.changes("groups") && fields.get("groups").is_some() {
        let endpoint = available(cloud, &order.id).await?;
        let vpc = || async { Ok(endpoint.vpc_id.clone()) };
        let wanted = worn(cloud, fields.texts("groups"), vpc).await?;
        let change = Difference::of(&groups_of(&endpoint), wanted);
        if !change.is_empty() {
            modify(cloud, &order.id, |call| {
                call.set_add_security_group_ids(change.added())
                    .set_remove_security_group_ids(change.removed())
            })
            .await?;
        }
    }
    if order.changes("subnets") {
        bring_subnets(cloud, &order.id, fields.texts("subnets")).await?;
    }
    Ok(())
}

/// What a change is refused with while the one before it is carried out.
const BUSY: &str = "IncorrectState";

/// New subnets come before old ones go, so that there is always a way. Only a zone that changes its subnet is without
/// one for a moment, because an endpoint has one subnet a zone.
async fn bring_subnets(cloud: &Cloud, id: &str, wanted: Vec<String>) -> Result<(), Failure> {
    let endpoint = available(cloud, id).await?;
    let change = Difference::of(endpoint.subnet_ids(), wanted);
    let add = || modify(cloud, id, |call| call.set_add_subnet_ids(change.added()));
    let remove = || {
        modify(cloud, id, |call| {
            call.set_remove_subnet_ids(change.removed())
        })
    };
    let mut added = change.added().is_none();
    if !added {
        added = match add().await {
            Err(failure) if failure.code == SAME_ZONE && change.removed().is_some() => false,
            result => result.map(|()| true)?,
        };
    }
    if change.removed().is_some() {
        remove().await?;
    }
    if !added {
        add().await?;
    }
    Ok(())
}

/// Sends a change and waits until the endpoint is available again. An endpoint that is still busy was probably given
/// this very change by a request whose answer was lost: the change is sent again when it is done with that.
async fn modify(cloud: &Cloud, id: &str, with: impl Fn(Call) -> Call) -> Result<(), Failure> {
    let send = || {
        cloud.change("ModifyVpcEndpoint", || {
            let call = cloud.ec2.modify_vpc_endpoint().vpc_endpoint_id(id);
            with(call).send()
        })
    };
    match send().await {
        Err(failure) if failure.code == BUSY => {
            available(cloud, id).await?;
            send().await?;
        }
        sent => drop(sent?),
    }
    available(cloud, id).await.map(|_| ())
}

/// What a list of ids has to gain and to lose.
struct Difference {
    new: Vec<String>,
    gone: Vec<String>,
}

impl Difference {
    fn of(current: &[String], wanted: Vec<String>) -> Difference {
        let gone = current.iter().filter(|id| !wanted.contains(id));
        let gone = gone.cloned().collect();
        let new = wanted.into_iter().filter(|id| !current.contains(id));
        Difference {
            new: new.collect(),
            gone,
        }
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty()
    }

    /// As the SDK takes it: an empty list is left out.
    fn added(&self) -> Option<Vec<String>> {
        Some(self.new.clone()).filter(|ids| !ids.is_empty())
    }

    fn removed(&self) -> Option<Vec<String>> {
        Some(self.gone.clone()).filter(|ids| !ids.is_empty())
    }
}
