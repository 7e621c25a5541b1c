//! Runs the readable cases of `tests/suite/*.md`.
//!
//! A case begins at a `##` heading and has blocks:
//!
//! * ```` ```infra ```` (or ```` ```infra net/main.infra ````): a file of the program, `main.infra` without a name;
//! * ```` ```file motd.txt ````: another file of the project;
//! * ```` ```inputs ````: lines `name=text`, as `--set` has them; lines `NAME=text` after `environment:`, and
//!   assignments of a `.infravars` file after `file:`;
//! * ```` ```known ````: lines `ADDRESS JSON`, what is known of the cloud;
//! * ```` ```diagnostics ````: what is expected to be said, and nothing else;
//! * ```` ```desired ````: what the program is expected to ask for.
//!
//! With `UPDATE_SUITE=1` the expectations are rewritten to what comes out; the change is then to be read.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the suite and the examples from the disk"
)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::texts;
use infra_lang::Texts;
use infra_lang::{Diagnostic, Inputs, ParamInfo, Severity, Sources, codes, load};
use infra_model::{Address, Record};

/// A fenced block: its info line, its text, and its lines in the file.
struct Block {
    info: String,
    text: String,
    /// The first line of the text, and the line of the closing fence, from 0.
    lines: (usize, usize),
}

/// The codes of what takes a cloud to be found out; `tests/it` tries their pages with the tool.
const BY_COMMANDS: [&str; 3] = [
    codes::LOOKUP_FAILED,
    codes::REFUSED_VALUE,
    codes::TEST_FAILED,
];

struct Case {
    name: String,
    blocks: Vec<Block>,
}

fn suite_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/suite")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(suite_dir())
        .expect("the suite's folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect();
    files.sort();
    files
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<(String, usize, Vec<&str>)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some((info, start, lines)) if line.trim_end() == "```" => {
                let mut text = lines.join("\n");
                if !text.is_empty() {
                    text.push('\n');
                }
                let block = Block {
                    info: info.clone(),
                    text,
                    lines: (*start, number),
                };
                cases
                    .last_mut()
                    .expect("a block belongs to a case")
                    .blocks
                    .push(block);
                open = None;
            }
            Some((_, _, lines)) => lines.push(line),
            None => {
                if let Some(name) = line.strip_prefix("## ") {
                    cases.push(Case {
                        name: name.to_owned(),
                        blocks: Vec::new(),
                    });
                } else if let Some(info) = line.strip_prefix("```") {
                    open = Some((info.trim().to_owned(), number + 1, Vec::new()));
                }
            }
        }
    }
    assert!(open.is_none(), "a block has no end");
    cases
}

fn world(case: &Case) -> Texts {
    let mut world = texts(&[]);
    for block in &case.blocks {
        let (kind, path) = block
            .info
            .split_once(' ')
            .unwrap_or((&block.info, "main.infra"));
        if matches!(kind, "infra" | "file") {
            world.files.insert(path.to_owned(), block.text.clone());
        }
    }
    world
}

fn inputs(
    case: &Case,
    params: &[ParamInfo],
    sources: &mut Sources,
    out: &mut Vec<Diagnostic>,
) -> Inputs {
    let mut inputs = Inputs::new();
    for block in case.blocks.iter().filter(|block| block.info == "inputs") {
        let mut section = "set";
        let (mut file, mut environment) = (String::new(), Vec::new());
        let mut sets = Vec::new();
        for line in block.text.lines() {
            match (line, section) {
                ("environment:", _) => section = "environment",
                ("file:", _) => section = "file",
                (line, "file") => file.push_str(&format!("{line}\n")),
                (line, section) => {
                    let (name, text) = line.split_once('=').expect("a line is name=text");
                    let pair = (name.to_owned(), text.to_owned());
                    if section == "set" {
                        sets.push(pair)
                    } else {
                        environment.push(pair)
                    }
                }
            }
        }
        if !file.is_empty() {
            out.extend(inputs.file(sources, params, "test.infravars", &file));
        }
        inputs.environment(environment);
        for (name, text) in sets {
            inputs.set(&name, &text);
        }
    }
    inputs.locate(sources, params);
    inputs
}

