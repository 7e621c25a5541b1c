//! States that do not come: a step ends when the time of its type, or of the program, is over, says what it waited for,
//! and what was begun is found again.

use std::time::Duration;

use infra_engine::apply::StepError;
use infra_sim::Timing;

use crate::bed::{Bed, Setup, Text};

const MINUTE_MS: u64 = 60 * 1000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Longer than anybody waits.
const LONG_MS: u64 = 48 * HOUR_MS;

/// Something whose creation hangs in the cloud.
struct Stuck {
    address: &'static str,
    /// Its declaration, beside the network of `program`.
    text: &'static str,
    hangs: fn(&mut Timing),
    limit_ms: u64,
}

const STUCK: [Stuck; 8] = [
    Stuck {
        address: "aws.volume.it",
        text: r#"aws.volume it { zone = "us-west-2a", size = 8GiB }"#,
        hangs: |timing| timing.volume_ms = LONG_MS,
        limit_ms: 30 * MINUTE_MS,
    },
    Stuck {
        address: "aws.volume.it",
        text: r#"@timeout(create = 90s)
aws.volume it { zone = "us-west-2a", size = 8GiB }"#,
        hangs: |timing| timing.volume_ms = LONG_MS,
        limit_ms: 90 * 1000,
    },
    Stuck {
        address: "aws.instance.it",
        text: r#"aws.instance it { type = "t3.large", image = base, subnet = inside, groups = [hosts] }"#,
        hangs: |timing| timing.instance_ms = LONG_MS,
        limit_ms: 15 * MINUTE_MS,
    },
    Stuck {
        address: "aws.attachment.it",
        text: r#"
aws.instance host { type = "t3.large", image = base, subnet = inside, groups = [hosts] }
aws.volume disk { zone = "us-west-2a", size = 8GiB }
aws.attachment it { instance = host, volume = disk, device = "/dev/sdf" }"#,
        hangs: |timing| timing.attachment_ms = LONG_MS,
        limit_ms: 10 * MINUTE_MS,
    },
    Stuck {
        address: "aws.snapshot.it",
        text: r#"
aws.volume disk { zone = "us-west-2a", size = 8GiB }
aws.snapshot it { volume = disk }"#,
        hangs: |timing| timing.snapshot_ms = LONG_MS,
        limit_ms: 2 * HOUR_MS,
    },
    Stuck {
        address: "aws.image.it",
        text: r#"
aws.instance host { type = "t3.large", image = base, subnet = inside, groups = [hosts] }
aws.image it { instance = host }"#,
        hangs: |timing| timing.snapshot_ms = LONG_MS,
        limit_ms: 4 * HOUR_MS,
    },
    Stuck {
        address: "aws.nat_gateway.it",
        text: r#"
aws.internet_gateway door { vpc = net }
aws.elastic_ip address {}
aws.nat_gateway it { subnet = inside, address = address }"#,
        hangs: |timing| timing.nat_gateway_ms = LONG_MS,
        limit_ms: 15 * MINUTE_MS,
    },
    Stuck {
        address: "aws.vpc_endpoint.it",
        text: r#"aws.vpc_endpoint it { vpc = net, service = "ec2", kind = interface, subnets = [inside], groups = [hosts] }"#,
        hangs: |timing| timing.endpoint_ms = LONG_MS,
        limit_ms: 15 * MINUTE_MS,
    },
];

fn program(text: &str) -> Text {
    Text::new(format!(
        r#"
provider aws {{ region = "us-west-2" }}
lookup aws.image base {{ owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }}
aws.vpc net {{ range = 10.0.0.0/16 }}
aws.subnet inside {{ vpc = net, zone = "us-west-2a", range = 10.0.0.0/18 }}
aws.security_group hosts {{ vpc = net, description = "hosts" }}
{text}
"#
    ))
}

#[test]
fn what_hangs_ends_with_the_time_of_its_type_and_is_completed_later() {
    for stuck in &STUCK {
        let text = program(stuck.text);
        let whole = Bed::new(&Setup::instant());
        whole.apply(&text, false);

        let mut setup = Setup::instant();
        (stuck.hangs)(&mut setup.timing);
        let bed = Bed::new(&setup);
        let (_, report) = bed.try_apply(&text, false).expect("nobody kills it");
        let failed = report
            .failed
            .iter()
            .find(|failed| failed.address.to_string() == stuck.address)
            .unwrap_or_else(|| panic!("{} does not hang: {report:#?}", stuck.address));
        let StepError::Timeout { limit_ms, waiting } = &failed.error else {
            panic!("{}: {}", stuck.address, failed.error);
        };
        assert_eq!(*limit_ms, stuck.limit_ms, "{}", stuck.address);
        assert!(waiting.is_some(), "{}", failed.error);
        let waited = bed
            .clock
            .run(async { infra_sdk::Timer::now_ms(&bed.clock) });
        let limit = stuck.limit_ms;
        assert!(
            (limit..limit + limit / 10).contains(&waited),
            "{}: {waited} ms instead of {limit}",
            stuck.address
        );
        println!("{}: {}", stuck.address, failed.error);

        bed.clock
            .run(bed.clock.pause(Duration::from_millis(LONG_MS)));
        let bed = bed.next_process(None);
        bed.apply(&text, false);
        assert_eq!(bed.kinds(), whole.kinds(), "{}", stuck.address);
        assert!(bed.plan(&text).0.is_empty(), "{}", stuck.address);
    }
}
