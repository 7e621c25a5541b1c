//! Wrong command lines, and what needs no program.

use crate::tool::Tool;

#[test]
fn exit_code_2_is_kept_for_changes() {
    let tool = Tool::new();
    for wrong in [
        &["nonsense"][..],
        &["plan", "--nonsense"],
        &[],
        &["state"],
        &["sim", "--listen", "here"],
    ] {
        let ran = tool.run(wrong).expect(1);
        assert!(
            !ran.err.is_empty() && ran.out.is_empty(),
            "{wrong:?}: {ran}"
        );
    }
    for right in [
        &["--help"][..],
        &["plan", "--help"],
        &["--version"],
        &["version"],
    ] {
        let ran = tool.run(right).expect(0);
        assert!(
            ran.err.is_empty() && !ran.out.is_empty(),
            "{right:?}: {ran}"
        );
    }
}

#[test]
fn a_place_where_no_cloud_can_be_kept_is_told_from_a_damaged_one() {
    let tool = Tool::new();
    let words = ["sim", "--listen", "127.0.0.1:0", "--state"];
    let sim = |file: &str| tool.run(&[&words[..], &[file]].concat()).expect(1).err;
    let nowhere = sim("nowhere/cloud");
    assert!(nowhere.contains("a folder that exists"), "{nowhere}");
    assert!(!nowhere.contains("delete"), "{nowhere}");
    tool.write("damaged", "no cloud\n");
    let damaged = sim("damaged");
    assert!(damaged.contains("delete the file"), "{damaged}");
}

#[test]
fn a_missing_directory_is_named() {
    let tool = Tool::new();
    let verbs: &[&[&str]] = &[
        &["check"],
        &["plan"],
        &["apply", "--yes"],
        &["destroy", "--yes"],
        &["state", "list"],
    ];
    for verb in verbs {
        let words: Vec<&str> = verb.iter().copied().chain(["nowhere"]).collect();
        let ran = tool.run(&words).expect(1);
        assert!(ran.err.contains("there is no directory `nowhere`"), "{ran}");
    }
    let ran = tool.run(&["plan"]).expect(1);
    assert!(ran.err.contains("it has no `*.infra` file"), "{ran}");
    tool.write("file", "");
    let ran = tool.run(&["check", "file"]).expect(1);
    assert!(ran.err.contains("`file` is not a directory"), "{ran}");
}

#[test]
fn errors_are_documents_under_json() {
    let ran = Tool::new().run(&["plan", "nowhere", "--json"]).expect(1);
    assert_eq!(ran.json()["error"]["kind"], "files");
    assert_eq!(
        ran.json()["error"]["message"],
        "there is no directory `nowhere`"
    );
}

#[test]
fn a_wrong_command_line_is_a_document_too() {
    for wrong in [
        &["validate", "--json"][..],
        &["plan", "--nonsense", "--json"],
        &["--json"],
        &["--json", "state", "mv", "std.value.a"],
    ] {
        let ran = Tool::new().run(wrong).expect(1);
        assert_eq!(ran.json()["error"]["kind"], "usage", "{wrong:?}");
    }
    let ran = Tool::new().run(&["validate"]).expect(1);
    assert_eq!(
        ran.err,
        "error: there is no command `validate`\n  help: it is `infra check`\n"
    );
}

#[test]
fn a_directory_is_given_by_its_name_everywhere() {
    let tool = Tool::new();
    tool.write(
        "acme/main.infra",
        "std.value a { input = 1 }\noutput n = 7\ntest \"seven\" { assert a.output == 1 }\n",
    );
    tool.run(&["apply", "acme", "--yes"]).expect(0);
    for (words, said) in [
        (&["output", "acme"][..], "n = 7"),
        (&["output", "acme", "n"], "7"),
        (&["test", "acme"], "1 test passed"),
        (&["test", "acme", "seven"], "1 test passed"),
        (&["state", "list", "acme"], "std.value.a"),
        (&["state", "show", "acme", "std.value.a"], "std.value.a"),
        (&["state", "history", "acme"], ""),
        (&["plan", "acme"], "Nothing to do"),
        (&["drift", "acme"], ""),
        (&["check", "acme"], "no errors"),
        (&["graph", "acme"], "digraph"),
    ] {
        let ran = tool.run(words).expect(0);
        assert!(ran.out.contains(said), "{words:?}: {ran}");
    }
}

#[test]
fn columns_say_how_wide_text_may_be() {
    let program = format!("std.value a {{ input = \"{}\" }}\n", "word ".repeat(30));
    let plan = |columns: &str| {
        let tool = Tool::with(&program).env("COLUMNS", columns);
        let out = tool.run(&["plan", "--long"]).expect(0).out;
        let widths = out.lines().map(|line| line.chars().count());
        widths.max().unwrap_or(0)
    };
    assert_eq!(plan("60"), 60);
    assert_eq!(plan("90"), 90);
    assert_eq!(plan("nonsense"), 100);
}

#[test]
fn a_directory_in_the_place_of_the_state_is_told() {
    let tool = Tool::with("std.value a { input = 1 }\n");
    std::fs::create_dir(tool.dir().join("infra.state.json")).expect("it is made");
    let ran = tool.run(&["plan"]).expect(1);
    assert!(
        ran.err.contains("a directory stands where infra keeps"),
        "{ran}"
    );
}

#[test]
fn a_target_counts_what_exists_only() {
    let tool = Tool::with("std.value a { input = 1 }\nstd.value b { input = 1 }\n");
    let target = ["plan", "--target", "std.value.a"];
    let ran = tool.run(&target).expect(0);
    assert!(ran.out.contains("Plan: 1 to create.\n"), "{ran}");
    tool.run(&["apply", "--yes"]).expect(0);
    let ran = tool.run(&target).expect(0);
    assert!(ran.out.contains("2 resources stay"), "{ran}");
}

#[test]
fn the_version_names_the_clouds() {
    let ran = Tool::new().run(&["version", "--json"]).expect(0);
    assert_eq!(ran.json()["version"], env!("CARGO_PKG_VERSION"));
    assert!(ran.json()["clouds"].is_array());
}

#[test]
fn completions_ask_the_binary() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = Tool::new().run(&["completions", shell]).expect(0);
        assert!(
            ran.out.contains(&format!("INFRA_COMPLETE=\"{shell}\""))
                || ran.out.contains(&format!("INFRA_COMPLETE={shell}")),
            "{shell}: {ran}"
        );
    }
}

#[test]
fn colours_follow_the_user() {
    let words = ["plan", "nowhere"];
    assert!(
        !Tool::new().run(&words).err.contains('\u{1b}'),
        "no terminal, no colours"
    );
    let forced = || Tool::new().env("CLICOLOR_FORCE", "1");
    assert!(forced().run(&words).err.contains('\u{1b}'));
    assert!(
        !forced()
            .env("NO_COLOR", "1")
            .run(&words)
            .err
            .contains('\u{1b}')
    );
    assert!(
        !forced()
            .run(&["plan", "nowhere", "--no-color"])
            .err
            .contains('\u{1b}')
    );
}

#[test]
fn what_a_user_types_does_not_drive_the_terminal() {
    let ran = Tool::new()
        .run(&["state", "show", "aws.volume.\u{1b}[2Jx"])
        .expect(1);
    assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
}
