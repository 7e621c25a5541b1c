//! IPv6 ranges of VPCs, which Amazon gives, and of subnets, which are parts of them.

use std::net::Ipv6Addr;

use crate::aws::describe::Answer;
use crate::aws::fault::Fault;
use crate::aws::world::{AclEntry, Ipv6Block, Region, Route, Subnet, Target, Vpc, open};
use crate::aws::xml::Node;
use crate::ground::cidr6::{Cidr6, Range};
use crate::ground::query::Query;

/// The lengths of a VPC's range and of a subnet's.
const VPC_LEN: u8 = 56;
const SUBNET_LEN: u8 = 64;
/// Where VPCs have their ranges: the prefix for documentation (RFC 3849), which belongs to nobody.
const AMAZON: u128 = 0x2001_0db8 << 96;

/// `<ipv6CidrBlockAssociationSet>` of a VPC.
pub fn show_vpc(region: &Region, vpc: &Vpc) -> Node {
    let blocks = vpc.ipv6.iter().map(|block| of_vpc(region, block));
    Node::new().list("ipv6CidrBlockAssociationSet", blocks)
}

/// `<ipv6CidrBlockAssociationSet>` of a subnet.
pub fn show_subnet(subnet: &Subnet) -> Node {
    Node::new().list(
        "ipv6CidrBlockAssociationSet",
        subnet.ipv6.iter().map(of_subnet),
    )
}

fn of_subnet(block: &Ipv6Block) -> Node {
    Node::new()
        .text("associationId", &block.association)
        .text("ipv6CidrBlock", block.range)
        .node(
            "ipv6CidrBlockState",
            Node::new().text("state", "associated"),
        )
}

fn of_vpc(region: &Region, block: &Ipv6Block) -> Node {
    of_subnet(block)
        .text("networkBorderGroup", &region.name)
        .text("ipv6Pool", "Amazon")
}

/// The entries of a default network ACL that let IPv6 pass.
const ACL_NUMBER: i64 = 101;

/// Gives a VPC a range of its own, its route tables the way inside, and its default network ACL an entry for it.
///
/// # Errors
/// `CidrLimitExceeded` when it has one.
pub fn give(region: &mut Region, vpc: &str) -> Result<Ipv6Block, Fault> {
    if region.vpcs.find(vpc)?.ipv6.is_some() {
        return Err(Fault::new(
            "CidrLimitExceeded",
            format!("This network '{vpc}' has met its maximum number of allowed CIDRs: 1"),
        ));
    }
    let block = Ipv6Block {
        range: free(region),
        association: region.new_id("vpc-cidr-assoc"),
    };
    region
        .vpcs
        .change(vpc, |vpc| vpc.ipv6 = Some(block.clone()))?;
    for table in tables_of(region, vpc) {
        region.route_tables.change(&table, |table| {
            table.routes.push(Route {
                destination: Range::V6(block.range),
                target: Target::Local,
            });
        })?;
    }
    if let Some(mut acl) = region.default_acl(vpc).cloned() {
        let everything = Range::V6(Cidr6::new(Ipv6Addr::UNSPECIFIED, 0));
        let taken = |entry: &AclEntry| entry.number == ACL_NUMBER;
        if !acl.entries.iter().any(taken) {
            acl.entries.extend(open(everything, ACL_NUMBER));
            acl.entries
                .sort_by_key(|entry| (!entry.egress, entry.number));
            region.network_acls.put(acl);
        }
    }
    Ok(block)
}

fn free(region: &mut Region) -> Cidr6 {
    loop {
        let bytes = region.new_bytes();
        let part = u128::from(u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]));
        let range = Cidr6::new(Ipv6Addr::from(AMAZON | part << 72), VPC_LEN);
        let taken = |vpc: &Vpc| vpc.ipv6.as_ref().is_some_and(|block| block.range == range);
        if !region.vpcs.iter().any(taken) {
            return range;
        }
    }
}

fn tables_of(region: &Region, vpc: &str) -> Vec<String> {
    let tables = region.route_tables.iter().filter(|table| table.vpc == vpc);
    tables.map(|table| table.id.clone()).collect()
}

pub fn associate_vpc(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?.id.clone();
    if q.flag("AmazonProvidedIpv6CidrBlock")? != Some(true) {
        return Err(Fault::new(
            "UnsupportedOperation",
            "Ranges other than Amazon's IPv6 ranges are not simulated",
        ));
    }
    let block = give(region, &vpc)?;
    Ok(Node::new()
        .text("vpcId", vpc)
        .node("ipv6CidrBlockAssociation", of_vpc(region, &block)))
}

