//! What a launch template says of a machine: the field `launch` and AWS's `LaunchTemplateData`.

use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMapping, LaunchTemplateBlockDeviceMappingRequest,
    LaunchTemplateEbsBlockDevice, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState as Tokens, LaunchTemplateIamInstanceProfileSpecificationRequest,
    LaunchTemplateInstanceMetadataEndpointState as Endpoint,
    LaunchTemplateInstanceMetadataOptions as Metadata,
    LaunchTemplateInstanceMetadataOptionsRequest as MetadataRequest,
    LaunchTemplateInstanceMetadataTagsState as MetadataTags, LaunchTemplatePlacementRequest,
    LaunchTemplateTagSpecificationRequest, LaunchTemplatesMonitoringRequest,
    RequestLaunchTemplateData, ResourceType, ResponseLaunchTemplateData, ShutdownBehavior, Tenancy,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use infra_model::{Record, Size, Value};
use infra_sdk::fields::Fields;

use super::instance_fields::{check_user_data, encoded_user_data, shorten_profile};
use super::volume::{check_performance, check_size, kind_of};
use crate::tags;

/// The field `launch`.
pub(super) fn launch(fields: Fields<'_>) -> Fields<'_> {
    static NOTHING: Record = Record::new();
    let launch = fields.get("launch").and_then(Value::as_map);
    Fields(launch.unwrap_or(&NOTHING))
}

/// Leaves out what says nothing, sorts groups, and names an instance profile by its name.
pub(super) fn canonical(launch: &mut Record) {
    if let Some(Value::List(groups)) = launch.get_mut("groups") {
        groups.sort_by_key(ToString::to_string);
    }
    shorten_profile(launch);
    if let Some(Value::Map(disks)) = launch.get_mut("disks") {
        for disk in disks.values_mut() {
            if let Value::Map(disk) = disk {
                disk.retain(|_, value| !value.is_null());
            }
        }
    }
    launch.retain(|_, value| match value {
        Value::List(items) => !items.is_empty(),
        Value::Map(fields) => !fields.is_empty(),
        value => !value.is_null(),
    });
}

/// Adds what AWS would refuse, now or at the launch.
pub(super) fn validate(launch: Fields<'_>, problems: &mut Vec<String>) {
    if launch.0.values().all(Value::is_null) {
        problems.push("`launch` is empty; a version says one thing at least".to_owned());
    }
    check_user_data(launch, problems);
    for (device, disk) in disks(launch) {
        let mut wrong = Vec::new();
        check_size(disk, "size", &mut wrong);
        check_performance(disk, ["type", "iops", "throughput"], &mut wrong);
        problems.extend(
            wrong
                .into_iter()
                .map(|problem| format!("{device}: {problem}")),
        );
    }
    problems.extend(tags::problems(&launch.tags()));
}

fn disks(launch: Fields<'_>) -> impl Iterator<Item = (&str, Fields<'_>)> {
    let disks = launch.get("disks").and_then(Value::as_map);
    let disks = disks.into_iter().flatten();
    disks.filter_map(|(device, disk)| Some((device.as_str(), Fields(disk.as_map()?))))
}

/// As CreateLaunchTemplate and CreateLaunchTemplateVersion take it.
pub(super) fn request(launch: Fields<'_>) -> RequestLaunchTemplateData {
    let text = |name: &str| launch.text(name);
    let groups = Some(launch.texts("groups")).filter(|groups| !groups.is_empty());
    let monitoring = launch.flag("monitoring").map(|on| {
        LaunchTemplatesMonitoringRequest::builder()
            .enabled(on)
            .build()
    });
    let disks: Vec<_> = disks(launch).map(mapping).collect();
    RequestLaunchTemplateData::builder()
        .set_instance_type(text("type").map(|word| InstanceType::from(word.as_str())))
        .set_image_id(text("image"))
        .set_key_name(text("key"))
        .set_security_group_ids(groups)
        .set_block_device_mappings(Some(disks).filter(|disks| !disks.is_empty()))
        .set_user_data(encoded_user_data(launch))
        .set_iam_instance_profile(profile(launch))
        .set_metadata_options(metadata(launch))
        .set_disable_api_termination(launch.flag("termination_protection"))
        .set_disable_api_stop(launch.flag("stop_protection"))
        .set_instance_initiated_shutdown_behavior(
            text("on_shutdown").map(|word| ShutdownBehavior::from(word.as_str())),
        )
        .set_monitoring(monitoring)
        .set_ebs_optimized(launch.flag("ebs_optimized"))
        .set_placement(placement(launch))
        .set_tag_specifications(tag_specifications(launch))
        .build()
}

fn mapping((device, disk): (&str, Fields<'_>)) -> LaunchTemplateBlockDeviceMappingRequest {
    let ebs = LaunchTemplateEbsBlockDeviceRequest::builder()
        .set_volume_size(disk.gib("size"))
        .set_volume_type(kind_of(disk, "type"))
        .set_iops(disk.int("iops"))
        .set_throughput(disk.int("throughput"))
        .set_snapshot_id(disk.text("snapshot"))
        .set_encrypted(disk.flag("encrypted"))
        .set_kms_key_id(disk.text("kms_key"))
        .set_delete_on_termination(disk.flag("delete_with_instance"))
        .build();
    LaunchTemplateBlockDeviceMappingRequest::builder()
        .device_name(device)
        .ebs(ebs)
        .build()
}

fn profile(launch: Fields<'_>) -> Option<LaunchTemplateIamInstanceProfileSpecificationRequest> {
    let profile = launch.text("iam_profile")?;
    let builder = LaunchTemplateIamInstanceProfileSpecificationRequest::builder();
    Some(match profile.starts_with("arn:") {
        true => builder.arn(profile).build(),
        false => builder.name(profile).build(),
    })
}

fn metadata(launch: Fields<'_>) -> Option<MetadataRequest> {
    let named = ["metadata", "metadata_hops", "metadata_tags"];
    if named.iter().all(|name| launch.get(name).is_none()) {
        return None;
    }
    let (endpoint, tokens) = match launch.text("metadata").as_deref() {
        Some("off") => (Some(Endpoint::Disabled), None),
        Some("optional") => (Some(Endpoint::Enabled), Some(Tokens::Optional)),
        Some(_) => (Some(Endpoint::Enabled), Some(Tokens::Required)),
        None => (None, None),
    };
    let tags = launch.flag("metadata_tags").map(|on| match on {
        true => MetadataTags::Enabled,
        false => MetadataTags::Disabled,
    });
    Some(
        MetadataRequest::builder()
            .set_http_endpoint(endpoint)
            .set_http_tokens(tokens)
            .set_http_put_response_hop_limit(launch.int("metadata_hops"))
            .set_instance_metadata_tags(tags)
            .build(),
    )
}

fn placement(launch: Fields<'_>) -> Option<LaunchTemplatePlacementRequest> {
    let (tenancy, group) = (launch.text("tenancy"), launch.text("placement_group"));
    if tenancy.is_none() && group.is_none() {
        return None;
    }
    let tenancy = tenancy.map(|word| Tenancy::from(word.as_str()));
    Some(
        LaunchTemplatePlacementRequest::builder()
            .set_tenancy(tenancy)
            .set_group_name(group)
            .build(),
    )
}

/// The machine and its volumes bear the same labels.
fn tag_specifications(launch: Fields<'_>) -> Option<Vec<LaunchTemplateTagSpecificationRequest>> {
    let labels = tags::list(&launch.tags());
    let both = [ResourceType::Instance, ResourceType::Volume];
    let specification = |kind| {
        LaunchTemplateTagSpecificationRequest::builder()
            .resource_type(kind)
            .set_tags(Some(labels.clone()))
            .build()
    };
    (!labels.is_empty()).then(|| both.into_iter().map(specification).collect())
}

/// What AWS answers, as the field `launch`: only what is said.
pub(super) fn seen(data: ResponseLaunchTemplateData) -> Record {
    let mut said = Said::default();
    said.text(
        "type",
        data.instance_type.as_ref().map(|word| word.as_str()),
    );
    said.text("image", data.image_id.as_deref());
    said.text("key", data.key_name.as_deref());
    let groups = data.security_group_ids.unwrap_or_default();
    let groups: Vec<Value> = groups.into_iter().map(Value::String).collect();
    said.some(
        "groups",
        (!groups.is_empty()).then_some(Value::List(groups)),
    );
    let disks = data.block_device_mappings.unwrap_or_default();
    let disks: Record = disks.into_iter().filter_map(seen_disk).collect();
    said.some("disks", (!disks.is_empty()).then_some(Value::Map(disks)));
    let user_data = data.user_data.map(|text| match BASE64.decode(&text) {
        Ok(bytes) => String::from_utf8(bytes).unwrap_or(text),
        Err(_) => text,
    });
    said.text("user_data", user_data.as_deref());
    let profile = data.iam_instance_profile.as_ref();
    let profile = profile.and_then(|it| it.arn.as_deref().or(it.name.as_deref()));
    said.text("iam_profile", profile);
    if let Some(metadata) = &data.metadata_options {
        seen_metadata(&mut said, metadata);
    }
    said.flag("termination_protection", data.disable_api_termination);
    said.flag("stop_protection", data.disable_api_stop);
    let shutdown = data.instance_initiated_shutdown_behavior.as_ref();
    said.text("on_shutdown", shutdown.map(|word| word.as_str()));
    said.flag("monitoring", data.monitoring.and_then(|it| it.enabled));
    said.flag("ebs_optimized", data.ebs_optimized);
    if let Some(placement) = &data.placement {
        said.text(
            "tenancy",
            placement.tenancy.as_ref().map(|word| word.as_str()),
        );
        said.text("placement_group", placement.group_name.as_deref());
    }
    let labels = data.tag_specifications.unwrap_or_default();
    let labels = labels
        .into_iter()
        .find(|it| it.resource_type == Some(ResourceType::Instance))
        .and_then(|it| it.tags);
    let labels = labels.unwrap_or_default().into_iter();
    let labels: Record = labels
        .filter_map(|tag| Some((tag.key?, Value::String(tag.value.unwrap_or_default()))))
        .collect();
    said.some("tags", (!labels.is_empty()).then_some(Value::Map(labels)));
    said.0
}

fn seen_disk(mapping: LaunchTemplateBlockDeviceMapping) -> Option<(String, Value)> {
    let device = mapping.device_name?;
    let ebs = mapping
        .ebs
        .unwrap_or_else(|| LaunchTemplateEbsBlockDevice::builder().build());
    let mut said = Said::default();
    let size = ebs.volume_size.and_then(|gib| u64::try_from(gib).ok());
    said.some("size", size.map(|gib| Value::Size(Size::gib(gib))));
    said.text("type", ebs.volume_type.as_ref().map(|word| word.as_str()));
    said.int("iops", ebs.iops);
    said.int("throughput", ebs.throughput);
    said.text("snapshot", ebs.snapshot_id.as_deref());
    said.flag("encrypted", ebs.encrypted);
    said.text("kms_key", ebs.kms_key_id.as_deref());
    said.flag("delete_with_instance", ebs.delete_on_termination);
    Some((device, Value::Map(said.0)))
}

fn seen_metadata(said: &mut Said, metadata: &Metadata) {
    let word = match (&metadata.http_endpoint, &metadata.http_tokens) {
        (Some(Endpoint::Disabled), _) => Some("off"),
        (_, Some(Tokens::Required)) => Some("required"),
        (_, Some(Tokens::Optional)) => Some("optional"),
        _ => None,
    };
    said.text("metadata", word);
    said.int("metadata_hops", metadata.http_put_response_hop_limit);
    let tags = metadata.instance_metadata_tags.as_ref();
    said.flag(
        "metadata_tags",
        tags.map(|state| *state == MetadataTags::Enabled),
    );
}

/// A record of what was answered.
#[derive(Default)]
struct Said(Record);

impl Said {
    fn some(&mut self, name: &str, value: Option<Value>) {
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }

    /// An empty text is AWS's way of saying "none".
    fn text(&mut self, name: &str, text: Option<&str>) {
        let text = text.filter(|text| !text.is_empty());
        self.some(name, text.map(Value::string));
    }

    fn flag(&mut self, name: &str, flag: Option<bool>) {
        self.some(name, flag.map(Value::Bool));
    }

    fn int(&mut self, name: &str, number: Option<i32>) {
        self.some(name, number.map(|number| Value::Int(number.into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_left_out() {
        let text = Value::string;
        let mut one = Record::from([
            (
                "groups".to_owned(),
                Value::List(vec![text("sg-2"), text("sg-1")]),
            ),
            (
                "iam_profile".to_owned(),
                text("arn:aws:iam::1:instance-profile/desk"),
            ),
            ("disks".to_owned(), Value::Map(Record::new())),
            ("key".to_owned(), Value::Null),
        ]);
        let mut other = Record::from([
            (
                "groups".to_owned(),
                Value::List(vec![text("sg-1"), text("sg-2")]),
            ),
            ("iam_profile".to_owned(), text("desk")),
        ]);
        canonical(&mut one);
        canonical(&mut other);
        assert_eq!(one, other);
    }

    #[test]
    fn a_template_says_something_and_nothing_wrong() {
        let problems = |launch: Record| {
            let fields = Record::from([("launch".to_owned(), Value::Map(launch))]);
            let mut problems = Vec::new();
            validate(super::launch(Fields(&fields)), &mut problems);
            problems
        };
        assert_eq!(problems(Record::new()).len(), 1);
        let disk = Record::from([
            ("type".to_owned(), Value::string("gp2")),
            ("throughput".to_owned(), Value::Int(250)),
        ]);
        let disks = Record::from([("/dev/sdf".to_owned(), Value::Map(disk))]);
        let wrong = Record::from([("disks".to_owned(), Value::Map(disks))]);
        let wrong = problems(wrong);
        assert!(
            matches!(wrong.as_slice(), [one] if one.starts_with("/dev/sdf: ")),
            "{wrong:?}"
        );
    }
}
