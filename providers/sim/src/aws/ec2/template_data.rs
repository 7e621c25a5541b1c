//! What a launch template gives a launch: which parameters it can have, and how they are shown.

use std::collections::BTreeMap;

use crate::aws::ec2::launch_options::{shutdown_behavior, user_data};
use crate::aws::fault::Fault;
use crate::aws::xml::Node;
use crate::ground::query::Query;

/// Parameters by their names.
pub type Data = BTreeMap<String, String>;

/// A parameter, the element that shows it, and what is in it.
type Part = (&'static str, &'static str, Shape);

enum Shape {
    Text,
    Texts,
    Group(&'static [Part]),
    List(&'static [Part]),
}

use Shape::{Group, List, Text, Texts};

const DISK: &[Part] = &[
    ("DeleteOnTermination", "deleteOnTermination", Text),
    ("Encrypted", "encrypted", Text),
    ("Iops", "iops", Text),
    ("KmsKeyId", "kmsKeyId", Text),
    ("SnapshotId", "snapshotId", Text),
    ("Throughput", "throughput", Text),
    ("VolumeSize", "volumeSize", Text),
    ("VolumeType", "volumeType", Text),
];

const PORT: &[Part] = &[
    ("AssociatePublicIpAddress", "associatePublicIpAddress", Text),
    ("DeleteOnTermination", "deleteOnTermination", Text),
    ("Description", "description", Text),
    ("DeviceIndex", "deviceIndex", Text),
    ("PrivateIpAddress", "privateIpAddress", Text),
    ("SecurityGroupId", "groupSet", Texts),
    ("SubnetId", "subnetId", Text),
];

/// "RequestLaunchTemplateData", as far as the simulated RunInstances understands it.
const DATA: &[Part] = &[
    (
        "BlockDeviceMapping",
        "blockDeviceMappingSet",
        List(&[
            ("DeviceName", "deviceName", Text),
            ("Ebs", "ebs", Group(DISK)),
            ("NoDevice", "noDevice", Text),
        ]),
    ),
    (
        "CreditSpecification",
        "creditSpecification",
        Group(&[("CpuCredits", "cpuCredits", Text)]),
    ),
    ("DisableApiStop", "disableApiStop", Text),
    ("DisableApiTermination", "disableApiTermination", Text),
    ("EbsOptimized", "ebsOptimized", Text),
    (
        "IamInstanceProfile",
        "iamInstanceProfile",
        Group(&[("Arn", "arn", Text), ("Name", "name", Text)]),
    ),
    ("ImageId", "imageId", Text),
    (
        "InstanceInitiatedShutdownBehavior",
        "instanceInitiatedShutdownBehavior",
        Text,
    ),
    ("InstanceType", "instanceType", Text),
    ("KeyName", "keyName", Text),
    (
        "MetadataOptions",
        "metadataOptions",
        Group(&[
            ("HttpEndpoint", "httpEndpoint", Text),
            ("HttpProtocolIpv6", "httpProtocolIpv6", Text),
            ("HttpPutResponseHopLimit", "httpPutResponseHopLimit", Text),
            ("HttpTokens", "httpTokens", Text),
            ("InstanceMetadataTags", "instanceMetadataTags", Text),
        ]),
    ),
    (
        "Monitoring",
        "monitoring",
        Group(&[("Enabled", "enabled", Text)]),
    ),
    ("NetworkInterface", "networkInterfaceSet", List(PORT)),
    (
        "Placement",
        "placement",
        Group(&[
            ("AvailabilityZone", "availabilityZone", Text),
            ("GroupName", "groupName", Text),
            ("Tenancy", "tenancy", Text),
        ]),
    ),
    ("SecurityGroup", "securityGroupSet", Texts),
    ("SecurityGroupId", "securityGroupIdSet", Texts),
    (
        "TagSpecification",
        "tagSpecificationSet",
        List(&[
            ("ResourceType", "resourceType", Text),
            (
                "Tag",
                "tagSet",
                List(&[("Key", "key", Text), ("Value", "value", Text)]),
            ),
        ]),
    ),
    ("UserData", "userData", Text),
];

/// Reads `LaunchTemplateData`. What it names (images, groups, keys) is looked for at the launch only.
///
/// # Errors
/// `MissingParameter` when there is none, `InvalidUserData.Malformed`, `InvalidParameterValue`.
pub fn read(q: &Query) -> Result<Data, Fault> {
    let mut data = Data::new();
    if let Some(given) = q.child("LaunchTemplateData") {
        take(given, DATA, "", &mut data);
    }
    if data.is_empty() {
        return Err(Fault::missing("LaunchTemplateData"));
    }
    user_data(data.get("UserData").map(String::as_str))
        .map_err(|fault| Fault::new("InvalidUserData.Malformed", fault.message))?;
    if let Some(word) = data.get("InstanceInitiatedShutdownBehavior") {
        shutdown_behavior(word)?;
    }
    Ok(data)
}

fn take(q: &Query, parts: &[Part], before: &str, data: &mut Data) {
    for (name, _, shape) in parts {
        let path = format!("{before}{name}");
        match shape {
            Text => {
                if let Some(text) = q.text(name) {
                    data.insert(path, text.to_owned());
                }
            }
            Texts => {
                for (at, text) in q.texts(name).into_iter().enumerate() {
                    data.insert(format!("{path}.{}", at + 1), text.to_owned());
                }
            }
            Group(parts) => {
                if let Some(inner) = q.child(name) {
                    take(inner, parts, &format!("{path}."), data);
                }
            }
            List(parts) => {
                for (at, item) in q.list(name).into_iter().enumerate() {
                    take(item, parts, &format!("{path}.{}.", at + 1), data);
                }
            }
        }
    }
}

/// The inside of `<launchTemplateData>`.
pub fn show(data: &Data) -> Node {
    render(&Query::of(data), DATA)
}

fn render(q: &Query, parts: &[Part]) -> Node {
    let mut node = Node::new();
    for (name, element, shape) in parts {
        let Some(inner) = q.child(name) else { continue };
        node = match shape {
            Text => node.maybe(element, q.text(name)),
            Texts => node.texts(element, q.texts(name)),
            Group(parts) => node.node(element, render(inner, parts)),
            List(parts) => node.list(
                element,
                q.list(name).into_iter().map(|item| render(item, parts)),
            ),
        };
    }
    node
}
