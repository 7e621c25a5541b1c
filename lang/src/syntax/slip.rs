//! Words for what could not be read: first the usual slips and the habits of other languages, then what the grammar
//! would have taken at that place.

use infra_model::Span;

use super::expected::{Strict, expected};
use super::words::{ITEM_WORDS, RESERVED_WORDS, UNITS, leading_word, starts_name};
use crate::suggest::nearest;
use crate::{Diagnostic, codes};

mod foreign;
mod terraform;

pub(super) use terraform::{bare_block, inner_block};

/// Where the unreadable part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Instead of a declaration.
    Item,
    /// On the line of a declaration, after it.
    AfterItem,
    /// Instead of a field.
    Entry,
    /// Instead of a field of a schema.
    SchemaField,
    /// Instead of a value after `=`.
    Value,
    /// After a value, on its line.
    AfterValue,
    /// Instead of an item of a list or an argument.
    Element,
    /// After an item of a list or an argument, inside its brackets.
    AfterElement,
    /// Instead of a parameter, or after one.
    Parameter,
    /// In a type.
    Type,
}

/// Explains `junk`, which stands at `span` after `before` on its line.
pub(super) fn explain(junk: &str, before: &str, place: Place, span: Span) -> Diagnostic {
    let first = junk.lines().next().unwrap_or_default().trim_end();
    let shown = shorten(first);
    // Underline the first line only.
    let span = Span {
        end: span.start + first.len() as u32,
        ..span
    };
    let found = foreign::character(junk, span)
        .or_else(|| foreign::syntax(junk, before, place, span))
        .or_else(|| detached_unit(junk, before, span))
        .or_else(|| wants_name(place).then(|| misuse_of_words(junk, place, span))?)
        .or_else(|| dangling_operator(junk, span))
        .or_else(|| misuse_of_words(junk, place, span));
    if let Some(found) = found {
        return found;
    }
    match place {
        Place::Item => item(junk, span, &shown),
        Place::AfterItem => {
            unexpected(span, &shown, "after the declaration").help("declarations stand one a line")
        }
        Place::AfterElement if starts_value(junk) => missing_comma(span, junk, &shown),
        Place::Parameter if starts_value(junk) && !before.ends_with(['(', ',']) => {
            missing_comma(span, junk, &shown)
        }
        Place::AfterValue if starts_value(junk) => {
            let message = format!("a comma or a line end is missing before `{shown}`");
            Diagnostic::error(codes::MISSING_COMMA, first_character(span, junk), message)
                .help("fields stand one a line, or with commas between them")
        }
        Place::AfterValue | Place::AfterElement => unexpected(span, &shown, "after the value")
            .help("end the line here, or join the two with an operator or a comma"),
        Place::Element if junk.trim_end().ends_with('=') => {
            let message = format!("`{}` has no value", leading_word(junk));
            Diagnostic::error(codes::MISSING_VALUE, span, message).help("write one after the `=`")
        }
        Place::Value | Place::Element => {
            strict(Strict::Value, junk, span, &shown, "where a value should")
        }
        Place::Type => strict(Strict::Type, junk, span, &shown, "in a type"),
        Place::Entry => unexpected(span, &shown, "where a field should")
            .help("a field is written `name = value`"),
        Place::SchemaField => unexpected(span, &shown, "where a field should")
            .help("a field of a schema or a record type is written `name: type`"),
        Place::Parameter => unexpected(span, &shown, "where a parameter should")
            .help("parameters are written `name: type = default`, with commas between them"),
    }
}

/// Whether a pair of braces begins with `for`, as Terraform writes what makes a map.
pub(super) fn leads_with_for(braces: &str) -> bool {
    let inside = braces.trim_start_matches('{').trim_start();
    leading_word(inside) == "for" && !inside["for".len()..].trim_start().starts_with(['=', ':'])
}

/// `for` before what it makes.
pub(super) fn for_first(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TERRAFORM_SYNTAX,
        span,
        "`for` stands after what it makes",
    )
    .help("write `[value for x in xs]` or `{key: value for x in xs}`")
}

fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(CHARS_MAX).collect();
    short.push('…');
    short
}

fn unexpected(span: Span, shown: &str, place: &str) -> Diagnostic {
    Diagnostic::error(
        codes::UNEXPECTED_TEXT,
        span,
        format!("`{shown}` stands {place}"),
    )
}

/// The same with what the strict grammar wanted at the first place it could not pass.
fn strict(rule: Strict, junk: &str, span: Span, shown: &str, place: &str) -> Diagnostic {
    let Some((at, wanted)) = expected(rule, junk) else {
        return unexpected(span, shown, place)
            .help("see the language's reference for what may stand here");
    };
    let line = |text: &str| shorten(text.lines().next().unwrap_or_default().trim_end());
    let rest = junk.get(at..).map(line).unwrap_or_default();
    if at == 0 {
        return unexpected(span, shown, place).help(format!("{wanted} was expected"));
    }
    if rest.is_empty() {
        let message = format!("`{shown}` is not complete");
        return Diagnostic::error(codes::UNEXPECTED_TEXT, span, message)
            .help(format!("{wanted} was expected after it"));
    }
    let start = span.start + at as u32;
    let from = Span { start, ..span };
    let raw = &junk[at..];
    let slip = foreign::character(raw, from).or_else(|| {
        let name = wanted.contains("name");
        name.then(|| misuse_of_words(raw, Place::Item, from))?
    });
    if let Some(found) = slip {
        return found;
    }
    let found = Span {
        start,
        end: start + rest.trim_end_matches('…').len() as u32,
        ..span
    };
    Diagnostic::error(
        codes::UNEXPECTED_TEXT,
        found,
        format!("`{rest}` is not expected here"),
    )
    .help(format!("{wanted} was expected"))
}

fn missing_comma(span: Span, junk: &str, shown: &str) -> Diagnostic {
    let message = format!("a comma is missing before `{shown}`");
    Diagnostic::error(codes::MISSING_COMMA, first_character(span, junk), message)
        .help("write one between the two")
}

/// The span of the first character of what stands at `span`.
fn first_character(span: Span, text: &str) -> Span {
    let length = text.chars().next().map_or(0, char::len_utf8);
    Span {
        end: span.start + length as u32,
        ..span
    }
}

/// `8 GiB`: a unit apart from its number.
fn detached_unit(junk: &str, before: &str, span: Span) -> Option<Diagnostic> {
    let word = leading_word(junk);
    let unit = if junk.starts_with('%') { "%" } else { word };
    let alone = junk.trim_end() == unit;
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let number = &before[before.len() - digits..];
    if number.is_empty() || !alone || !(unit == "%" || UNITS.contains(&unit)) {
        return None;
    }
    let found = Diagnostic::error(codes::UNKNOWN_UNIT, span, "a unit touches its number");
    Some(found.help(format!("write `{number}{unit}`")))
}

fn starts_value(junk: &str) -> bool {
    junk.starts_with(|c: char| {
        starts_name(c) || c.is_ascii_digit() || matches!(c, '"' | '{' | '[' | '(')
    })
}

/// An operator or a point with nothing after it.
fn dangling_operator(junk: &str, span: Span) -> Option<Diagnostic> {
    const OPERATORS: [&str; 20] = [
        "??", "..", "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "and",
        "or", "not in", "in", "is",
    ];
    if junk.starts_with("?.") || junk.starts_with('.') && !junk.starts_with("..") {
        let found = Diagnostic::error(
            codes::MISSING_NAME,
            span,
            "a name is missing after the point",
        );
        return Some(found.help(
            "write the attribute's name; one that is no plain word is written `[\"name\"]`",
        ));
    }
    let op = OPERATORS.into_iter().find(|op| {
        junk.strip_prefix(op).is_some_and(|rest| {
            !op.ends_with(starts_name) || !rest.starts_with(super::words::continues_name)
        })
    })?;
    let rest = junk[op.len()..].trim_start();
    if starts_value(rest) && !RESERVED_WORDS.contains(&leading_word(rest)) {
        return None;
    }
    let at = Span {
        end: span.start + op.len() as u32,
        ..span
    };
    let found = Diagnostic::error(
        codes::MISSING_VALUE,
        at,
        format!("`{op}` needs a value on its right"),
    );
    Some(found.help("write one, or remove the operator"))
}

