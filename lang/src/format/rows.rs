//! Things that stand one a line, with the comments among them, and the columns they share.

use infra_model::Span;

use super::{Formatter, newline};

/// One thing of a sequence, laid out already.
pub(super) struct Row {
    pub span: Span,
    pub text: String,
    /// A place in `text` that lines up with that of the rows around it, such as the `=` of a field.
    pub align: Option<usize>,
}

impl Row {
    pub fn plain(span: Span, text: String) -> Row {
        Row {
            span,
            text,
            align: None,
        }
    }
}

/// A line (or several) of the output.
#[derive(Default)]
struct Line {
    text: String,
    align: Option<usize>,
    /// Comments behind it on its line.
    trailing: String,
    blank_before: bool,
    is_comment: bool,
}

impl Formatter<'_> {
    /// The rows of a whole file.
    pub(super) fn file(&mut self, rows: Vec<Row>) -> String {
        let mut out = String::new();
        self.rows(&mut out, rows, 0, self.text.len() as u32, 0, false);
        out.trim_start_matches('\n').to_owned()
    }

    /// Writes rows and the comments around them, each on a line of its own, after a line end each.
    pub(super) fn rows(
        &mut self,
        out: &mut String,
        rows: Vec<Row>,
        open: u32,
        close: u32,
        indent: usize,
        commas: bool,
    ) {
        let mut lines: Vec<Line> = vec![Line::default()];
        let mut at = open;
        for row in rows {
            self.comments_up_to(&mut lines, &mut at, row.span.start, open);
            let comma = if commas { "," } else { "" };
            lines.push(Line {
                text: row.text + comma,
                align: row.align,
                blank_before: lines.len() > 1 && self.blank_between(at, row.span.start),
                ..Line::default()
            });
            at = row.span.end;
        }
        self.comments_up_to(&mut lines, &mut at, close, open);
        align_columns(&mut lines);
        align_trailing(&mut lines);
        out.push_str(&lines[0].trailing);
        for line in &lines[1..] {
            if line.blank_before {
                out.push('\n');
            }
            newline(out, indent);
            out.push_str(&line.text);
            out.push_str(&line.trailing);
        }
    }

    fn comments_up_to(&mut self, lines: &mut Vec<Line>, at: &mut u32, end: u32, open: u32) {
        let comments = self.comments_in(*at, end);
        for comment in comments {
            let before = self.slice(*at, comment.span.start);
            let text = comment.text.trim_end().to_owned();
            // At the top of a file there is nothing a comment could trail.
            let same_line = !before.contains('\n') && (lines.len() > 1 || open > 0);
            match lines.last_mut() {
                Some(last) if same_line && !(last.is_comment && last.text.starts_with("//")) => {
                    last.trailing.push(' ');
                    last.trailing.push_str(&text);
                }
                _ => lines.push(Line {
                    text,
                    blank_before: lines.len() > 1 && self.blank_between(*at, comment.span.start),
                    is_comment: true,
                    ..Line::default()
                }),
            }
            *at = comment.span.end;
            self.placed += 1;
        }
    }

    fn blank_between(&self, from: u32, to: u32) -> bool {
        self.slice(from, to).matches('\n').count() > 1
    }
}

/// Lines up the marked places of neighbouring rows. A blank line or a row of several lines ends a table.
fn align_columns(lines: &mut [Line]) {
    let mut start = 0;
    while start < lines.len() {
        let mut end = start;
        while end < lines.len() {
            let line = &lines[end];
            let joins = line.is_comment || line.align.is_some();
            if end > start && (line.blank_before || !joins) {
                break;
            }
            end += 1;
            if !joins || line.text.contains('\n') {
                break;
            }
        }
        let column = |line: &Line| line.align.map(|at| line.text[..at].chars().count());
        let widest = lines[start..end].iter().filter_map(column).max();
        for line in &mut lines[start..end] {
            if let (Some(widest), Some(own), Some(at)) = (widest, column(line), line.align) {
                line.text.insert_str(at, &" ".repeat(widest - own));
            }
        }
        start = end;
    }
}

/// Lines up the comments behind neighbouring one-line rows.
fn align_trailing(lines: &mut [Line]) {
    // The line of the opening bracket is no row.
    let mut start = 1;
    while start < lines.len() {
        let single = |line: &Line| {
            !line.trailing.is_empty() && !line.text.contains('\n') && !line.is_comment
        };
        let mut end = start;
        while end < lines.len() && single(&lines[end]) && (end == start || !lines[end].blank_before)
        {
            end += 1;
        }
        let width = |line: &Line| line.text.chars().count();
        let widest = lines[start..end].iter().map(width).max().unwrap_or(0);
        for line in &mut lines[start..end] {
            let padding = " ".repeat(widest - width(line));
            line.trailing.insert_str(0, &padding);
        }
        start = end.max(start + 1);
    }
}
