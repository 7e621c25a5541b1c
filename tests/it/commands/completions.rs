//! Completion scripts, loaded by the shells they are for.

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
    tool.surround(&mut command)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir(tool.dir())
        .stdin(Stdio::null());
    let done = command.output().expect("it starts");
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(errors.is_empty(), "{name}: {errors}");
    Some(String::from_utf8(done.stdout).expect("UTF-8"))
}

fn with_script(name: &str) -> Tool {
    let tool = Tool::new();
    let script = tool.run(&["completions", name]).expect(0).out;
    tool.write("script", &script);
    tool
}

#[test]
fn bash_completes_verbs_and_options() {
    let tool = with_script("bash");
    let script = r#"
        source ./script
        offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _infra infra "${@: -1}" "${@: -2:1}"; echo "${COMPREPLY[*]}"; }
        offer infra pl
        offer infra plan --targ
        offer infra state resto
        offer infra graph --format ''
    "#;
    if let Some(offered) = shell(&tool, "bash", &["--norc", "--noprofile"], script) {
        assert_eq!(offered, "plan\n--target\nrestore\ndot mermaid svg\n");
    }
}

#[test]
fn fish_completes_verbs_and_options() {
    let tool = with_script("fish");
    let script = "source script\n\
        complete -C 'infra pl'\n\
        complete -C 'infra plan --targ'\n\
        complete -C 'infra state resto'\n";
    if let Some(offered) = shell(&tool, "fish", &["--no-config"], script) {
        let first = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
        let words: Vec<String> = offered.lines().map(first).collect();
        assert_eq!(words, ["plan", "--target", "restore"], "{offered}");
    }
}

/// zsh completes on a terminal only, which its module `zpty` makes.
#[test]
fn zsh_completes_verbs_and_options() {
    let tool = with_script("zsh");
    let script = r#"
        zmodload zsh/zpty
        zpty inner zsh -f -i
        zpty -w inner 'PS1=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source ./script; compdef _infra infra; infra() { print -r -- "<$*>" }; print REA""DY'
        while zpty -r inner line; do [[ $line == *READY* ]] && break; done
        zpty -n -w inner $'infra pl\t--targ\t\n'
        while zpty -r inner line; do [[ $line == *'<'*'>'* ]] && break; done
        print -r -- "$line"
    "#;
    if let Some(offered) = shell(&tool, "zsh", &["-f"], script) {
        assert!(offered.contains("<plan --target>"), "{offered:?}");
    }
}
