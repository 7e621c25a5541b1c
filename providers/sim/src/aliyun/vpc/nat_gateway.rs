//! NAT gateways: the enhanced ones, which are the only ones for sale.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{
    DEFAULT_GROUP, DRY_RUN, GROUP, Param, REGION, TAGS, TOKEN, VPC_DESCRIPTION, flag, name, one_of,
    text,
};
use crate::aliyun::tags;
use crate::aliyun::world::{Eip, NatGateway, NatState, NetworkState, Region, RouteEntry, VSwitch};
use crate::ground::calendar::second;
use crate::ground::cidr::Cidr;

const ID: &[Param] = &[text("NatGatewayId").must()];
const NAME: &[Param] = &[name("Name")];
const BIND_MODE: Param = one_of("EipBindMode", &["MULTI_BINDED", "NAT"]);

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateNatGateway",
        takes: &[
            REGION,
            TOKEN,
            NAME,
            VPC_DESCRIPTION,
            TAGS,
            &[
                text("VpcId").must(),
                text("VSwitchId"),
                one_of("NatType", &["Enhanced", "Normal"]),
                one_of("NetworkType", &["internet", "intranet"]),
                one_of("InstanceChargeType", &["PostPaid"]),
                one_of("InternetChargeType", &["PayByLcu", "PayBySpec"]),
                BIND_MODE,
                flag("IcmpReplyEnabled"),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeNatGateways",
        takes: &[
            REGION,
            DRY_RUN,
            NAME,
            GROUP,
            TAGS,
            NUMBERED_50,
            &[
                text("NatGatewayId"),
                text("VpcId"),
                text("ZoneId"),
                text("Status"),
                text("NatType"),
                text("NetworkType"),
                text("InstanceChargeType"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "ModifyNatGatewayAttribute",
        takes: &[
            REGION,
            ID,
            NAME,
            VPC_DESCRIPTION,
            &[BIND_MODE, flag("IcmpReplyEnabled")],
        ],
        act: modify,
    },
    Action {
        name: "DeleteNatGateway",
        takes: &[REGION, ID, &[flag("Force")]],
        act: delete,
    },
    Action {
        name: "DeletionProtection",
        takes: &[
            REGION,
            TOKEN,
            &[
                text("InstanceId").must(),
                flag("ProtectionEnable").must(),
                one_of("Type", &["NATGW", "EIP"]).must(),
            ],
        ],
        act: protect,
    },
];

fn vswitch_of(region: &Region, args: &Args) -> Result<VSwitch, Fault> {
    let vpc = region
        .vpcs
        .get(args.need("VpcId")?)
        .ok_or_else(Fault::no_vpc)?;
    let vswitch = region.vswitches.get(args.need("VSwitchId")?);
    let vswitch = vswitch
        .filter(|it| it.vpc == vpc.id)
        .ok_or_else(Fault::no_vswitch)?;
    if vswitch.state != NetworkState::Available {
        return Err(Fault::new(
            "VswitchStatusError",
            "The status of the VSwitch is not Available.",
        ));
    }
    Ok(vswitch.clone())
}

fn create(region: &mut Region, args: &Args) -> Answer {
    if args.text("NatType") != Some("Enhanced") {
        return Err(Fault::new(
            "OperationUnsupported.NatType",
            "Normal NAT gateways are no longer sold; NatType has to be Enhanced.",
        ));
    }
    let vswitch = vswitch_of(region, args)?;
    let gateways = region.nat_gateways.iter();
    let siblings = gateways.filter(|it| it.vpc == vswitch.vpc).count();
    if siblings >= region.quotas.nat_gateways_per_vpc {
        return Err(Fault::new(
            "QuotaExceeded.NatGateway",
            "The quota of NAT gateways in the VPC is exceeded.",
        ));
    }
    let private_ip = region.private_ip(&vswitch, None)?;
    let gateway = NatGateway {
        id: region.new_id("ngw"),
        vpc: vswitch.vpc.clone(),
        vswitch: vswitch.id,
        name: args.string("Name"),
        description: args.string("Description"),
        network_type: args.some("NetworkType").unwrap_or("internet").to_owned(),
        eip_bind_mode: args
            .some("EipBindMode")
            .unwrap_or("MULTI_BINDED")
            .to_owned(),
        icmp_reply: args.flag("IcmpReplyEnabled").unwrap_or(true),
        is_protected: false,
        snat_table: region.new_id("stb"),
        forward_table: region.new_id("ftb"),
        interface: region.new_id("eni"),
        private_ip,
        state: NatState::Creating,
        due: region.after(region.timing.nat_gateway_ms),
        created_ms: region.now,
        tags: tags::given(args)?,
    };
    region.nat_gateways.put(gateway.clone());
    Ok(json!({
        "NatGatewayId": gateway.id,
        "SnatTableIds": { "SnatTableId": [gateway.snat_table] },
        "ForwardTableIds": { "ForwardTableId": [gateway.forward_table] },
        "FullNatTableIds": { "FullNatTableId": [] },
    }))
}

/// A new gateway to the internet makes itself the way out of its VPC, if there is none yet.
fn add_default_route(region: &mut Region, gateway: &NatGateway) {
    let Some(destination) = Cidr::parse("0.0.0.0/0") else {
        return;
    };
    let Some(vpc) = region.vpcs.get(&gateway.vpc).cloned() else {
        return;
    };
    let has_way_out = region
        .route_entries
        .iter()
        .any(|it| it.table == vpc.table && it.destination == destination);
    if gateway.network_type != "internet" || has_way_out {
        return;
    }
    let entry = RouteEntry {
        id: region.new_id("rte"),
        table: vpc.table,
        vpc: vpc.id,
        destination,
        hop_type: "NatGateway".to_owned(),
        hop: gateway.id.clone(),
        name: String::new(),
        description: "Created by NAT gateway.".to_owned(),
        is_system: false,
        service: "NAT".to_owned(),
        state: NetworkState::Available,
        due: None,
        modified_ms: region.now,
    };
    region.route_entries.put(entry);
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut gateway) = region.nat_gateways.get(id).cloned() else {
        return;
    };
    if gateway.state == NatState::Deleting {
        let routes = region.route_entries.iter().filter(|it| it.hop == id);
        let routes: Vec<String> = routes.map(|it| it.id.clone()).collect();
        for route in routes {
            region.route_entries.remove(&route);
        }
        region.nat_gateways.remove(id);
        return;
    }
    gateway.state = NatState::Available;
    gateway.due = None;
    add_default_route(region, &gateway);
    region.nat_gateways.put(gateway);
}

/// The Elastic IPs bound to a gateway.
pub fn eips<'r>(region: &'r Region, gateway: &str) -> Vec<&'r Eip> {
    let bound_here = |eip: &&Eip| eip.bound.as_ref().is_some_and(|to| to.id == gateway);
    region.eips.iter().filter(bound_here).collect()
}

