//! `aws.peering`: CreateVpcPeeringConnection, AcceptVpcPeeringConnection, DescribeVpcPeeringConnections,
//! DeleteVpcPeeringConnection.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    Filter, ResourceType, VpcPeeringConnection, VpcPeeringConnectionStateReasonCode as Status,
};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct Peering;

/// What AWS says of a connection that is on its way out, or is gone.
const TRANSITION: &str = "InvalidStateTransition";

#[async_trait]
impl Kind for Peering {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let (vpc, peer) = (fields.text("vpc"), fields.text("peer"));
        if vpc.is_some() && vpc == peer {
            problems.push("`vpc` and `peer` are the same network".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let all = describe_all(cloud, selection.filters("vpc-peering-connection-id")).await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let (vpc, peer) = (fields.must("vpc")?, fields.must("peer")?);
        let tags = tags::of_new(cloud, order);
        let tags = tags::specification(ResourceType::VpcPeeringConnection, &tags);
        let answer = cloud
            .once("CreateVpcPeeringConnection", || {
                let call = cloud.ec2.create_vpc_peering_connection().vpc_id(&vpc);
                let call = call.peer_vpc_id(&peer);
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .vpc_peering_connection
            .and_then(|peering| peering.vpc_peering_connection_id)
            .ok_or_else(|| incomplete("CreateVpcPeeringConnection", "the connection's id"))
    }

    /// Both networks are ours, so the request is accepted at once.
    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        wait::until(
            cloud,
            "for the peering connection to be active",
            wait::STEP,
            || async {
                let peering = describe_one(cloud, &order.id).await?;
                match peering.as_ref().and_then(status) {
                    Some(Status::Active) => Ok(Some(())),
                    Some(Status::PendingAcceptance) => accept(cloud, &order.id).await,
                    Some(status) if is_over(status) => Err(ended(peering)),
                    _ => Ok(None),
                }
            },
        )
        .await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        let deleted = wait::deletion(cloud, || {
            cloud.change("DeleteVpcPeeringConnection", || {
                let call = cloud.ec2.delete_vpc_peering_connection();
                call.vpc_peering_connection_id(&order.id).send()
            })
        })
        .await;
        match deleted {
            Err(failure) if failure.code == TRANSITION => {
                let peering = describe_one(cloud, &order.id).await?;
                match peering.as_ref().and_then(status) {
                    Some(status) if !is_over(status) => Err(failure),
                    _ => Ok(()),
                }
            }
            deleted => deleted,
        }
    }
}

/// Asked for again, it has been accepted already.
async fn accept(cloud: &Cloud, id: &str) -> Result<Option<()>, Failure> {
    let accepted = cloud
        .change("AcceptVpcPeeringConnection", || {
            let call = cloud.ec2.accept_vpc_peering_connection();
            call.vpc_peering_connection_id(id).send()
        })
        .await;
    match accepted {
        Err(failure) if failure.code != TRANSITION => Err(failure),
        _ => Ok(None),
    }
}

fn status(peering: &VpcPeeringConnection) -> Option<&Status> {
    peering.status.as_ref()?.code.as_ref()
}

fn is_over(status: &Status) -> bool {
    matches!(
        status,
        Status::Deleted | Status::Deleting | Status::Expired | Status::Failed | Status::Rejected
    )
}

fn ended(peering: Option<VpcPeeringConnection>) -> Failure {
    let why = peering
        .and_then(|peering| peering.status?.message)
        .unwrap_or_else(|| "AWS does not say why".to_owned());
    let message = format!("the networks were not connected: {why}");
    Failure::new(FailureKind::State, message).help(
        "both networks must exist in this account and region, and their ranges may not overlap",
    )
}

async fn describe_all(
    cloud: &Cloud,
    filters: Vec<Filter>,
) -> Result<Vec<VpcPeeringConnection>, Failure> {
    cloud
        .pages(
            "DescribeVpcPeeringConnections",
            |next| {
                let call = cloud.ec2.describe_vpc_peering_connections();
                let call = call.set_filters(Some(filters.clone()));
                call.max_results(1000).set_next_token(next).send()
            },
            |page| (page.vpc_peering_connections, page.next_token),
        )
        .await
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<VpcPeeringConnection>, Failure> {
    let by_id = filter("vpc-peering-connection-id", [id.to_owned()]);
    Ok(describe_all(cloud, vec![by_id]).await?.pop())
}

fn seen(peering: VpcPeeringConnection) -> Option<Seen> {
    if status(&peering).is_some_and(is_over) {
        return None;
    }
    let vpc = peering.requester_vpc_info.and_then(|side| side.vpc_id);
    let peer = peering.accepter_vpc_info.and_then(|side| side.vpc_id);
    Some(
        tags::seen(peering.vpc_peering_connection_id?, peering.tags)
            .text("vpc", vpc)
            .text("peer", peer),
    )
}
