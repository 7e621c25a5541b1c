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
fn the_version_names_the_clouds() {
    let ran = Tool::new().run(&["version", "--json"]).expect(0);
    assert_eq!(ran.json()["version"], env!("CARGO_PKG_VERSION"));
    assert!(ran.json()["clouds"].is_array());
}

#[test]
fn completions_know_the_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = Tool::new().run(&["completions", shell]).expect(0);
        assert!(
            ran.out.contains("destroy") && ran.out.contains("detailed-exitcode"),
            "{shell}"
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
