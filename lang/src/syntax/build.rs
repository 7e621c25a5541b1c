//! From pest's pairs to the tree. Every mistake that the grammar let pass becomes a diagnostic here.

use infra_model::{FileId, Span};

use super::grammar::{Pair, Rule};
use super::scan::{self, Chunk, Scan};
use super::slip::{self, Place};
use super::{Comment, Dotted, Ident, Item, ItemKind};
use crate::{Diagnostic, codes};

mod block;
mod component;
mod compound;
mod expr;
mod item;
mod literal;
mod string;
mod types;

/// Builds the tree of one chunk.
pub(super) struct Builder<'a> {
    file: FileId,
    /// The text for the grammar, whole; a pair's offsets count from `base`.
    text: &'a str,
    base: usize,
    end: usize,
    comments: &'a [Comment],
    /// A bracket or quote without a partner was reported already.
    unbalanced: bool,
    /// How many operators stand around the expression that is built.
    depth: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    pub fn new(
        file: FileId,
        scan: &'a Scan,
        chunk: &Chunk,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Builder {
            file,
            text: &scan.text,
            base: chunk.start,
            end: chunk.end,
            comments: &scan.comments,
            unbalanced: chunk.unbalanced,
            depth: 0,
            diagnostics,
        }
    }

    /// For a chunk that the grammar refused as a whole, which its rules leave no way to.
    pub fn unreadable(&mut self) -> Item {
        let span = self.trimmed(self.base, self.end);
        self.report(Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            span,
            "this cannot be read",
        ));
        Item {
            doc: None,
            decorators: Vec::new(),
            kind: ItemKind::Invalid,
            span,
        }
    }

    fn report(&mut self, found: Diagnostic) {
        self.diagnostics.push(found);
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: &str) {
        self.report(Diagnostic::error(code, span, message).help(help));
    }

    /// A pair's span without the white space that the grammar may have taken in at its end.
    fn span(&self, pair: &Pair) -> Span {
        self.trimmed(self.base + pair.start(), self.base + pair.end())
    }

    fn trimmed(&self, start: usize, end: usize) -> Span {
        let length = self.text[start..end].trim_end().len();
        Span::new(self.file, start, start + length)
    }

    /// The same span up to another end.
    fn up_to(&self, start: Span, end: Span) -> Span {
        Span {
            end: end.end.max(start.end),
            ..start
        }
    }

    /// An empty span at the end of another.
    fn after(&self, span: Span) -> Span {
        Span {
            start: span.end,
            ..span
        }
    }

    fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn ident(&self, pair: &Pair) -> Ident {
        Ident {
            text: pair.as_str().to_owned(),
            span: self.span(pair),
        }
    }

    fn dotted(&self, pair: Pair) -> Dotted {
        let span = self.span(&pair);
        let inner = pair.into_inner();
        // `collect` would leave room for four.
        let mut parts = Vec::with_capacity(inner.clone().count());
        parts.extend(inner.map(|part| self.ident(&part)));
        Dotted { parts, span }
    }

    /// The text of the `///` lines right above `start`, without their slashes.
    fn doc(&self, start: u32) -> Option<String> {
        scan::doc_above(self.text, self.comments, start)
    }

    /// Explains a part that could not be read.
    fn junk(&mut self, pair: &Pair, place: Place) -> Span {
        let span = self.span(pair);
        let before = self.text[self.base..span.start as usize].trim_end();
        let found = slip::explain(self.slice(span), before, place, span);
        // Where a quote or bracket has no partner, the rest of the text around it is not worth a word.
        if !self.unbalanced {
            self.report(found);
        }
        span
    }

    /// A closing bracket or quote is missing: the scanner has said so, save for what it reads otherwise.
    fn missing_closer(&mut self, span: Span) {
        if !self.unbalanced {
            self.unbalanced = true;
            let at = Span {
                end: span.start
                    + self
                        .slice(span)
                        .chars()
                        .next()
                        .map_or(0, |c| c.len_utf8() as u32),
                ..span
            };
            self.error(
                codes::UNCLOSED_BRACKET,
                at,
                "this is never closed",
                "write its closing bracket or quote",
            );
        }
    }
}

/// Whether a pair stands for text that could not be read.
fn is_junk(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::junk
            | Rule::junk_line
            | Rule::junk_element
            | Rule::junk_hole
            | Rule::stray
            | Rule::rest
    )
}
