//! `aws.egress_only_gateway`: CreateEgressOnlyInternetGateway, DescribeEgressOnlyInternetGateways,
//! DeleteEgressOnlyInternetGateway.

use async_trait::async_trait;
use aws_sdk_ec2::types::{EgressOnlyInternetGateway, ResourceType};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, Trace};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::Selection;
use crate::tags;

pub(super) struct EgressOnlyGateway;

#[async_trait]
impl Kind for EgressOnlyGateway {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    /// The listing has no filter by id, and there are few of them: one at most in a VPC.
    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let (ids, filters) = match selection {
            Selection::Ids(ids) => (Some(ids), Vec::new()),
            selection => (None, selection.filters("")),
        };
        let all = cloud
            .pages(
                "DescribeEgressOnlyInternetGateways",
                |next| {
                    let call = cloud.ec2.describe_egress_only_internet_gateways();
                    let call = call.set_filters(Some(filters.clone()));
                    // The API's limit for this listing.
                    call.max_results(255).set_next_token(next).send()
                },
                |page| (page.egress_only_internet_gateways, page.next_token),
            )
            .await?;
        let wanted = |seen: &Seen| ids.is_none_or(|ids| ids.contains(&seen.id));
        Ok(all.into_iter().filter_map(seen).filter(wanted).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let vpc = Fields(&order.fields).must("vpc")?;
        let kind = ResourceType::EgressOnlyInternetGateway;
        let tags = tags::specification(kind, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateEgressOnlyInternetGateway", || {
                let call = cloud.ec2.create_egress_only_internet_gateway();
                let call = call.client_token(&order.token).vpc_id(&vpc);
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .egress_only_internet_gateway
            .and_then(|gateway| gateway.egress_only_internet_gateway_id)
            .ok_or_else(|| incomplete("CreateEgressOnlyInternetGateway", "the gateway's id"))
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteEgressOnlyInternetGateway", || {
                let call = cloud.ec2.delete_egress_only_internet_gateway();
                call.egress_only_internet_gateway_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(gateway: EgressOnlyInternetGateway) -> Option<Seen> {
    let attachment = gateway.attachments.unwrap_or_default().into_iter().next();
    let vpc = attachment.and_then(|attachment| attachment.vpc_id);
    Some(tags::seen(gateway.egress_only_internet_gateway_id?, gateway.tags).text("vpc", vpc))
}
