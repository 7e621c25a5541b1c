//! `--log FILE` and `INFRA_LOG`: every request and decision, and no secret.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use crate::tool::{Ran, Tool};

const SECRET: &str = "correct-horse-battery-staple";

const PROGRAM: &str = r#"
provider aws { region = "us-west-2", tags = { team = "desk" } }
param password: secret string

std.value hidden { input = password, triggers = { words = "the password is ${password}" } }
aws.vpc net { range = 10.0.0.0/16, tags = { note = password } }
aws.subnet a { vpc = net, range = 10.0.1.0/24, zone = "us-west-2a", tags = { note = password } }
"#;

/// The value of `name="…"` in a line of the log.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// How many attempts of each action the log tells the end of.
fn requests(log: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in log.lines().filter(|line| line.contains("request{")) {
        let action = field(line, "action").expect("a request has an action");
        let what = line.rsplit_once("}: ").expect("the end of a request").1;
        let ended = what.starts_with("answered ms=") || what.starts_with("failed ms=");
        assert!(ended, "{line}");
        let answered = what.starts_with("answered");
        assert!(!answered || field(line, "request_id").is_some(), "{line}");
        *counts.entry(format!("aws/{action}")).or_default() += 1;
    }
    counts
}

/// What infra itself counted, while planning and while applying.
fn counted(ran: &Ran) -> BTreeMap<String, u64> {
    let document = ran.json();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for calls in [&document["plan"]["calls"], &document["calls"]] {
        for (action, count) in calls.as_object().expect("calls by action") {
            *counts.entry(action.clone()).or_default() += count.as_u64().expect("a number");
        }
    }
    counts
}

#[test]
fn a_log_has_every_request_and_no_secret() {
    let tool = Tool::with(PROGRAM).env("INFRA_PARAM_password", SECRET);
    let words = [
        "apply",
        "--sim",
        "--yes",
        "--json",
        "--log",
        "infra.log",
        "--sim-chaos",
        "throttle=20%,lost=10%,seed=5",
    ];
    let ran = tool.run(&words).expect(0);
    let log = tool.read("infra.log");
    assert_eq!(requests(&log), counted(&ran), "{log}");
    assert!(!log.contains(SECRET), "{log}");
    for line in log.lines() {
        let (time, _) = line.split_once(' ').expect("a time and the rest");
        assert!(time.len() == 24 && time.ends_with('Z'), "{line}");
    }
    assert!(log.contains(" attempt=2 request_id=\""), "{log}");
    assert!(log.contains(": retry action=\""), "{log}");
    assert!(
        log.contains("step{address=aws.subnet.a kind=\"create\"}:request{action=\"CreateSubnet\""),
        "{log}"
    );
    assert!(log.contains("step done address=std.value.hidden"), "{log}");
    let mode = std::fs::metadata(tool.dir().join("infra.log"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_secret_that_a_cloud_quotes_is_masked() {
    // The simulator refuses the key and quotes it.
    let tool = Tool::with(
        "provider aws { region = \"us-west-2\" }\nparam p: secret string\n\
         aws.vpc net { range = 10.0.0.0/16, tags = { \"${p}\" = \"x\" } }\n",
    )
    .env("INFRA_PARAM_p", "aws:hunter2-hunter2");
    let ran = tool.run(&["apply", "--sim", "--yes", "--log", "infra.log"]);
    let log = tool.read("infra.log");
    assert!(!log.contains("hunter2"), "{ran}\n{log}");
}

#[test]
fn the_level_chooses_what_is_logged_and_standard_error_is_the_place_without_a_file() {
    let tool = Tool::with("std.value a { input = 1 }\n").env("INFRA_LOG", "info");
    let ran = tool.run(&["apply", "--sim", "--yes"]).expect(0);
    assert!(
        ran.err.contains(" INFO step done address=std.value.a"),
        "{ran}"
    );
    assert!(!ran.err.contains("DEBUG"), "{ran}");
    let tool = tool.env("INFRA_LOG", "error");
    let ran = tool
        .run(&["destroy", "--sim", "--yes", "--log", "infra.log"])
        .expect(0);
    assert!(!ran.err.contains("INFO"), "{ran}");
    assert_eq!(tool.read("infra.log"), "");
    let ran = tool.env("INFRA_LOG", "loud").run(&["version"]).expect(1);
    assert!(
        ran.err
            .contains("the levels are: off, error, warn, info, debug"),
        "{ran}"
    );
}

/// What recovery decides about the calls of a run that was cut off is in the log of the next one.
#[test]
fn recovery_is_logged() {
    let tool = Tool::with(
        "provider aws { region = \"us-west-2\" }\naws.vpc net { range = 10.0.0.0/16 }\n",
    );
    tool.run(&["apply", "--sim", "--yes", "--sim-chaos", "last=2"]);
    let words = ["apply", "--sim", "--yes", "--log", "infra.log"];
    let ran = tool.run(&words).expect(0);
    let log = tool.read("infra.log");
    assert!(
        log.contains("asked whether the create happened address=aws.vpc.net"),
        "{ran}\n{log}"
    );
    assert!(
        log.contains("recovered address=aws.vpc.net action=\"create\""),
        "{log}"
    );
}
