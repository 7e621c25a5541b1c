//! Values in a plan: short where they stand beside each other, item by item where they are long.

use infra_model::{Record, Value};

use super::style::{Painter, Style};
use super::text;

/// The value on one line of at most `columns` columns.
pub fn short(value: &Value, columns: usize) -> String {
    // The language's own notation escapes control characters already; keys of maps and words of types do not.
    text::shorten(&text::line(&value.to_string()), columns).into_owned()
}

/// A value that is set anew, as lines: on one line where that fits, else item by item.
pub fn layout(value: &Value, columns: usize) -> Vec<String> {
    let shown = value.to_string();
    if text::width(&shown) <= columns {
        return vec![text::line(&shown).into_owned()];
    }
    match value {
        Value::List(items) => items.iter().map(|item| short(item, columns)).collect(),
        Value::Map(map) => {
            let entry = |(name, value): (&String, &Value)| {
                text::shorten(&text::line(&format!("{name} = {value}")), columns).into_owned()
            };
            map.iter().map(entry).collect()
        }
        Value::String(words) if words.lines().count() > 1 => {
            let number = words.lines().count();
            let first = Value::string(words.lines().next().unwrap_or_default());
            vec![format!(
                "{} … ({number} lines)",
                short(&first, columns.saturating_sub(14))
            )]
        }
        other => vec![short(other, columns)],
    }
}

/// The whole value: on one line where that fits into `columns`, else a line for each of its items.
pub fn block(value: &Value, columns: usize) -> String {
    let shown = value.to_string();
    let items: Vec<String> = match value {
        _ if text::width(&shown) <= columns => Vec::new(),
        Value::List(items) => items.iter().map(ToString::to_string).collect(),
        Value::Map(map) => {
            let entry = |(name, value): (&String, &Value)| match is_name(name) {
                true => format!("{name} = {value}"),
                false => format!("{} = {value}", Value::string(name)),
            };
            map.iter().map(entry).collect()
        }
        _ => Vec::new(),
    };
    if items.is_empty() {
        return text::line(&shown).into_owned();
    }
    let (open, close) = match value {
        Value::List(_) => ("[", "]"),
        _ => ("{", "}"),
    };
    let mut block = format!("{open}\n");
    for item in &items {
        block.push_str(&format!("  {}\n", text::line(item)));
    }
    block + close
}

/// Whether a key can stand without quotes.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// What changes, as lines: `old → new` where that fits, else one line for each item that differs.
pub fn difference(
    prior: Option<&Value>,
    planned: &Value,
    columns: usize,
    painter: Painter,
) -> Vec<String> {
    let Some(prior) = prior else {
        return layout(planned, columns);
    };
    let new = match planned {
        Value::Null => "none".to_owned(),
        planned => planned.to_string(),
    };
    let old = prior.to_string();
    let arrow = painter.paint(Style::Quiet, "→");
    if text::width(&old) + text::width(&new) + 3 <= columns {
        return vec![format!("{} {arrow} {}", text::line(&old), text::line(&new))];
    }
    match (prior, planned) {
        (Value::List(old), Value::List(new)) => items(old, new, columns, painter),
        (Value::Map(old), Value::Map(new)) => entries(old, new, columns, painter),
        (Value::String(old), Value::String(new)) => text_lines(old, new, columns, painter),
        _ => vec![
            short(prior, columns),
            format!("{arrow} {}", short(planned, columns.saturating_sub(2))),
        ],
    }
}

fn removed(line: &str, columns: usize, painter: Painter) -> String {
    let line = text::line(line);
    painter.paint(
        Style::Delete,
        &format!("- {}", text::shorten(&line, columns.saturating_sub(2))),
    )
}

fn added(line: &str, columns: usize, painter: Painter) -> String {
    let line = text::line(line);
    painter.paint(
        Style::Create,
        &format!("+ {}", text::shorten(&line, columns.saturating_sub(2))),
    )
}

fn items(old: &[Value], new: &[Value], columns: usize, painter: Painter) -> Vec<String> {
    let gone = old.iter().filter(|item| !new.contains(item));
    let fresh = new.iter().filter(|item| !old.contains(item));
    let mut lines: Vec<String> = gone
        .map(|item| removed(&item.to_string(), columns, painter))
        .collect();
    lines.extend(fresh.map(|item| added(&item.to_string(), columns, painter)));
    if lines.is_empty() {
        lines.push("the same items in another order or number".to_owned());
    }
    lines
}

