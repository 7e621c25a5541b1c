//! Ctrl-C, SIGTERM, a closed terminal and a closed pipe, and the simulated cloud as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::cloud::Cloud;
use crate::tool::Tool;

const PROGRAM: &str = r#"
provider aws { region = "us-west-2" }
let zone = "us-west-2a"
aws.vpc net { range = 10.9.0.0/16 }
aws.subnet inner { vpc = net, zone = zone, range = 10.9.1.0/24 }
aws.volume a { zone = zone, size = 1GiB }
aws.volume b { zone = zone, size = 2GiB }
aws.internet_gateway door { vpc = net }
aws.route_table routes { vpc = net, routes = [{ to = internet, via = door }], subnets = [inner] }
"#;

pub fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process");
    kill_process(pid, signal).expect("it runs");
}

/// Waits until the cloud has had this many requests.
pub fn wait_for(cloud: &Cloud, requests: u64) {
    let start = Instant::now();
    while cloud.handle().arrived() < requests {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the requests never came"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Stops an apply with these signals in a row; what it said.
fn stop_with(tool: &mut Tool, signals: &[Signal]) -> String {
    let outside = tempfile::TempDir::new().expect("a directory");
    let file = outside.path().join("cloud");
    let cloud = Cloud::start(file.clone(), "latency=200ms", None);
    cloud.serve(tool);
    let mut run = tool.start(&["apply", "--yes"]);
    wait_for(&cloud, 4);
    for signal in signals {
        send(&run, *signal);
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = run.wait().expect("it ends");
    assert_eq!(
        ended.code(),
        Some(1),
        "a stopped run has not done everything"
    );
    let mut said = String::new();
    run.stderr
        .take()
        .expect("it is piped")
        .read_to_string(&mut said)
        .expect("UTF-8");
    drop(cloud);

    // The next run completes it, and nothing is there twice.
    let cloud = Cloud::start(file, "", None);
    cloud.serve(tool);
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    let volumes = cloud
        .handle()
        .left_over()
        .iter()
        .filter(|it| it["kind"] == "volume")
        .count();
    assert_eq!(volumes, 2);
    tool.run(&[
        "destroy",
        "--yes",
        "--allow-data-loss",
        &tool.program_name(),
    ])
    .expect(0);
    assert_eq!(cloud.handle().left_over(), Vec::<serde_json::Value>::new());
    said
}

#[test]
fn the_first_signal_finishes_what_is_under_way() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let said = stop_with(&mut Tool::with(PROGRAM), &[signal]);
        assert!(said.contains("Stopping after the running steps"), "{said}");
        assert!(
            said.contains("the run was stopped before its end"),
            "{said}"
        );
    }
}

#[test]
fn the_second_signal_stops_at_once() {
    let said = stop_with(&mut Tool::with(PROGRAM), &[Signal::INT, Signal::INT]);
    assert!(said.contains("Stopping at once"), "{said}");
}

/// A cloud beside the program, and an apply that has begun on it.
fn begun(latency: &str) -> (Tool, Cloud, tempfile::TempDir, Child) {
    let mut tool = Tool::with(PROGRAM);
    let outside = tempfile::TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), latency, None);
    cloud.serve(&mut tool);
    let run = tool.start(&["apply", "--yes"]);
    (tool, cloud, outside, run)
}

#[test]
fn a_closed_terminal_finishes_what_is_under_way() {
    let (tool, cloud, _outside, mut run) = begun("latency=200ms");
    wait_for(&cloud, 4);
    // Nobody reads any more what it says.
    drop((run.stdin.take(), run.stdout.take(), run.stderr.take()));
    send(&run, Signal::HUP);
    assert_eq!(run.wait().expect("it ends").code(), Some(1));
    let state = tool.run(&["state", "pull"]).expect(0).json();
    assert!(
        state["pending"].is_null(),
        "all that ran was settled: {state}"
    );
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 2);
}

#[test]
fn a_reader_that_goes_away_does_not_stop_an_apply() {
    let (tool, cloud, _outside, mut run) = begun("");
    drop(run.stdout.take());
    assert_eq!(run.wait().expect("it ends").code(), Some(0));
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 2);
}

#[test]
fn two_applies_do_not_run_at_once() {
    let mut tool = Tool::with(PROGRAM);
    let outside = tempfile::TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "latency=500ms", None);
    cloud.serve(&mut tool);
    let mut first = tool.start(&["apply", "--yes"]);
    wait_for(&cloud, 2);
    let second = tool.run(&["apply", "--yes"]).expect(1);
    assert!(
        second.err.contains("the state is locked by tester@"),
        "{second}"
    );
    assert!(first.wait().expect("it ends").success());
}

#[test]
fn the_simulated_cloud_serves_other_programs_until_it_is_told_to_end() {
    let tool = Tool::with(PROGRAM);
    let mut sim = tool.start(&["sim", "--listen", "127.0.0.1:0", "--state", "cloud"]);
    let mut lines = BufReader::new(sim.stdout.take().expect("it is piped")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    let listening = next();
    let endpoint = listening
        .strip_prefix("listening on ")
        .expect("the place")
        .to_owned();
    let mut user = Tool::with(PROGRAM);
    for _ in 0..4 {
        let line = next();
        let (name, value) = line
            .strip_prefix("export ")
            .and_then(|pair| pair.split_once('='))
            .expect("a variable");
        user.set_env(name, value);
    }
    assert!(endpoint.starts_with("http://127.0.0.1:"));
    user.run(&["apply", "--yes"]).expect(0);
    user.run(&["plan", "--detailed-exitcode"]).expect(0);
    send(&sim, Signal::TERM);
    assert_eq!(sim.wait().expect("it ends").code(), Some(0));
    assert!(tool.dir().join("cloud").exists());
}
