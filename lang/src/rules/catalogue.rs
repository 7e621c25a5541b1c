//! Names that the catalogue knows: machine types, regions.

use infra_model::{Record, Span, Value};

use super::View;
use crate::diagnostic::Diagnostic;
use crate::suggest;

pub(super) fn check(view: &mut View<'_>) {
    let schemas = view.schemas;
    for (type_name, field, listed) in schemas.catalogues() {
        let Some((what, code)) = &listed.what else {
            continue;
        };
        match type_name.strip_prefix("provider.") {
            Some(provider) => providers(view, provider, field, &listed.table, what, code),
            None => instances(view, type_name, field, &listed.table, what, code),
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
    let Some(names) = view.table(provider, table) else {
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
    let Some(names) = view.table(provider, table) else {
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
