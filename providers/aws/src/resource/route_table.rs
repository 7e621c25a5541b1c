//! `aws.route_table`: CreateRouteTable, DescribeRouteTables, AssociateRouteTable, ReplaceRouteTableAssociation,
//! DisassociateRouteTable, DeleteRouteTable; its routes are in `routes.rs`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, RouteTableAssociation};
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Trace, Update};

use super::routes::{Hop, Via, bring_routes, route, written_route};
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct RouteTable;

type Described = aws_sdk_ec2::types::RouteTable;

#[async_trait]
impl Kind for RouteTable {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    fn canonical(&self, fields: &mut Record) {
        let Some(Value::List(routes)) = fields.get_mut("routes") else {
            return;
        };
        for route in routes.iter_mut() {
            if let Value::Map(route) = route
                && let Some(Value::Cidr(to)) = route.get_mut("to")
            {
                *to = to.trunc();
            }
        }
        routes.sort_by_key(ToString::to_string);
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let mut seen = BTreeMap::new();
        for route in fields
            .list("routes")
            .iter()
            .filter_map(Value::as_map)
            .map(Fields)
        {
            let Some(to) = route.text("to") else { continue };
            if seen.insert(to.clone(), ()).is_some() {
                problems.push(format!(
                    "two routes lead to {to}; a destination has one next hop"
                ));
            }
            if let Some(Value::String(via)) = route.get("via")
                && Hop::of(via).is_none()
            {
                problems.push(format!(
                    "`{via}` is not the id of a next hop that AWS knows"
                ));
            }
        }
    }

