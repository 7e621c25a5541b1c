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

use async_trait::async_trait;
use infra_model::Record;
use infra_sdk::{Companion, Create, Delete, Failure, Found, Settle, Snapshot, Trace, Update};
use sha2::{Digest, Sha256};

use crate::batch::Selection;
use crate::client::Cloud;
use crate::fields::Fields;
use crate::seen::Seen;
pub(crate) use instance_launch::Launches;

/// The longest name of a security group, a key pair or a placement group.
const NAME_CHARS_MAX: usize = 255;

/// The resource types, sorted.
pub(crate) const TYPES: [&str; 22] = [
    "aws.attachment",
    "aws.dhcp_options",
    "aws.egress_only_gateway",
    "aws.elastic_ip",
    "aws.flow_log",
    "aws.image",
    "aws.instance",
    "aws.internet_gateway",
    "aws.key_pair",
    "aws.launch_template",
    "aws.nat_gateway",
    "aws.network_acl",
    "aws.network_interface",
    "aws.peering",
    "aws.placement_group",
    "aws.route_table",
    "aws.security_group",
    "aws.snapshot",
    "aws.subnet",
    "aws.volume",
    "aws.vpc",
    "aws.vpc_endpoint",
];

/// The implementation of a resource type.
pub(crate) fn of(type_name: &str) -> Option<&'static dyn Kind> {
    Some(match type_name {
        "aws.attachment" => &attachment::Attachment,
        "aws.dhcp_options" => &dhcp_options::DhcpOptions,
        "aws.egress_only_gateway" => &egress_only_gateway::EgressOnlyGateway,
        "aws.elastic_ip" => &elastic_ip::ElasticIp,
        "aws.flow_log" => &flow_log::FlowLog,
        "aws.image" => &image::Image,
        "aws.instance" => &instance::Instance,
        "aws.internet_gateway" => &internet_gateway::InternetGateway,
        "aws.key_pair" => &key_pair::KeyPair,
        "aws.launch_template" => &launch_template::LaunchTemplate,
        "aws.nat_gateway" => &nat_gateway::NatGateway,
        "aws.network_acl" => &network_acl::NetworkAcl,
        "aws.network_interface" => &network_interface::NetworkInterface,
        "aws.peering" => &peering::Peering,
        "aws.placement_group" => &placement_group::PlacementGroup,
        "aws.route_table" => &route_table::RouteTable,
        "aws.security_group" => &security_group::SecurityGroup,
        "aws.snapshot" => &snapshot::Snapshot,
        "aws.subnet" => &subnet::Subnet,
        "aws.volume" => &volume::Volume,
        "aws.vpc" => &vpc::Vpc,
        "aws.vpc_endpoint" => &vpc_endpoint::VpcEndpoint,
        _ => return None,
    })
}

/// One resource type. The general parts of every order (reading back, patience with what is not seen yet, what a
/// lost answer left behind) are in `provider.rs`.
#[async_trait]
pub(crate) trait Kind: Send + Sync {
    /// How a create is known again when its answer was lost; see `Provider::trace`.
    fn trace(&self) -> Trace {
        Trace::Tag
    }

    /// Brings what differs in writing into one form; see `Provider::canonical`.
    fn canonical(&self, fields: &mut Record) {
        let _ = fields;
    }

    /// Computed attributes that follow from the fields; see `Provider::derived`.
    fn derived(&self, fields: Fields<'_>) -> Record {
        let _ = fields;
        Record::new()
    }

