//! `infra output`

use infra_model::{Value, json::to_plain};
use serde_json::{Map, json};

use crate::args::Output;
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::show::{Console, style::Style, text, values};
use crate::store::StateHome;
use crate::world::{Project, names_directory};

pub fn run(args: &Output, console: &Console) -> Outcome {
    let (dir, name) = words(&args.words)?;
    let project = Project::open(dir.as_ref())?;
    let store = StateHome::of(&project, &args.choice, console)?.read()?;
    let outputs = store.state().outputs();
    let Some(name) = name else {
        if args.raw {
            return Err(CommandError::usage("`--raw` prints one output: name it"));
        }
        if console.json {
            let object: Map<_, _> = outputs
                .iter()
                .map(|(name, value)| (name.clone(), to_plain(value)))
                .collect();
            console.print_json(&json!(object));
        } else if outputs.is_empty() {
            console.note(
                "There are no outputs: nothing was applied yet, or the program declares none.\n",
            );
        } else {
            let pairs: Vec<_> = outputs
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .collect();
            console.print(&table(&pairs, console));
        }
        return Ok(Exit::Done);
    };
    let value = outputs
        .get(name)
        .ok_or_else(|| unknown(name, outputs.keys()))?;
    if console.json {
        console.print_json(&to_plain(value));
    } else if value.has_secret() && args.raw {
        return Err(CommandError::new(
            ErrorKind::Refused,
            format!("the output `{name}` is secret"),
        )
        .hint("a secret is never written to the state, so it cannot be printed from there"));
    } else {
        let shown = match value {
            Value::String(words) if args.raw => words.clone(),
            other => text::line(&other.to_string()).into_owned(),
        };
        console.print(&format!("{shown}\n"));
    }
    Ok(Exit::Done)
}

/// Outputs as aligned lines: `name = value`.
pub fn table(outputs: &[(&str, &Value)], console: &Console) -> String {
    let column = outputs
        .iter()
        .map(|(name, _)| text::width(name))
        .max()
        .unwrap_or(0);
    let line = |(name, value): &(&str, &Value)| {
        let name = console
            .out
            .paint(Style::Heading, &text::pad(&text::line(name), column));
        format!(
            "{name} = {}\n",
            values::block(value, console.width.saturating_sub(column + 3))
        )
    };
    outputs.iter().map(line).collect()
}

/// One word is a directory where it means one, and else a name. Two are both, in this order.
fn words(words: &[String]) -> Result<(&str, Option<&str>), CommandError> {
    match words {
        [] => Ok((".", None)),
        [word] if names_directory(word) => Ok((word, None)),
        [word] => Ok((".", Some(word))),
        [dir, name] => Ok((dir, Some(name))),
        _ => Err(CommandError::usage(
            "`infra output` takes a directory and a name, no more",
        )),
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> CommandError {
    let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    let error = CommandError::usage(format!("there is no output `{name}`"));
    match known.is_empty() {
        true => error.hint("nothing was applied yet, or the program declares no outputs"),
        false => error.hint(format!("there are {}", known.join(", "))),
    }
}
