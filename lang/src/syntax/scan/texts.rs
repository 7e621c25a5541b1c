//! Strings and comments: where they end.

use super::super::words::{continues_name, looks_like_item, starts_name};
use super::super::{Comment, CommentKind};
use super::Scanner;
use super::brackets::Kind;
use crate::{Diagnostic, codes};

impl Scanner<'_> {
    pub(super) fn string(&mut self) {
        let start = self.at;
        let block = self.text[start..].starts_with("\"\"\"");
        if block && self.force && !self.text[start + 3..].contains("\"\"\"") {
            self.unclosed_string(start, 3);
            self.at = self.next_item_line(start + 3);
            return;
        }
        self.at += if block { 3 } else { 1 };
        self.brackets.string_at = start;
        self.string_rest(block);
    }

    /// Reads on in a string: to its end, or into a `${` hole.
    pub(super) fn string_rest(&mut self, block: bool) {
        let start = self.brackets.string_at;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\\' => {
                    self.at += 1;
                    let escaped = self.text[self.at..].chars().next();
                    self.at += escaped.filter(|c| *c != '\n').map_or(0, char::len_utf8);
                }
                b'"' if !block => {
                    self.at += 1;
                    return;
                }
                b'"' if self.text[self.at..].starts_with("\"\"\"") => {
                    self.at += 3;
                    return;
                }
                b'$' if self.byte(1) == Some(b'{') => {
                    let kind = if block { Kind::BlockHole } else { Kind::Hole };
                    self.at += 2;
                    return self.open(kind, self.at - 2);
                }
                b'\n' if !block => {
                    if !self.brackets.in_line_hole() {
                        self.unclosed_string(start, 1);
                    }
                    return;
                }
                _ => self.at += 1,
            }
        }
        if block {
            self.open_at_end = true;
        }
        if !self.brackets.in_line_hole() {
            self.unclosed_string(start, if block { 3 } else { 1 });
        }
    }

    pub(super) fn unclosed_string(&mut self, start: usize, quotes: usize) {
        self.chunk.unbalanced = true;
        let quote = &self.text[start..start + quotes];
        let found = Diagnostic::error(
            codes::UNCLOSED_STRING,
            self.span(start, start + quotes),
            "this string is never closed",
        );
        let help = if quotes == 1 {
            "close it with `\"` on the same line; text of several lines stands between `\"\"\"`"
                .into()
        } else {
            format!("close it with `{quote}`")
        };
        self.diagnostics.push(found.label("starts here").help(help));
    }

    /// The start of the next line that looks like a declaration, or the end.
    pub(super) fn next_item_line(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(length) = self.text[at..].find('\n') {
            at += length + 1;
            if looks_like_item(&self.text[at..]) {
                return at;
            }
        }
        self.text.len()
    }

    pub(super) fn single_quoted(&mut self) {
        let rest = &self.text[self.at + 1..];
        self.at += match rest.find(['\'', '\n']) {
            Some(end) if rest[end..].starts_with('\'') => end + 2,
            Some(end) => end + 1,
            None => rest.len() + 1,
        };
    }

    /// The end of a `<<WORD` text of another language that starts here, if one does. All searches together look at a
    /// multiple of the file, however many of its words have no end.
    pub(super) fn find_heredoc_end(&mut self) -> Option<usize> {
        let end = self.heredoc_end();
        if end.is_none() && self.text[self.at..].starts_with("<<") {
            let rest = self.text.len() - self.at;
            self.heredoc_bytes = self.heredoc_bytes.saturating_sub(rest);
        }
        end
    }

    fn heredoc_end(&self) -> Option<usize> {
        if self.text.len() - self.at > self.heredoc_bytes {
            return None;
        }
        let rest = self.text[self.at..].strip_prefix("<<")?;
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        if !word.starts_with(starts_name) {
            return None;
        }
        let mut at = self.text.len() - rest.len() + length;
        while let Some(line) = self.text[at..].find('\n') {
            at += line + 1;
            let text = self.text[at..].trim_start_matches([' ', '\t', '\r']);
            if let Some(after) = text.strip_prefix(word)
                && !after.starts_with(continues_name)
            {
                return Some(self.text.len() - after.len());
            }
        }
        None
    }

    pub(super) fn comment(&mut self, length: usize, kind: CommentKind) {
        let (start, end) = (self.at, self.at + length);
        self.at = end;
        self.blanks.push(start..end);
        self.comments.push(Comment {
            kind,
            text: self.text[start..end].to_owned(),
            span: self.span(start, end),
        });
    }

    pub(super) fn line_comment(&mut self) {
        let line = self.line_rest().trim_end();
        let doc = line.starts_with("///") && !line.starts_with("////");
        let kind = if doc {
            CommentKind::Doc
        } else {
            CommentKind::Line
        };
        self.comment(line.len(), kind);
    }

    pub(super) fn block_comment(&mut self) {
        let rest = &self.text[self.at..];
        let end = rest[2..].find("*/").map(|end| end + 4);
        if end.is_none() {
            let found = Diagnostic::error(
                codes::UNCLOSED_COMMENT,
                self.span(self.at, self.at + 2),
                "this comment is never closed",
            );
            self.diagnostics.push(
                found
                    .label("all that follows is part of it")
                    .help("close it with `*/`"),
            );
        }
        self.comment(end.unwrap_or(rest.len()), CommentKind::Block);
    }

    pub(super) fn hash_comment(&mut self) {
        let line = self.line_rest().trim_end();
        // One word for a run of such lines is enough.
        let again = self.comments.last().is_some_and(|last| {
            last.text.starts_with('#')
                && self.text[last.span.end as usize..self.at].trim().is_empty()
        });
        if !again {
            let found = Diagnostic::error(
                codes::HASH_COMMENT,
                self.span(self.at, self.at + 1),
                "`#` does not start a comment",
            );
            self.diagnostics
                .push(found.help(
                    "a comment starts with `//`; one that documents what follows with `///`",
                ));
        }
        self.comment(line.len(), CommentKind::Line);
    }
}
