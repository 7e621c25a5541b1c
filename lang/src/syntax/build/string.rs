//! Strings: escapes, `${…}`, and blocks whose shared indentation is removed.

use super::super::StringPart;
use super::super::grammar::{Pair, Rule};
use super::super::slip::Place;
use super::Builder;
use crate::codes;

/// A part of a string before indentation is removed from it.
enum Piece {
    /// As it stands in the text.
    Raw(String),
    /// What an escape stands for; never taken for indentation.
    Escaped(char),
    Hole(StringPart),
}

impl Builder<'_> {
    /// The parts of a `"…"` or a `"""` block.
    pub(super) fn string(&mut self, pair: Pair) -> Vec<StringPart> {
        let span = self.span(&pair);
        let block = pair.as_rule() == Rule::block_string;
        let mut pieces = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::text => pieces.push(Piece::Raw(part.as_str().to_owned())),
                Rule::block_text => pieces.push(Piece::Raw(part.as_str().replace("\r\n", "\n"))),
                Rule::escape => pieces.extend(self.escape(&part).map(Piece::Escaped)),
                Rule::hole => pieces.push(Piece::Hole(self.hole(part))),
                _ => self.missing_closer(span),
            }
        }
        if block {
            remove_indentation(&mut pieces);
        }
        let mut parts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Raw(text) => push_text(&mut parts, &text),
                Piece::Escaped(c) => push_text(&mut parts, c.encode_utf8(&mut [0; 4])),
                Piece::Hole(part) => parts.push(part),
            }
        }
        parts
    }

    fn hole(&mut self, pair: Pair) -> StringPart {
        let span = self.span(&pair);
        let mut expr = None;
        let mut told = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => expr = Some(self.expr(part)),
                Rule::missing => {
                    told = true;
                    self.missing_closer(span);
                }
                _ => {
                    told = true;
                    let place = match expr {
                        Some(_) => Place::AfterValue,
                        None => Place::Value,
                    };
                    let junk = self.junk(&part, place);
                    expr = Some(self.invalid(junk));
                }
            }
        }
        if expr.is_none() && !told {
            self.error(
                codes::MISSING_VALUE,
                span,
                "`${}` holds no value",
                "write an expression between the braces, or `\\${` for the characters themselves",
            );
        }
        StringPart::Expr(expr.unwrap_or_else(|| self.invalid(span)))
    }

    fn escape(&mut self, pair: &Pair) -> Option<char> {
        let span = self.span(pair);
        let escaped = &pair.as_str()[1..];
        let c = match escaped {
            "n" => Some('\n'),
            "t" => Some('\t'),
            "r" => Some('\r'),
            "\"" => Some('"'),
            "\\" => Some('\\'),
            "$" => Some('$'),
            _ => escaped
                .strip_prefix("u{")
                .and_then(|rest| rest.strip_suffix('}'))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32),
        };
        if c.is_none() {
            self.error(
                codes::INVALID_ESCAPE,
                span,
                format!("`\\{escaped}` means nothing in a string"),
                "there are \\n, \\t, \\r, \\\", \\\\, \\$ and \\u{…}; write `\\\\` for a backslash",
            );
        }
        c
    }
}

fn push_text(parts: &mut Vec<StringPart>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(StringPart::Text(last)) => last.push_str(text),
        _ => parts.push(StringPart::Text(text.to_owned())),
    }
}

/// Removes the line end after the opening quotes and the indentation that all lines share. Blank lines do not count;
/// the line of the closing quotes does, so it can say how much belongs to the text.
fn remove_indentation(pieces: &mut [Piece]) {
    if let Some(Piece::Raw(first)) = pieces.first_mut()
        && let Some(end) = first.find('\n')
        && first[..end].trim().is_empty()
    {
        // The line end stays for now: it marks the first line as one whose indentation counts.
        first.drain(..end);
    }
    let shared = shared_indentation(pieces);
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.iter_mut().enumerate() {
        let Piece::Raw(text) = piece else { continue };
        let mut lines = text.split('\n');
        let mut kept = lines.next().unwrap_or_default().to_owned();
        let mut rest = lines.peekable();
        while let Some(line) = rest.next() {
            kept.push('\n');
            let closing = at == last && rest.peek().is_none();
            if line.trim().is_empty() && (rest.peek().is_some() || closing) {
                continue;
            }
            kept.push_str(line.get(shared..).unwrap_or(line.trim_start()));
        }
        *text = kept;
    }
    if let Some(Piece::Raw(first)) = pieces.first_mut()
        && first.starts_with('\n')
    {
        first.remove(0);
    }
}

/// How many characters of white space start every line.
fn shared_indentation(pieces: &[Piece]) -> usize {
    let mut shared = None;
    for piece in pieces {
        let Piece::Raw(text) = piece else { continue };
        let lines: Vec<&str> = text.split('\n').skip(1).collect();
        for (row, line) in lines.iter().enumerate() {
            let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
            let ends_here = row + 1 < lines.len();
            if line.trim().is_empty() && ends_here {
                continue;
            }
            // The closing line counts, and so does one that goes on with a hole or an escape.
            shared = Some(shared.map_or(indentation, |least: usize| least.min(indentation)));
        }
    }
    shared.unwrap_or(0)
}
