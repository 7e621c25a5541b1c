//! `infra fmt`

use std::io::Read;
use std::path::Path;

use infra_lang::syntax;
use infra_lang::{Diagnostic, Severity, Sources};
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use crate::args::Fmt;
use crate::error::{CommandError, Exit, Outcome};
use crate::program;
use crate::show::style::{Painter, Style};
use crate::show::{Console, text};
use crate::world;

/// How many unchanged lines a difference shows around each change.
const CONTEXT: usize = 2;

pub fn run(args: &Fmt, console: &Console) -> Outcome {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(args, console);
    }
    let mut changed = Vec::new();
    let mut files = 0;
    let mut broken: Option<CommandError> = None;
    for path in &args.paths {
        for file in world::program_files(path)? {
            files += 1;
            let shown = file.display().to_string();
            let shown = shown.strip_prefix("./").unwrap_or(&shown).to_owned();
            let old = world::read_text_file(&file)?;
            match formatted(&shown, &old, console) {
                Ok(new) if new == old => {}
                Ok(new) => {
                    settle(args, &file, &shown, &old, &new, console)?;
                    changed.push(shown);
                }
                Err(error) => drop(broken.insert(error)),
            }
        }
    }
    if let Some(error) = broken {
        return Err(error.hint("a file with such errors is left as it is"));
    }
    if console.json {
        console.print_json(&json!({ "files": files, "changed": changed }));
    } else if args.check && !changed.is_empty() {
        let summary = format!(
            "{} of {} to be formatted\n",
            changed.len(),
            text::count(files, "file")
        );
        console.print(&summary);
    }
    Ok(match args.check && !changed.is_empty() {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

/// Writes the new text, or shows what it would change.
fn settle(
    args: &Fmt,
    file: &Path,
    shown: &str,
    old: &str,
    new: &str,
    console: &Console,
) -> Result<(), CommandError> {
    if !args.check {
        world::replace_file(file, new)?;
    }
    match (console.json, args.check) {
        (true, _) => {}
        (false, true) => console.print(&difference(shown, old, new, console.out)),
        (false, false) => console.print(&format!("{}\n", text::line(shown))),
    }
    Ok(())
}

/// From standard input to standard output.
fn standard_input(args: &Fmt, console: &Console) -> Outcome {
    if args.paths.len() > 1 {
        return Err(CommandError::usage(
            "`-` (standard input) cannot be combined with other paths",
        ));
    }
    let mut old = String::new();
    std::io::stdin()
        .read_to_string(&mut old)
        .map_err(|error| CommandError::files(format!("standard input cannot be read: {error}")))?;
    let new = formatted("standard input", &old, console)?;
    if !args.check {
        console.print(&new);
        return Ok(Exit::Done);
    }
    if new == old {
        return Ok(Exit::Done);
    }
    console.print(&difference("standard input", &old, &new, console.out));
    Ok(Exit::Failed)
}

/// The text in the one layout. One that cannot be read is shown with what is wrong.
fn formatted(shown: &str, old: &str, console: &Console) -> Result<String, CommandError> {
    let mut sources = Sources::default();
    let file = sources.add(shown, old);
    let (tree, diagnostics) = syntax::parse(file, old);
    let errors: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|it| it.severity == Severity::Error)
        .collect();
    match infra_lang::format(&tree, old) {
        Some(new) if errors.is_empty() => Ok(new),
        _ => Err(program::report(&errors, &sources, console)),
    }
}

/// A difference as reviews show it.
fn difference(shown: &str, old: &str, new: &str, painter: Painter) -> String {
    let mut page = format!("{}\n", painter.paint(Style::Heading, &text::line(shown)));
    let diff = TextDiff::from_lines(old, new);
    for group in diff.grouped_ops(CONTEXT) {
        let line = group.first().map_or(0, |first| first.new_range().start) + 1;
        page.push_str(&format!(
            "{}\n",
            painter.paint(Style::Quiet, &format!("  line {line}"))
        ));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = text::line(change.value().trim_end_matches('\n')).into_owned();
            let (mark, style) = match change.tag() {
                ChangeTag::Delete => ("-", Some(Style::Delete)),
                ChangeTag::Insert => ("+", Some(Style::Create)),
                ChangeTag::Equal => (" ", None),
            };
            let marked = format!("  {mark} {line}");
            let shown = style.map_or(marked.clone(), |style| painter.paint(style, &marked));
            page.push_str(&format!("{}\n", shown.trim_end()));
        }
    }
    page
}
