//! `plan --out` and `apply FILE`: exactly that, or nothing.

use crate::tool::Tool;

const SECRET: &str = "correct-horse-battery-staple";

const PROGRAM: &str = r#"
param word: string = "one"
param password: secret string = "none"
std.value a { input = word }
std.value b { input = password }
"#;

fn state(tool: &Tool) -> String {
    tool.run(&["state", "list"]).expect(0).out
}

#[test]
fn a_saved_plan_is_applied_with_its_inputs_and_without_a_question() {
    let tool = Tool::with(PROGRAM);
    let ran = tool
        .run(&["plan", "--set", "word=two", "--out", "first.plan"])
        .expect(0);
    assert!(ran.err.contains("infra apply first.plan"), "{ran}");
    tool.run(&["apply", "first.plan"]).expect(0);
    let shown = tool.run(&["state", "show", "std.value.a"]).expect(0).out;
    assert!(shown.contains("two"), "{shown}");
    // The state moved by this very apply, so the plan is used up.
    let ran = tool.run(&["apply", "--plan", "first.plan"]).expect(1);
    assert!(
        ran.err.contains("there was no state yet") && ran.err.contains("plan again"),
        "{ran}"
    );
}

#[test]
fn a_saved_plan_is_refused_when_anything_moved() {
    let tool = Tool::with(PROGRAM);
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--set", "word=two", "--out", "x.plan"])
        .expect(0);
    let refused = |words: &[&str], why: &str| {
        let ran = tool.run(words).expect(1);
        assert!(
            ran.err.contains(why) && ran.err.contains("nothing was done"),
            "{ran}"
        );
        let shown = tool.run(&["state", "show", "std.value.a"]).expect(0).out;
        assert!(shown.contains("one"), "{shown}");
    };
    let moved = "the program or its inputs changed";
    refused(&["apply", "x.plan", "--set", "word=three"], moved);
    tool.write(
        "main.infra",
        &PROGRAM.replace("std.value b", "// b\nstd.value b"),
    );
    refused(&["apply", "x.plan"], moved);
    tool.write("main.infra", PROGRAM);
    tool.run(&["apply", "--yes", "--set", "password=other"])
        .expect(0);
    refused(&["apply", "x.plan"], "the state changed since");
}

#[test]
fn a_secret_is_not_in_the_file_and_must_be_given_again() {
    let tool = Tool::with(PROGRAM);
    tool.run(&["apply", "--yes"]).expect(0);
    let secret = format!("password={SECRET}");
    tool.run(&["plan", "--set", &secret, "--out", "x.plan"])
        .expect(0);
    assert!(!tool.everything_written().contains(SECRET));
    let ran = tool.run(&["apply", "x.plan"]).expect(1);
    assert!(
        ran.err.contains("differs from the saved one: std.value.b"),
        "{ran}"
    );
    let ran = tool
        .run(&["apply", "x.plan", "--set", "password=another"])
        .expect(1);
    assert!(ran.err.contains("a secret input changed"), "{ran}");
    tool.run(&["apply", "x.plan", "--set", &secret]).expect(0);
    assert!(!tool.everything_written().contains(SECRET));
}

#[test]
fn what_is_no_plan_or_may_not_be_applied_is_told() {
    let tool = Tool::with("std.value a { input = 1 }\nassert 1 == 2, \"one is two\"\n");
    let ran = tool.run(&["plan", "--out", "x.plan"]).expect(1);
    assert!(ran.err.contains("the plan was not saved"), "{ran}");
    tool.write("x.plan", "{}");
    let ran = tool.run(&["apply", "x.plan"]).expect(1);
    assert!(ran.err.contains("`x.plan` is not a saved plan"), "{ran}");
    assert_eq!(state(&tool), "");
    let tool = Tool::with(PROGRAM);
    tool.run(&["plan", "--out", "x.plan"]).expect(0);
    let ran = tool
        .run(&["apply", "x.plan", "--target", "std.value.a"])
        .expect(1);
    assert!(ran.err.contains("`--target` is part of a plan"), "{ran}");
}
