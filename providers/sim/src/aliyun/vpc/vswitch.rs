//! VSwitches.

use serde_json::{Value, json};

use super::{take_turn, vpc};
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::catalogue::regions;
use crate::aliyun::config::ACCOUNT;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{
    DEFAULT_GROUP, DRY_RUN, GROUP, Param, TAGS, TOKEN, VPC_DESCRIPTION, cidr, flag, text, title,
};
use crate::aliyun::tags;
use crate::aliyun::world::{NetworkState, Region, RouteEntry, VSwitch};
use crate::ground::calendar::second;
use crate::ground::cidr::Cidr;

const ID: &[Param] = &[text("VSwitchId").must(), text("RegionId")];
const NAME: &[Param] = &[title("VSwitchName")];
const MAKE: &[Param] = &[
    text("RegionId"),
    text("VpcId").must(),
    text("ZoneId").must(),
    cidr("CidrBlock").must(),
];
const FIND: &[Param] = &[
    text("RegionId"),
    text("VpcId"),
    text("VSwitchId"),
    text("ZoneId"),
    flag("IsDefault"),
];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateVSwitch",
        takes: &[MAKE, NAME, VPC_DESCRIPTION, TOKEN, TAGS],
        act: create,
    },
    Action {
        name: "DescribeVSwitches",
        takes: &[
            FIND,
            NAME,
            DRY_RUN,
            GROUP,
            TAGS,
            NUMBERED_50,
            &[text("RouteTableId")],
        ],
        act: describe,
    },
    Action {
        name: "DescribeVSwitchAttributes",
        takes: &[ID, DRY_RUN],
        act: attributes,
    },
    Action {
        name: "ModifyVSwitchAttribute",
        takes: &[ID, NAME, VPC_DESCRIPTION],
        act: modify,
    },
    Action {
        name: "DeleteVSwitch",
        takes: &[ID, DRY_RUN],
        act: delete,
    },
];

/// ECS's own copies of these actions, which take less.
pub const OLD: &[Action] = &[
    Action {
        name: "CreateVSwitch",
        takes: &[MAKE, NAME, VPC_DESCRIPTION, TOKEN],
        act: create,
    },
    Action {
        name: "DescribeVSwitches",
        takes: &[FIND, NUMBERED_50],
        act: describe,
    },
    Action {
        name: "ModifyVSwitchAttribute",
        takes: &[ID, NAME, VPC_DESCRIPTION],
        act: modify,
    },
    Action {
        name: "DeleteVSwitch",
        takes: &[ID],
        act: delete,
    },
];

fn create(region: &mut Region, args: &Args) -> Answer {
    let vpc = region.vpcs.get(args.need("VpcId")?).cloned();
    let vpc = vpc.ok_or_else(Fault::no_vpc)?;
    let zone = args.need("ZoneId")?;
    if !regions::zones(&region.name).iter().any(|it| it == zone) {
        return Err(Fault::new(
            "InvalidZoneId.NotFound",
            "Specified value of ZoneId is not exists.",
        ));
    }
    take_turn(region, &vpc.id)?;
    let wrong = || {
        Fault::new(
            "InvalidCidrBlock.Malformed",
            "Specified CIDR block is not valid for the VPC.",
        )
    };
    let text = args.need("CidrBlock")?;
    let cidr = Cidr::parse(text).ok_or_else(wrong)?;
    if !(16..=29).contains(&cidr.len()) || !vpc::holds(&vpc, cidr) || cidr.to_string() != text {
        return Err(wrong());
    }
    let siblings: Vec<&VSwitch> = region
        .vswitches
        .iter()
        .filter(|it| it.vpc == vpc.id)
        .collect();
    if siblings.iter().any(|it| it.cidr.overlaps(cidr)) {
        return Err(Fault::new(
            "InvalidCidrBlock.Overlapped",
            "Specified CIDR block overlapped with other subnets.",
        ));
    }
    if region
        .route_entries
        .iter()
        .any(|it| it.vpc == vpc.id && it.destination == cidr)
    {
        return Err(Fault::new(
            "InvalidCidrBlock.ConflictWithRoute",
            "Specified CIDR block is the destination of a route entry.",
        ));
    }
    if siblings.len() >= region.quotas.vswitches_per_vpc {
        return Err(Fault::new(
            "QuotaExceeded.VSwitch",
            "VSwitch quota exceeded.",
        ));
    }
    let tags = tags::given(args)?;
    let id = region.new_id("vsw");
    let due = region.after(region.timing.network_ms);
    region.vswitches.put(VSwitch {
        id: id.clone(),
        vpc: vpc.id.clone(),
        zone: zone.to_owned(),
        cidr,
        name: args.string("VSwitchName"),
        description: args.string("Description"),
        state: NetworkState::Pending,
        due,
        created_ms: region.now,
        tags,
    });
    let local = RouteEntry {
        id: region.new_id("rte"),
        table: vpc.table,
        vpc: vpc.id,
        destination: cidr,
        hop_type: "local".to_owned(),
        hop: String::new(),
        name: String::new(),
        description: "Created with VSwitch by system.".to_owned(),
        is_system: true,
        service: String::new(),
        state: NetworkState::Available,
        due: None,
        modified_ms: region.now,
    };
    region.route_entries.put(local);
    Ok(json!({ "VSwitchId": id }))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut vswitch) = region.vswitches.get(id).cloned() else {
        return;
    };
    if vswitch.state != NetworkState::Deleting {
        vswitch.state = NetworkState::Available;
        vswitch.due = None;
        region.vswitches.put(vswitch);
        return;
    }
    let local = region
        .route_entries
        .iter()
        .find(|it| it.is_system && it.vpc == vswitch.vpc && it.destination == vswitch.cidr)
        .map(|it| it.id.clone());
    if let Some(local) = local {
        region.route_entries.remove(&local);
    }
    region.vswitches.remove(id);
}

