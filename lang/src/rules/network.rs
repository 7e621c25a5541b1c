//! Subnets are inside their network, and networks that are joined are apart.

use ipnet::IpNet;

use super::{View, cidr, place};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

pub(super) fn check(view: &mut View<'_>) {
    for subnet in view.of("aws.subnet") {
        let (Some(range), Some(vpc)) = (
            cidr(&subnet.instance, "range"),
            view.target(&subnet.instance, "vpc"),
        ) else {
            continue;
        };
        if let Some(whole) = cidr(&vpc.instance, "range")
            && !whole.contains(&range)
        {
            outside(view, subnet, range, vpc, whole);
        }
    }
    for peering in view.of("aws.peering") {
        joined(view, peering);
    }
}

/// Amazon VPC Peering Guide, "VPC peering limitations": a connection of networks that overlap fails.
fn joined(view: &mut View<'_>, peering: &Checked) {
    let side = |field| view.target(&peering.instance, field);
    let (Some(one), Some(other)) = (side("vpc"), side("peer")) else {
        return;
    };
    let (one, other) = (&one.instance, &other.instance);
    let (Some(a), Some(b)) = (cidr(one, "range"), cidr(other, "range")) else {
        return;
    };
    if !a.contains(&b.network()) && !b.contains(&a.network()) {
        return;
    }
    view.report(peering, "peer", |span| {
        let message = match one.address == other.address {
            true => format!("`{}` cannot be joined with itself", one.address.name),
            false => format!(
                "`{b}` of `{}` overlaps `{a}` of `{}`",
                other.address.name, one.address.name
            ),
        };
        Diagnostic::error(codes::RANGE_OVERLAP, span, message)
            .related(
                place(one, "range"),
                format!("the range of `{}`", one.address.name),
            )
            .help("no route could tell them apart; give one of the networks another range")
    });
}

fn outside(view: &mut View<'_>, subnet: &Checked, range: IpNet, vpc: &Checked, whole: IpNet) {
    let name = &vpc.instance.address.name;
    view.report(subnet, "range", |span| {
        Diagnostic::error(
            codes::SUBNET_OUTSIDE_VPC,
            span,
            format!("`{range}` is not inside `{whole}`, the range of `{name}`"),
        )
        .related(
            place(&vpc.instance, "range"),
            format!("the range of `{name}`"),
        )
        .help(format!(
            "take a part of it, such as `subnet_of({name}.range, 8, 0)`"
        ))
    });
}
