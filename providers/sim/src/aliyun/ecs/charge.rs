//! How instances are paid: by use, or in advance for a time that can be renewed.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page;
use crate::aliyun::param::{
    DRY_RUN, Param, REGION, TOKEN, digits, flag, int, json as list, one_of, text,
};
use crate::aliyun::world::{Instance, InstanceState, Region, Renewal};

const ID: &[Param] = &[text("InstanceId").must()];
const PERIOD: &[Param] = &[
    int("Period", 1, 60),
    one_of("PeriodUnit", &["Week", "Month", "Year"]),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "ModifyInstanceChargeType",
        takes: &[
            REGION,
            TOKEN,
            DRY_RUN,
            PERIOD,
            &[
                list("InstanceIds").must(),
                one_of("InstanceChargeType", &["PrePaid", "PostPaid"]),
                flag("IncludeDataDisks"),
                flag("AutoPay"),
                flag("IsDetailFee"),
            ],
        ],
        act: change,
    },
    Action {
        name: "RenewInstance",
        takes: &[ID, TOKEN, PERIOD],
        act: renew,
    },
    Action {
        name: "ModifyInstanceAutoRenewAttribute",
        takes: &[
            REGION,
            ID,
            &[
                int("Duration", 1, 60),
                one_of("PeriodUnit", &["Week", "Month", "Year"]),
                flag("AutoRenew"),
                one_of("RenewalStatus", &["AutoRenewal", "Normal", "NotRenewal"]),
            ],
        ],
        act: modify_renewal,
    },
    Action {
        name: "DescribeInstanceAutoRenewAttribute",
        takes: &[
            REGION,
            &[
                text("InstanceId"),
                text("RenewalStatus"),
                digits("PageNumber", 1, 1_000_000),
                digits("PageSize", 1, 100),
            ],
        ],
        act: describe_renewal,
    },
];

const DAY_MS: u64 = 86_400_000;

/// How an instance is paid.
pub struct Paid {
    pub charge: String,
    pub expires_ms: Option<u64>,
    pub renewal: Option<Renewal>,
}

/// The number of a new order.
pub fn order(region: &mut Region) -> String {
    let bytes = region.new_bytes();
    let number = bytes[..8]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("2{:014}", number % 100_000_000_000_000)
}

fn span_ms(count: i64, unit: &str) -> u64 {
    let days = match unit {
        "Week" => 7,
        "Year" => 365,
        _ => 30,
    };
    count.unsigned_abs() * days * DAY_MS
}

/// How long a request pays for: weeks 1 to 4, months 1 to 9 and whole years.
fn period(args: &Args) -> Result<u64, Fault> {
    let wrong = || {
        Fault::new(
            "InvalidPeriod.ValueNotSupported",
            "The specified Period is not supported.",
        )
    };
    let count = args.int("Period").ok_or_else(wrong)?;
    let unit = args.some("PeriodUnit").unwrap_or("Month");
    let fits = match unit {
        "Week" => (1..=4).contains(&count),
        "Year" => (1..=5).contains(&count),
        _ => (1..=9).contains(&count) || [12, 24, 36, 48, 60].contains(&count),
    };
    if fits {
        Ok(span_ms(count, unit))
    } else {
        Err(wrong())
    }
}

/// How the instances of a launch are paid.
///
/// # Errors
/// `InvalidPeriod.ValueNotSupported`, and what does not go together with a subscription.
pub fn of_launch(region: &Region, args: &Args) -> Result<Paid, Fault> {
    let charge = args.some("InstanceChargeType").unwrap_or("PostPaid");
    if charge == "PostPaid" {
        return Ok(Paid {
            charge: charge.to_owned(),
            expires_ms: None,
            renewal: None,
        });
    }
    if args.flag("DeletionProtection") == Some(true) {
        return Err(Fault::invalid(
            "DeletionProtection",
            "a subscription has none",
        ));
    }
    let renews = args.flag("AutoRenew") == Some(true);
    Ok(Paid {
        charge: charge.to_owned(),
        expires_ms: Some(region.now + period(args)?),
        renewal: Some(Renewal {
            status: if renews { "AutoRenewal" } else { "Normal" }.to_owned(),
            duration: args.int("AutoRenewPeriod").unwrap_or(1),
            unit: args.some("PeriodUnit").unwrap_or("Month").to_owned(),
        }),
    })
}

