//! Instances as they are listed.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::types;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, EITHER, NUMBERED_50, Sizes};
use crate::aliyun::param::{DRY_RUN, GROUP, Param, REGION, TAGS, flag, json as list, text};
use crate::aliyun::tags;
use crate::aliyun::world::{Eip, Instance, InstanceState, Region};
use crate::ground::calendar::minute;

use super::image;

const ID: &[Param] = &[text("InstanceId").must()];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "DescribeInstances",
        takes: &[
            REGION,
            DRY_RUN,
            GROUP,
            TAGS,
            EITHER,
            &[
                list("InstanceIds"),
                text("InstanceName"),
                text("Status"),
                text("VpcId"),
                text("VSwitchId"),
                text("ZoneId"),
                text("SecurityGroupId"),
                text("ImageId"),
                text("KeyPairName"),
                text("InstanceType"),
                text("InstanceTypeFamily"),
                text("InstanceNetworkType"),
                text("InstanceChargeType"),
                text("InternetChargeType"),
                list("PrivateIpAddresses"),
                list("PublicIpAddresses"),
                list("EipAddresses"),
                text("HttpEndpoint"),
                text("HttpTokens"),
                text("AdditionalAttributes.N"),
                flag("IoOptimized"),
                flag("NeedSaleCycle"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "DescribeInstanceStatus",
        takes: &[REGION, NUMBERED_50, &[text("InstanceId.N"), text("ZoneId")]],
        act: statuses,
    },
    Action {
        name: "DescribeInstanceAttribute",
        takes: &[ID],
        act: attribute,
    },
    Action {
        name: "DescribeUserData",
        takes: &[REGION, ID],
        act: user_data,
    },
];

/// When pay-as-you-go instances expire.
const NEVER: &str = "2099-12-31T15:59Z";

/// The Elastic IP of an instance.
pub fn eip_of<'r>(region: &'r Region, instance: &Instance) -> Option<&'r Eip> {
    region.eips.iter().find(|eip| {
        let bound = eip.bound.as_ref();
        bound.is_some_and(|to| to.id == instance.id || to.id == instance.interface)
    })
}

fn public_ips(instance: &Instance) -> Vec<String> {
    instance.public_ip.iter().map(ToString::to_string).collect()
}

/// What all forms of an instance show.
fn common(region: &Region, instance: &Instance) -> Value {
    let kind = types::find(&instance.instance_type);
    let memory_mib = kind.as_ref().map_or(0.0, |kind| kind.memory_gib * 1024.0);
    let eip = match eip_of(region, instance) {
        Some(eip) => json!({
            "AllocationId": eip.id,
            "IpAddress": eip.ip,
            "Bandwidth": eip.bandwidth,
            "InternetChargeType": eip.traffic,
        }),
        None => json!({ "AllocationId": "", "IpAddress": "", "InternetChargeType": "" }),
    };
    json!({
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "Description": instance.description,
        "HostName": instance.host_name,
        "InstanceType": instance.instance_type,
        "ImageId": instance.image,
        "RegionId": region.name,
        "ZoneId": instance.zone,
        "ClusterId": "",
        "Status": instance.status(),
        "StoppedMode": instance.stopped_mode,
        "Cpu": kind.as_ref().map_or(0, |kind| kind.cpus),
        "Memory": memory_mib as i64,
        "CreditSpecification": instance.credit,
        "InstanceChargeType": instance.charge,
        "InstanceNetworkType": "vpc",
        "InternetChargeType": instance.internet_charge,
        "InternetMaxBandwidthIn": instance.bandwidth_in,
        "InternetMaxBandwidthOut": instance.bandwidth_out,
        "SerialNumber": instance.id.trim_start_matches("i-"),
        "VlanId": "",
        "CreationTime": minute(instance.created_ms),
        "ExpiredTime": instance.expires_ms.map_or_else(|| NEVER.to_owned(), minute),
        "SecurityGroupIds": { "SecurityGroupId": instance.groups },
        "PublicIpAddress": { "IpAddress": public_ips(instance) },
        "InnerIpAddress": { "IpAddress": [] },
        "OperationLocks": { "LockReason": [] },
        "EipAddress": eip,
        "VpcAttributes": {
            "VpcId": instance.vpc,
            "VSwitchId": instance.vswitch,
            "PrivateIpAddress": { "IpAddress": [instance.private_ip] },
            "NatIpAddress": "",
        },
    })
}

