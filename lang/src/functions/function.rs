//! One function, what it is given and what it may ask for.

use std::sync::Arc;

use infra_model::{Record, Span, Value};

use crate::eval::shared::Shared;
use crate::world::TEXT_BYTES_MAX;

/// A function of the language.
pub struct Function {
    pub name: &'static str,
    /// Its parameters and result: `(text: string, by: string) -> [string]`.
    pub signature: &'static str,
    pub doc: &'static str,
    /// An expression and what it evaluates to, both as text; a test evaluates it.
    pub example: (&'static str, &'static str),
    /// Whether it passes on what the letters of its signature stand for, so that this need not be known.
    pub(crate) partial: bool,
    pub(crate) run: fn(&Args<'_>) -> Result<Value, String>,
}

/// What a function can ask for besides its arguments.
pub(crate) trait Context {
    /// The text of a project file, by its path from the root.
    fn read(&self, path: &str) -> Option<String>;

    /// The text with its `${…}` replaced, where `vars` are the names in scope.
    fn render(&self, text: &str, vars: &Record, span: Span) -> Result<Value, String>;

    /// Takes steps from the budget of the evaluation. After an error the call has no result, whatever it returns.
    fn spend(&self, steps: u64, span: Span) -> Result<(), String>;
}

/// The arguments of a call, by the position of their parameter; secrets are already revealed.
///
/// To read an argument takes steps from the budget: [`text`](Args::text), [`list`](Args::list), [`map`](Args::map)
/// and [`value`](Args::value) as many as a walk through all of it, so that a function whose work and result are in
/// proportion to what it reads needs no more. One that looks at a part only takes `peek`; one that makes more than it
/// reads says so with [`spend`](Args::spend) before.
pub(crate) struct Args<'a> {
    pub values: Vec<Option<Arc<Shared>>>,
    pub context: &'a dyn Context,
    /// The call.
    pub span: Span,
}

/// The bytes of a text that are read in one step.
const BYTES: u64 = 8;

impl Args<'_> {
    pub fn get(&self, position: usize) -> Option<&Value> {
        self.values.get(position)?.as_ref().map(|value| &***value)
    }

    /// Takes steps from the budget of the evaluation.
    pub fn spend(&self, steps: u64) -> Result<(), String> {
        self.context.spend(steps, self.span)
    }

    /// Takes from the budget what a text of so many bytes needs, which the caller is about to make.
    pub fn make_text(&self, bytes: usize) -> Result<(), String> {
        if bytes > TEXT_BYTES_MAX {
            return Err("the result is too long".to_owned());
        }
        self.spend(bytes as u64 / BYTES)
    }

    /// An argument of which only a part is looked at.
    pub fn peek(&self, position: usize) -> Result<&Shared, String> {
        let value = self.values.get(position).and_then(Option::as_deref);
        value.ok_or_else(|| format!("argument {} is missing", position + 1))
    }

    pub fn peek_list(&self, position: usize) -> Result<&[Value], String> {
        let value = self.peek(position)?;
        value.as_list().ok_or_else(|| expected("a list", value))
    }

    pub fn peek_map(&self, position: usize) -> Result<&Record, String> {
        let value = self.peek(position)?;
        value.as_map().ok_or_else(|| expected("a map", value))
    }

    pub fn value(&self, position: usize) -> Result<&Value, String> {
        let value = self.peek(position)?;
        self.spend(value.facts().weight)?;
        if let Value::String(text) | Value::Path(text) = &**value {
            self.spend(text.len() as u64 / BYTES)?;
        }
        Ok(value)
    }

    pub fn text(&self, position: usize) -> Result<&str, String> {
        let value = self.value(position)?;
        value.as_str().ok_or_else(|| expected("a text", value))
    }

    pub fn int(&self, position: usize) -> Result<i64, String> {
        let value = self.peek(position)?;
        value
            .as_int()
            .ok_or_else(|| expected("a whole number", value))
    }

    /// A count or position, which cannot be negative.
    pub fn count(&self, position: usize) -> Result<usize, String> {
        let number = self.int(position)?;
        usize::try_from(number).map_err(|_| format!("{number} is negative"))
    }

    pub fn list(&self, position: usize) -> Result<&[Value], String> {
        let value = self.value(position)?;
        value.as_list().ok_or_else(|| expected("a list", value))
    }

    pub fn map(&self, position: usize) -> Result<&Record, String> {
        let value = self.value(position)?;
        value.as_map().ok_or_else(|| expected("a map", value))
    }
}

/// A text that stops growing where texts end: what is written after that fails.
#[derive(Default)]
pub(crate) struct Text(String);

impl Text {
    pub fn push(&mut self, text: &str) -> Result<(), String> {
        if self.0.len() + text.len() > TEXT_BYTES_MAX {
            return Err("the result is too long".to_owned());
        }
        self.0.push_str(text);
        Ok(())
    }

    pub fn finish(self) -> Value {
        Value::String(self.0)
    }
}

impl std::fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push(text).map_err(|_| std::fmt::Error)
    }
}

/// The value as the language shows it.
pub(crate) fn shown(value: &Value) -> Result<Value, String> {
    let mut text = Text::default();
    match std::fmt::Write::write_fmt(&mut text, format_args!("{value}")) {
        Ok(()) => Ok(text.finish()),
        Err(_) => Err("the result is too long".to_owned()),
    }
}

/// What is said of a value of the wrong type.
pub(super) fn expected(what: &str, found: &Value) -> String {
    format!(
        "expected {what}, found {}",
        crate::typing::coerce::article(found)
    )
}
