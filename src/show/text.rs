//! Text that comes from outside (a cloud, a file, the command line) made safe and measured for a terminal.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// Whether a terminal could act upon the character instead of showing it: control characters, and the marks that
/// reorder text so that it reads differently from what it is.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text as one line that cannot drive a terminal: what is unsafe is written as an escape.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(escape(text, |_| false))
    } else {
        Cow::Borrowed(text)
    }
}

/// Like [`line()`], but line ends stay.
pub fn block(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| is_unsafe(c) && c != '\n') {
        Cow::Owned(escape(text, |c| c == '\n'))
    } else {
        Cow::Borrowed(text)
    }
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if keep(c) || !is_unsafe(c) => safe.push(c),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c => safe.extend(c.escape_unicode()),
        }
    }
    safe
}

/// The text with every unsafe character replaced by a harmless one of the same length in bytes, so that byte
/// offsets into it stay true. Line ends and tabs stay.
pub fn same_length(text: &str) -> Cow<'_, str> {
    let is_bad = |c: char| is_unsafe(c) && c != '\n' && c != '\t';
    if !text.chars().any(is_bad) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c.len_utf8() {
                _ if !is_bad(c) => c,
                1 if c == '\r' => ' ',
                1 => '?',
                2 => '·',
                _ => '\u{fffd}',
            })
            .collect(),
    )
}

/// How many columns of a terminal the text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The same of a text that colours were put on.
pub fn painted_width(text: &str) -> usize {
    let mut columns = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        columns += width(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    columns + width(rest)
}

/// The text filled up with spaces to a number of columns.
pub fn pad(text: &str, columns: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(
        ' ',
        columns.saturating_sub(width(text)),
    ));
    padded
}

/// The text cut to a number of columns, with `…` in place of what was cut.
pub fn shorten(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide > columns {
            break;
        }
        used += wide;
        short.push(c);
    }
    short.push('…');
    Cow::Owned(short)
}

/// The words of the text in lines of at most `columns` columns; a longer word has a line of its own.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A word as a shell would have to be given it.
pub fn shell(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_written_as_an_escape() {
        assert_eq!(line("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(block("a\u{9b}31m\nb"), "a\\u{9b}31m\nb");
        assert_eq!(line("a\u{202e}b"), "a\\u{202e}b");
        assert!(matches!(line("键 plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn same_length_keeps_offsets() {
        let text = "a\u{1b}b\u{9b}c\u{202e}d\r\n\te";
        let safe = same_length(text);
        assert_eq!(safe.len(), text.len());
        assert_eq!(safe, "a?b·c\u{fffd}d \n\te");
    }

    #[test]
    fn what_a_shell_would_split_is_quoted() {
        assert_eq!(shell("生产/plan-1.out"), "生产/plan-1.out");
        assert_eq!(shell("my plan"), "'my plan'");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(shell("aws.volume.x[\"a\"]"), "'aws.volume.x[\"a\"]'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn colours_take_no_columns() {
        assert_eq!(painted_width("\u{1b}[1;31m键\u{1b}[0m plain"), 8);
        assert_eq!(painted_width("plain"), 5);
    }

    #[test]
    fn columns_are_counted_and_not_characters() {
        assert_eq!(pad("键", 4), "键  ");
        assert_eq!(shorten("键键键", 5), "键键…");
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
    }
}
