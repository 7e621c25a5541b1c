//! `infra check`

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_lang::{Diagnostic, Severity, Sources, codes, is_no_file};
use infra_model::{Address, Record};
use serde_json::json;

use super::leave::leave;
use crate::args::{Check, CheckFormat};
use crate::error::{CommandError, Exit, Outcome};
use crate::program;
use crate::show::{Console, annotations, diagnostics, diagnostics_json, text};
use crate::world::{Environment, Project};

/// All errors in one run: of the text, and, when every parameter has a value, of what follows from the values.
pub fn run(args: &Check, console: &Console, env: &Environment) -> Outcome {
    let project = Project::open_program(&args.directory.dir)?;
    let (found, sources) = find(args, &project, env)?;
    for refusal in project.refusals() {
        console.warn(&refusal);
    }
    let files = sources
        .iter()
        .filter(|file| infra_stdlib::file(&file.path).is_none() && !is_no_file(&file.path))
        .count();
    if console.json {
        let all: Vec<_> = found
            .iter()
            .map(|it| diagnostics_json::diagnostic(it, &sources))
            .collect();
        let number = |severity| found.iter().filter(|it| it.severity == severity).count();
        console.print_json(&json!({
            "diagnostics": all,
            "summary": {
                "errors": number(Severity::Error),
                "warnings": number(Severity::Warning),
                "advice": number(Severity::Advice),
            },
        }));
    } else if args.format == CheckFormat::Github {
        let shown = |path: &str| project.shown_path(path);
        console.print(&annotations::github(&found, &sources, &shown));
    } else {
        console.print(&diagnostics::render(
            &found,
            &sources,
            console.out,
            console.width,
        ));
        match diagnostics::summary(&found) {
            Some(summary) => console.print(&format!("{summary}\n")),
            None if !console.quiet => {
                console.print(&format!("no errors in {}\n", text::count(files, "file")))
            }
            None => {}
        }
    }
    Ok(
        match found.iter().any(|it| it.severity == Severity::Error) {
            true => Exit::Failed,
            false => Exit::Done,
        },
    )
}

fn find(
    args: &Check,
    project: &Project,
    env: &Environment,
) -> Result<(Vec<Diagnostic>, Sources), CommandError> {
    let loaded = infra_lang::load(project);
    let mut found = loaded.diagnostics.clone();
    let (sound, mut sources) = match loaded.sound() {
        Ok(sound) => sound,
        Err(wrong) => return Ok((found, wrong.sources)),
    };
    let params = sound.params();
    let (mut inputs, wrong) =
        program::read_inputs(&args.inputs, project, env, &params, &mut sources)?;
    found.extend(wrong);
    inputs.locate(&mut sources, &params);
    let nothing = BTreeMap::<Address, Record>::new();
    let more = match Arc::new(sound).evaluate(project, &inputs, &nothing) {
        Ok(mut evaluation) => {
            let warnings = std::mem::take(&mut evaluation.warnings);
            leave(evaluation);
            warnings
        }
        Err(more) => more,
    };
    // A check needs no parameters; with all of them it finds more.
    let more = more
        .into_iter()
        .filter(|it| it.code != codes::MISSING_PARAM && !found.contains(it));
    let more: Vec<Diagnostic> = more.collect();
    found.extend(more);
    Ok((found, sources))
}
