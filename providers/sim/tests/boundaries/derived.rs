//! The values that follow from the figures of the rules themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra_lang::{Boundary, Schemas};
use infra_model::Value;

use crate::Sample;
use crate::excuses;
use crate::requests::encoded;

/// How a value of a field stands in a program and in requests; `{}` is the value.
struct Place {
    field: &'static str,
    program: &'static str,
    steps: &'static str,
}

const PLACES: &[Place] = &[
    Place {
        field: "aws.vpc.range",
        program: "aws.vpc it { range = {} }",
        steps: "CreateVpc CidrBlock={}",
    },
    Place {
        field: "aws.subnet.range",
        program: "aws.vpc wide { range = 10.0.0.0/16 }\naws.subnet it { vpc = wide, zone = \"us-west-2a\", range = {} }",
        steps: "CreateVpc CidrBlock=10.0.0.0/16 > wide=vpcId\nCreateSubnet VpcId={wide} AvailabilityZone=us-west-2a CidrBlock={}",
    },
    Place {
        field: "aws.subnet.ipv6_range",
        program: "aws.vpc six { range = 10.2.0.0/16, ipv6 = true }\naws.subnet it { vpc = six, zone = \"us-west-2a\", range = 10.2.1.0/24, ipv6_range = {} }",
        steps: "CreateVpc CidrBlock=10.2.0.0/16 AmazonProvidedIpv6CidrBlock=true > six=vpcId\nDescribeVpcs VpcId.1={six} > range=ipv6CidrBlock\nCreateSubnet VpcId={six} AvailabilityZone=us-west-2a CidrBlock=10.2.1.0/24 Ipv6CidrBlock={range}#{}",
    },
    Place {
        field: "aws.instance.user_data",
        program: "aws.instance it { image = \"ami-1\", type = \"t3.micro\", subnet = inside, user_data = {} }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} UserData={}",
    },
    Place {
        field: "aws.snapshot.description",
        program: "aws.volume disk { zone = \"us-west-2a\", size = 1GiB }\naws.snapshot it { volume = disk, description = {} }",
        steps: "CreateVolume AvailabilityZone=us-west-2a Size=1 > volume=volumeId\nCreateSnapshot VolumeId={volume} Description={}",
    },
    Place {
        field: "aws.security_group.name",
        program: "aws.security_group it { vpc = main, name = {} }",
        steps: "CreateSecurityGroup VpcId={vpc} GroupDescription=x GroupName={}",
    },
    Place {
        field: "aws.security_group.description",
        program: "aws.security_group it { vpc = main, description = {} }",
        steps: "CreateSecurityGroup VpcId={vpc} GroupName=it GroupDescription={}",
    },
    Place {
        field: "aws.security_group.allow.note",
        program: "aws.security_group it { vpc = main, allow = [{ from = 10.0.0.0/8, ports = [tcp/22], note = {} }] }",
        steps: "AuthorizeSecurityGroupIngress GroupId={near} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8 IpPermissions.1.IpRanges.1.Description={}",
    },
    Place {
        field: "aws.security_group.allow_out.note",
        program: "aws.security_group it { vpc = main, allow_out = [{ to = 10.0.0.0/8, ports = [tcp/22], note = {} }] }",
        steps: "AuthorizeSecurityGroupEgress GroupId={near} IpPermissions.1.IpProtocol=tcp IpPermissions.1.FromPort=22 IpPermissions.1.ToPort=22 IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8 IpPermissions.1.IpRanges.1.Description={}",
    },
    Place {
        field: "aws.key_pair.name",
        program: "aws.key_pair it { name = {}, public_key = \"ssh-ed25519 AAAA\" }",
        steps: "CreateKeyPair KeyType=ed25519 KeyName={}",
    },
    Place {
        field: "aws.placement_group.name",
        program: "aws.placement_group it { name = {}, strategy = spread }",
        steps: "CreatePlacementGroup Strategy=spread GroupName={}",
    },
    Place {
        field: "aws.launch_template.name",
        program: "aws.launch_template it { name = {}, launch = { type = \"t3.micro\" } }",
        steps: "CreateLaunchTemplate LaunchTemplateData.InstanceType=t3.micro LaunchTemplateName={}",
    },
    Place {
        field: "aws.launch_template.description",
        program: "aws.launch_template it { description = {}, launch = { type = \"t3.micro\" } }",
        steps: "CreateLaunchTemplate LaunchTemplateData.InstanceType=t3.micro LaunchTemplateName=base VersionDescription={}",
    },
    Place {
        field: "aws.image.name",
        program: "aws.image it { name = {}, instance = \"i-0123456789abcdef0\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateImage InstanceId={instance} NoReboot=true Name={}",
    },
    Place {
        field: "aws.image.description",
        program: "aws.image it { name = \"base\", description = {}, instance = \"i-0123456789abcdef0\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateImage InstanceId={instance} NoReboot=true Name=base Description={}",
    },
];

pub fn samples(schemas: &Schemas) -> Vec<Sample> {
    let mut samples = Vec::new();
    for boundary in schemas.boundaries() {
        if excuses::ALL.iter().any(|(rule, _)| *rule == boundary.rule) {
            continue;
        }
        let good = boundary.good.iter().map(|value| (value, true));
        let bad = boundary.bad.iter().map(|value| (value, false));
        for (value, is_good) in good.chain(bad) {
            samples.extend(sample(&boundary, value, is_good));
        }
    }
    samples
}

fn sample(boundary: &Boundary, value: &Value, is_good: bool) -> Option<Sample> {
    let shown: String = format!("{value}").chars().take(60).collect();
    let rule = boundary.rule.clone();
    if boundary.type_name == "provider.aws" {
        return Some(Sample {
            rule,
            shown,
            program: format!("aws.vpc it {{ range = 10.9.0.0/16, tags = {value} }}"),
            steps: labels(value.as_map()?)?,
            is_good,
        });
    }
    let of = boundary.of.as_ref().map(|of| format!(".{of}"));
    let name = format!(
        "{}.{}{}",
        boundary.type_name,
        boundary.field,
        of.unwrap_or_default()
    );
    let place = PLACES.iter().find(|place| place.field == name)?;
    let sent = match value {
        Value::String(text) if name.ends_with(".user_data") => encoded(&STANDARD.encode(text)),
        Value::String(text) => encoded(text),
        Value::Cidr(range) if name.ends_with("ipv6_range") => range.prefix_len().to_string(),
        value => encoded(&value.to_string()),
    };
    Some(Sample {
        rule,
        shown,
        program: place.program.replace("{}", &value.to_string()),
        steps: place.steps.replace("{}", &sent),
        is_good,
    })
}

/// Tags on a network, with the six that infra sets itself. Keys that infra alone keeps for itself are not sent.
fn labels(tags: &infra_model::Record) -> Option<String> {
    if tags
        .keys()
        .any(|key| key == "Name" || key.starts_with("infra:"))
    {
        return None;
    }
    let mut step = "CreateTags ResourceId.1={vpc}".to_owned();
    let own = (0..6).map(|n| (format!("own-{n}"), "x".to_owned()));
    let given = tags
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    for (at, (key, value)) in given.chain(own).enumerate() {
        let (at, key, value) = (at + 1, encoded(&key), encoded(&value));
        step.push_str(&format!(" Tag.{at}.Key={key} Tag.{at}.Value={value}"));
    }
    Some(step)
}
