//! Encodings.

use std::{fmt, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra_model::Value;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::{Args, Function, Text};
use crate::world::TEXT_BYTES_MAX;

/// JSON read as values: a number without a fraction is a whole number. What is read takes steps from the budget as it
/// comes, since a text of few bytes can hold many values.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a Args<'a>);

impl Reader<'_> {
    fn spend<E: de::Error>(self, steps: u64) -> Result<(), E> {
        self.0.spend(steps).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        self.spend(1)?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = from.next_key::<String>()? {
            self.spend(ENTRY)?;
            entries.push((key, from.next_value_seed(self)?));
        }
        Ok(Value::Map(entries.into_iter().collect()))
    }
}

/// What an entry of a map takes beside its value.
const ENTRY: u64 = 4;

fn from_json(args: &Args<'_>) -> Result<Value, String> {
    let text = args.text(0)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Reader(args).deserialize(&mut reader);
    let whole = value.and_then(|value| reader.end().map(|()| value));
    whole.map_err(|_| "the text is not JSON".to_owned())
}

/// JSON in one line.
fn line(json: &Json) -> Result<String, String> {
    let mut text = Bytes(Vec::new());
    match serde_json::to_writer(&mut text, json).map(|()| String::from_utf8(text.0)) {
        Ok(Ok(text)) => Ok(text),
        _ => Err("the result is too long".to_owned()),
    }
}

/// The bytes of a text that stops growing where texts end.
struct Bytes(Vec<u8>);

impl io::Write for Bytes {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if self.0.len() + part.len() > TEXT_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// YAML in block form. Texts are written as JSON strings, which YAML reads as they are meant.
fn yaml(json: &Json, depth: usize, out: &mut Text) -> Result<(), String> {
    let margin = "  ".repeat(depth);
    let nested = |head: &str, value: &Json, out: &mut Text| {
        out.push(&margin)?;
        out.push(head)?;
        match value {
            Json::Array(items) if !items.is_empty() => {
                out.push("\n")?;
                yaml(value, depth + 1, out)
            }
            Json::Object(map) if !map.is_empty() => {
                out.push("\n")?;
                yaml(value, depth + 1, out)
            }
            other => {
                out.push(" ")?;
                out.push(&line(other)?)?;
                out.push("\n")
            }
        }
    };
    match json {
        Json::Array(items) if !items.is_empty() => {
            items.iter().try_for_each(|item| nested("-", item, out))
        }
        Json::Object(map) if !map.is_empty() => map.iter().try_for_each(|(key, value)| {
            let plain = key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                && key.starts_with(|c: char| c.is_ascii_alphabetic());
            // These words mean truth values or nothing to some readers of YAML.
            let word = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
            let head = if plain && !word.contains(&key.to_lowercase().as_str()) {
                format!("{key}:")
            } else {
                format!("{}:", line(&Json::from(key.as_str()))?)
            };
            nested(&head, value, out)
        }),
        other => {
            out.push(&margin)?;
            out.push(&line(other)?)?;
            out.push("\n")
        }
    }
}

fn plain(args: &Args<'_>) -> Result<Json, String> {
    // The form between takes twice what the value does.
    let value = args.value(0)?;
    args.spend(2 * args.peek(0)?.facts().weight)?;
    Ok(infra_model::json::to_plain(value))
}

fn to_yaml(args: &Args<'_>) -> Result<Value, String> {
    let mut out = Text::default();
    yaml(&plain(args)?, 0, &mut out)?;
    Ok(out.finish())
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
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let text = args.text(0)?;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let digit = |number: u8| DIGITS[usize::from(number)] as char;
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
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
        run: |args| line(&plain(args)?).map(Value::String),
    },
    Function {
        name: "from_json",
        signature: "(text: string) -> any",
        doc: "The value that a JSON text means.",
        example: (r#"from_json("[1, true]")"#, "[1, true]"),
        partial: false,
        run: from_json,
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
