//! Regions, zones and what the account may have.

use crate::aws::describe::Answer;
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::{REGIONS, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// Keeps the rows whose named field fits every filter.
fn filtered<const N: usize>(
    q: &Query,
    rows: Vec<[(&'static str, String); N]>,
) -> Result<Vec<[(&'static str, String); N]>, Fault> {
    let mut rows = rows;
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let patterns = filter.texts("Value");
        if rows
            .first()
            .is_some_and(|row| !row.iter().any(|(field, _)| *field == name))
        {
            return Err(Fault::value(format!("The filter '{name}' is invalid")));
        }
        rows.retain(|row| {
            row.iter().any(|(field, value)| {
                *field == name && patterns.iter().any(|pattern| matches(pattern, value))
            })
        });
    }
    Ok(rows)
}

pub fn regions(_: &mut Region, q: &Query) -> Answer {
    q.accept(&["AllRegions"]);
    let rows = REGIONS
        .iter()
        .map(|name| {
            [
                ("region-name", (*name).to_owned()),
                ("endpoint", format!("ec2.{name}.amazonaws.com")),
                ("opt-in-status", "opt-in-not-required".to_owned()),
            ]
        })
        .collect();
    let mut rows = filtered(q, rows)?;
    let wanted = q.texts("RegionName");
    if let Some(unknown) = wanted.iter().find(|name| !REGIONS.contains(name)) {
        return Err(Fault::value(format!("Invalid region name '{unknown}'")));
    }
    rows.retain(|[(_, name), ..]| wanted.is_empty() || wanted.contains(&name.as_str()));
    let items = rows
        .into_iter()
        .map(|[(_, name), (_, endpoint), (_, opt_in)]| {
            Node::new()
                .text("regionName", name)
                .text("regionEndpoint", endpoint)
                .text("optInStatus", opt_in)
        });
    Ok(Node::new().list("regionInfo", items))
}

pub fn zones(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["AllAvailabilityZones"]);
    let rows = region
        .zones()
        .map(|zone| {
            [
                ("zone-id", region.zone_id(&zone)),
                ("zone-name", zone),
                ("state", "available".to_owned()),
                ("region-name", region.name.clone()),
                ("zone-type", "availability-zone".to_owned()),
                ("opt-in-status", "opt-in-not-required".to_owned()),
                ("group-name", format!("{}-zg-1", region.name)),
                ("group-long-name", region.name.clone()),
            ]
        })
        .collect();
    let mut rows = filtered(q, rows)?;
    let wanted: Vec<&str> = q
        .texts("ZoneName")
        .into_iter()
        .chain(q.texts("ZoneId"))
        .collect();
    for name in &wanted {
        if !region
            .zones()
            .any(|zone| zone == *name || region.zone_id(&zone) == *name)
        {
            return Err(Fault::value(format!("Invalid availability zone: [{name}]")));
        }
    }
    rows.retain(|row| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|name| row[0].1 == *name || row[1].1 == *name)
    });
    let items = rows.into_iter().map(
        |[id, name, state, region_name, kind, opt_in, group, long]| {
            Node::new()
                .text("zoneName", name.1)
                .text("zoneId", id.1)
                .text("zoneState", state.1)
                .text("regionName", region_name.1)
                .text("zoneType", kind.1)
                .text("optInStatus", opt_in.1)
                .text("groupName", &group.1)
                .text("networkBorderGroup", &long.1)
                .list("messageSet", [])
        },
    );
    Ok(Node::new().list("availabilityZoneInfo", items))
}

pub fn account_attributes(region: &mut Region, q: &Query) -> Answer {
    let quotas = region.quotas;
    let all = [
        ("supported-platforms", "VPC".to_owned()),
        (
            "default-vpc",
            region
                .default_vpc()
                .map_or_else(|| "none".to_owned(), |vpc| vpc.id.clone()),
        ),
        ("max-instances", "20".to_owned()),
        (
            "vpc-max-security-groups-per-interface",
            quotas.groups_per_interface.to_string(),
        ),
        ("max-elastic-ips", quotas.addresses.to_string()),
        ("vpc-max-elastic-ips", quotas.addresses.to_string()),
    ];
    let wanted = q.texts("AttributeName");
    if let Some(unknown) = wanted
        .iter()
        .find(|name| !all.iter().any(|(known, _)| known == *name))
    {
        return Err(Fault::value(format!(
            "Value ({unknown}) for parameter attributeName is invalid."
        )));
    }
    let items = all
        .into_iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(name))
        .map(|(name, value)| {
            let value = Node::new().text("attributeValue", value);
            Node::new()
                .text("attributeName", name)
                .list("attributeValueSet", [value])
        });
    Ok(Node::new().list("accountAttributeSet", items))
}
