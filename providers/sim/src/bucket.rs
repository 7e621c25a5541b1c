//! EC2's request limits: a token bucket per region and action.
//!
//! Source: "Request throttling for the Amazon EC2 API", table of bucket sizes and refill rates. EBS direct has
//! limits of its own ("Quotas for Amazon EBS direct APIs").

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

/// The buckets of the account.
#[derive(Debug, Default)]
pub struct Buckets {
    by_action: BTreeMap<(String, String, bool), Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at_ms: u64,
}

impl Buckets {
    /// Takes a token for a request, or says that there is none.
    pub fn take(&mut self, region: &str, action: &str, narrow: bool, now_ms: u64) -> bool {
        let (size, per_second) = limit(action, narrow);
        let bucket = self
            .by_action
            .entry((region.to_owned(), action.to_owned(), narrow))
            .or_insert(Bucket {
                tokens: size,
                filled_at_ms: now_ms,
            });
        let elapsed_ms = now_ms.saturating_sub(bucket.filled_at_ms);
        bucket.tokens = (bucket.tokens + elapsed_ms as f64 * per_second / 1000.0).min(size);
        bucket.filled_at_ms = now_ms;
        let free = bucket.tokens >= 1.0;
        if free {
            bucket.tokens -= 1.0;
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_instances_is_five_at_once_and_two_a_second() {
        let mut buckets = Buckets::default();
        let mut at = |ms| {
            (0..10)
                .take_while(|_| buckets.take("us-west-2", "RunInstances", true, ms))
                .count()
        };
        assert_eq!([at(0), at(0), at(1000), at(60_000)], [5, 0, 2, 5]);
    }

    #[test]
    fn regions_and_actions_do_not_share() {
        let mut buckets = Buckets::default();
        while buckets.take("us-west-2", "CreateVpc", true, 0) {}
        assert!(buckets.take("us-east-1", "CreateVpc", true, 0));
        assert!(buckets.take("us-west-2", "DeleteVpc", true, 0));
    }
}
