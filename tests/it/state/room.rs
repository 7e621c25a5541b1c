//! A directory on a file system of its own, which can be made full: in a mount namespace that ends with the test.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::tool::{Ran, Tool};

/// A shell in a mount namespace, standing in a small file system with a copy of the program.
pub struct Room {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    outside: tempfile::TempDir,
}

/// Whether this machine lets a test mount something; says so when it does not.
pub fn may_mount(test: &str) -> bool {
    let tried = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"])
        .stderr(Stdio::null())
        .status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        println!("skipped: {test}: nothing can be mounted here (`unshare -rm mount` fails)");
    }
    may
}

impl Room {
    /// A file system of so many KiB with the files of the tool's directory.
    pub fn of(tool: &Tool, kib: u32) -> Room {
        let outside = tempfile::TempDir::new().expect("a directory");
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh"]).current_dir(outside.path());
        tool.surround(&mut command)
            .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
            .env("INFRA", env!("CARGO_BIN_EXE_infra"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut shell = command.spawn().expect("it starts");
        let mut room = Room {
            input: shell.stdin.take().expect("it is piped"),
            output: BufReader::new(shell.stdout.take().expect("it is piped")),
            shell,
            outside,
        };
        room.must("mkdir room");
        room.must(&format!("mount -t tmpfs -o size={kib}k none room"));
        room.must(&format!("cp '{}'/*.infra room", tool.dir().display()));
        room.must("cd room");
        room
    }

    /// Runs a line of shell; its exit code.
    fn line(&mut self, line: &str) -> i32 {
        writeln!(self.input, "{line} >../out 2>../err; echo $?").expect("the shell listens");
        let mut code = String::new();
        self.output.read_line(&mut code).expect("the shell answers");
        code.trim().parse().expect("a number")
    }

    fn must(&mut self, line: &str) {
        writeln!(self.input, "{line} >&2; echo $?").expect("the shell listens");
        let mut code = String::new();
        self.output.read_line(&mut code).expect("the shell answers");
        assert_eq!(code.trim(), "0", "{line}");
    }

    /// Somebody makes room, or takes it away.
    pub fn resize(&mut self, kib: u32) {
        self.must(&format!("mount -o remount,size={kib}k ."));
    }

    /// Makes the file system read-only, or writable again.
    pub fn set_read_only(&mut self, read_only: bool) {
        let mode = if read_only { "ro" } else { "rw" };
        self.must(&format!("mount -o remount,{mode} ."));
    }

    pub fn infra(&mut self, words: &str) -> Ran {
        let code = self.line(&format!("\"$INFRA\" {words} </dev/null"));
        let read = |name: &str| {
            std::fs::read_to_string(self.outside.path().join(name)).expect("it was written")
        };
        Ran {
            code,
            out: read("out"),
            err: read("err"),
        }
    }

    /// Copies a file out of the namespace; its place.
    pub fn fetch(&mut self, name: &str) -> std::path::PathBuf {
        self.must(&format!("cp {name} ../fetched"));
        self.outside.path().join("fetched")
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // The namespace ends with its shell, and the file system with it.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
