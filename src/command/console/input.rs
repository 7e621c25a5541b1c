//! Where the lines of the console come from: an editor with history and completion on a terminal, else standard input
//! as it is.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::{FileHistory, History};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Context, Editor, Helper};

use super::{Session, words};
use crate::show::Console;

/// How many lines are remembered.
const HISTORY_LINES_MAX: usize = 1_000;

const PROMPT: &str = "> ";

/// The lines that are typed or piped in. A line whose bracket is still open goes on in the next one.
pub enum Input<'s> {
    Plain(&'s Console),
    Edited(Box<Edited<'s>>),
}

/// An editor, and the file that remembers its lines.
pub struct Edited<'s> {
    editor: Editor<Words<'s>, FileHistory>,
    history: Option<PathBuf>,
}

impl<'s> Input<'s> {
    /// An editor where somebody types, with the history in this file.
    pub fn open(
        session: &'s RefCell<Session<'s>>,
        console: &'s Console,
        history: impl FnOnce() -> Option<PathBuf>,
    ) -> Input<'s> {
        let types = console.asks && console.draws && io::stdout().is_terminal();
        let editor = match types {
            true => Editor::<Words<'s>, FileHistory>::new().ok(),
            false => None,
        };
        let Some(mut editor) = editor else {
            return Input::Plain(console);
        };
        editor.set_completion_type(CompletionType::List);
        editor.set_auto_add_history(true);
        // A line that begins with a space is not remembered, as in shells.
        editor.set_history_ignore_space(true);
        // A history that cannot be used is no reason not to answer.
        let _ = editor.history_mut().set_max_len(HISTORY_LINES_MAX);
        editor.set_helper(Some(Words { session }));
        let history = history();
        if let Some(path) = &history {
            let _ = editor.load_history(path);
        }
        Input::Edited(Box::new(Edited { editor, history }))
    }

    /// The next line, with those it goes on in; `None` at the end of the input.
    pub fn read(&mut self) -> Option<String> {
        match self {
            Input::Plain(console) => {
                let prompt = |prompt| if console.asks { prompt } else { "" };
                let mut line = console.ask(prompt(PROMPT))?;
                while words::is_open(&line) {
                    match console.ask(prompt("… ")) {
                        Some(more) if !more.is_empty() => line = format!("{line}\n{more}"),
                        _ => break,
                    }
                }
                Some(line)
            }
            Input::Edited(edited) => loop {
                match edited.editor.readline(PROMPT) {
                    Ok(line) => return Some(line.trim().to_owned()),
                    // Ctrl-C gives up the line and not the console.
                    Err(ReadlineError::Interrupted) => {}
                    Err(_) => return None,
                }
            },
        }
    }

    /// Keeps the history.
    pub fn close(self) {
        if let Input::Edited(mut edited) = self
            && let Some(path) = &edited.history
        {
            let _ = edited.editor.save_history(path);
        }
    }
}

/// What the editor asks about a line.
pub struct Words<'s> {
    session: &'s RefCell<Session<'s>>,
}

impl Completer for Words<'_> {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(words::completions(&self.session.borrow(), &line[..at]))
    }
}

impl Validator for Words<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let line = context.input();
        // An empty line ends what stays open.
        Ok(match words::is_open(line) && !line.ends_with('\n') {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Highlighter for Words<'_> {}

impl Hinter for Words<'_> {
    type Hint = String;
}

impl Helper for Words<'_> {}