pub fn disassociate_vpc(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("AssociationId")?;
    if region.vpcs.iter().any(|vpc| vpc.cidr_association == id) {
        return Err(Fault::new(
            "OperationNotPermitted",
            format!(
                "The vpc CIDR block with association ID {id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC"
            ),
        ));
    }
    let has =
        |block: &Option<Ipv6Block>| block.as_ref().is_some_and(|block| block.association == id);
    let found = region.vpcs.iter().find(|vpc| has(&vpc.ipv6)).cloned();
    let Some((vpc, block)) = found.and_then(|vpc| Some((vpc.id, vpc.ipv6?))) else {
        return Err(Fault::new(
            "InvalidVpcCidrBlockAssociationID.NotFound",
            format!("The vpc CIDR block association ID '{id}' does not exist"),
        ));
    };
    let used = |subnet: &Subnet| subnet.vpc == vpc && subnet.ipv6.is_some();
    if region.subnets.iter().any(used) {
        return Err(Fault::new(
            "InvalidCidrBlock.InUse",
            format!(
                "The vpc {vpc} currently has a subnet within CIDR block {}",
                block.range
            ),
        ));
    }
    region.vpcs.change(&vpc, |vpc| vpc.ipv6 = None)?;
    for table in tables_of(region, &vpc) {
        region.route_tables.change(&table, |table| {
            let own = Range::V6(block.range);
            table.routes.retain(|route| route.destination != own);
        })?;
    }
    Ok(Node::new()
        .text("vpcId", vpc)
        .node("ipv6CidrBlockAssociation", of_vpc(region, &block)))
}

/// The range that a subnet may have.
///
/// # Errors
/// `InvalidParameterValue`, `InvalidSubnet.Range`, `InvalidSubnet.Conflict`.
pub fn check_subnet(region: &Region, vpc: &str, text: &str) -> Result<Cidr6, Fault> {
    let range = Cidr6::parse(text).ok_or_else(|| {
        Fault::value(format!(
            "Value ({text}) for parameter ipv6CidrBlock is invalid. This is not a valid CIDR block."
        ))
    })?;
    let whole = region
        .vpcs
        .find(vpc)?
        .ipv6
        .as_ref()
        .map(|block| block.range);
    if range.len() != SUBNET_LEN || whole.is_none_or(|whole| !whole.contains(range)) {
        return Err(Fault::new(
            "InvalidSubnet.Range",
            format!("The CIDR '{range}' is invalid."),
        ));
    }
    let taken = |subnet: &Subnet| {
        let block = subnet.ipv6.as_ref();
        block.is_some_and(|block| block.range.overlaps(range))
    };
    if region.subnets.iter().any(taken) {
        return Err(Fault::new(
            "InvalidSubnet.Conflict",
            format!("The CIDR '{range}' conflicts with another subnet"),
        ));
    }
    Ok(range)
}

/// A subnet's range with a new association.
pub fn block_of(region: &mut Region, range: Cidr6) -> Ipv6Block {
    Ipv6Block {
        range,
        association: region.new_id("subnet-cidr-assoc"),
    }
}

pub fn associate_subnet(region: &mut Region, q: &Query) -> Answer {
    let subnet = region.subnets.find(q.need("SubnetId")?)?.clone();
    let range = check_subnet(region, &subnet.vpc, q.need("Ipv6CidrBlock")?)?;
    if subnet.ipv6.is_some() {
        return Err(Fault::new(
            "CidrLimitExceeded",
            format!("The subnet '{}' has an IPv6 CIDR block already", subnet.id),
        ));
    }
    let block = block_of(region, range);
    region
        .subnets
        .change(&subnet.id, |subnet| subnet.ipv6 = Some(block.clone()))?;
    Ok(Node::new()
        .text("subnetId", subnet.id)
        .node("ipv6CidrBlockAssociation", of_subnet(&block)))
}

pub fn disassociate_subnet(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("AssociationId")?;
    let found = region.subnets.iter().find_map(|subnet| {
        let block = subnet
            .ipv6
            .as_ref()
            .filter(|block| block.association == id)?;
        Some((subnet.id.clone(), block.clone()))
    });
    let Some((subnet, block)) = found else {
        return Err(Fault::new(
            "InvalidSubnetCidrBlockAssociationID.NotFound",
            format!("The subnet CIDR block association ID '{id}' does not exist"),
        ));
    };
    region
        .subnets
        .change(&subnet, |subnet| subnet.ipv6 = None)?;
    Ok(Node::new()
        .text("subnetId", subnet)
        .node("ipv6CidrBlockAssociation", of_subnet(&block)))
}
