//! VPCs.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::config::ACCOUNT;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{
    DEFAULT_GROUP, DRY_RUN, GROUP, Param, REGION, TAGS, TOKEN, VPC_DESCRIPTION, cidr, flag, text,
    title,
};
use crate::aliyun::tags;
use crate::aliyun::world::{NetworkState, Region, RouteTable, Vpc};
use crate::ground::calendar::second;
use crate::ground::cidr::Cidr;

const ID: &[Param] = &[text("VpcId").must()];
const NAME: &[Param] = &[title("VpcName")];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateVpc",
        takes: &[
            REGION,
            TOKEN,
            DRY_RUN,
            NAME,
            VPC_DESCRIPTION,
            GROUP,
            TAGS,
            &[
                cidr("CidrBlock"),
                text("UserCidr"),
                flag("EnableIpv6"),
                flag("EnableDnsHostname"),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeVpcs",
        takes: &[
            REGION,
            DRY_RUN,
            NAME,
            GROUP,
            TAGS,
            NUMBERED_50,
            &[text("VpcId"), flag("IsDefault")],
        ],
        act: describe,
    },
    Action {
        name: "DescribeVpcAttribute",
        takes: &[REGION, ID, DRY_RUN, &[flag("IsDefault")]],
        act: attribute,
    },
    Action {
        name: "ModifyVpcAttribute",
        takes: &[
            ID,
            NAME,
            VPC_DESCRIPTION,
            &[
                text("RegionId"),
                cidr("CidrBlock"),
                flag("EnableIPv6"),
                flag("EnableDnsHostname"),
            ],
        ],
        act: modify,
    },
    Action {
        name: "AssociateVpcCidrBlock",
        takes: &[
            REGION,
            ID,
            &[cidr("SecondaryCidrBlock").must(), text("IpVersion")],
        ],
        act: associate,
    },
    Action {
        name: "UnassociateVpcCidrBlock",
        takes: &[REGION, ID, &[cidr("SecondaryCidrBlock").must()]],
        act: unassociate,
    },
    Action {
        name: "DeleteVpc",
        takes: &[ID, TOKEN, DRY_RUN, &[text("RegionId"), flag("ForceDelete")]],
        act: delete,
    },
];

/// ECS's own copies of these actions, which take less.
pub const OLD: &[Action] = &[
    Action {
        name: "CreateVpc",
        takes: &[
            REGION,
            TOKEN,
            NAME,
            VPC_DESCRIPTION,
            &[cidr("CidrBlock"), text("UserCidr")],
        ],
        act: create,
    },
    Action {
        name: "DescribeVpcs",
        takes: &[REGION, NUMBERED_50, &[text("VpcId"), flag("IsDefault")]],
        act: describe,
    },
    Action {
        name: "ModifyVpcAttribute",
        takes: &[
            ID,
            NAME,
            VPC_DESCRIPTION,
            &[text("RegionId"), cidr("CidrBlock")],
        ],
        act: modify,
    },
    Action {
        name: "DeleteVpc",
        takes: &[ID, &[text("RegionId")]],
        act: delete,
    },
];

/// Standard ranges, which may be taken whole though they are wider than 16 bits.
const STANDARD: &[&str] = &["10.0.0.0/8", "172.16.0.0/12"];
/// Ranges of which nothing may be taken.
const RESERVED: &[&str] = &[
    "100.64.0.0/10",
    "224.0.0.0/4",
    "127.0.0.0/8",
    "169.254.0.0/16",
];
/// The most secondary ranges.
const SECONDARY: usize = 5;

/// A range that a VPC may have.
fn range(text: &str) -> Result<Cidr, Fault> {
    let wrong = || Fault::new("InvalidParameter", "Specified CIDR block is not valid.");
    let range = Cidr::parse(text).ok_or_else(wrong)?;
    let wide = (16..=28).contains(&range.len()) || STANDARD.contains(&text);
    let reserved = RESERVED
        .iter()
        .filter_map(|known| Cidr::parse(known))
        .any(|known| known.overlaps(range));
    if wide && !reserved && range.to_string() == text {
        Ok(range)
    } else {
        Err(wrong())
    }
}

