//! Texts.

use infra_model::Value;

use super::{Args, Function, Text};

/// What each part of a text takes that becomes one of its own.
const PART: u64 = 2;

/// The parts as a list of texts.
fn strings<'t>(
    args: &Args<'_>,
    parts: impl Iterator<Item = &'t str> + Clone,
) -> Result<Value, String> {
    args.spend(PART * parts.clone().count() as u64)?;
    Ok(Value::List(parts.map(Value::string).collect()))
}

fn pad(args: &Args<'_>, left: bool) -> Result<Value, String> {
    let text = args.text(0)?;
    let width = args.count(1)?;
    let fill = match args.get(2) {
        Some(_) => args.text(2)?,
        None => " ",
    };
    if fill.is_empty() {
        return Err("there is nothing to fill the text with".to_owned());
    }
    let missing = width.saturating_sub(text.chars().count());
    args.make_text(
        text.len()
            .saturating_add(missing.saturating_mul(fill.len())),
    )?;
    let padding: String = fill.chars().cycle().take(missing).collect();
    Ok(Value::string(if left {
        format!("{padding}{text}")
    } else {
        format!("{text}{padding}")
    }))
}

fn substring(args: &Args<'_>) -> Result<Value, String> {
    let text = args.text(0)?.chars().skip(args.count(1)?);
    Ok(Value::string(match args.get(2) {
        Some(_) => text.take(args.count(2)?).collect::<String>(),
        None => text.collect(),
    }))
}

fn join(args: &Args<'_>) -> Result<Value, String> {
    let by = args.text(1)?;
    let mut joined = Text::default();
    for (place, item) in args.list(0)?.iter().enumerate() {
        if place > 0 {
            joined.push(by)?;
        }
        match item {
            Value::String(text) | Value::Path(text) => joined.push(text)?,
            Value::List(_) | Value::Map(_) | Value::Null => {
                return Err(super::expected("a text", item));
            }
            other => joined.push(&other.to_string())?,
        }
    }
    Ok(joined.finish())
}

fn repeat(args: &Args<'_>) -> Result<Value, String> {
    let (text, times) = (args.text(0)?, args.count(1)?);
    args.make_text(text.len().saturating_mul(times))?;
    Ok(Value::String(text.repeat(times)))
}

fn title(args: &Args<'_>) -> Result<Value, String> {
    let mut out = String::new();
    let mut inside = false;
    for c in args.text(0)?.chars() {
        match inside {
            true => out.push(c),
            false => out.extend(c.to_uppercase()),
        }
        inside = c.is_alphanumeric() || c == '\'';
    }
    Ok(Value::String(out))
}

