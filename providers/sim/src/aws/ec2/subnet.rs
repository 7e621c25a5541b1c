//! Subnets.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{ipv6, network_acl, tags, vpc::parse_cidr};
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{NetworkState, Region, Subnet};
use crate::aws::xml::Node;
use crate::ground::query::Query;

const SUBNETS: Describe<Subnet> = Describe {
    set: "subnetSet",
    ids: "SubnetId",
    page: Some((5, 1000)),
    filters: &[
        ("subnet-id", |_, subnet| one(&subnet.id)),
        ("vpc-id", |_, subnet| one(&subnet.vpc)),
        ("availability-zone", |_, subnet| one(&subnet.zone)),
        ("availabilityZone", |_, subnet| one(&subnet.zone)),
        ("availability-zone-id", |region, subnet| {
            one(region.zone_id(&subnet.zone))
        }),
        ("available-ip-address-count", |region, subnet| {
            one(region.free_in(subnet))
        }),
        ("cidr", |_, subnet| one(subnet.cidr)),
        ("cidr-block", |_, subnet| one(subnet.cidr)),
        ("cidrBlock", |_, subnet| one(subnet.cidr)),
        (
            "ipv6-cidr-block-association.ipv6-cidr-block",
            |_, subnet| some(subnet.ipv6.as_ref().map(|block| block.range)),
        ),
        ("ipv6-cidr-block-association.association-id", |_, subnet| {
            some(subnet.ipv6.as_ref().map(|block| &block.association))
        }),
        ("default-for-az", |_, subnet| one(subnet.default_for_zone)),
        ("defaultForAz", |_, subnet| one(subnet.default_for_zone)),
        ("map-public-ip-on-launch", |_, subnet| {
            one(subnet.map_public_ip)
        }),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("state", |_, subnet| one(subnet.state)),
        ("subnet-arn", |region, subnet| one(arn(region, subnet))),
    ],
    table: |region| &region.subnets,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    SUBNETS.answer(region, q)
}

fn arn(region: &Region, subnet: &Subnet) -> String {
    format!("arn:aws:ec2:{}:{ACCOUNT}:subnet/{}", region.name, subnet.id)
}

fn show(region: &Region, subnet: &Subnet) -> Node {
    Node::new()
        .text("subnetId", &subnet.id)
        .text("subnetArn", arn(region, subnet))
        .text("state", subnet.state)
        .text("ownerId", ACCOUNT)
        .text("vpcId", &subnet.vpc)
        .text("cidrBlock", subnet.cidr)
        .and(ipv6::show_subnet(subnet))
        .text("assignIpv6AddressOnCreation", false)
        .text("availableIpAddressCount", region.free_in(subnet))
        .text("availabilityZone", &subnet.zone)
        .text("availabilityZoneId", region.zone_id(&subnet.zone))
        .text("defaultForAz", subnet.default_for_zone)
        .text("mapPublicIpOnLaunch", subnet.map_public_ip)
        .and(tags::show(region, &subnet.id))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?.clone();
    let cidr = parse_cidr(q.need("CidrBlock")?, "cidrBlock")?;
    let by_id = q.text("AvailabilityZoneId").map(str::to_owned);
    let zone = match (q.text("AvailabilityZone"), by_id) {
        (Some(zone), None) => check_zone(region, zone)?,
        (None, Some(id)) => region
            .zones()
            .find(|zone| region.zone_id(zone) == id)
            .ok_or_else(|| {
                Fault::value(format!(
                    "Value ({id}) for parameter availabilityZoneId is invalid."
                ))
            })?,
        (Some(_), Some(_)) => {
            return Err(Fault::combination(
                "Only one of availabilityZone and availabilityZoneId can be given.",
            ));
        }
        // AWS chooses; the first zone is a choice.
        (None, None) => region.zones().next().unwrap_or_default(),
    };
    if !(16..=28).contains(&cidr.len()) || !vpc.cidr.contains(cidr) {
        return Err(Fault::new(
            "InvalidSubnet.Range",
            format!("The CIDR '{cidr}' is invalid."),
        ));
    }
    if region
        .subnets
        .iter()
        .any(|other| other.vpc == vpc.id && other.cidr.overlaps(cidr))
    {
        return Err(Fault::new(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{cidr}' conflicts with another subnet"),
        ));
    }
    if region
        .subnets
        .iter()
        .filter(|other| other.vpc == vpc.id)
        .count()
        >= region.quotas.subnets_per_vpc
    {
        return Err(Fault::new(
            "SubnetLimitExceeded",
            "The maximum number of subnets has been reached.",
        ));
    }
    let range6 = q
        .text("Ipv6CidrBlock")
        .map(|text| ipv6::check_subnet(region, &vpc.id, text))
        .transpose()?;
    let ipv6 = range6.map(|range| ipv6::block_of(region, range));
    let given = tags::specified(q, "subnet", &["subnet"])?;
    let subnet = Subnet {
        id: region.new_id("subnet"),
        vpc: vpc.id,
        cidr,
        ipv6,
        zone,
        state: NetworkState::Pending,
        due: region.after(region.timing.network_ms),
        map_public_ip: false,
        default_for_zone: false,
    };
    region.subnets.put(subnet.clone());
    region.join_default_acl(&subnet.vpc, &subnet.id);
    tags::put(region, &subnet.id, given)?;
    Ok(Node::new().node("subnet", show(region, &subnet)))
}

/// A zone that a client names.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn check_zone(region: &Region, zone: &str) -> Result<String, Fault> {
    region.zones().find(|known| known == zone).ok_or_else(|| {
        let zones: Vec<String> = region.zones().collect();
        Fault::value(format!(
            "Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following \
             availability zones: {}.",
            zones.join(", ")
        ))
    })
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = region.subnets.find(q.need("SubnetId")?)?.id.clone();
    if region.taken_in(&id).next().is_some() {
        return Err(Fault::dependency(format!(
            "The subnet '{id}' has dependencies and cannot be deleted."
        )));
    }
    let tables: Vec<String> = region
        .route_tables
        .iter()
        .filter(|table| {
            table
                .associations
                .iter()
                .any(|association| association.subnet.as_ref() == Some(&id))
        })
        .map(|table| table.id.clone())
        .collect();
    for table in tables {
        region.route_tables.change(&table, |table| {
            table
                .associations
                .retain(|a| a.subnet.as_ref() != Some(&id))
        })?;
    }
    network_acl::leave(region, &id);
    region.subnets.remove(&id);
    region.tags.remove(&id);
    Ok(Node::done())
}

pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("SubnetId")?;
    let map = q
        .attribute_flag("MapPublicIpOnLaunch")?
        .ok_or_else(|| Fault::missing("mapPublicIpOnLaunch"))?;
    region
        .subnets
        .change(id, |subnet| subnet.map_public_ip = map)?;
    Ok(Node::done())
}

pub fn advance(region: &mut Region, id: &str) {
    if let Some(mut subnet) = region.subnets.get(id).cloned() {
        subnet.state = NetworkState::Available;
        subnet.due = None;
        region.subnets.put(subnet);
    }
}