fn create(region: &mut Region, args: &Args) -> Answer {
    if region.vpcs.len() >= region.quotas.vpcs {
        return Err(Fault::new("QuotaExceeded.Vpc", "VPC quota exceeded."));
    }
    let cidr = range(args.some("CidrBlock").unwrap_or("172.16.0.0/12"))?;
    let tags = tags::given(args)?;
    let id = region.new_id("vpc");
    let (router, table) = (region.new_id("vrt"), region.new_id("vtb"));
    region.route_tables.put(RouteTable {
        id: table.clone(),
        vpc: id.clone(),
        router: router.clone(),
        created_ms: region.now,
        tags: Default::default(),
    });
    region.vpcs.put(Vpc {
        id: id.clone(),
        name: args.string("VpcName"),
        description: args.string("Description"),
        cidr,
        widest: cidr,
        secondary: Vec::new(),
        user_cidr: args.string("UserCidr"),
        ipv6: args.flag("EnableIpv6").unwrap_or(false),
        dns_hostname: args.flag("EnableDnsHostname").unwrap_or(false),
        router: router.clone(),
        table: table.clone(),
        state: NetworkState::Pending,
        due: region.after(region.timing.network_ms),
        created_ms: region.now,
        tags,
    });
    Ok(json!({
        "VpcId": id,
        "VRouterId": router,
        "RouteTableId": table,
        "ResourceGroupId": DEFAULT_GROUP,
    }))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut vpc) = region.vpcs.get(id).cloned() else {
        return;
    };
    if vpc.state == NetworkState::Deleting {
        region.route_tables.remove(&vpc.table);
        let entries: Vec<String> = region
            .route_entries
            .iter()
            .filter(|entry| entry.vpc == id)
            .map(|entry| entry.id.clone())
            .collect();
        for entry in entries {
            region.route_entries.remove(&entry);
        }
        region.vpcs.remove(id);
        return;
    }
    vpc.state = NetworkState::Available;
    vpc.due = None;
    region.vpcs.put(vpc);
}

