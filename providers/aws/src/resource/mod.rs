//! The resource types, one file each.

mod acl_entries;
mod attachment;
mod dhcp_options;
mod egress_only_gateway;
mod elastic_ip;
mod flow_log;
mod image;
mod instance;
mod instance_change;
mod instance_fields;
mod instance_launch;
mod instance_request;
mod instance_state;
mod internet_gateway;
mod key_pair;
mod launch_template;
mod launch_template_data;
mod nat_gateway;
mod network_acl;
mod network_interface;
mod peering;
mod placement_group;
mod route_table;
mod routes;
mod security_group;
mod security_rule;
mod security_rules;
mod security_rules_change;
mod snapshot;
mod subnet;
mod volume;
mod volume_modification;
mod vpc;
mod vpc_endpoint;
mod vpc_endpoint_change;

use infra_sdk::Failure;

use crate::client::Cloud;
use crate::kind::Kind;

/// The resource types, sorted by name: a new one is one more line.
macro_rules! kinds {
    ($($name:literal: $file:ident::$kind:ident,)+) => {
        /// The names of the resource types, sorted.
        pub(crate) const TYPES: &[&str] = &[$($name),+];

        /// The implementation of a resource type.
        pub(crate) fn of(type_name: &str) -> Option<&'static dyn Kind> {
            match type_name {
                $($name => Some(&$file::$kind),)+
                _ => None,
            }
        }
    };
}

kinds! {
    "aws.attachment": attachment::Attachment,
    "aws.dhcp_options": dhcp_options::DhcpOptions,
    "aws.egress_only_gateway": egress_only_gateway::EgressOnlyGateway,
    "aws.elastic_ip": elastic_ip::ElasticIp,
    "aws.flow_log": flow_log::FlowLog,
    "aws.image": image::Image,
    "aws.instance": instance::Instance,
    "aws.internet_gateway": internet_gateway::InternetGateway,
    "aws.key_pair": key_pair::KeyPair,
    "aws.launch_template": launch_template::LaunchTemplate,
    "aws.nat_gateway": nat_gateway::NatGateway,
    "aws.network_acl": network_acl::NetworkAcl,
    "aws.network_interface": network_interface::NetworkInterface,
    "aws.peering": peering::Peering,
    "aws.placement_group": placement_group::PlacementGroup,
    "aws.route_table": route_table::RouteTable,
    "aws.security_group": security_group::SecurityGroup,
    "aws.snapshot": snapshot::Snapshot,
    "aws.subnet": subnet::Subnet,
    "aws.volume": volume::Volume,
    "aws.vpc": vpc::Vpc,
    "aws.vpc_endpoint": vpc_endpoint::VpcEndpoint,
}

/// Puts back what steps left open for later ones: machines that were stopped to let go of a disk run again.
pub(crate) async fn conclude(cloud: &Cloud) -> Result<(), Failure> {
    attachment::start_all_again(cloud).await
}
