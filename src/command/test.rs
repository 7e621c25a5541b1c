//! `infra test`

use std::path::Path;

use futures::StreamExt;
use infra_lang::TestInfo;
use serde_json::json;

use crate::args::Test;
use crate::error::{CommandError, Exit, Outcome};
use crate::program::Program;
use crate::runtime;
use crate::show::progress::elapsed;
use crate::show::style::Style;
use crate::show::{Console, diagnostics, diagnostics_json, junit, text};
use crate::trial::{Laboratory, Trial};
use crate::world::{Environment, Project, names_directory, write_named_file};

/// How many tests run at once. Each has a simulated cloud of its own and mostly waits for it.
const AT_ONCE: usize = 4;

/// Runs the program's tests, in parallel; the lines come in the order of the text.
pub fn run(args: &Test, console: &Console, env: &Environment) -> Outcome {
    let (dir, names) = directory_and_names(&args.words);
    let project = Project::open_program(Path::new(dir))?;
    let program = Program::open(&project, &args.inputs, env, console)?;
    let wanted = choose(program.tests(), names)?;
    let laboratory = Laboratory {
        project: &project,
        program: &program,
        env,
        secrets: console.secrets.clone(),
    };
    let trials: Vec<Trial> = runtime::new()?.block_on(async {
        let running = wanted
            .iter()
            .map(|(number, test)| laboratory.run(*number, test));
        let mut done = futures::stream::iter(running).buffered(AT_ONCE);
        let mut trials = Vec::new();
        while let Some(trial) = done.next().await {
            if !console.json {
                console.print(&line(&trial, console));
                console.print(&diagnostics::render(
                    &trial.failures,
                    program.sources(),
                    console.out,
                    console.width,
                ));
            }
            trials.push(trial);
        }
        trials
    });
    if let Some(path) = &args.junit {
        let page = junit::render(&program_name(&project), &trials, program.sources());
        write_named_file(path, &page)?;
    }
    let failed = trials.iter().filter(|it| !it.failures.is_empty()).count();
    if console.json {
        console.print_json(&document(&trials, &program));
    } else if trials.is_empty() {
        console.note("The program has no tests. Write one: test \"what must hold\" { assert … }\n");
    } else {
        let passed = text::count(trials.len() - failed, "test");
        console.print(&format!("{passed} passed, {failed} failed\n"));
    }
    Ok(match failed {
        0 => Exit::Done,
        _ => Exit::Failed,
    })
}

/// The first word may be the directory.
fn directory_and_names(words: &[String]) -> (&str, &[String]) {
    match words.split_first() {
        Some((first, rest)) if names_directory(first) => (first, rest),
        _ => (".", words),
    }
}

/// The tests whose names have one of the words in them, with their numbers.
fn choose(all: Vec<TestInfo>, names: &[String]) -> Result<Vec<(usize, TestInfo)>, CommandError> {
    for name in names {
        if !all.iter().any(|test| test.name.contains(name.as_str())) {
            let listed: Vec<String> = all.iter().map(|test| format!("`{}`", test.name)).collect();
            let hint = match listed.is_empty() {
                true => "the program has no tests".to_owned(),
                false => format!("the tests are: {}", listed.join(", ")),
            };
            return Err(
                CommandError::usage(format!("no test has `{name}` in its name")).hint(hint),
            );
        }
    }
    let wanted = |test: &TestInfo| {
        names.is_empty() || names.iter().any(|name| test.name.contains(name.as_str()))
    };
    Ok(all
        .into_iter()
        .enumerate()
        .filter(|(_, test)| wanted(test))
        .collect())
}

fn line(trial: &Trial, console: &Console) -> String {
    let word = match trial.failures.is_empty() {
        true => console.out.paint(Style::Create, "ok    "),
        false => console.out.paint(Style::Error, "FAILED"),
    };
    let name = text::line(&trial.test.name);
    format!("{word} {name} ({})\n", elapsed(trial.elapsed_ms))
}

fn document(trials: &[Trial], program: &Program) -> serde_json::Value {
    let tests: Vec<_> = trials
        .iter()
        .map(|trial| {
            let failures: Vec<_> = trial
                .failures
                .iter()
                .map(|it| diagnostics_json::diagnostic(it, program.sources()))
                .collect();
            json!({
                "name": trial.test.name,
                "passed": failures.is_empty(),
                "elapsed_ms": trial.elapsed_ms,
                "failures": failures,
            })
        })
        .collect();
    let failed = trials.iter().filter(|it| !it.failures.is_empty()).count();
    json!({ "tests": tests, "summary": { "passed": trials.len() - failed, "failed": failed } })
}

fn program_name(project: &Project) -> String {
    infra_lang::World::program_name(project).to_owned()
}
