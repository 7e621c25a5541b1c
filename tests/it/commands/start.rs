//! What a newcomer runs first: `infra init`, `infra help`, `infra version`, `infra man`.

use crate::tool::Tool;

#[test]
fn a_program_is_started_and_can_be_planned_at_once() {
    let tool = Tool::new();
    let done = tool.run(&["init", "aws"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("infra plan . --sim"), "{}", done.out);
    assert!(tool.read(".gitignore").contains("infra.state.*\n"));
    assert_eq!(tool.run(&["fmt", "--check"]).code, 0);
    let plan = tool.run(&["plan", "--sim"]);
    assert!(plan.out.contains("Plan: 2 to create"), "{}", plan.out);

    let again = tool.run(&["init", "aws"]);
    assert_eq!(again.code, 1);
    assert!(
        again.err.contains("there is a program already"),
        "{}",
        again.err
    );
}

#[test]
fn a_program_without_a_cloud_goes_into_a_directory_of_its_own() {
    let tool = Tool::new();
    tool.write("first/.gitignore", "target\n.infra/");
    let done = tool.run(&["init", "first"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let ignored = tool.read("first/.gitignore");
    assert_eq!(ignored, "target\n.infra/\ninfra.state.*\ninfra.*.state.*\n");
    let applied = tool.run(&["apply", "first", "--yes"]);
    assert!(applied.out.contains("Hello, world!"), "{}", applied.out);
    let neither = tool.run(&["init", "azure", "second"]);
    assert!(
        neither.err.contains("neither a cloud of this build"),
        "{}",
        neither.err
    );
}

#[test]
fn help_knows_commands_pages_and_codes() {
    let tool = Tool::new();
    let plan = tool.run(&["help", "plan"]).out;
    assert!(plan.contains("--detailed-exitcode"), "{plan}");
    let nested = tool.run(&["help", "state", "mv"]).out;
    assert!(nested.contains("infra state mv"), "{nested}");
    assert!(tool.run(&["help", "language"]).out.starts_with("# "));
    assert!(
        tool.run(&["help", "unknown-field"])
            .out
            .contains("unknown-field")
    );
    let wrong = tool.run(&["help", "langauge"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("`infra help language`"), "{}", wrong.err);
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let tool = Tool::new();
    assert_eq!(tool.run(&["man", "."]).code, 0);
    assert!(tool.read("infra.1").contains("declarative"));
    assert!(tool.read("infra-state-mv.1").contains("infra state mv"));
    let version = tool.run(&["version", "--json"]).out;
    assert!(version.contains("\"commit\""), "{version}");
}