/// The operation is not for instances that are paid this way.
pub fn violation() -> Fault {
    Fault::new(
        "ChargeTypeViolation",
        "The operation is not permitted due to charge type of the instance.",
    )
}

fn change(region: &mut Region, args: &Args) -> Answer {
    let to = args.some("InstanceChargeType").unwrap_or("PrePaid");
    let ids = args.json("InstanceIds", 20)?.unwrap_or_default();
    for id in &ids {
        let mut instance = region.instances.find(id)?.clone();
        if ![InstanceState::Running, InstanceState::Stopped].contains(&instance.state) {
            return Err(Fault::instance_status());
        }
        if instance.charge == to {
            return Err(violation());
        }
        instance.charge = to.to_owned();
        (instance.expires_ms, instance.renewal) = if to == "PrePaid" {
            let renewal = Renewal {
                status: "Normal".to_owned(),
                duration: 1,
                unit: "Month".to_owned(),
            };
            (Some(region.now + period(args)?), Some(renewal))
        } else {
            (None, None)
        };
        // Data disks follow only when they are told to.
        let with_data = args.flag("IncludeDataDisks") == Some(true);
        let disks = region.disks.iter().filter(|it| it.instance == *id);
        let disks: Vec<String> = disks
            .filter(|it| it.is_system || with_data)
            .map(|it| it.id.clone())
            .collect();
        for disk in disks {
            region.disks.change(&disk, |it| it.charge = to.to_owned())?;
        }
        region.instances.put(instance);
    }
    Ok(json!({ "OrderId": order(region) }))
}

fn subscribed(region: &Region, id: &str) -> Result<Instance, Fault> {
    let instance = region.instances.find(id)?;
    if instance.charge == "PrePaid" {
        Ok(instance.clone())
    } else {
        Err(violation())
    }
}

fn renew(region: &mut Region, args: &Args) -> Answer {
    let mut instance = subscribed(region, args.need("InstanceId")?)?;
    let from = instance.expires_ms.unwrap_or(region.now).max(region.now);
    instance.expires_ms = Some(from + period(args)?);
    region.instances.put(instance);
    Ok(json!({ "OrderId": order(region) }))
}

fn modify_renewal(region: &mut Region, args: &Args) -> Answer {
    for id in args.commas("InstanceId", 100)?.unwrap_or_default() {
        let mut instance = subscribed(region, &id)?;
        let mut renewal = instance.renewal.unwrap_or(Renewal {
            status: "Normal".to_owned(),
            duration: 1,
            unit: "Month".to_owned(),
        });
        if let Some(renews) = args.flag("AutoRenew") {
            renewal.status = if renews { "AutoRenewal" } else { "Normal" }.to_owned();
        }
        args.set_word("RenewalStatus", &mut renewal.status);
        args.set_word("PeriodUnit", &mut renewal.unit);
        if let Some(duration) = args.int("Duration") {
            renewal.duration = duration;
        }
        instance.renewal = Some(renewal);
        region.instances.put(instance);
    }
    done()
}

/// Instances that are paid by use have nothing to renew: to ask for one is an error.
fn describe_renewal(region: &mut Region, args: &Args) -> Answer {
    let ids = args.commas("InstanceId", 100)?;
    for id in ids.iter().flatten() {
        if region.instances.find(id)?.charge == "PostPaid" {
            return Err(Fault::new(
                "InvalidParameter",
                "The specified instance is not a subscription.",
            ));
        }
    }
    let rows = region.instances.iter().filter(|it| {
        let status = it.renewal.as_ref().map(|it| it.status.as_str());
        ids.as_ref().is_none_or(|ids| ids.contains(&it.id))
            && args
                .some("RenewalStatus")
                .is_none_or(|wanted| Some(wanted) == status)
            && it.charge == "PrePaid"
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(
        page,
        "InstanceRenewAttributes",
        "InstanceRenewAttribute",
        |it| show_renewal(it),
    ))
}

fn show_renewal(instance: &Instance) -> Value {
    let Some(renewal) = &instance.renewal else {
        return json!({ "InstanceId": instance.id });
    };
    json!({
        "InstanceId": instance.id,
        "AutoRenewEnabled": renewal.status == "AutoRenewal",
        "RenewalStatus": renewal.status,
        "Duration": renewal.duration,
        "PeriodUnit": renewal.unit,
    })
}
