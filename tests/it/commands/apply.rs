//! `plan`, `apply`, `destroy`, `output` and `state`, without a cloud.

use crate::tool::Tool;

const PROGRAM: &str = r#"
param name: string = "world"
param others: [string] = ["sea", "sky"]

/// The first.
std.value greeting { input = "Hello, ${name}!" }
std.value more for other in others { input = other, triggers = { name = name } }

output said = greeting.output
output length = len(greeting.output)
"#;

#[test]
fn a_program_comes_up_changes_and_goes() {
    let tool = Tool::with(PROGRAM);
    insta::assert_snapshot!("plan", tool.run(&["plan", "--detailed-exitcode"]).expect(2));
    insta::assert_snapshot!("apply", tool.run(&["apply", "--yes"]).expect(0));
    insta::assert_snapshot!(
        "plan_again",
        tool.run(&["plan", "--detailed-exitcode", "--all"])
            .expect(0)
    );
    insta::assert_snapshot!(
        "change",
        tool.run(&["plan", "--set", "name=moon"]).expect(0)
    );
    let fewer = &[
        "apply",
        "--yes",
        "--set",
        "name=moon",
        "--set",
        "others=[\"sea\"]",
    ];
    insta::assert_snapshot!("apply_change", tool.run(fewer).expect(0));
    insta::assert_snapshot!(
        "state_show",
        tool.run(&["state", "show", "std.value.more[\"sea\"]"])
            .expect(0)
    );
    insta::assert_snapshot!("destroy", tool.run(&["destroy", "--yes"]).expect(0));
    assert_eq!(tool.run(&["state", "list"]).expect(0).out, "");
    assert_eq!(
        tool.run(&["output", "--json"]).expect(0).json(),
        serde_json::json!({})
    );
}

#[test]
fn nothing_is_done_unless_somebody_says_yes() {
    let tool = Tool::with(PROGRAM);
    let ran = tool.run_with_input(&["apply"], "yes\n").expect(1);
    assert!(
        ran.err.contains("is not a terminal") && ran.err.contains("infra apply --yes"),
        "{ran}"
    );
    assert!(!tool.dir().join("infra.state.json").exists());
}

#[test]
fn outputs_are_for_people_scripts_and_programs() {
    let tool = Tool::with(PROGRAM);
    tool.run(&["apply", "--yes", "--quiet"]).expect(0);
    assert_eq!(
        tool.run(&["output"]).expect(0).out,
        "length = 13\nsaid   = \"Hello, world!\"\n"
    );
    assert_eq!(
        tool.run(&["output", "said", "--raw"]).expect(0).out,
        "Hello, world!\n"
    );
    assert_eq!(
        tool.run(&["output", "said", "--json"]).expect(0).json(),
        "Hello, world!"
    );
    assert_eq!(tool.run(&["output", "./", "length"]).expect(0).out, "13\n");
    let ran = tool.run(&["output", "sad"]).expect(1);
    assert!(ran.err.contains("there are `length`, `said`"), "{ran}");
}

#[test]
fn json_tells_the_whole_story() {
    let tool = Tool::with(PROGRAM);
    let plan = tool.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(plan["summary"]["create"], 3);
    assert_eq!(plan["changes"][0]["address"], "std.value.greeting");
    assert_eq!(plan["changes"][0]["line"], 6);
    assert_eq!(plan["changes"][0]["fields"][0]["planned"], "Hello, world!");
    let applied = tool.run(&["apply", "--yes", "--json"]).expect(0).json();
    assert_eq!(applied["complete"], true);
    assert_eq!(applied["done"].as_array().expect("a list").len(), 3);
    assert_eq!(applied["outputs"]["length"]["value"], 13);
    let again = tool.run(&["apply", "--yes", "--json"]).expect(0).json();
    assert_eq!(again["plan"]["summary"]["unchanged"], 3);
    let state = tool.run(&["state", "list", "--json"]).expect(0).json();
    assert_eq!(state[0]["address"], "std.value.greeting");
}

#[test]
fn inputs_come_from_the_weakest_place_to_the_strongest() {
    let program = "param n: int = 0\noutput n = n\n";
    let value = |tool: &Tool, words: &[&str]| {
        let words: Vec<&str> = ["plan", "--json"].iter().chain(words).copied().collect();
        tool.run(&words).expect(0).json()["outputs"]["n"]["value"].clone()
    };
    let mut tool = Tool::with(program);
    assert_eq!(value(&tool, &[]), 0);
    tool.write("infra.infravars", "n = 1\n");
    assert_eq!(value(&tool, &[]), 1);
    tool.write("dev.infravars", "n = 2\n");
    assert_eq!(value(&tool, &["--env", "dev"]), 2);
    tool.set_env("INFRA_PARAM_n", "3");
    assert_eq!(value(&tool, &["--env", "dev"]), 3);
    tool.write("more.infravars", "n = 4\n");
    assert_eq!(
        value(&tool, &["--env", "dev", "--vars", "more.infravars"]),
        4
    );
    assert_eq!(
        value(&tool, &["--vars", "more.infravars", "--set", "n=5"]),
        5
    );
}

#[test]
fn the_state_can_be_corrected_by_hand() {
    let tool = Tool::with(PROGRAM);
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["state", "mv", "std.value.greeting", "std.value.hello"])
        .expect(0);
    let ran = tool.run(&["state", "show", "std.value.greting"]).expect(1);
    assert!(
        ran.err.contains("the state has no `std.value.greting`"),
        "{ran}"
    );
    tool.run(&["state", "rm", "std.value.hello", "std.value.more[\"sky\"]"])
        .expect(0);
    let left = tool.run(&["state", "list", "--json"]).expect(0).json();
    assert_eq!(left.as_array().expect("a list").len(), 1);
    // The program need not be sound for any of it.
    tool.write("main.infra", "std.value {");
    tool.run(&["state", "list"]).expect(0);
    tool.run(&["output"]).expect(0);
}

#[test]
fn a_broken_state_is_never_taken_for_none() {
    let tool = Tool::with(PROGRAM);
    tool.run(&["apply", "--yes"]).expect(0);
    for broken in ["", "{", "{}", "null"] {
        tool.write("infra.state.json", broken);
        let ran = tool.run(&["plan"]).expect(1);
        assert!(ran.err.contains("infra.state.json"), "{broken:?}: {ran}");
    }
}

#[test]
fn a_refused_assertion_keeps_everything_as_it_is() {
    let tool = Tool::with("std.value a { input = 1 }\nassert 1 == 2, \"one is two\"\n");
    let ran = tool.run(&["apply", "--yes"]).expect(1);
    assert!(
        ran.out.contains("one is two") || ran.err.contains("one is two"),
        "{ran}"
    );
    assert_eq!(tool.run(&["state", "list"]).expect(0).out, "");
}

#[test]
fn a_reader_that_goes_away_does_not_stop_an_apply() {
    let tool = Tool::with(PROGRAM);
    let mut run = tool.start(&["apply", "--yes"]);
    drop(run.stdout.take());
    assert!(run.wait().expect("it ends").success());
    assert_eq!(
        tool.run(&["state", "list", "--json"])
            .expect(0)
            .json()
            .as_array()
            .expect("a list")
            .len(),
        3
    );
}

#[test]
fn a_provider_that_is_not_built_in_is_told() {
    let ran = Tool::with("provider gcp {}\nstd.value a { input = 1 }\n")
        .run(&["plan"])
        .expect(1);
    assert!(ran.err.contains("gcp"), "{ran}");
}
