//! Where text goes: what was asked for to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex};

use infra_sdk::Secrets;

use super::style::{Painter, Style};
use super::text;
use crate::error::{CommandError, ErrorKind};
use crate::world::Environment;

/// The narrowest and the widest a text is laid out for, whatever the terminal says.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;

/// The width where there is no terminal and `COLUMNS` is not set.
const WIDTH_ELSEWHERE: usize = 100;

/// The two output streams and how much the user wants to read.
pub struct Console {
    /// Results are one JSON document instead of text.
    pub json: bool,
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbose: u8,
    /// Colours for standard output.
    pub out: Painter,
    /// Colours for standard error.
    pub err: Painter,
    /// Columns to lay text out for.
    pub width: usize,
    /// Whether standard error is a terminal, so that progress may be drawn in place.
    pub draws: bool,
    /// Whether somebody can answer a question.
    pub asks: bool,
    /// What nothing that is written may show: every secret that the process has met.
    pub secrets: Arc<Secrets>,
    /// The first failure to write to standard output, other than a reader that went away.
    broken: Mutex<Option<io::Error>>,
}

impl Console {
    pub fn new(json: bool, quiet: bool, verbose: u8, no_colour: bool, env: &Environment) -> Self {
        let colours = |terminal: bool| match env.colours() {
            _ if no_colour => false,
            Some(choice) => choice,
            None => terminal,
        };
        let draws = io::stderr().is_terminal() && !env.is_dumb_terminal();
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let columns = env.columns().or_else(terminal).unwrap_or(WIDTH_ELSEWHERE);
        Console {
            json,
            quiet,
            verbose,
            out: Painter {
                colours: colours(io::stdout().is_terminal()),
            },
            err: Painter {
                colours: colours(io::stderr().is_terminal()),
            },
            width: columns.clamp(*WIDTHS.start(), *WIDTHS.end()),
            draws,
            asks: io::stdin().is_terminal() && io::stderr().is_terminal(),
            secrets: Arc::default(),
            broken: Mutex::new(None),
        }
    }

    /// Writes a result to standard output. A reader that went away is no failure: the command goes on, for an
    /// apply must not stop because its output was piped into `head`.
    pub fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            let mut broken = self.broken.lock().unwrap_or_else(|lock| lock.into_inner());
            broken.get_or_insert(error);
        }
    }

    /// Writes a JSON document to standard output.
    pub fn print_json(&self, document: &serde_json::Value) {
        let text = if self.out.colours || io::stdout().is_terminal() {
            serde_json::to_string_pretty(document)
        } else {
            serde_json::to_string(document)
        };
        self.print(&format!("{}\n", text.unwrap_or_default()));
    }

    /// Says something beside the result, on standard error; nothing under `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.write_err(text);
        }
    }

    /// Shows what is wrong with a program, even under `--quiet`.
    pub fn problem(&self, drawn: &str) {
        self.write_err(drawn);
    }

    /// Warns on standard error, even under `--quiet`.
    pub fn warn(&self, message: &str) {
        let head = self.err.paint(Style::Warning, "warning:");
        self.write_err(&format!("{head} {}\n", text::block(message)));
    }

    /// Shows why the command failed: on standard error, and with `--json` as a document as well.
    pub fn fail(&self, error: &CommandError) {
        if self.json {
            let mut document = serde_json::json!({ "error": error.json() });
            if !error.diagnostics.is_empty() {
                document["diagnostics"] = error.diagnostics.clone().into();
            }
            if let Some(plan) = &error.plan {
                document["plan"] = (**plan).clone();
            }
            self.print_json(&document);
        }
        let head = self.err.paint(Style::Error, "error:");
        let mut shown = format!("{head} {}\n", text::block(&error.message));
        for hint in &error.hints {
            let head = self.err.paint(Style::Quiet, "  help:");
            shown.push_str(&format!("{head} {}\n", text::block(hint)));
        }
        self.write_err(&shown);
    }

    /// Asks something that must not be answered by accident: what was typed before the question does not count.
    pub fn ask_anew(&self, question: &str) -> Option<String> {
        if self.asks {
            // Where the terminal cannot forget, the question is asked all the same.
            let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
        }
        self.ask(question)
    }

    /// Asks for a line; `None` when there is no more input.
    pub fn ask(&self, question: &str) -> Option<String> {
        self.write_err(question);
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).unwrap_or(0);
        if read == 0 && self.asks && !question.is_empty() {
            // Nobody has ended the line of the question.
            self.write_err("\n");
        }
        (read > 0).then(|| answer.trim().to_owned())
    }

    /// Asks for a yes; `without` is the command that does the same without asking.
    pub fn confirm(&self, question: &str, without: &str) -> Result<(), CommandError> {
        if self.json || !self.asks {
            return Err(CommandError::new(
                ErrorKind::Refused,
                "this needs a confirmation, and standard input is not a terminal",
            )
            .hint(format!("to skip the question, run `{without}`")));
        }
        let question = self.err.paint(Style::Heading, question);
        match self.ask_anew(&question).as_deref() {
            Some("yes") => Ok(()),
            _ => Err(CommandError::new(
                ErrorKind::Refused,
                "nothing was done: the answer was not yes",
            )),
        }
    }

    /// Whether everything that was to be written to standard output could be.
    pub fn finish(&self) -> Result<(), CommandError> {
        let mut broken = self.broken.lock().unwrap_or_else(|lock| lock.into_inner());
        match broken.take() {
            None => Ok(()),
            Some(error) => Err(CommandError::files(format!(
                "the result could not be written to standard output: {error}"
            ))),
        }
    }

    /// Standard error that cannot be written to leaves nobody to tell.
    fn write_err(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}
