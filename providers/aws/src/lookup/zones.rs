//! `aws.zones`: DescribeAvailabilityZones.

use infra_model::{Record, Value};
use infra_sdk::Failure;
use infra_sdk::fields::Fields;

use crate::client::Cloud;
use crate::selection::filter;

/// Only zones that are in service and that the account has opted into are answered.
pub(super) async fn answer(cloud: &Cloud, fields: Fields<'_>) -> Result<Option<Record>, Failure> {
    let kind = fields
        .text("kind")
        .unwrap_or_else(|| "availability-zone".to_owned());
    let filters = [
        filter("state", ["available".to_owned()]),
        filter("zone-type", [kind]),
    ];
    let answer = cloud
        .read("DescribeAvailabilityZones", || {
            let call = cloud.ec2.describe_availability_zones();
            call.set_filters(Some(filters.to_vec())).send()
        })
        .await?;
    let mut zones: Vec<(String, String)> = answer
        .availability_zones
        .unwrap_or_default()
        .into_iter()
        .filter_map(|zone| Some((zone.zone_name?, zone.zone_id.unwrap_or_default())))
        .collect();
    if zones.is_empty() {
        return Ok(None);
    }
    zones.sort_unstable();
    let (names, ids): (Vec<Value>, Vec<Value>) = zones
        .into_iter()
        .map(|(name, id)| (Value::String(name), Value::String(id)))
        .unzip();
    Ok(Some(Record::from([
        ("id".to_owned(), Value::string(&cloud.region)),
        ("names".to_owned(), Value::List(names)),
        ("zone_ids".to_owned(), Value::List(ids)),
    ])))
}
