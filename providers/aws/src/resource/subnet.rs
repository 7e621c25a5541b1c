//! `aws.subnet`: CreateSubnet, DescribeSubnets, ModifySubnetAttribute, DeleteSubnet.

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, SubnetState};
use infra_provider::{Create, Delete, Failure, Settle, Update};

use super::{Kind, changes, check_range, incomplete};
use crate::batch::Selection;
use crate::client::Cloud;
use crate::fields::Fields;
use crate::seen::Seen;
use crate::{tags, wait};

pub(super) struct Subnet;

#[async_trait]
impl Kind for Subnet {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_range(fields, problems);
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("subnet-id");
        let all = cloud
            .pages(
                "DescribeSubnets",
                |next| {
                    let call = cloud
                        .ec2
                        .describe_subnets()
                        .set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.subnets, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let (vpc, zone, range) = (
            fields.must("vpc")?,
            fields.must("zone")?,
            fields.must("range")?,
        );
        let tags = tags::specification(ResourceType::Subnet, &tags::of_new(cloud, order));
        let answer = cloud
            .once("CreateSubnet", || {
                let call = cloud
                    .ec2
                    .create_subnet()
                    .vpc_id(&vpc)
                    .availability_zone(&zone);
                call.cidr_block(&range)
                    .tag_specifications(tags.clone())
                    .send()
            })
            .await?;
        answer
            .subnet
            .and_then(|subnet| subnet.subnet_id)
            .ok_or_else(|| incomplete("CreateSubnet", "the subnet's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        wait::until(
            cloud,
            "for the subnet to be available",
            wait::MINUTES_20,
            || async {
                let answer = cloud
                    .read("DescribeSubnets", || {
                        cloud.ec2.describe_subnets().subnet_ids(&order.id).send()
                    })
                    .await?;
                let subnet = answer.subnets.unwrap_or_default().pop();
                Ok(subnet.filter(|subnet| subnet.state != Some(SubnetState::Pending)))
            },
        )
        .await?;
        let public = order
            .fields
            .as_ref()
            .and_then(|fields| Fields(fields).flag("public"));
        // A new subnet gives out no public addresses.
        set_public(cloud, &order.id, public.filter(|on| *on)).await
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let public = Fields(&order.fields).flag("public");
        set_public(
            cloud,
            &order.id,
            public.filter(|_| changes(order, "public")),
        )
        .await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteSubnet", || {
                cloud.ec2.delete_subnet().subnet_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(subnet: aws_sdk_ec2::types::Subnet) -> Option<Seen> {
    Some(
        Seen::new(subnet.subnet_id?, subnet.tags)
            .text("vpc", subnet.vpc_id)
            .text("zone", subnet.availability_zone)
            .cidr("range", subnet.cidr_block.as_deref())
            .flag("public", subnet.map_public_ip_on_launch),
    )
}

async fn set_public(cloud: &Cloud, subnet: &str, on: Option<bool>) -> Result<(), Failure> {
    let Some(on) = on else { return Ok(()) };
    let value = AttributeBooleanValue::builder().value(on).build();
    cloud
        .change("ModifySubnetAttribute", || {
            let call = cloud.ec2.modify_subnet_attribute().subnet_id(subnet);
            call.map_public_ip_on_launch(value.clone()).send()
        })
        .await?;
    Ok(())
}
