//! Route entries.

use serde_json::{Value, json};

use super::take_turn;
use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, Sizes};
use crate::aliyun::param::{
    DRY_RUN, Param, REGION, TOKEN, VPC_DESCRIPTION, cidr, int, one_of, text, title,
};
use crate::aliyun::world::{InstanceState, NatState, NetworkState, Region, RouteEntry};
use crate::ground::calendar::second;
use crate::ground::cidr::Cidr;

/// What a route may lead to here.
const HOPS: &[&str] = &["Instance", "NatGateway", "NetworkInterface"];
const NAME: &[Param] = &[title("RouteEntryName")];

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreateRouteEntry",
        takes: &[
            TOKEN,
            DRY_RUN,
            NAME,
            VPC_DESCRIPTION,
            &[
                text("RegionId"),
                text("RouteTableId").must(),
                cidr("DestinationCidrBlock").must(),
                text("NextHopId"),
                one_of("NextHopType", HOPS),
            ],
        ],
        act: create,
    },
    Action {
        name: "DescribeRouteEntryList",
        takes: &[
            REGION,
            NAME,
            &[
                text("RouteTableId").must(),
                text("RouteEntryId"),
                text("DestinationCidrBlock"),
                text("NextHopId"),
                text("NextHopType"),
                text("RouteEntryType"),
                text("ServiceType"),
                text("IpVersion"),
                text("NextToken"),
                int("MaxResult", 1, 100),
            ],
        ],
        act: describe,
    },
    Action {
        name: "ModifyRouteEntry",
        takes: &[
            REGION,
            DRY_RUN,
            NAME,
            VPC_DESCRIPTION,
            &[
                text("RouteEntryId").must(),
                text("NewNextHopId"),
                one_of("NewNextHopType", HOPS),
            ],
        ],
        act: modify,
    },
    Action {
        name: "DeleteRouteEntry",
        takes: &[
            DRY_RUN,
            &[
                text("RegionId"),
                text("RouteEntryId"),
                text("RouteTableId"),
                text("DestinationCidrBlock"),
                text("NextHopId"),
            ],
        ],
        act: delete,
    },
];

/// Checks that what a route leads to is there.
fn check_hop(region: &Region, vpc: &str, kind: &str, id: &str) -> Result<(), Fault> {
    let is_there = match kind {
        "NatGateway" => {
            let gateway = region.nat_gateways.get(id);
            gateway.is_some_and(|it| it.vpc == vpc && it.state == NatState::Available)
        }
        "NetworkInterface" => region
            .instances
            .iter()
            .any(|it| it.interface == id && it.vpc == vpc),
        _ => {
            let instance = region.instances.get(id);
            instance.is_some_and(|it| it.vpc == vpc && it.state != InstanceState::Deleting)
        }
    };
    if is_there {
        return Ok(());
    }
    Err(Fault::new(
        "InvalidNextHopId.NotFound",
        "The specified NextHopId does not exist in the VPC of the route table.",
    ))
}

fn create(region: &mut Region, args: &Args) -> Answer {
    let table = region
        .route_tables
        .find(args.need("RouteTableId")?)?
        .clone();
    let text = args.need("DestinationCidrBlock")?;
    let destination = Cidr::parse(text).filter(|it| it.to_string() == text);
    let destination = destination.ok_or_else(|| {
        Fault::new(
            "InvalidCidrBlock.Malformed",
            "The specified DestinationCidrBlock is not valid.",
        )
    })?;
    let (hop_type, hop) = (
        args.some("NextHopType").unwrap_or("Instance"),
        args.need("NextHopId")?,
    );
    check_hop(region, &table.vpc, hop_type, hop)?;
    let siblings: Vec<&RouteEntry> = region
        .route_entries
        .iter()
        .filter(|it| it.table == table.id)
        .collect();
    if let Some(known) = siblings.iter().find(|it| it.destination == destination) {
        let code = if known.is_system {
            "InvalidCIDRBlock.Duplicate"
        } else {
            "RouterEntryConflict.Duplicated"
        };
        return Err(Fault::new(
            code,
            "The specified destination CIDR block exists in the route table already.",
        ));
    }
    take_turn(region, &table.vpc)?;
    let custom = siblings.iter().filter(|it| !it.is_system).count();
    if custom >= region.quotas.route_entries_per_table {
        return Err(Fault::new(
            "QuotaExceeded.RouteEntry",
            "Route entry quota exceeded in this route table.",
        ));
    }
    let id = region.new_id("rte");
    region.route_entries.put(RouteEntry {
        id: id.clone(),
        table: table.id,
        vpc: table.vpc,
        destination,
        hop_type: hop_type.to_owned(),
        hop: hop.to_owned(),
        name: args.string("RouteEntryName"),
        description: args.string("Description"),
        is_system: false,
        service: String::new(),
        state: NetworkState::Pending,
        due: region.after(region.timing.network_ms),
        modified_ms: region.now,
    });
    Ok(json!({ "RouteEntryId": id }))
}

