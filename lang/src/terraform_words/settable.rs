//! Which fields a program can set in each type.

/// The fields that a program can set, by type: what translates a text has no schemas. A test holds them against the
/// library.
const SETTABLE: &[(&str, &str)] = &[
    ("lookup aws.account", ""),
    (
        "aws.attachment",
        "instance volume device delete_with_instance force_detach stop_to_detach",
    ),
    (
        "aws.dhcp_options",
        "name domain_name name_servers time_servers vpcs tags",
    ),
    ("aws.egress_only_gateway", "name vpc tags"),
    ("aws.elastic_ip", "name instance tags"),
    (
        "aws.flow_log",
        "name source traffic destination role interval format tags",
    ),
    (
        "aws.image",
        "name instance reboot leave_out source source_region encrypted kms_key description tags",
    ),
    (
        "lookup aws.image",
        "owner name image architecture newest filters",
    ),
    (
        "aws.instance",
        "name type image subnet groups key private_ip public root_size root_type root_iops root_throughput root_encrypted root_kms_key root_keep user_data iam_profile metadata metadata_hops metadata_tags termination_protection stop_protection on_shutdown running monitoring source_dest_check ebs_optimized tenancy placement_group tags",
    ),
    (
        "lookup aws.instance",
        "instance name type image vpc subnet zone private_ip public_ip running tags filters",
    ),
    ("lookup aws.instance_type", "type zone"),
    ("aws.internet_gateway", "name vpc tags"),
    ("aws.key_pair", "name public_key tags"),
    ("aws.launch_template", "name description launch tags"),
    (
        "aws.nat_gateway",
        "name subnet kind address private_ip tags",
    ),
    ("aws.network_acl", "name vpc inbound outbound subnets tags"),
    (
        "aws.network_interface",
        "name subnet description private_ip further_ips groups source_dest_check instance index tags",
    ),
    ("aws.peering", "name vpc peer tags"),
    (
        "aws.placement_group",
        "name strategy partitions spread_level tags",
    ),
    (
        "provider aws",
        "region profile accounts role endpoint tags quotas",
    ),
    ("aws.route_table", "name vpc routes subnets tags"),
    (
        "aws.security_group",
        "name vpc description allow allow_out tags",
    ),
    (
        "lookup aws.security_group",
        "group name vpc description tags filters",
    ),
    (
        "aws.snapshot",
        "name volume format size label description tags",
    ),
    (
        "lookup aws.snapshot",
        "snapshot name volume description encrypted newest tags filters",
    ),
    ("aws.subnet", "name vpc zone range ipv6_range public tags"),
    (
        "lookup aws.subnet",
        "subnet name vpc zone range is_default tags filters",
    ),
    (
        "aws.volume",
        "name zone size type iops throughput encrypted kms_key snapshot multi_attach format label tags",
    ),
    (
        "lookup aws.volume",
        "volume name zone type encrypted snapshot instance device attached tags filters",
    ),
    (
        "aws.vpc",
        "name range dns_support dns_hostnames tenancy ipv6 tags",
    ),
    ("lookup aws.vpc", "vpc name range is_default tags filters"),
    (
        "aws.vpc_endpoint",
        "name vpc service kind route_tables subnets groups private_dns policy tags",
    ),
    ("lookup aws.zones", "kind"),
    ("std.value", "input triggers"),
];

/// Whether something of this name can be set in a type, or in the records of its lists.
pub fn has_field(of: &str, name: &str) -> bool {
    let row = SETTABLE.iter().find(|(ty, _)| *ty == of);
    row.is_some_and(|(_, fields)| fields.split(' ').any(|field| field == name))
}

/// The table of settable fields.
#[cfg(test)]
pub fn settable() -> &'static [(&'static str, &'static str)] {
    SETTABLE
}
