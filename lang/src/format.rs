//! The one way a program is laid out. Works from the tree; never loses a comment and never touches what is not
//! understood.
//!
//! What the author chose stays where it says something: one line or several for a block, a list and the arguments of
//! a call (as long as one line fits), line ends around operators, single blank lines. All else has one form.

use infra_model::Span;

use crate::syntax::{Comment, Expr, ExprKind, Shapes, Tree, parse_with};

mod expr;
mod item;
mod rows;
mod types;

use rows::Row;

/// How many characters a line should have at most.
const WIDTH: usize = 110;

/// The indentation of one level.
const STEP: usize = 2;

/// The text of a file in its one form, or `None` when it has parts that could not be read.
pub fn format(tree: &Tree, text: &str) -> Option<String> {
    // A line that became shorter may now fit where it did not: a few rounds settle that.
    const ROUNDS_MAX: usize = 4;
    let mut out = once(tree, text)?;
    if out == text {
        return Some(out);
    }
    let mut shapes = Shapes::default();
    for _ in 1..ROUNDS_MAX {
        let (tree, diagnostics) = parse_with(&mut shapes, tree.file, &out);
        let next = once(&tree, &out).filter(|_| diagnostics.is_empty())?;
        if next == out {
            return Some(out);
        }
        out = next;
    }
    Some(out)
}

fn once(tree: &Tree, text: &str) -> Option<String> {
    let mut formatter = Formatter {
        text,
        comments: &tree.comments,
        placed: 0,
        failed: false,
        flat: false,
    };
    let items = tree.items.iter();
    let rows = items.map(|item| formatter.item_row(item, 0)).collect();
    let mut out = formatter.file(rows).replace("\r\n", "\n");
    if !out.is_empty() {
        out.push('\n');
    }
    let lossless = squeezed(&out).eq(squeezed(text));
    (!formatter.failed && lossless && formatter.placed == tree.comments.len()).then_some(out)
}

/// What layout may not change: everything but white space and commas (and the mark some editors put first).
fn squeezed(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != ',' && *c != '\u{FEFF}')
}

struct Formatter<'a> {
    text: &'a str,
    comments: &'a [Comment],
    /// How many comments were written.
    placed: usize,
    /// Something in the tree could not be read.
    failed: bool,
    /// What is written stands on one line of source and is tried on one line.
    flat: bool,
}

