//! EC2: the table of actions, and what happens around each of them.

mod acl_entry;
mod address;
mod dhcp_options;
mod egress_only_gateway;
mod encryption;
mod flow_log;
mod image;
mod image_make;
mod instance;
mod instance_attribute;
mod instance_show;
mod instance_type;
mod interface;
mod interface_change;
mod internet_gateway;
mod ipv6;
mod key_pair;
mod launch;
mod launch_devices;
mod launch_from_template;
mod launch_network;
mod launch_options;
mod launch_template;
mod nat_gateway;
mod network_acl;
mod peering;
mod place;
mod placement_group;
mod power;
mod profile;
mod route;
mod route_table;
mod rule;
mod security_group;
mod snapshot;
mod subnet;
mod tags;
mod template_data;
mod template_version;
mod text;
mod volume;
mod volume_attach;
mod volume_modify;
mod volume_shape;
mod vpc;
mod vpc_endpoint;
mod vpc_endpoint_parts;
mod vpc_endpoint_service;

use crate::aws::describe::Answer;
use crate::aws::fault::Fault;
use crate::aws::token;
use crate::aws::world::{Region, World};
use crate::ground::query::Query;

pub use tags::{check as check_tag, put as put_tags};

/// The version of the API that is spoken.
pub const VERSION: &str = "2016-11-15";

type Act = fn(&mut Region, &Query) -> Answer;

/// How an action is done.
enum Doing {
    /// In one region.
    Plain(Act),
    /// In one region, once for each client token.
    Once(Act),
    /// As `Once`, with tokens of each zone apart.
    OncePerZone(Act),
    /// With a look at other regions.
    Across(fn(&mut World, &str, u64, &Query) -> Answer),
}

use Doing::{Across, Once, OncePerZone, Plain};

