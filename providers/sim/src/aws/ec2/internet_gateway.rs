//! Internet gateways.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{InternetGateway, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const GATEWAYS: Describe<InternetGateway> = Describe {
    set: "internetGatewaySet",
    ids: "InternetGatewayId",
    page: Some((5, 1000)),
    filters: &[
        ("internet-gateway-id", |_, gateway| one(&gateway.id)),
        ("attachment.vpc-id", |_, gateway| some(gateway.vpc.as_ref())),
        ("attachment.state", |_, gateway| {
            some(gateway.vpc.as_ref().map(|_| "available"))
        }),
        ("owner-id", |_, _| one(ACCOUNT)),
    ],
    table: |region| &region.internet_gateways,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    GATEWAYS.answer(region, q)
}

fn show(region: &Region, gateway: &InternetGateway) -> Node {
    let attachments = gateway
        .vpc
        .iter()
        .map(|vpc| Node::new().text("vpcId", vpc).text("state", "available"));
    Node::new()
        .text("internetGatewayId", &gateway.id)
        .text("ownerId", ACCOUNT)
        .list("attachmentSet", attachments)
        .and(tags::show(region, &gateway.id))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    if region.internet_gateways.len() >= region.quotas.internet_gateways {
        return Err(Fault::new(
            "InternetGatewayLimitExceeded",
            "The maximum number of internet gateways has been reached.",
        ));
    }
    let given = tags::specified(q, "internet-gateway", &["internet-gateway"])?;
    let gateway = InternetGateway {
        id: region.new_id("igw"),
        vpc: None,
        is_default: false,
    };
    region.internet_gateways.put(gateway.clone());
    tags::put(region, &gateway.id, given)?;
    Ok(Node::new().node("internetGateway", show(region, &gateway)))
}

pub fn attach(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("InternetGatewayId")?;
    let vpc = region.vpcs.find(q.need("VpcId")?)?.id.clone();
    if let Some(other) = &region.internet_gateways.find(id)?.vpc {
        return Err(Fault::new(
            "Resource.AlreadyAssociated",
            format!("resource {id} is already attached to network {other}"),
        ));
    }
    if region.has_internet(&vpc) {
        return Err(Fault::value(format!(
            "Network {vpc} already has an internet gateway attached"
        )));
    }
    region
        .internet_gateways
        .change(id, |gateway| gateway.vpc = Some(vpc))?;
    Ok(Node::done())
}

pub fn detach(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("InternetGatewayId")?;
    let vpc = region.vpcs.find(q.need("VpcId")?)?.id.clone();
    if region.internet_gateways.find(id)?.vpc.as_ref() != Some(&vpc) {
        return Err(Fault::new(
            "Gateway.NotAttached",
            format!("resource {id} is not attached to network {vpc}"),
        ));
    }
    if region
        .interfaces
        .iter()
        .any(|interface| interface.vpc == vpc && interface.public.is_some())
    {
        return Err(Fault::dependency(format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        )));
    }
    region
        .internet_gateways
        .change(id, |gateway| gateway.vpc = None)?;
    Ok(Node::done())
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let gateway = region
        .internet_gateways
        .find(q.need("InternetGatewayId")?)?;
    let id = gateway.id.clone();
    if gateway.vpc.is_some() {
        return Err(Fault::dependency(format!(
            "The internetGateway '{id}' has dependencies and cannot be deleted."
        )));
    }
    region.internet_gateways.remove(&id);
    region.tags.remove(&id);
    Ok(Node::done())
}
