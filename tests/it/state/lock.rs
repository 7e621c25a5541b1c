//! Holders of the lock that are paused or ended, as processes.

use std::process::Child;

use rustix::process::Signal;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::cloud::Cloud;
use crate::commands::signals::{send, wait_for};
use crate::tool::{Ran, Tool};

/// Things whose making bears a token, so that what a woken process still sends cannot double them.
const PROGRAM: &str = r#"
provider aws { region = "us-west-2" }
let zone = "us-west-2a"
aws.volume a { zone = zone, size = 1GiB }
aws.volume b { zone = zone, size = 2GiB, tags = { beside = "after ${a.id}" } }
aws.volume c { zone = zone, size = 3GiB, tags = { beside = "after ${b.id}" } }
"#;

struct Scene {
    tool: Tool,
    cloud: Cloud,
    _outside: TempDir,
}

/// An apply that is stopped in the middle, while a call is under way.
fn paused() -> (Scene, Child) {
    let mut tool = Tool::with(PROGRAM);
    let outside = TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "latency=100ms", None);
    cloud.serve(&mut tool);
    let run = tool.start(&["apply", "--yes"]);
    wait_for(&cloud, 3);
    send(&run, Signal::STOP);
    let scene = Scene {
        tool,
        cloud,
        _outside: outside,
    };
    (scene, run)
}

impl Scene {
    /// Lets somebody else complete what the paused run has begun, wakes that one, and tells what it said.
    fn overtake_and_wake(&self, run: Child) -> Ran {
        self.tool.run(&["apply", "--yes"]).expect(0);
        let state = self.tool.read("infra.state.json");
        send(&run, Signal::CONT);
        let done = run.wait_with_output().expect("it ends");
        assert_eq!(
            self.tool.read("infra.state.json"),
            state,
            "it wrote nothing"
        );
        assert!(!self.tool.dir().join("infra.state.journal").exists());
        self.tool.run(&["plan", "--detailed-exitcode"]).expect(0);
        let volumes = self.cloud.handle().entities("volume");
        assert_eq!(volumes.len(), 3, "each is there once: {volumes:?}");
        Ran {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).expect("UTF-8"),
            err: String::from_utf8(done.stderr).expect("UTF-8"),
        }
    }
}

#[test]
fn a_paused_holder_whose_lease_ended_cannot_append_when_it_wakes() {
    let (scene, run) = paused();
    let locked = scene.tool.run(&["apply", "--yes"]).expect(1);
    assert!(
        locked.err.contains("the state is locked by tester@"),
        "{locked}"
    );
    // Two minutes go by.
    let mut lease: Json =
        serde_json::from_str(&scene.tool.read("infra.state.lock")).expect("a lease");
    lease["expires_ms"] = 1.into();
    // As an infra without checksums wrote it; with one, an edit is refused.
    for later in ["crc", "space"] {
        lease.as_object_mut().expect("an object").remove(later);
    }
    scene.tool.write("infra.state.lock", &lease.to_string());
    let woken = scene.overtake_and_wake(run).expect(1);
    assert!(
        woken.err.contains("the lock of the state was lost"),
        "{woken}"
    );
    assert!(woken.err.contains("run the command again"), "{woken}");
}

#[test]
fn a_holder_that_was_unlocked_cannot_append_when_it_wakes() {
    let (scene, run) = paused();
    let tool = &scene.tool;
    let refused = tool.run(&["unlock", "--yes"]).expect(1);
    assert!(
        refused.err.contains("is running on this machine"),
        "{refused}"
    );
    let asked = tool.run(&["unlock", "--force"]).expect(1);
    assert!(asked.err.contains("needs a confirmation"), "{asked}");
    let done = tool.run(&["unlock", "--force", "--yes"]).expect(0);
    assert!(done.err.contains("`infra apply`) for "), "{done}");
    assert!(done.err.contains(", since 20"), "{done}");
    let again = tool.run(&["unlock"]).expect(0);
    assert!(
        again.err.contains("`infra.state.json` is not locked"),
        "{again}"
    );
    let woken = scene.overtake_and_wake(run).expect(1);
    assert!(
        woken.err.contains("the lock of the state was lost"),
        "{woken}"
    );
}

#[test]
fn a_holder_on_another_machine_can_be_unlocked_without_force() {
    let tool = Tool::with("std.value a { input = 1 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    let lease = r#"{"who":"dev@elsewhere","pid":1,"command":"infra apply",
        "since_ms":1714557600000,"expires_ms":99999999999999,"fence":4}"#;
    tool.write("infra.state.lock", lease);
    let locked = tool.run(&["apply", "--yes"]).expect(1);
    assert!(
        locked.err.contains("since 2024-05-01 10:00:00 UTC"),
        "{locked}"
    );
    assert!(locked.err.contains("infra unlock"), "{locked}");
    let unlocked = tool.run(&["unlock", "--yes", "--json"]).expect(0);
    assert_eq!(unlocked.json()["unlocked"], true);
    tool.run(&["apply", "--yes"]).expect(0);
    assert!(!tool.dir().join("infra.state.lock").exists());
}

#[test]
fn a_holder_in_another_space_of_process_numbers_is_not_judged_by_its_number() {
    let tool = Tool::with("std.value a { input = 1 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    tool.write("main.infra", "std.value a { input = 2 }\n");
    // Two containers of one image bear one name, and each has a process 1.
    let host = rustix::system::uname();
    let who = format!("tester@{}", host.nodename().to_string_lossy());
    for pid in [1, i32::MAX - 1] {
        let lease = format!(
            r#"{{"who":"{who}","pid":{pid},"command":"infra apply",
            "since_ms":1714557600000,"expires_ms":99999999999999,"fence":4}}"#
        );
        tool.write("infra.state.lock", &lease);
        let locked = tool.run(&["apply", "--yes"]).expect(1);
        assert!(locked.err.contains("the state is locked by"), "{locked}");
        tool.run(&["unlock", "--yes"]).expect(0);
    }
    for (lock, why) in [
        ("null", "has another form"),
        ("{}", "has another form"),
        (r#"{"who":"me"#, "ends in line 1"),
        (
            r#"{"who":"me@x","pid":1,"command":"x","since_ms":1,"expires_ms":2,"fence":18446744073709551615}"#,
            "is larger than any",
        ),
    ] {
        tool.write("infra.state.lock", lock);
        let refused = tool.run(&["apply", "--yes"]).expect(1);
        assert!(refused.err.contains(why), "{refused}");
        assert!(!refused.err.contains("struct"), "{refused}");
    }
}

#[test]
fn of_several_applies_at_once_each_ends_well_or_is_told_who_holds_the_lock() {
    let mut tool = Tool::with(PROGRAM);
    let outside = TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "latency=20ms", None);
    cloud.serve(&mut tool);
    let runs: Vec<Child> = (0..4).map(|_| tool.start(&["apply", "--yes"])).collect();
    let mut done = 0;
    for run in runs {
        let ended = run.wait_with_output().expect("it ends");
        let said = String::from_utf8(ended.stderr).expect("UTF-8");
        match ended.status.success() {
            true => done += 1,
            false => assert!(said.contains("the state is locked by tester@"), "{said}"),
        }
    }
    assert!(done >= 1, "one of them had the lock");
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 3);
}