const ACTIONS: &[(&str, Doing)] = &[
    ("AcceptVpcPeeringConnection", Plain(peering::accept)),
    ("AllocateAddress", Plain(address::allocate)),
    ("AssignPrivateIpAddresses", Plain(interface_change::assign)),
    ("AssociateAddress", Plain(address::associate)),
    ("AssociateDhcpOptions", Plain(dhcp_options::associate)),
    ("AssociateIamInstanceProfile", Plain(profile::associate)),
    ("AssociateRouteTable", Plain(route_table::associate)),
    ("AssociateSubnetCidrBlock", Plain(ipv6::associate_subnet)),
    ("AssociateVpcCidrBlock", Plain(ipv6::associate_vpc)),
    ("AttachInternetGateway", Plain(internet_gateway::attach)),
    ("AttachNetworkInterface", Plain(interface_change::attach)),
    ("AttachVolume", Plain(volume_attach::attach)),
    (
        "AuthorizeSecurityGroupEgress",
        Plain(rule::authorize_egress),
    ),
    (
        "AuthorizeSecurityGroupIngress",
        Plain(rule::authorize_ingress),
    ),
    ("CopyImage", Across(image_make::copy)),
    ("CopySnapshot", Across(snapshot::copy)),
    ("CreateDhcpOptions", Plain(dhcp_options::create)),
    (
        "CreateEgressOnlyInternetGateway",
        Once(egress_only_gateway::create),
    ),
    ("CreateFlowLogs", Once(flow_log::create)),
    ("CreateImage", Plain(image_make::create)),
    ("CreateInternetGateway", Plain(internet_gateway::create)),
    ("CreateKeyPair", Plain(key_pair::create)),
    ("CreateLaunchTemplate", Once(launch_template::create)),
    (
        "CreateLaunchTemplateVersion",
        Once(launch_template::create_version),
    ),
    ("CreateNatGateway", Once(nat_gateway::create)),
    ("CreateNetworkAcl", Once(network_acl::create)),
    ("CreateNetworkAclEntry", Plain(acl_entry::create)),
    ("CreateNetworkInterface", Once(interface_change::create)),
    ("CreatePlacementGroup", Plain(placement_group::create)),
    ("CreateRoute", Plain(route::create)),
    ("CreateRouteTable", Once(route_table::create)),
    ("CreateSecurityGroup", Plain(security_group::create)),
    ("CreateSnapshot", Plain(snapshot::create)),
    ("CreateSubnet", Plain(subnet::create)),
    ("CreateTags", Plain(tags::create_tags)),
    ("CreateVolume", Once(volume::create)),
    ("CreateVpc", Plain(vpc::create)),
    ("CreateVpcEndpoint", Once(vpc_endpoint::create)),
    ("CreateVpcPeeringConnection", Plain(peering::create)),
    ("DeleteDhcpOptions", Plain(dhcp_options::delete)),
    (
        "DeleteEgressOnlyInternetGateway",
        Plain(egress_only_gateway::delete),
    ),
    ("DeleteFlowLogs", Plain(flow_log::delete)),
    ("DeleteInternetGateway", Plain(internet_gateway::delete)),
    ("DeleteKeyPair", Plain(key_pair::delete)),
    ("DeleteLaunchTemplate", Plain(launch_template::delete)),
    (
        "DeleteLaunchTemplateVersions",
        Plain(template_version::delete),
    ),
    ("DeleteNatGateway", Plain(nat_gateway::delete)),
    ("DeleteNetworkAcl", Plain(network_acl::delete)),
    ("DeleteNetworkAclEntry", Plain(acl_entry::delete)),
    ("DeleteNetworkInterface", Plain(interface_change::delete)),
    ("DeletePlacementGroup", Plain(placement_group::delete)),
    ("DeleteRoute", Plain(route::delete)),
    ("DeleteRouteTable", Plain(route_table::delete)),
    ("DeleteSecurityGroup", Plain(security_group::delete)),
    ("DeleteSnapshot", Plain(snapshot::delete)),
    ("DeleteSubnet", Plain(subnet::delete)),
    ("DeleteTags", Plain(tags::delete_tags)),
    ("DeleteVolume", Plain(volume::delete)),
    ("DeleteVpc", Plain(vpc::delete)),
    ("DeleteVpcEndpoints", Plain(vpc_endpoint::delete)),
    ("DeleteVpcPeeringConnection", Plain(peering::delete)),
    (
        "DescribeAccountAttributes",
        Plain(place::account_attributes),
    ),
    ("DeregisterImage", Plain(image_make::deregister)),
    ("DescribeAddresses", Plain(address::describe)),
    ("DescribeAvailabilityZones", Plain(place::zones)),
    ("DescribeDhcpOptions", Plain(dhcp_options::describe)),
    (
        "DescribeEgressOnlyInternetGateways",
        Plain(egress_only_gateway::describe),
    ),
    (
        "DescribeIamInstanceProfileAssociations",
        Plain(profile::describe),
    ),
    ("DescribeFlowLogs", Plain(flow_log::describe)),
    ("DescribeImages", Plain(image::describe)),
    (
        "DescribeInstanceAttribute",
        Plain(instance_attribute::describe),
    ),
    (
        "DescribeInstanceCreditSpecifications",
        Plain(instance::credits),
    ),
    ("DescribeInstanceStatus", Plain(instance::status)),
    (
        "DescribeInstanceTypeOfferings",
        Plain(instance_type::offerings),
    ),
    ("DescribeInstanceTypes", Plain(instance_type::describe)),
    ("DescribeInstances", Plain(instance::describe)),
    (
        "DescribeInternetGateways",
        Plain(internet_gateway::describe),
    ),
    ("DescribeKeyPairs", Plain(key_pair::describe)),
    (
        "DescribeLaunchTemplateVersions",
        Plain(template_version::describe),
    ),
    ("DescribeLaunchTemplates", Plain(launch_template::describe)),
    ("DescribeNatGateways", Plain(nat_gateway::describe)),
    ("DescribeNetworkAcls", Plain(network_acl::describe)),
    ("DescribeNetworkInterfaces", Plain(interface::describe)),
    ("DescribePlacementGroups", Plain(placement_group::describe)),
    ("DescribeRegions", Plain(place::regions)),
    ("DescribeRouteTables", Plain(route_table::describe)),
    (
        "DescribeSecurityGroupRules",
        Plain(security_group::describe_rules),
    ),
    ("DescribeSecurityGroups", Plain(security_group::describe)),
    ("DescribeSnapshots", Plain(snapshot::describe)),
    ("DescribeSubnets", Plain(subnet::describe)),
    ("DescribeTags", Plain(tags::describe_tags)),
    ("DescribeVolumeAttribute", Plain(volume::attribute)),
    ("DescribeVolumeStatus", Plain(volume::status)),
    ("DescribeVolumes", Plain(volume::describe)),
    (
        "DescribeVolumesModifications",
        Plain(volume_modify::describe),
    ),
    ("DescribeVpcAttribute", Plain(vpc::attribute)),
    (
        "DescribeVpcEndpointServices",
        Plain(vpc_endpoint_service::describe),
    ),
    ("DescribeVpcEndpoints", Plain(vpc_endpoint::describe)),
    ("DescribeVpcPeeringConnections", Plain(peering::describe)),
    ("DescribeVpcs", Plain(vpc::describe)),
    ("DetachInternetGateway", Plain(internet_gateway::detach)),
    ("DetachNetworkInterface", Plain(interface_change::detach)),
    ("DetachVolume", Plain(volume_attach::detach)),
    ("DisassociateAddress", Plain(address::disassociate)),
    (
        "DisassociateIamInstanceProfile",
        Plain(profile::disassociate),
    ),
    ("DisassociateRouteTable", Plain(route_table::disassociate)),
    (
        "DisassociateSubnetCidrBlock",
        Plain(ipv6::disassociate_subnet),
    ),
    ("DisassociateVpcCidrBlock", Plain(ipv6::disassociate_vpc)),
    ("ImportKeyPair", Plain(key_pair::import)),
    ("ModifyImageAttribute", Plain(image_make::modify)),
    ("ModifyInstanceAttribute", Plain(instance_attribute::modify)),
    (
        "ModifyInstanceMetadataOptions",
        Plain(instance_attribute::modify_metadata),
    ),
    ("ModifyLaunchTemplate", Once(launch_template::modify)),
    ("ModifyNetworkInterfaceAttribute", Plain(interface::modify)),
    ("ModifySecurityGroupRules", Plain(rule::modify)),
    ("ModifySubnetAttribute", Plain(subnet::modify)),
    ("ModifyVolume", Plain(volume_modify::modify)),
    ("ModifyVpcAttribute", Plain(vpc::modify)),
    ("ModifyVpcEndpoint", Plain(vpc_endpoint_parts::modify)),
    ("MonitorInstances", Plain(power::monitor)),
    ("RebootInstances", Plain(power::reboot)),
    ("ReleaseAddress", Plain(address::release)),
    (
        "ReplaceIamInstanceProfileAssociation",
        Plain(profile::replace),
    ),
    (
        "ReplaceNetworkAclAssociation",
        Plain(network_acl::replace_association),
    ),
    ("ReplaceNetworkAclEntry", Plain(acl_entry::replace)),
    ("ReplaceRoute", Plain(route::replace)),
    (
        "ReplaceRouteTableAssociation",
        Plain(route_table::replace_association),
    ),
    ("RevokeSecurityGroupEgress", Plain(rule::revoke_egress)),
    ("RevokeSecurityGroupIngress", Plain(rule::revoke_ingress)),
    ("RunInstances", OncePerZone(launch::run)),
    ("StartInstances", Plain(power::start)),
    ("StopInstances", Plain(power::stop)),
    ("TerminateInstances", Plain(power::terminate)),
    (
        "UnassignPrivateIpAddresses",
        Plain(interface_change::unassign),
    ),
    ("UnmonitorInstances", Plain(power::unmonitor)),
    (
        "UpdateSecurityGroupRuleDescriptionsEgress",
        Plain(rule::describe_egress),
    ),
    (
        "UpdateSecurityGroupRuleDescriptionsIngress",
        Plain(rule::describe_ingress),
    ),
];

