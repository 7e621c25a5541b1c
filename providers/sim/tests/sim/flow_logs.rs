//! Flow logs.

use crate::client::{Reply, Sim, instant};

const BUCKET: [(&str, &str); 2] = [
    ("LogDestinationType", "s3"),
    ("LogDestination", "arn:aws:s3:::desk-logs"),
];

fn create(sim: &Sim, kind: &str, ids: &[&str], more: &[(&str, &str)]) -> Reply {
    let names: Vec<String> = (1..=ids.len())
        .map(|at| format!("ResourceId.{at}"))
        .collect();
    let mut parameters = vec![("ResourceType", kind), ("TrafficType", "ALL")];
    parameters.extend(names.iter().map(String::as_str).zip(ids.iter().copied()));
    parameters.extend(more);
    sim.ec2("CreateFlowLogs", &parameters)
}

#[test]
fn a_log_of_each_resource_that_exists() {
    let sim = instant();
    let (vpc, subnet) = sim.network();
    let absent = "vpc-0123456789abcdef0";
    let made = create(&sim, "VPC", &[&vpc, absent], &BUCKET).ok();
    assert_eq!(made.all("item").len(), 2);
    assert_eq!(made.text("code"), "InvalidVpcID.NotFound");
    assert_eq!(
        create(&sim, "VPC", &[&vpc], &BUCKET).code(),
        "FlowLogAlreadyExists"
    );
    let short = [
        BUCKET[0],
        BUCKET[1],
        ("MaxAggregationInterval", "60"),
        ("ClientToken", "t"),
    ];
    let log = create(&sim, "Subnet", &[&subnet], &short).ok().text("item");
    assert_eq!(
        create(&sim, "Subnet", &[&subnet], &short).ok().text("item"),
        log
    );
    let list = |filter: (&str, &str)| {
        let filter = [("Filter.1.Name", filter.0), ("Filter.1.Value.1", filter.1)];
        sim.ec2("DescribeFlowLogs", &filter)
            .ok()
            .all("flowLogId")
            .len()
    };
    assert_eq!(list(("resource-id", &subnet)), 1);
    assert_eq!(list(("log-destination-type", "s3")), 2);
    assert_eq!(list(("traffic-type", "REJECT")), 0);
    let page = sim.ec2("DescribeFlowLogs", &[("MaxResults", "1")]).ok();
    let next = [("MaxResults", "1"), ("NextToken", &page.text("nextToken"))];
    let rest = sim.ec2("DescribeFlowLogs", &next).ok();
    assert_ne!(page.text("flowLogId"), rest.text("flowLogId"));
    let delete = || sim.ec2("DeleteFlowLogs", &[("FlowLogId.1", &log)]).ok();
    assert!(delete().all("code").is_empty());
    assert_eq!(delete().text("code"), "InvalidFlowLogId.NotFound");
    assert_eq!(list(("resource-id", &subnet)), 0);
}

#[test]
fn a_log_group_needs_a_role_and_a_bucket_takes_none() {
    let sim = instant();
    let (vpc, _) = sim.network();
    let code = |more: &[(&str, &str)]| create(&sim, "VPC", &[&vpc], more).code();
    let group = (
        "LogDestination",
        "arn:aws:logs:us-west-2:123456789012:log-group:desk",
    );
    let role = (
        "DeliverLogsPermissionArn",
        "arn:aws:iam::123456789012:role/flow",
    );
    assert_eq!(code(&[group]), "MissingParameter");
    assert_eq!(
        code(&[BUCKET[0], BUCKET[1], role]),
        "InvalidParameterCombination"
    );
    assert_eq!(code(&[BUCKET[0], group]), "InvalidParameterValue");
    assert_eq!(code(&[]), "MissingParameter");
    let often = ("MaxAggregationInterval", "30");
    assert_eq!(
        code(&[BUCKET[0], BUCKET[1], often]),
        "InvalidParameterValue"
    );
    let odd = [("LogDestinationType", "pigeon"), BUCKET[1]];
    assert_eq!(code(&odd), "InvalidParameterValue");
    assert_eq!(create(&sim, "VPC", &[], &BUCKET).code(), "MissingParameter");
    create(&sim, "VPC", &[&vpc], &[group, role]).ok();
    let named = [
        ("Filter.1.Name", "log-group-name"),
        ("Filter.1.Value.1", "desk"),
    ];
    let found = sim.ec2("DescribeFlowLogs", &named).ok();
    assert_eq!(found.text("deliverLogsPermissionArn"), role.1);
    assert_eq!(sim.ec2("DeleteFlowLogs", &[]).code(), "MissingParameter");
}
