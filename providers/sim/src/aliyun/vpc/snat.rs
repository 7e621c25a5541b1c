//! SNAT entries of NAT gateways.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::nat_gateway;
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{DRY_RUN, Param, REGION, TOKEN, cidr, int, name, text};
use crate::aliyun::world::{NatGateway, NetworkState, Region, SnatEntry};
use crate::ground::cidr::Cidr;

const TABLE: &[Param] = &[text("SnatTableId").must()];
const ID: &[Param] = &[text("SnatEntryId").must()];
const NAME: &[Param] = &[name("SnatEntryName")];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateSnatEntry",
        takes: &[
            REGION,
            TOKEN,
            DRY_RUN,
            TABLE,
            NAME,
            &[
                text("SnatIp").must(),
                text("SourceVSwitchId"),
                cidr("SourceCIDR"),
                int("EipAffinity", 0, 1),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeSnatTableEntries",
        takes: &[
            REGION,
            NAME,
            NUMBERED_50,
            &[
                text("SnatTableId"),
                text("NatGatewayId"),
                text("SnatEntryId"),
                text("SnatIp"),
                text("SourceCIDR"),
                text("SourceVSwitchId"),
            ],
        ],
        act: describe,
    },
    Action {
        name: "ModifySnatEntry",
        takes: &[
            REGION,
            TOKEN,
            DRY_RUN,
            TABLE,
            ID,
            NAME,
            &[text("SnatIp"), int("EipAffinity", 0, 1)],
        ],
        act: modify,
    },
    Action {
        name: "DeleteSnatEntry",
        takes: &[REGION, TOKEN, TABLE, ID],
        act: delete,
    },
];

fn gateway_of(region: &Region, table: &str) -> Result<NatGateway, Fault> {
    let mut gateways = region.nat_gateways.iter();
    let gateway = gateways.find(|it| it.snat_table == table).ok_or_else(|| {
        Fault::new(
            "InvalidSnatTableId.NotFound",
            "Specified SNAT table does not exist.",
        )
    })?;
    nat_gateway::changeable(region, &gateway.id)
}

/// The addresses that a list with commas names, all bound to the gateway.
fn addresses(region: &Region, gateway: &NatGateway, text: &str) -> Result<Vec<Ipv4Addr>, Fault> {
    let bound = nat_gateway::eips(region, &gateway.id);
    let ips = text.split(',').map(|one| {
        let ip: Option<Ipv4Addr> = one.trim().parse().ok();
        let ip = ip.filter(|ip| bound.iter().any(|eip| eip.ip == *ip));
        ip.ok_or_else(|| {
            Fault::new(
                "EIP_NOT_IN_GATEWAY",
                "The specified EIP is not bound to the NAT gateway.",
            )
        })
    });
    ips.collect()
}

fn create(region: &mut Region, args: &Args) -> Answer {
    let table = args.need("SnatTableId")?;
    let gateway = gateway_of(region, table)?;
    let (vswitch, range) = match (args.some("SourceVSwitchId"), args.some("SourceCIDR")) {
        (Some(id), None) => {
            let vswitch = region.vswitches.get(id).filter(|it| it.vpc == gateway.vpc);
            let vswitch = vswitch.ok_or_else(Fault::no_vswitch)?;
            (vswitch.id.clone(), vswitch.cidr)
        }
        (None, Some(text)) => {
            let range = Cidr::parse(text)
                .ok_or_else(|| Fault::invalid("SourceCIDR", "it takes an IPv4 range"))?;
            (String::new(), range)
        }
        (None, None) => return Err(Fault::missing("SourceVSwitchId")),
        (Some(_), Some(_)) => {
            return Err(Fault::invalid(
                "SourceCIDR",
                "it does not go together with SourceVSwitchId",
            ));
        }
    };
    let ips = addresses(region, &gateway, args.need("SnatIp")?)?;
    let siblings: Vec<&SnatEntry> = region
        .snat_entries
        .iter()
        .filter(|it| it.table == table)
        .collect();
    if siblings
        .iter()
        .any(|it| it.vswitch == vswitch && it.range == range)
    {
        return Err(Fault::new(
            "Forbidden.SourceVSwitchId.Duplicated",
            "The specified source has a SNAT entry already.",
        ));
    }
    if siblings.len() >= region.quotas.snat_entries_per_table {
        return Err(Fault::new(
            "QuotaExceeded.SnatEntry",
            "The quota of SNAT entries in the table is exceeded.",
        ));
    }
    let id = region.new_id("snat");
    region.snat_entries.put(SnatEntry {
        id: id.clone(),
        table: table.to_owned(),
        nat: gateway.id,
        vswitch,
        range,
        ips,
        name: args.string("SnatEntryName"),
        affinity: args.int("EipAffinity") == Some(1),
        state: NetworkState::Pending,
        due: region.after(region.timing.snat_ms),
    });
    Ok(json!({ "SnatEntryId": id }))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut entry) = region.snat_entries.get(id).cloned() else {
        return;
    };
    if entry.state == NetworkState::Deleting {
        region.snat_entries.remove(id);
        return;
    }
    entry.state = NetworkState::Available;
    entry.due = None;
    region.snat_entries.put(entry);
}

