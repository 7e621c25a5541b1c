//! A state that is carried to another place, looked at while somebody changes it, or renamed in.

use std::fs;

use tempfile::TempDir;

use crate::cloud::Cloud;
use crate::commands::signals::{send, wait_for};
use crate::tool::Tool;

const PROGRAM: &str = r#"
provider aws { region = "us-west-2" }
aws.volume a { zone = "us-west-2a", size = 1GiB }
aws.volume b { zone = "us-west-2a", size = 2GiB, tags = { beside = "after ${a.id}" } }
"#;

fn served(tool: &mut Tool, chaos: &str) -> (Cloud, TempDir) {
    let outside = TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), chaos, None);
    cloud.serve(tool);
    (cloud, outside)
}

#[test]
fn a_state_goes_on_on_another_machine() {
    let mut here = Tool::with(PROGRAM);
    let (cloud, _outside) = served(&mut here, "");
    here.run(&["apply", "--yes"]).expect(0);
    let mut there = Tool::with(PROGRAM);
    cloud.serve(&mut there);
    // Without its state, everything would be made a second time.
    let planned = there.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(planned["summary"]["create"], 2);
    there.write("infra.state.json", &here.read("infra.state.json"));
    there.run(&["plan", "--detailed-exitcode"]).expect(0);
    there.write("main.infra", &PROGRAM.replace("2GiB", "3GiB"));
    there.run(&["apply", "--yes"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 2);
    // And back again; the copy that stayed is older, and says so when it is pushed.
    there.write("old.json", &here.read("infra.state.json"));
    let refused = there.run(&["state", "push", "old.json"]).expect(1);
    assert!(refused.err.contains("no older"), "{refused}");
    here.write("main.infra", &PROGRAM.replace("2GiB", "3GiB"));
    here.write("new.json", &there.run(&["state", "pull"]).expect(0).out);
    here.run(&["state", "push", "new.json"]).expect(0);
    here.run(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_plan_needs_no_lock_and_leaves_a_running_apply_alone() {
    let mut tool = Tool::with(PROGRAM);
    let (cloud, _outside) = served(&mut tool, "latency=100ms");
    let run = tool.start(&["apply", "--yes"]);
    wait_for(&cloud, 2);
    send(&run, rustix::process::Signal::STOP);
    let lock = tool.read("infra.state.lock");
    let journal = fs::read(tool.dir().join("infra.state.journal")).ok();
    for words in [
        &["plan"][..],
        &["plan", "--json"],
        &["drift"],
        &["state", "list"],
        &["output"],
    ] {
        let ran = tool.run(words);
        assert!(!ran.err.contains("locked"), "{words:?}: {ran}");
    }
    assert_eq!(tool.read("infra.state.lock"), lock);
    assert_eq!(
        fs::read(tool.dir().join("infra.state.journal")).ok(),
        journal
    );
    send(&run, rustix::process::Signal::CONT);
    let ended = run.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{ended:?}");
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 2);
}

#[test]
fn two_resources_change_places_through_a_third_name() {
    let tool = Tool::with("std.value a { input = \"one\" }\nstd.value b { input = \"two\" }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    let id = |name: &str| {
        let shown = tool
            .run(&["state", "show", name, "--json"])
            .expect(0)
            .json();
        shown["id"].as_str().expect("an id").to_owned()
    };
    let (a, b) = (id("std.value.a"), id("std.value.b"));
    let refused = tool
        .run(&["state", "mv", "std.value.a", "std.value.b"])
        .expect(1);
    assert!(refused.err.contains("already has"), "{refused}");
    for (from, to) in [("a", "c"), ("b", "a"), ("c", "b")] {
        let (from, to) = (format!("std.value.{from}"), format!("std.value.{to}"));
        tool.run(&["state", "mv", &from, &to]).expect(0);
    }
    assert_eq!((id("std.value.a"), id("std.value.b")), (b, a));
    tool.write(
        "main.infra",
        "std.value a { input = \"two\" }\nstd.value b { input = \"one\" }\n",
    );
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn moves_imports_and_forgets_are_done_once_and_may_stay() {
    let mut tool = Tool::with(PROGRAM);
    let (cloud, _outside) = served(&mut tool, "");
    tool.run(&["apply", "--yes"]).expect(0);
    let renamed = "\nprovider aws { region = \"us-west-2\" }\n\
         component box() { aws.volume inner for k in [\"x\"] { zone = \"us-west-2a\", size = 1GiB } }\n\
         box it {}\n\
         move aws.volume.a -> aws.volume.old\n\
         move aws.volume.old -> it/aws.volume.inner[\"x\"]\n\
         forget aws.volume.b\n";
    tool.write("main.infra", renamed);
    let planned = tool.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(planned["summary"]["create"], 0, "{planned}");
    assert_eq!(planned["summary"]["delete"], 0, "{planned}");
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 2);
    // What was let go of comes back under another name, once.
    let volumes = cloud.handle().entities("volume");
    let listed = tool
        .run(&["state", "show", "it/aws.volume.inner[\"x\"]", "--json"])
        .expect(0)
        .json();
    let other = volumes
        .iter()
        .filter_map(|volume| volume["id"].as_str())
        .find(|id| Some(*id) != listed["id"].as_str())
        .expect("there are two")
        .to_owned();
    let back = format!(
        "{renamed}aws.volume c {{ zone = \"us-west-2a\", size = 2GiB }}\nimport aws.volume.c = \"{other}\"\n"
    );
    tool.write("main.infra", &back);
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    // The same thing under a second name is refused, by declaration and by command.
    tool.write(
        "main.infra",
        &format!("{back}aws.volume d {{ zone = \"us-west-2a\", size = 2GiB }}\nimport aws.volume.d = \"{other}\"\n"),
    );
    let refused = tool.run(&["apply", "--yes"]).expect(1);
    let said = format!("`{other}` is managed already, as `aws.volume.c`");
    assert!(refused.err.contains(&said), "{refused}");
    tool.write(
        "main.infra",
        &format!("{back}aws.volume d {{ zone = \"us-west-2a\", size = 2GiB }}\n"),
    );
    let refused = tool.run(&["import", "aws.volume.d", &other]).expect(1);
    assert!(refused.err.contains(&said), "{refused}");
    assert_eq!(cloud.handle().entities("volume").len(), 2);
}
