//! Private addresses are ones that their subnet can give.
//!
//! Amazon VPC User Guide, "Subnet CIDR reservations and sizing": the first four addresses and the last are Amazon's.

use std::net::IpAddr;

use infra_model::Value;
use ipnet::IpNet;

use super::{View, cidr, place};
use crate::codes;
use crate::diagnostic::Diagnostic;

pub(super) fn check(view: &mut View<'_>) {
    for type_name in ["aws.instance", "aws.nat_gateway", "aws.network_interface"] {
        for checked in view.of(type_name) {
            let Some(Value::Ip(address)) = checked.instance.fields.get("private_ip") else {
                continue;
            };
            let Some(subnet) = view.target(&checked.instance, "subnet") else {
                continue;
            };
            let Some(range) = cidr(&subnet.instance, "range") else {
                continue;
            };
            let why = if !range.contains(address) {
                format!(
                    "`{address}` is not in `{range}`, the range of `{}`",
                    subnet.instance.address.name
                )
            } else if is_reserved(range, *address) {
                format!(
                    "Amazon keeps `{address}`: the first four addresses of a subnet and the last are its own"
                )
            } else {
                continue;
            };
            view.report(checked, "private_ip", |span| {
                Diagnostic::error(codes::ADDRESS_OUTSIDE_SUBNET, span, why)
                    .related(place(&subnet.instance, "range"), "the subnet's range")
                    .help(format!(
                        "take one of the others, such as `host_of({}.range, 10)`",
                        subnet.instance.address.name
                    ))
            });
        }
    }
}

fn is_reserved(range: IpNet, address: IpAddr) -> bool {
    match (range, address) {
        (IpNet::V4(range), IpAddr::V4(address)) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            let address = u32::from(address);
            address < first + 4 || address == last
        }
        _ => false,
    }
}
