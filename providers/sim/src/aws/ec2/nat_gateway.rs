//! NAT gateways.

use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{address, interface, tags};
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{NatGateway, NatState, Region};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

const NATS: Describe<NatGateway> = Describe {
    set: "natGatewaySet",
    ids: "NatGatewayId",
    page: Some((5, 1000)),
    filters: &[
        ("nat-gateway-id", |_, nat| one(&nat.id)),
        ("state", |_, nat| one(nat.state)),
        ("subnet-id", |_, nat| one(&nat.subnet)),
        ("vpc-id", |_, nat| one(&nat.vpc)),
    ],
    table: |region| &region.nat_gateways,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    NATS.answer(region, q)
}

fn show(region: &Region, nat: &NatGateway) -> Node {
    let address = region.interfaces.get(&nat.interface).map(|interface| {
        let mut node = Node::new()
            .text("networkInterfaceId", &interface.id)
            .text("privateIp", interface.ip)
            .text("isPrimary", true)
            .text("status", "succeeded");
        if let Some(public) = &interface.public {
            node = node.text("publicIp", public.ip);
            if let Some((allocation, association)) = &public.elastic {
                node = node
                    .text("allocationId", allocation)
                    .text("associationId", association);
            }
        }
        node
    });
    let (code, message) = nat
        .failure
        .as_ref()
        .map(|(code, message)| (code, message))
        .unzip();
    Node::new()
        .text("natGatewayId", &nat.id)
        .text("subnetId", &nat.subnet)
        .text("vpcId", &nat.vpc)
        .text("state", nat.state)
        .text(
            "connectivityType",
            if nat.public { "public" } else { "private" },
        )
        .text("createTime", iso(nat.created_ms))
        .maybe("deleteTime", nat.deleted_ms.map(iso))
        .maybe("failureCode", code)
        .maybe("failureMessage", message)
        .list("natGatewayAddressSet", address)
        .and(tags::show(region, &nat.id))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let subnet = region.subnets.find(q.need("SubnetId")?)?.clone();
    let public = match q.text("ConnectivityType").unwrap_or("public") {
        "public" => true,
        "private" => false,
        other => {
            return Err(Fault::value(format!(
                "Value ({other}) for parameter connectivityType is invalid."
            )));
        }
    };
    let allocation = match (public, q.text("AllocationId")) {
        (true, None) => return Err(Fault::missing("allocationId")),
        (false, Some(_)) => {
            return Err(Fault::combination(
                "A private NAT gateway has no allocationId.",
            ));
        }
        (_, allocation) => allocation,
    };
    if let Some(allocation) = allocation
        && region.addresses.find(allocation)?.association.is_some()
    {
        return Err(Fault::new(
            "Resource.AlreadyAssociated",
            format!("Elastic IP address [{allocation}] is already associated"),
        ));
    }
    let of_zone = |nat: &&NatGateway| {
        nat.left_over_in(
            &region
                .subnets
                .get(&nat.subnet)
                .map(|subnet| subnet.zone.clone())
                .unwrap_or_default(),
            &subnet.zone,
        )
    };
    if region.nat_gateways.iter().filter(of_zone).count() >= region.quotas.nat_gateways_per_zone {
        return Err(Fault::new(
            "NatGatewayLimitExceeded",
            "The maximum number of NAT gateways has been reached.",
        ));
    }
    let given = tags::specified(q, "natgateway", &["natgateway", "elastic-ip"])?;
    let id = region.new_id("nat");
    let ip = interface::private_ip(region, &subnet, q.text("PrivateIpAddress"))?;
    let description = format!("Interface for NAT Gateway {id}");
    let mut port = interface::blank(region, &subnet, ip, &description);
    port.nat_gateway = Some(id.clone());
    port.source_dest_check = false;
    let interface = port.id.clone();
    region.interfaces.put(port);
    if let Some(allocation) = allocation {
        address::bind(region, allocation, &interface)?;
    }
    let nat = NatGateway {
        id,
        vpc: subnet.vpc,
        subnet: subnet.id,
        interface,
        public,
        state: NatState::Pending,
        due: region.after(region.timing.nat_gateway_ms),
        created_ms: region.now,
        deleted_ms: None,
        failure: None,
    };
    region.nat_gateways.put(nat.clone());
    tags::put(region, &nat.id, given)?;
    let answer = Node::new().maybe("clientToken", q.text("ClientToken"));
    Ok(answer.node("natGateway", show(region, &nat)))
}

impl NatGateway {
    fn left_over_in(&self, zone: &str, wanted: &str) -> bool {
        zone == wanted && matches!(self.state, NatState::Pending | NatState::Available)
    }
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("NatGatewayId")?;
    let nat = region.nat_gateways.find(id)?.clone();
    if !matches!(nat.state, NatState::Deleting | NatState::Deleted) {
        let due = region.after(region.timing.nat_gateway_ms);
        region.nat_gateways.put(NatGateway {
            state: NatState::Deleting,
            due,
            ..nat
        });
    }
    Ok(Node::new().text("natGatewayId", id))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut nat) = region.nat_gateways.get(id).cloned() else {
        return;
    };
    nat.due = None;
    match nat.state {
        NatState::Pending if nat.public && !region.has_internet(&nat.vpc) => {
            nat.state = NatState::Failed;
            nat.failure = Some((
                "Gateway.NotAttached".to_owned(),
                format!("Network {} has no Internet gateway attached", nat.vpc),
            ));
            nat.due = region.after(region.timing.afterlife_ms);
            interface::remove(region, &nat.interface);
        }
        NatState::Pending => nat.state = NatState::Available,
        NatState::Deleting => {
            nat.state = NatState::Deleted;
            nat.deleted_ms = Some(region.now);
            nat.due = region.after(region.timing.afterlife_ms);
            interface::remove(region, &nat.interface);
        }
        NatState::Deleted | NatState::Failed => {
            region.nat_gateways.remove(id);
            region.tags.remove(id);
            return;
        }
        NatState::Available => {}
    }
    region.nat_gateways.put(nat);
}
