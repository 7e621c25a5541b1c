//! Places in the program as people and editors write them.

use infra_lang::Sources;
use infra_model::Span;
use serde_json::{Value as Json, json};

use super::text;

/// Turns spans into `hosts.infra:20`.
#[derive(Clone, Copy)]
pub struct Places<'a>(pub &'a Sources);

impl Places<'_> {
    /// `hosts.infra:20`; empty when the place is in no file.
    pub fn short(self, span: Option<Span>) -> String {
        match self.file_line(span) {
            Some((path, line)) => format!("{}:{line}", text::line(path)),
            None => String::new(),
        }
    }

    /// The same for a place that the user has written; what the standard library says is nothing to change.
    pub fn own(self, span: Option<Span>) -> String {
        let is_own = |(path, _): &(&str, u32)| infra_stdlib::file(path).is_none();
        match self.file_line(span).filter(is_own) {
            Some(_) => self.short(span),
            None => String::new(),
        }
    }

    /// Puts `file` and `line` into an object; both `null` when the place is in no file.
    pub fn add_to(self, object: &mut Json, span: Option<Span>) {
        let place = self.file_line(span);
        object["file"] = json!(place.map(|(path, _)| path));
        object["line"] = json!(place.map(|(_, line)| line));
    }

    fn file_line(&self, span: Option<Span>) -> Option<(&str, u32)> {
        let span = span?;
        let file = self.0.get(span.file)?;
        Some((&file.path, file.position(span.start).line))
    }
}