/// Whether there is an action of that name.
pub fn knows(action: &str) -> bool {
    ACTIONS.iter().any(|(name, _)| *name == action)
}

/// Does what a request asks for. The caller commits or rolls back.
///
/// # Errors
/// What the action answers; `InvalidAction` and `UnknownParameter` for what the simulator does not have;
/// `DryRunOperation` when a dry run would have succeeded.
pub fn dispatch(world: &mut World, region: &str, now: u64, q: &Query) -> Answer {
    let action = q.need("Action")?;
    q.accept(&["Version"]);
    let Some((name, doing)) = ACTIONS.iter().find(|(name, _)| *name == action) else {
        return Err(Fault::new(
            "InvalidAction",
            format!("The action {action} is not valid for this web service."),
        ));
    };
    let dry_run = q.flag("DryRun")?.unwrap_or(false);
    let here = world.region(region, now);
    let answer = match doing {
        Plain(act) => act(here, q),
        Once(act) => token::once(here, q, name, "", *act),
        OncePerZone(act) => {
            let zone = launch::zone(here, q);
            token::once(here, q, name, &zone, *act)
        }
        Across(act) => act(world, region, now, q),
    }?;
    if let Some(name) = q.unread() {
        return Err(Fault::new(
            "UnknownParameter",
            format!("The parameter {name} is not recognized"),
        ));
    }
    if dry_run {
        return Err(Fault::new(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        ));
    }
    Ok(answer)
}