    /// A route that the program leads to a network interface is not told as one to its instance.
    fn as_said(&self, mut seen: Seen, said: &Record) -> Record {
        let mut said = Record::from_iter(
            said.get("routes")
                .map(|routes| ("routes".to_owned(), routes.clone())),
        );
        self.canonical(&mut said);
        let said = Fields(&said).list("routes");
        let (routes, also) = (seen.fields.get_mut("routes"), seen.also.get("routes"));
        if let (Some(Value::List(routes)), Some(Value::List(also))) = (routes, also) {
            for other in also.iter().filter(|other| said.contains(other)) {
                let to = |route: &Value| route.as_map().and_then(|route| route.get("to").cloned());
                routes.retain(|route| to(route) != to(other));
                routes.push(other.clone());
            }
            routes.sort_by_key(ToString::to_string);
        }
        seen.fields
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("route-table-id");
        let all = cloud
            .pages(
                "DescribeRouteTables",
                |next| {
                    let call = cloud
                        .ec2
                        .describe_route_tables()
                        .set_filters(Some(filters.clone()));
                    // The API's limit for this listing.
                    call.max_results(100).set_next_token(next).send()
                },
                |page| (page.route_tables, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let vpc = Fields(&order.fields).must("vpc")?;
        let tags = tags::specification(ResourceType::RouteTable, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateRouteTable", || {
                let call = cloud.ec2.create_route_table().client_token(&order.token);
                call.vpc_id(&vpc).tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .route_table
            .and_then(|table| table.route_table_id)
            .ok_or_else(|| incomplete("CreateRouteTable", "the table's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        match &order.fields {
            Some(fields) => bring_to(cloud, &order.id, Fields(fields)).await,
            None => Ok(()),
        }
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        bring_to(cloud, &order.id, Fields(&order.fields)).await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        let table = describe_one(cloud, filter("route-table-id", [order.id.clone()])).await?;
        for association in table
            .and_then(|table| table.associations)
            .unwrap_or_default()
        {
            if association.main != Some(true) {
                disassociate(cloud, association).await?;
            }
        }
        wait::deletion(cloud, || {
            cloud.change("DeleteRouteTable", || {
                cloud
                    .ec2
                    .delete_route_table()
                    .route_table_id(&order.id)
                    .send()
            })
        })
        .await
    }
}

fn seen(table: Described) -> Option<Seen> {
    let written = table.routes.unwrap_or_default();
    let written: Vec<(String, Via)> = written.iter().filter_map(written_route).collect();
    let all = |via: fn(&Via) -> Option<&String>| {
        let routes = written
            .iter()
            .filter_map(|(to, hop)| route(to, via(hop)?))
            .collect();
        let mut routes: Vec<Value> = routes;
        routes.sort_by_key(ToString::to_string);
        Value::List(routes)
    };
    let associations = table.associations.unwrap_or_default();
    let mut subnets: Vec<String> = associations
        .into_iter()
        .filter_map(|one| one.subnet_id)
        .collect();
    subnets.sort_unstable();
    let mut seen = tags::seen(table.route_table_id?, table.tags)
        .text("vpc", table.vpc_id)
        .texts("subnets", subnets)
        .value("routes", Some(all(|via| Some(&via.main))));
    seen.also
        .insert("routes".to_owned(), all(|via| via.other.as_ref()));
    Some(seen)
}

/// Makes routes and associations what the fields say; fields that are not set are left alone.
async fn bring_to(cloud: &Cloud, id: &str, fields: Fields<'_>) -> Result<(), Failure> {
    let table = wait::until(
        cloud,
        "to see the route table",
        cloud.windows.consistency_ms,
        || describe_one(cloud, filter("route-table-id", [id.to_owned()])),
    )
    .await?;
    if fields.get("routes").is_some() {
        bring_routes(cloud, id, &table, fields).await?;
    }
    if fields.get("subnets").is_some() {
        bring_subnets(cloud, id, table, fields.texts("subnets")).await?;
    }
    Ok(())
}

async fn bring_subnets(
    cloud: &Cloud,
    id: &str,
    table: Described,
    wanted: Vec<String>,
) -> Result<(), Failure> {
    let mut current = BTreeMap::new();
    for association in table.associations.unwrap_or_default() {
        if let Some(subnet) = association.subnet_id.clone() {
            current.insert(subnet, association);
        }
    }
    for subnet in &wanted {
        if current.remove(subnet).is_none() {
            associate(cloud, id, subnet).await?;
        }
    }
    for association in current.into_values() {
        disassociate(cloud, association).await?;
    }
    Ok(())
}

/// A subnet that another table holds moves over in one call, so that it is never without its routes. Where somebody else
/// moves it at the same moment, its association is another one by then, and is looked for again.
async fn associate(cloud: &Cloud, id: &str, subnet: &str) -> Result<(), Failure> {
    let outdated = |failure: &Failure| {
        matches!(
            failure.kind,
            FailureKind::NotFound | FailureKind::AlreadyExists
        )
    };
    wait::while_failing(cloud, cloud.windows.consistency_ms, outdated, || {
        associate_once(cloud, id, subnet)
    })
    .await
}

async fn associate_once(cloud: &Cloud, id: &str, subnet: &str) -> Result<(), Failure> {
    let associated = cloud
        .change("AssociateRouteTable", || {
            let call = cloud.ec2.associate_route_table();
            call.route_table_id(id).subnet_id(subnet).send()
        })
        .await;
    let failure = match associated {
        Err(failure) if failure.kind == FailureKind::AlreadyExists => failure,
        result => return result.map(|_| ()),
    };
    let holder = describe_one(cloud, filter("association.subnet-id", [subnet.to_owned()])).await?;
    let old = holder
        .and_then(|table| table.associations)
        .unwrap_or_default()
        .into_iter()
        .find(|one| one.subnet_id.as_deref() == Some(subnet));
    match old {
        Some(old) if old.route_table_id.as_deref() == Some(id) => Ok(()),
        Some(RouteTableAssociation {
            route_table_association_id: Some(old),
            ..
        }) => {
            cloud
                .change("ReplaceRouteTableAssociation", || {
                    let call = cloud.ec2.replace_route_table_association();
                    call.association_id(&old).route_table_id(id).send()
                })
                .await?;
            Ok(())
        }
        _ => Err(failure),
    }
}

async fn disassociate(cloud: &Cloud, association: RouteTableAssociation) -> Result<(), Failure> {
    let Some(association) = association.route_table_association_id else {
        return Ok(());
    };
    let done = cloud
        .change("DisassociateRouteTable", || {
            cloud
                .ec2
                .disassociate_route_table()
                .association_id(&association)
                .send()
        })
        .await;
    match done {
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(()),
        result => result.map(|_| ()),
    }
}

async fn describe_one(
    cloud: &Cloud,
    by: aws_sdk_ec2::types::Filter,
) -> Result<Option<Described>, Failure> {
    let answer = cloud
        .read("DescribeRouteTables", || {
            cloud.ec2.describe_route_tables().filters(by.clone()).send()
        })
        .await?;
    Ok(answer.route_tables.unwrap_or_default().pop())
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::Route;

    use super::*;

    fn leading(to: &str, via: &str) -> Value {
        Value::Map(Record::from([
            ("to".to_owned(), Value::Cidr(to.parse().unwrap())),
            ("via".to_owned(), Value::string(via)),
        ]))
    }

    #[test]
    fn routes_compare_equal_in_any_order_and_with_host_bits() {
        let mut one = Record::from([(
            "routes".to_owned(),
            Value::List(vec![
                leading("10.1.2.3/16", "pcx-1"),
                leading("0.0.0.0/0", "igw-1"),
            ]),
        )]);
        let mut other = Record::from([(
            "routes".to_owned(),
            Value::List(vec![
                leading("0.0.0.0/0", "igw-1"),
                leading("10.1.0.0/16", "pcx-1"),
            ]),
        )]);
        RouteTable.canonical(&mut one);
        RouteTable.canonical(&mut other);
        assert_eq!(one, other);
    }

    #[test]
    fn wrong_routes_are_told() {
        let fields = Record::from([(
            "routes".to_owned(),
            Value::List(vec![
                leading("0.0.0.0/0", "igw-1"),
                leading("0.0.0.0/0", "vol-1"),
            ]),
        )]);
        let mut problems = Vec::new();
        RouteTable.validate(Fields(&fields), &mut problems);
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_route_to_a_network_interface_is_told_as_the_program_said_it() {
        let table = Described::builder().route_table_id("rtb-1").routes(
            Route::builder()
                .destination_cidr_block("0.0.0.0/0")
                .instance_id("i-1")
                .network_interface_id("eni-1")
                .build(),
        );
        let seen = seen(table.build()).expect("it has an id");
        let told = |via: &str| {
            let said = Value::List(vec![leading("0.0.0.0/0", via)]);
            let said = Record::from([("routes".to_owned(), said)]);
            RouteTable.as_said(seen.clone(), &said)["routes"].clone()
        };
        for via in ["i-1", "eni-1"] {
            assert_eq!(told(via), Value::List(vec![leading("0.0.0.0/0", via)]));
        }
        assert_eq!(told("nat-1"), told("i-1"));
        assert_eq!(
            RouteTable.as_said(seen.clone(), &Record::new()),
            seen.fields
        );
    }
}
