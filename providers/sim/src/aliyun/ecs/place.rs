//! Regions and zones, and what is for sale in them.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::regions::{self, REGIONS};
use crate::aliyun::catalogue::{disks, types};
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Form, Param, REGION, flag, int, one_of, param, text};
use crate::aliyun::world::Region;

const LANGUAGE: &[Param] = &[text("AcceptLanguage"), text("InstanceChargeType")];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "DescribeRegions",
        takes: &[LANGUAGE, &[text("ResourceType")]],
        act: regions,
    },
    Action {
        name: "DescribeZones",
        takes: &[REGION, LANGUAGE, &[text("SpotStrategy"), flag("Verbose")]],
        act: zones,
    },
    Action {
        name: "DescribeAvailableResource",
        takes: &[
            REGION,
            &[
                one_of(
                    "DestinationResource",
                    &[
                        "Zone",
                        "InstanceType",
                        "SystemDisk",
                        "DataDisk",
                        "IoOptimized",
                        "Network",
                    ],
                )
                .must(),
                text("ZoneId"),
                text("InstanceType"),
                text("InstanceChargeType"),
                text("IoOptimized"),
                text("NetworkCategory"),
                text("ResourceType"),
                text("Scope"),
                text("SpotStrategy"),
                text("SystemDiskCategory"),
                text("DataDiskCategory"),
                int("Cores", 1, 1_000),
                param("Memory", Form::Float),
            ],
        ],
        act: available,
    },
];

/// The categories that are still sold.
const SOLD: &[&str] = &["cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud_auto"];

fn regions(_: &mut Region, _: &Args) -> Answer {
    let all: Vec<Value> = REGIONS
        .iter()
        .map(|region| {
            json!({
                "RegionId": region.id,
                "LocalName": region.name,
                "RegionEndpoint": format!("ecs.{}.aliyuncs.com", region.id),
                "Status": "available",
            })
        })
        .collect();
    Ok(json!({ "Regions": { "Region": all } }))
}

fn zones(region: &mut Region, args: &Args) -> Answer {
    // The long form lists all types of all zones.
    let verbose = args.flag("Verbose") != Some(false);
    let ids: Vec<&str> = types::types().iter().map(|it| it.id.as_str()).collect();
    let zones = regions::zones(&region.name).into_iter();
    let zones: Vec<Value> = zones
        .map(|zone| {
            let mut shown = json!({
                "ZoneId": zone,
                "LocalName": zone,
                "ZoneType": "AvailabilityZone",
                "AvailableResourceCreation": {
                    "ResourceTypes": ["VSwitch", "IoOptimized", "Instance", "Disk"],
                },
                "AvailableDiskCategories": { "DiskCategories": SOLD },
            });
            if verbose {
                shown["AvailableInstanceTypes"] = json!({ "InstanceTypes": ids });
            }
            shown
        })
        .collect();
    Ok(json!({ "Zones": { "Zone": zones } }))
}

fn resource(value: &str) -> Value {
    json!({ "Value": value, "Status": "Available", "StatusCategory": "WithStock" })
}

/// The rows of one destination: disks come with their sizes.
fn supported(args: &Args) -> Result<Vec<Value>, Fault> {
    let wanted = args.some("InstanceType").map(|id| {
        types::find(id)
            .ok_or_else(|| Fault::invalid("InstanceType", "there is no instance type of that name"))
    });
    let wanted = wanted.transpose()?;
    let takes = |category: &&&str| wanted.as_ref().is_none_or(|it| it.takes(category));
    let disk = |category: &&str, sizes: fn(&str, &str) -> Option<(i64, i64)>| {
        let (least, most) = sizes(category, "PL1").unwrap_or_default();
        let mut row = resource(category);
        row["Min"] = json!(least);
        row["Max"] = json!(most);
        row["Unit"] = json!("GiB");
        row
    };
    let categories = SOLD.iter().filter(takes);
    Ok(match args.need("DestinationResource")? {
        "SystemDisk" => categories.map(|it| disk(it, disks::system_sizes)).collect(),
        "DataDisk" => categories.map(|it| disk(it, disks::data_sizes)).collect(),
        "IoOptimized" => vec![resource("optimized")],
        "Network" => vec![resource("vpc")],
        _ => types::types()
            .iter()
            .filter(|it| wanted.is_none_or(|wanted| wanted == *it))
            .filter(|it| args.int("Cores").is_none_or(|cores| cores == it.cpus))
            .filter(|it| {
                let memory = args
                    .some("Memory")
                    .and_then(|text| text.parse::<f64>().ok());
                memory.is_none_or(|memory| memory == it.memory_gib)
            })
            .filter(|it| {
                args.some("SystemDiskCategory")
                    .is_none_or(|disk| it.takes(disk))
            })
            .map(|it| resource(&it.id))
            .collect(),
    })
}

fn available(region: &mut Region, args: &Args) -> Answer {
    let rows = supported(args)?;
    let kind = args.need("DestinationResource")?;
    let zones = regions::zones(&region.name).into_iter();
    let zones = zones.filter(|zone| args.some("ZoneId").is_none_or(|wanted| wanted == zone));
    let zones: Vec<Value> = zones
        .map(|zone| {
            let mut shown = json!({
                "RegionId": region.name,
                "ZoneId": zone,
                "Status": "Available",
                "StatusCategory": "WithStock",
            });
            if kind != "Zone" {
                shown["AvailableResources"] = json!({
                    "AvailableResource": [{
                        "Type": kind,
                        "SupportedResources": { "SupportedResource": rows },
                    }],
                });
            }
            shown
        })
        .collect();
    Ok(json!({ "AvailableZones": { "AvailableZone": zones } }))
}