fn show(region: &Region, vpc: &Vpc) -> Value {
    let vswitches = region.vswitches.iter().filter(|it| it.vpc == vpc.id);
    let vswitches: Vec<&str> = vswitches.map(|it| it.id.as_str()).collect();
    let user: Vec<&str> = vpc
        .user_cidr
        .split(',')
        .filter(|it| !it.is_empty())
        .collect();
    json!({
        "VpcId": vpc.id,
        "VpcName": vpc.name,
        "Description": vpc.description,
        "CidrBlock": vpc.cidr,
        "SecondaryCidrBlocks": { "SecondaryCidrBlock": vpc.secondary },
        "UserCidrs": { "UserCidr": user },
        "Status": vpc.state.word(),
        "RegionId": region.name,
        "VRouterId": vpc.router,
        "VSwitchIds": { "VSwitchId": vswitches },
        "IsDefault": false,
        "EnabledIpv6": vpc.ipv6,
        "DnsHostnameStatus": if vpc.dns_hostname { "ENABLED" } else { "DISABLED" },
        "OwnerId": ACCOUNT.parse::<i64>().unwrap_or_default(),
        "ResourceGroupId": DEFAULT_GROUP,
        "CreationTime": second(vpc.created_ms),
        "Tags": tags::plain(&vpc.tags),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let ids = args.commas("VpcId", 20)?;
    let rows = region.visible(&region.vpcs).filter(|vpc| {
        ids.as_ref().is_none_or(|ids| ids.contains(&vpc.id))
            && args.some("VpcName").is_none_or(|name| name == vpc.name)
            && args.flag("IsDefault") != Some(true)
            && tags::match_filter(args, &vpc.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(page, "Vpcs", "Vpc", |vpc| {
        let gateways = region.nat_gateways.iter().filter(|it| it.vpc == vpc.id);
        let gateways: Vec<&str> = gateways.map(|it| it.id.as_str()).collect();
        let mut shown = show(region, vpc);
        shown["RouterTableIds"] = json!({ "RouterTableIds": [vpc.table] });
        shown["NatGatewayIds"] = json!({ "NatGatewayIds": gateways });
        shown
    }))
}

fn attribute(region: &mut Region, args: &Args) -> Answer {
    let vpc = region.vpcs.find(args.need("VpcId")?)?;
    Ok(show(region, vpc))
}

/// The VPC that a request changes.
fn changeable(region: &Region, args: &Args) -> Result<Vpc, Fault> {
    let vpc = region.vpcs.find(args.need("VpcId")?)?;
    if vpc.state == NetworkState::Available {
        return Ok(vpc.clone());
    }
    Err(Fault::new(
        "IncorrectVpcStatus",
        "Current VPC status does not support this operation.",
    ))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut vpc = changeable(region, args)?;
    if let Some(text) = args.some("CidrBlock") {
        let cidr = range(text)?;
        let mut vswitches = region.vswitches.iter();
        if !vpc.widest.contains(cidr)
            || vswitches
                .any(|it| it.vpc == vpc.id && vpc.cidr.contains(it.cidr) && !cidr.contains(it.cidr))
        {
            return Err(Fault::new(
                "InvalidParameter",
                "Specified CIDR block is not valid.",
            ));
        }
        vpc.cidr = cidr;
    }
    args.set("VpcName", &mut vpc.name);
    args.set("Description", &mut vpc.description);
    args.set_flag("EnableIPv6", &mut vpc.ipv6);
    args.set_flag("EnableDnsHostname", &mut vpc.dns_hostname);
    region.vpcs.put(vpc);
    done()
}

fn associate(region: &mut Region, args: &Args) -> Answer {
    let mut vpc = changeable(region, args)?;
    let secondary = range(args.need("SecondaryCidrBlock")?)?;
    if secondary.overlaps(vpc.cidr) || vpc.secondary.iter().any(|it| it.overlaps(secondary)) {
        return Err(Fault::new(
            "InvalidCidrBlock.Overlapped",
            "The specified CIDR block overlaps with another one of the VPC.",
        ));
    }
    if vpc.secondary.len() >= SECONDARY {
        return Err(Fault::new(
            "QuotaExceeded.SecondaryCidr",
            "The quota of secondary CIDR blocks is exceeded.",
        ));
    }
    vpc.secondary.push(secondary);
    region.vpcs.put(vpc);
    done()
}

fn unassociate(region: &mut Region, args: &Args) -> Answer {
    let mut vpc = changeable(region, args)?;
    let secondary = range(args.need("SecondaryCidrBlock")?)?;
    let known = vpc.secondary.len();
    vpc.secondary.retain(|it| *it != secondary);
    if vpc.secondary.len() == known {
        return Err(Fault::new(
            "InvalidCidrBlock.NotFound",
            "The specified secondary CIDR block does not exist.",
        ));
    }
    let mut vswitches = region.vswitches.iter();
    if vswitches.any(|it| it.vpc == vpc.id && secondary.contains(it.cidr)) {
        return Err(Fault::new(
            "DependencyViolation.VSwitch",
            "The specified CIDR block is used by a VSwitch.",
        ));
    }
    region.vpcs.put(vpc);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    let mut vpc = changeable(region, args)?;
    let id = vpc.id.as_str();
    if region.vswitches.iter().any(|it| it.vpc == id) {
        return Err(Fault::in_use("DependencyViolation.VSwitch"));
    }
    if region.security_groups.iter().any(|it| it.vpc == id) {
        return Err(Fault::in_use("DependencyViolation.SecurityGroup"));
    }
    if region.nat_gateways.iter().any(|it| it.vpc == id) {
        return Err(Fault::in_use("DependencyViolation.NatGateway"));
    }
    if region
        .route_entries
        .iter()
        .any(|it| it.vpc == id && !it.is_system)
    {
        return Err(Fault::in_use("DependencyViolation.RouteEntry"));
    }
    vpc.state = NetworkState::Deleting;
    vpc.due = region.after(region.timing.network_ms);
    region.vpcs.put(vpc);
    done()
}

/// Whether a range lies in one of the VPC's.
pub fn holds(vpc: &Vpc, cidr: Cidr) -> bool {
    vpc.cidr.contains(cidr) || vpc.secondary.iter().any(|it| it.contains(cidr))
}
