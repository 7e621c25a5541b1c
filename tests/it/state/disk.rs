//! A disk that is really full and a folder that is really read-only, in the middle of an apply.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::room::{Room, may_mount};
use crate::cloud::Cloud;
use crate::commands::signals::wait_for;
use crate::tool::Tool;

/// More than any of these runs needs.
const PLENTY_KIB: u32 = 8192;

/// Applies in a file system of so many KiB, then again when there is room; whether the first run failed.
fn apply_in(room: &mut Room, kib: u32, options: &str) -> bool {
    let first = room.infra(&format!("apply --yes {options}"));
    let failed = first.code != 0;
    if failed {
        assert_eq!(first.code, 1, "{kib} KiB: {first}");
        assert!(first.err.contains("error:"), "{kib} KiB: {first}");
        assert!(!first.err.contains("bug"), "{kib} KiB: {first}");
    }
    room.resize(PLENTY_KIB);
    room.infra(&format!("apply --yes {options}")).expect(0);
    room.infra(&format!("plan --detailed-exitcode {options}"))
        .expect(0);
    failed
}

#[test]
fn a_disk_that_gets_full_in_an_apply_of_values_loses_nothing() {
    if !may_mount("a full disk") {
        return;
    }
    let program: String = (0..40)
        .map(|n| format!("std.value v{n} {{ input = {n} }}\n"))
        .collect();
    let tool = Tool::with(&program);
    let mut failed = Vec::new();
    for kib in [8, 12, 16, 20, 28, 36, 44, 52, 64, 80] {
        let mut room = Room::of(&tool, kib);
        if apply_in(&mut room, kib, "") {
            failed.push(kib);
        }
        let state = room.infra("state list --json").expect(0).json();
        assert_eq!(state.as_array().map(Vec::len), Some(40), "{kib} KiB");
    }
    println!("{} sizes of a full disk, values", failed.len());
    assert!(failed.len() >= 5, "full at {failed:?} KiB only");
}

/// Volumes in a row, so that there is a middle.
fn volumes(number: usize) -> String {
    let mut text = "provider aws { region = \"us-west-2\" }\n".to_owned();
    for n in 0..number {
        let tags = match n {
            0 => String::new(),
            _ => format!(", tags = {{ beside = \"after ${{v{}.id}}\" }}", n - 1),
        };
        text.push_str(&format!(
            "aws.volume v{n} {{ zone = \"us-west-2a\", size = 1GiB{tags} }}\n"
        ));
    }
    text
}

#[test]
fn a_disk_that_gets_full_in_an_apply_to_a_cloud_doubles_nothing() {
    if !may_mount("a full disk with a cloud") {
        return;
    }
    let mut failed = Vec::new();
    for kib in [12, 16, 20, 24] {
        let mut tool = Tool::with(&volumes(8));
        let outside = tempfile::TempDir::new().expect("a directory");
        let cloud = Cloud::start(outside.path().join("cloud"), "", None);
        cloud.serve(&mut tool);
        let mut room = Room::of(&tool, kib);
        if apply_in(&mut room, kib, "") {
            failed.push(kib);
        }
        assert_eq!(cloud.handle().entities("volume").len(), 8, "{kib} KiB");
    }
    println!("{} sizes of a full disk, a cloud", failed.len());
    assert!(failed.len() >= 2, "full at {failed:?} KiB only");
}

#[test]
fn a_disk_that_gets_full_under_the_simulated_cloud_loses_nothing() {
    if !may_mount("a full disk with --sim") {
        return;
    }
    let tool = Tool::with(&volumes(2));
    let mut failed = Vec::new();
    // In between, the simulated cloud itself has no room and answers with errors, for as long as one retries those.
    for kib in [20, 28] {
        let mut room = Room::of(&tool, kib);
        if apply_in(&mut room, kib, "--sim") {
            failed.push(kib);
        }
        let cloud = Cloud::start(room.fetch(".infra/sim.cloud"), "", None);
        assert_eq!(cloud.handle().entities("volume").len(), 2, "{kib} KiB");
    }
    println!(
        "{} sizes of a full disk, the simulated cloud on it",
        failed.len()
    );
    assert_eq!(failed, [20, 28]);
}

#[test]
fn a_read_only_file_system_is_named_and_can_be_read() {
    if !may_mount("a read-only file system") {
        return;
    }
    let tool = Tool::with("std.value a { input = 1 }\n");
    let mut room = Room::of(&tool, PLENTY_KIB);
    room.infra("apply --yes").expect(0);
    room.set_read_only(true);
    let refused = room.infra("apply --yes").expect(1);
    assert!(refused.err.contains("Read-only file system"), "{refused}");
    assert!(refused.err.contains("nothing is lost"), "{refused}");
    room.infra("plan --detailed-exitcode").expect(0);
    room.infra("state list").expect(0);
    room.set_read_only(false);
    room.infra("apply --yes").expect(0);
}

#[test]
fn a_folder_that_becomes_read_only_in_an_apply_loses_nothing() {
    let mut tool = Tool::with(&volumes(4));
    let outside = tempfile::TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "latency=50ms", None);
    cloud.serve(&mut tool);
    let run = tool.start_without_privileges(&["apply", "--yes"]);
    wait_for(&cloud, 4);
    let allow = |mode| {
        fs::set_permissions(tool.dir(), Permissions::from_mode(mode)).expect("it is ours");
    };
    allow(0o555);
    let done = run.wait_with_output().expect("it ends");
    let said = String::from_utf8(done.stderr).expect("UTF-8");
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("Permission denied"), "{said}");
    assert!(said.contains("run the command again"), "{said}");
    let made = cloud.handle().entities("volume").len();
    assert!(made > 0, "it was in the middle");
    allow(0o755);
    tool.run(&["apply", "--yes"]).expect(0);
    tool.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(cloud.handle().entities("volume").len(), 4);
}
