//! `lookup aliyun.zones`.

use std::collections::BTreeSet;

use infra_model::{Record, Value};
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use serde_json::Value as Json;

use crate::cloud::Cloud;
use crate::param::add;
use crate::products::ECS;
use crate::table::{Call, call, items_at, scalar};

const ZONES: Call = call("DescribeZones");
const STOCK: Call = call("DescribeAvailableResource");

pub(super) async fn answer(cloud: &Cloud, fields: Fields<'_>) -> Result<Record, Failure> {
    let names = match fields.text("type") {
        Some(machine) => with_stock(cloud, &machine).await?,
        None => {
            let answer = cloud.read(ECS, &ZONES, Vec::new()).await?;
            let zones = items_at(&answer, "Zones.Zone");
            zones
                .iter()
                .filter_map(|zone| zone.get("ZoneId").and_then(scalar))
                .collect()
        }
    };
    let names = names.into_iter().map(Value::String).collect();
    let mut record = Record::from([
        ("id".to_owned(), Value::string(&cloud.region)),
        ("names".to_owned(), Value::List(names)),
    ]);
    if let Some(machine) = fields.text("type") {
        record.insert("type".to_owned(), Value::String(machine));
    }
    Ok(record)
}

/// The zones that have machines of this type to sell.
pub(super) async fn with_stock(cloud: &Cloud, machine: &str) -> Result<BTreeSet<String>, Failure> {
    let mut params = Vec::new();
    add(&mut params, "DestinationResource", "InstanceType");
    add(&mut params, "InstanceType", machine);
    let answer = cloud.read(ECS, &STOCK, params).await?;
    let zones = items_at(&answer, "AvailableZones.AvailableZone");
    let sells = |zone: &&Json| {
        items_at(zone, "AvailableResources.AvailableResource")
            .iter()
            .any(|resource| {
                items_at(resource, "SupportedResources.SupportedResource")
                    .iter()
                    .any(|one| one["Value"] == machine && one["StatusCategory"] == "WithStock")
            })
    };
    let names = zones
        .iter()
        .filter(sells)
        .filter_map(|zone| zone.get("ZoneId").and_then(scalar));
    Ok(names.collect())
}
