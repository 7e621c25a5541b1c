//! `infra console`

use std::collections::BTreeMap;

use infra_lang::{Diagnostic, Evaluation, Sources, codes, syntax};
use infra_model::{Address, FileId, Record, Type, Value, json};
use serde_json::json;

use crate::args;
use crate::error::{Exit, Outcome};
use crate::program::Program;
use crate::show::{Console, diagnostics, diagnostics_json, text};
use crate::store::StateHome;
use crate::world::{Environment, Project};

const HELP: &str = "\
An expression prints its value. It sees what the program's own declarations see; what the cloud decides is known
where there is a state. A line with an open bracket goes on in the next; an empty line ends it.

  :type EXPRESSION   print the type instead
  :help              print this
  :quit              leave (so does the end of the input)
";

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
    let mut session = Session {
        console,
        project: &project,
        evaluation: program.evaluate(&project, &known, console)?,
        sources: program.sources().clone(),
        known,
    };
    if console.asks {
        console.note("Type an expression, or :help.\n");
    }
    let mut failed = false;
    while let Some(line) = session.read("> ") {
        match line.as_str() {
            "" => {}
            ":quit" | ":q" => break,
            ":help" | ":h" => console.print(HELP),
            // Words of other consoles, unless the program has something of the name.
            "quit" | "exit" if !session.knows(&line) => break,
            "help" | "?" if !session.knows(&line) => console.print(HELP),
            line => failed |= !session.answer(line),
        }
    }
    // Whoever types sees what went wrong; a script needs to be told.
    Ok(match failed && !console.asks {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

struct Session<'a> {
    console: &'a Console,
    project: &'a Project,
    evaluation: Evaluation,
    sources: Sources,
    known: BTreeMap<Address, Record>,
}

impl Session<'_> {
    fn read(&self, prompt: &str) -> Option<String> {
        self.console
            .ask(if self.console.asks { prompt } else { "" })
    }

    /// Whether a line is an expression that has a value.
    fn knows(&mut self, line: &str) -> bool {
        let mut sources = self.sources.clone();
        let answer = self
            .evaluation
            .expression(line, &mut sources, self.project, &self.known);
        answer.is_ok()
    }

    /// Answers a line and those it goes on in; says whether there was an answer.
    fn answer(&mut self, line: &str) -> bool {
        let (types, first) = match line.strip_prefix(':') {
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
        if first.starts_with("let ") {
            self.console.warn(
                "the console evaluates expressions only; to name a value, add the `let` to the program",
            );
            return false;
        }
        let mut expression = first.to_owned();
        while is_open(&expression) {
            match self.read("… ") {
                Some(more) if !more.is_empty() => expression = format!("{expression}\n{more}"),
                _ => break,
            }
        }
        let result =
            self.evaluation
                .expression(&expression, &mut self.sources, self.project, &self.known);
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

/// Whether a bracket or a text of several lines is still open.
fn is_open(expression: &str) -> bool {
    let (_, found) = syntax::parse_expression(FileId(u32::MAX), expression);
    found.iter().any(|it| {
        it.code == codes::UNCLOSED_BRACKET
            || (it.code == codes::UNCLOSED_STRING && expression.matches("\"\"\"").count() % 2 == 1)
    })
}
