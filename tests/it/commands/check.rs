//! `check` and `fmt`.

use crate::tool::Tool;

const WRONG: &str = "param size: int\n\nstd.value one { inptu = size }\nstd.value two { input = 8GiB + 30s }\nstd.value two { input = nothing }\n";

#[test]
fn all_errors_come_in_one_run() {
    insta::assert_snapshot!(Tool::with(WRONG).run(&["check"]).expect(1));
}

#[test]
fn the_json_of_check_is_stable() {
    let ran = Tool::with(WRONG).run(&["check", "--json"]).expect(1);
    insta::assert_snapshot!(serde_json::to_string_pretty(&ran.json()).expect("JSON"));
}

#[test]
fn a_check_needs_no_parameters_and_finds_more_with_them() {
    let tool = Tool::with(
        "param n: int where it > 0, \"n counts something\"\nstd.value a { input = n }\n",
    );
    assert_eq!(tool.run(&["check"]).expect(0).out, "no errors in 1 file\n");
    assert_eq!(
        tool.run(&["check", "--set", "n=1"]).expect(0).out,
        "no errors in 1 file\n"
    );
    let ran = tool.run(&["check", "--set", "n=0"]).expect(1);
    assert!(ran.out.contains("n counts something"), "{ran}");
    let ran = tool.run(&["check", "--set", "m=1"]).expect(1);
    assert!(ran.out.contains("unknown-param"), "{ran}");
    let ran = tool.run(&["check", "--set", "n"]).expect(1);
    assert!(ran.err.contains("write `--set name=value`"), "{ran}");
    let ran = tool.run(&["check", "--env", "dev"]).expect(1);
    assert!(ran.err.contains("there is no environment `dev`"), "{ran}");
}

#[test]
fn control_characters_of_a_program_stay_in_it() {
    let tool = Tool::with("let a = \"\u{1b}[2J\u{9b}31m\u{202e}\" + 1\r\nstd.value \u{1b}[0m {\n");
    for words in [
        &["check"][..],
        &["plan"],
        &["fmt", "--check"],
        &["check", "--json"],
    ] {
        let ran = tool.run(words).expect(1);
        for text in [&ran.out, &ran.err] {
            assert!(
                !text.contains(['\u{1b}', '\u{9b}', '\u{202e}']) || words.contains(&"--json"),
                "{words:?}: {text:?}"
            );
        }
    }
}

#[test]
fn links_do_not_lead_out_of_the_project() {
    let tool = Tool::with("std.value a { input = file(\"./secret.txt\") }\n");
    std::os::unix::fs::symlink("/etc/passwd", tool.dir().join("secret.txt")).expect("a link");
    let ran = tool.run(&["check"]).expect(1);
    assert!(
        ran.err
            .contains("is a symbolic link to a place outside the project"),
        "{ran}"
    );
    assert!(
        !ran.out.contains("root:") && !ran.err.contains("root:"),
        "{ran}"
    );
}

#[test]
fn a_program_is_never_taken_without_one_of_its_files() {
    let tool = Tool::with("std.value a { input = 1 }\n");
    tool.write("more.infra", "std.value b { input = 2 }\n");
    tool.run(&["apply", "--yes"]).expect(0);
    let more = tool.dir().join("more.infra");
    let refused = |why: &str| {
        for words in [&["check"][..], &["plan"], &["apply", "--yes"]] {
            let ran = tool.run(words).expect(1);
            assert!(ran.err.contains(why), "{words:?}: {ran}");
        }
    };
    std::fs::write(&more, b"std.value b { input = \"\xff\" }").expect("it can be written");
    refused("`more.infra` is not UTF-8 text");
    std::fs::remove_file(&more).expect("it is there");
    std::fs::create_dir(&more).expect("a directory");
    refused("`more.infra` is not a regular file");
    std::fs::remove_dir(&more).expect("it is there");
    std::os::unix::fs::symlink("nowhere.infra", &more).expect("a link");
    refused("`more.infra` is a broken symbolic link");
    std::fs::remove_file(&more).expect("it is there");
    tool.write("more.infra", "std.value b { input = 2 }\n");
    std::fs::write(tool.dir().join("infra.infravars"), b"\xff").expect("it can be written");
    refused("`infra.infravars` is not UTF-8 text");
}

#[test]
fn fmt_writes_the_one_layout_and_is_content_with_it() {
    let tool = Tool::with("// first\nstd.value   a{input=1}\n\n\n\n\nlet  b=2 // why\n");
    insta::assert_snapshot!(tool.run(&["fmt", "--check"]).expect(1));
    let before = tool.read("main.infra");
    assert!(before.contains("std.value   a"), "a check changes nothing");
    assert_eq!(tool.run(&["fmt"]).expect(0).out, "main.infra\n");
    assert_eq!(
        tool.read("main.infra"),
        "// first\nstd.value a { input = 1 }\n\nlet b = 2 // why\n"
    );
    assert_eq!(tool.run(&["fmt"]).expect(0).out, "");
    tool.run(&["fmt", "--check"]).expect(0);
    let piped = tool.run_with_input(&["fmt", "-"], "let  a=1\n").expect(0);
    assert_eq!(piped.out, "let a = 1\n");
}

#[test]
fn fmt_leaves_alone_what_it_cannot_read() {
    let tool = Tool::with("let a = = 1\n");
    tool.write("good.infra", "let   b = 1\n");
    let ran = tool.run(&["fmt"]).expect(1);
    assert!(
        ran.err.contains("a value was expected") && ran.err.contains("is left as it is"),
        "{ran}"
    );
    assert_eq!(tool.read("main.infra"), "let a = = 1\n");
    assert_eq!(
        tool.read("good.infra"),
        "let b = 1\n",
        "others are not held up by it"
    );
    tool.run_with_input(&["fmt", "-"], "let a = = 1\n")
        .expect(1);
}

#[test]
fn annotations_name_files_as_the_repository_does() {
    let tool = Tool::new();
    tool.write("prod/main.infra", "let x = yy\n");
    let ran = tool.run(&["check", "prod", "--format", "github"]).expect(1);
    let head =
        "::error file=prod/main.infra,line=1,endLine=1,col=9,endColumn=11,title=unknown-name::";
    assert!(ran.out.starts_with(head), "{ran}");
    assert_eq!(ran.out.lines().count(), 1, "{ran}");
}
