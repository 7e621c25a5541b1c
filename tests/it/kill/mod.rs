//! Killing `infra apply` at any request loses nothing and doubles nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::cloud::Cloud;
use crate::tool::Tool;

/// How many points of a run are tried, spread over its requests.
const POINTS: u64 = 20;

/// One of nearly everything: firewalls in a circle, a swap disk with its shared snapshot, an attachment, an address.
const PROGRAM: &str = r#"
provider aws { region = "us-west-2" }
let zone = "us-west-2a"

aws.vpc net { range = 10.9.0.0/16 }
aws.subnet inner { vpc = net, zone = zone, range = 10.9.1.0/24 }
aws.internet_gateway door { vpc = net }
aws.route_table routes { vpc = net, routes = [{ to = internet, via = door }], subnets = [inner] }
aws.security_group a { vpc = net, allow = [{ from = b, ports = [tcp/22] }] }
aws.security_group b { vpc = net, allow = [{ from = a, ports = [tcp/80] }] }
lookup aws.image linux { owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }
aws.instance host { type = "t3.micro", image = linux, subnet = inner, groups = [a, b] }
aws.volume data { zone = zone, size = 10GiB }
aws.volume swap { zone = zone, size = 2GiB, format = "swap" }
aws.attachment data_at { instance = host, volume = data, device = "/dev/sdf" }
aws.elastic_ip address { instance = host }
"#;

/// The kinds of things that bear tags, as the simulator names them.
const KINDS: &[&str] = &[
    "vpc",
    "subnet",
    "internet-gateway",
    "route-table",
    "security-group",
    "instance",
    "volume",
    "snapshot",
    "elastic-ip",
];

fn program() -> Tool {
    Tool::with(PROGRAM)
}

/// How many requests an undisturbed apply sends.
fn requests_of_an_apply() -> u64 {
    let mut tool = program();
    let cloud = Cloud::start(tool.dir().join("cloud"), "", None);
    cloud.serve(&mut tool);
    tool.run(&["apply", "--yes"]).expect(0);
    cloud.handle().arrived()
}

/// Kills an apply when request `number` arrives, and checks what the next applies make of it.
fn kill_at(number: u64) {
    let mut tool = program();
    let file = tool.dir().join("cloud");
    // Every other time the last request before the end takes effect, and its answer does not arrive.
    let chaos = match number % 2 {
        0 => format!("stop={number}"),
        _ => format!("lost@{number},stop={}", number + 1),
    };
    let (stopped, stop) = mpsc::channel();
    let on_stop: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
        // Nobody listens any more once the run has ended.
        let _ = stopped.send(());
    });
    let cloud = Cloud::start(file.clone(), &chaos, Some(on_stop));
    cloud.serve(&mut tool);
    let mut run = tool.start(&["apply", "--yes"]);
    let reached = stop.recv_timeout(Duration::from_secs(60));
    run.kill().expect("it can be killed");
    run.wait().expect("it ends");
    drop(cloud);
    assert!(reached.is_ok(), "request {number} never came");

    let cloud = Cloud::start(file, "", None);
    cloud.serve(&mut tool);
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    is_exactly_what_the_state_says(&tool, &cloud, number);
    tool.run(&[
        "destroy",
        "--yes",
        "--allow-data-loss",
        &tool.program_name(),
    ])
    .expect(0);
    assert_eq!(
        cloud.handle().left_over(),
        Vec::<serde_json::Value>::new(),
        "killed at {number}"
    );
}

/// Each thing in the cloud has its one address in the state, and the other way round.
fn is_exactly_what_the_state_says(tool: &Tool, cloud: &Cloud, number: u64) {
    let state = tool.run(&["state", "list", "--json"]).expect(0).json();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for entry in state.as_array().expect("a list") {
        let address = entry["address"].as_str().expect("an address");
        if !address.starts_with("aws.attachment.") {
            expected.insert(address.to_owned(), 1);
        }
    }
    assert_eq!(
        expected.len(),
        11,
        "ten of the program, and the snapshot of the swap disk"
    );
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for entity in cloud.handle().left_over() {
        let kind = entity["kind"].as_str().expect("a kind");
        let address = entity["tags"]["infra:address"]
            .as_str()
            .unwrap_or("an orphan");
        // The root volume of an instance bears the instance's tags and goes with it.
        let is_root = kind == "volume" && address == "aws.instance.host";
        if KINDS.contains(&kind) && !is_root {
            *found.entry(address.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(found, expected, "killed at {number}");
}

#[test]
fn an_apply_killed_anywhere_is_completed_by_the_next() {
    let requests = requests_of_an_apply();
    assert!(requests > POINTS, "{requests} requests");
    let points: Vec<u64> = (0..POINTS)
        .map(|point| 2 + point * (requests - 3) / (POINTS - 1))
        .collect();
    std::thread::scope(|scope| {
        for share in points.chunks(usize::try_from(POINTS / 4).expect("a small number")) {
            scope.spawn(move || share.iter().for_each(|number| kill_at(*number)));
        }
    });
}
