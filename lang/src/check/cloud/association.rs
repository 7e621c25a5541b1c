//! What can be in one place only is in one place only.

use std::collections::BTreeMap;

use infra_model::{Address, Value};

use super::{View, place, references, text};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

pub(super) fn check(view: &mut View<'_>) {
    once(
        view,
        "aws.route_table",
        "subnets",
        "a subnet has one route table",
    );
    once(
        view,
        "aws.network_acl",
        "subnets",
        "a subnet has one network ACL",
    );
    once(
        view,
        "aws.dhcp_options",
        "vpcs",
        "a network has one set of DHCP options",
    );
    once(
        view,
        "aws.internet_gateway",
        "vpc",
        "a network has one internet gateway",
    );
    once(
        view,
        "aws.nat_gateway",
        "address",
        "an address leads to one place",
    );
    volumes(view);
    devices(view);
}

/// Whatever `field` refers to is referred to by one instance of the type only.
fn once(view: &mut View<'_>, type_name: &str, field: &str, why: &str) {
    let mut seen: BTreeMap<Address, &Checked> = BTreeMap::new();
    for checked in view.of(type_name) {
        for value in references(&checked.instance, field) {
            let Value::Ref(address) = value else {
                continue;
            };
            match seen.get(address) {
                Some(first) => twice(view, checked, first, field, address, why),
                None => {
                    seen.insert(address.clone(), checked);
                }
            }
        }
    }
}

fn twice(
    view: &mut View<'_>,
    checked: &Checked,
    first: &Checked,
    field: &str,
    address: &Address,
    why: &str,
) {
    view.report(checked, field, |span| {
        Diagnostic::error(
            codes::DUPLICATE_ASSOCIATION,
            span,
            format!("`{address}` is in `{}` already", first.instance.address),
        )
        .related(place(&first.instance, field), "here")
        .help(format!("{why}; take it out of one of them"))
    });
}

/// A volume is attached once, unless it is made for several.
fn volumes(view: &mut View<'_>) {
    let mut seen: BTreeMap<Address, &Checked> = BTreeMap::new();
    for checked in view.of("aws.attachment") {
        let Some(volume) = view.target(&checked.instance, "volume") else {
            continue;
        };
        if volume.instance.fields.get("multi_attach") == Some(&Value::Bool(true)) {
            continue;
        }
        let address = &volume.instance.address;
        match seen.get(address) {
            Some(first) => {
                let why = "a volume without `multi_attach` is attached once";
                twice(view, checked, first, "volume", address, why);
            }
            None => {
                seen.insert(address.clone(), checked);
            }
        }
    }
}

/// A device name of an instance is used once.
fn devices(view: &mut View<'_>) {
    let mut seen: BTreeMap<(Address, String), &Checked> = BTreeMap::new();
    for checked in view.of("aws.attachment") {
        let (Some(Value::Ref(instance)), Some(device)) = (
            checked.instance.fields.get("instance"),
            text(&checked.instance, "device"),
        ) else {
            continue;
        };
        match seen.get(&(instance.clone(), device.to_owned())) {
            Some(first) => view.report(checked, "device", |span| {
                Diagnostic::error(
                    codes::DUPLICATE_ASSOCIATION,
                    span,
                    format!("`{instance}` has something at `{device}` already"),
                )
                .related(place(&first.instance, "device"), "here")
                .help("each volume needs a device name of its own, `/dev/sdf` to `/dev/sdp`")
            }),
            None => {
                seen.insert((instance.clone(), device.to_owned()), checked);
            }
        }
    }
}
