//! Egress-only internet gateways.

use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::world::{EgressOnlyGateway, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const GATEWAYS: Describe<EgressOnlyGateway> = Describe {
    set: "egressOnlyInternetGatewaySet",
    ids: "EgressOnlyInternetGatewayId",
    page: Some((5, 255)),
    // The API filters by tag only.
    filters: &[],
    table: |region| &region.egress_only_gateways,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    GATEWAYS.answer(region, q)
}

fn show(region: &Region, gateway: &EgressOnlyGateway) -> Node {
    let attachment = Node::new()
        .text("vpcId", &gateway.vpc)
        .text("state", "attached");
    Node::new()
        .text("egressOnlyInternetGatewayId", &gateway.id)
        .list("attachmentSet", [attachment])
        .and(tags::show(region, &gateway.id))
}

/// A VPC has one at most ("Amazon VPC quotas").
pub fn create(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?.id.clone();
    let other = region
        .egress_only_gateways
        .iter()
        .find(|other| other.vpc == vpc);
    if let Some(other) = other {
        return Err(Fault::new(
            "Resource.AlreadyAssociated",
            format!("resource {} is already attached to network {vpc}", other.id),
        ));
    }
    let kind = "egress-only-internet-gateway";
    let given = tags::specified(q, kind, &[kind])?;
    let gateway = EgressOnlyGateway {
        id: region.new_id("eigw"),
        vpc,
    };
    region.egress_only_gateways.put(gateway.clone());
    tags::put(region, &gateway.id, given)?;
    Ok(Node::new()
        .maybe("clientToken", q.text("ClientToken"))
        .node("egressOnlyInternetGateway", show(region, &gateway)))
}

/// Routes that lead to it stay and lead nowhere.
pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("EgressOnlyInternetGatewayId")?;
    region.egress_only_gateways.find(id)?;
    region.egress_only_gateways.remove(id);
    region.tags.remove(id);
    Ok(Node::new().text("returnCode", true))
}