fn ips(entry: &SnatEntry) -> String {
    let ips: Vec<String> = entry.ips.iter().map(Ipv4Addr::to_string).collect();
    ips.join(",")
}

fn show(entry: &SnatEntry) -> Value {
    json!({
        "SnatEntryId": entry.id,
        "SnatEntryName": entry.name,
        "SnatTableId": entry.table,
        "NatGatewayId": entry.nat,
        "SnatIp": ips(entry),
        "SourceVSwitchId": entry.vswitch,
        "SourceCIDR": entry.range,
        "EipAffinity": if entry.affinity { "1" } else { "0" },
        "Status": entry.state.word(),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    if args.some("SnatTableId").is_none()
        && args.some("NatGatewayId").is_none()
        && args.some("SnatEntryId").is_none()
    {
        return Err(Fault::missing("SnatTableId"));
    }
    if let Some(table) = args.some("SnatTableId")
        && !region.nat_gateways.iter().any(|it| it.snat_table == table)
    {
        return Err(Fault::new(
            "InvalidSnatTableId.NotFound",
            "Specified SNAT table does not exist.",
        ));
    }
    let rows = region.visible(&region.snat_entries).filter(|it| {
        args.is("SnatTableId", &it.table)
            && args.is("NatGatewayId", &it.nat)
            && args.is("SnatEntryId", &it.id)
            && args.is("SnatEntryName", &it.name)
            && args.is("SnatIp", &ips(it))
            && args.is("SourceCIDR", &it.range.to_string())
            && args.is("SourceVSwitchId", &it.vswitch)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(
        page,
        "SnatTableEntries",
        "SnatTableEntry",
        |it| show(it),
    ))
}

fn changeable(region: &Region, args: &Args) -> Result<SnatEntry, Fault> {
    let table = args.need("SnatTableId")?;
    let entry = region.snat_entries.find(args.need("SnatEntryId")?)?;
    if entry.table != table {
        return Err(crate::ground::Table::<SnatEntry>::missing(&entry.id).into());
    }
    if entry.state == NetworkState::Available {
        return Ok(entry.clone());
    }
    Err(Fault::new(
        "IncorrectStatus.SnatEntry",
        "The status of the SNAT entry does not support this operation.",
    ))
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut entry = changeable(region, args)?;
    let gateway = gateway_of(region, &entry.table)?;
    if let Some(text) = args.some("SnatIp") {
        entry.ips = addresses(region, &gateway, text)?;
        entry.state = NetworkState::Modifying;
        entry.due = region.after(region.timing.snat_ms);
    }
    args.set("SnatEntryName", &mut entry.name);
    if let Some(affinity) = args.int("EipAffinity") {
        entry.affinity = affinity == 1;
    }
    region.snat_entries.put(entry);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    let mut entry = changeable(region, args)?;
    entry.state = NetworkState::Deleting;
    entry.due = region.after(region.timing.snat_ms);
    region.snat_entries.put(entry);
    done()
}
