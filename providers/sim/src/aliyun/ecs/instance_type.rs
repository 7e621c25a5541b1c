//! Instance types.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::types::{self, InstanceType};
use crate::aliyun::page::{self, Sizes};
use crate::aliyun::param::{Form, int, param, text};
use crate::aliyun::world::Region;

pub const ACTIONS: &[Action] = &[Action {
    name: "DescribeInstanceTypes",
    takes: &[&[
        text("InstanceTypes.N"),
        text("InstanceTypeFamily"),
        text("InstanceTypeFamilies.N"),
        text("InstanceFamilyLevel"),
        text("CpuArchitecture"),
        int("MinimumCpuCoreCount", 1, 1_000),
        int("MaximumCpuCoreCount", 1, 1_000),
        param("MinimumMemorySize", Form::Float),
        param("MaximumMemorySize", Form::Float),
        text("NextToken"),
        int("MaxResults", 1, 1_600),
    ]],
    act: describe,
}];

fn level(kind: &InstanceType) -> &'static str {
    if kind.baseline.is_some() {
        "CreditEntryLevel"
    } else {
        "EnterpriseLevel"
    }
}

fn show(kind: &InstanceType) -> Value {
    let mut shown = json!({
        "InstanceTypeId": kind.id,
        "InstanceTypeFamily": kind.family,
        "InstanceFamilyLevel": level(kind),
        "CpuArchitecture": "X86",
        "CpuCoreCount": kind.cpus,
        "MemorySize": kind.memory_gib,
        "EniQuantity": kind.interfaces.0,
        "EniPrivateIpAddressQuantity": kind.interfaces.1,
        "GPUAmount": 0,
        "GPUSpec": "",
        "DiskQuantity": 17,
    });
    if let Some(baseline) = kind.baseline {
        shown["BaselineCredit"] = json!(baseline * kind.cpus);
        shown["InitialCredit"] = json!(30 * kind.cpus);
    }
    shown
}

fn describe(_: &mut Region, args: &Args) -> Answer {
    let ids = args.texts("InstanceTypes");
    let mut families = args.texts("InstanceTypeFamilies");
    families.extend(args.some("InstanceTypeFamily").map(str::to_owned));
    let number = |name: &str| args.some(name).and_then(|text| text.parse::<f64>().ok());
    let within = |least: &str, most: &str, value: f64| {
        number(least).is_none_or(|least| least <= value)
            && number(most).is_none_or(|most| value <= most)
    };
    let rows = types::types().iter().filter(|it| {
        (ids.is_empty() || ids.contains(&it.id))
            && (families.is_empty() || families.iter().any(|family| family == it.family))
            && args
                .some("InstanceFamilyLevel")
                .is_none_or(|wanted| wanted == level(it))
            && args
                .some("CpuArchitecture")
                .is_none_or(|wanted| wanted == "X86")
            && within("MinimumCpuCoreCount", "MaximumCpuCoreCount", it.cpus as f64)
            && within("MinimumMemorySize", "MaximumMemorySize", it.memory_gib)
    });
    let sizes = Sizes {
        least: 1,
        most: 1_600,
        usual: 1_600,
    };
    let page = page::tokens(args, "MaxResults", sizes, rows.collect(), |it| &it.id)?;
    let shown: Vec<Value> = page.rows.iter().map(|it| show(it)).collect();
    Ok(json!({
        "NextToken": page.about["NextToken"],
        "InstanceTypes": { "InstanceType": shown },
    }))
}
