//! `infra console`

mod input;
mod words;

use std::cell::RefCell;
use std::collections::BTreeMap;

use infra_lang::{Diagnostic, Evaluation, Schemas, Sources};
use infra_model::{Address, Record, Type, Value, json};
use serde_json::json;

use crate::args;
use crate::error::{Exit, Outcome};
use crate::program::Program;
use crate::show::{Console, diagnostics, diagnostics_json, text};
use crate::store::StateHome;
use crate::world::{Environment, Project};
use input::Input;

/// What the console does beside evaluating, and how each is explained.
const COMMANDS: &[(&str, &str)] = &[
    (":type", "print the type of an expression"),
    (":help", "print this"),
    (":quit", "leave (so does the end of the input)"),
];

/// The file of the history, inside the tool's own directory.
const HISTORY: &str = "console.history";

/// Reads expressions line by line, from a terminal or a pipe.
pub fn run(args: &args::Console, console: &Console, env: &Environment) -> Outcome {
    let project = Project::open_program(&args.directory.dir)?;
    let program = Program::open(&project, &args.inputs, env, console)?;
    let choice = args::StateChoice {
        sim: args.sim,
        env: args.inputs.env.clone(),
    };
    let store = StateHome::of(&project, &choice, console)?.read()?;
    let known = store.state().known();
    let session = RefCell::new(Session {
        console,
        project: &project,
        evaluation: program.evaluate(&project, &known, console)?,
        sources: program.sources().clone(),
        schemas: program.schemas(),
        names: program.names(),
        known,
    });
    if console.asks {
        console.note("Type an expression, or :help.\n");
    }
    let history = || Some(project.own_directory().ok()?.join(HISTORY));
    let mut input = Input::open(&session, console, history);
    let mut failed = false;
    while let Some(line) = input.read() {
        let mut session = session.borrow_mut();
        match line.as_str() {
            "" => {}
            ":quit" | ":q" => break,
            ":help" | ":h" => console.print(&help()),
            // Words of other consoles, unless the program has something of the name.
            "quit" | "exit" if session.evaluate(&line).is_err() => break,
            "help" | "?" if session.evaluate(&line).is_err() => console.print(&help()),
            line => failed |= !session.answer(line),
        }
    }
    input.close();
    // Whoever types sees what went wrong; a script needs to be told.
    Ok(match failed && !console.asks {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

fn help() -> String {
    let mut help = "\
An expression prints its value. It sees what the program's own declarations see; what the cloud decides is known
where there is a state. A line with an open bracket goes on in the next; an empty line ends it.

".to_owned();
    for (command, words) in COMMANDS {
        help.push_str(&format!("  {command}  {words}\n"));
    }
    help.push_str(
        "\nOn a terminal, Tab completes and Up recalls earlier lines. A line that begins with a space is not remembered.\n",
    );
    help
}

struct Session<'a> {
    console: &'a Console,
    project: &'a Project,
    evaluation: Evaluation,
    sources: Sources,
    schemas: &'a Schemas,
    /// What the program itself declares.
    names: Vec<String>,
    known: BTreeMap<Address, Record>,
}

impl Session<'_> {
    /// The type and the value of an expression, which leaves no trace.
    fn evaluate(&self, expression: &str) -> Result<(Type, Value), Vec<Diagnostic>> {
        let mut sources = self.sources.clone();
        self.evaluation
            .expression(expression, &mut sources, self.project, &self.known)
    }

    /// Answers a line; says whether there was an answer.
    fn answer(&mut self, line: &str) -> bool {
        let (types, expression) = match line.strip_prefix(':') {
            None => (false, line),
            Some(command) => match command.strip_prefix("type") {
                Some(rest) if rest.starts_with(' ') => (true, rest.trim()),
                Some("") => {
                    self.console
                        .warn("`:type` shows the type of an expression: `:type 2 * 8GiB`");
                    return false;
                }
                _ => {
                    self.console
                        .warn(&format!("there is no command `{line}`; :help lists them"));
                    return false;
                }
            },
        };
        if expression.starts_with("let ") {
            self.console.warn(
                "the console evaluates expressions only; to name a value, add the `let` to the program",
            );
            return false;
        }
        let result =
            self.evaluation
                .expression(expression, &mut self.sources, self.project, &self.known);
        match result {
            Ok((ty, value)) => self.show(types, &ty, &value),
            Err(found) => {
                self.refuse(&found);
                return false;
            }
        }
        true
    }

    fn show(&self, types: bool, ty: &Type, value: &Value) {
        if self.console.json {
            let value = json::to_plain(value);
            self.console
                .print_json(&json!({ "type": ty.to_string(), "value": value }));
            return;
        }
        let shown = match types {
            true => ty.to_string(),
            false => value.to_string(),
        };
        self.console.print(&format!("{}\n", text::block(&shown)));
    }

    fn refuse(&self, found: &[Diagnostic]) {
        if self.console.json {
            let found: Vec<_> = found
                .iter()
                .map(|it| diagnostics_json::diagnostic(it, &self.sources))
                .collect();
            self.console.print_json(&json!({ "diagnostics": found }));
            return;
        }
        self.console.problem(&diagnostics::render(
            found,
            &self.sources,
            self.console.err,
            self.console.width,
        ));
    }
}
