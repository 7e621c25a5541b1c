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
        ran.out.contains(
            "name of aws.vpc.other: it is made of `let who` (main.infra:2): change it there"
        ),
        "{ran}"
    );
    assert_eq!(tool.read("main.infra"), program("new", "old"));
    // Changing what it is made of is all that is left to do.
    tool.write("main.infra", &program("new", "new"));
    let plan = tool.run(&["plan", "--sim"]).expect(0);
    assert!(plan.out.contains("2 to record"), "{plan}");
    assert!(!plan.out.contains("Changed outside"), "{plan}");
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
}

#[test]
fn what_check_would_refuse_is_not_written() {
    let volume = |size: &str, iops: u32| {
        format!(
            "provider aws {{ region = \"us-west-2\" }}\n\n@ignore(size)\naws.volume data {{\n  zone = \"us-west-2a\"\n  \
             size = {size}\n  iops = {iops}\n}}\n"
        )
    };
    // The size is nobody's business, and without it the program may not say so many operations.
    let outside = volume("20GiB", 10000).replace("@ignore(size)\n", "");
    let tool = changed_outside(&volume("6GiB", 3000), &outside);
    let ran = tool.run(&["drift", "--sim", "--write"]).expect(2);
    assert!(
        ran.out
            .contains("iops of aws.volume.data: the program could not say this: "),
        "{ran}"
    );
    assert_eq!(tool.read("main.infra"), volume("6GiB", 3000));
}

/// Applies the first text, then the second, and puts text and state of the first back: the cloud was changed.
fn changed_outside(first: &str, second: &str) -> Tool {
    let tool = Tool::with(first);
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let before = tool.read(STATE);
    tool.write("main.infra", second);
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.write("main.infra", first);
    tool.write(STATE, &before);
    tool
}

#[test]
fn where_a_computed_value_comes_from_is_said_instead_of_breaking_the_text() {
    let program = |name: &str| {
        format!(
            "provider aws {{ region = \"us-west-2\" }}\n\
             let said = \"{name}\"\n\
             param given: string = \"{name}\"\n\
             component net(inner: string) {{\n  aws.vpc it {{ range = 10.2.0.0/16, name = inner }}\n}}\n\
             aws.vpc a {{ range = 10.0.0.0/16, name = \"of ${{said}}\" }}\n\
             aws.vpc b {{ range = 10.1.0.0/16, name = given }}\n\
             aws.vpc c for x in [\"{name}\"] {{ range = 10.3.0.0/16, name = x }}\n\
             net n {{ inner = \"{name}\" }}\n"
        )
    };
    // Keys of `for` are part of addresses, so that list stays as it is.
    let other = |name: &str| program(name).replace("for x in [\"new\"]", "for x in [\"old\"]");
    let tool = changed_outside(
        &program("old"),
        &other("new").replace("name = x", "name = \"new\""),
    );
    let before = tool.read("main.infra");
    let ran = tool.run(&["drift", "--sim", "--write"]).expect(2);
    for advice in [
        "name of aws.vpc.a: it is made of `let said` (main.infra:2): change it there",
        "name of aws.vpc.b: it is made of the parameter `given`, whose value is given from outside (main.infra:3)",
        "name of aws.vpc.c[\"old\"]: it is made of `x`, which goes through a list with `for` (main.infra:9)",
        // An argument that goes into the field as it is stands for the field.
        "main.infra:10  name of n/aws.vpc.it = \"new\"",
    ] {
        assert!(ran.out.contains(advice), "{advice}: {ran}");
    }
    let written = before.replace("net n { inner = \"old\" }", "net n { inner = \"new\" }");
    assert_eq!(tool.read("main.infra"), written);
}

#[test]
fn beside_a_secret_an_entry_is_written_back_and_the_secret_is_not() {
    let program = |team: &str| {
        format!(
            "provider aws {{ region = \"us-west-2\" }}\n\
             param password: secret string = \"hunter2\"\n\
             aws.vpc net {{\n  range = 10.0.0.0/16\n  tags = {{\n    team = \"{team}\" // who\n    word = password\n  }}\n}}\n"
        )
    };
    let tool = changed_outside(&program("old"), &program("new"));
    let ran = tool.run(&["drift", "--sim"]).expect(2);
    assert!(
        ran.out.contains("team") && !ran.out.contains("hunter2"),
        "{ran}"
    );
    let ran = tool.run(&["drift", "--sim", "--write"]).expect(0);
    assert!(!ran.out.contains("hunter2"), "{ran}");
    assert_eq!(tool.read("main.infra"), program("new"));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
}

#[test]
fn a_tag_that_is_added_outside_is_shown_and_taken_away_or_accepted() {
    let program = |tags: &str| {
        format!(
            "provider aws {{ region = \"us-west-2\" }}\n\
             aws.vpc net {{\n  range = 10.0.0.0/16\n  tags = {tags}\n}}\n"
        )
    };
    let (plain, tagged) = (program("{}"), program("{ by = \"somebody\" }"));
    let tool = changed_outside(&plain, &tagged);
    let ran = tool.run(&["drift", "--sim"]).expect(2);
    assert!(ran.out.contains("by = \"somebody\""), "{ran}");
    // Written back, the program says what the cloud says.
    tool.run(&["drift", "--sim", "--write"]).expect(0);
    assert_eq!(tool.read("main.infra"), tagged);
    // Enforced, it is gone.
    tool.write("main.infra", &plain);
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.run(&["drift", "--sim"]).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
}
