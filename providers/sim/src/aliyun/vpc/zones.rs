//! Regions and zones as VPC lists them.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::regions::{self, REGIONS};
use crate::aliyun::param::{Param, REGION, text};
use crate::aliyun::world::Region;

const LANGUAGE: &[Param] = &[text("AcceptLanguage")];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "DescribeRegions",
        takes: &[LANGUAGE, &[text("ProductType")]],
        act: regions,
    },
    Action {
        name: "DescribeZones",
        takes: &[REGION, LANGUAGE, &[text("ZoneType")]],
        act: zones,
    },
    Action {
        name: "ListEnhanhcedNatGatewayAvailableZones",
        takes: &[REGION, LANGUAGE],
        act: zones_with_nat,
    },
];

fn regions(_: &mut Region, _: &Args) -> Answer {
    let all: Vec<Value> = REGIONS
        .iter()
        .map(|region| {
            json!({
                "RegionId": region.id,
                "LocalName": region.name,
                "RegionEndpoint": format!("vpc.{}.aliyuncs.com", region.id),
            })
        })
        .collect();
    Ok(json!({ "Regions": { "Region": all } }))
}

fn zones(region: &mut Region, _: &Args) -> Answer {
    let zones = regions::zones(&region.name).into_iter();
    let zones: Vec<Value> = zones
        .map(|zone| json!({ "ZoneId": zone, "LocalName": zone, "ZoneType": "AvailabilityZone" }))
        .collect();
    Ok(json!({ "Zones": { "Zone": zones } }))
}

fn zones_with_nat(region: &mut Region, _: &Args) -> Answer {
    let zones = regions::zones(&region.name).into_iter();
    let zones: Vec<Value> = zones
        .map(|zone| json!({ "ZoneId": zone, "LocalName": zone }))
        .collect();
    Ok(json!({ "Zones": zones }))
}