    /// Adds what AWS would refuse.
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        let _ = (fields, problems);
    }

    /// Shared resources beside it; see `Provider::companions`.
    fn companions(&self, region: &str, fields: Fields<'_>) -> Vec<Companion> {
        let _ = (region, fields);
        Vec::new()
    }

    /// Describes what is selected and not deleted, in one paged call.
    async fn describe(&self, cloud: &Cloud, selection: Selection<'_>)
    -> Result<Vec<Seen>, Failure>;

    /// What has to be the same for several to be created in one call; see `Provider::alike`.
    fn alike(&self, cloud: &Cloud, order: &Create) -> Option<Record> {
        let _ = (cloud, order);
        None
    }

    /// What was read, in the words of `said` where AWS knows two for the same thing: the planned fields, or those of
    /// the last reading.
    fn as_said(&self, seen: Seen, said: &Record) -> Record {
        let _ = said;
        seen.fields
    }

    /// Sends the create call: the id.
    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure>;

    /// Completes what the create call could not say, and waits. Idempotent.
    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        let _ = (cloud, order);
        Ok(())
    }

    /// Changes fields in place and waits. Names and tags are done by the caller.
    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        let _ = (cloud, order);
        Ok(())
    }

    /// What bears the resource's tags; empty for what has none.
    fn tagged(&self, order: &Update) -> Vec<String> {
        vec![order.id.clone()]
    }

    /// Deletes and waits until it is gone; gone already is success.
    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure>;

    /// Looks for the outcome of a create by natural key. `None` where the token's tag tells.
    async fn find(&self, cloud: &Cloud, fields: Option<&Record>) -> Option<Result<Found, Failure>> {
        let _ = (cloud, fields);
        None
    }

    /// Copies its data; `None` for what has none.
    async fn snapshot(
        &self,
        cloud: &Cloud,
        order: &Snapshot,
    ) -> Option<Result<Vec<String>, Failure>> {
        let _ = (cloud, order);
        None
    }
}

/// Puts back what steps left open for later ones: machines that were stopped to let go of a disk run again.
pub(crate) async fn conclude(cloud: &Cloud) -> Result<(), Failure> {
    attachment::start_all_again(cloud).await
}

/// Whether an order changes a field.
pub(crate) fn changes(order: &Update, name: &str) -> bool {
    order.changed.iter().any(|field| field == name)
}

/// An answer of AWS's lacks what its documentation promises.
pub(crate) fn incomplete(action: &str, what: &str) -> Failure {
    let message = format!("AWS answered {action} without {what}");
    Failure::new(infra_sdk::FailureKind::Cloud, message).ambiguous()
}

/// A default name in the characters that AWS takes in the names of security groups, key pairs and placement groups. One that had
/// others gets a digest, so that two names stay two.
fn plain_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    fitted_name(name, plain, NAME_CHARS_MAX)
}

/// A default name of at most `chars_max` characters that are all `plain`; one that had others gets a digest.
fn fitted_name(name: &str, plain: impl Fn(char) -> bool, chars_max: usize) -> String {
    if name.chars().all(&plain) && name.len() <= chars_max && !name.starts_with("sg-") {
        return name.to_owned();
    }
    let digest = hex::encode(Sha256::digest(name));
    let kept = name.chars().filter(|c| plain(*c)).take(chars_max / 2);
    let kept: String = kept.collect();
    format!("{}-{}", kept.trim_start_matches("sg-"), &digest[..8])
}

/// The id of what AWS knows by its name.
fn id_by_name(fields: Fields<'_>) -> Record {
    let name = fields.get("name").filter(|name| name.is_known());
    name.map(|name| ("id".to_owned(), name.clone()))
        .into_iter()
        .collect()
}

/// The prefix length of an IPv4 range that AWS takes for networks and subnets ("VPC CIDR blocks").
fn check_range(fields: Fields<'_>, problems: &mut Vec<String>) {
    if let Some(infra_model::Value::Cidr(net)) = fields.get("range") {
        if !matches!(net, ipnet::IpNet::V4(_)) {
            problems.push(format!("`range` must be IPv4, and {net} is not"));
        } else if !(16..=28).contains(&net.prefix_len()) {
            problems.push(format!("`range` must be /16 to /28, and {net} is not"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_names_are_made_to_fit() {
        assert_eq!(plain_name("51desk-store"), "51desk-store");
        let (one, other) = (plain_name("桌-存储"), plain_name("桌-网络"));
        assert_ne!(one, other);
        assert!(one.is_ascii() && !one.is_empty(), "{one}");
        assert!(!plain_name("sg-store").starts_with("sg-"));
        assert!(plain_name(&"x".repeat(300)).len() <= NAME_CHARS_MAX);
    }
}
