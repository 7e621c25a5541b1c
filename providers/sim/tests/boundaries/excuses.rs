//! Rules whose boundary values are not sent, each with the reason.

const NO_LIST: &str = "a list without values is no parameter of a request";
const OURS: &str = "swap areas and their labels are written by infra; the cloud knows none";
const SILENT: &str =
    "the cloud takes the new one in place of the old one, so a program would never come to rest";
const ONE_CALL: &str = "the fields belong to calls of different kinds, so no request can say both";
const LATER: &str = "a launch template is looked at when something is launched from it";
const CLOUD_RANGE: &str =
    "the cloud chooses the network's IPv6 range, which no check of a text knows";

pub const ALL: &[(&str, &str)] = &[
    (
        "aws.attachment.instance quota quota-exceeded",
        "how many disks fit depends on the machine type; the simulator counts none",
    ),
    ("aws.dhcp_options.* check missing-field", NO_LIST),
    (
        "aws.dhcp_options.vpcs exclusive duplicate-association",
        SILENT,
    ),
    (
        "aws.elastic_ip.instance exclusive duplicate-association",
        SILENT,
    ),
    (
        "aws.flow_log.* exclusive name-taken",
        "the refusal comes inside an answer that says 200",
    ),
    ("aws.image.* check missing-field", ONE_CALL),
    ("aws.image.* check unsupported-feature", ONE_CALL),
    (
        "aws.image.encrypted check encryption-mismatch",
        "the cloud encrypts the copy whatever the request says, which would never be what the program says",
    ),
    ("aws.image.encrypted check unsupported-feature", ONE_CALL),
    ("aws.image.kms_key check unsupported-feature", ONE_CALL),
    ("aws.image.leave_out check unsupported-feature", ONE_CALL),
    (
        "aws.image.source_region check unsupported-feature",
        ONE_CALL,
    ),
    ("aws.instance.groups check missing-field", NO_LIST),
    (
        "aws.instance.image check encryption-mismatch",
        "the cloud encrypts the root volume whatever the request says, which would never be what the program says",
    ),
    (
        "aws.instance.root_size whole volume-size",
        "requests count in whole GiB",
    ),
    (
        "aws.launch_template.launch check architecture-mismatch",
        LATER,
    ),
    (
        "aws.launch_template.launch check encryption-mismatch",
        LATER,
    ),
    ("aws.launch_template.launch check missing-field", NO_LIST),
    (
        "aws.network_acl.subnets exclusive duplicate-association",
        SILENT,
    ),
    ("aws.network_interface.groups check missing-field", NO_LIST),
    (
        "aws.peering.* exclusive name-taken",
        "which of two requests for a peering is the first is decided where both networks' owners are",
    ),
    ("aws.security_group.allow check missing-field", NO_LIST),
    ("aws.security_group.allow_out check missing-field", NO_LIST),
    ("aws.snapshot.* check missing-field", OURS),
    ("aws.snapshot.* check unsupported-feature", OURS),
    ("aws.snapshot.label check unsupported-feature", OURS),
    ("aws.snapshot.label length name-too-long", OURS),
    (
        "aws.snapshot.size whole volume-size",
        "requests count in whole GiB",
    ),
    (
        "aws.subnet.ipv6_range exclusive subnet-overlap",
        CLOUD_RANGE,
    ),
    (
        "aws.subnet.ipv6_range inside subnet-outside-vpc",
        CLOUD_RANGE,
    ),
    ("aws.volume.label check unsupported-feature", OURS),
    ("aws.volume.label length name-too-long", OURS),
    (
        "aws.volume.multi_attach check unsupported-feature",
        "the simulator has no volumes with several attachments",
    ),
    (
        "aws.volume.size whole volume-size",
        "requests count in whole GiB",
    ),
    (
        "aws.volume.snapshot check encryption-mismatch",
        "the cloud encrypts the volume whatever the request says, which would never be what the program says",
    ),
    ("aws.vpc_endpoint.groups check missing-field", NO_LIST),
    (
        "aws.vpc_endpoint.groups quota quota-exceeded",
        "the simulator counts groups where network interfaces are made",
    ),
];
