//! What the READMEs show is what the tool prints.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::tool::{ROOT, Ran, Tool, scrub};

const PAGES: [&str; 2] = ["README.md", "README.zh-CN.md"];

/// The blocks of a page that are in this notation.
fn blocks(page: &str, notation: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{ROOT}/{page}"));
    let text = text.unwrap_or_else(|error| panic!("{page}: {error}"));
    let start = format!("```{notation}\n");
    let blocks = text.split(&start).skip(1);
    blocks
        .filter_map(|rest| rest.split("```").next())
        .map(str::to_owned)
        .collect()
}

/// A line without what differs from run to run.
fn steady(line: &str) -> String {
    let words = scrub(line);
    let word = |word: &str| match word.parse::<Ipv4Addr>() {
        Ok(_) => "IP".to_owned(),
        Err(_) => word.to_owned(),
    };
    let words: Vec<String> = words.split(' ').map(word).collect();
    words.join(" ")
}

/// Each line of the block, but for what is left out, must be a line of the run.
fn compare(block: &str, ran: &Ran) {
    let printed = format!("{}{}", ran.out, ran.err);
    let printed: BTreeSet<String> = printed.lines().map(steady).collect();
    for line in block.lines().filter(|line| line.trim() != "…") {
        assert!(
            printed.contains(&steady(line)),
            "not printed: {line}\n{ran}"
        );
    }
}

#[test]
fn both_languages_show_the_same() {
    for notation in ["sh", "text"] {
        assert_eq!(
            blocks(PAGES[0], notation),
            blocks(PAGES[1], notation),
            "{notation}"
        );
    }
}

#[test]
fn the_first_command_prints_what_is_shown() {
    let tool = Tool::new();
    for entry in std::fs::read_dir(format!("{ROOT}/examples/51desk")).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_file() {
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("it is text");
            tool.write(&format!("examples/51desk/{name}"), &text);
        }
    }
    let command = blocks(PAGES[0], "sh").remove(0);
    let words: Vec<&str> = command.trim().split(' ').skip(3).collect();
    let ran = tool.run(&words).expect(0);
    compare(&blocks(PAGES[0], "text")[0], &ran);
}

#[test]
fn a_wrong_program_gets_the_errors_that_are_shown() {
    let block = blocks(PAGES[0], "text").remove(1);
    // The lines of the program stand in the errors, with their numbers.
    let mut lines: Vec<(u32, &str)> = block
        .lines()
        .filter_map(|line| line.split_once(" │ "))
        .filter_map(|(number, text)| Some((number.trim().parse().ok()?, text)))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let program: String = lines.iter().map(|(_, text)| format!("{text}\n")).collect();
    let tool = Tool::new();
    tool.write("network.infra", &program);
    compare(&block, &tool.run(&["check"]).expect(1));
}
