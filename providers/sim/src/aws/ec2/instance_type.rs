//! Instance types and where they are offered.

use crate::aws::catalogue::{InstanceType, instance_type, instance_types};
use crate::aws::describe::{Answer, Page};
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::Region;
use crate::aws::xml::Node;
use crate::ground::query::Query;

type Get = fn(&InstanceType) -> String;

const FILTERS: &[(&str, Get)] = &[
    ("bare-metal", |_| "false".to_owned()),
    ("burstable-performance-supported", |kind| {
        kind.burstable().to_string()
    }),
    ("current-generation", |_| "true".to_owned()),
    ("hypervisor", |kind| kind.hypervisor.to_owned()),
    ("instance-storage-supported", |_| "false".to_owned()),
    ("instance-type", |kind| kind.name.clone()),
    ("memory-info.size-in-mib", |kind| {
        kind.memory_mib.to_string()
    }),
    ("processor-info.supported-architecture", |kind| {
        kind.architecture.to_owned()
    }),
    ("supported-root-device-type", |_| "ebs".to_owned()),
    ("supported-usage-class", |_| "on-demand".to_owned()),
    ("supported-virtualization-type", |_| "hvm".to_owned()),
    ("vcpu-info.default-vcpus", |kind| kind.vcpus.to_string()),
];

/// The type that a client names.
///
/// # Errors
/// `InvalidParameterValue`, as RunInstances and ModifyInstanceAttribute answer.
pub fn find(name: &str) -> Result<&'static InstanceType, Fault> {
    instance_type(name)
        .ok_or_else(|| Fault::value(format!("Invalid value '{name}' for InstanceType.")))
}

pub fn describe(_: &mut Region, q: &Query) -> Answer {
    let names = q.texts("InstanceType");
    let unknown: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| instance_type(name).is_none())
        .collect();
    if !unknown.is_empty() {
        return Err(Fault::new(
            "InvalidInstanceType",
            format!(
                "The following supplied instance types do not exist: [{}]",
                unknown.join(", ")
            ),
        ));
    }
    let mut rows: Vec<&InstanceType> = instance_types()
        .iter()
        .filter(|kind| names.is_empty() || names.contains(&kind.name.as_str()))
        .collect();
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let (_, get) = FILTERS
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Fault::value(format!("The filter '{name}' is invalid")))?;
        let patterns = filter.texts("Value");
        rows.retain(|kind| patterns.iter().any(|pattern| matches(pattern, &get(kind))));
    }
    let page = Page::parse(q, "instance-type", (5, 100), !names.is_empty())?.at_most(100);
    let (rows, next) = page.cut(rows, |kind| &kind.name);
    Ok(Node::new()
        .list("instanceTypeSet", rows.into_iter().map(show))
        .maybe("nextToken", next))
}

fn show(kind: &InstanceType) -> Node {
    let processor = Node::new()
        .texts("supportedArchitectures", [kind.architecture])
        .text("sustainedClockSpeedInGhz", kind.clock_ghz);
    let threads = if kind.architecture == "arm64" || kind.vcpus == 1 {
        1
    } else {
        2
    };
    let vcpus = Node::new()
        .text("defaultVCpus", kind.vcpus)
        .text("defaultCores", kind.vcpus / threads)
        .text("defaultThreadsPerCore", threads);
    let ebs = Node::new()
        .text(
            "ebsOptimizedSupport",
            if kind.name.starts_with("t2.") {
                "unsupported"
            } else {
                "default"
            },
        )
        .text("encryptionSupport", "supported")
        .text(
            "nvmeSupport",
            if kind.hypervisor == "nitro" {
                "required"
            } else {
                "unsupported"
            },
        );
    let network = Node::new()
        .text("networkPerformance", kind.network)
        .text("maximumNetworkInterfaces", kind.interfaces_max)
        .text("ipv4AddressesPerInterface", kind.addresses_per_interface)
        .text("ipv6Supported", true)
        .text(
            "enaSupport",
            if kind.hypervisor == "nitro" {
                "required"
            } else {
                "unsupported"
            },
        );
    Node::new()
        .text("instanceType", &kind.name)
        .text("currentGeneration", true)
        .text(
            "freeTierEligible",
            matches!(kind.name.as_str(), "t2.micro" | "t3.micro"),
        )
        .texts("supportedUsageClasses", ["on-demand", "spot"])
        .texts("supportedRootDeviceTypes", ["ebs"])
        .texts("supportedVirtualizationTypes", ["hvm"])
        .text("bareMetal", false)
        .text("hypervisor", kind.hypervisor)
        .node("processorInfo", processor)
        .node("vCpuInfo", vcpus)
        .node("memoryInfo", Node::new().text("sizeInMiB", kind.memory_mib))
        .text("instanceStorageSupported", false)
        .node("ebsInfo", ebs)
        .node("networkInfo", network)
        .text("hibernationSupported", false)
        .text("burstablePerformanceSupported", kind.burstable())
        .text("dedicatedHostsSupported", false)
        .text("autoRecoverySupported", true)
}

/// Every type is offered in every zone.
pub fn offerings(region: &mut Region, q: &Query) -> Answer {
    let by = q.text("LocationType").unwrap_or("region");
    let places: Vec<String> = match by {
        "region" => vec![region.name.clone()],
        "availability-zone" => region.zones().collect(),
        "availability-zone-id" => region.zones().map(|zone| region.zone_id(&zone)).collect(),
        other => {
            return Err(Fault::value(format!(
                "Value ({other}) for parameter locationType is invalid."
            )));
        }
    };
    let mut rows: Vec<(String, &str, &String)> = instance_types()
        .iter()
        .flat_map(|kind| {
            places
                .iter()
                .map(move |place| (format!("{}@{place}", kind.name), kind.name.as_str(), place))
        })
        .collect();
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let patterns = filter.texts("Value");
        if !matches!(name, "instance-type" | "location") {
            return Err(Fault::value(format!("The filter '{name}' is invalid")));
        }
        rows.retain(|(_, kind, place)| {
            let value = if name == "location" {
                place.as_str()
            } else {
                kind
            };
            patterns.iter().any(|pattern| matches(pattern, value))
        });
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let page = Page::parse(q, "offering", (5, 1000), false)?;
    let (rows, next) = page.cut(rows, |row| &row.0);
    let items = rows.into_iter().map(|(_, kind, place)| {
        Node::new()
            .text("instanceType", kind)
            .text("locationType", by)
            .text("location", place)
    });
    Ok(Node::new()
        .list("instanceTypeOfferingSet", items)
        .maybe("nextToken", next))
}
