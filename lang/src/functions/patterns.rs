//! Regular expressions, and texts put together by a format.

use infra_model::Value;
use regex_lite::{Regex, RegexBuilder};

use super::{Args, Function, Text, format};

/// A pattern compiles to at most this many bytes, and the text it looks through has at most this many: the time of a
/// search is the product of both.
const PATTERN_BYTES_MAX: usize = 64 << 10;
const TEXT_BYTES_MAX: usize = 256 << 10;

/// What it takes to compile a pattern, for each of its bytes.
const PATTERN_BYTE: u64 = 20;

/// What it takes to search a byte of a text, for this many bytes of the pattern.
const PATTERN_BYTES: u64 = 16;

fn pattern(args: &Args<'_>) -> Result<Regex, String> {
    let pattern = args.text(1)?;
    args.spend(PATTERN_BYTE * pattern.len() as u64)?;
    let compiled = RegexBuilder::new(pattern)
        .size_limit(PATTERN_BYTES_MAX)
        .build();
    compiled.map_err(|error| format!("`{pattern}` is not a regular expression: {error}"))
}

fn text<'a>(args: &'a Args<'_>) -> Result<&'a str, String> {
    let text = args.text(0)?;
    match text.len() > TEXT_BYTES_MAX {
        true => Err(
            "the text is longer than the 256 KiB that a regular expression may search".to_owned(),
        ),
        false => {
            let pattern = 1 + args.text(1)?.len() as u64 / PATTERN_BYTES;
            args.spend(pattern.saturating_mul(text.len() as u64))?;
            Ok(text)
        }
    }
}

/// The first match and its groups; a group that took no part is null.
fn first(args: &Args<'_>) -> Result<Value, String> {
    let Some(found) = pattern(args)?.captures(text(args)?) else {
        return Ok(Value::List(Vec::new()));
    };
    let group = |group: Option<regex_lite::Match<'_>>| match group {
        Some(group) => Value::string(group.as_str()),
        None => Value::string(""),
    };
    Ok(Value::List(found.iter().map(group).collect()))
}

fn every(args: &Args<'_>) -> Result<Value, String> {
    let pattern = pattern(args)?;
    let found = pattern.find_iter(text(args)?);
    Ok(Value::List(
        found.map(|it| Value::string(it.as_str())).collect(),
    ))
}

fn replaced(args: &Args<'_>) -> Result<Value, String> {
    let (pattern, text, new) = (pattern(args)?, text(args)?, args.text(2)?);
    let mut replaced = Text::default();
    let mut at = 0;
    for found in pattern.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let mut expanded = String::new();
        // A group stands at most for the whole match, and takes two bytes to name.
        args.make_text(new.len() + new.len().saturating_mul(whole.len()) / 2)?;
        found.expand(new, &mut expanded);
        replaced.push(&text[at..whole.start()])?;
        replaced.push(&expanded)?;
        at = whole.end();
    }
    replaced.push(&text[at..])?;
    Ok(replaced.finish())
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "format",
        signature: "(form: string, values...: any) -> string",
        doc: "The form with each `%s` (a text), `%d` (a whole number), `%x` (in hexadecimal), `%f` (a fraction), `%q` (in quotes) and `%v` (as `\"${…}\"` shows it) replaced by the next value. `%03d` fills up with zeros, `%-8s` and `%8s` with blanks, `%.2f` rounds; `%%` is `%`.",
        example: (r#"format("%s-%03d", "web", 7)"#, r#""web-007""#),
        partial: false,
        run: |args| {
            let rest = args.values.iter().skip(1).flatten();
            let values: Vec<&Value> = rest.map(|value| &***value).collect();
            let weights = args
                .values
                .iter()
                .flatten()
                .map(|value| value.facts().weight);
            args.spend(weights.sum())?;
            format::format(args.text(0)?, &values).map(Value::String)
        },
    },
    Function {
        name: "matches",
        signature: "(text: string, pattern: string) -> bool",
        doc: "Whether the regular expression matches a part of the text; `^…$` asks for the whole.",
        example: (r#"matches("us-west-2a", "^us-.*[ab]$")"#, "true"),
        partial: false,
        run: |args| Ok(Value::Bool(pattern(args)?.is_match(text(args)?))),
    },
    Function {
        name: "regex",
        signature: "(text: string, pattern: string) -> [string]",
        doc: "The first match of the regular expression, then what its groups matched; empty when nothing matches.",
        example: (
            r#"regex("us-west-2a", "^(.*)([a-z])$")"#,
            r#"["us-west-2a", "us-west-2", "a"]"#,
        ),
        partial: false,
        run: first,
    },
    Function {
        name: "regex_all",
        signature: "(text: string, pattern: string) -> [string]",
        doc: "All matches of the regular expression, one after the other.",
        example: (r#"regex_all("a1 b22", "[0-9]+")"#, r#"["1", "22"]"#),
        partial: false,
        run: every,
    },
    Function {
        name: "regex_replace",
        signature: "(text: string, pattern: string, new: string) -> string",
        doc: "The text with every match of the regular expression replaced; `\\$1` is what the first group matched.",
        example: (r#"regex_replace("a1 b22", "[0-9]+", "n")"#, r#""an bn""#),
        partial: false,
        run: replaced,
    },
];
