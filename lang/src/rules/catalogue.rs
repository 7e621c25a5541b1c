//! Names that the catalogue knows: machine types, regions.

use infra_model::{Record, Span, Value};

use super::View;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::suggest;

/// What a table lists, and the code of a name that is not in it.
fn subject(table: &str) -> Option<(&'static str, &'static str)> {
    match table {
        "machine_types" => Some(("machine type", codes::UNKNOWN_MACHINE_TYPE)),
        "regions" => Some(("region", codes::UNKNOWN_REGION)),
        _ => None,
    }
}

pub(super) fn check(view: &mut View<'_>) {
    let named: Vec<(String, String, String)> = view
        .schemas
        .catalogues()
        .map(|(ty, field, table)| (ty.to_owned(), field.to_owned(), table.to_owned()))
        .collect();
    for (type_name, field, table) in named {
        let Some((what, code)) = subject(&table) else {
            continue;
        };
        match type_name.strip_prefix("provider.") {
            Some(provider) => providers(view, provider, &field, &table, what, code),
            None => instances(view, &type_name, &field, &table, what, code),
        }
    }
}

fn instances(
    view: &mut View<'_>,
    type_name: &str,
    field: &str,
    table: &str,
    what: &str,
    code: &'static str,
) {
    let provider = type_name.split('.').next().unwrap_or_default();
    let Some(names) = view.catalogue.get(&(provider.to_owned(), table.to_owned())) else {
        return;
    };
    for checked in view.of(type_name) {
        let Some(name) = checked.instance.fields.get(field).and_then(Value::as_str) else {
            continue;
        };
        if !names.contains_key(name) {
            view.report(checked, field, |span| {
                unknown(names, name, what, code, span, "on the resource")
            });
        }
    }
}

fn providers(
    view: &mut View<'_>,
    provider: &str,
    field: &str,
    table: &str,
    what: &str,
    code: &'static str,
) {
    let Some(names) = view.catalogue.get(&(provider.to_owned(), table.to_owned())) else {
        return;
    };
    for config in view
        .providers
        .iter()
        .filter(|config| config.name == provider)
    {
        let Some(name) = config.fields.get(field).and_then(Value::as_str) else {
            continue;
        };
        if !names.contains_key(name) {
            // A new region works before the catalogue knows it, and a provider bears no decorators.
            let mut diagnostic = unknown(names, name, what, code, config.span, "");
            diagnostic.severity = crate::diagnostic::Severity::Warning;
            view.found.push(diagnostic);
        }
    }
}

fn unknown(
    names: &Record,
    name: &str,
    what: &str,
    code: &'static str,
    span: Span,
    place: &str,
) -> Diagnostic {
    let near = suggest::nearest(name, names.keys().map(String::as_str));
    let near = near
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let otherwise = match place {
        "" => format!("If the {what} is newer than the catalogue, all is well"),
        place => {
            format!("If the {what} is newer than the catalogue, write `@allow(\"{code}\")` {place}")
        }
    };
    Diagnostic::error(code, span, format!("the catalogue has no {what} `{name}`"))
        .help(format!("{near}{otherwise}"))
}
