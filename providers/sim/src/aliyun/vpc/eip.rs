//! Elastic IPs.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED};
use crate::aliyun::param::{
    DEFAULT_GROUP, DRY_RUN, Form, GROUP, Param, REGION, TAGS, TOKEN, digits, flag, int, name,
    one_of, param, text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{Binding, Eip, EipState, InstanceState, NatState, Region};
use crate::ground::calendar::second;

const ID: &[Param] = &[text("AllocationId").must(), text("RegionId")];
const ABOUT: &[Param] = &[
    name("Name"),
    param("Description", Form::Sized(0, 256)),
    digits("Bandwidth", 1, 1_000),
];
const TARGET: Param = one_of("InstanceType", &["EcsInstance", "Nat", "NetworkInterface"]);

pub const ACTIONS: &[Action] = &[
    Action {
        name: "AllocateEipAddress",
        takes: &[
            REGION,
            TOKEN,
            ABOUT,
            GROUP,
            TAGS,
            &[
                one_of("ISP", &["BGP", "BGP_PRO"]),
                one_of("InternetChargeType", &["PayByBandwidth", "PayByTraffic"]),
                one_of("InstanceChargeType", &["PostPaid", "PrePaid"]),
                one_of("Netmode", &["public"]),
                int("Period", 1, 9),
                one_of("PricingCycle", &["Month", "Year"]),
                flag("AutoPay"),
            ],
        ],
        act: allocate,
    },
    Action {
        name: "DescribeEipAddresses",
        takes: &[
            REGION,
            DRY_RUN,
            GROUP,
            TAGS,
            NUMBERED,
            &[
                text("AllocationId"),
                text("EipAddress"),
                text("EipName"),
                text("Status"),
                text("ISP"),
                text("ChargeType"),
                text("AssociatedInstanceId"),
                text("AssociatedInstanceType"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "ModifyEipAddressAttribute",
        takes: &[ID, ABOUT],
        act: modify,
    },
    Action {
        name: "AssociateEipAddress",
        takes: &[
            ID,
            TOKEN,
            &[
                text("InstanceId").must(),
                TARGET,
                text("PrivateIpAddress"),
                text("VpcId"),
                one_of("Mode", &["NAT"]),
            ],
        ],
        act: associate,
    },
    Action {
        name: "UnassociateEipAddress",
        takes: &[
            ID,
            TOKEN,
            &[
                text("InstanceId"),
                TARGET,
                text("PrivateIpAddress"),
                flag("Force"),
            ],
        ],
        act: unassociate,
    },
    Action {
        name: "ReleaseEipAddress",
        takes: &[ID],
        act: release,
    },
];

/// The widest that an EIP may be, in Mbit/s.
fn most_bandwidth(charge: &str, traffic: &str) -> i64 {
    match (charge, traffic) {
        ("PrePaid", _) => 1_000,
        (_, "PayByTraffic") => 200,
        _ => 500,
    }
}

fn check_bandwidth(bandwidth: i64, charge: &str, traffic: &str) -> Result<(), Fault> {
    if bandwidth <= most_bandwidth(charge, traffic) {
        return Ok(());
    }
    Err(Fault::new(
        "InvalidBandwidth.ValueNotSupported",
        "The specified bandwidth is not supported for this charge type.",
    ))
}

fn allocate(region: &mut Region, args: &Args) -> Answer {
    let charge = args.some("InstanceChargeType").unwrap_or("PostPaid");
    let traffic = args.some("InternetChargeType").unwrap_or("PayByBandwidth");
    let bandwidth = args.int("Bandwidth").unwrap_or(5);
    check_bandwidth(bandwidth, charge, traffic)?;
    if charge == "PrePaid" {
        if traffic != "PayByBandwidth" {
            return Err(Fault::invalid(
                "InternetChargeType",
                "a subscription is paid by bandwidth",
            ));
        }
        if args.some("Name").is_some() || args.some("Description").is_some() {
            return Err(Fault::invalid(
                "Name",
                "a subscription takes no name and no description",
            ));
        }
    }
    if region.eips.len() >= region.quotas.eips {
        return Err(Fault::new(
            "QuotaExceeded.Eip",
            "Elastic IP address quota exceeded.",
        ));
    }
    let eip = Eip {
        id: region.new_id("eip"),
        ip: region.new_public_ip(),
        name: args.string("Name"),
        description: args.string("Description"),
        bandwidth,
        isp: args.some("ISP").unwrap_or("BGP").to_owned(),
        traffic: traffic.to_owned(),
        charge: charge.to_owned(),
        bound: None,
        is_protected: false,
        state: EipState::Available,
        due: None,
        created_ms: region.now,
        tags: tags::given(args)?,
    };
    region.eips.put(eip.clone());
    Ok(json!({
        "AllocationId": eip.id,
        "EipAddress": eip.ip,
        "ResourceGroupId": DEFAULT_GROUP,
    }))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut eip) = region.eips.get(id).cloned() else {
        return;
    };
    eip.due = None;
    if eip.state == EipState::Associating {
        eip.state = EipState::InUse;
    } else {
        eip.state = EipState::Available;
        eip.bound = None;
    }
    region.eips.put(eip);
}

/// What an EIP was bound to is gone.
pub fn release_binding(region: &mut Region, id: &str) {
    let freed = region.eips.change(id, |eip| {
        eip.bound = None;
        eip.state = EipState::Available;
        eip.due = None;
    });
    debug_assert!(freed.is_ok(), "{id} was found just now");
}

fn show(region: &Region, eip: &Eip) -> Value {
    let none = Binding {
        id: String::new(),
        kind: String::new(),
        private_ip: String::new(),
    };
    let bound = eip.bound.as_ref().unwrap_or(&none);
    let instance_region = if bound.id.is_empty() {
        ""
    } else {
        &region.name
    };
    let vpc = region.nat_gateways.get(&bound.id).map(|it| it.vpc.as_str());
    let vpc = vpc.or_else(|| region.instances.get(&bound.id).map(|it| it.vpc.as_str()));
    json!({
        "AllocationId": eip.id,
        "IpAddress": eip.ip,
        "Name": eip.name,
        "Description": eip.description,
        "Bandwidth": eip.bandwidth.to_string(),
        "EipBandwidth": eip.bandwidth.to_string(),
        "ISP": eip.isp,
        "Netmode": "public",
        "InternetChargeType": eip.traffic,
        "ChargeType": eip.charge,
        "BusinessStatus": "Normal",
        "BizType": "EIP",
        "Status": eip.state.word(),
        "InstanceId": bound.id,
        "InstanceType": bound.kind,
        "InstanceRegionId": instance_region,
        "PrivateIpAddress": bound.private_ip,
        "VpcId": vpc.unwrap_or_default(),
        "Mode": "NAT",
        "RegionId": region.name,
        "ResourceGroupId": DEFAULT_GROUP,
        "DeletionProtection": eip.is_protected,
        "SecondLimited": false,
        "HDMonitorStatus": "OFF",
        "HasReservationData": "false",
        "ExpiredTime": "",
        "AllocationTime": second(eip.created_ms),
        "OperationLocks": { "LockReason": [] },
        "Tags": tags::plain(&eip.tags),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.commas("AllocationId", 50)?;
    let addresses = args.commas("EipAddress", 50)?;
    let rows = region.visible(&region.eips).filter(|eip| {
        let bound = eip.bound.as_ref();
        let listed = |list: &Option<Vec<String>>, value: &String| {
            list.as_ref().is_none_or(|list| list.contains(value))
        };
        listed(&ids, &eip.id)
            && listed(&addresses, &eip.ip.to_string())
            && args.is("EipName", &eip.name)
            && args.is("Status", eip.state.word())
            && args.is("ISP", &eip.isp)
            && args.is("ChargeType", &eip.charge)
            && args.is("AssociatedInstanceId", bound.map_or("", |it| &it.id))
            && args.is("AssociatedInstanceType", bound.map_or("", |it| &it.kind))
            && tags::match_filter(args, &eip.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(page, "EipAddresses", "EipAddress", |eip| {
        show(region, eip)
    }))
}

fn incorrect_status() -> Fault {
    Fault::new(
        "IncorrectEipStatus",
        "Current elastic IP status does not support this operation.",
    )
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut eip = region.eips.find(args.need("AllocationId")?)?.clone();
    if let Some(bandwidth) = args.int("Bandwidth") {
        check_bandwidth(bandwidth, &eip.charge, &eip.traffic)?;
        eip.bandwidth = bandwidth;
    }
    args.set("Name", &mut eip.name);
    args.set("Description", &mut eip.description);
    region.eips.put(eip);
    done()
}

/// The place that an EIP is to be bound to, which has to be ready for it.
fn target(region: &Region, kind: &str, id: &str) -> Result<Binding, Fault> {
    let missing = || {
        Fault::new(
            "InvalidInstanceId.NotFound",
            "The specified instance does not exist.",
        )
    };
    let incorrect = || Fault::instance_status();
    let private_ip = match kind {
        "Nat" => {
            let gateway = region.nat_gateways.get(id).ok_or_else(missing)?;
            if gateway.state != NatState::Available {
                return Err(incorrect());
            }
            String::new()
        }
        "EcsInstance" | "NetworkInterface" => {
            let mut instances = region.instances.iter();
            let instance = instances
                .find(|it| it.id == id || it.interface == id)
                .filter(|it| it.state != InstanceState::Deleting)
                .ok_or_else(missing)?;
            let ready = [InstanceState::Running, InstanceState::Stopped];
            if !ready.contains(&instance.state) {
                return Err(incorrect());
            }
            if instance.public_ip.is_some() {
                return Err(Fault::new(
                    "InvalidInstance.HasPublicIp",
                    "The instance has a public IP address already.",
                ));
            }
            instance.private_ip.to_string()
        }
        _ => return Err(missing()),
    };
    Ok(Binding {
        id: id.to_owned(),
        kind: kind.to_owned(),
        private_ip,
    })
}

fn associate(region: &mut Region, args: &Args) -> Answer {
    let mut eip = region.eips.find(args.need("AllocationId")?)?.clone();
    let kind = args.some("InstanceType").unwrap_or("EcsInstance");
    let to = target(region, kind, args.need("InstanceId")?)?;
    if eip.state != EipState::Available {
        return Err(incorrect_status());
    }
    let is_bound_there = |eip: &Eip| eip.bound.as_ref().is_some_and(|it| it.id == to.id);
    if kind != "Nat" && region.eips.iter().any(is_bound_there) {
        return Err(Fault::new(
            "InvalidAssociation.Duplicated",
            "The specified instance has an EIP already.",
        ));
    }
    eip.bound = Some(to);
    eip.state = EipState::Associating;
    eip.due = region.after(region.timing.eip_ms);
    region.eips.put(eip);
    done()
}

fn unassociate(region: &mut Region, args: &Args) -> Answer {
    let mut eip = region.eips.find(args.need("AllocationId")?)?.clone();
    let Some(bound) = eip.bound.clone().filter(|_| eip.state == EipState::InUse) else {
        return Err(incorrect_status());
    };
    if args.some("InstanceId").is_some_and(|id| id != bound.id) {
        return Err(Fault::new(
            "InvalidAssociation.NotFound",
            "The EIP is not bound to the specified instance.",
        ));
    }
    let uses = region
        .snat_entries
        .iter()
        .filter(|it| it.ips.contains(&eip.ip));
    let uses: Vec<String> = uses.map(|it| it.id.clone()).collect();
    if !uses.is_empty() && args.flag("Force") != Some(true) {
        return Err(Fault::new(
            "InvalidIpStatus.HasBeenUsedBySnatTable",
            "The EIP is used by a SNAT entry.",
        ));
    }
    for entry in uses {
        region.snat_entries.remove(&entry);
    }
    eip.state = EipState::Unassociating;
    eip.due = region.after(region.timing.eip_ms);
    region.eips.put(eip);
    done()
}

fn release(region: &mut Region, args: &Args) -> Answer {
    let eip = region.eips.find(args.need("AllocationId")?)?.clone();
    if eip.is_protected {
        return Err(Fault::protected());
    }
    if eip.charge == "PrePaid" {
        return Err(Fault::new(
            "InvalidChargeType.ValueNotSupported",
            "A subscription EIP cannot be released.",
        ));
    }
    if eip.state != EipState::Available {
        return Err(incorrect_status());
    }
    region.eips.remove(&eip.id);
    done()
}
