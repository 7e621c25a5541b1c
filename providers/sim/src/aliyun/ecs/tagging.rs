//! The resources of ECS that carry tags.

use crate::aliyun::action::{Action, Answer};
use crate::aliyun::args::Args;
use crate::aliyun::tags::{self, Types, reach};
use crate::aliyun::world::Region;

const TYPES: Types = &[
    ("instance", reach!(instances)),
    ("disk", reach!(disks)),
    ("snapshot", reach!(snapshots)),
    ("image", reach!(images)),
    ("securitygroup", reach!(security_groups)),
    ("keypair", reach!(key_pairs)),
    ("snapshotpolicy", reach!(policies)),
];

pub const ACTIONS: &[Action] = &[
    tags::tag(add),
    tags::untag("UntagResources", remove),
    tags::list(list),
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