fn show(region: &Region, instance: &Instance) -> Value {
    let mut shown = common(region, instance);
    let image = image::find(region, &instance.image).ok();
    let is_windows = image.as_ref().is_some_and(|image| image.is_windows);
    let os = image.map(|image| image.os_name).unwrap_or_default();
    let family = types::find(&instance.instance_type).map_or("", |kind| kind.family);
    let card = json!({
        "NetworkInterfaceId": instance.interface,
        "MacAddress": instance.mac,
        "PrimaryIpAddress": instance.private_ip,
        "Type": "Primary",
        "PrivateIpSets": {
            "PrivateIpSet": [{ "PrivateIpAddress": instance.private_ip, "Primary": true }],
        },
    });
    let more = json!({
        "InstanceTypeFamily": family,
        "OSName": os,
        "OSNameEn": os.replace("64位", "64 bit"),
        "OSType": if is_windows { "windows" } else { "linux" },
        "IoOptimized": true,
        "DeviceAvailable": true,
        "DeletionProtection": instance.is_protected,
        "KeyPairName": instance.key_pair,
        "SpotStrategy": instance.spot_strategy,
        "SpotPriceLimit": 0.0,
        "AutoReleaseTime": instance.auto_release,
        "StartTime": instance.started_ms.map(minute).unwrap_or_default(),
        "SaleCycle": "",
        "Recyclable": false,
        "GPUAmount": 0,
        "GPUSpec": "",
        "ResourceGroupId": "",
        "MetadataOptions": {
            "HttpEndpoint": instance.metadata_endpoint,
            "HttpTokens": instance.metadata_tokens,
            "HttpPutResponseHopLimit": 0,
        },
        "NetworkInterfaces": { "NetworkInterface": [card] },
        "Tags": tags::prefixed(&instance.tags),
    });
    if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
        shown.extend(more);
    }
    shown
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.json("InstanceIds", 100)?;
    let private = args.json("PrivateIpAddresses", 100)?;
    let public = args.json("PublicIpAddresses", 100)?;
    let elastic = args.json("EipAddresses", 100)?;
    let listed = |list: &Option<Vec<String>>, value: Option<String>| {
        list.as_ref()
            .is_none_or(|list| value.is_some_and(|value| list.contains(&value)))
    };
    let named = |name: &str| match args.some("InstanceName") {
        Some(pattern) => image::fits(pattern, name),
        None => true,
    };
    let rows = region.visible(&region.instances).filter(|it| {
        let family = types::find(&it.instance_type).map_or("", |kind| kind.family);
        listed(&ids, Some(it.id.clone()))
            && named(&it.name)
            && args.is("Status", it.status())
            && args.is("VpcId", &it.vpc)
            && args.is("VSwitchId", &it.vswitch)
            && args.is("ZoneId", &it.zone)
            && args.is("ImageId", &it.image)
            && args.is("KeyPairName", &it.key_pair)
            && args.is("InstanceType", &it.instance_type)
            && args.is("InstanceTypeFamily", family)
            && args.is("InstanceNetworkType", "vpc")
            && args.is("InstanceChargeType", &it.charge)
            && args.is("InternetChargeType", &it.internet_charge)
            && args.is("HttpEndpoint", &it.metadata_endpoint)
            && args.is("HttpTokens", &it.metadata_tokens)
            && listed(&private, Some(it.private_ip.to_string()))
            && listed(&public, it.public_ip.map(|ip| ip.to_string()))
            && listed(&elastic, eip_of(region, it).map(|eip| eip.ip.to_string()))
            && args.flag("IoOptimized") != Some(false)
            && args
                .some("SecurityGroupId")
                .is_none_or(|group| it.groups.iter().any(|one| one == group))
            && tags::match_filter(args, &it.tags)
    });
    let sizes = Sizes {
        least: 10,
        most: 100,
        usual: 10,
    };
    let page = page::either(args, sizes, rows.collect(), |it| &it.id)?;
    Ok(page::answer(page, "Instances", "Instance", |it| {
        show(region, it)
    }))
}

fn statuses(region: &mut Region, args: &Args) -> Answer {
    let ids = args.texts("InstanceId");
    let rows = region.visible(&region.instances).filter(|it| {
        (ids.is_empty() || ids.contains(&it.id))
            && args.some("ZoneId").is_none_or(|zone| zone == it.zone)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(
        page,
        "InstanceStatuses",
        "InstanceStatus",
        |it| json!({ "InstanceId": it.id, "Status": it.status() }),
    ))
}

fn attribute(region: &mut Region, args: &Args) -> Answer {
    let instance = region.instances.find(args.need("InstanceId")?)?;
    let mut shown = common(region, instance);
    shown["IoOptimized"] = json!("optimized");
    Ok(shown)
}

fn user_data(region: &mut Region, args: &Args) -> Answer {
    let instance = region.instances.find(args.need("InstanceId")?)?;
    Ok(json!({
        "InstanceId": instance.id,
        "RegionId": region.name,
        "UserData": instance.user_data,
    }))
}

/// The instance of a request in one of these states.
///
/// # Errors
/// `InvalidInstanceId.NotFound`, `IncorrectInstanceStatus`.
pub fn in_state(region: &Region, id: &str, states: &[InstanceState]) -> Result<Instance, Fault> {
    let instance = region.instances.find(id)?;
    if states.contains(&instance.state) {
        return Ok(instance.clone());
    }
    let code = match instance.state {
        InstanceState::Pending => "IncorrectInstanceStatus.Initializing",
        _ => "IncorrectInstanceStatus",
    };
    Err(Fault::new(
        code,
        "The current status of the resource does not support this operation.",
    ))
}
