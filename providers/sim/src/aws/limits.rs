//! EC2's request limits: a token bucket per region and action.
//!
//! Source: "Request throttling for the Amazon EC2 API", tables of bucket sizes and refill rates: of requests, and for
//! a few actions of the resources that they name. EBS direct has limits of its own ("Quotas for Amazon EBS direct
//! APIs").

use crate::ground::bucket::Limit;
use crate::ground::ledger::Ledger;

/// Size and refill per second of the bucket of an action. `narrow` tells whether the request names ids, filters or a
/// page size: a Describe of everything at once has a smaller bucket.
fn limit(action: &str, narrow: bool) -> Limit {
    let (size, per_second) = match action {
        "RunInstances" | "StartInstances" => (5.0, 2.0),
        "CreateVolume"
        | "DeleteVolume"
        | "CreateSnapshot"
        | "CreateNetworkInterface"
        | "TerminateInstances" => (100.0, 5.0),
        "CreateTags" | "DeleteTags" => (100.0, 10.0),
        "CreateNatGateway" => (10.0, 1.0),
        "CreateVpcEndpoint" => (4.0, 0.3),
        "StartSnapshot" | "CompleteSnapshot" => (10.0, 10.0),
        "PutSnapshotBlock" | "GetSnapshotBlock" => (1000.0, 1000.0),
        "DescribeInstances"
        | "DescribeVolumes"
        | "DescribeSecurityGroups"
        | "DescribeSnapshots"
        | "DescribeNetworkInterfaces"
            if !narrow =>
        {
            (50.0, 10.0)
        }
        _ if action.starts_with("Describe")
            || action.starts_with("Get")
            || action.starts_with("List") =>
        {
            (100.0, 20.0)
        }
        _ => (50.0, 5.0),
    };
    Limit::new(size, per_second)
}

/// Size and refill per second of the second bucket of an action, which counts instances.
fn limit_of_resources(action: &str) -> Option<Limit> {
    match action {
        "RunInstances" | "StartInstances" => Some(Limit::new(1000.0, 2.0)),
        "TerminateInstances" | "StopInstances" => Some(Limit::new(1000.0, 20.0)),
        _ => None,
    }
}

/// What a request counts as.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// Whether it names ids, filters or a page size.
    pub narrow: bool,
    /// How many instances it is about.
    pub resources: usize,
}

/// Takes a token for a request and one for each instance it is about, or says that there are too few.
pub fn admits(
    ledger: &mut Ledger,
    region: &str,
    action: &str,
    weight: Weight,
    now_ms: u64,
) -> bool {
    let narrow = if weight.narrow { "narrow" } else { "wide" };
    let requests = format!("aws/{region}/{action}/{narrow}");
    if !ledger.admits(&requests, limit(action, weight.narrow), 1.0, now_ms) {
        return false;
    }
    limit_of_resources(action).is_none_or(|limit| {
        let resources = format!("aws/{region}/{action}/resources");
        ledger.admits(&resources, limit, weight.resources as f64, now_ms)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request about that many instances.
    fn about(resources: usize) -> Weight {
        Weight {
            narrow: true,
            resources,
        }
    }

    #[test]
    fn run_instances_is_five_at_once_and_two_a_second() {
        let mut ledger = Ledger::new(None, 0, true);
        let mut at = |ms| {
            (0..10)
                .take_while(|_| admits(&mut ledger, "us-west-2", "RunInstances", about(1), ms))
                .count()
        };
        assert_eq!([at(0), at(0), at(1000), at(60_000)], [5, 0, 2, 5]);
    }

    #[test]
    fn a_launch_counts_by_its_instances_too() {
        let mut ledger = Ledger::new(None, 0, true);
        let mut run =
            |count, ms| admits(&mut ledger, "us-west-2", "RunInstances", about(count), ms);
        assert!(run(600, 0) && !run(600, 0) && run(400, 0));
        assert!(!run(20, 5_000), "two a second come back");
        assert!(run(20, 10_000));
    }

    #[test]
    fn regions_and_actions_do_not_share() {
        let mut ledger = Ledger::new(None, 0, true);
        let mut take = |region, action| admits(&mut ledger, region, action, about(1), 0);
        while take("us-west-2", "CreateVpc") {}
        assert!(take("us-east-1", "CreateVpc"));
        assert!(take("us-west-2", "DeleteVpc"));
    }
}
