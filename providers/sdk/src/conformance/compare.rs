//! Comparing what is planned with what is there, and what is there with the schema.

use infra_model::{Record, Schema, Type, Value};

/// The authored fields that differ. Both sides are canonical.
pub(super) fn differing(schema: &Schema, planned: &Record, seen: &Record) -> Vec<String> {
    let differs = |(name, value): &(&String, &Value)| {
        let field = schema.field(name);
        match (seen.get(*name), field) {
            // The engine takes it from state.
            (None, Some(field)) if field.unread => false,
            (other, field) => {
                let unordered = field.is_some_and(|field| field.unordered);
                !same(value, other.unwrap_or(&Value::Null), unordered)
            }
        }
    };
    let differing = planned.iter().filter(differs);
    differing.map(|(name, _)| name.clone()).collect()
}

/// A field of a record that has no value is the same as one that is `null`.
fn same(planned: &Value, seen: &Value, unordered: bool) -> bool {
    match (planned, seen) {
        (Value::Secret(secret), seen) => same(secret.expose(), seen, unordered),
        (Value::List(planned), Value::List(seen)) => {
            let sorted = |items: &[Value]| {
                let mut items: Vec<Value> = items.to_vec();
                items.sort_by_key(|item| infra_model::json::to_state(item).to_string());
                items
            };
            let (planned, seen) = match unordered {
                true => (sorted(planned), sorted(seen)),
                false => (planned.clone(), seen.clone()),
            };
            let mut pairs = planned.iter().zip(&seen);
            planned.len() == seen.len() && pairs.all(|(planned, seen)| same(planned, seen, false))
        }
        (Value::Map(planned), Value::Map(seen)) => planned.keys().chain(seen.keys()).all(|name| {
            let side = |record: &Record| record.get(name).cloned().unwrap_or(Value::Null);
            same(&side(planned), &side(seen), false)
        }),
        (planned, seen) => planned == seen,
    }
}

/// What is wrong with an answer in the terms of the schema: fields that it does not know, values that are not of the
/// field's type, and fields that always have a value but were not answered.
pub(super) fn misfits(schema: &Schema, seen: &Record) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, value) in seen {
        match schema.field(name) {
            None => wrong.push(format!("the schema has no field `{name}`")),
            Some(field) if !fits(&field.ty, value) => {
                wrong.push(format!("`{name}` is {value}, and not {}", field.ty));
            }
            Some(_) => {}
        }
    }
    let always = schema
        .fields
        .iter()
        .filter(|field| !field.unread && !matches!(field.ty, Type::Optional(_)))
        .filter(|field| !seen.contains_key(&field.name));
    wrong.extend(always.map(|field| format!("`{}` is not read", field.name)));
    wrong
}

fn fits(ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (Type::Optional(inner), value) => value.is_null() || fits(inner, value),
        (Type::Union(members), value) => members.iter().any(|member| fits(member, value)),
        (Type::Refined(base, _) | Type::Secret(base), value) => fits(base, value),
        (Type::List(item), Value::List(items)) => items.iter().all(|value| fits(item, value)),
        (Type::Map(item), Value::Map(map)) => map.values().all(|value| fits(item, value)),
        (Type::Record(fields), Value::Map(map)) => map.iter().all(|(name, value)| {
            let field = fields.iter().find(|field| field.name == *name);
            field.is_some_and(|field| fits(&field.ty, value))
        }),
        (Type::Enum(words), Value::String(word)) => words.contains(word),
        (Type::Any, _)
        | (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Float, Value::Float(_))
        | (Type::String | Type::Resource(_), Value::String(_))
        | (Type::Size, Value::Size(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Percent, Value::Percent(_))
        | (Type::Cidr, Value::Cidr(_))
        | (Type::Ip, Value::Ip(_))
        | (Type::Port, Value::Port(_)) => true,
        _ => false,
    }
}