/// Advances everything whose time has come.
pub fn advance(region: &mut Region) {
    let now = region.now;
    // An advance can make something else due (a terminated instance lets go of its volumes), hence until all rest.
    loop {
        if let Some(id) = region.instances.next_due(now) {
            power::advance(region, &id);
        } else if let Some(id) = region.volumes.next_due(now) {
            volume::advance(region, &id);
        } else if let Some(id) = region.nat_gateways.next_due(now) {
            nat_gateway::advance(region, &id);
        } else if let Some(id) = region.vpc_endpoints.next_due(now) {
            vpc_endpoint::advance(region, &id);
        } else if let Some(id) = region.peerings.next_due(now) {
            peering::advance(region, &id);
        } else if let Some(id) = region.snapshots.next_due(now) {
            snapshot::advance(region, &id);
        } else if let Some(id) = region.images.next_due(now) {
            image_make::advance(region, &id);
        } else if let Some(id) = region.vpcs.next_due(now) {
            vpc::advance(region, &id);
        } else if let Some(id) = region.subnets.next_due(now) {
            subnet::advance(region, &id);
        } else {
            return;
        }
    }
}

/// The fault of an id that no table has: NotFound of the kind that its prefix names, or `InvalidID`.
fn must_exist(region: &Region, id: &str) -> Result<(), Fault> {
    let found = match id.rsplit_once('-').map(|(prefix, _)| prefix) {
        Some("vpc") => region.vpcs.find(id).map(drop),
        Some("dopt") => region.dhcp_options.find(id).map(drop),
        Some("eigw") => region.egress_only_gateways.find(id).map(drop),
        Some("acl") => region.network_acls.find(id).map(drop),
        Some("subnet") => region.subnets.find(id).map(drop),
        Some("igw") => region.internet_gateways.find(id).map(drop),
        Some("nat") => region.nat_gateways.find(id).map(drop),
        Some("rtb") => region.route_tables.find(id).map(drop),
        Some("sg") => region.security_groups.find(id).map(drop),
        Some("fl") => region.flow_logs.find(id).map(drop),
        Some("vpce") => region.vpc_endpoints.find(id).map(drop),
        Some("pcx") => region.peerings.find(id).map(drop),
        Some("key") => region.key_pairs.find(id).map(drop),
        Some("eni") => region.interfaces.find(id).map(drop),
        Some("eipalloc") => region.addresses.find(id).map(drop),
        Some("i") => region.instances.find(id).map(drop),
        Some("lt") => region.launch_templates.find(id).map(drop),
        Some("pg") => region.placement_groups.find(id).map(drop),
        Some("vol") => region.volumes.find(id).map(drop),
        Some("ami") => region.images.find(id).map(drop),
        Some("snap") => region.snapshots.find(id).map(drop),
        Some("sgr") => {
            return Err(Fault::new(
                "InvalidSecurityGroupRuleId.NotFound",
                format!("The security group rule ID '{id}' does not exist"),
            ));
        }
        _ => {
            return Err(Fault::new(
                "InvalidID",
                format!("The ID '{id}' is not valid"),
            ));
        }
    };
    Ok(found?)
}