fn show(region: &Region, vswitch: &VSwitch) -> Value {
    // One that is being deleted is shown as pending again.
    let status = match vswitch.state {
        NetworkState::Deleting => NetworkState::Pending,
        state => state,
    };
    let table = region.vpcs.get(&vswitch.vpc).map(|vpc| vpc.table.as_str());
    json!({
        "VSwitchId": vswitch.id,
        "VSwitchName": vswitch.name,
        "VpcId": vswitch.vpc,
        "ZoneId": vswitch.zone,
        "CidrBlock": vswitch.cidr,
        "Description": vswitch.description,
        "Status": status.word(),
        "AvailableIpAddressCount": region.free_in(vswitch),
        "IsDefault": false,
        "OwnerId": ACCOUNT.parse::<i64>().unwrap_or_default(),
        "ResourceGroupId": DEFAULT_GROUP,
        "CreationTime": second(vswitch.created_ms),
        "RouteTable": { "RouteTableId": table, "RouteTableType": "System" },
        "Tags": tags::plain(&vswitch.tags),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    if args.some("VpcId").is_none()
        && args.some("RegionId").is_none()
        && args.some("VSwitchId").is_none()
    {
        return Err(Fault::missing("RegionId"));
    }
    let table_of = |vpc: &str| region.vpcs.get(vpc).map(|vpc| vpc.table.as_str());
    let rows = region.visible(&region.vswitches).filter(|it| {
        args.is("VpcId", &it.vpc)
            && args.is("VSwitchId", &it.id)
            && args.is("ZoneId", &it.zone)
            && args.is("VSwitchName", &it.name)
            && args.is("RouteTableId", table_of(&it.vpc).unwrap_or_default())
            && args.flag("IsDefault") != Some(true)
            && tags::match_filter(args, &it.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(page, "VSwitches", "VSwitch", |it| {
        show(region, it)
    }))
}

fn attributes(region: &mut Region, args: &Args) -> Answer {
    let vswitch = region.vswitches.find(args.need("VSwitchId")?)?;
    Ok(show(region, vswitch))
}

fn changeable(region: &Region, args: &Args) -> Result<VSwitch, Fault> {
    let vswitch = region.vswitches.find(args.need("VSwitchId")?)?;
    if vswitch.state == NetworkState::Available {
        return Ok(vswitch.clone());
    }
    Err(Fault::new(
        "IncorrectVSwitchStatus",
        "The VSwitch status does not support this operation.",
    ))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut vswitch = changeable(region, args)?;
    args.set("VSwitchName", &mut vswitch.name);
    args.set("Description", &mut vswitch.description);
    region.vswitches.put(vswitch);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    let mut vswitch = changeable(region, args)?;
    if region
        .snat_entries
        .iter()
        .any(|it| it.vswitch == vswitch.id)
    {
        return Err(Fault::in_use("DependencyViolation.SNAT"));
    }
    if region
        .nat_gateways
        .iter()
        .any(|it| it.vswitch == vswitch.id)
    {
        return Err(Fault::in_use("DependencyViolation.EnhancedNatgw"));
    }
    if region.instances.iter().any(|it| it.vswitch == vswitch.id) {
        return Err(Fault::in_use("DependencyViolation"));
    }
    take_turn(region, &vswitch.vpc)?;
    vswitch.state = NetworkState::Deleting;
    vswitch.due = region.after(region.timing.network_ms);
    region.vswitches.put(vswitch);
    done()
}
