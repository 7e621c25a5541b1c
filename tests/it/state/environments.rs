//! Environments: each has a state of its own, and none is planned by mistake.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use tempfile::TempDir;

use crate::cloud::Cloud;
use crate::tool::Tool;

const PROGRAM: &str = r#"
provider aws { region = place }
param place: string = "us-west-2"
param size: int = 1
aws.vpc net for i in 1..size { range = subnet_of(10.0.0.0/8, 8, i) }
aws.key_pair access { public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me" }
"#;

fn scene() -> (Tool, Cloud, TempDir) {
    let mut tool = Tool::with(PROGRAM);
    tool.write("dev.infravars", "size = 1\n");
    tool.write("release.infravars", "size = 2\n");
    let outside = TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "", None);
    cloud.serve(&mut tool);
    (tool, cloud, outside)
}

fn exists(tool: &Tool, name: &str) -> bool {
    tool.dir().join(name).exists()
}

#[test]
fn two_environments_in_one_account_leave_each_other_alone() {
    let (tool, cloud, _outside) = scene();
    tool.run(&["apply", "--yes", "--env", "dev"]).expect(0);
    let planned = tool
        .run(&["plan", "--env", "release", "--json"])
        .expect(0)
        .json();
    assert_eq!(planned["summary"]["create"], 3, "{planned}");
    tool.run(&["apply", "--yes", "--env", "release"]).expect(0);
    tool.run(&["plan", "--env", "dev", "--detailed-exitcode"])
        .expect(0);
    tool.run(&["plan", "--env", "release", "--detailed-exitcode"])
        .expect(0);
    assert!(!exists(&tool, "infra.state.json"));
    let listed = tool.run(&["state", "envs", "--json"]).expect(0).json();
    let names: Vec<_> = listed.as_array().expect("a list").iter().collect();
    assert_eq!(names[0]["environment"], "dev");
    assert_eq!(names[1]["resources"], 3, "{listed}");
    // Names that the cloud keeps once an account follow the environment.
    assert_eq!(cloud.handle().entities("key-pair").len(), 2);
    let list = tool.run(&["state", "list", "--env", "dev"]).expect(0).out;
    assert!(
        list.contains("aws.vpc.net") && list.lines().count() == 2,
        "{list}"
    );
    tool.run(&["destroy", "--yes", "--env", "release"])
        .expect(0);
    tool.run(&["plan", "--env", "dev", "--detailed-exitcode"])
        .expect(0);
    assert_eq!(cloud.handle().entities("key-pair").len(), 1);
}

#[test]
fn without_an_environment_none_is_planned_by_mistake() {
    let (tool, cloud, _outside) = scene();
    tool.run(&["apply", "--yes", "--env", "dev"]).expect(0);
    for words in [
        &["plan"][..],
        &["apply", "--yes"],
        &["output"],
        &["state", "list"],
    ] {
        let refused = tool.run(words).expect(1);
        assert!(
            refused.err.contains("a state for each environment (`dev`)"),
            "{refused}"
        );
        assert!(refused.err.contains("--env NAME"), "{refused}");
    }
    let strange = tool.run(&["state", "list", "--env", "../dev"]).expect(1);
    assert!(
        strange.err.contains("cannot be the name of an environment"),
        "{strange}"
    );
    // A copy under another name is still the state of dev.
    fs::copy(
        tool.dir().join("infra.dev.state.json"),
        tool.dir().join("infra.release.state.json"),
    )
    .expect("a copy");
    let refused = tool.run(&["plan", "--env", "release"]).expect(1);
    assert!(
        refused
            .err
            .contains("is the state of the environment `dev`"),
        "{refused}"
    );
    assert!(refused.err.contains("`release`"), "{refused}");
    assert_eq!(
        cloud.handle().entities("vpc").len(),
        2,
        "the default one beside it"
    );
}

#[test]
fn a_state_of_before_there_were_environments_is_assigned_by_one_command() {
    let (tool, cloud, _outside) = scene();
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["apply", "--yes", "--set", "size=2"]).expect(0);
    let made = cloud.handle().entities("vpc").len();
    let refused = tool.run(&["plan", "--env", "dev"]).expect(1);
    assert!(
        refused.err.contains("infra state assign --env dev"),
        "{refused}"
    );
    tool.run(&["state", "assign", "--env", "dev"]).expect(0);
    assert!(!exists(&tool, "infra.state.json") && !exists(&tool, "infra.state.lock"));
    assert!(exists(&tool, "infra.dev.state.history"));
    tool.run(&[
        "plan",
        "--env",
        "dev",
        "--set",
        "size=2",
        "--detailed-exitcode",
    ])
    .expect(0);
    tool.run(&["state", "restore", "--env", "dev", "--yes", "--json", "4"]);
    // Another environment begins with nothing, in the same account.
    tool.run(&["apply", "--yes", "--env", "release"]).expect(0);
    tool.run(&[
        "plan",
        "--env",
        "dev",
        "--set",
        "size=2",
        "--detailed-exitcode",
    ])
    .expect(0);
    assert_eq!(cloud.handle().entities("vpc").len(), made + 2);
    let again = tool.run(&["state", "assign", "--env", "dev"]).expect(0);
    assert!(
        again
            .err
            .contains("is now the state of the environment `dev`"),
        "{again}"
    );
}