/// Whether a name starts what should stand there.
fn wants_name(place: Place) -> bool {
    matches!(
        place,
        Place::Entry | Place::SchemaField | Place::Parameter | Place::Item
    )
}

/// A word of the language where a name should stand.
fn misuse_of_words(junk: &str, place: Place, span: Span) -> Option<Diagnostic> {
    let word = leading_word(junk);
    if !RESERVED_WORDS.contains(&word) {
        return None;
    }
    let at = Span {
        end: span.start + word.len() as u32,
        ..span
    };
    let rest = junk[word.len()..].trim_start();
    if word == "if" && matches!(place, Place::Value | Place::Element) {
        let found = Diagnostic::error(codes::UNEXPECTED_TEXT, at, "this `if` is not complete");
        return Some(found.help("write `if condition then a else b`; both branches are needed"));
    }
    let names = wants_name(place) || rest.starts_with('=') && !rest.starts_with("==");
    let (code, message) = if names {
        (
            codes::RESERVED_WORD,
            format!("`{word}` is a word of the language and cannot be a name"),
        )
    } else {
        (
            codes::UNEXPECTED_TEXT,
            format!("`{word}` has no place here"),
        )
    };
    let help = match (names, place) {
        (true, Place::Entry) => {
            format!("choose another name; in a map the key can be quoted: `\"{word}\" = …`")
        }
        (true, _) => "choose another name".to_owned(),
        (false, _) => "see whether what stands before it is complete".to_owned(),
    };
    Some(Diagnostic::error(code, at, message).help(help))
}

/// What stands instead of a declaration.
fn item(junk: &str, span: Span, shown: &str) -> Diagnostic {
    let word = leading_word(junk);
    let rest = junk[word.len()..].trim_start();
    if word == "resource"
        && let Some((head, _)) = rest.split_once('{')
        && let [type_name, name] = head.split_whitespace().collect::<Vec<_>>()[..]
    {
        let found = Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            Span {
                end: span.start + word.len() as u32,
                ..span
            },
            "a resource is declared without the word `resource`",
        );
        return found.help(format!(
            "write `{type_name} {name} {{ … }}`; `resource` begins a schema in the standard library"
        ));
    }
    if ITEM_WORDS.contains(&word) || junk.starts_with('@') {
        return strict(
            Strict::Item,
            junk,
            span,
            shown,
            "where a declaration should",
        );
    }
    if rest.starts_with('=') && !rest.starts_with("==") {
        let found = Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            span,
            format!("`{word} = …` is not a declaration"),
        );
        return found.help(format!("write `let {word} = …`"));
    }
    let near = nearest(word, ITEM_WORDS)
        .filter(|_| !leading_word(rest).is_empty() || rest.starts_with('"'));
    if let Some(near) = near {
        let found = Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            Span {
                end: span.start + word.len() as u32,
                ..span
            },
            format!("`{word}` starts no declaration"),
        );
        return found.help(format!("did you mean `{near}`?"));
    }
    let head: &str = junk.lines().next().unwrap_or_default();
    if !word.is_empty() && rest.starts_with(':') && !rest.starts_with("::") {
        let found = Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            span,
            format!("`{shown}` is not a declaration"),
        );
        return found.help(format!("a parameter is written `param {word}: …`"));
    }
    if !word.is_empty() && !head.contains('{') {
        let found = Diagnostic::error(
            codes::MISSING_BLOCK,
            span,
            format!("`{shown}` is not a complete declaration"),
        );
        return found
            .help("a resource is written `type name { … }`, with the `{` on the same line");
    }
    if word.is_empty() {
        return unexpected(span, shown, "where a declaration should")
            .help("a file consists of declarations: `let name = …`, `param name: type`, `type name { … }` and others");
    }
    strict(
        Strict::Item,
        junk,
        span,
        shown,
        "where a declaration should",
    )
}
