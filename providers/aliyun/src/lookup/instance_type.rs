//! `lookup aliyun.instance_type`.

use infra_model::{Record, Size, Value};
use infra_sdk::Failure;
use infra_sdk::fields::Fields;
use serde_json::Value as Json;

use super::zones::with_stock;
use crate::cloud::Cloud;
use crate::param::add;
use crate::products::ECS;
use crate::table::{Call, call, items_at, scalar};

const TYPES: Call = call("DescribeInstanceTypes").nowhere();

/// Families whose machines have a share of each core.
const BURST: [&str; 2] = ["ecs.t5", "ecs.t6"];

pub(super) async fn answer(cloud: &Cloud, fields: Fields<'_>) -> Result<Option<Record>, Failure> {
    let name = fields.must("type")?;
    let mut params = Vec::new();
    add(&mut params, "InstanceTypes.1", &name);
    let answer = cloud.read(ECS, &TYPES, params).await?;
    let all = items_at(&answer, "InstanceTypes.InstanceType");
    let Some(found) = all.iter().find(|it| it["InstanceTypeId"] == *name) else {
        return Ok(None);
    };
    let zone = fields.text("zone");
    if let Some(zone) = &zone
        && !with_stock(cloud, &name).await?.contains(zone)
    {
        return Ok(None);
    }
    let int = |name: &str| Some(Value::Int(found.get(name).and_then(Json::as_i64)?));
    let family = found
        .get("InstanceTypeFamily")
        .and_then(scalar)
        .unwrap_or_default();
    let arch = found.get("CpuArchitecture").and_then(scalar);
    let arch = match arch.as_deref() {
        Some("ARM") => "arm64",
        _ => "x86_64",
    };
    // In GiB, with a fraction for the smallest.
    let ram = found
        .get("MemorySize")
        .and_then(Json::as_f64)
        .unwrap_or_default();
    let set = [
        ("id", Some(Value::string(&name))),
        ("type", Some(Value::String(name))),
        ("zone", zone.map(Value::String)),
        ("cpu", int("CpuCoreCount")),
        ("ram", Some(Value::Size(gib(ram)))),
        ("arch", Some(Value::string(arch))),
        ("burst", Some(Value::Bool(BURST.contains(&family.as_str())))),
        ("interfaces", int("EniQuantity").or(Some(Value::Int(1)))),
    ];
    let set = set
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(Some(set.collect()))
}

fn gib(number: f64) -> Size {
    let gib = Size::gib(1).0 as f64;
    Size((number * gib).round() as u64)
}