impl<'a> Formatter<'a> {
    fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    fn source(&self, span: Span) -> &'a str {
        self.slice(span.start, span.end)
    }

    /// The comments that lie within a stretch of text.
    fn comments_in(&self, start: u32, end: u32) -> &'a [Comment] {
        let first = self
            .comments
            .partition_point(|comment| comment.span.start < start);
        let last = self
            .comments
            .partition_point(|comment| comment.span.end <= end);
        self.comments.get(first..last).unwrap_or_default()
    }

    /// Runs `write`, and copies the source instead when that has comments which found no place.
    fn whole(&mut self, span: Span, write: impl FnOnce(&mut Self) -> String) -> String {
        let before = self.placed;
        let written = write(self);
        let inside = self.comments_in(span.start, span.end).len();
        if self.placed - before == inside {
            return written;
        }
        self.placed = before + inside;
        copied(self.source(span))
    }

    /// The words between two parts with their line ends kept: `tight` leaves out the spaces.
    fn gap(&self, from: u32, to: u32, indent: usize, tight: bool) -> String {
        let mut out = String::new();
        let mut rest = self.slice(from, to);
        loop {
            let trimmed = rest.trim_start();
            let broken = rest[..rest.len() - trimmed.len()].contains('\n');
            if broken {
                newline(&mut out, indent + STEP);
            } else if !tight && !trimmed.starts_with(',') {
                out.push(' ');
            }
            if trimmed.is_empty() {
                return out;
            }
            let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
            out.push_str(&trimmed[..end]);
            rest = &trimmed[end..];
        }
    }

    /// Whether the author put a line end right after an opening bracket.
    fn opens_line(&self, open: u32, close: u32) -> bool {
        let inside = self.slice(open, close);
        let blank = inside.len() - inside.trim_start().len();
        inside[..blank].contains('\n')
    }

    /// What stands between two brackets.
    ///
    /// One line when the author opened no new one after the bracket and it fits; of lists and calls the last part may
    /// be of several lines then (`f({`…`})`). Else each part has a line of its own.
    fn bracketed<T>(&mut self, inside: Inside, parts: &[T], part: impl Part<T>) -> String {
        let Inside {
            open,
            close,
            indent,
            column,
            spaced,
        } = inside;
        let broken = |this: &Self, at: &T| this.source(part.span(at)).contains('\n');
        let mut own_comments = self.comments_in(open, close).len();
        for at in parts {
            let span = part.span(at);
            own_comments -= self.comments_in(span.start, span.end).len();
        }
        if let Some((last, before)) = parts.split_last()
            && own_comments == 0
            && !self.opens_line(open, close)
            && !before.iter().any(|at| broken(self, at))
            && !(spaced && broken(self, last))
        {
            let (placed, outer) = (self.placed, self.flat);
            let hugs = broken(self, last);
            self.flat = !hugs;
            let texts: Vec<String> = parts
                .iter()
                .map(|at| part.row(self, at, indent, column).text)
                .collect();
            self.flat = outer;
            let joined = texts.join(", ");
            let closers = if spaced { 3 } else { 1 };
            if hugs || outer || column + joined.chars().count() + closers <= WIDTH {
                return if spaced {
                    format!(" {joined} ")
                } else {
                    joined
                };
            }
            self.placed = placed;
        }
        if parts.is_empty() && own_comments == 0 {
            return String::new();
        }
        let flat = std::mem::take(&mut self.flat);
        let inner = indent + STEP;
        let rows = parts
            .iter()
            .map(|at| part.row(self, at, inner, inner))
            .collect();
        self.flat = flat;
        let mut out = String::new();
        self.rows(&mut out, rows, open, close, inner, !spaced);
        newline(&mut out, indent);
        out
    }

    /// How many round brackets stand around an expression, and the span without them.
    fn without_brackets(&self, expr: &Expr) -> (usize, Span) {
        let mut span = expr.span;
        let mut count = 0;
        if !expr.is_bracketed(self.text) {
            return (0, span);
        }
        let first = first_child(expr).unwrap_or(u32::MAX);
        while span.start < first
            && self.source(span).starts_with('(')
            && self.source(span).ends_with(')')
        {
            let inner = &self.source(span)[1..];
            let blank = inner.len() - inner.trim_start().len();
            span.start += 1 + blank as u32;
            span.end = span.start + self.slice(span.start, span.end - 1).trim_end().len() as u32;
            count += 1;
        }
        (count, span)
    }
}

/// The inside of a pair of brackets.
struct Inside {
    /// Just after the opening one, and just before the closing one.
    open: u32,
    close: u32,
    /// The indentation of the line that opens.
    indent: usize,
    /// The column after the opening bracket.
    column: usize,
    /// Braces have spaces inside, and no commas at the ends of lines.
    spaced: bool,
}

impl Inside {
    fn new(brackets: Span, indent: usize, column: usize, spaced: bool) -> Inside {
        let open = brackets.start + 1;
        Inside {
            open,
            close: brackets.end.saturating_sub(1).max(open),
            indent,
            column: column + 1,
            spaced,
        }
    }
}

/// One of the parts between brackets: where it stands, and how it is written at an indentation and a column.
trait Part<T> {
    fn span(&self, part: &T) -> Span;
    fn row(&self, formatter: &mut Formatter, part: &T, indent: usize, column: usize) -> Row;
}

impl<T, S, R> Part<T> for (S, R)
where
    S: Fn(&T) -> Span,
    R: Fn(&mut Formatter, &T, usize, usize) -> Row,
{
    fn span(&self, part: &T) -> Span {
        self.0(part)
    }

    fn row(&self, formatter: &mut Formatter, part: &T, indent: usize, column: usize) -> Row {
        self.1(formatter, part, indent, column)
    }
}

/// Where the first part of an expression starts that has a part at its start.
fn first_child(expr: &Expr) -> Option<u32> {
    Some(match &expr.kind {
        ExprKind::Binary { left, .. } => left.span.start,
        ExprKind::Member { base, .. } | ExprKind::Index { base, .. } => base.span.start,
        ExprKind::Call { callee, .. } => callee.span.start,
        ExprKind::Range { from, .. } => from.span.start,
        ExprKind::Is { value, .. } => value.span.start,
        _ => return None,
    })
}

/// A part of the source as it is, without blanks at the ends of lines; those of a text are its own.
fn copied(source: &str) -> String {
    if source.contains("\"\"\"") {
        return source.to_owned();
    }
    source
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

fn newline(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// The column behind the last character of `text` when its first line starts at `column`.
fn column_after(text: &str, column: usize) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => column + text.chars().count(),
    }
}
