//! `infra types`: what the standard library, the function library and directories of a project offer.

use std::path::Path;

use infra_lang::functions::{self, Function};
use infra_lang::syntax::{self, Item, ItemKind};
use infra_lang::{Offer, suggest};
use infra_model::{FileId, Schema, SchemaKind};
use serde_json::{Value as Json, json};

use crate::args::Types;
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::show::{Console, diagnostics, offer, schema};
use crate::world::{Project, library};

/// The word that lists the functions; no type is called so.
const FUNCTIONS: &str = "functions";

pub fn run(args: &Types, console: &Console) -> Outcome {
    match &args.name {
        Some(name) if is_directory(name) => directory(name, console),
        name => {
            let (schemas, _, _) = infra_lang::Schemas::load(&library());
            let prefix = name.as_deref().unwrap_or_default();
            let all = All {
                schemas: schemas.iter().collect(),
                modules: infra_stdlib::files()
                    .iter()
                    .filter(|(path, _)| dotted(path).starts_with(prefix))
                    .filter_map(|(path, text)| module(path, text))
                    .collect(),
            };
            match name.as_deref() {
                Some(FUNCTIONS) => list_functions(console),
                Some(name) => return all.one(name, console),
                None => {
                    all.list("", console);
                }
            }
            Ok(Exit::Done)
        }
    }
}

/// A path, not a dotted name.
fn is_directory(name: &str) -> bool {
    name.contains('/') || matches!(name, "." | "..")
}

/// A directory as the component that it is to programs which use it. It need not be sound.
fn directory(dir: &str, console: &Console) -> Outcome {
    let project = Project::open_program(Path::new(dir))?;
    let loaded = infra_lang::load(&project);
    project.all_read()?;
    let offered = loaded.offer();
    if console.json {
        console.print_json(&Json::Array(vec![offer::json(dir, &offered)]));
    } else {
        console.print(&offer::describe(dir, &offered, console.out, console.width));
    }
    let wrong = loaded.diagnostics;
    if !wrong.is_empty() {
        let shown = diagnostics::render(&wrong, &loaded.sources, console.err, console.width);
        console.problem(&shown);
        return Err(CommandError::new(
            ErrorKind::Program,
            "the directory has errors: what they are about may be missing above",
        ));
    }
    Ok(Exit::Done)
}

/// What a program can bring in from a file of the library with `use`.
fn module(path: &str, text: &str) -> Option<(String, Offer)> {
    // Most files only declare a type.
    let (tree, _) = syntax::parse(FileId(0), text);
    let offers = |item: &Item| matches!(item.kind, ItemKind::Component(_) | ItemKind::Let(_));
    if !tree.items.iter().any(offers) {
        return None;
    }
    let name = dotted(path);
    let uses = library().with("main.infra", format!("use {name} as it\n"));
    let offer = infra_lang::load(&uses).offer_named("it")?;
    Some((name, offer))
}

/// The name of a file of the library, as programs say it.
fn dotted(path: &str) -> String {
    path.trim_end_matches(".infra").replace('/', ".")
}

/// Everything the library has.
struct All<'a> {
    schemas: Vec<&'a Schema>,
    modules: Vec<(String, Offer)>,
}

impl All<'_> {
    fn one(&self, name: &str, console: &Console) -> Outcome {
        let schemas = self.schemas.iter().filter(|it| it.type_name == name);
        let modules = self.modules.iter().filter(|(known, _)| known == name);
        let function = functions::find(name).map(|(function, _)| function);
        if console.json {
            let pages: Vec<Json> = schemas
                .map(|it| schema::json(it))
                .chain(modules.map(|(name, it)| offer::json(name, it)))
                .chain(function.map(offer::function_json))
                .collect();
            if !pages.is_empty() {
                console.print_json(&Json::Array(pages));
                return Ok(Exit::Done);
            }
        } else {
            let (out, width) = (console.out, console.width);
            let pages: Vec<String> = schemas
                .map(|it| schema::describe(it, out, width))
                .chain(modules.map(|(name, it)| offer::describe(name, it, out, width)))
                .chain(function.map(|it| offer::function(it, out, width)))
                .collect();
            if !pages.is_empty() {
                console.print(&pages.join("\n"));
                return Ok(Exit::Done);
            }
        }
        if self.list(name, console) {
            return Ok(Exit::Done);
        }
        let error = CommandError::usage(format!("there is no type or function `{name}`"));
        let files = infra_stdlib::files().iter();
        let files: Vec<String> = files.map(|(path, _)| dotted(path)).collect();
        let known = files.iter().map(String::as_str);
        // A type is often said without its provider.
        let last = |known: &str| known.rsplit('.').next() == Some(name);
        let bare = known.clone().find(|known| last(known));
        let known = known
            .chain(functions::all().map(|function| function.name))
            .chain([FUNCTIONS]);
        Err(match bare.or_else(|| suggest::nearest(name, known)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(
                "`infra types` lists the types, `infra types functions` the functions; a directory is written \
                 with a slash, as in `./net`",
            ),
        })
    }

    /// Lists what begins with a prefix; whether there was anything.
    fn list(&self, prefix: &str, console: &Console) -> bool {
        let of = |fits: &dyn Fn(&Schema) -> bool| -> Vec<(&str, &str)> {
            let fitting = self
                .schemas
                .iter()
                .filter(|schema| schema.type_name.starts_with(prefix) && fits(schema));
            fitting
                .map(|schema| (schema.type_name.as_str(), schema.doc.as_str()))
                .collect()
        };
        let offers = |components: bool| -> Vec<(&str, &str)> {
            let fitting = self.modules.iter().filter(|(name, offer)| {
                name.starts_with(prefix) && offer.params.is_some() == components
            });
            fitting
                .map(|(name, offer)| (name.as_str(), offer.doc.as_str()))
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
            ("Components", offers(true)),
            ("Modules", offers(false)),
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
            console.note(
                "`infra types NAME` shows what one offers; `infra types functions` lists the functions.\n",
            );
        }
        true
    }
}

fn list_functions(console: &Console) {
    if console.json {
        let all: Vec<Json> = functions::all().map(offer::function_json).collect();
        console.print_json(&Json::Array(all));
        return;
    }
    let line = |it: &Function| (format!("{}{}", it.name, it.signature), it.doc);
    for (title, family) in functions::FAMILIES {
        let lines: Vec<(String, &str)> = family.iter().map(line).collect();
        let lines: Vec<(&str, &str)> = lines
            .iter()
            .map(|(call, doc)| (call.as_str(), *doc))
            .collect();
        console.print(&schema::list(title, &lines, console.out, console.width));
    }
    console.note("`infra types NAME` shows an example of one.\n");
}
