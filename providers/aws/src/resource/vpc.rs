//! `aws.vpc`: CreateVpc, DescribeVpcs, ModifyVpcAttribute, AssociateVpcCidrBlock, DisassociateVpcCidrBlock, DeleteVpc.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy, Vpc as Described, VpcCidrBlockStateCode,
    VpcIpv6CidrBlockAssociation, VpcState,
};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Update};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::check_range;
use crate::selection::Selection;
use crate::tags;

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
        let ipv6 = fields.flag("ipv6").filter(|on| *on);
        let tags = tags::specification(ResourceType::Vpc, &tags::of_new(cloud, order));
        let answer = cloud
            .once("CreateVpc", || {
                let call = cloud.ec2.create_vpc().cidr_block(&range);
                let call = call.set_instance_tenancy(tenancy.clone());
                let call = call.set_amazon_provided_ipv6_cidr_block(ipv6);
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .vpc
            .and_then(|vpc| vpc.vpc_id)
            .ok_or_else(|| incomplete("CreateVpc", "the VPC's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let fields = order.fields.as_ref().map(Fields);
        let ipv6 = fields.and_then(|fields| fields.flag("ipv6")) == Some(true);
        wait::until(cloud, "for the VPC to be available", wait::STEP, || async {
            let vpc = describe_one(cloud, &order.id).await?;
            Ok(vpc.filter(|vpc| {
                vpc.state != Some(VpcState::Pending) && (!ipv6 || block(vpc).is_some())
            }))
        })
        .await?;
        let Some(fields) = fields else {
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
        if let Some(on) = fields.flag("ipv6").filter(|_| order.changes("ipv6")) {
            set_ipv6(cloud, &order.id, on).await?;
        }
        let support = fields
            .flag("dns_support")
            .filter(|_| order.changes("dns_support"));
        let hostnames = fields
            .flag("dns_hostnames")
            .filter(|_| order.changes("dns_hostnames"));
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

/// The IPv6 range that is in use, with its association.
fn block(vpc: &Described) -> Option<&VpcIpv6CidrBlockAssociation> {
    let in_use = |block: &&VpcIpv6CidrBlockAssociation| {
        let state = block.ipv6_cidr_block_state.as_ref();
        state.and_then(|state| state.state.as_ref()) == Some(&VpcCidrBlockStateCode::Associated)
    };
    vpc.ipv6_cidr_block_association_set().iter().find(in_use)
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let answer = cloud
        .read("DescribeVpcs", || {
            cloud.ec2.describe_vpcs().vpc_ids(id).send()
        })
        .await?;
    Ok(answer.vpcs.unwrap_or_default().pop())
}

/// Takes Amazon's IPv6 range or gives it back, and waits until that is so.
async fn set_ipv6(cloud: &Cloud, vpc: &str, on: bool) -> Result<(), Failure> {
    let association = || async {
        let described = describe_one(cloud, vpc).await?;
        let block = described.as_ref().and_then(block);
        Ok::<_, Failure>(block.and_then(|block| block.association_id.clone()))
    };
    let mut lost = None;
    match association().await? {
        // Twice could be two ranges, so when the answer is lost, what is there tells.
        None if on => {
            let given = cloud
                .once("AssociateVpcCidrBlock", || {
                    let call = cloud.ec2.associate_vpc_cidr_block().vpc_id(vpc);
                    call.amazon_provided_ipv6_cidr_block(true).send()
                })
                .await;
            match given {
                Err(failure) if failure.ambiguous => lost = Some(failure),
                result => drop(result?),
            }
        }
        // Subnets give their parts of it back at the same moment.
        Some(id) if !on => {
            wait::deletion(cloud, || {
                cloud.change("DisassociateVpcCidrBlock", || {
                    let call = cloud.ec2.disassociate_vpc_cidr_block();
                    call.association_id(&id).send()
                })
            })
            .await?;
        }
        _ => return Ok(()),
    }
    let limit_ms = match lost {
        Some(_) => cloud.windows.consistency_ms,
        None => wait::STEP,
    };
    let waited = wait::until(cloud, "for the VPC's IPv6 range", limit_ms, || async {
        Ok((association().await?.is_some() == on).then_some(()))
    });
    match (waited.await, lost) {
        (Err(failure), Some(lost)) if failure.kind == FailureKind::Timeout => Err(lost),
        (result, _) => result,
    }
}

fn seen(vpc: Described) -> Option<Seen> {
    let ipv6 = block(&vpc).and_then(|block| block.ipv6_cidr_block.clone());
    let tenancy = vpc
        .instance_tenancy
        .as_ref()
        .map(|word| word.as_str().to_owned());
    Some(
        tags::seen(vpc.vpc_id?, vpc.tags)
            .cidr("range", vpc.cidr_block.as_deref())
            .flag("ipv6", Some(ipv6.is_some()))
            .cidr("ipv6_range", ipv6.as_deref())
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
