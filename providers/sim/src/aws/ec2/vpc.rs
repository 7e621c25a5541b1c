//! VPCs.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{ipv6, tags};
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{NetworkState, Region, Vpc};
use crate::aws::xml::Node;
use crate::ground::cidr::Cidr;
use crate::ground::query::Query;

const VPCS: Describe<Vpc> = Describe {
    set: "vpcSet",
    ids: "VpcId",
    page: Some((5, 1000)),
    filters: &[
        ("vpc-id", |_, vpc| one(&vpc.id)),
        ("cidr", |_, vpc| one(vpc.cidr)),
        ("cidr-block", |_, vpc| one(vpc.cidr)),
        ("cidr-block-association.cidr-block", |_, vpc| one(vpc.cidr)),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |_, vpc| {
            some(vpc.ipv6.as_ref().map(|block| block.range))
        }),
        ("ipv6-cidr-block-association.association-id", |_, vpc| {
            some(vpc.ipv6.as_ref().map(|block| &block.association))
        }),
        ("dhcp-options-id", |_, vpc| one(&vpc.dhcp_options)),
        ("is-default", |_, vpc| one(vpc.is_default)),
        ("isDefault", |_, vpc| one(vpc.is_default)),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("state", |_, vpc| one(vpc.state)),
    ],
    table: |region| &region.vpcs,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    VPCS.answer(region, q)
}

fn show(region: &Region, vpc: &Vpc) -> Node {
    let association = Node::new()
        .text("associationId", &vpc.cidr_association)
        .text("cidrBlock", vpc.cidr)
        .node("cidrBlockState", Node::new().text("state", "associated"));
    Node::new()
        .text("vpcId", &vpc.id)
        .text("ownerId", ACCOUNT)
        .text("state", vpc.state)
        .text("cidrBlock", vpc.cidr)
        .list("cidrBlockAssociationSet", [association])
        .and(ipv6::show_vpc(region, vpc))
        .text("dhcpOptionsId", &vpc.dhcp_options)
        .text("instanceTenancy", &vpc.tenancy)
        .text("isDefault", vpc.is_default)
        .and(tags::show(region, &vpc.id))
}

/// Reads a range that a client names.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn parse_cidr(text: &str, parameter: &str) -> Result<Cidr, Fault> {
    Cidr::parse(text).ok_or_else(|| {
        Fault::value(format!(
            "Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."
        ))
    })
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let cidr = parse_cidr(q.need("CidrBlock")?, "cidrBlock")?;
    if !(16..=28).contains(&cidr.len()) {
        return Err(Fault::new(
            "InvalidVpc.Range",
            format!("The CIDR '{cidr}' is invalid."),
        ));
    }
    let tenancy = q.text("InstanceTenancy").unwrap_or("default");
    if !matches!(tenancy, "default" | "dedicated") {
        return Err(Fault::value(format!(
            "Value ({tenancy}) for parameter instanceTenancy is invalid."
        )));
    }
    let with_ipv6 = q.flag("AmazonProvidedIpv6CidrBlock")? == Some(true);
    if region.vpcs.len() >= region.quotas.vpcs {
        return Err(Fault::new(
            "VpcLimitExceeded",
            "The maximum number of VPCs has been reached.",
        ));
    }
    let given = tags::specified(q, "vpc", &["vpc"])?;
    let vpc = region.make_vpc(cidr, tenancy, false);
    tags::put(region, &vpc.id, given)?;
    if with_ipv6 {
        ipv6::give(region, &vpc.id)?;
    }
    let vpc = region.vpcs.find(&vpc.id)?;
    Ok(Node::new().node("vpc", show(region, vpc)))
}

/// Deletes a VPC with what came with it.
pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let id = region.vpcs.find(q.need("VpcId")?)?.id.clone();
    let in_use = region.subnets.iter().any(|subnet| subnet.vpc == id)
        || region.has_internet(&id)
        || region
            .network_acls
            .iter()
            .any(|acl| acl.vpc == id && !acl.is_default)
        || region
            .egress_only_gateways
            .iter()
            .any(|gateway| gateway.vpc == id)
        || region
            .vpc_endpoints
            .iter()
            .any(|endpoint| endpoint.vpc == id)
        || region
            .interfaces
            .iter()
            .any(|interface| interface.vpc == id)
        || region
            .security_groups
            .iter()
            .any(|group| group.vpc == id && group.name != "default")
        || region
            .route_tables
            .iter()
            .any(|table| table.vpc == id && !table.is_main())
        || region
            .peerings
            .iter()
            .any(|peering| peering.is_live() && peering.touches(&id));
    if in_use {
        return Err(Fault::dependency(format!(
            "The vpc '{id}' has dependencies and cannot be deleted."
        )));
    }
    let tables: Vec<String> = region
        .route_tables
        .iter()
        .filter(|table| table.vpc == id)
        .map(|table| table.id.clone())
        .collect();
    let groups: Vec<String> = region
        .security_groups
        .iter()
        .filter(|group| group.vpc == id)
        .map(|group| group.id.clone())
        .collect();
    if let Some(acl) = region.default_acl(&id).map(|acl| acl.id.clone()) {
        region.network_acls.remove(&acl);
        region.tags.remove(&acl);
    }
    for table in tables {
        region.route_tables.remove(&table);
        region.tags.remove(&table);
    }
    for group in groups {
        region.security_groups.remove(&group);
        region.tags.remove(&group);
    }
    region.vpcs.remove(&id);
    region.tags.remove(&id);
    Ok(Node::done())
}

/// Sets one attribute at a time, as AWS wants it.
pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("VpcId")?;
    let support = q.attribute_flag("EnableDnsSupport")?;
    let hostnames = q.attribute_flag("EnableDnsHostnames")?;
    let metrics = q.attribute_flag("EnableNetworkAddressUsageMetrics")?;
    match [support, hostnames, metrics].iter().flatten().count() {
        0 => return Err(Fault::missing("enableDnsSupport or enableDnsHostnames")),
        1 => {}
        _ => {
            return Err(Fault::combination(
                "Only one VPC attribute can be modified at a time.",
            ));
        }
    }
    if hostnames == Some(true) && !region.vpcs.find(id)?.dns_support {
        return Err(Fault::value(
            "The VPC must have DNS support enabled before DNS hostnames can be enabled.",
        ));
    }
    region.vpcs.change(id, |vpc| {
        vpc.dns_support = support.unwrap_or(vpc.dns_support);
        vpc.dns_hostnames = hostnames.unwrap_or(vpc.dns_hostnames);
        vpc.address_metrics = metrics.unwrap_or(vpc.address_metrics);
    })?;
    Ok(Node::done())
}

pub fn attribute(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?;
    let name = q.need("Attribute")?;
    let value = match name {
        "enableDnsSupport" => vpc.dns_support,
        "enableDnsHostnames" => vpc.dns_hostnames,
        "enableNetworkAddressUsageMetrics" => vpc.address_metrics,
        _ => {
            return Err(Fault::value(format!(
                "Value ({name}) for parameter attribute is invalid."
            )));
        }
    };
    Ok(Node::new()
        .text("vpcId", &vpc.id)
        .node(name, Node::new().text("value", value)))
}

pub fn advance(region: &mut Region, id: &str) {
    if let Some(mut vpc) = region.vpcs.get(id).cloned() {
        vpc.state = NetworkState::Available;
        vpc.due = None;
        region.vpcs.put(vpc);
    }
}
