//! Fields of other tools' resources: what each is here, in every type that has such a field.

use Meant::{Field, Words};

/// What a field of another tool is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A field of this name.
    Field(&'static str),
    /// Something that a sentence says.
    Words(&'static str),
}

/// What the tool does and no cloud: in all types.
const EVERYWHERE: &[(&[&str], &str)] = &[
    (
        &["count"],
        "`for` stands in the head: `TYPE name for i in 1..3 { … }` makes several, `TYPE name if condition { … }` one or none",
    ),
    (
        &["for_each"],
        "`for` stands in the head: `TYPE name for key, value in map { … }`",
    ),
    (
        &["depends_on"],
        "what depends on what follows from the references; for anything else write `@after(x)` before the declaration",
    ),
    (
        &["lifecycle"],
        "decorators stand before the declaration: `@protect(\"why\")`, `@ignore(field)`, `@replace(create_first)`",
    ),
    (
        &["prevent_destroy", "deletion_protection"],
        "write `@protect(\"why\")` before the declaration",
    ),
    (
        &["ignore_changes"],
        "write `@ignore(field, …)` before the declaration",
    ),
    (
        &["create_before_destroy"],
        "write `@replace(create_first)` before the declaration",
    ),
    (
        &["replace_triggered_by"],
        "`infra apply --replace ADDRESS` replaces one",
    ),
    (
        &["provider", "providers"],
        "write `@provider(aws.tokyo)` before the declaration",
    ),
    (
        &["provisioner", "connection", "remote-exec", "local-exec"],
        "nothing runs on machines but what they are told at their start: `user_data`, or `setup` of `std.server`",
    ),
    (
        &["timeouts"],
        "write `@timeout(create = 10m)` before the declaration",
    ),
    (
        &["dynamic"],
        "a list is a value like any other: `field = [{ … } for x in xs]`",
    ),
    (
        &["precondition", "postcondition", "validation"],
        "write `assert condition, \"message\"`, or `where` on a parameter",
    ),
    (
        &["tags_all", "default_tags"],
        "tags of all resources stand in `provider aws { tags = { … } }`, those of one in its `tags`",
    ),
    (
        &["region"],
        "the region is the provider's; `@provider(aws.tokyo)` before the declaration chooses another one",
    ),
    (
        &["source", "version"],
        "a directory is brought in with `use \"./net\" as net`; there are no versions",
    ),
];

/// Other names of fields, with the names here: the first that a type has is meant.
const RENAMED: &[(&[&str], &[&str])] = &[
    (
        &["cidr_block", "cidr", "ip_range", "ipv4_cidr_block"],
        &["range", "to", "from"],
    ),
    (
        &[
            "destination_cidr_block",
            "destination_ipv6_cidr_block",
            "destination",
        ],
        &["to"],
    ),
    (&["ipv6_cidr_block"], &["ipv6_range", "to", "from"]),
    (
        &["assign_generated_ipv6_cidr_block", "enable_ipv6"],
        &["ipv6"],
    ),
    (
        &["vpc_id", "vpc_ids", "network", "network_id", "vpcs"],
        &["vpc", "vpcs", "source"],
    ),
    (&["subnet_id"], &["subnet", "source"]),
    (&["subnet_ids"], &["subnets", "subnet"]),
    (
        &["instance_id", "source_instance_id", "instances"],
        &["instance"],
    ),
    (&["volume_id"], &["volume"]),
    (&["snapshot_id"], &["snapshot"]),
    (&["image_id", "ami", "ami_id", "imageid"], &["image"]),
    (&["source_ami_id", "source_image_id"], &["source"]),
    (
        &["source_ami_region", "source_image_region"],
        &["source_region"],
    ),
    (
        &["allocation_id", "eip", "eip_id", "allocation"],
        &["address"],
    ),
    (
        &["eni_id", "network_interface_id"],
        &["network_interface", "via", "source"],
    ),
    (
        &["instance_type", "machine_type", "instancetype", "flavor"],
        &["type"],
    ),
    (
        &["volume_type", "disk_type", "root_volume_type"],
        &["type", "root_type"],
    ),
    (
        &["volume_size", "disk_size", "size_gb", "root_volume_size"],
        &["size", "root_size", "root"],
    ),
    (&["availability_zone", "az", "zone_id"], &["zone"]),
    (&["availability_zones", "azs"], &["zones"]),
    (
        &[
            "map_public_ip_on_launch",
            "associate_public_ip_address",
            "public_ip",
        ],
        &["public"],
    ),
    (
        &[
            "vpc_security_group_ids",
            "security_groups",
            "security_group_ids",
            "security_group_names",
            "sg_ids",
        ],
        &["groups", "from", "to"],
    ),
    (
        &["key_name", "keypair", "ssh_key", "key_pair"],
        &["key", "name"],
    ),
    (&["key_name_prefix", "name_prefix", "group_name"], &["name"]),
    (
        &["iam_instance_profile", "instance_profile"],
        &["iam_profile"],
    ),
    (
        &["user_data_base64", "userdata", "cloud_init"],
        &["user_data", "setup"],
    ),
    (&["enable_dns_support"], &["dns_support"]),
    (&["enable_dns_hostnames"], &["dns_hostnames"]),
    (&["instance_tenancy"], &["tenancy"]),
    (&["disable_api_termination"], &["termination_protection"]),
    (&["disable_api_stop"], &["stop_protection"]),
    (&["instance_initiated_shutdown_behavior"], &["on_shutdown"]),
    (&["metadata_options", "http_tokens"], &["metadata"]),
    (&["http_put_response_hop_limit"], &["metadata_hops"]),
    (&["instance_metadata_tags"], &["metadata_tags"]),
    (&["detailed_monitoring"], &["monitoring"]),
    (&["source_destination_check"], &["source_dest_check"]),
    (&["ebs_optimised"], &["ebs_optimized"]),
    (&["kms_key_id", "kms_key_arn"], &["kms_key", "root_kms_key"]),
    (
        &["encrypt", "is_encrypted"],
        &["encrypted", "root_encrypted"],
    ),
    (&["multi_attach_enabled"], &["multi_attach"]),
    (&["device_name"], &["device"]),
    (&["delete_on_termination"], &["delete_with_instance"]),
    (&["force", "force_detachment"], &["force_detach"]),
    (&["stop_instance_before_detaching"], &["stop_to_detach"]),
    (
        &["ingress", "ingress_rules", "inbound_rules"],
        &["allow", "inbound"],
    ),
    (
        &["egress", "egress_rules", "outbound_rules"],
        &["allow_out", "outbound"],
    ),
    (
        &[
            "cidr_blocks",
            "ipv6_cidr_blocks",
            "source_security_group_id",
            "referenced_security_group_id",
            "cidr_ipv4",
            "cidr_ipv6",
        ],
        &["from", "to"],
    ),
    (
        &[
            "from_port",
            "to_port",
            "protocol",
            "ip_protocol",
            "port",
            "icmp_type",
            "icmp_code",
        ],
        &["ports"],
    ),
    (&["rule_no", "rule_number", "priority"], &["number"]),
    (&["rule_action"], &["action"]),
    (&["description", "comment"], &["note", "description"]),
    (&["route"], &["routes"]),
    (
        &[
            "gateway_id",
            "nat_gateway_id",
            "vpc_peering_connection_id",
            "egress_only_gateway_id",
            "internet_gateway_id",
            "transit_gateway_id",
        ],
        &["via"],
    ),
    (&["route_table_ids", "route_table_id"], &["route_tables"]),
    (&["connectivity_type", "vpc_endpoint_type"], &["kind"]),
    (&["service_name"], &["service"]),
    (&["private_dns_enabled"], &["private_dns"]),
    (&["peer_vpc_id"], &["peer"]),
    (&["private_ips", "secondary_private_ips"], &["further_ips"]),
    (&["private_ip_address"], &["private_ip"]),
    (&["attachment"], &["instance"]),
    (&["partition_count"], &["partitions"]),
    (&["traffic_type"], &["traffic"]),
    (&["log_destination"], &["destination"]),
    (&["iam_role_arn"], &["role"]),
    (&["max_aggregation_interval"], &["interval"]),
    (&["log_format"], &["format"]),
    (&["domain_name_servers"], &["name_servers"]),
    (&["ntp_servers"], &["time_servers"]),
    (&["most_recent"], &["newest"]),
    (&["owners", "owner_id"], &["owner"]),
    (&["name_regex"], &["name"]),
    (&["default"], &["is_default"]),
    (&["filter"], &["filters"]),
    (
        &["block_device_mappings", "ebs_block_device", "volumes"],
        &["disks"],
    ),
    (&["latest_version"], &["version"]),
    (&["ram_size", "memory", "mem"], &["ram"]),
    (&["cpus", "vcpu", "vcpus", "cores"], &["cpu"]),
    (&["allowed_account_ids"], &["accounts"]),
    (&["assume_role"], &["role"]),
    (&["tag", "labels"], &["tags"]),
];

/// What a field means in one type, where the rows above would say something else or nothing.
const OF_TYPE: &[(&str, &[&str], Meant)] = &[
    (
        "aws.instance",
        &["availability_zone", "zone", "az"],
        Words("a machine stands in the zone of its `subnet`"),
    ),
    (
        "aws.instance",
        &["root_block_device"],
        Words(
            "the root volume has fields of its own: `root_size = 20GiB`, `root_type`, `root_iops`, `root_encrypted`",
        ),
    ),
    (
        "aws.instance",
        &[
            "ebs_block_device",
            "disks",
            "volumes",
            "block_device_mappings",
        ],
        Words(
            "a further disk is an `aws.volume`, and an `aws.attachment` joins the two; `std.server` makes both",
        ),
    ),
    (
        "aws.instance",
        &["network_interface"],
        Words("a further card is an `aws.network_interface` with `instance = name`"),
    ),
    ("aws.instance", &["volume_tags"], Field("tags")),
    (
        "aws.instance",
        &["vpc_id", "vpc"],
        Words("a machine is in the network of its `subnet`"),
    ),
    ("aws.instance", &["security_groups"], Field("groups")),
    (
        "aws.instance",
        &[
            "credit_specification",
            "cpu_options",
            "hibernation",
            "enclave_options",
            "instance_market_options",
            "launch_template",
            "host_id",
        ],
        Words("there is nothing like it here yet"),
    ),
    (
        "aws.elastic_ip",
        &["vpc", "domain"],
        Words("take the line out: every address is for a VPC"),
    ),
    (
        "aws.elastic_ip",
        &[
            "network_interface",
            "associate_with_private_ip",
            "address",
            "public_ipv4_pool",
        ],
        Words("the address leads to an `instance`; a NAT gateway names its address itself"),
    ),
    (
        "aws.volume",
        &["instance", "device", "mount"],
        Words("an `aws.attachment` joins a volume and an instance"),
    ),
    (
        "aws.attachment",
        &["skip_destroy"],
        Words("write `@keep` before the declaration"),
    ),
    (
        "aws.vpc",
        &["subnets", "azs", "private_subnets", "public_subnets"],
        Words("each subnet is an `aws.subnet` of its own; `std.network` makes them for all zones"),
    ),
    (
        "aws.vpc",
        &["ipv6_cidr_block"],
        Words("`ipv6 = true` lets Amazon give the network a range"),
    ),
    (
        "aws.subnet",
        &["route_table_id", "route_table"],
        Words("the table names its subnets: `subnets = [inside]` in `aws.route_table`"),
    ),
    (
        "aws.security_group",
        &["rules", "rule"],
        Words("`allow` lists who may connect, `allow_out` where hosts of the group may connect to"),
    ),
    (
        "aws.security_group",
        &["revoke_rules_on_delete"],
        Words("take the line out: rules go before the group by themselves"),
    ),
    (
        "aws.peering",
        &["auto_accept", "accepter", "requester"],
        Words("take the line out: a peering of one account is accepted by itself"),
    ),
    (
        "aws.flow_log",
        &["log_destination_type"],
        Words("take the line out: the `destination` tells its kind"),
    ),
    (
        "aws.flow_log",
        &["vpc_id", "subnet_id", "eni_id"],
        Field("source"),
    ),
    ("aws.flow_log", &["iam_role_arn"], Field("role")),
    (
        "aws.image",
        &["snapshot_without_reboot", "no_reboot"],
        Words("`reboot = false` leaves the machine running"),
    ),
    (
        "aws.image",
        &["filter", "owners"],
        Words("what exists already is looked up: `lookup aws.image name { … }`"),
    ),
    ("aws.key_pair", &["key_name"], Field("name")),
    ("aws.route_table", &["subnet_id"], Field("subnets")),
    ("aws.dhcp_options", &["vpc_id", "vpc"], Field("vpcs")),
    (
        "aws.launch_template",
        &[
            "image_id",
            "instance_type",
            "key_name",
            "vpc_security_group_ids",
            "user_data",
            "image",
            "type",
            "key",
            "groups",
            "disks",
            "block_device_mappings",
            "iam_instance_profile",
            "monitoring",
            "placement",
            "metadata_options",
            "ebs_optimized",
            "network_interfaces",
            "tag_specifications",
        ],
        Words("what machines get stands in `launch = { type = …, image = …, groups = […] }`"),
    ),
    (
        "provider aws",
        &[
            "access_key",
            "secret_key",
            "token",
            "shared_credentials_file",
            "shared_credentials_files",
        ],
        Words(
            "credentials are never written in a program: they come from the environment and from AWS's own files",
        ),
    ),
    (
        "provider aws",
        &["alias"],
        Words("the alias stands in the head: `provider aws as tokyo { … }`"),
    ),
    ("provider aws", &["region_name"], Field("region")),
    ("provider aws", &["default_tags"], Field("tags")),
    (
        "provider aws",
        &["version", "source"],
        Words("providers are built in: take the line out"),
    ),
];

/// What a field that a type does not have is here. `has` knows the type's own fields; `of` is its name, such as
/// `aws.vpc` or `provider aws`, if it has one.
pub fn field(of: &str, name: &str, has: &dyn Fn(&str) -> bool) -> Option<Meant> {
    let name = &*name.to_lowercase();
    let own = OF_TYPE
        .iter()
        .find(|(ty, names, _)| *ty == of && names.contains(&name));
    if let Some((.., meant)) = own {
        return Some(*meant);
    }
    let renamed = RENAMED.iter().filter(|(names, _)| names.contains(&name));
    if let Some(ours) = renamed.flat_map(|(_, ours)| *ours).find(|ours| has(ours)) {
        return Some(Field(ours));
    }
    let (_, words) = EVERYWHERE.iter().find(|(names, _)| names.contains(&name))?;
    Some(Words(words))
}

/// Other names for fields, with the names here.
#[cfg(test)]
pub fn renamed() -> impl Iterator<Item = (&'static [&'static str], &'static [&'static str])> {
    RENAMED.iter().copied()
}

/// What fields mean in one type.
#[cfg(test)]
pub fn of_type() -> impl Iterator<Item = (&'static str, &'static [&'static str], Meant)> {
    OF_TYPE.iter().copied()
}