#[test]
fn an_assignment_that_was_interrupted_is_refused_and_ended_by_the_same_command() {
    let (tool, _cloud, _outside) = scene();
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["state", "assign", "--env", "dev"]).expect(0);
    // As a kill before the last renaming leaves it.
    let file = |name: &str| tool.dir().join(name);
    fs::rename(file("infra.dev.state.json"), file("infra.state.json")).expect("it is there");
    let refused = tool.run(&["plan"]).expect(1);
    assert!(
        refused
            .err
            .contains("is the state of the environment `dev`"),
        "{refused}"
    );
    tool.run(&["state", "assign", "--env", "dev"]).expect(0);
    tool.run(&["plan", "--env", "dev", "--detailed-exitcode"])
        .expect(0);
}

#[test]
fn another_region_is_refused_before_anything_seems_to_be_gone() {
    let (tool, _cloud, _outside) = scene();
    tool.run(&["apply", "--yes", "--env", "dev"]).expect(0);
    for words in [
        &["plan", "--env", "dev", "--set", "place=eu-west-1"][..],
        &["apply", "--yes", "--env", "dev", "--set", "place=eu-west-1"],
        &[
            "destroy",
            "--yes",
            "--env",
            "dev",
            "--set",
            "place=eu-west-1",
        ],
        &["drift", "--env", "dev", "--set", "place=eu-west-1"],
    ] {
        let refused = tool.run(words).expect(1);
        assert!(refused.err.contains("region us-west-2"), "{refused}");
        assert!(refused.err.contains("region eu-west-1"), "{refused}");
        assert!(refused.err.contains("--env NAME"), "{refused}");
    }
    // Once nothing is there any more, it may begin elsewhere.
    tool.run(&["destroy", "--yes", "--env", "dev"]).expect(0);
    tool.run(&["apply", "--yes", "--env", "dev", "--set", "place=eu-west-1"])
        .expect(0);
    tool.run(&[
        "plan",
        "--env",
        "dev",
        "--set",
        "place=eu-west-1",
        "--detailed-exitcode",
    ])
    .expect(0);
}

#[test]
fn the_simulated_cloud_has_environments_too() {
    let tool = Tool::with("param n: int = 1\nstd.value v for i in 1..n { input = i }\n");
    tool.write("dev.infravars", "n = 1\n");
    tool.write("release.infravars", "n = 2\n");
    tool.run(&["apply", "--sim", "--yes", "--env", "dev"])
        .expect(0);
    tool.run(&["apply", "--sim", "--yes", "--env", "release"])
        .expect(0);
    tool.run(&["plan", "--sim", "--env", "dev", "--detailed-exitcode"])
        .expect(0);
    assert!(exists(&tool, ".infra/sim/infra.dev.state.json"));
    let listed = tool.run(&["state", "envs", "--sim"]).expect(0).out;
    assert_eq!(listed.lines().count(), 2, "{listed}");
}

#[test]
fn a_link_leads_to_one_state_with_one_lock_and_one_journal() {
    let (mut here, cloud, outside) = scene();
    let there = here.duplicate();
    here.run(&["apply", "--yes"]).expect(0);
    let shared = outside.path().join("shared");
    fs::create_dir(&shared).expect("a directory");
    let state = here.dir().join("infra.state.json");
    fs::rename(&state, shared.join("desk.json")).expect("it is there");
    // One link leads there at once, the other one by way of a link and a linked folder.
    symlink(shared.join("desk.json"), &state).expect("a link");
    symlink(&shared, outside.path().join("way")).expect("a link");
    symlink(
        outside.path().join("way/desk.json"),
        outside.path().join("step"),
    )
    .expect("a link");
    symlink(
        outside.path().join("step"),
        there.dir().join("infra.state.json"),
    )
    .expect("a link");
    here.run(&["apply", "--yes", "--set", "size=3"]).expect(0);
    there.run(&["apply", "--yes", "--set", "size=3"]).expect(0);
    there.run(&["apply", "--yes", "--set", "size=2"]).expect(0);
    here.run(&["plan", "--set", "size=2", "--detailed-exitcode"])
        .expect(0);
    assert_eq!(cloud.handle().entities("vpc").len(), 1 + 2);
    assert!(state.is_symlink() && there.dir().join("infra.state.json").is_symlink());
    assert!(shared.join("desk.history").is_dir());
    assert!(!exists(&here, "infra.state.history") && !exists(&there, "infra.state.history"));
    // The link alone gets the name of the environment.
    here.run(&["state", "assign", "--env", "dev"]).expect(0);
    here.run(&[
        "plan",
        "--env",
        "dev",
        "--set",
        "size=2",
        "--detailed-exitcode",
    ])
    .expect(0);
    assert!(here.dir().join("infra.dev.state.json").is_symlink());
    let refused = there.run(&["plan", "--set", "size=2"]).expect(1);
    assert!(
        refused
            .err
            .contains("is the state of the environment `dev`"),
        "{refused}"
    );
    here.set_env("UNUSED", "");
}