fn entries(old: &Record, new: &Record, columns: usize, painter: Painter) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, prior) in old {
        match new.get(name) {
            None => lines.push(removed(&format!("{name} = {prior}"), columns, painter)),
            Some(planned) if planned != prior => {
                let inner = difference(
                    Some(prior),
                    planned,
                    columns.saturating_sub(name.len() + 3),
                    painter,
                );
                let name = text::line(name);
                match <[String; 1]>::try_from(inner) {
                    Ok([line]) => lines.push(format!("{name} = {line}")),
                    Err(inner) => {
                        lines.push(format!("{name} ="));
                        lines.extend(inner.into_iter().map(|line| format!("  {line}")));
                    }
                }
            }
            Some(_) => {}
        }
    }
    let fresh = new.iter().filter(|(name, _)| !old.contains_key(*name));
    lines.extend(fresh.map(|(name, value)| added(&format!("{name} = {value}"), columns, painter)));
    lines
}

/// Texts of several lines (user data, policies) differ by lines.
fn text_lines(old: &str, new: &str, columns: usize, painter: Painter) -> Vec<String> {
    let lines = |text: &str| text.lines().map(Value::string).collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    items(&old, &new, columns, painter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Painter = Painter { colours: false };

    fn list(items: &[&str]) -> Value {
        Value::List(items.iter().copied().map(Value::string).collect())
    }

    #[test]
    fn what_fits_stands_beside_each_other() {
        let lines = difference(Some(&Value::Int(1)), &Value::Int(2), 20, PLAIN);
        assert_eq!(lines, ["1 → 2"]);
        assert_eq!(difference(None, &Value::Int(2), 20, PLAIN), ["2"]);
    }

    #[test]
    fn a_new_value_that_does_not_fit_is_laid_out() {
        assert_eq!(
            layout(&list(&["one", "two", "three"]), 12),
            [r#""one""#, r#""two""#, r#""three""#]
        );
        let script = Value::string("#!/bin/sh\nset -e\nexit 0\n");
        assert_eq!(layout(&script, 26), [r##""#!/bin/sh" … (3 lines)"##]);
    }

    #[test]
    fn a_result_is_never_cut() {
        assert_eq!(block(&list(&["one", "two"]), 14), r#"["one", "two"]"#);
        assert_eq!(
            block(&list(&["one", "two"]), 13),
            "[\n  \"one\"\n  \"two\"\n]"
        );
        let map = Value::Map(Record::from([
            ("EC2-1".to_owned(), Value::Int(1)),
            ("b".to_owned(), Value::Int(2)),
        ]));
        assert_eq!(block(&map, 5), "{\n  \"EC2-1\" = 1\n  b = 2\n}");
        let long = Value::string("no items");
        assert_eq!(block(&long, 3), "\"no items\"");
    }

    #[test]
    fn what_does_not_fit_is_told_item_by_item() {
        let lines = difference(
            Some(&list(&["one", "two", "three"])),
            &list(&["one", "three", "four"]),
            20,
            PLAIN,
        );
        assert_eq!(lines, [r#"- "two""#, r#"+ "four""#]);
        let record = |a: i64, more: &str| {
            Value::Map(Record::from([
                ("a".to_owned(), Value::Int(a)),
                (more.to_owned(), Value::string("long enough to be cut")),
            ]))
        };
        let lines = difference(Some(&record(1, "old")), &record(2, "new"), 20, PLAIN);
        assert_eq!(
            lines,
            [
                "a = 1 → 2",
                r#"- old = "long enoug…"#,
                r#"+ new = "long enoug…"#
            ]
        );
        let lines = difference(
            Some(&Value::string("a\nb\nc")),
            &Value::string("a\nx\nc"),
            5,
            PLAIN,
        );
        assert_eq!(lines, [r#"- "b""#, r#"+ "x""#]);
    }

    #[test]
    fn a_secret_is_shown_by_neither_form() {
        let secret = Value::Secret(infra_model::Secret::new(Value::string("hunter2")));
        for columns in [5, 80] {
            let lines = difference(
                Some(&secret),
                &Value::List(vec![secret.clone()]),
                columns,
                PLAIN,
            )
            .join("\n");
            assert!(!lines.contains("hunter2"), "{lines}");
        }
    }
}
