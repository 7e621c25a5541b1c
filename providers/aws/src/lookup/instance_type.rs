//! `aws.instance_type`: DescribeInstanceTypes, DescribeInstanceTypeOfferings.

use aws_sdk_ec2::types::{ArchitectureType, InstanceTypeInfo, LocationType};
use infra_model::{Record, Size, Value};
use infra_sdk::Failure;
use infra_sdk::fields::Fields;

use crate::client::Cloud;
use crate::selection::filter;
use crate::tags;

const MIB: u64 = 1 << 20;

/// Asked by filter, because a name that does not exist fails the call as a parameter.
pub(super) async fn answer(cloud: &Cloud, fields: Fields<'_>) -> Result<Option<Record>, Failure> {
    let name = fields.must("type")?;
    if let Some(zone) = fields.text("zone")
        && !offered(cloud, &name, &zone).await?
    {
        return Ok(None);
    }
    let by_name = filter("instance-type", [name]);
    let answer = cloud
        .read("DescribeInstanceTypes", || {
            let call = cloud.ec2.describe_instance_types();
            call.filters(by_name.clone()).send()
        })
        .await?;
    Ok(answer
        .instance_types
        .unwrap_or_default()
        .pop()
        .and_then(found))
}

async fn offered(cloud: &Cloud, name: &str, zone: &str) -> Result<bool, Failure> {
    let filters = [
        filter("instance-type", [name.to_owned()]),
        filter("location", [zone.to_owned()]),
    ];
    let answer = cloud
        .read("DescribeInstanceTypeOfferings", || {
            let call = cloud.ec2.describe_instance_type_offerings();
            let call = call.location_type(LocationType::AvailabilityZone);
            call.set_filters(Some(filters.to_vec())).send()
        })
        .await?;
    Ok(!answer
        .instance_type_offerings
        .unwrap_or_default()
        .is_empty())
}

fn found(kind: InstanceTypeInfo) -> Option<Record> {
    let memory = kind.memory_info.and_then(|memory| memory.size_in_mib);
    let ram = memory.and_then(|mib| Some(Size(u64::try_from(mib).ok()?.checked_mul(MIB)?)));
    // Old x86 types also name `i386`.
    let arch = kind
        .processor_info
        .and_then(|processor| processor.supported_architectures)
        .and_then(|all| all.into_iter().find(|one| *one != ArchitectureType::I386));
    let network = kind.network_info;
    let interfaces = network
        .as_ref()
        .and_then(|network| network.maximum_network_interfaces);
    let mut fields = tags::seen(kind.instance_type?.as_str(), None)
        .int("cpu", kind.v_cpu_info.and_then(|cpu| cpu.default_v_cpus))
        .value("ram", ram.map(Value::Size))
        .text("arch", arch.as_ref().map(ArchitectureType::as_str))
        .flag("burst", kind.burstable_performance_supported)
        .int("interfaces", interfaces)
        .text(
            "network",
            network.and_then(|network| network.network_performance),
        )
        .fields;
    fields.remove("tags");
    Some(fields)
}
