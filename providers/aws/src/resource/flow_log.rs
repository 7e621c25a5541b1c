//! `aws.flow_log`: CreateFlowLogs, DescribeFlowLogs, DeleteFlowLogs.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    FlowLog as Described, FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType,
    UnsuccessfulItem,
};
use infra_model::{Duration, Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, Trace};

use crate::client::Cloud;
use crate::error;
use crate::kind::{Kind, incomplete};
use crate::selection::Selection;
use crate::tags;

pub(super) struct FlowLog;

/// Which connections are recorded, in our words and in AWS's.
const TRAFFIC: [(&str, TrafficType); 3] = [
    ("all", TrafficType::All),
    ("accepted", TrafficType::Accept),
    ("rejected", TrafficType::Reject),
];

#[async_trait]
impl Kind for FlowLog {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    /// A log group's ARN is written with and without `:*` for its streams.
    fn canonical(&self, fields: &mut Record) {
        if let Some(Value::String(arn)) = fields.get_mut("destination")
            && let Some(group) = arn.strip_suffix(":*")
        {
            *arn = group.to_owned();
        }
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        if let Some(source) = fields.text("source")
            && source_type(&source).is_none()
        {
            problems.push(format!(
                "`{source}` is neither a VPC nor a subnet nor a network interface"
            ));
        }
        let Some(arn) = fields.text("destination") else {
            return;
        };
        let role = fields.get("role").is_some();
        match destination_type(&arn) {
            None => problems.push(format!(
                "`{arn}` is not a destination for flow logs; write the ARN of an S3 bucket, a log group or a Firehose stream"
            )),
            Some(LogDestinationType::S3) if role => {
                problems.push("an S3 bucket takes no `role`".to_owned());
            }
            Some(LogDestinationType::CloudWatchLogs) if !role => {
                problems.push("a log group needs a `role` that may write to it".to_owned());
            }
            Some(_) => {}
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let filters = selection.filters("flow-log-id");
        let all = cloud
            .pages(
                "DescribeFlowLogs",
                |next| {
                    let call = cloud.ec2.describe_flow_logs();
                    let call = call.set_filter(Some(filters.clone()));
                    call.max_results(1000).set_next_token(next).send()
                },
                |page| (page.flow_logs, page.next_token),
            )
            .await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let (source, destination) = (fields.must("source")?, fields.must("destination")?);
        let word = fields.text("traffic");
        let traffic = TRAFFIC
            .into_iter()
            .find(|(ours, _)| word.as_deref() == Some(ours));
        let tags = tags::of_new(cloud, order);
        let tags = tags::specification(ResourceType::VpcFlowLog, &tags);
        let answer = cloud
            .change("CreateFlowLogs", || {
                let call = cloud.ec2.create_flow_logs().client_token(&order.token);
                let call = call
                    .resource_ids(&source)
                    .set_resource_type(source_type(&source))
                    .set_traffic_type(traffic.clone().map(|(_, theirs)| theirs))
                    .set_log_destination_type(destination_type(&destination))
                    .log_destination(&destination)
                    .set_deliver_logs_permission_arn(fields.text("role"))
                    .set_max_aggregation_interval(interval_s(fields))
                    .set_log_format(fields.text("format"));
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        refused("CreateFlowLogs", answer.unsuccessful)?;
        answer
            .flow_log_ids
            .unwrap_or_default()
            .pop()
            .ok_or_else(|| incomplete("CreateFlowLogs", "the flow log's id"))
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || async {
            let answer = cloud
                .change("DeleteFlowLogs", || {
                    cloud.ec2.delete_flow_logs().flow_log_ids(&order.id).send()
                })
                .await?;
            refused("DeleteFlowLogs", answer.unsuccessful)
        })
        .await
    }
}

/// A request about several that succeeds names in its answer those with which it did not.
fn refused(
    action: &'static str,
    unsuccessful: Option<Vec<UnsuccessfulItem>>,
) -> Result<(), Failure> {
    let refused = unsuccessful.unwrap_or_default().pop();
    match refused.and_then(|item| item.error) {
        None => Ok(()),
        Some(error) => Err(error::item(
            action,
            error.code.as_deref().unwrap_or_default(),
            error.message.as_deref().unwrap_or_default(),
        )),
    }
}

fn source_type(id: &str) -> Option<FlowLogsResourceType> {
    match id.split_once('-')?.0 {
        "vpc" => Some(FlowLogsResourceType::Vpc),
        "subnet" => Some(FlowLogsResourceType::Subnet),
        "eni" => Some(FlowLogsResourceType::NetworkInterface),
        _ => None,
    }
}

/// The third part of an ARN is the service.
fn destination_type(arn: &str) -> Option<LogDestinationType> {
    let mut parts = arn.split(':');
    match (parts.next()?, parts.nth(1)?) {
        ("arn", "s3") => Some(LogDestinationType::S3),
        ("arn", "logs") => Some(LogDestinationType::CloudWatchLogs),
        ("arn", "firehose") => Some(LogDestinationType::KinesisDataFirehose),
        _ => None,
    }
}

fn interval_s(fields: Fields<'_>) -> Option<i32> {
    match fields.get("interval")? {
        Value::Duration(Duration(ms)) => i32::try_from(ms / 1000).ok(),
        _ => None,
    }
}

fn seen(log: Described) -> Option<Seen> {
    let traffic = log.traffic_type.as_ref();
    let traffic = TRAFFIC.iter().find(|(_, theirs)| traffic == Some(theirs));
    let interval = log
        .max_aggregation_interval
        .map(|seconds| Value::Duration(Duration(i64::from(seconds) * 1000)));
    Some(
        tags::seen(log.flow_log_id?, log.tags)
            .text("source", log.resource_id)
            .text("traffic", traffic.map(|(ours, _)| *ours))
            .text("destination", log.log_destination)
            .text("role", log.deliver_logs_permission_arn)
            .value("interval", interval)
            .text("format", log.log_format),
    )
}
