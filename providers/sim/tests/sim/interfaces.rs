//! Network interfaces of their own.

use crate::client::{Sim, instant};

fn create(sim: &Sim, subnet: &str, more: &[(&str, &str)]) -> String {
    let mut parameters = vec![("SubnetId", subnet)];
    parameters.extend(more);
    sim.get("CreateNetworkInterface", &parameters, "networkInterfaceId")
}

#[test]
fn an_interface_moves_from_instance_to_instance() {
    let sim = instant();
    let (_, subnet) = sim.network();
    let [one, other] = [0, 1].map(|_| sim.launch(&subnet, &[]).ok().text("instanceId"));
    sim.ec2("DescribeInstances", &[]).ok();
    let card = create(&sim, &subnet, &[("ClientToken", "t")]);
    assert_eq!(create(&sim, &subnet, &[("ClientToken", "t")]), card);
    let attach = |card: &str, instance: &str, index: &str| {
        sim.ec2(
            "AttachNetworkInterface",
            &[
                ("NetworkInterfaceId", card),
                ("InstanceId", instance),
                ("DeviceIndex", index),
            ],
        )
    };
    assert_eq!(attach(&card, &one, "0").code(), "InvalidParameterValue");
    let attachment = attach(&card, &one, "1").ok().text("attachmentId");
    assert_eq!(
        attach(&card, &other, "1").code(),
        "InvalidNetworkInterface.InUse"
    );
    let [second, third] = [0, 1].map(|_| create(&sim, &subnet, &[]));
    assert_eq!(attach(&second, &one, "1").code(), "InvalidParameterValue");
    attach(&second, &one, "2").ok();
    assert_eq!(attach(&third, &one, "3").code(), "AttachmentLimitExceeded");
    let shown = sim.ec2("DescribeInstances", &[("InstanceId.1", &one)]).ok();
    assert!(shown.all("networkInterfaceId").contains(&card));
    let delete = |card: &str| sim.ec2("DeleteNetworkInterface", &[("NetworkInterfaceId", card)]);
    assert_eq!(delete(&card).code(), "InvalidParameterValue");
    let detach = |id: &str| sim.ec2("DetachNetworkInterface", &[("AttachmentId", id)]);
    let first = sim.get(
        "DescribeNetworkInterfaces",
        &[
            ("Filter.1.Name", "attachment.device-index"),
            ("Filter.1.Value.1", "0"),
        ],
        "attachmentId",
    );
    assert_eq!(detach(&first).code(), "OperationNotPermitted");
    detach(&attachment).ok();
    assert_eq!(detach(&attachment).code(), "InvalidAttachmentID.NotFound");
    attach(&card, &other, "1").ok();
    // It outlives a machine that it was plugged into.
    sim.ec2("TerminateInstances", &[("InstanceId.1", &other)])
        .ok();
    assert_eq!(
        sim.ec2("DeleteSubnet", &[("SubnetId", &subnet)]).code(),
        "DependencyViolation"
    );
    delete(&card).ok();
    assert_eq!(delete(&card).code(), "InvalidNetworkInterfaceID.NotFound");
}

#[test]
fn further_addresses_come_and_go() {
    let sim = instant();
    let (_, subnet) = sim.network();
    let card = create(
        &sim,
        &subnet,
        &[
            ("PrivateIpAddresses.1.PrivateIpAddress", "10.0.1.10"),
            ("PrivateIpAddresses.1.Primary", "true"),
            ("PrivateIpAddresses.2.PrivateIpAddress", "10.0.1.11"),
        ],
    );
    let other = create(&sim, &subnet, &[("PrivateIpAddress", "10.0.1.20")]);
    let change = |action: &str, card: &str, more: &[(&str, &str)]| {
        let mut parameters = vec![("NetworkInterfaceId", card)];
        parameters.extend(more);
        sim.ec2(action, &parameters)
    };
    let held = [("PrivateIpAddress.1", "10.0.1.11")];
    assert_eq!(
        change("AssignPrivateIpAddresses", &other, &held).code(),
        "InvalidIPAddress.InUse"
    );
    let moving = [held[0], ("AllowReassignment", "true")];
    change("AssignPrivateIpAddresses", &other, &moving).ok();
    assert_eq!(
        change("UnassignPrivateIpAddresses", &card, &held).code(),
        "InvalidParameterValue"
    );
    change("UnassignPrivateIpAddresses", &other, &held).ok();
    let two = [("SecondaryPrivateIpAddressCount", "2")];
    let free = change("AssignPrivateIpAddresses", &card, &two).ok();
    assert_eq!(free.all("privateIpAddress"), ["10.0.1.4", "10.0.1.5"]);
    let found = sim.ec2(
        "DescribeNetworkInterfaces",
        &[
            ("Filter.1.Name", "addresses.private-ip-address"),
            ("Filter.1.Value.1", "10.0.1.5"),
        ],
    );
    assert_eq!(found.ok().all("networkInterfaceId"), [card]);
}
