//! ECS 2014-05-26: machines, disks, images, security groups.

mod image;
mod instance_type;
mod key_pair;
mod place;
mod rule;
mod security_group;
mod tagging;

use crate::aliyun::action::Action;
use crate::aliyun::vpc;
use crate::aliyun::world::Region;

/// The actions of each kind.
pub const KINDS: &[&[Action]] = &[
    place::ACTIONS,
    instance_type::ACTIONS,
    image::ACTIONS,
    security_group::ACTIONS,
    rule::ACTIONS,
    key_pair::ACTIONS,
    tagging::ACTIONS,
    vpc::OLD_VPC,
    vpc::OLD_VSWITCH,
];

/// Advances everything whose time has come.
pub fn advance(_: &mut Region) {}
