//! Route tables and their associations with subnets.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{route, tags, vpc_endpoint};
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{Region, Route, RouteAssociation, RouteTable, Target};
use crate::aws::xml::Node;
use crate::ground::cidr6::Range;
use crate::ground::query::Query;

const TABLES: Describe<RouteTable> = Describe {
    set: "routeTableSet",
    ids: "RouteTableId",
    page: Some((5, 100)),
    filters: &[
        ("route-table-id", |_, table| one(&table.id)),
        ("vpc-id", |_, table| one(&table.vpc)),
        ("owner-id", |_, _| one(ACCOUNT)),
        ("association.main", |_, table| one(table.is_main())),
        ("association.subnet-id", |_, table| {
            table
                .associations
                .iter()
                .filter_map(|a| a.subnet.clone())
                .collect()
        }),
        ("association.route-table-association-id", |_, table| {
            table.associations.iter().map(|a| a.id.clone()).collect()
        }),
        ("association.route-table-id", |_, table| one(&table.id)),
        ("route.destination-cidr-block", |_, table| {
            destinations(table, |range| matches!(range, Range::V4(_)))
        }),
        ("route.destination-ipv6-cidr-block", |_, table| {
            destinations(table, |range| matches!(range, Range::V6(_)))
        }),
        ("route.egress-only-internet-gateway-id", |_, table| {
            let routes = table.routes.iter();
            routes
                .filter_map(|r| route::egress_only(&r.target))
                .collect()
        }),
        ("route.gateway-id", |_, table| {
            table
                .routes
                .iter()
                .filter_map(|r| route::gateway(&r.target))
                .collect()
        }),
        ("route.nat-gateway-id", |_, table| {
            table
                .routes
                .iter()
                .filter_map(|r| route::nat(&r.target))
                .collect()
        }),
        ("route.state", |region, table| {
            table
                .routes
                .iter()
                .map(|r| route::state(region, &r.target).to_owned())
                .collect()
        }),
    ],
    table: |region| &region.route_tables,
    show,
};

fn destinations(table: &RouteTable, of: fn(&Range) -> bool) -> Vec<String> {
    let ranges = table
        .routes
        .iter()
        .map(|route| route.destination)
        .filter(of);
    ranges.map(|range| range.to_string()).collect()
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    TABLES.answer(region, q)
}

fn show(region: &Region, table: &RouteTable) -> Node {
    let associations = table.associations.iter().map(|association| {
        Node::new()
            .text("routeTableAssociationId", &association.id)
            .text("routeTableId", &table.id)
            .maybe("subnetId", association.subnet.as_ref())
            .text("main", association.subnet.is_none())
            .node("associationState", Node::new().text("state", "associated"))
    });
    Node::new()
        .text("routeTableId", &table.id)
        .text("vpcId", &table.vpc)
        .text("ownerId", ACCOUNT)
        .list(
            "routeSet",
            table
                .routes
                .iter()
                .map(|r| route::show(region, r))
                .chain(vpc_endpoint::routes_of(region, &table.id)),
        )
        .list("associationSet", associations)
        .list("propagatingVgwSet", [])
        .and(tags::show(region, &table.id))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let vpc = region.vpcs.find(q.need("VpcId")?)?.clone();
    if region
        .route_tables
        .iter()
        .filter(|table| table.vpc == vpc.id)
        .count()
        >= region.quotas.route_tables_per_vpc
    {
        return Err(Fault::new(
            "RouteTableLimitExceeded",
            "The maximum number of route tables has been reached.",
        ));
    }
    let given = tags::specified(q, "route-table", &["route-table"])?;
    let local = |destination| Route {
        destination,
        target: Target::Local,
    };
    let mut routes = vec![local(Range::V4(vpc.cidr))];
    routes.extend(vpc.ipv6.map(|block| local(Range::V6(block.range))));
    let table = RouteTable {
        id: region.new_id("rtb"),
        vpc: vpc.id,
        routes,
        associations: Vec::new(),
        made_by_vpc: false,
    };
    region.route_tables.put(table.clone());
    tags::put(region, &table.id, given)?;
    Ok(Node::new()
        .node("routeTable", show(region, &table))
        .maybe("clientToken", q.text("ClientToken")))
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let table = region.route_tables.find(q.need("RouteTableId")?)?;
    let id = table.id.clone();
    if !table.associations.is_empty() {
        return Err(Fault::dependency(format!(
            "The routeTable '{id}' has dependencies and cannot be deleted."
        )));
    }
    vpc_endpoint::leave(region, &id)?;
    region.route_tables.remove(&id);
    region.tags.remove(&id);
    Ok(Node::done())
}

