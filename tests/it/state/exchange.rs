//! `infra state history`, `restore`, `pull` and `push`.

use serde_json::Value as Json;

use crate::tool::Tool;

/// A program whose value `a` is `value`, applied; the serial of its state.
fn apply(tool: &Tool, value: i64) -> u64 {
    tool.write(
        "main.infra",
        &format!("std.value a {{ input = {value} }}\n"),
    );
    tool.run(&["apply", "--yes"]).expect(0);
    serial(tool)
}

fn pulled(tool: &Tool) -> Json {
    tool.run(&["state", "pull"]).expect(0).json()
}

fn serial(tool: &Tool) -> u64 {
    pulled(tool)["serial"].as_u64().expect("a number")
}

fn history(tool: &Tool) -> Vec<u64> {
    let rows = tool.run(&["state", "history", "--json"]).expect(0).json();
    let rows = rows.as_array().expect("a list").iter();
    rows.map(|row| row["serial"].as_u64().expect("a number"))
        .collect()
}

#[test]
fn an_earlier_state_comes_back_and_nothing_is_lost_by_it() {
    let tool = Tool::new();
    let first = apply(&tool, 1);
    let second = apply(&tool, 2);
    assert_eq!(history(&tool), [first]);
    let shown = tool.run(&["state", "history"]).expect(0);
    assert!(
        shown.out.contains("1 resource") && shown.out.contains(" UTC "),
        "{shown}"
    );

    let word = first.to_string();
    let asked = tool.run(&["state", "restore", &word]).expect(1);
    assert!(asked.err.contains("~ std.value.a"), "{asked}");
    assert!(asked.err.contains("infra state restore --yes"), "{asked}");
    assert_eq!(serial(&tool), second);

    tool.run(&["state", "restore", &word, "--yes"]).expect(0);
    assert_eq!(serial(&tool), second + 1);
    assert_eq!(history(&tool), [first, second]);
    tool.run(&["plan", "--detailed-exitcode"]).expect(2);
    tool.run(&["state", "restore", &second.to_string(), "--yes"])
        .expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);

    for (word, why) in [
        ("77", "no earlier state with serial 77"),
        ("x", "`x` is not a serial"),
    ] {
        let ran = tool.run(&["state", "restore", word, "--yes"]).expect(1);
        assert!(ran.err.contains(why), "{ran}");
    }
}

#[test]
fn a_pulled_state_can_be_pushed_where_it_belongs_and_nowhere_else() {
    let tool = Tool::new();
    apply(&tool, 1);
    let old = tool.run(&["state", "pull"]).expect(0).out;
    apply(&tool, 2);
    tool.write("old.json", &old);
    let refused = tool.run(&["state", "push", "old.json"]).expect(1);
    assert!(
        refused.err.contains("the current state is no older"),
        "{refused}"
    );
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    tool.run(&["state", "push", "old.json", "--force"])
        .expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(2);

    // Another checkout without a state takes it as it is; one with a state of its own does not, even by force.
    let copy = Tool::new();
    copy.write("main.infra", "std.value a { input = 1 }\n");
    let none = copy.run(&["state", "pull"]).expect(1);
    assert!(none.err.contains("there is no state yet"), "{none}");
    copy.write("old.json", &old);
    copy.run(&["state", "push", "old.json"]).expect(0);
    assert_eq!(
        copy.run(&["state", "pull"]).expect(0).json()["lineage"],
        pulled(&tool)["lineage"]
    );
    copy.run(&["plan", "--detailed-exitcode"]).expect(0);
    let other = Tool::new();
    apply(&other, 1);
    let before = pulled(&other);
    other.write("old.json", &old);
    let refused = other
        .run(&["state", "push", "old.json", "--force"])
        .expect(1);
    assert!(
        refused.err.contains("belongs to another state"),
        "{refused}"
    );
    assert_eq!(pulled(&other), before);
}

#[test]
fn what_is_no_whole_state_is_not_pushed() {
    let tool = Tool::new();
    apply(&tool, 1);
    let good = tool.run(&["state", "pull"]).expect(0).out;
    let newer = good.replace("\"format\": 2", "\"format\": 99");
    let half = &good[..good.len() / 2];
    let cases = [
        ("", "is empty"),
        ("\n  \n", "is empty"),
        (half, "is cut off"),
        (&newer, "has format 99; this infra reads formats up to 2"),
        ("{}", "is not a state of infra"),
        ("[1]", "is not a state of infra"),
        ("hello", "is not a state of infra"),
        (
            r#"{"version":4,"terraform_version":"1.9.0","serial":9,"lineage":"x"}"#,
            "Terraform 1.9.0",
        ),
        (r#"{"format":1,"lineage":"x"}"#, "does not make sense"),
    ];
    let before = pulled(&tool);
    for (text, why) in cases {
        tool.write("file.json", text);
        let ran = tool
            .run(&["state", "push", "file.json", "--force"])
            .expect(1);
        assert!(ran.err.contains(why), "{text:?}: {ran}");
        assert!(ran.err.contains("nothing was changed"), "{ran}");
        assert_eq!(pulled(&tool), before);
    }
    let ran = tool.run(&["state", "push", "nowhere.json"]).expect(1);
    assert!(ran.err.contains("`nowhere.json` cannot be read"), "{ran}");
}

#[test]
fn the_state_of_another_program_is_refused_and_a_renamed_directory_is_not() {
    let ours = Tool::new();
    apply(&ours, 1);
    let named = |program: &str| format!("\"program\": \"{program}\"");
    let state = ours.read("infra.state.json");
    let state = state.replacen(&named(&ours.program_name()), &named("shop"), 1);
    assert!(state.contains(&named("shop")), "{state}");
    // In the format without a checksum, which would not fit any more.
    let (content, _) = state.split_once(",\n  \"checksum\"").expect("it has one");
    let state = format!(
        "{}\n}}\n",
        content.replace("\"format\": 2", "\"format\": 1")
    );

    let stranger = Tool::new();
    stranger.write("main.infra", "std.value other { input = 1 }\n");
    stranger.write("infra.state.json", &state);
    for verb in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"]] {
        let refused = stranger.run(verb).expect(1);
        assert!(
            refused.err.contains("belongs to another program"),
            "{refused}"
        );
    }

    let renamed = Tool::new();
    renamed.write("main.infra", "std.value a { input = 1 }\n");
    renamed.write("infra.state.json", &state);
    renamed.run(&["plan", "--detailed-exitcode"]).expect(0);
}
