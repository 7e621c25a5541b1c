//! `infra types`: what the standard library offers.

use infra_lang::syntax::{self, Tree};
use infra_lang::{SourceFile, suggest};
use infra_model::{FileId, Schema, SchemaKind};
use serde_json::{Value as Json, json};

use crate::args::Types;
use crate::error::{CommandError, Exit, Outcome};
use crate::show::component::ComponentDoc;
use crate::show::{Console, schema};
use crate::world::Library;

pub fn run(args: &Types, console: &Console) -> Outcome {
    let (schemas, _, _) = infra_lang::Schemas::load(&Library);
    let schemas: Vec<&Schema> = schemas.iter().collect();
    let files = component_files();
    let components: Vec<ComponentDoc<'_>> = files
        .iter()
        .flat_map(|(path, file, tree)| {
            tree.items
                .iter()
                .filter_map(|item| ComponentDoc::of(path, item, file))
        })
        .collect();
    match &args.name {
        Some(name) => one(name, &schemas, &components, console),
        None => {
            list("", &schemas, &components, console);
            Ok(Exit::Done)
        }
    }
}

/// The files of the library whose components a program can use, by dotted path.
fn component_files() -> Vec<(String, SourceFile, Tree)> {
    let files = infra_stdlib::files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("std/"));
    files
        .map(|(path, text)| {
            let (tree, _) = syntax::parse(FileId(0), text);
            let dotted = path.trim_end_matches(".infra").replace('/', ".");
            (dotted, SourceFile::new(FileId(0), path, text), tree)
        })
        .collect()
}

fn one(
    name: &str,
    schemas: &[&Schema],
    components: &[ComponentDoc<'_>],
    console: &Console,
) -> Outcome {
    let fitting: Vec<&&Schema> = schemas
        .iter()
        .filter(|schema| schema.type_name == name)
        .collect();
    let component = components.iter().find(|component| component.path == name);
    if console.json && (component.is_some() || !fitting.is_empty()) {
        let all = fitting
            .iter()
            .map(|each| schema::json(each))
            .chain(component.map(ComponentDoc::json));
        console.print_json(&Json::Array(all.collect()));
        return Ok(Exit::Done);
    }
    let mut pages: Vec<String> = fitting
        .iter()
        .map(|each| schema::describe(each, console.out, console.width))
        .collect();
    pages.extend(component.map(|component| component.describe(console.out, console.width)));
    if !pages.is_empty() {
        console.print(&pages.join("\n"));
        return Ok(Exit::Done);
    }
    let prefix = format!("{}.", name.trim_end_matches('.'));
    if list(&prefix, schemas, components, console) {
        return Ok(Exit::Done);
    }
    let names = schemas.iter().map(|schema| schema.type_name.as_str());
    let known = names.chain(components.iter().map(|component| component.path.as_str()));
    let error = CommandError::usage(format!("there is no type `{name}`"));
    Err(match suggest::nearest(name, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`infra types` lists what there is"),
    })
}

/// Lists what begins with a prefix; whether there was anything.
fn list(
    prefix: &str,
    schemas: &[&Schema],
    components: &[ComponentDoc<'_>],
    console: &Console,
) -> bool {
    let of = |fits: &dyn Fn(&Schema) -> bool| -> Vec<(&str, &str)> {
        let fitting = schemas
            .iter()
            .filter(|schema| schema.type_name.starts_with(prefix) && fits(schema));
        fitting
            .map(|schema| (schema.type_name.as_str(), schema.doc.as_str()))
            .collect()
    };
    let is_provider = |schema: &Schema| schema.provider() == "provider";
    let groups = [
        (
            "Resources",
            of(&|it| it.kind == SchemaKind::Resource && !is_provider(it)),
        ),
        ("Lookups", of(&|it| it.kind == SchemaKind::Lookup)),
        ("Providers", of(&|it| is_provider(it))),
        (
            "Components",
            components
                .iter()
                .filter(|component| component.path.starts_with(prefix))
                .map(|component| (component.path.as_str(), component.doc.as_str()))
                .collect(),
        ),
    ];
    let filled = groups.iter().filter(|(_, types)| !types.is_empty());
    if filled.clone().next().is_none() {
        return false;
    }
    if console.json {
        let object = filled.map(|(title, types)| {
            let names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
            (title.to_lowercase(), json!(names))
        });
        console.print_json(&Json::Object(object.collect()));
    } else {
        let lists =
            filled.map(|(title, types)| schema::list(title, types, console.out, console.width));
        console.print(&lists.collect::<String>());
        console.note("`infra types TYPE` shows what one offers.\n");
    }
    true
}
