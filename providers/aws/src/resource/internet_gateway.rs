//! `aws.internet_gateway`: CreateInternetGateway, DescribeInternetGateways, AttachInternetGateway,
//! DetachInternetGateway, DeleteInternetGateway.

use async_trait::async_trait;
use aws_sdk_ec2::types::ResourceType;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Update};

use crate::client::Cloud;
use crate::kind::{Kind, Listed, incomplete};
use crate::selection::Selection;
use crate::tags;

pub(super) struct InternetGateway;

#[async_trait]
impl Kind for InternetGateway {
    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("internet-gateway-id");
        let all = cloud
            .pages(
                "DescribeInternetGateways",
                |next| {
                    let call = cloud.ec2.describe_internet_gateways();
                    let call = call.set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.internet_gateways, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let tags = tags::specification(ResourceType::InternetGateway, &tags::of_new(cloud, order));
        let answer = cloud
            .once("CreateInternetGateway", || {
                let call = cloud.ec2.create_internet_gateway();
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .internet_gateway
            .and_then(|gateway| gateway.internet_gateway_id)
            .ok_or_else(|| incomplete("CreateInternetGateway", "the gateway's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        match &order.fields {
            Some(fields) => attach(cloud, &order.id, &Fields(fields).must("vpc")?).await,
            None => Ok(()),
        }
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        if !order.changes("vpc") {
            return Ok(());
        }
        if let Some(old) = Fields(&order.prior).text("vpc") {
            detach(cloud, &order.id, &old).await?;
        }
        match Fields(&order.fields).text("vpc") {
            Some(vpc) => attach(cloud, &order.id, &vpc).await,
            // It only lets go, because the network is to be deleted or another gateway takes its place.
            None => Ok(()),
        }
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        if let Some(vpc) = attached_to(cloud, &order.id).await? {
            detach(cloud, &order.id, &vpc).await?;
        }
        wait::deletion(cloud, || {
            cloud.change("DeleteInternetGateway", || {
                let call = cloud.ec2.delete_internet_gateway();
                call.internet_gateway_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(gateway: aws_sdk_ec2::types::InternetGateway) -> Option<Seen> {
    let vpc = gateway
        .attachments
        .unwrap_or_default()
        .into_iter()
        .find_map(|attachment| attachment.vpc_id);
    Some(tags::seen(gateway.internet_gateway_id?, gateway.tags).text("vpc", vpc))
}

async fn attached_to(cloud: &Cloud, gateway: &str) -> Result<Option<String>, Failure> {
    let ids = [gateway.to_owned()];
    let mut found = InternetGateway
        .describe(cloud, Selection::Ids(&ids))
        .await?;
    Ok(found
        .pop()
        .and_then(|seen| Fields(&seen.fields).text("vpc")))
}

/// Attached already is success, when it is this VPC.
async fn attach(cloud: &Cloud, gateway: &str, vpc: &str) -> Result<(), Failure> {
    let attached = cloud
        .change("AttachInternetGateway", || {
            let call = cloud.ec2.attach_internet_gateway();
            call.internet_gateway_id(gateway).vpc_id(vpc).send()
        })
        .await;
    match attached {
        Err(failure) if failure.kind == FailureKind::AlreadyExists => {
            let listed = Listed {
                cloud,
                type_name: "aws.internet_gateway",
                kind: &InternetGateway,
            };
            let seen = cloud.batch.read_one(cloud, &listed, gateway).await?;
            match Fields(&seen.fields).text("vpc") {
                Some(current) if current == vpc => Ok(()),
                _ => {
                    Err(failure.help("the VPC has another internet gateway; it can have one only"))
                }
            }
        }
        result => result.map(|_| ()),
    }
}

/// Refused as long as anything in the VPC has a public address.
async fn detach(cloud: &Cloud, gateway: &str, vpc: &str) -> Result<(), Failure> {
    let detached = wait::deletion(cloud, || {
        cloud.change("DetachInternetGateway", || {
            let call = cloud.ec2.detach_internet_gateway();
            call.internet_gateway_id(gateway).vpc_id(vpc).send()
        })
    })
    .await;
    match detached {
        Err(failure) if failure.code == "Gateway.NotAttached" => Ok(()),
        result => result,
    }
}
