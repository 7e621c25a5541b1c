//! What a component, a module or a function offers, for `infra types`.

use infra_lang::functions::Function;
use infra_lang::{Offer, OfferedResult};
use serde_json::{Value as Json, json};

use super::schema::{self, paragraph};
use super::style::{Painter, Style};

/// Everything about a component: what it is given, then what it answers. A module has values only.
pub fn describe(name: &str, offer: &Offer, painter: Painter, width: usize) -> String {
    let (word, results) = match offer.params {
        Some(_) => ("component", "Attributes"),
        None => ("module", "Values"),
    };
    let mut page = format!("{word} {}\n", painter.paint(Style::Heading, name));
    paragraph(&offer.doc, 2, width, &mut page);
    let heading = |page: &mut String, title: &str| {
        page.push_str(&format!("\n{}\n", painter.paint(Style::Heading, title)));
    };
    let params = offer.params.as_deref().unwrap_or_default();
    if !params.is_empty() {
        heading(&mut page, "Parameters");
    }
    for param in params {
        let name = painter.paint(Style::Create, &param.name);
        let remark = match &param.default {
            Some(default) => format!("  (default {default})"),
            None if param.required => "  (required)".to_owned(),
            None => String::new(),
        };
        let remark = painter.paint(Style::Quiet, &remark);
        page.push_str(&format!("  {name}: {}{remark}\n", param.ty));
        paragraph(&param.doc, schema::INDENT, width, &mut page);
    }
    if !offer.results.is_empty() {
        heading(&mut page, results);
    }
    for result in &offer.results {
        let name = painter.paint(Style::Create, &result.name);
        page.push_str(&format!("  {name}: {}\n", type_of(result)));
        paragraph(&result.doc, schema::INDENT, width, &mut page);
    }
    page
}

fn type_of(result: &OfferedResult) -> String {
    match &result.ty {
        Some(ty) => ty.to_string(),
        None => "component".to_owned(),
    }
}

pub fn json(name: &str, offer: &Offer) -> Json {
    let params = offer.params.as_ref().map(|params| {
        let params = params.iter().map(|param| {
            json!({
                "name": param.name,
                "type": param.ty,
                "doc": param.doc,
                "required": param.required,
                "default": param.default,
            })
        });
        params.collect::<Vec<_>>()
    });
    let results = offer
        .results
        .iter()
        .map(|it| json!({ "name": it.name, "type": type_of(it), "doc": it.doc }));
    let results: Vec<Json> = results.collect();
    match params {
        Some(params) => json!({
            "type": name, "kind": "component", "doc": offer.doc, "params": params, "outputs": results,
        }),
        None => json!({ "type": name, "kind": "module", "doc": offer.doc, "values": results }),
    }
}

/// A function with its example.
pub fn function(function: &Function, painter: Painter, width: usize) -> String {
    let name = painter.paint(Style::Heading, function.name);
    let mut page = format!("function {name}{}\n", function.signature);
    paragraph(function.doc, 2, width, &mut page);
    let (example, result) = function.example;
    page.push_str(&format!("\n  {example}\n  is {result}\n"));
    page
}

pub fn function_json(function: &Function) -> Json {
    json!({
        "type": function.name,
        "kind": "function",
        "signature": function.signature,
        "doc": function.doc,
        "example": function.example.0,
        "result": function.example.1,
    })
}
