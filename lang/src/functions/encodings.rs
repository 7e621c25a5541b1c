//! Encodings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra_model::Value;
use serde_json::Value as Json;

use super::{Args, Function};

/// JSON as values: a number without a fraction is a whole number.
fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::List(items.iter().map(from_json).collect()),
        Json::Object(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), from_json(value)))
                .collect(),
        ),
    }
}

/// YAML in block form. Texts are written as JSON strings, which YAML reads as they are meant.
fn yaml(json: &Json, depth: usize, out: &mut String) {
    let margin = "  ".repeat(depth);
    let nested = |head: &str, value: &Json, out: &mut String| {
        out.push_str(&margin);
        out.push_str(head);
        match value {
            Json::Array(items) if !items.is_empty() => {
                out.push('\n');
                yaml(value, depth + 1, out);
            }
            Json::Object(map) if !map.is_empty() => {
                out.push('\n');
                yaml(value, depth + 1, out);
            }
            other => {
                out.push(' ');
                out.push_str(&other.to_string());
                out.push('\n');
            }
        }
    };
    match json {
        Json::Array(items) if !items.is_empty() => {
            items.iter().for_each(|item| nested("-", item, out));
        }
        Json::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let plain = key
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                    && key.starts_with(|c: char| c.is_ascii_alphabetic());
                // These words mean truth values or nothing to some readers of YAML.
                let word = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
                let head = if plain && !word.contains(&key.to_lowercase().as_str()) {
                    format!("{key}:")
                } else {
                    format!("{}:", Json::from(key.as_str()))
                };
                nested(&head, value, out);
            }
        }
        other => {
            out.push_str(&margin);
            out.push_str(&other.to_string());
            out.push('\n');
        }
    }
}

fn plain(args: &Args<'_>) -> Result<Json, String> {
    Ok(infra_model::json::to_plain(args.value(0)?))
}

fn to_yaml(args: &Args<'_>) -> Result<Value, String> {
    let mut out = String::new();
    yaml(&plain(args)?, 0, &mut out);
    Ok(Value::String(out))
}

fn unbase64(args: &Args<'_>) -> Result<Value, String> {
    let bytes = STANDARD
        .decode(args.text(0)?)
        .map_err(|_| "the text is not base64".to_owned())?;
    String::from_utf8(bytes)
        .map(Value::String)
        .map_err(|_| "what is encoded is not a text".to_owned())
}

/// Everything but letters, digits and `-._~`, as RFC 3986 has it.
fn url(args: &Args<'_>) -> Result<Value, String> {
    let mut out = String::new();
    for byte in args.text(0)?.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(Value::String(out))
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "json",
        signature: "(value: any) -> string",
        doc: "The value as JSON, in one line. Sizes, ranges and the like are texts, as the language writes them.",
        example: (r#"json({ a = [1, "b"] })"#, r#""{\"a\":[1,\"b\"]}""#),
        partial: false,
        run: |args| Ok(Value::String(plain(args)?.to_string())),
    },
    Function {
        name: "from_json",
        signature: "(text: string) -> any",
        doc: "The value that a JSON text means.",
        example: (r#"from_json("[1, true]")"#, "[1, true]"),
        partial: false,
        run: |args| {
            let json = serde_json::from_str(args.text(0)?);
            json.map(|json: Json| from_json(&json))
                .map_err(|_| "the text is not JSON".to_owned())
        },
    },
    Function {
        name: "yaml",
        signature: "(value: any) -> string",
        doc: "The value as YAML, in lines.",
        example: (
            r#"yaml({ a = 1, b = ["x"] })"#,
            r#""a: 1\nb:\n  - \"x\"\n""#,
        ),
        partial: false,
        run: to_yaml,
    },
    Function {
        name: "base64",
        signature: "(text: string) -> string",
        doc: "The text's bytes in base64.",
        example: (r#"base64("abc")"#, r#""YWJj""#),
        partial: false,
        run: |args| Ok(Value::String(STANDARD.encode(args.text(0)?))),
    },
    Function {
        name: "unbase64",
        signature: "(text: string) -> string",
        doc: "The text that base64 encodes.",
        example: (r#"unbase64("YWJj")"#, r#""abc""#),
        partial: false,
        run: unbase64,
    },
    Function {
        name: "hex",
        signature: "(text: string) -> string",
        doc: "The text's bytes in hexadecimal.",
        example: (r#"hex("abc")"#, r#""616263""#),
        partial: false,
        run: |args| Ok(Value::String(hex::encode(args.text(0)?))),
    },
    Function {
        name: "url",
        signature: "(text: string) -> string",
        doc: "The text as a part of an address on the web.",
        example: (r#"url("a b/c")"#, r#""a%20b%2Fc""#),
        partial: false,
        run: url,
    },
];
