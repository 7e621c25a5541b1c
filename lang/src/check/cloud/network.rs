//! Subnets are inside their network and apart from each other, and so are networks that are joined.

use std::collections::BTreeMap;

use infra_model::Address;
use ipnet::IpNet;

use super::{View, cidr, place};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

pub(super) fn check(view: &mut View<'_>) {
    let mut networks: BTreeMap<&Address, Vec<(IpNet, &Checked)>> = BTreeMap::new();
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
        networks
            .entry(&vpc.instance.address)
            .or_default()
            .push((range, subnet));
    }
    for subnets in networks.into_values() {
        overlaps(view, subnets);
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

/// Ranges either contain each other or are apart, so after sorting only the widest before can overlap.
fn overlaps(view: &mut View<'_>, mut subnets: Vec<(IpNet, &Checked)>) {
    subnets.sort_by_key(|(range, _)| (range.network(), range.prefix_len()));
    let mut widest: Option<(IpNet, &Checked)> = None;
    for (range, subnet) in subnets {
        if let Some((before, first)) = widest
            && before.contains(&range.network())
        {
            // The one that is written later is the one to look at.
            let (earlier, later) = match first.instance.span <= subnet.instance.span {
                true => ((before, first), (range, subnet)),
                false => ((range, subnet), (before, first)),
            };
            let (a, b) = (&earlier.1.instance, &later.1.instance);
            view.report(later.1, "range", |span| {
                Diagnostic::error(
                    codes::SUBNET_OVERLAP,
                    span,
                    format!(
                        "`{}` of `{}` overlaps `{}` of `{}`",
                        later.0, b.address, earlier.0, a.address
                    ),
                )
                .related(place(a, "range"), format!("the range of `{}`", a.address.name))
                .help("subnets of one network are apart: `subnet_of(range, bits, number)` counts them out")
            });
            continue;
        }
        widest = Some((range, subnet));
    }
}
