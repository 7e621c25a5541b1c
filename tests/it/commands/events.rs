//! `--events`: what an apply does, as JSON lines.

use serde_json::Value as Json;

use crate::tool::Tool;

const PROGRAM: &str = "provider aws { region = \"us-west-2\" }
param password: secret string
aws.vpc net { range = 10.0.0.0/16, tags = { note = password } }
std.value after { input = net.id }
";

fn events(text: &str) -> Vec<Json> {
    let each =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(each).collect()
}

/// `planned`, `started aws.vpc.net`.
fn words(events: &[Json]) -> Vec<String> {
    let each = events.iter().map(|event| {
        let time = event["time"].as_str().expect("every event has a time");
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
        let kind = event["event"].as_str().expect("every event has a kind");
        match event["address"].as_str() {
            None => kind.to_owned(),
            Some(address) => {
                assert!(
                    event["step"].is_number() && event["duration_ms"].is_number(),
                    "{event}"
                );
                format!("{kind} {address}")
            }
        }
    });
    each.collect()
}

#[test]
fn every_step_has_its_events_in_a_file() {
    let tool = Tool::with(PROGRAM).env("INFRA_PARAM_password", "correct-horse-battery");
    let ran = tool
        .run(&["apply", "--sim", "--yes", "--events", "events.jsonl"])
        .expect(0);
    assert!(ran.out.contains("Done: 2 created"), "{ran}");
    let text = tool.read("events.jsonl");
    assert!(!text.contains("correct-horse"), "{text}");
    let told = events(&text);
    assert_eq!(
        words(&told),
        [
            "planned",
            "started aws.vpc.net",
            "id aws.vpc.net",
            "done aws.vpc.net",
            "started std.value.after",
            "id std.value.after",
            "done std.value.after",
            "ended",
        ]
    );
    assert_eq!(told[0]["summary"]["create"], 2);
    assert_eq!(told[0]["format"], 1);
    assert_eq!(told[3]["id"], told[2]["id"]);
    assert_eq!(told[3]["kind"], "create");
    let end = told.last().expect("an end");
    assert_eq!(
        (&end["complete"], &end["done"]),
        (&Json::Bool(true), &Json::from(2))
    );
}

#[test]
fn a_failed_step_tells_its_error_and_what_needs_it() {
    let tool = Tool::with(PROGRAM).env("INFRA_PARAM_password", "correct-horse-battery");
    let words_of = [
        "apply",
        "--sim",
        "--yes",
        "--events",
        "-",
        "--sim-chaos",
        "blocked=100%,seed=1",
    ];
    let ran = tool.run(&words_of).expect(1);
    let told = events(&ran.out);
    let of = |kind: &str| {
        told.iter()
            .find(|event| event["event"] == kind)
            .expect("an event")
    };
    let failed = of("failed");
    assert_eq!(failed["address"], "aws.vpc.net");
    // The last call asked whether the first one had created it.
    assert_eq!(failed["error"]["action"], "DescribeVpcs");
    assert!(
        failed["error"]["message"]
            .as_str()
            .is_some_and(|it| it.contains("(HTTP ")),
        "{failed}"
    );
    let left = of("not_done");
    assert_eq!(
        (&left["address"], &left["needs"]),
        (&Json::from("std.value.after"), &Json::from("aws.vpc.net"))
    );
    assert_eq!(
        (&of("ended")["complete"], &of("ended")["failed"]),
        (&Json::Bool(false), &Json::from(1))
    );
    let last = told.last().expect("an event");
    assert_eq!(
        (&last["event"], &last["error"]["kind"]),
        (&Json::from("error"), &Json::from("incomplete"))
    );
    assert!(
        ran.err.contains("error:"),
        "people are told on standard error: {ran}"
    );
}

#[test]
fn standard_output_has_events_alone() {
    let tool = Tool::with(PROGRAM).env("INFRA_PARAM_password", "correct-horse-battery");
    let ran = tool
        .run(&["apply", "--sim", "--yes", "--events", "-"])
        .expect(0);
    assert_eq!(events(&ran.out).len(), 8, "{ran}");
    assert!(ran.err.contains("Plan: 2 to create."), "{ran}");
    let ran = tool
        .run(&["destroy", "--sim", "--yes", "--events", "-"])
        .expect(0);
    assert!(
        words(&events(&ran.out)).contains(&"done aws.vpc.net".to_owned()),
        "{ran}"
    );
    let ran = tool
        .run(&["apply", "--sim", "--yes", "--json", "--events", "-"])
        .expect(1);
    assert!(ran.err.contains("`--events FILE`"), "{ran}");
}
