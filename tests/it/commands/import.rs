//! `infra import`, on the simulated cloud.

use crate::tool::Tool;

const NET: &str = "provider aws { region = \"us-west-2\" }\n\n\
    // The network.\n\
    aws.vpc net {\n  range = 10.0.0.0/16\n}\n";

const SUBNET: &str = "\naws.subnet inside {\n  name = \"quiet place\"\n  vpc = net\n  \
    zone = \"us-west-2a\"\n  range = 10.0.1.0/24\n  tags = { team = \"desk\" }\n}\n";

/// A program with a network, in which somebody else made a subnet; and the subnet's id.
fn found() -> (Tool, String) {
    let tool = Tool::with(&format!("{NET}{SUBNET}"));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let shown = tool.run(&["state", "show", "aws.subnet.inside", "--sim", "--json"]);
    let shown = shown.expect(0).json();
    let id = shown["id"].as_str().expect("an id").to_owned();
    tool.run(&["state", "rm", "aws.subnet.inside", "--sim"])
        .expect(0);
    tool.write("main.infra", NET);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
    (tool, id)
}

#[test]
fn what_exists_is_declared_taken_over_and_needs_no_change() {
    let (tool, id) = found();
    let printed = tool
        .run(&["import", "aws.subnet.inside", &id, "--sim"])
        .expect(0);
    for line in [
        "aws.subnet inside {",
        "vpc   = net",
        "range = 10.0.1.0/24",
        &format!("import aws.subnet.inside = \"{id}\""),
    ] {
        assert!(printed.out.contains(line), "{line}: {printed}");
    }
    assert!(!printed.out.contains("public"), "a default: {printed}");
    assert_eq!(tool.read("main.infra"), NET);

    let words = ["import", "aws.subnet.inside", &id, "--sim", "--write"];
    tool.run(&[&words[..], &["main.infra"]].concat()).expect(0);
    let text = tool.read("main.infra");
    assert!(
        text.starts_with(NET) && text.contains("aws.subnet inside {"),
        "{text}"
    );
    tool.run(&["fmt", "--check"]).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
    let ran = tool
        .run(&["import", "aws.subnet.inside", &id, "--sim"])
        .expect(1);
    assert!(
        ran.err.contains("the state has aws.subnet.inside already"),
        "{ran}"
    );
}

#[test]
fn what_is_declared_already_is_only_taken_into_the_state() {
    let (tool, id) = found();
    let words = ["import", "aws.subnet.inside", &id, "--sim"];
    tool.write(
        "main.infra",
        &format!("{NET}{}", SUBNET.replace("quiet", "loud")),
    );
    let ran = tool.run(&words).expect(1);
    assert!(
        ran.err
            .contains("the program and the cloud differ in `name`"),
        "{ran}"
    );
    tool.write("main.infra", &format!("{NET}{SUBNET}"));
    tool.run(&words).expect(0);
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
}

#[test]
fn a_failed_import_leaves_the_program_as_it_was() {
    let (tool, id) = found();
    let ran = tool.run(&[
        "import",
        "aws.subnet.x",
        "subnet-0123456789abcdef0",
        "--sim",
    ]);
    let ran = ran.expect(1);
    assert!(ran.err.contains("the cloud has no aws.subnet"), "{ran}");
    let words = ["import", "aws.subnet.inside", &id, "--sim", "--write"];
    let ran = tool.run(&[&words[..], &["notes.txt"]].concat()).expect(1);
    assert!(ran.err.contains("not a file of the program"), "{ran}");
    assert!(!tool.dir().join("notes.txt").exists());
    // A change that waits is not made by an import.
    let other = NET.replace("range", "name = \"other\"\n  range");
    tool.write("main.infra", &other);
    let ran = tool.run(&[&words[..], &["main.infra"]].concat()).expect(1);
    assert!(ran.err.contains("beside the import, aws.vpc.net"), "{ran}");
    assert_eq!(tool.read("main.infra"), other);
}

#[test]
fn what_a_cloud_answers_and_does_not_take_is_left_out() {
    let provider = "provider aws { region = \"us-west-2\" }\n";
    let volume = "aws.volume old { zone = \"us-west-2a\", size = 8GiB, type = \"gp2\" }\n";
    let tool = Tool::with(&format!("{provider}{volume}"));
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    let shown = tool.run(&["state", "show", "aws.volume.old", "--sim", "--json"]);
    let shown = shown.expect(0).json();
    let id = shown["id"].as_str().expect("an id");
    assert_eq!(shown["attributes"]["iops"], 100);
    tool.run(&["state", "rm", "aws.volume.old", "--sim"])
        .expect(0);
    tool.write("main.infra", provider);
    let words = [
        "import",
        "aws.volume.old",
        id,
        "--sim",
        "--write",
        "main.infra",
    ];
    let ran = tool.run(&words).expect(0);
    assert!(ran.err.contains("Left out: `iops`: "), "{ran}");
    assert!(!tool.read("main.infra").contains("iops"));
    tool.run(&["plan", "--sim", "--detailed-exitcode"])
        .expect(0);
    let ran = tool
        .run(&["import", "aws.volumes.other", id, "--sim"])
        .expect(1);
    assert!(ran.err.contains("did you mean `aws.volume`?"), "{ran}");
}