pub fn associate(region: &mut Region, q: &Query) -> Answer {
    let table = region.route_tables.find(q.need("RouteTableId")?)?.clone();
    let subnet = region.subnets.find(q.need("SubnetId")?)?.clone();
    if subnet.vpc != table.vpc {
        return Err(Fault::value(format!(
            "route table {} and subnet {} belong to different networks",
            table.id, subnet.id
        )));
    }
    let known = region.route_tables.iter().find_map(|other| {
        let association = other
            .associations
            .iter()
            .find(|association| association.subnet.as_ref() == Some(&subnet.id))?;
        Some((other.id.clone(), association.id.clone()))
    });
    let association = match known {
        // The same association again is the same association.
        Some((other, association)) if other == table.id => association,
        Some(_) => {
            return Err(Fault::new(
                "Resource.AlreadyAssociated",
                format!(
                    "the specified association for route table {} conflicts with an existing association",
                    table.id
                ),
            ));
        }
        None => {
            let id = region.new_id("rtbassoc");
            let association = RouteAssociation {
                id: id.clone(),
                subnet: Some(subnet.id),
            };
            region
                .route_tables
                .change(&table.id, |table| table.associations.push(association))?;
            id
        }
    };
    Ok(Node::new()
        .text("associationId", association)
        .node("associationState", Node::new().text("state", "associated")))
}

fn by_association(region: &Region, id: &str) -> Result<(RouteTable, RouteAssociation), Fault> {
    region
        .route_tables
        .iter()
        .find_map(|table| {
            let association = table
                .associations
                .iter()
                .find(|association| association.id == id)?;
            Some((table.clone(), association.clone()))
        })
        .ok_or_else(|| {
            Fault::new(
                "InvalidAssociationID.NotFound",
                format!("The association ID '{id}' does not exist"),
            )
        })
}

pub fn disassociate(region: &mut Region, q: &Query) -> Answer {
    let (table, association) = by_association(region, q.need("AssociationId")?)?;
    if association.subnet.is_none() {
        return Err(Fault::value(format!(
            "cannot disassociate the main route table association {}",
            association.id
        )));
    }
    region.route_tables.change(&table.id, |table| {
        table
            .associations
            .retain(|other| other.id != association.id)
    })?;
    Ok(Node::done())
}

/// Moves a subnet, or the role of main table, to another route table. The association gets a new id.
pub fn replace_association(region: &mut Region, q: &Query) -> Answer {
    let (old, association) = by_association(region, q.need("AssociationId")?)?;
    let new = region.route_tables.find(q.need("RouteTableId")?)?.clone();
    if new.vpc != old.vpc {
        return Err(Fault::value(format!(
            "route tables {} and {} belong to different networks",
            old.id, new.id
        )));
    }
    let id = region.new_id("rtbassoc");
    let moved = RouteAssociation {
        id: id.clone(),
        subnet: association.subnet,
    };
    region.route_tables.change(&old.id, |table| {
        table
            .associations
            .retain(|other| other.id != association.id)
    })?;
    region
        .route_tables
        .change(&new.id, |table| table.associations.push(moved))?;
    Ok(Node::new()
        .text("newAssociationId", id)
        .node("associationState", Node::new().text("state", "associated")))
}
