//! Completion scripts, loaded by the shells they are for.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::tool::Tool;

/// What a shell prints for a script, or `None` when there is no such shell here.
fn shell(tool: &Tool, name: &str, options: &[&str], script: &str) -> Option<String> {
    let version = Command::new(name).arg("--version").output();
    if version.is_err() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!ci, "there is no {name} here");
        println!("skipped: there is no {name} here");
        return None;
    }
    let mut command = Command::new("timeout");
    command
        .args(["60", name])
        .args(options)
        .args(["-c", script]);
    // The scripts ask the binary.
    let binary = Path::new(env!("CARGO_BIN_EXE_infra"));
    let directory = binary.parent().expect("it is in a directory").display();
    tool.surround(&mut command)
        .env("PATH", format!("{directory}:/usr/local/bin:/usr/bin:/bin"))
        .current_dir(tool.dir())
        .stdin(Stdio::null());
    let done = command.output().expect("it starts");
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(errors.is_empty(), "{name}: {errors}");
    Some(String::from_utf8(done.stdout).expect("UTF-8"))
}

const PROGRAM: &str = r#"
param size: "small" | "large"
param count: int = 2
component pair(first: int) {
  std.value a { input = first }
  std.value b { input = a.output }
}
pair left { first = count }
std.value alone { input = size }
"#;

/// A program, and the script of the shell beside it.
fn with_script(name: &str) -> Tool {
    let tool = Tool::with(PROGRAM);
    tool.write("infra.infravars", "size = small\n");
    tool.write("release.infravars", "size = large\n");
    let script = tool.run(&["completions", name]).expect(0).out;
    tool.write("script", &script);
    tool
}

#[test]
fn bash_completes_verbs_options_and_values() {
    let tool = with_script("bash");
    let script = r#"
        source ./script
        offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clap_complete_infra infra "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[*]}"; }
        offer infra pl
        offer infra plan --targ
        offer infra state resto
        offer infra graph --format ''
        offer infra plan --target le
        offer infra apply --set ''
        offer infra apply --set size=l
        offer infra plan --env ''
        offer infra types aws.vol
    "#;
    if let Some(offered) = shell(&tool, "bash", &["--norc", "--noprofile"], script) {
        assert_eq!(
            offered,
            "plan\n--target\nrestore\ndot mermaid svg\nleft left/std.value.a left/std.value.b\n\
             size=small size=large count=\nsize=large\nrelease\naws.volume\n"
        );
    }
}

#[test]
fn fish_completes_verbs_options_and_values() {
    let tool = with_script("fish");
    let script = "source script\n\
        complete -C 'infra pl'\n\
        complete -C 'infra plan --targ'\n\
        complete -C 'infra state resto'\n\
        complete -C 'infra plan --target left/'\n\
        complete -C 'infra apply --set cou'\n\
        complete -C 'infra plan --env r'\n";
    if let Some(offered) = shell(&tool, "fish", &["--no-config"], script) {
        let first = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
        let words: Vec<String> = offered.lines().map(first).collect();
        let expected = [
            "plan",
            "--target",
            "restore",
            "left/std.value.a",
            "left/std.value.b",
            "count=",
            "release",
        ];
        assert_eq!(words, expected, "{offered}");
    }
}

/// zsh completes on a terminal only, which its module `zpty` makes.
#[test]
fn zsh_completes_verbs_options_and_values() {
    let tool = with_script("zsh");
    let script = r#"
        zmodload zsh/zpty
        zpty inner zsh -f -i
        zpty -w inner 'PS1=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source ./script; tried() { print -r -- "<$*>" }; print REA""DY'
        while zpty -r inner line; do [[ $line == *READY* ]] && break; done
        zpty -n -w inner $'infra pl\t--targ\tstd.val\t\C-atried \n'
        while zpty -r inner line; do [[ $line == *'<'*'>'* ]] && break; done
        print -r -- "$line"
    "#;
    if let Some(offered) = shell(&tool, "zsh", &["-f"], script) {
        assert!(
            offered.contains("<infra plan --target std.value.alone>"),
            "{offered:?}"
        );
    }
}

/// What the state has is offered where the program has it no longer.
#[test]
fn the_state_is_asked_too() {
    let tool = with_script("bash");
    tool.run(&["apply", "--sim", "--yes"]).expect(0);
    tool.write(
        "main.infra",
        "param size: string\nstd.value other { input = size }\n",
    );
    let script = r#"
        source ./script
        offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clap_complete_infra infra "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[*]}"; }
        offer infra state show --sim std.value.
        offer infra plan --sim --target std.value.
    "#;
    if let Some(offered) = shell(&tool, "bash", &["--norc", "--noprofile"], script) {
        assert_eq!(
            offered,
            "std.value.alone\nstd.value.alone std.value.other\n"
        );
    }
}
