//! Each field of a schema is in its table exactly once, and the table can do what the schema says.

use std::collections::BTreeMap;

use infra_aliyun::table::{Field, Form, Kind, Update};
use infra_aliyun::types::KINDS;
use infra_model::{Change, FieldSchema};

/// What is wrong with the table of a type.
fn problems(kind: &Kind, fields: &[FieldSchema]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut say = |name: &str, what: &str| problems.push(format!("{}.{name}: {what}", kind.name));
    let mut rows: BTreeMap<&str, Vec<&Field>> = BTreeMap::new();
    for row in kind.fields {
        rows.entry(row.name).or_default().push(row);
    }
    for field in fields {
        // The identity is the key's, and tags are one matter for all types.
        let implied = match field.name.as_str() {
            "id" => true,
            "tags" => kind.tags.is_some(),
            _ => false,
        };
        let row = match rows.remove(field.name.as_str()).as_deref() {
            None if implied => continue,
            Some([row]) if !implied => *row,
            other => {
                say(
                    &field.name,
                    &format!("{} rows in the table", other.map_or(0, <[&Field]>::len)),
                );
                continue;
            }
        };
        let read = row.read.is_some() || matches!(row.form, Form::Item(_));
        let updated = !matches!(row.update, Update::Never);
        let set =
            row.create.is_some() || updated || kind.hooks.shape.is_some() || is_a_tag(row.name);
        match field.computed {
            true if row.create.is_some() || updated => say(&field.name, "computed, and sent"),
            true if !read => say(&field.name, "computed, and not read"),
            true => {}
            false if !set => say(&field.name, "never sent"),
            false if updated == (field.change == Change::Replace) => {
                say(
                    &field.name,
                    "`@replace` belongs exactly to what no action changes",
                );
            }
            false if read == field.unread => {
                say(
                    &field.name,
                    "`@unread` belongs exactly to what no listing answers",
                );
            }
            false => {}
        }
    }
    for name in rows.keys() {
        say(name, "the schema has no such field");
    }
    problems
}

/// What a disk says by a tag.
fn is_a_tag(name: &str) -> bool {
    ["format", "label"].contains(&name)
}

#[test]
fn tables_and_schemas_say_the_same() {
    let schemas = super::schemas();
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(
        schemas.keys().map(String::as_str).collect::<Vec<_>>(),
        names
    );
    let problems = KINDS
        .iter()
        .flat_map(|kind| problems(kind, &schemas[kind.name].fields));
    let problems: Vec<String> = problems.collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
