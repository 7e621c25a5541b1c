//! Instances as XML.

use crate::aws::catalogue::instance_type;
use crate::aws::config::ACCOUNT;
use crate::aws::ec2::{interface, profile, tags};
use crate::aws::world::{Instance, InstanceState, Interface, Metadata, Region};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;

/// A reservation with the given instances of it.
pub fn reservation(region: &Region, id: &str, instances: &[&Instance]) -> Node {
    Node::new()
        .text("reservationId", id)
        .text("ownerId", ACCOUNT)
        .list("groupSet", [])
        .list(
            "instancesSet",
            instances.iter().map(|instance| show(region, instance)),
        )
}

/// Code and name of a state.
pub fn state(state: InstanceState) -> Node {
    Node::new().text("code", state.code()).text("name", state)
}

/// The architecture of the instance's type.
pub fn architecture(_: &Region, instance: &Instance) -> Option<&'static str> {
    instance_type(&instance.kind).map(|kind| kind.architecture)
}

/// `<metadataOptions>`.
pub fn metadata(options: &Metadata) -> Node {
    Node::new()
        .text("state", "applied")
        .text("httpTokens", &options.tokens)
        .text("httpPutResponseHopLimit", options.hop_limit)
        .text("httpEndpoint", &options.endpoint)
        .text("httpProtocolIpv6", &options.ipv6)
        .text("instanceMetadataTags", &options.tags)
}

/// `<blockDeviceMapping>`.
pub fn devices(region: &Region, instance: &Instance) -> Node {
    let items = instance.devices.iter().filter_map(|(name, volume)| {
        let attachment = region.volumes.get(volume)?.attachment.as_ref()?;
        let ebs = Node::new()
            .text("volumeId", volume)
            .text("status", attachment.state)
            .text("attachTime", iso(attachment.since_ms))
            .text("deleteOnTermination", attachment.delete_on_termination);
        Some(Node::new().text("deviceName", name).node("ebs", ebs))
    });
    Node::new().list("blockDeviceMapping", items)
}

fn port(region: &Region, port: &Interface) -> Node {
    let association = interface::show_public(region, port);
    let with = |node: Node| match &association {
        Some(association) => node.node("association", association.clone()),
        None => node,
    };
    let mut node = Node::new()
        .text("networkInterfaceId", &port.id)
        .text("subnetId", &port.subnet)
        .text("vpcId", &port.vpc)
        .text("description", &port.description)
        .text("ownerId", ACCOUNT)
        .text("status", "in-use")
        .text("macAddress", &port.mac)
        .text("privateIpAddress", port.ip)
        .text("privateDnsName", interface::private_name(region, port.ip))
        .text("sourceDestCheck", port.source_dest_check)
        .text("interfaceType", "interface")
        .and(interface::show_groups(region, &port.groups));
    if let Some(attachment) = &port.attachment {
        let attachment = Node::new()
            .text("attachmentId", &attachment.id)
            .text("deviceIndex", attachment.device_index)
            .text("status", "attached")
            .text("attachTime", iso(attachment.since_ms))
            .text("deleteOnTermination", attachment.delete_on_termination)
            .text("networkCardIndex", 0);
        node = node.node("attachment", attachment);
    }
    with(node).list(
        "privateIpAddressesSet",
        interface::show_addresses(region, port, &association),
    )
}

/// An instance.
pub fn show(region: &Region, instance: &Instance) -> Node {
    let ports: Vec<&Interface> = instance
        .interfaces
        .iter()
        .filter_map(|id| region.interfaces.get(id))
        .collect();
    let first = ports.first().copied();
    let kind = instance_type(&instance.kind);
    let threads = kind.map_or(1, |kind| {
        if kind.vcpus == 1 || kind.architecture == "arm64" {
            1
        } else {
            2
        }
    });
    let mut node = Node::new()
        .text("instanceId", &instance.id)
        .text("imageId", &instance.image)
        .node("instanceState", state(instance.state))
        .text(
            "privateDnsName",
            first
                .map(|port| interface::private_name(region, port.ip))
                .unwrap_or_default(),
        )
        .text(
            "dnsName",
            first
                .and_then(|port| interface::public_name(region, port))
                .unwrap_or_default(),
        )
        .text(
            "reason",
            instance
                .reason
                .as_ref()
                .map(|(_, text)| text.as_str())
                .unwrap_or_default(),
        )
        .maybe("keyName", instance.key.as_ref())
        .text("amiLaunchIndex", instance.launch_index)
        .list("productCodes", [])
        .text("instanceType", &instance.kind)
        .text("launchTime", iso(instance.launched_ms))
        .node(
            "placement",
            Node::new()
                .text("availabilityZone", &instance.zone)
                .text("availabilityZoneId", region.zone_id(&instance.zone))
                .text(
                    "groupName",
                    instance.placement_group.as_deref().unwrap_or_default(),
                )
                .text("tenancy", &instance.tenancy),
        )
        .node(
            "monitoring",
            Node::new().text(
                "state",
                if instance.monitored {
                    "enabled"
                } else {
                    "disabled"
                },
            ),
        );
    // A terminated instance has left its network.
    if instance.state != InstanceState::Terminated {
        node = node
            .text("subnetId", &instance.subnet)
            .text("vpcId", &instance.vpc);
    }
    node = node
        .maybe("privateIpAddress", first.map(|port| port.ip))
        .maybe(
            "ipAddress",
            first
                .and_then(|port| port.public.as_ref())
                .map(|public| public.ip),
        )
        .maybe("sourceDestCheck", first.map(|port| port.source_dest_check))
        .and(interface::show_groups(
            region,
            first.map(|port| port.groups.as_slice()).unwrap_or_default(),
        ));
    if let Some(profile) = &instance.profile {
        node = node.node("iamInstanceProfile", profile::show(profile));
    }
    if let Some((code, text)) = &instance.reason {
        node = node.node(
            "stateReason",
            Node::new().text("code", code).text("message", text),
        );
    }
    node.maybe("architecture", kind.map(|kind| kind.architecture))
        .text("rootDeviceType", "ebs")
        .text("rootDeviceName", &instance.root_device)
        .and(devices(region, instance))
        .text("virtualizationType", "hvm")
        .text(
            "clientToken",
            instance.client_token.as_deref().unwrap_or_default(),
        )
        .and(tags::show(region, &instance.id))
        .text("hypervisor", "xen")
        .list(
            "networkInterfaceSet",
            ports.into_iter().map(|interface| port(region, interface)),
        )
        .text("ebsOptimized", instance.ebs_optimized)
        .text("enaSupport", true)
        .node(
            "cpuOptions",
            Node::new()
                .text("coreCount", kind.map_or(1, |kind| kind.vcpus / threads))
                .text("threadsPerCore", threads),
        )
        .node("metadataOptions", metadata(&instance.metadata))
        .node("enclaveOptions", Node::new().text("enabled", false))
        .node("hibernationOptions", Node::new().text("configured", false))
        .text("platformDetails", "Linux/UNIX")
        .text("usageOperation", "RunInstances")
}
