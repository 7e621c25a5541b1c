//! `aws.vpc`: CreateVpc, DescribeVpcs, ModifyVpcAttribute, DeleteVpc.

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, Tenancy, VpcState};
use infra_provider::{Create, Delete, Failure, Settle, Update};

use super::{Kind, changes, check_range, incomplete};
use crate::batch::Selection;
use crate::client::Cloud;
use crate::fields::Fields;
use crate::seen::Seen;
use crate::{tags, wait};

pub(super) struct Vpc;

/// What a new VPC has without being asked.
const DNS_SUPPORT_NEW: bool = true;
const DNS_HOSTNAMES_NEW: bool = false;

#[async_trait]
impl Kind for Vpc {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_range(fields, problems);
        if fields.flag("dns_hostnames") == Some(true) && fields.flag("dns_support") == Some(false) {
            problems.push("`dns_hostnames` needs `dns_support`".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("vpc-id");
        let all = cloud
            .pages(
                "DescribeVpcs",
                |next| {
                    let call = cloud.ec2.describe_vpcs().set_filters(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.vpcs, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let range = fields.must("range")?;
        let tenancy = fields
            .text("tenancy")
            .map(|word| Tenancy::from(word.as_str()));
        let tags = tags::specification(ResourceType::Vpc, &tags::of_new(cloud, order));
        let answer = cloud
            .once("CreateVpc", || {
                let call = cloud.ec2.create_vpc().cidr_block(&range);
                let call = call.set_instance_tenancy(tenancy.clone());
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .vpc
            .and_then(|vpc| vpc.vpc_id)
            .ok_or_else(|| incomplete("CreateVpc", "the VPC's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        wait::until(
            cloud,
            "for the VPC to be available",
            wait::MINUTES_20,
            || async {
                let answer = cloud
                    .read("DescribeVpcs", || {
                        cloud.ec2.describe_vpcs().vpc_ids(&order.id).send()
                    })
                    .await?;
                let vpc = answer.vpcs.unwrap_or_default().pop();
                Ok(vpc.filter(|vpc| vpc.state != Some(VpcState::Pending)))
            },
        )
        .await?;
        let Some(fields) = order.fields.as_ref().map(Fields) else {
            return Ok(());
        };
        let support = fields.flag("dns_support");
        let hostnames = fields.flag("dns_hostnames");
        set_support(
            cloud,
            &order.id,
            support.filter(|on| *on != DNS_SUPPORT_NEW),
        )
        .await?;
        set_hostnames(
            cloud,
            &order.id,
            hostnames.filter(|on| *on != DNS_HOSTNAMES_NEW),
        )
        .await
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let fields = Fields(&order.fields);
        let support = fields
            .flag("dns_support")
            .filter(|_| changes(order, "dns_support"));
        let hostnames = fields
            .flag("dns_hostnames")
            .filter(|_| changes(order, "dns_hostnames"));
        // Names need support: it goes on before them and off after them.
        if support == Some(true) {
            set_support(cloud, &order.id, support).await?;
        }
        set_hostnames(cloud, &order.id, hostnames).await?;
        set_support(cloud, &order.id, support.filter(|on| !on)).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteVpc", || {
                cloud.ec2.delete_vpc().vpc_id(&order.id).send()
            })
        })
        .await
    }
}

fn seen(vpc: aws_sdk_ec2::types::Vpc) -> Option<Seen> {
    let tenancy = vpc
        .instance_tenancy
        .as_ref()
        .map(|word| word.as_str().to_owned());
    Some(
        Seen::new(vpc.vpc_id?, vpc.tags)
            .cidr("range", vpc.cidr_block.as_deref())
            .text("tenancy", tenancy)
            .text("owner", vpc.owner_id),
    )
}

/// The API takes one attribute a call.
async fn set_support(cloud: &Cloud, vpc: &str, on: Option<bool>) -> Result<(), Failure> {
    let Some(on) = on else { return Ok(()) };
    let value = AttributeBooleanValue::builder().value(on).build();
    cloud
        .change("ModifyVpcAttribute", || {
            let call = cloud.ec2.modify_vpc_attribute().vpc_id(vpc);
            call.enable_dns_support(value.clone()).send()
        })
        .await?;
    Ok(())
}

async fn set_hostnames(cloud: &Cloud, vpc: &str, on: Option<bool>) -> Result<(), Failure> {
    let Some(on) = on else { return Ok(()) };
    let value = AttributeBooleanValue::builder().value(on).build();
    cloud
        .change("ModifyVpcAttribute", || {
            let call = cloud.ec2.modify_vpc_attribute().vpc_id(vpc);
            call.enable_dns_hostnames(value.clone()).send()
        })
        .await?;
    Ok(())
}
