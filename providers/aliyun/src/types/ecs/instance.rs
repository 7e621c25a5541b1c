//! `aliyun.instance`.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_model::Value;
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use serde_json::Value as Json;

use super::instance_change::{BILLING, METADATA, RENEWAL, ROLE, ROOT, STOPPED};
use super::instance_state::{RUNNING, before_delete};
use crate::cloud::Cloud;
use crate::param::{Param, add};
use crate::products::ECS;
use crate::reader::pages;
use crate::table::{
    Call, Hooks, Ids, Kind, List, Pages, Part, States, at, base64, call, flag, gib, int, ip, item,
    list, scalar, text, texts, words,
};

pub(super) const MODIFY: Call = call("ModifyInstanceAttribute")
    .nowhere()
    .of(&["InstanceId"]);
const DISKS: List = list("DescribeDisks", "Disks.Disk").pages(Pages::Next("MaxResults", 500));

/// How many machines are asked for their system disks one by one; more are cheaper by one listing of all.
const ONE_BY_ONE_MAX: usize = 3;

pub(crate) const INSTANCE: Kind = Kind {
    name: "aliyun.instance",
    key: &[Part::Given("InstanceIdSets.InstanceIdSet.0", "InstanceId")],
    create: call("RunInstances").once().with(&[("Amount", "1")]),
    read: list("DescribeInstances", "Instances.Instance")
        .ids(Ids::Json("InstanceIds", 100, 0))
        .pages(Pages::Next("MaxResults", 100))
        .tagged(),
    delete: call("DeleteInstance").nowhere().of(&["InstanceId"]),
    fields: &[
        text("name")
            .create("InstanceName")
            .read("InstanceName")
            .update(&MODIFY, "InstanceName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("type")
            .create("InstanceType")
            .read("InstanceType")
            .by(&STOPPED),
        text("image").create("ImageId").read("ImageId"),
        text("vswitch")
            .create("VSwitchId")
            .read("VpcAttributes.VSwitchId"),
        texts("groups")
            .create("SecurityGroupIds")
            .read("SecurityGroupIds.SecurityGroupId")
            .update(&MODIFY, "SecurityGroupIds"),
        text("key").create("KeyPairName").read("KeyPairName"),
        ip("private_ip")
            .create("PrivateIpAddress")
            .read("VpcAttributes.PrivateIpAddress.IpAddress.0"),
        text("host_name")
            .create("HostName")
            .read("HostName")
            .by(&STOPPED),
        gib("root_size")
            .create("SystemDisk.Size")
            .read("SystemDisk.Size")
            .by(&ROOT),
        text("root_category")
            .create("SystemDisk.Category")
            .read("SystemDisk.Category"),
        text("root_level")
            .create("SystemDisk.PerformanceLevel")
            .read("SystemDisk.PerformanceLevel")
            .by(&ROOT),
        base64("user_data").create("UserData").by(&STOPPED),
        text("role").create("RamRoleName").by(&ROLE),
        int("bandwidth")
            .create("InternetMaxBandwidthOut")
            .read("InternetMaxBandwidthOut"),
        // Two parameters, which `shape` adds.
        item("metadata", metadata).by(&METADATA),
        words(
            "credits",
            &[("standard", "Standard"), ("unlimited", "Unlimited")],
        )
        .create("CreditSpecification")
        .read("CreditSpecification")
        .update(&MODIFY, "CreditSpecification"),
        words("billing", &[("hourly", "PostPaid"), ("prepaid", "PrePaid")])
            .create("InstanceChargeType")
            .read("InstanceChargeType")
            .by(&BILLING),
        int("months").create("Period").by(&BILLING),
        flag("auto_renew").create("AutoRenew").by(&RENEWAL),
        flag("protected")
            .create("DeletionProtection")
            .read("DeletionProtection")
            .update(&MODIFY, "DeletionProtection"),
        item("running", |item| {
            Some(Value::Bool(
                item["Status"] != "Stopped" && item["Status"] != "Stopping",
            ))
        })
        .by(&RUNNING),
        text("zone").read("ZoneId"),
        item("public_ip", public_ip),
        text("root_disk").read("SystemDisk.DiskId"),
        text("network_interface").read("NetworkInterfaces.NetworkInterface.0.NetworkInterfaceId"),
    ],
    states: States {
        path: "Status",
        ready: &["Running", "Stopped"],
        broken: &[],
    },
    tags: Some("instance"),
    hooks: Hooks {
        shape: Some(shape),
        validate: Some(validate),
        listed: Some(with_system_disks),
        before_delete: Some(before_delete),
        disks: Some(data_disks),
        ..Hooks::NONE
    },
    ..Kind::DEFAULT
};

/// The metadata service in two parameters: whether it answers, and whether it demands tokens.
pub(super) fn metadata_params(word: &str, params: &mut Vec<Param>) {
    let endpoint = if word == "off" { "disabled" } else { "enabled" };
    let tokens = if word == "optional" {
        "optional"
    } else {
        "required"
    };
    add(params, "HttpEndpoint", endpoint);
    add(params, "HttpTokens", tokens);
}

fn metadata(item: &Json) -> Option<Value> {
    let option = |name: &str| at(item, &format!("MetadataOptions.{name}")).and_then(scalar);
    let word = match (
        option("HttpEndpoint").as_deref(),
        option("HttpTokens").as_deref(),
    ) {
        (Some("disabled"), _) => "off",
        (_, Some("required")) => "required",
        _ => "optional",
    };
    Some(Value::string(word))
}

/// An address of its own, or an Elastic IP.
fn public_ip(item: &Json) -> Option<Value> {
    let paths = ["PublicIpAddress.IpAddress.0", "EipAddress.IpAddress"];
    let found = paths
        .iter()
        .find_map(|path| at(item, path).and_then(scalar));
    Some(Value::Ip(found?.parse().ok()?))
}

fn shape(fields: Fields<'_>, params: &mut Vec<Param>) {
    if let Some(word) = fields.text("metadata") {
        metadata_params(&word, params);
    }
    // What is for machines paid in advance is refused for others, and the protection is the other way round.
    match fields.text("billing").as_deref() {
        Some("prepaid") => {
            add(params, "PeriodUnit", "Month");
            params.retain(|param| param.name != "DeletionProtection");
        }
        _ => params.retain(|param| param.name != "Period" && param.name != "AutoRenew"),
    }
}

fn validate(fields: Fields<'_>, problems: &mut Vec<String>) {
    if fields.text("billing").as_deref() == Some("prepaid") && fields.int("months").is_none() {
        problems.push("an instance paid in advance needs `months`: for how many".to_owned());
    }
    if fields
        .size("root_size")
        .is_some_and(|size| size.as_whole_gib().is_none())
    {
        problems.push("`root_size` must be whole gibibytes".to_owned());
    }
    let host_name = fields.text("host_name");
    if host_name.is_some_and(|name| !(2..=64).contains(&name.chars().count())) {
        problems.push("`host_name` has 2 to 64 characters".to_owned());
    }
}

/// A machine says nothing of its disks; each gets its system disk as `SystemDisk`.
fn with_system_disks(cloud: &Cloud, items: Vec<Json>) -> BoxFuture<'_, Result<Vec<Json>, Failure>> {
    async move {
        let mut disks = Vec::new();
        if items.len() <= ONE_BY_ONE_MAX {
            for id in items
                .iter()
                .filter_map(|item| item.get("InstanceId").and_then(scalar))
            {
                disks.extend(disks_of(cloud, &id, "system").await?);
            }
        } else {
            let mut params = Vec::new();
            add(&mut params, "DiskType", "system");
            disks = pages(cloud, ECS, &DISKS, params).await?;
        }
        let with_disk = |mut item: Json| {
            let own = disks
                .iter()
                .find(|disk| disk["InstanceId"] == item["InstanceId"]);
            if let (Some(own), Some(fields)) = (own, item.as_object_mut()) {
                fields.insert("SystemDisk".to_owned(), own.clone());
            }
            item
        };
        Ok(items.into_iter().map(with_disk).collect())
    }
    .boxed()
}

async fn disks_of(cloud: &Cloud, instance: &str, kind: &str) -> Result<Vec<Json>, Failure> {
    let mut params = Vec::new();
    add(&mut params, "InstanceId", instance);
    add(&mut params, "DiskType", kind);
    pages(cloud, ECS, &DISKS, params).await
}

/// The system disk, and the disks that go with the machine.
fn data_disks<'a>(cloud: &'a Cloud, id: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
    async move {
        let disks = disks_of(cloud, id, "all").await?;
        let goes = |disk: &&Json| disk["Type"] == "system" || disk["DeleteWithInstance"] == true;
        let ids = disks
            .iter()
            .filter(goes)
            .filter_map(|disk| disk.get("DiskId").and_then(scalar));
        Ok(ids.collect())
    }
    .boxed()
}