fn indent(args: &Args<'_>) -> Result<Value, String> {
    let spaces = " ".repeat(args.count(1)?.min(1000));
    let mut indented = Text::default();
    for (place, line) in args.text(0)?.split('\n').enumerate() {
        if place > 0 {
            indented.push("\n")?;
        }
        if !line.is_empty() {
            indented.push(&spaces)?;
            indented.push(line)?;
        }
    }
    Ok(indented.finish())
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "upper",
        signature: "(text: string) -> string",
        doc: "The text in capital letters.",
        example: (r#"upper("a")"#, r#""A""#),
        partial: false,
        run: |args| Ok(Value::String(args.text(0)?.to_uppercase())),
    },
    Function {
        name: "lower",
        signature: "(text: string) -> string",
        doc: "The text in small letters.",
        example: (r#"lower("EC2-1")"#, r#""ec2-1""#),
        partial: false,
        run: |args| Ok(Value::String(args.text(0)?.to_lowercase())),
    },
    Function {
        name: "title",
        signature: "(text: string) -> string",
        doc: "The text with a capital letter at the start of each word.",
        example: (r#"title("load balancer")"#, r#""Load Balancer""#),
        partial: false,
        run: title,
    },
    Function {
        name: "trim",
        signature: "(text: string) -> string",
        doc: "The text without blanks and line ends at both ends.",
        example: (r#"trim(" a b ")"#, r#""a b""#),
        partial: false,
        run: |args| Ok(Value::string(args.text(0)?.trim())),
    },
    Function {
        name: "trim_prefix",
        signature: "(text: string, prefix: string) -> string",
        doc: "The text without `prefix` at its start, if it is there.",
        example: (r#"trim_prefix("www.a.com", "www.")"#, r#""a.com""#),
        partial: false,
        run: |args| {
            let text = args.text(0)?;
            Ok(Value::string(
                text.strip_prefix(args.text(1)?).unwrap_or(text),
            ))
        },
    },
    Function {
        name: "trim_suffix",
        signature: "(text: string, suffix: string) -> string",
        doc: "The text without `suffix` at its end, if it is there.",
        example: (r#"trim_suffix("a.infra", ".infra")"#, r#""a""#),
        partial: false,
        run: |args| {
            let text = args.text(0)?;
            Ok(Value::string(
                text.strip_suffix(args.text(1)?).unwrap_or(text),
            ))
        },
    },
    Function {
        name: "split",
        signature: "(text: string, by: string) -> [string]",
        doc: "The parts of the text between the separators.",
        example: (r#"split("a,b,c", ",")"#, r#"["a", "b", "c"]"#),
        partial: false,
        run: |args| {
            let (text, by) = (args.text(0)?, args.text(1)?);
            if by.is_empty() {
                return Err("the separator is empty; `chars(text)` gives the characters".to_owned());
            }
            strings(args, text.split(by))
        },
    },
    Function {
        name: "lines",
        signature: "(text: string) -> [string]",
        doc: "The lines of the text, without their ends.",
        example: (r#"lines("a\nb\n")"#, r#"["a", "b"]"#),
        partial: false,
        run: |args| strings(args, args.text(0)?.lines()),
    },
    Function {
        name: "chars",
        signature: "(text: string) -> [string]",
        doc: "The characters of the text, one by one.",
        example: (r#"chars("abc")"#, r#"["a", "b", "c"]"#),
        partial: false,
        run: |args| {
            let text = args.text(0)?;
            args.spend(PART * text.len() as u64)?;
            Ok(Value::List(text.chars().map(Value::string).collect()))
        },
    },
    Function {
        name: "join",
        signature: "(items: [any], by: string) -> string",
        doc: "The items as one text, with the separator between them.",
        example: (r#"join(["a", "b"], "-")"#, r#""a-b""#),
        partial: false,
        run: join,
    },
    Function {
        name: "replace",
        signature: "(text: string, old: string, new: string) -> string",
        doc: "The text with every `old` replaced by `new`.",
        example: (r#"replace("a.b.c", ".", "-")"#, r#""a-b-c""#),
        partial: false,
        run: |args| {
            let (text, old, new) = (args.text(0)?, args.text(1)?, args.text(2)?);
            if old.is_empty() {
                return Err("the text to replace is empty".to_owned());
            }
            let times = text.matches(old).count();
            args.make_text(text.len().saturating_add(times.saturating_mul(new.len())))?;
            Ok(Value::String(text.replace(old, new)))
        },
    },
    Function {
        name: "starts_with",
        signature: "(text: string, prefix: string) -> bool",
        doc: "Whether the text begins with `prefix`.",
        example: (r#"starts_with("us-west-2a", "us-west-2")"#, "true"),
        partial: false,
        run: |args| Ok(Value::Bool(args.text(0)?.starts_with(args.text(1)?))),
    },
    Function {
        name: "ends_with",
        signature: "(text: string, suffix: string) -> bool",
        doc: "Whether the text ends with `suffix`.",
        example: (r#"ends_with("a.pem", ".pub")"#, "false"),
        partial: false,
        run: |args| Ok(Value::Bool(args.text(0)?.ends_with(args.text(1)?))),
    },
    Function {
        name: "substring",
        signature: "(text: string, start: int, length: int = null) -> string",
        doc: "A part of the text, counted in characters from 0.",
        example: (r#"substring("us-west-2a", 0, 9)"#, r#""us-west-2""#),
        partial: false,
        run: substring,
    },
    Function {
        name: "pad_left",
        signature: "(text: string, width: int, fill: string = \" \") -> string",
        doc: "The text made at least `width` characters wide, filled up on the left.",
        example: (r#"pad_left("7", 3, "0")"#, r#""007""#),
        partial: false,
        run: |args| pad(args, true),
    },
    Function {
        name: "pad_right",
        signature: "(text: string, width: int, fill: string = \" \") -> string",
        doc: "The text made at least `width` characters wide, filled up on the right.",
        example: (r#"pad_right("a", 3)"#, r#""a  ""#),
        partial: false,
        run: |args| pad(args, false),
    },
    Function {
        name: "repeat",
        signature: "(text: string, times: int) -> string",
        doc: "The text, several times.",
        example: (r#"repeat("ab", 2)"#, r#""abab""#),
        partial: false,
        run: repeat,
    },
    Function {
        name: "indent",
        signature: "(text: string, spaces: int) -> string",
        doc: "The text with blanks before each line that is not empty.",
        example: (r#"indent("a\nb", 2)"#, r#""  a\n  b""#),
        partial: false,
        run: indent,
    },
];
