//! A real terminal: tmux around the tool, resized and typed into.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::tool::Tool;

/// A tmux server of its own, with one window in which a shell runs.
struct Terminal {
    home: TempDir,
}

impl Terminal {
    /// `None` where there is no tmux.
    fn open(tool: &Tool, columns: u32, rows: u32) -> Option<Terminal> {
        if Command::new("tmux").arg("-V").output().is_err() {
            let ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!ci, "there is no tmux here");
            println!("skipped: there is no tmux here");
            return None;
        }
        let terminal = Terminal {
            home: TempDir::new().expect("a temporary directory"),
        };
        let size = [columns.to_string(), rows.to_string()];
        let mut command = terminal.command();
        command.args(["-f", "/dev/null", "new-session", "-d"]);
        command.args(["-x", &size[0], "-y", &size[1], "env", "-i"]);
        let path = std::env::var("PATH").unwrap_or_default();
        command.args([format!("PATH={path}"), "TERM=screen".to_owned()]);
        command.args(["LC_ALL=C.UTF-8", "PS1=$ ", "sh"]);
        let done = command.current_dir(tool.dir()).output();
        let done = done.expect("tmux starts");
        assert!(done.status.success(), "{done:?}");
        Some(terminal)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(self.home.path().join("socket"));
        command
    }

    fn tell(&self, words: &[&str]) -> String {
        let done = self.command().args(words).output().expect("tmux runs");
        assert!(done.status.success(), "{words:?}: {done:?}");
        String::from_utf8(done.stdout).expect("UTF-8")
    }

    fn type_line(&self, line: &str) {
        self.tell(&["send-keys", "-l", line]);
        self.tell(&["send-keys", "Enter"]);
    }

    fn resize(&self, columns: u32, rows: u32) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tell(&["resize-window", "-x", &columns, "-y", &rows]);
    }

    /// Everything that is and was on the screen, wrapped lines joined.
    fn text(&self) -> String {
        self.tell(&["capture-pane", "-p", "-J", "-S", "-2000"])
    }

    fn wait_for(&self, what: &str, times: usize) -> String {
        let begin = Instant::now();
        loop {
            let text = self.text();
            if text.matches(what).count() >= times {
                return text;
            }
            let waited = begin.elapsed() < Duration::from_secs(120);
            assert!(waited, "`{what}` does not come:\n{text}");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A server that has ended already needs no end.
        let _ = self.command().arg("kill-server").output();
    }
}

fn infra() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_infra"))
}

/// Four chains of volumes, each of which is made after the one before it.
fn program() -> String {
    let mut text = "provider aws { region = \"us-west-2\" }\n".to_owned();
    for chain in 0..4 {
        for link in 0..8 {
            let after = match link {
                0 => String::new(),
                _ => format!("@after(v{chain}_{})\n", link - 1),
            };
            text.push_str(&format!(
                "\n{after}aws.volume v{chain}_{link} {{ zone = \"us-west-2a\", size = 1GiB }}\n"
            ));
        }
    }
    text
}

/// While an apply runs the window becomes narrower, wider and taller. Each step's line is there once in the end,
/// and nothing is left of the moving lines.
#[test]
fn a_window_that_changes_its_size_loses_no_line_and_keeps_no_stale_one() {
    let tool = Tool::with(&program());
    let Some(terminal) = Terminal::open(&tool, 100, 24) else {
        return;
    };
    let binary = infra().display();
    terminal.type_line(&format!(
        "{binary} apply --sim --sim-chaos latency=250ms --yes > out; echo ended-$?"
    ));
    terminal.wait_for("✓", 2);
    for (columns, rows) in [(60, 24), (30, 12), (140, 12), (140, 40), (44, 9), (90, 30)] {
        terminal.resize(columns, rows);
        sleep(Duration::from_millis(400));
    }
    let text = terminal.wait_for("ended-0", 1);
    for chain in 0..4 {
        for link in 0..8 {
            let line = format!("✓ aws.volume.v{chain}_{link}: created");
            assert_eq!(text.matches(&line).count(), 1, "{line}\n{text}");
        }
    }
    let stale = text
        .lines()
        .filter(|line| line.contains("creating") || line.contains(" steps") || line.contains('…'));
    assert_eq!(stale.collect::<Vec<_>>(), Vec::<&str>::new(), "{text}");
}

/// A `yes` that was typed while the plan was being made answers nothing.
#[test]
fn what_is_typed_before_the_question_does_not_answer_it() {
    let tool = Tool::with(&program());
    let Some(terminal) = Terminal::open(&tool, 100, 40) else {
        return;
    };
    let binary = infra().display();
    terminal.type_line(&format!(
        "{binary} apply --sim --sim-chaos latency=250ms; echo ended-$?"
    ));
    terminal.type_line("yes");
    terminal.wait_for("Type yes to do this:", 1);
    sleep(Duration::from_millis(500));
    assert!(!terminal.text().contains("created"));
    terminal.type_line("no");
    let text = terminal.wait_for("ended-1", 1);
    assert!(text.contains("the answer was not yes"), "{text}");
}

/// Lines of the console are edited, completed and remembered.
#[test]
fn the_console_completes_and_remembers() {
    let tool = Tool::with("let network_size = 2 * 8GiB\nlet nested = { inner_one = 41 }\n");
    let Some(terminal) = Terminal::open(&tool, 80, 24) else {
        return;
    };
    let start = format!("{} console", infra().display());
    terminal.type_line(&start);
    terminal.wait_for("Type an expression", 1);
    terminal.tell(&["send-keys", "-l", "netw"]);
    terminal.tell(&["send-keys", "Tab", "Enter"]);
    terminal.wait_for("16GiB", 1);
    terminal.tell(&["send-keys", "-l", "nested.in"]);
    terminal.tell(&["send-keys", "Tab"]);
    terminal.type_line(" + 1");
    terminal.wait_for("42", 1);
    // An open bracket goes on in the next line.
    terminal.type_line("[1,");
    terminal.type_line("2]");
    terminal.wait_for("[1, 2]", 1);
    terminal.type_line(":quit");
    terminal.wait_for("$ ", 2);
    terminal.type_line(&start);
    terminal.wait_for("Type an expression", 2);
    // `:quit`, the two lines of the list, and what stood before it.
    terminal.tell(&["send-keys", "Up", "Up", "Up", "Up", "Enter"]);
    terminal.wait_for("42", 2);
    assert!(
        tool.read(".infra/console.history")
            .contains("nested.inner_one + 1")
    );
}