pub fn advance(region: &mut Region, id: &str) {
    let Some(mut entry) = region.route_entries.get(id).cloned() else {
        return;
    };
    if entry.state == NetworkState::Deleting {
        region.route_entries.remove(id);
        return;
    }
    entry.state = NetworkState::Available;
    entry.due = None;
    region.route_entries.put(entry);
}

fn kind(entry: &RouteEntry) -> &'static str {
    if entry.is_system { "System" } else { "Custom" }
}

fn show(region: &Region, entry: &RouteEntry) -> Value {
    let mut hop = json!({
        "NextHopType": entry.hop_type,
        "NextHopId": entry.hop,
        "Enabled": 1,
        "Weight": 0,
    });
    if !entry.hop.is_empty() {
        hop["NextHopRegionId"] = json!(region.name);
    }
    json!({
        "RouteEntryId": entry.id,
        "RouteEntryName": entry.name,
        "Description": entry.description,
        "RouteTableId": entry.table,
        "DestinationCidrBlock": entry.destination,
        "IpVersion": "ipv4",
        "Type": kind(entry),
        "ServiceType": entry.service,
        "Status": entry.state.word(),
        "GmtModified": second(entry.modified_ms),
        "NextHops": { "NextHop": [hop] },
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let table = region
        .route_tables
        .find(args.need("RouteTableId")?)?
        .id
        .clone();
    let rows = region.visible(&region.route_entries).filter(|it| {
        it.table == table
            && args.is("RouteEntryId", &it.id)
            && args.is("RouteEntryName", &it.name)
            && args.is("DestinationCidrBlock", &it.destination.to_string())
            && args.is("NextHopId", &it.hop)
            && args.is("NextHopType", &it.hop_type)
            && args.is("RouteEntryType", kind(it))
            && args.is("ServiceType", &it.service)
            && args.is("IpVersion", "ipv4")
    });
    let sizes = Sizes {
        least: 1,
        most: 100,
        usual: 10,
    };
    let page = page::tokens(args, "MaxResult", sizes, rows.collect(), |it| &it.id)?;
    Ok(page::answer(page, "RouteEntrys", "RouteEntry", |it| {
        show(region, it)
    }))
}

/// The custom entry that a request is about: by its id, or by table, destination and hop.
fn named(region: &Region, args: &Args) -> Result<RouteEntry, Fault> {
    let entry = match args.some("RouteEntryId") {
        Some(id) => region.route_entries.find(id)?.clone(),
        None => {
            let table = args.need("RouteTableId")?;
            let destination = args.need("DestinationCidrBlock")?;
            let hop = args.some("NextHopId");
            let mut entries = region.route_entries.iter();
            let found = entries.find(|it| {
                it.table == table
                    && it.destination.to_string() == destination
                    && hop.is_none_or(|hop| hop == it.hop)
            });
            let missing = || Fault::from(crate::ground::Table::<RouteEntry>::missing(""));
            found.cloned().ok_or_else(missing)?
        }
    };
    if entry.is_system || !entry.service.is_empty() {
        return Err(Fault::new(
            "Forbbiden.SystemRouteEntry",
            "A route entry of the system cannot be changed.",
        ));
    }
    if entry.state != NetworkState::Available {
        return Err(Fault::new(
            "IncorrectRouteEntryStatus",
            "The status of the route entry does not support this operation.",
        ));
    }
    Ok(entry)
}

fn modify(region: &mut Region, args: &Args) -> Answer {
    let mut entry = named(region, args)?;
    args.set("RouteEntryName", &mut entry.name);
    args.set("Description", &mut entry.description);
    if let Some(hop) = args.some("NewNextHopId") {
        let kind = args.need("NewNextHopType")?;
        check_hop(region, &entry.vpc, kind, hop)?;
        take_turn(region, &entry.vpc)?;
        entry.hop = hop.to_owned();
        entry.hop_type = kind.to_owned();
        entry.state = NetworkState::Modifying;
        entry.due = region.after(region.timing.network_ms);
    }
    entry.modified_ms = region.now;
    region.route_entries.put(entry);
    done()
}

fn delete(region: &mut Region, args: &Args) -> Answer {
    let mut entry = named(region, args)?;
    take_turn(region, &entry.vpc)?;
    entry.state = NetworkState::Deleting;
    entry.due = region.after(region.timing.network_ms);
    region.route_entries.put(entry);
    done()
}