#[test]
fn a_link_that_leads_nowhere_is_not_a_new_beginning() {
    let tool = Tool::with("std.value v { input = 1 }\n");
    symlink("gone/state.json", tool.dir().join("infra.state.json")).expect("a link");
    for words in [&["plan"][..], &["apply", "--yes"], &["state", "list"]] {
        let refused = tool.run(words).expect(1);
        assert!(
            refused.err.contains("symbolic link to `gone/state.json`"),
            "{refused}"
        );
    }
    fs::remove_file(tool.dir().join("infra.state.json")).expect("a link");
    symlink("nowhere", tool.dir().join("infra.state.lock")).expect("a link");
    let refused = tool.run(&["apply", "--yes"]).expect(1);
    assert!(
        refused.err.contains("infra.state.lock`, beside the state"),
        "{refused}"
    );
}

#[test]
fn a_program_cannot_read_its_state() {
    let tool = Tool::with("std.value v { input = 1 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    tool.write("main.infra", "std.value v { input = 2 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    symlink("infra.state.json", tool.dir().join("plain.txt")).expect("a link");
    for path in [
        "infra.state.json",
        "./infra.state.json",
        "infra.state.json.backup",
        "infra.state.history/2.json",
        "infra.state.journal",
        "infra.dev.state.json",
        ".infra/sim/infra.state.json",
        "plain.txt",
    ] {
        if !exists(&tool, path) {
            tool.write(path, "{}");
        }
        for call in [
            format!("file(\"{path}\")"),
            format!("template(\"{path}\", {{}})"),
        ] {
            tool.write("main.infra", &format!("std.value v {{ input = {call} }}\n"));
            for words in [&["check"][..], &["plan"]] {
                let refused = tool.run(words).expect(1);
                assert!(!refused.out.contains("lineage"), "{refused}");
            }
        }
        fs::remove_file(tool.dir().join("infra.dev.state.json")).ok();
        fs::remove_file(tool.dir().join("infra.state.journal")).ok();
    }
}

#[test]
fn a_state_that_everybody_can_read_is_said() {
    let tool = Tool::with("std.value v { input = 1 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    let state = tool.dir().join("infra.state.json");
    let mode = || fs::metadata(&state).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&state, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let said = tool.run(&["plan"]).expect(0);
    assert!(
        said.err
            .contains("every user of this machine can read the state"),
        "{said}"
    );
    assert!(said.err.contains("chmod 600 '"), "{said}");
    tool.write("main.infra", "std.value v { input = 2 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    assert_eq!(mode(), 0o600, "what is written anew is the owner's");
    assert!(!tool.run(&["plan"]).expect(0).err.contains("every user"));
}

#[test]
fn a_component_is_shown_and_moved_as_one() {
    let tool = Tool::with(
        "component box(n: int) {\n  std.value a { input = n }\n  std.value b { input = n }\n}\nbox one { n = 1 }\nbox two { n = 2 }\n",
    );
    tool.run(&["apply", "--yes"]).expect(0);
    let shown = tool.run(&["state", "show", "one"]).expect(0).out;
    assert!(
        shown.contains("one/std.value.a") && shown.contains("one/std.value.b"),
        "{shown}"
    );
    assert!(!shown.contains("two/"), "{shown}");
    let taken = tool.run(&["state", "mv", "one", "two"]).expect(1);
    assert!(
        taken.err.contains("already has `two/std.value.a`"),
        "{taken}"
    );
    tool.run(&["state", "mv", "one", "three"]).expect(0);
    let listed = tool.run(&["state", "list", "three"]).expect(0).out;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let text = tool.read("main.infra").replace("box one", "box three");
    tool.write("main.infra", &text);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    let nothing = tool.run(&["state", "show", "four"]).expect(1);
    assert!(nothing.err.contains("has no component `four`"), "{nothing}");
}
