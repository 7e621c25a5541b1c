//! Route tables: each VPC has the one that the system made.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::config::ACCOUNT;
use crate::aliyun::page::{self, NUMBERED_50};
use crate::aliyun::param::{DEFAULT_GROUP, GROUP, REGION, TAGS, text};
use crate::aliyun::tags;
use crate::aliyun::world::{Region, RouteTable};
use crate::ground::calendar::second;

pub const ACTIONS: &[Action] = &[Action {
    name: "DescribeRouteTableList",
    takes: &[
        REGION,
        GROUP,
        TAGS,
        NUMBERED_50,
        &[
            text("VpcId"),
            text("RouteTableId"),
            text("RouteTableName"),
            text("RouteTableType"),
            text("RouterId"),
            text("RouterType"),
        ],
    ],
    act: describe,
}];

fn show(region: &Region, table: &RouteTable) -> Value {
    let vswitches = region.vswitches.iter().filter(|it| it.vpc == table.vpc);
    let vswitches: Vec<&str> = vswitches.map(|it| it.id.as_str()).collect();
    json!({
        "RouteTableId": table.id,
        "RouteTableName": "",
        "RouteTableType": "System",
        "AssociateType": "VSwitch",
        "RouterId": table.router,
        "RouterType": "VRouter",
        "VpcId": table.vpc,
        "Description": "",
        "Status": "Available",
        "OwnerId": ACCOUNT.parse::<i64>().unwrap_or_default(),
        "ResourceGroupId": DEFAULT_GROUP,
        "CreationTime": second(table.created_ms),
        "VSwitchIds": { "VSwitchId": vswitches },
        "Tags": tags::plain(&table.tags),
    })
}

fn describe(region: &mut Region, args: &Args) -> Answer {
    let rows = region.visible(&region.route_tables).filter(|it| {
        args.is("VpcId", &it.vpc)
            && args.is("RouteTableId", &it.id)
            && args.is("RouterId", &it.router)
            && args.is("RouteTableName", "")
            && args.is("RouteTableType", "System")
            && args.is("RouterType", "VRouter")
            && tags::match_filter(args, &it.tags)
    });
    let page = page::numbered(args, rows.collect());
    Ok(page::answer(
        page,
        "RouterTableList",
        "RouterTableListType",
        |it| show(region, it),
    ))
}
