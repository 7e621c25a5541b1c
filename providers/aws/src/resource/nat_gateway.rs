//! `aws.nat_gateway`: CreateNatGateway, DescribeNatGateways, DeleteNatGateway.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ConnectivityType, NatGatewayState, ResourceType};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Trace};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct NatGateway;

type Described = aws_sdk_ec2::types::NatGateway;

#[async_trait]
impl Kind for NatGateway {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let private = fields.text("kind").as_deref() == Some("private");
        if private && fields.get("address").is_some() {
            problems.push("a private NAT gateway has no public `address`".to_owned());
        }
        if !private && fields.get("address").is_none() {
            problems
                .push("a public NAT gateway needs an `address`: an `aws.elastic_ip`".to_owned());
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("nat-gateway-id");
        let all = cloud
            .pages(
                "DescribeNatGateways",
                |next| {
                    let call = cloud
                        .ec2
                        .describe_nat_gateways()
                        .set_filter(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.nat_gateways, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let subnet = fields.must("subnet")?;
        let kind = fields
            .text("kind")
            .map(|word| ConnectivityType::from(word.as_str()));
        let tags = tags::specification(ResourceType::Natgateway, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateNatGateway", || {
                let call = cloud.ec2.create_nat_gateway().client_token(&order.token);
                let call = call.subnet_id(&subnet).set_connectivity_type(kind.clone());
                let call = call.set_allocation_id(fields.text("address"));
                let call = call.set_private_ip_address(fields.text("private_ip"));
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .nat_gateway
            .and_then(|gateway| gateway.nat_gateway_id)
            .ok_or_else(|| incomplete("CreateNatGateway", "the gateway's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        wait::until(
            cloud,
            "for the NAT gateway to be available",
            wait::STEP,
            || async {
                let gateway = describe_one(cloud, &order.id).await?;
                match gateway.as_ref().and_then(|gateway| gateway.state.as_ref()) {
                    Some(NatGatewayState::Available) => Ok(Some(())),
                    Some(NatGatewayState::Failed) => Err(failed(gateway)),
                    _ => Ok(None),
                }
            },
        )
        .await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteNatGateway", || {
                cloud
                    .ec2
                    .delete_nat_gateway()
                    .nat_gateway_id(&order.id)
                    .send()
            })
        })
        .await?;
        wait::until(
            cloud,
            "for the NAT gateway to be deleted",
            wait::STEP,
            || async {
                let gateway = describe_one(cloud, &order.id).await?;
                Ok(match gateway.and_then(|gateway| gateway.state) {
                    None | Some(NatGatewayState::Deleted) => Some(()),
                    Some(_) => None,
                })
            },
        )
        .await
    }
}

/// A deleted gateway is listed for another hour, and so is one that failed; a failed one is as good as none.
fn seen(gateway: Described) -> Option<Seen> {
    if !matches!(
        gateway.state,
        Some(NatGatewayState::Pending | NatGatewayState::Available)
    ) {
        return None;
    }
    let kind = gateway
        .connectivity_type
        .as_ref()
        .map(|word| word.as_str().to_owned());
    let address = gateway
        .nat_gateway_addresses
        .unwrap_or_default()
        .into_iter()
        .next();
    let seen = tags::seen(gateway.nat_gateway_id?, gateway.tags)
        .text("subnet", gateway.subnet_id)
        .text("kind", kind);
    Some(match address {
        None => seen,
        Some(address) => seen
            .text("address", address.allocation_id)
            .ip("private_ip", address.private_ip.as_deref())
            .ip("public_ip", address.public_ip.as_deref()),
    })
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let by_id = filter("nat-gateway-id", [id.to_owned()]);
    let answer = cloud
        .read("DescribeNatGateways", || {
            cloud
                .ec2
                .describe_nat_gateways()
                .filter(by_id.clone())
                .send()
        })
        .await?;
    Ok(answer.nat_gateways.unwrap_or_default().pop())
}

fn failed(gateway: Option<Described>) -> Failure {
    let gateway = gateway.as_ref();
    let why = gateway.and_then(|gateway| gateway.failure_message.as_deref());
    let message = format!(
        "the NAT gateway failed: {}",
        why.unwrap_or("AWS does not say why")
    );
    let mut failure = Failure::new(FailureKind::State, message);
    failure.code = gateway
        .and_then(|gateway| gateway.failure_code.clone())
        .unwrap_or_default();
    if failure.code == "Gateway.NotAttached" {
        failure = failure.help(
            "attach an `aws.internet_gateway` to the VPC, and let the NAT gateway come `@after` it",
        );
    }
    failure
}