fn known(case: &Case) -> BTreeMap<Address, Record> {
    let mut known = BTreeMap::new();
    for block in case.blocks.iter().filter(|block| block.info == "known") {
        for line in block.text.lines() {
            let (address, json) = line.split_once(" {").expect("a line is ADDRESS JSON");
            let json = serde_json::from_str(&format!("{{{json}")).expect("JSON");
            let record = infra_model::json::record_from_state(&json).expect("a record");
            known.insert(address.parse().expect("an address"), record);
        }
    }
    known
}

fn show_diagnostics(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let place = |span: infra_model::Span| match sources.get(span.file) {
        Some(file) => {
            let (start, end) = (file.position(span.start), file.position(span.end));
            let name = if file.path == "main.infra" {
                String::new()
            } else {
                format!("{}:", file.path)
            };
            format!(
                "{name}{}:{}-{}:{}",
                start.line, start.column, end.line, end.column
            )
        }
        None => "nowhere".to_owned(),
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "",
            Severity::Warning => "warning ",
            Severity::Advice => "advice ",
        };
        let _ = writeln!(
            out,
            "{severity}{} {} {:?}",
            diagnostic.code,
            place(diagnostic.span),
            diagnostic.message
        );
        for label in &diagnostic.related {
            let _ = writeln!(out, "  related {} {:?}", place(label.span), label.message);
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

fn show_item(out: &mut String, head: &str, fields: &Record) {
    let _ = writeln!(out, "{head}");
    for (name, value) in fields {
        let _ = writeln!(out, "  {name} = {value}");
    }
}

fn show_instance(out: &mut String, instance: &infra_model::Instance) {
    let mut head = instance.address.to_string();
    if instance.provider != instance.address.provider() {
        let _ = write!(head, " by {}", instance.provider);
    }
    show_item(out, &head, &instance.fields);
    if instance.lifecycle != infra_model::Lifecycle::default() {
        let _ = writeln!(out, "  {:?}", instance.lifecycle);
    }
    for (field, needs) in &instance.depends {
        let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
        let field = if field.is_empty() { "after" } else { field };
        let _ = writeln!(out, "  {field} needs {}", needs.join(", "));
    }
}

/// What a program asks for.
fn show_desired(evaluation: &infra_lang::Evaluation) -> String {
    let desired = &evaluation.desired;
    let mut out = String::new();
    for provider in &desired.providers {
        show_item(
            &mut out,
            &format!("provider {}", provider.key()),
            &provider.fields,
        );
    }
    for lookup in &desired.lookups {
        show_item(
            &mut out,
            &format!("lookup {}", lookup.address),
            &lookup.fields,
        );
    }
    for instance in &desired.instances {
        show_instance(&mut out, instance);
    }
    for output in &desired.outputs {
        let _ = writeln!(out, "output {} = {}", output.name, output.value);
    }
    for assert in &desired.asserts {
        let holds = match assert.holds {
            Some(true) => "holds",
            Some(false) => "fails",
            None => "waits",
        };
        let _ = writeln!(out, "assert {holds}: {}", assert.message);
    }
    for it in &desired.moves {
        let _ = writeln!(out, "move {} -> {}", it.from, it.to);
    }
    for it in &desired.imports {
        let _ = writeln!(out, "import {} = {:?}", it.address, it.id);
    }
    for it in &desired.forgets {
        let _ = writeln!(out, "forget {}", it.address);
    }
    if evaluation.is_waiting() {
        let _ = writeln!(out, "waits for lookups");
    }
    out
}

/// What comes out of a case: its diagnostics, and what it asks for when it is sound.
fn run(case: &Case) -> (String, String) {
    let world = world(case);
    let loaded = load(&world);
    let mut diagnostics = loaded.diagnostics.clone();
    let (program, mut sources) = match loaded.sound() {
        Ok(sound) => sound,
        Err(loaded) => {
            return (
                show_diagnostics(&loaded.sources, &diagnostics),
                String::new(),
            );
        }
    };
    let inputs = inputs(case, &program.params(), &mut sources, &mut diagnostics);
    let wants_desired = case.blocks.iter().any(|block| block.info == "desired");
    let has_inputs = case.blocks.iter().any(|block| block.info == "inputs");
    let mut desired = String::new();
    if wants_desired || has_inputs {
        match Arc::new(program).evaluate(&world, &inputs, &known(case)) {
            Ok(evaluation) => desired = show_desired(&evaluation),
            Err(found) => diagnostics.extend(found),
        }
    }
    (show_diagnostics(&sources, &diagnostics), desired)
}

#[test]
fn every_case_says_what_it_should_and_nothing_else() {
    let update = std::env::var_os("UPDATE_SUITE").is_some();
    let mut count = 0;
    let mut failures = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("a text");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the end, so that the numbers of earlier lines stay.
        for case in cases(&text).iter().rev() {
            count += 1;
            let (diagnostics, desired) = run(case);
            let expected = |info: &str| case.blocks.iter().find(|block| block.info == info);
            assert!(
                expected("diagnostics").is_some() || expected("desired").is_some(),
                "`{}` expects nothing",
                case.name
            );
            for (info, found) in [("desired", &desired), ("diagnostics", &diagnostics)] {
                let block = expected(info);
                if block.map_or("", |block| &block.text) == found.as_str() {
                    continue;
                }
                match block.filter(|_| update) {
                    Some(block) => {
                        let new = found.lines().map(str::to_owned);
                        lines.splice(block.lines.0..block.lines.1, new);
                    }
                    None => failures.push(format!(
                        "{}: {}\n--- {info} expected\n{}--- found\n{found}",
                        path.file_name().unwrap_or_default().to_string_lossy(),
                        case.name,
                        block.map_or("", |block| &block.text),
                    )),
                }
            }
        }
        if update {
            std::fs::write(&path, lines.join("\n") + "\n").expect("the file can be written");
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= 80, "only {count} cases");
}

#[test]
fn every_code_has_a_case_and_a_page() {
    let all: String = files()
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a text"))
        .collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    for (code, _) in codes::ALL {
        let page = std::fs::read_to_string(docs.join(format!("{code}.md"))).unwrap_or_default();
        let title = format!("# {code}\n");
        assert!(page.starts_with(&title), "docs/errors/{code}.md is missing");
        // What takes a program too large to be read here is tested where the program can be made.
        let too_large = matches!(*code, codes::FILE_TOO_LARGE | codes::TOO_DEEP);
        if too_large || BY_COMMANDS.contains(code) {
            continue;
        }
        let expected = |line: &str| line.split(' ').find(|word| *word != "warning") == Some(code);
        assert!(
            all.lines().any(expected),
            "no case of the suite expects `{code}`"
        );
    }
}

#[test]
fn every_page_has_a_code() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    let is_code = |name: &str| codes::ALL.iter().any(|(code, _)| *code == name);
    let pages = std::fs::read_dir(docs).expect("the pages");
    let strays: Vec<String> = pages
        .map(|page| {
            page.expect("a page")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !name.strip_suffix(".md").is_some_and(is_code))
        .collect();
    assert!(strays.is_empty(), "pages without a code: {strays:?}");
}

/// The two blocks of a page, wrong and right, when they are programs: the right one then is marked as `infra`.
fn examples(page: &str) -> Option<(String, String)> {
    let (before, right) = page.split_once("```infra\n")?;
    let wrong = before.split_once("```text\n")?.1;
    let text = |block: &str| Some(block.split_once("\n```")?.0.to_owned() + "\n");
    Some((text(wrong)?, text(right)?))
}

#[test]
fn the_pages_show_what_is_wrong_and_what_is_right() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    let mut count = 0;
    let mut failures = Vec::new();
    for (code, _) in codes::ALL {
        let page = std::fs::read_to_string(docs.join(format!("{code}.md"))).unwrap_or_default();
        let Some((wrong, right)) = examples(&page) else {
            continue;
        };
        if BY_COMMANDS.contains(code) {
            continue;
        }
        count += 1;
        for (text, expected) in [(wrong, true), (right, false)] {
            let loaded = load(&texts(&[("main.infra", &text)]));
            let said = loaded.diagnostics.iter().any(|it| it.code == *code);
            if said != expected || (!expected && !loaded.diagnostics.is_empty()) {
                let shown = show_diagnostics(&loaded.sources, &loaded.diagnostics);
                failures.push(format!("{code}, expected: {expected}\n{text}{shown}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 70, "only {count} pages have programs");
}
