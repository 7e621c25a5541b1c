//! VPC 2016-04-28: networks, routes, NAT, Elastic IPs.

mod eip;
mod nat_gateway;
mod route_entry;
mod route_table;
mod snat;
mod tagging;
#[expect(
    clippy::module_inception,
    reason = "the product and the kind have one name"
)]
mod vpc;
mod vswitch;
mod zones;

use crate::aliyun::action::Action;
use crate::aliyun::fault::Fault;
use crate::aliyun::world::{NetworkState, Region};

pub use eip::release_binding;
pub use vpc::OLD as OLD_VPC;
pub use vswitch::OLD as OLD_VSWITCH;

/// The actions of each kind.
pub const KINDS: &[&[Action]] = &[
    vpc::ACTIONS,
    vswitch::ACTIONS,
    route_table::ACTIONS,
    route_entry::ACTIONS,
    nat_gateway::ACTIONS,
    snat::ACTIONS,
    eip::ACTIONS,
    tagging::ACTIONS,
    zones::ACTIONS,
];

/// Advances everything whose time has come.
pub fn advance(region: &mut Region) {
    let now = region.now;
    loop {
        if let Some(id) = region.snat_entries.next_due(now) {
            snat::advance(region, &id);
        } else if let Some(id) = region.nat_gateways.next_due(now) {
            nat_gateway::advance(region, &id);
        } else if let Some(id) = region.eips.next_due(now) {
            eip::advance(region, &id);
        } else if let Some(id) = region.route_entries.next_due(now) {
            route_entry::advance(region, &id);
        } else if let Some(id) = region.vswitches.next_due(now) {
            vswitch::advance(region, &id);
        } else if let Some(id) = region.vpcs.next_due(now) {
            vpc::advance(region, &id);
        } else {
            return;
        }
    }
}

/// VSwitches and routes of a VPC change one at a time.
///
/// # Errors
/// `TaskConflict` while another change is under way, `IncorrectVpcStatus` while the VPC itself is not available.
fn take_turn(region: &Region, vpc: &str) -> Result<(), Fault> {
    let found = region.vpcs.get(vpc);
    if found.is_some_and(|vpc| vpc.state != NetworkState::Available) {
        return Err(Fault::new(
            "IncorrectVpcStatus",
            "Current VPC status does not support this operation.",
        ));
    }
    let busy = |state: NetworkState| state != NetworkState::Available;
    let mut vswitches = region.vswitches.iter();
    let mut entries = region.route_entries.iter();
    if vswitches.any(|it| it.vpc == vpc && busy(it.state))
        || entries.any(|it| it.vpc == vpc && busy(it.state))
    {
        return Err(Fault::conflict());
    }
    Ok(())
}
