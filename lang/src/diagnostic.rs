//! The one diagnostic type: of the parser, the checker, the evaluator, policies and the engine.

use std::fmt;

use infra_model::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Advice,
}

/// Another place that matters to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub message: String,
}

/// Something to tell the user about the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, from the table in `codes.rs`: `unknown-field`.
    pub code: &'static str,
    pub severity: Severity,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    pub span: Span,
    /// What the span's text should be told about it, next to the underlined text.
    pub label: Option<String>,
    pub related: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: short(message.into()),
            span,
            label: None,
            related: Vec::new(),
            help: None,
        }
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message)
        }
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(short(label.into()));
        self
    }

    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Label {
            span,
            message: short(message.into()),
        });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(short(help.into()));
        self
    }
}

/// Nobody reads more in a message; a value that it quotes can be of any length.
const MESSAGE_MAX: usize = 1_000;

fn short(mut text: String) -> String {
    if text.len() > MESSAGE_MAX {
        let mut end = MESSAGE_MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The beginning of what something shows, for messages.
pub(crate) struct Brief<'a, T>(pub &'a T);

impl<T: fmt::Display> fmt::Display for Brief<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Takes in a little, then fails.
        struct Beginning(String);

        impl fmt::Write for Beginning {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                let room = (BRIEF_MAX + 1).saturating_sub(self.0.chars().count());
                self.0.extend(text.chars().take(room));
                match self.0.chars().count() > BRIEF_MAX {
                    true => Err(fmt::Error),
                    false => Ok(()),
                }
            }
        }

        const BRIEF_MAX: usize = 200;
        let mut beginning = Beginning(String::new());
        match fmt::Write::write_fmt(&mut beginning, format_args!("{}", self.0)) {
            Ok(()) => f.write_str(&beginning.0),
            Err(_) => write!(f, "{}…", beginning.0),
        }
    }
}

/// So many are told of one program. Whoever has mended these runs it again.
const DIAGNOSTICS_MAX: usize = 1_000;

/// Sorts by place, and drops what is said twice and what is too much to read: of errors and warnings, the warnings.
pub(crate) fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
    diagnostics.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
    if diagnostics.len() > DIAGNOSTICS_MAX {
        let is_error = |it: &Diagnostic| it.severity == Severity::Error;
        if diagnostics.iter().any(is_error) {
            diagnostics.retain(is_error);
        }
        diagnostics.truncate(DIAGNOSTICS_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut() {
        let long = "ä".repeat(10_000);
        let told = Diagnostic::error("c", Span::default(), long.as_str()).message;
        assert!(told.ends_with("ä…") && told.len() < 1_010, "{}", told.len());
        assert_eq!(Brief(&long).to_string().chars().count(), 202);
        assert_eq!(Brief(&"ab").to_string(), "ab");
    }
}
