//! `infra console`, read from a pipe.

use crate::tool::Tool;

const PROGRAM: &str = r#"
param base: size = 8GiB
let swap = 2 * base
param password: secret string = "hunter2"
std.value greeting { input = "hello" }
"#;

#[test]
fn each_line_is_answered() {
    let input = "swap\n:type swap\n[1,\n  2]\ngreeting.output\npassword\n";
    let ran = Tool::with(PROGRAM)
        .run_with_input(&["console", "--set", "base=1GiB"], input)
        .expect(0);
    assert_eq!(
        ran.out,
        "2GiB\nsize\n[1, 2]\n(known after apply)\n(secret)\n"
    );
    assert_eq!(ran.err, "");
}

#[test]
fn what_is_wrong_is_shown_at_its_place_and_the_rest_goes_on() {
    let ran = Tool::with(PROGRAM)
        .run_with_input(&["console"], "swapp\n[1,\n\n:nonsense\nbase + 1s\nbase\n")
        .expect(1);
    assert_eq!(ran.out, "8GiB\n");
    for words in [
        "did you mean `swap`?",
        "is never closed",
        "there is no command `:nonsense`",
        "wrong-operands",
    ] {
        assert!(ran.err.contains(words), "{words}: {ran}");
    }
}

#[test]
fn words_of_other_consoles_are_understood() {
    let ran = Tool::with("let help = 3\n")
        .run_with_input(&["console"], "let a = 1\n:type\nhelp\n?\nexit\n1\n")
        .expect(1);
    assert!(
        ran.out.starts_with("3\nAn expression prints its value."),
        "{ran}"
    );
    assert!(!ran.out.ends_with("1\n"), "{ran}");
    for words in ["add the `let` to the program", "`:type` shows the type"] {
        assert!(ran.err.contains(words), "{words}: {ran}");
    }
}

#[test]
fn it_knows_what_the_state_knows() {
    let tool = Tool::with(PROGRAM);
    tool.run(&["apply", "--yes"]).expect(0);
    let ran = tool
        .run_with_input(&["console"], ":help\ngreeting.output\n:quit\nnonsense\n")
        .expect(0);
    assert!(
        ran.out.contains(":type  print the type of an expression"),
        "{ran}"
    );
    assert!(ran.out.ends_with("\"hello\"\n"), "{ran}");
}

#[test]
fn answers_are_documents_under_json() {
    let ran = Tool::with(PROGRAM)
        .run_with_input(&["console", "--json"], "swap\npassword\nswapp\n")
        .expect(1);
    let lines: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a document"))
        .collect();
    assert_eq!(lines[0]["value"], "16GiB");
    assert_eq!(lines[1]["value"], "(secret)");
    assert_eq!(lines[2]["diagnostics"][0]["code"], "unknown-name");
}
