//! Flow logs: their settings; nothing flows.

use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::tags;
use crate::aws::fault::Fault;
use crate::aws::filter::{one, some};
use crate::aws::world::{FlowLog, Region};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

/// "Flow log records": what a flow log records that names no fields.
const FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} \
                      ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";
const INTERVAL_S: i64 = 600;
const LOG_GROUP: &str = ":log-group:";

const LOGS: Describe<FlowLog> = Describe {
    set: "flowLogSet",
    ids: "FlowLogId",
    page: Some((1, 1000)),
    filters: &[
        ("deliver-log-status", |_, _| one("SUCCESS")),
        ("flow-log-id", |_, log| one(&log.id)),
        ("log-destination-type", |_, log| one(&log.destination_type)),
        ("log-group-name", |_, log| some(log_group(log))),
        ("resource-id", |_, log| one(&log.resource)),
        ("traffic-type", |_, log| one(&log.traffic)),
    ],
    table: |region| &region.flow_logs,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    LOGS.answer(region, q)
}

fn log_group(log: &FlowLog) -> Option<&str> {
    let (_, group) = log.destination.split_once(LOG_GROUP)?;
    Some(group.trim_end_matches(":*"))
}

fn show(region: &Region, log: &FlowLog) -> Node {
    Node::new()
        .text("flowLogId", &log.id)
        .text("flowLogStatus", "ACTIVE")
        .text("resourceId", &log.resource)
        .text("trafficType", &log.traffic)
        .text("logDestinationType", &log.destination_type)
        .text("logDestination", &log.destination)
        .maybe("logGroupName", log_group(log))
        .maybe("deliverLogsPermissionArn", log.role.as_ref())
        .text("logFormat", &log.format)
        .text("maxAggregationInterval", log.interval_s)
        .text("creationTime", iso(log.created_ms))
        .and(tags::show(region, &log.id))
}

/// Makes one for each resource; one that does not exist is named in the answer and fails nothing else.
pub fn create(region: &mut Region, q: &Query) -> Answer {
    let resources = q.texts("ResourceId");
    if resources.is_empty() {
        return Err(Fault::missing("ResourceId"));
    }
    let kind = q.need("ResourceType")?;
    let given = tags::specified(q, "vpc-flow-log", &["vpc-flow-log"])?;
    let wanted = settings(q)?;
    let (mut made, mut unsuccessful) = (Vec::new(), Vec::new());
    for resource in resources {
        let exists = match kind {
            "VPC" => region.vpcs.find(resource).map(drop),
            "Subnet" => region.subnets.find(resource).map(drop),
            "NetworkInterface" => region.interfaces.find(resource).map(drop),
            other => {
                return Err(Fault::value(format!(
                    "Value ({other}) for parameter resourceType is invalid."
                )));
            }
        };
        if let Err(absent) = exists {
            unsuccessful.push(refused(resource, &absent.into()));
            continue;
        }
        let log = FlowLog {
            id: region.new_id("fl"),
            resource: resource.to_owned(),
            created_ms: region.now,
            ..wanted.clone()
        };
        if region.flow_logs.iter().any(|other| same(other, &log)) {
            return Err(Fault::new(
                "FlowLogAlreadyExists",
                "There is an existing Flow Log with the same configuration and log destination.",
            ));
        }
        region.flow_logs.put(log.clone());
        tags::put(region, &log.id, given.clone())?;
        made.push(log.id);
    }
    Ok(Node::new()
        .maybe("clientToken", q.text("ClientToken"))
        .texts("flowLogIdSet", &made)
        .list("unsuccessful", unsuccessful))
}

fn refused(resource: &str, fault: &Fault) -> Node {
    let error = Node::new()
        .text("code", &fault.code)
        .text("message", &fault.message);
    Node::new()
        .text("resourceId", resource)
        .node("error", error)
}

fn same(one: &FlowLog, other: &FlowLog) -> bool {
    one.resource == other.resource
        && one.traffic == other.traffic
        && one.destination == other.destination
        && one.format == other.format
        && one.interval_s == other.interval_s
}

/// What a request asks for, of no resource yet.
fn settings(q: &Query) -> Result<FlowLog, Fault> {
    let traffic = q.need("TrafficType")?;
    if !matches!(traffic, "ALL" | "ACCEPT" | "REJECT") {
        return Err(Fault::value(format!(
            "Value ({traffic}) for parameter trafficType is invalid."
        )));
    }
    let kind = q.text("LogDestinationType").unwrap_or("cloud-watch-logs");
    let destination = q.need("LogDestination")?;
    let role = q.text("DeliverLogsPermissionArn");
    let service = match kind {
        "s3" => ":s3:",
        "cloud-watch-logs" => ":logs:",
        "kinesis-data-firehose" => ":firehose:",
        other => {
            return Err(Fault::value(format!(
                "Value ({other}) for parameter logDestinationType is invalid."
            )));
        }
    };
    if !destination.starts_with("arn:") || !destination.contains(service) {
        return Err(Fault::value(format!(
            "LogDestination: {destination} is not of the type {kind}."
        )));
    }
    match (kind, role) {
        ("cloud-watch-logs", None) => return Err(Fault::missing("DeliverLogsPermissionArn")),
        ("s3", Some(_)) => {
            return Err(Fault::combination(
                "DeliverLogsPermissionArn is not applicable for s3.",
            ));
        }
        _ => {}
    }
    let interval_s = q.int("MaxAggregationInterval")?.unwrap_or(INTERVAL_S);
    if !matches!(interval_s, 60 | 600) {
        return Err(Fault::value("MaxAggregationInterval must be 60 or 600."));
    }
    Ok(FlowLog {
        id: String::new(),
        resource: String::new(),
        traffic: traffic.to_owned(),
        destination_type: kind.to_owned(),
        destination: destination.to_owned(),
        role: role.map(str::to_owned),
        format: q.text("LogFormat").unwrap_or(FORMAT).to_owned(),
        interval_s,
        created_ms: 0,
    })
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let ids = q.texts("FlowLogId");
    if ids.is_empty() {
        return Err(Fault::missing("FlowLogId"));
    }
    let mut unsuccessful = Vec::new();
    for id in ids {
        match region.flow_logs.find(id).map(drop) {
            Err(absent) => unsuccessful.push(refused(id, &absent.into())),
            Ok(()) => {
                region.flow_logs.remove(id);
                region.tags.remove(id);
            }
        }
    }
    Ok(Node::new().list("unsuccessful", unsuccessful))
}
