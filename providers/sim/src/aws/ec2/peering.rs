//! VPC peering connections inside the account and region.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{Peering, PeeringState, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const PEERINGS: Describe<Peering> = Describe {
    set: "vpcPeeringConnectionSet",
    ids: "VpcPeeringConnectionId",
    page: Some((5, 1000)),
    filters: &[
        ("accepter-vpc-info.cidr-block", |region, peering| {
            some(range(region, &peering.accepter))
        }),
        ("accepter-vpc-info.owner-id", |_, _| one(ACCOUNT)),
        ("accepter-vpc-info.vpc-id", |_, it| one(&it.accepter)),
        ("requester-vpc-info.cidr-block", |region, peering| {
            some(range(region, &peering.requester))
        }),
        ("requester-vpc-info.owner-id", |_, _| one(ACCOUNT)),
        ("requester-vpc-info.vpc-id", |_, it| one(&it.requester)),
        ("status-code", |_, peering| one(peering.state)),
        ("vpc-peering-connection-id", |_, peering| one(&peering.id)),
    ],
    table: |region| &region.peerings,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    PEERINGS.answer(region, q)
}

fn range(region: &Region, vpc: &str) -> Option<String> {
    region.vpcs.get(vpc).map(|vpc| vpc.cidr.to_string())
}

fn side(region: &Region, vpc: &str) -> Node {
    Node::new()
        .text("vpcId", vpc)
        .text("ownerId", ACCOUNT)
        .text("region", &region.name)
        .maybe("cidrBlock", range(region, vpc))
}

fn show(region: &Region, peering: &Peering) -> Node {
    let message = match peering.state {
        PeeringState::Failed => {
            "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
        }
        PeeringState::Pending => "Pending acceptance",
        PeeringState::Provisioning => "Provisioning",
        PeeringState::Active => "Active",
        PeeringState::Deleted => "Deleted",
    };
    let status = Node::new()
        .text("code", peering.state)
        .text("message", message);
    Node::new()
        .text("vpcPeeringConnectionId", &peering.id)
        .node("requesterVpcInfo", side(region, &peering.requester))
        .node("accepterVpcInfo", side(region, &peering.accepter))
        .node("status", status)
        .and(tags::show(region, &peering.id))
}

fn answer(region: &Region, peering: &Peering) -> Node {
    Node::new().node("vpcPeeringConnection", show(region, peering))
}

/// Ranges that overlap let the connection fail, and not the request.
pub fn create(region: &mut Region, q: &Query) -> Answer {
    let requester = region.vpcs.find(q.need("VpcId")?)?.clone();
    let elsewhere = |name: &str, here: &str| q.text(name).is_some_and(|given| given != here);
    if elsewhere("PeerOwnerId", ACCOUNT) || elsewhere("PeerRegion", &region.name) {
        return Err(Fault::value(
            "There is one account and no peering between regions here.",
        ));
    }
    let accepter = region.vpcs.find(q.need("PeerVpcId")?)?.clone();
    let known = |other: &Peering| {
        other.is_live() && other.touches(&requester.id) && other.touches(&accepter.id)
    };
    if region.peerings.iter().any(known) {
        return Err(Fault::new(
            "VpcPeeringConnectionAlreadyExists",
            "There is already a peering connection between these VPCs.",
        ));
    }
    let given = tags::specified(q, "vpc-peering-connection", &["vpc-peering-connection"])?;
    let failed = requester.id == accepter.id || requester.cidr.overlaps(accepter.cidr);
    let peering = Peering {
        id: region.new_id("pcx"),
        requester: requester.id,
        accepter: accepter.id,
        state: if failed {
            PeeringState::Failed
        } else {
            PeeringState::Pending
        },
        due: failed.then_some(region.now + region.timing.afterlife_ms),
    };
    region.peerings.put(peering.clone());
    tags::put(region, &peering.id, given)?;
    Ok(answer(region, &peering))
}

/// The connection that a request names, when it is in one of these states.
fn in_state(region: &Region, q: &Query, states: &[PeeringState]) -> Result<Peering, Fault> {
    let peering = region.peerings.find(q.need("VpcPeeringConnectionId")?)?;
    if states.contains(&peering.state) {
        return Ok(peering.clone());
    }
    Err(Fault::new(
        "InvalidStateTransition",
        format!(
            "Invalid state transition for {}: it is {}",
            peering.id, peering.state
        ),
    ))
}

pub fn accept(region: &mut Region, q: &Query) -> Answer {
    let mut peering = in_state(region, q, &[PeeringState::Pending])?;
    peering.state = PeeringState::Provisioning;
    peering.due = region.after(region.timing.network_ms);
    region.peerings.put(peering.clone());
    Ok(answer(region, &peering))
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    use PeeringState::{Active, Pending, Provisioning};
    let mut peering = in_state(region, q, &[Pending, Provisioning, Active])?;
    peering.state = PeeringState::Deleted;
    peering.due = region.after(region.timing.afterlife_ms);
    region.peerings.put(peering);
    Ok(Node::done())
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut peering) = region.peerings.get(id).cloned() else {
        return;
    };
    if peering.state == PeeringState::Provisioning {
        peering.state = PeeringState::Active;
        peering.due = None;
        region.peerings.put(peering);
    } else {
        region.peerings.remove(id);
        region.tags.remove(id);
    }
}
