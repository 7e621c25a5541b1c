//! ECS 2014-05-26: machines, disks, images, security groups.

mod attachment;
mod charge;
mod disk;
mod image;
mod image_make;
mod instance;
mod instance_change;
mod instance_type;
mod key_pair;
mod launch;
mod place;
mod policy;
mod power;
mod rule;
mod security_group;
mod snapshot;
mod system_disk;
mod tagging;

use crate::aliyun::action::Action;
use crate::aliyun::vpc;
use crate::aliyun::world::Region;

/// The actions of each kind.
pub const KINDS: &[&[Action]] = &[
    place::ACTIONS,
    instance_type::ACTIONS,
    image::ACTIONS,
    image_make::ACTIONS,
    security_group::ACTIONS,
    rule::ACTIONS,
    key_pair::ACTIONS,
    launch::ACTIONS,
    instance::ACTIONS,
    instance_change::ACTIONS,
    charge::ACTIONS,
    power::ACTIONS,
    system_disk::ACTIONS,
    disk::ACTIONS,
    attachment::ACTIONS,
    snapshot::ACTIONS,
    policy::ACTIONS,
    tagging::ACTIONS,
    vpc::OLD_VPC,
    vpc::OLD_VSWITCH,
];

/// Advances everything whose time has come.
pub fn advance(region: &mut Region) {
    let now = region.now;
    loop {
        if let Some(id) = region.disks.next_due(now) {
            disk::advance(region, &id);
        } else if let Some(id) = region.instances.next_due(now) {
            power::advance(region, &id);
        } else if let Some(id) = region.snapshots.next_due(now) {
            snapshot::advance(region, &id);
        } else if let Some(id) = region.images.next_due(now) {
            image_make::advance(region, &id);
        } else {
            return;
        }
    }
}
