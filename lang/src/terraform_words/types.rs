//! Resource types of other tools and clouds.

/// What a type of another tool is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A type of this name.
    Type(&'static str),
    /// Something that a sentence says.
    Part(&'static str),
    /// Nothing yet.
    Missing,
}

use Meant::{Part, Type};

/// Amazon's types, without what stands before them (`aws_`, `aws.`).
const AWS: &[(&[&str], Meant)] = &[
    (&["ebs_volume", "ebs", "disk"], Type("aws.volume")),
    (
        &["volume_attachment", "ebs_attachment"],
        Type("aws.attachment"),
    ),
    (&["eip", "elastic_address"], Type("aws.elastic_ip")),
    (
        &["ec2_instance", "ec2", "vm", "virtual_machine", "server"],
        Type("aws.instance"),
    ),
    (
        &["ami", "ami_copy", "ami_from_instance", "ami_ids"],
        Type("aws.image"),
    ),
    (&["ebs_snapshot", "ebs_snapshot_ids"], Type("aws.snapshot")),
    (
        &["egress_only_internet_gateway"],
        Type("aws.egress_only_gateway"),
    ),
    (&["igw"], Type("aws.internet_gateway")),
    (&["nat"], Type("aws.nat_gateway")),
    (&["network", "default_vpc"], Type("aws.vpc")),
    (&["default_subnet"], Type("aws.subnet")),
    (
        &["default_security_group", "sg", "firewall"],
        Type("aws.security_group"),
    ),
    (&["default_route_table"], Type("aws.route_table")),
    (
        &["default_network_acl", "acl", "nacl"],
        Type("aws.network_acl"),
    ),
    (&["eni"], Type("aws.network_interface")),
    (&["key", "keypair"], Type("aws.key_pair")),
    (
        &["vpc_peering_connection", "vpc_peering"],
        Type("aws.peering"),
    ),
    (
        &["vpc_dhcp_options", "default_vpc_dhcp_options"],
        Type("aws.dhcp_options"),
    ),
    (
        &["availability_zones", "availability_zone"],
        Type("aws.zones"),
    ),
    (&["caller_identity"], Type("aws.account")),
    (
        &["ec2_instance_type", "ec2_instance_types"],
        Type("aws.instance_type"),
    ),
    (
        &[
            "security_group_rule",
            "vpc_security_group_ingress_rule",
            "vpc_security_group_egress_rule",
        ],
        Part(
            "rules are part of the group: `allow = [{ from = 10.0.0.0/8, ports = [tcp/22] }]` in `aws.security_group`",
        ),
    ),
    (
        &["route"],
        Part(
            "routes are part of the table: `routes = [{ to = 0.0.0.0/0, via = gateway }]` in `aws.route_table`",
        ),
    ),
    (
        &["route_table_association", "main_route_table_association"],
        Part("subnets are part of the table: `subnets = [inside]` in `aws.route_table`"),
    ),
    (
        &["network_acl_rule"],
        Part(
            "rules are part of the list: `inbound = [{ number = 100, from = 0.0.0.0/0, ports = tcp/443 }]` in `aws.network_acl`",
        ),
    ),
    (
        &["network_acl_association"],
        Part("subnets are part of the list: `subnets = [inside]` in `aws.network_acl`"),
    ),
    (
        &["eip_association"],
        Part("the address says what it leads to: `instance = web` in `aws.elastic_ip`"),
    ),
    (
        &["internet_gateway_attachment"],
        Part("the gateway says its network: `vpc = main` in `aws.internet_gateway`"),
    ),
    (
        &[
            "network_interface_attachment",
            "network_interface_sg_attachment",
        ],
        Part(
            "the interface says it: `instance = web` and `groups = [inside]` in `aws.network_interface`",
        ),
    ),
    (
        &["vpc_dhcp_options_association"],
        Part("the options say their networks: `vpcs = [main]` in `aws.dhcp_options`"),
    ),
    (
        &["vpc_peering_connection_accepter"],
        Part("a peering of one account is accepted by itself: `aws.peering` is enough"),
    ),
    (
        &[
            "vpc_endpoint_route_table_association",
            "vpc_endpoint_subnet_association",
        ],
        Part(
            "the endpoint says them: `route_tables = […]` and `subnets = […]` in `aws.vpc_endpoint`",
        ),
    ),
    (
        &["vpc_ipv4_cidr_block_association"],
        Part("a network has one range here: `range` of `aws.vpc`"),
    ),
    (
        &["region"],
        Part("the region is the provider's: `provider aws { region = \"us-west-2\" }`"),
    ),
    (
        &["subnets", "subnet_ids"],
        Part(
            "look them up one by one: `lookup aws.subnet inside for zone in zones { zone = zone }`",
        ),
    ),
    (
        &["iam_policy_document"],
        Part("a policy is a text: `json({ Version = \"2012-10-17\", Statement = [ … ] })`"),
    ),
];

/// How Amazon's types begin of which none is here yet.
const AWS_MISSING: &[&str] = &[
    "accessanalyzer",
    "account",
    "acm",
    "acmpca",
    "alb",
    "amplify",
    "api",
    "apigatewayv2",
    "app",
    "appautoscaling",
    "appconfig",
    "appflow",
    "appmesh",
    "apprunner",
    "appstream",
    "appsync",
    "athena",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "budgets",
    "ce",
    "chime",
    "cloud9",
    "cloudcontrolapi",
    "cloudformation",
    "cloudfront",
    "cloudhsm",
    "cloudsearch",
    "cloudtrail",
    "cloudwatch",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codepipeline",
    "codestar",
    "cognito",
    "config",
    "connect",
    "controltower",
    "cur",
    "customer",
    "customer_gateway",
    "datasync",
    "dax",
    "db",
    "detective",
    "devicefarm",
    "directory",
    "dlm",
    "dms",
    "docdb",
    "dx",
    "dynamodb",
    "ec2",
    "ecr",
    "ecrpublic",
    "ecs",
    "efs",
    "eks",
    "elastic_beanstalk",
    "elastic_load_balancer",
    "elastictranscoder",
    "elasticache",
    "elasticsearch",
    "elb",
    "emr",
    "fis",
    "fsx",
    "gamelift",
    "glacier",
    "globalaccelerator",
    "glue",
    "grafana",
    "guardduty",
    "iam",
    "identitystore",
    "imagebuilder",
    "inspector",
    "iot",
    "ivs",
    "kendra",
    "keyspaces",
    "kinesis",
    "kms",
    "lakeformation",
    "lambda",
    "launch_configuration",
    "lb",
    "lex",
    "licensemanager",
    "lightsail",
    "load",
    "load_balancer",
    "location",
    "macie2",
    "media",
    "memorydb",
    "mq",
    "msk",
    "mwaa",
    "neptune",
    "networkfirewall",
    "networkmanager",
    "opensearch",
    "opsworks",
    "organizations",
    "pinpoint",
    "pipes",
    "prefix_list",
    "prometheus",
    "qldb",
    "quicksight",
    "ram",
    "rds",
    "redshift",
    "resourcegroups",
    "rolesanywhere",
    "route53",
    "rum",
    "s3",
    "s3control",
    "sagemaker",
    "scheduler",
    "schemas",
    "secretsmanager",
    "securityhub",
    "serverlessapplicationrepository",
    "service",
    "servicecatalog",
    "servicequotas",
    "ses",
    "sesv2",
    "sfn",
    "shield",
    "signer",
    "simpledb",
    "sns",
    "spot",
    "sqs",
    "ssm",
    "ssoadmin",
    "storagegateway",
    "swf",
    "synthetics",
    "timestreamwrite",
    "transfer",
    "verifiedaccess",
    "vpclattice",
    "vpn",
    "waf",
    "wafregional",
    "wafv2",
    "workspaces",
    "xray",
    "bucket",
    "database",
    "queue",
    "topic",
    "function",
    "cluster",
    "certificate",
    "role",
    "policy",
    "user",
    "container",
    "cache",
    "dns",
    "record",
    "table",
    "secret",
    "alarm",
    "host",
    "capacity",
    "managed",
    "transit",
    "carrier",
    "local_gateway",
];

/// How the types of Alibaba Cloud begin elsewhere.
const ALIBABA: &[&str] = &["alicloud", "alibaba", "alibabacloud", "ali", "ecs"];

/// Providers of other tools, as their types begin, whose clouds are not here yet.
const CLOUDS: &[(&[&str], &str)] = &[
    (&["azurerm", "azure", "azuread", "azapi"], "Azure"),
    (&["google", "gcp", "google-beta"], "Google Cloud"),
    (&["tencentcloud"], "Tencent Cloud"),
    (&["huaweicloud"], "Huawei Cloud"),
    (&["oci"], "Oracle Cloud"),
    (&["digitalocean"], "DigitalOcean"),
    (&["hcloud"], "Hetzner Cloud"),
    (&["openstack"], "OpenStack"),
    (&["vsphere", "vcd"], "vSphere"),
    (&["kubernetes", "helm", "kubectl"], "Kubernetes"),
    (&["cloudflare"], "Cloudflare"),
    (
        &[
            "github",
            "gitlab",
            "datadog",
            "vault",
            "consul",
            "docker",
            "postgresql",
            "mysql",
            "grafana",
            "pagerduty",
        ],
        "this provider",
    ),
];

/// Helpers of other tools that are no resources here.
const HELPERS: &[(&[&str], Meant)] = &[
    (
        &["null_resource", "terraform_data", "null_data_source"],
        Type("std.value"),
    ),
    (
        &[
            "template_file",
            "template_cloudinit_config",
            "cloudinit_config",
        ],
        Part("it is the function `template(path, { name = value })`"),
    ),
    (
        &["local_file", "local_sensitive_file"],
        Part("a program writes no files; `infra output NAME` gives a value to a script"),
    ),
    (
        &[
            "random_id",
            "random_string",
            "random_password",
            "random_pet",
            "random_uuid",
            "random_integer",
            "random_shuffle",
        ],
        Part(
            "a program has no chance in it, so that it always means the same; give the value as a `param`, `secret string` for a password",
        ),
    ),
    (
        &["time_sleep", "time_static", "time_rotating"],
        Part("what must be waited for is waited for; `@after(x)` puts one thing after another"),
    ),
    (
        &["tls_private_key", "tls_self_signed_cert"],
        Part(
            "make the key outside of the program: `ssh-keygen`, then `public_key = file(\"./key.pub\")` in `aws.key_pair`",
        ),
    ),
    (
        &["external", "http", "shell_script"],
        Part("a program asks nothing but the cloud; give the value as a `param`"),
    ),
    (
        &["archive_file"],
        Part("nothing here packs files; give the program the finished file"),
    ),
];

/// What a type means that a declaration, a block of Terraform or a type annotation names, where it is none of ours.
/// `is_ours` knows the types there are.
pub fn type_name(written: &str, is_ours: &dyn Fn(&str) -> bool) -> Option<Meant> {
    if let Some((_, meant)) = HELPERS.iter().find(|(names, _)| names.contains(&written)) {
        return Some(*meant);
    }
    let (provider, rest) = written.split_once(['_', '.']).unwrap_or((written, ""));
    if ALIBABA.contains(&provider) {
        let words = "types of Alibaba Cloud begin with `aliyun.`: `infra types aliyun` lists them";
        return Some(Part(words));
    }
    if provider != "aws" {
        return cloud(provider).map(|_| Meant::Missing);
    }
    let own = OURS
        .iter()
        .find(|name| name.strip_prefix("aws.") == Some(rest));
    if let Some(own) = own.filter(|own| is_ours(own)) {
        return Some(Type(own));
    }
    if let Some((_, meant)) = AWS.iter().find(|(names, _)| names.contains(&rest)) {
        return Some(*meant);
    }
    let missing = |start: &&&str| {
        let after = rest.strip_prefix(**start);
        after.is_some_and(|after| after.is_empty() || after.starts_with('_'))
    };
    AWS_MISSING.iter().find(missing).map(|_| Meant::Missing)
}

/// The name of a cloud that is not here yet, by how its types begin.
pub fn cloud(provider: &str) -> Option<&'static str> {
    let (_, name) = CLOUDS.iter().find(|(names, _)| names.contains(&provider))?;
    Some(name)
}

/// The types there are; a test holds the list against the library.
pub const OURS: &[&str] = &[
    "aws.account",
    "aws.attachment",
    "aws.dhcp_options",
    "aws.egress_only_gateway",
    "aws.elastic_ip",
    "aws.flow_log",
    "aws.image",
    "aws.instance",
    "aws.instance_type",
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
    "aws.zones",
    "std.value",
];

/// Every row with the names it is for.
#[cfg(test)]
pub fn rows() -> impl Iterator<Item = (&'static [&'static str], Meant)> {
    AWS.iter().chain(HELPERS).copied()
}
