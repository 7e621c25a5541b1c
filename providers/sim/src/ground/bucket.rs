//! EC2's request limits: a token bucket per region and action.
//!
//! Source: "Request throttling for the Amazon EC2 API", tables of bucket sizes and refill rates: of requests, and for
//! a few actions of the resources that they name. EBS direct has limits of its own ("Quotas for Amazon EBS direct
//! APIs").

use std::collections::BTreeMap;

/// Size and refill per second of the bucket of an action. `narrow` tells whether the request names ids, filters or a
/// page size: a Describe of everything at once has a smaller bucket.
fn limit(action: &str, narrow: bool) -> (f64, f64) {
    match action {
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
    }
}

/// Size and refill per second of the second bucket of an action, which counts instances.
fn limit_of_resources(action: &str) -> Option<(f64, f64)> {
    match action {
        "RunInstances" | "StartInstances" => Some((1000.0, 2.0)),
        "TerminateInstances" | "StopInstances" => Some((1000.0, 20.0)),
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

/// The buckets of the account.
#[derive(Debug, Default)]
pub struct Buckets {
    by_action: BTreeMap<(String, String, bool), Bucket>,
    resources: BTreeMap<(String, String), Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at_ms: u64,
}

impl Bucket {
    fn new(size: f64, now_ms: u64) -> Bucket {
        Bucket {
            tokens: size,
            filled_at_ms: now_ms,
        }
    }

    fn fill(&mut self, (size, per_second): (f64, f64), now_ms: u64) {
        let elapsed_ms = now_ms.saturating_sub(self.filled_at_ms);
        self.tokens = (self.tokens + elapsed_ms as f64 * per_second / 1000.0).min(size);
        self.filled_at_ms = now_ms;
    }

    fn take(&mut self, tokens: f64) -> bool {
        let free = self.tokens >= tokens;
        if free {
            self.tokens -= tokens;
        }
        free
    }
}

impl Buckets {
    /// Takes a token for a request and one for each instance it is about, or says that there are too few.
    pub fn take(&mut self, region: &str, action: &str, weight: Weight, now_ms: u64) -> bool {
        let limit = limit(action, weight.narrow);
        let requests = self
            .by_action
            .entry((region.to_owned(), action.to_owned(), weight.narrow))
            .or_insert(Bucket::new(limit.0, now_ms));
        requests.fill(limit, now_ms);
        if !requests.take(1.0) {
            return false;
        }
        let Some(limit) = limit_of_resources(action) else {
            return true;
        };
        let resources = self
            .resources
            .entry((region.to_owned(), action.to_owned()))
            .or_insert(Bucket::new(limit.0, now_ms));
        resources.fill(limit, now_ms);
        resources.take(weight.resources as f64)
    }
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
        let mut buckets = Buckets::default();
        let mut at = |ms| {
            (0..10)
                .take_while(|_| buckets.take("us-west-2", "RunInstances", about(1), ms))
                .count()
        };
        assert_eq!([at(0), at(0), at(1000), at(60_000)], [5, 0, 2, 5]);
    }

    #[test]
    fn a_launch_counts_by_its_instances_too() {
        let mut buckets = Buckets::default();
        let mut run = |count, ms| buckets.take("us-west-2", "RunInstances", about(count), ms);
        assert!(run(600, 0) && !run(600, 0) && run(400, 0));
        assert!(!run(20, 5_000), "two a second come back");
        assert!(run(20, 10_000));
    }

    #[test]
    fn regions_and_actions_do_not_share() {
        let mut buckets = Buckets::default();
        while buckets.take("us-west-2", "CreateVpc", about(1), 0) {}
        assert!(buckets.take("us-east-1", "CreateVpc", about(1), 0));
        assert!(buckets.take("us-west-2", "DeleteVpc", about(1), 0));
    }
}
