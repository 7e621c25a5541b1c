//! Services of Amazon's that VPCs can have endpoints to: a selection.

/// A service, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// What follows the region in its name: `ecr.api`.
    pub name: &'static str,
    /// Whether its endpoints are network interfaces; otherwise they are entries of route tables.
    pub interface: bool,
}

/// "Gateway endpoints": the services that have them.
const GATEWAY: [&str; 2] = ["dynamodb", "s3"];
/// "AWS services that integrate with AWS PrivateLink", some of them.
const INTERFACE: [&str; 30] = [
    "autoscaling",
    "backup",
    "cloudformation",
    "dynamodb",
    "ebs",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "elasticfilesystem",
    "elasticloadbalancing",
    "events",
    "execute-api",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "sts",
];

/// All of them, those with gateways first.
pub fn services() -> impl Iterator<Item = Service> {
    let of = |interface| move |name: &&'static str| Service { name, interface };
    let interfaces = INTERFACE.iter().map(of(true));
    GATEWAY.iter().map(of(false)).chain(interfaces)
}

impl Service {
    /// `com.amazonaws.us-west-2.ecr.api`
    pub fn full_name(&self, region: &str) -> String {
        format!("com.amazonaws.{region}.{}", self.name)
    }

    /// The name by which programs call it: `api.ecr.us-west-2.amazonaws.com`.
    pub fn private_name(&self, region: &str) -> String {
        let mut parts: Vec<&str> = self.name.split('.').collect();
        parts.reverse();
        format!("{}.{region}.amazonaws.com", parts.join("."))
    }

    /// The list of its addresses that route tables lead to its gateways.
    pub fn prefix_list(&self) -> String {
        let sum = self.name.bytes().fold(0_u32, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        format!("pl-{sum:08x}")
    }
}
