//! The hand scanner that runs before the grammar: it finds comments, cuts the text at its declarations, matches
//! brackets, and measures how deep they nest. A mistake in one declaration therefore never reaches the next.

use std::ops::Range;

use infra_model::{FileId, Span};

use super::words::{continues_name, is_reserved, looks_like_item, starts_name};
use super::{Comment, CommentKind};
use crate::{Diagnostic, codes};

mod brackets;
mod texts;

use brackets::{Brackets, Kind};

/// How deep brackets, holes of strings and `if`s may nest. The grammar and all that walks the tree recurse per level.
pub(super) const DEPTH_MAX: usize = 64;

/// Some editors put it at the start of a file.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A stretch of text with one declaration, its decorators, and the comments after it.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub start: usize,
    pub end: usize,
    /// Where the nesting passes [`DEPTH_MAX`]; the grammar never sees such a chunk.
    pub too_deep: Option<usize>,
    /// A bracket or a quote has no partner, and a diagnostic says so.
    pub unbalanced: bool,
}

/// What the scanner learnt about a text.
pub(super) struct Scan {
    pub chunks: Vec<Chunk>,
    pub comments: Vec<Comment>,
    /// The text for the grammar: comments, bodies of `<<WORD` texts, closers without an opener and white space of
    /// all kinds but line ends are blanked, and mistyped closers (`[1, 2)`) are put right. Every byte keeps its place.
    pub text: String,
    pub diagnostics: Vec<Diagnostic>,
}

/// Scans a whole text.
///
/// A line that looks like a declaration is one, whatever is still open, except in the block of a component or a
/// test. Where such a block never closes it is scanned again, and then the exception is dropped.
pub(super) fn scan(file: FileId, text: &str) -> Scan {
    let mut scanner = Scanner::new(file, text, 0, false);
    scanner.run();
    if scanner.open_at_end {
        let from = scanner.chunks.last().map_or(0, |chunk| chunk.start);
        let mut again = Scanner::new(file, text, from, true);
        again.run();
        scanner.chunks.pop();
        scanner.chunks.append(&mut again.chunks);
        let keeps = |span: Span| (span.start as usize) < from;
        scanner.comments.retain(|comment| keeps(comment.span));
        scanner.comments.append(&mut again.comments);
        scanner.diagnostics.retain(|found| keeps(found.span));
        scanner.diagnostics.append(&mut again.diagnostics);
        scanner.patches.retain(|(at, _)| *at < from);
        scanner.patches.append(&mut again.patches);
        scanner.blanks.retain(|blank| blank.start < from);
        scanner.blanks.append(&mut again.blanks);
    }
    let mut bytes = text.as_bytes().to_vec();
    for (at, byte) in scanner.patches {
        bytes[at] = byte;
    }
    for blank in scanner.blanks {
        bytes[blank].fill(b' ');
    }
    Scan {
        chunks: scanner.chunks,
        comments: scanner.comments,
        // ASCII bytes were put in the place of ASCII bytes and of whole characters, so this is still UTF-8.
        text: String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned()),
        diagnostics: scanner.diagnostics,
    }
}

/// The text of the `///` lines right above `start`, without their slashes.
pub(super) fn doc_above(text: &str, comments: &[Comment], start: u32) -> Option<String> {
    let before = comments.partition_point(|comment| comment.span.end <= start);
    let mut lines = Vec::new();
    let mut below = start as usize;
    for comment in comments[..before].iter().rev() {
        let between = &text[comment.span.end as usize..below];
        let adjacent = between.trim().is_empty() && between.matches('\n').count() == 1;
        if comment.kind != CommentKind::Doc || !adjacent {
            break;
        }
        let text = comment.text.trim_start_matches('/');
        lines.push(text.strip_prefix(' ').unwrap_or(text));
        below = comment.span.start as usize;
    }
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// So many mistakes are told of one file. Whoever has mended these reads it again.
pub(super) const DIAGNOSTICS_MAX: usize = 1_000;

struct Scanner<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    /// Where the line starts, and how many bytes of white space it starts with.
    line_start: usize,
    indent: usize,
    /// Lines that look like declarations end the blocks of components and tests too.
    force: bool,
    brackets: Brackets,
    chunk: Chunk,
    /// The chunk has had something other than comments.
    has_code: bool,
    /// The chunk's declaration has declarations in its block (`component`, `test`).
    holds_items: bool,
    /// The chunk has had nothing but decorators.
    decorating: bool,
    /// The line before ended with an operator: this one goes on with it.
    joins: bool,
    open_at_end: bool,
    chunks: Vec<Chunk>,
    comments: Vec<Comment>,
    patches: Vec<(usize, u8)>,
    /// What is nothing to the grammar.
    blanks: Vec<Range<usize>>,
    diagnostics: Vec<Diagnostic>,
    /// The bytes that may still be searched for the ends of texts of another language.
    heredoc_bytes: usize,
}

