//! `aws.subnet`: CreateSubnet, DescribeSubnets, ModifySubnetAttribute, AssociateSubnetCidrBlock,
//! DisassociateSubnetCidrBlock, DeleteSubnet.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Subnet as Described, SubnetCidrBlockStateCode,
    SubnetIpv6CidrBlockAssociation, SubnetState,
};
use infra_model::Value;
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Update};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::check_range;
use crate::selection::Selection;
use crate::tags;

pub(super) struct Subnet;

/// The length of every subnet's IPv6 range ("Subnet CIDR blocks").
const IPV6_LEN: u8 = 64;

#[async_trait]
impl Kind for Subnet {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_range(fields, problems);
        if let Some(Value::Cidr(net)) = fields.get("ipv6_range")
            && (net.prefix_len() != IPV6_LEN || !matches!(net, ipnet::IpNet::V6(_)))
        {
            problems.push(format!(
                "`ipv6_range` must be an IPv6 range with /{IPV6_LEN}, and {net} is not"
            ));
        }
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
                    .set_ipv6_cidr_block(fields.text("ipv6_range"))
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
            wait::STEP,
            || async {
                let subnet = describe_one(cloud, &order.id).await?;
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
        if order.changes("ipv6_range") {
            set_ipv6(cloud, &order.id, Fields(&order.fields).text("ipv6_range")).await?;
        }
        let public = Fields(&order.fields).flag("public");
        set_public(cloud, &order.id, public.filter(|_| order.changes("public"))).await
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

/// The IPv6 range that is in use or comes into use, with its association.
fn block(subnet: &Described) -> Option<&SubnetIpv6CidrBlockAssociation> {
    let in_use = |block: &&SubnetIpv6CidrBlockAssociation| {
        use SubnetCidrBlockStateCode::{Associated, Associating};
        let state = block.ipv6_cidr_block_state.as_ref();
        let state = state.and_then(|state| state.state.as_ref());
        matches!(state, Some(Associated | Associating))
    };
    subnet.ipv6_cidr_block_association_set().iter().find(in_use)
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let answer = cloud
        .read("DescribeSubnets", || {
            cloud.ec2.describe_subnets().subnet_ids(id).send()
        })
        .await?;
    Ok(answer.subnets.unwrap_or_default().pop())
}

/// A subnet has one IPv6 range at most, so the old one goes before the new one comes.
async fn set_ipv6(cloud: &Cloud, subnet: &str, range: Option<String>) -> Result<(), Failure> {
    let described = describe_one(cloud, subnet).await?;
    if let Some(old) = described.as_ref().and_then(block) {
        if old.ipv6_cidr_block == range {
            return Ok(());
        }
        let association = old.association_id.clone();
        wait::deletion(cloud, || {
            cloud.change("DisassociateSubnetCidrBlock", || {
                let call = cloud.ec2.disassociate_subnet_cidr_block();
                call.set_association_id(association.clone()).send()
            })
        })
        .await?;
    }
    let Some(range) = range else { return Ok(()) };
    let associated = cloud
        .change("AssociateSubnetCidrBlock", || {
            let call = cloud.ec2.associate_subnet_cidr_block().subnet_id(subnet);
            call.ipv6_cidr_block(&range).send()
        })
        .await;
    match associated {
        // A lost answer before this one, or another subnet has it.
        Err(failure) if failure.kind == FailureKind::AlreadyExists => {
            let described = describe_one(cloud, subnet).await?;
            let current = described.as_ref().and_then(block);
            match current.and_then(|block| block.ipv6_cidr_block.as_ref()) {
                Some(current) if *current == range => Ok(()),
                _ => Err(failure),
            }
        }
        result => result.map(|_| ()),
    }
}

fn seen(subnet: Described) -> Option<Seen> {
    let ipv6 = block(&subnet).and_then(|block| block.ipv6_cidr_block.clone());
    Some(
        tags::seen(subnet.subnet_id?, subnet.tags)
            .text("vpc", subnet.vpc_id)
            .text("zone", subnet.availability_zone)
            .cidr("range", subnet.cidr_block.as_deref())
            .cidr("ipv6_range", ipv6.as_deref())
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
