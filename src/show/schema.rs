//! What a resource type offers, for `infra types`.

use infra_model::{Change, FieldSchema, Schema, SchemaKind, Value, json::to_plain};
use serde_json::{Value as Json, json};

use super::style::{Painter, Style};
use super::text;

/// Indentation of a field's words below its name.
pub const INDENT: usize = 6;

/// One line for each type: its name and the first sentence of what it is.
pub fn list(title: &str, types: &[(&str, &str)], painter: Painter, width: usize) -> String {
    let mut page = format!("{}\n", painter.paint(Style::Heading, title));
    let column = types
        .iter()
        .map(|(name, _)| text::width(name))
        .max()
        .unwrap_or(0);
    for (name, doc) in types {
        let words =
            text::shorten(first_sentence(doc), width.saturating_sub(column + 4)).into_owned();
        page.push_str(&format!("  {}  {words}\n", text::pad(name, column)));
    }
    page.push('\n');
    page
}

/// Everything about one type: what a program sets, then what the cloud decides.
pub fn describe(schema: &Schema, painter: Painter, width: usize) -> String {
    let keyword = match schema.kind {
        SchemaKind::Resource => "resource",
        SchemaKind::Lookup => "lookup",
    };
    let mut page = format!(
        "{keyword} {}\n",
        painter.paint(Style::Heading, &schema.type_name)
    );
    paragraph(&schema.doc, 2, width, &mut page);
    for note in notes(schema) {
        paragraph(&note, 2, width, &mut page);
    }
    let (answers, settable): (Vec<&FieldSchema>, Vec<&FieldSchema>) =
        schema.fields.iter().partition(|field| field.computed);
    for (title, fields) in [("Fields", settable), ("Decided by the cloud", answers)] {
        if fields.is_empty() {
            continue;
        }
        page.push_str(&format!("\n{}\n", painter.paint(Style::Heading, title)));
        for field in fields {
            let name = painter.paint(Style::Create, &field.name);
            let remarks = remarks(field);
            let remarks = match remarks.is_empty() {
                true => String::new(),
                false => painter.paint(Style::Quiet, &format!("  ({})", remarks.join(", "))),
            };
            page.push_str(&format!("  {name}: {}{remarks}\n", field.ty));
            paragraph(&field.doc, INDENT, width, &mut page);
        }
    }
    page
}

/// One type for other programs.
pub fn json(schema: &Schema) -> Json {
    let fields: Vec<Json> = schema.fields.iter().map(field_json).collect();
    json!({
        "type": schema.type_name,
        "kind": match schema.kind {
            SchemaKind::Resource => "resource",
            SchemaKind::Lookup => "lookup",
        },
        "doc": schema.doc,
        "holds_data": schema.data,
        "create_first": schema.create_first,
        "fields": fields,
    })
}

fn field_json(field: &FieldSchema) -> Json {
    json!({
        "name": field.name,
        "type": field.ty.to_string(),
        "doc": field.doc,
        "required": field.required(),
        "default": field.default.as_ref().map(to_plain),
        "computed": field.computed,
        "change": match field.change {
            Change::Update => "update",
            Change::Restart => "restart",
            Change::Replace => "replace",
        },
        "grows": field.grows,
        "clears": field.clears,
    })
}

fn notes(schema: &Schema) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(data) = &schema.data {
        let unless = match &schema.data_unless {
            Some((field, word)) => format!(", unless `{field}` is `{word}`"),
            None => String::new(),
        };
        notes.push(format!(
            "Destroying it loses {data}{unless}: that must be allowed by name."
        ));
    }
    if schema.create_first {
        notes.push("A replacement is created before the old one is deleted.".to_owned());
    }
    notes
}

fn remarks(field: &FieldSchema) -> Vec<String> {
    let mut remarks = Vec::new();
    if field.required() {
        remarks.push("required".to_owned());
    }
    if let Some(default) = field
        .default
        .as_ref()
        .filter(|default| **default != Value::Null)
    {
        remarks.push(format!("default {default}"));
    }
    match field.change {
        Change::Update if field.grows => {
            remarks.push("can grow in place; shrinking replaces the resource".to_owned())
        }
        Change::Update => {}
        Change::Restart => remarks.push("a change needs a restart".to_owned()),
        Change::Replace => remarks.push("a change replaces the resource".to_owned()),
    }
    if field.clears {
        remarks.push("`null`, or removing the line, clears it".to_owned());
    } else if !field.computed && matches!(field.ty, infra_model::Type::Optional(_)) {
        remarks.push("if left out, it keeps the value in the cloud".to_owned());
    }
    if field.unread {
        remarks.push("cannot be read back".to_owned());
    }
    remarks
}

/// Words in lines of a readable length. An empty line between paragraphs stays, and so does a line of a list or a
/// table.
pub fn paragraph(words: &str, indent: usize, width: usize, page: &mut String) {
    let columns = width.min(100).saturating_sub(indent).max(20);
    let mut words = words.lines().peekable();
    while let Some(first) = words.next() {
        let mut joined = first.to_owned();
        let begins =
            |line: &str| line.trim().is_empty() || line.trim_start().starts_with(['*', '-', '|']);
        if !first.trim().is_empty() && !first.trim_start().starts_with('|') {
            while let Some(next) = words.next_if(|next| !begins(next)) {
                joined.push(' ');
                joined.push_str(next);
            }
        }
        if joined.trim().is_empty() {
            page.push('\n');
        }
        // The columns of a table stand as they are written.
        if joined.trim_start().starts_with('|') {
            page.push_str(&format!("{:indent$}{}\n", "", joined.trim()));
            continue;
        }
        for line in text::wrap(&joined, columns) {
            page.push_str(&format!("{:indent$}{line}\n", ""));
        }
    }
}

/// Up to the first full stop; comments are broken into lines anywhere.
fn first_sentence(doc: &str) -> &str {
    let end = doc.find(". ").or(doc.find(".\n"));
    let first = end.map_or(doc, |end| &doc[..end]);
    first
        .lines()
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
}
