//! `drift`, `--refresh-only`, and writing back, on the simulated cloud.

use crate::tool::Tool;

const STATE: &str = ".infra/sim/infra.state.json";

fn program(name: &str, note: &str) -> String {
    format!(
        "provider aws {{ region = \"us-west-2\" }}\n\
         let who = \"{note}\"\n\n\
         // The network.\n\
         aws.vpc net {{\n  range = 10.0.0.0/16\n  name = \"{name}\" // as on the door\n}}\n\n\
         aws.vpc other {{\n  range = 10.1.0.0/16\n  name = who\n}}\n"
    )
}

/// The program says `old`, and so does the state; somebody changed the cloud to `new`.
fn drifted() -> Tool {
    let tool = Tool::with(&program("old", "old"));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let before = tool.read(STATE);
    tool.write("main.infra", &program("new", "new"));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.write("main.infra", &program("old", "old"));
    tool.write(STATE, &before);
    tool
}

#[test]
fn schedulers_are_told_by_the_exit_code() {
    let tool = drifted();
    let ran = tool.run(&["drift", "--sim"]).expect(2);
    assert!(
        ran.out.contains("aws.vpc.net") && ran.out.contains("\"new\""),
        "{ran}"
    );
    let found = tool.run(&["drift", "--sim", "--json"]).expect(2).json();
    assert_eq!(found["summary"]["changed"], 2);
    assert_eq!(found["drift"][0]["address"], "aws.vpc.net");
    tool.run(&["plan", "--sim", "--refresh-only"]).expect(0);
    // Enforced: the program wins.
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.run(&["drift", "--sim"]).expect(0);
    tool.run(&["drift", "--sim", "nowhere"]).expect(1);
}

#[test]
fn accepting_changes_the_state_and_nothing_else() {
    let tool = drifted();
    let ran = tool.run(&["apply", "--sim", "--refresh-only"]).expect(1);
    assert!(ran.err.contains("--refresh-only --yes"), "{ran}");
    tool.run(&["apply", "--sim", "--refresh-only", "--yes"])
        .expect(0);
    tool.run(&["drift", "--sim"]).expect(0);
    let shown = tool
        .run(&["state", "show", "aws.vpc.net", "--sim"])
        .expect(0);
    assert!(shown.out.contains("new"), "{shown}");
    let plan = tool.run(&["plan", "--sim", "--json"]).expect(0).json();
    assert_eq!(plan["summary"]["update"], 2);
}

#[test]
fn what_is_written_out_is_written_back_and_what_is_computed_is_named() {
    let tool = drifted();
    let ran = tool.run(&["drift", "--sim", "--write"]).expect(2);
    assert!(ran.out.contains("name of aws.vpc.net = \"new\""), "{ran}");
    assert!(
        ran.out.contains("name of aws.vpc.other: it is computed"),
        "{ran}"
    );
    assert_eq!(tool.read("main.infra"), program("new", "old"));
    // Changing what it is made of is all that is left to do.
    tool.write("main.infra", &program("new", "new"));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
}
