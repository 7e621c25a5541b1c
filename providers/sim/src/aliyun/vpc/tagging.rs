//! The resources of VPC that carry tags.

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::tags::{self, Types, reach};
use crate::aliyun::world::Region;

const TYPES: Types = &[
    ("VPC", reach!(vpcs)),
    ("VSWITCH", reach!(vswitches)),
    ("ROUTETABLE", reach!(route_tables)),
    ("EIP", reach!(eips)),
    ("NATGATEWAY", reach!(nat_gateways)),
];

pub const ACTIONS: &[Action] = &[
    tags::tag(add),
    tags::untag("UnTagResources", remove),
    tags::list_sized(list),
];

fn add(region: &mut Region, args: &Args) -> Answer {
    tags::add(TYPES, region, args)
}

fn remove(region: &mut Region, args: &Args) -> Answer {
    tags::remove(TYPES, region, args)
}

fn list(region: &mut Region, args: &Args) -> Answer {
    tags::show(TYPES, region, args)
}
