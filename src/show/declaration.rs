//! A declaration for something that exists: the text that a program would have for it.

use infra_model::{Address, Record, Schema, Type, Value};

use super::values::is_name;

/// The declaration of a resource with these attributes. What a schema defaults to is left out, and so is what the
/// cloud alone decides. `name_of` gives the name under which the program knows what has an id.
pub fn declaration(
    address: &Address,
    schema: &Schema,
    attributes: &Record,
    name_of: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut page = format!("{} {} {{\n", address.type_name, address.name);
    let settable = schema.fields.iter().filter(|field| !field.computed);
    for field in settable {
        let Some(value) = attributes.get(&field.name) else {
            continue;
        };
        let optional = matches!(field.ty, Type::Optional(_));
        let says_nothing = value.is_null() || (optional && is_empty(value));
        if says_nothing || field.default.as_ref() == Some(value) {
            continue;
        }
        page.push_str(&format!("  {} = {}\n", field.name, text(value, name_of)));
    }
    page.push_str("}\n");
    page
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// The value as an expression, ids as names.
fn text(value: &Value, name_of: &dyn Fn(&str) -> Option<String>) -> String {
    match value {
        Value::String(id) => name_of(id).unwrap_or_else(|| value.to_string()),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| text(item, name_of)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) if !map.is_empty() => {
            let entries = map.iter().filter(|(_, value)| !value.is_null());
            let entries: Vec<String> = entries
                .map(|(name, value)| {
                    let name = match is_name(name) {
                        true => name.clone(),
                        false => Value::string(name).to_string(),
                    };
                    format!("{name} = {}", text(value, name_of))
                })
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
