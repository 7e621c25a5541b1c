//! How large ranges may be.
//!
//! Amazon VPC User Guide, "VPC CIDR blocks" and "Subnet CIDR blocks": /16 to /28 for IPv4.

use ipnet::IpNet;

use super::{View, cidr};
use crate::codes;
use crate::diagnostic::Diagnostic;

pub(super) fn check(view: &mut View<'_>) {
    for type_name in ["aws.vpc", "aws.subnet"] {
        for checked in view.of(type_name) {
            let Some(IpNet::V4(range)) = cidr(&checked.instance, "range") else {
                continue;
            };
            if (16..=28).contains(&range.prefix_len()) {
                continue;
            }
            let size = if range.prefix_len() < 16 {
                "larger"
            } else {
                "smaller"
            };
            view.report(checked, "range", |span| {
                let message = format!("`{range}` is {size} than `{type_name}` can be");
                Diagnostic::error(codes::RANGE_SIZE, span, message)
                    .help("take a range from /16 (65,536 addresses) to /28 (16 addresses)")
            });
        }
    }
}