impl<'a> Scanner<'a> {
    fn new(file: FileId, text: &'a str, from: usize, force: bool) -> Self {
        Scanner {
            file,
            text,
            at: from,
            line_start: from,
            indent: indentation(&text[from..]),
            force,
            brackets: Brackets::default(),
            chunk: Chunk {
                start: from,
                ..Chunk::default()
            },
            has_code: false,
            holds_items: false,
            decorating: true,
            joins: false,
            open_at_end: false,
            chunks: Vec::new(),
            comments: Vec::new(),
            patches: Vec::new(),
            blanks: Vec::new(),
            diagnostics: Vec::new(),
            heredoc_bytes: 2 * text.len(),
        }
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + offset).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    /// The text from here to the end of the line.
    fn line_rest(&self) -> &'a str {
        let rest = &self.text[self.at..];
        rest.split('\n').next().unwrap_or(rest)
    }

    fn run(&mut self) {
        while let Some(byte) = self.byte(0) {
            if self.gives_up() {
                self.at = self.text.len();
                break;
            }
            let starts = self.at == 0 || self.text.as_bytes()[self.at - 1] == b'\n';
            if starts {
                self.line_start = self.at;
                self.indent = indentation(&self.text[self.at..]);
                self.cut_if_declaration();
            }
            match byte {
                b' ' => self.at += 1,
                b'\t' | b'\r' => self.white_space(1),
                b'\xEF' if self.text[self.at..].starts_with(BYTE_ORDER_MARK) => {
                    self.white_space(BYTE_ORDER_MARK.len_utf8());
                }
                b'\n' => self.line_end(),
                b'/' if self.byte(1) == Some(b'/') => self.line_comment(),
                b'/' if self.byte(1) == Some(b'*') => self.block_comment(),
                b'#' => self.hash_comment(),
                _ => {
                    self.has_code = true;
                    self.token(byte);
                }
            }
        }
        self.open_at_end |= !self.brackets.is_empty();
        self.finish_chunk();
    }

    /// Whether this is no program: what follows is not looked at, so that it fills neither memory nor screen.
    fn gives_up(&self) -> bool {
        /// Far more brackets than any chunk may nest.
        const OPEN_MAX: usize = 100_000;
        self.diagnostics.len() >= DIAGNOSTICS_MAX || self.brackets.depth() > OPEN_MAX
    }

    fn white_space(&mut self, length: usize) {
        match self.blanks.last_mut() {
            Some(before) if before.end == self.at => before.end += length,
            _ => self.blanks.push(self.at..self.at + length),
        }
        self.at += length;
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        let mut joins = false;
        match byte {
            b'"' => self.string(),
            b'\'' => self.single_quoted(),
            b'(' | b'[' | b'{' => {
                self.at += 1;
                self.open(Kind::of(byte), start);
            }
            b')' | b']' | b'}' => self.close(byte),
            b'<' if let Some(end) = self.find_heredoc_end() => {
                let head = self.line_rest().len();
                self.blanks.push(start + head..end);
                self.at = end;
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'&' | b'|' | b'?' | b'.' | b',' => {
                self.at += 1;
                joins = true;
            }
            b'=' => {
                // `=` alone ends with its line (a value is missing); `==` and its kin go on.
                joins = matches!(
                    self.text.as_bytes()[..start].last(),
                    Some(b'=' | b'!' | b'<' | b'>')
                );
                self.at += 1;
            }
            _ => joins = self.word(),
        }
        self.joins = joins;
        if self.brackets.is_empty() && byte == b'@' {
            return;
        }
        let after_at = start > 0 && self.text.as_bytes()[start - 1] == b'@';
        if self.decorating && self.brackets.is_empty() && !after_at && byte != b')' {
            self.decorating = false;
            self.holds_items = matches!(&self.text[start..self.at], "component" | "test");
        }
    }

    /// A name, a number, or a single other character. Says whether the next line goes on with it.
    fn word(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if !continues_name(first) {
            self.at += first.len_utf8();
            return false;
        }
        let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let is_member = self.at > 0 && self.text.as_bytes()[self.at - 1] == b'.';
        if !is_member {
            match word {
                "if" => self.brackets.enter_if(),
                "else" => self.brackets.leave_if(),
                _ => {}
            }
            self.note_depth();
        }
        self.at += length;
        matches!(
            word,
            "and" | "or" | "not" | "in" | "is" | "if" | "then" | "else" | "where"
        ) && !is_member
    }

    /// Cuts here when the line starts a declaration.
    fn cut_if_declaration(&mut self) {
        let line = self.line_rest();
        let first = line.chars().next().unwrap_or(' ');
        if !(first == '@' || starts_name(first)) || !self.has_code {
            return;
        }
        let looks = looks_like_item(line);
        if self.brackets.is_empty() {
            if self.decorating || is_reserved(line) || (self.joins && !looks) {
                return;
            }
        } else if !looks || (self.holds_items && !self.force) {
            return;
        }
        self.finish_chunk();
    }

    fn finish_chunk(&mut self) {
        self.report_unclosed();
        self.chunk.end = self.at;
        let next = Chunk {
            start: self.at,
            ..Chunk::default()
        };
        self.chunks.push(std::mem::replace(&mut self.chunk, next));
        self.has_code = false;
        self.holds_items = false;
        self.decorating = true;
        self.joins = false;
        self.brackets.clear();
    }

    fn report_unclosed(&mut self) {
        let Some(open) = self.brackets.likely_unclosed() else {
            return;
        };
        if self.chunk.unbalanced {
            return;
        }
        self.unclosed_bracket(open.kind, open.at);
    }

    fn unclosed_bracket(&mut self, kind: Kind, at: usize) {
        self.chunk.unbalanced = true;
        let (opener, closer) = kind.texts();
        let span = self.span(at, at + opener.len());
        let found = Diagnostic::error(
            codes::UNCLOSED_BRACKET,
            span,
            format!("`{opener}` is never closed"),
        );
        self.diagnostics.push(
            found
                .label("opened here")
                .help(format!("close it with `{closer}`")),
        );
    }

    fn note_depth(&mut self) {
        if self.brackets.depth() > DEPTH_MAX && self.chunk.too_deep.is_none() {
            self.chunk.too_deep = Some(self.at);
        }
    }

    fn open(&mut self, kind: Kind, at: usize) {
        self.brackets.open(kind, at, self.indent);
        self.note_depth();
    }

    fn close(&mut self, byte: u8) {
        let at = self.at;
        self.at += 1;
        // The column of a closer that is the first on its line.
        let column = at - self.line_start;
        let column = (column == self.indent).then_some(column);
        match self.brackets.close(byte, column, self.line_start) {
            brackets::Closed::Fits(Kind::Hole) => self.string_rest(false),
            brackets::Closed::Fits(Kind::BlockHole) => self.string_rest(true),
            brackets::Closed::Fits(_) => {}
            brackets::Closed::After { unclosed, kind } => {
                self.unclosed_bracket(unclosed.kind, unclosed.at);
                match kind {
                    Kind::Hole => self.string_rest(false),
                    Kind::BlockHole => self.string_rest(true),
                    _ => {}
                }
            }
            brackets::Closed::Mistyped(open) => {
                let (opener, closer) = open.kind.texts();
                self.patches.push((at, closer.as_bytes()[0]));
                let found = Diagnostic::error(
                    codes::MISMATCHED_BRACKET,
                    self.span(at, at + 1),
                    format!("`{}` closes `{opener}`", byte as char),
                );
                let opened = self.span(open.at, open.at + opener.len());
                self.diagnostics.push(
                    found
                        .related(opened, "opened here")
                        .help(format!("write `{closer}`")),
                );
            }
            brackets::Closed::Stray => {
                self.patches.push((at, b' '));
                let found = Diagnostic::error(
                    codes::EXTRA_BRACKET,
                    self.span(at, at + 1),
                    format!("`{}` closes nothing", byte as char),
                );
                self.diagnostics
                    .push(found.help("remove it, or write the bracket that it should close"));
            }
        }
    }

    fn line_end(&mut self) {
        // A hole in a one-line string cannot outlive its line.
        if let Some(hole) = self.brackets.drop_line_holes() {
            self.unclosed_bracket(Kind::Hole, hole);
        }
        self.at += 1;
    }
}

/// How many bytes of white space a text starts with.
fn indentation(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