fn show(region: &Region, gateway: &NatGateway) -> Value {
    let zone = region
        .vswitches
        .get(&gateway.vswitch)
        .map(|it| it.zone.as_str());
    let snat: Vec<_> = region
        .snat_entries
        .iter()
        .filter(|it| it.nat == gateway.id)
        .collect();
    let ips: Vec<Value> = eips(region, &gateway.id)
        .into_iter()
        .map(|eip| {
            let used = snat.iter().any(|entry| entry.ips.contains(&eip.ip));
            json!({
                "AllocationId": eip.id,
                "IpAddress": eip.ip,
                "UsingStatus": if used { "UsedBySnatTable" } else { "Idle" },
                "SnatEntryEnabled": true,
            })
        })
        .collect();
    json!({
        "NatGatewayId": gateway.id,
        "Name": gateway.name,
        "Description": gateway.description,
        "RegionId": region.name,
        "VpcId": gateway.vpc,
        "NatType": "Enhanced",
        "NetworkType": gateway.network_type,
        "InstanceChargeType": "PostPaid",
        "InternetChargeType": "PayByLcu",
        "Spec": "",
        "BusinessStatus": "Normal",
        "Status": gateway.state.word(),
        "DeletionProtection": gateway.is_protected,
        "IcmpReplyEnabled": gateway.icmp_reply,
        "EipBindMode": gateway.eip_bind_mode,
        "EcsMetricEnabled": false,
        "SnatTableIds": { "SnatTableId": [gateway.snat_table] },
        "ForwardTableIds": { "ForwardTableId": [gateway.forward_table] },
        "FullNatTableIds": { "FullNatTableId": [] },
        "IpLists": { "IpList": ips },
        "NatGatewayPrivateInfo": {
            "EniInstanceId": gateway.interface,
            "EniType": "Indirect",
            "IzNo": zone,
            "VswitchId": gateway.vswitch,
            "PrivateIpAddress": gateway.private_ip,
            "MaxBandwidth": 5120,
            "MaxSessionQuota": 2_000_000,
            "MaxSessionEstablishRate": 100_000,
        },
        "ResourceGroupId": DEFAULT_GROUP,
        "CreationTime": second(gateway.created_ms),
        "ExpiredTime": "",
        "Tags": tags::prefixed(&gateway.tags),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    if let Some(id) = args.some("NatGatewayId") {
        let found = region.nat_gateways.find(id)?;
        if !region.sees(&found.id) {
            return Err(crate::ground::Table::<NatGateway>::missing(id).into());
        }
    }
    let zone_of = |vswitch: &str| region.vswitches.get(vswitch).map(|it| it.zone.as_str());
    let rows = region.visible(&region.nat_gateways).filter(|it| {
        args.is("NatGatewayId", &it.id)
            && args.is("VpcId", &it.vpc)
            && args.is("Name", &it.name)
            && args.is("Status", it.state.word())
            && args.is("NatType", "Enhanced")
            && args.is("NetworkType", &it.network_type)
            && args.is("InstanceChargeType", "PostPaid")
            && args.is("ZoneId", zone_of(&it.vswitch).unwrap_or_default())
            && tags::match_filter(args, &it.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(page, "NatGateways", "NatGateway", |it| {
        show(region, it)
    }))
}

/// The gateway that a request changes.
pub fn changeable(region: &Region, id: &str) -> Result<NatGateway, Fault> {
    let gateway = region.nat_gateways.find(id)?;
    if gateway.state == NatState::Available {
        return Ok(gateway.clone());
    }
    Err(Fault::new(
        "IncorrectStatus.NatGateway",
        "The status of the NAT gateway does not support this operation.",
    ))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut gateway = changeable(region, args.need("NatGatewayId")?)?;
    args.set("Name", &mut gateway.name);
    args.set("Description", &mut gateway.description);
    args.set_word("EipBindMode", &mut gateway.eip_bind_mode);
    args.set_flag("IcmpReplyEnabled", &mut gateway.icmp_reply);
    region.nat_gateways.put(gateway);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    let mut gateway = changeable(region, args.need("NatGatewayId")?)?;
    if gateway.is_protected {
        return Err(Fault::protected());
    }
    let entries = region.snat_entries.iter().filter(|it| it.nat == gateway.id);
    let entries: Vec<String> = entries.map(|it| it.id.clone()).collect();
    let bound: Vec<String> = eips(region, &gateway.id)
        .iter()
        .map(|it| it.id.clone())
        .collect();
    if args.flag("Force") != Some(true) {
        if !entries.is_empty() {
            return Err(Fault::in_use("DependencyViolation.SnatEntry"));
        }
        if !bound.is_empty() {
            return Err(Fault::in_use("DependencyViolation.EIPS"));
        }
    }
    for entry in entries {
        region.snat_entries.remove(&entry);
    }
    for eip in bound {
        super::release_binding(region, &eip);
    }
    gateway.state = NatState::Deleting;
    gateway.due = region.after(region.timing.nat_gateway_ms);
    region.nat_gateways.put(gateway);
    done()
}

fn protect(region: &mut Region, args: &Args) -> Answer {
    let (id, on) = (
        args.need("InstanceId")?,
        args.flag("ProtectionEnable") == Some(true),
    );
    if args.need("Type")? == "EIP" {
        region.eips.change(id, |eip| eip.is_protected = on)?;
    } else {
        region.nat_gateways.change(id, |it| it.is_protected = on)?;
    }
    done()
}
