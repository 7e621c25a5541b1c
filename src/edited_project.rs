//! A project with other or more files than there are on the disk, to ask what the language would say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_lang::syntax::{self, ItemKind};
use infra_lang::{Diagnostic, Inputs, Severity, World, load};
use infra_model::{Address, FileId, Record, Schema, Span, Type};

use crate::world::Project;

/// A name that no file of a project has, for those begin with no dot.
const FILE: &str = ".import.infra";

/// A project with these texts in place of its own, or beside them.
struct Edited<'a> {
    project: &'a Project,
    files: &'a BTreeMap<String, String>,
}

impl World for Edited<'_> {
    fn read(&self, path: &str) -> Option<String> {
        match self.files.get(path) {
            Some(text) => Some(text.clone()),
            None => self.project.read(path),
        }
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let mut names = self.project.list(dir)?;
        if dir.is_empty() {
            let new = self.files.keys().filter(|path| path.as_str() == FILE);
            names.extend(new.cloned());
        }
        Some(names)
    }

    fn std(&self, path: &str) -> Option<&str> {
        self.project.std(path)
    }

    fn std_paths(&self) -> Vec<String> {
        self.project.std_paths()
    }

    fn program_name(&self) -> &str {
        self.project.program_name()
    }
}

/// What `infra check` would find wrong in the program with these texts: the first error's message.
pub fn first_error(
    project: &Project,
    files: &BTreeMap<String, String>,
    inputs: &Inputs,
) -> Option<String> {
    let edited = Edited { project, files };
    let sound = match load(&edited).sound() {
        Ok((sound, _)) => sound,
        Err(wrong) => return first(&wrong.diagnostics),
    };
    let nothing: BTreeMap<Address, Record> = BTreeMap::new();
    match Arc::new(sound).evaluate(&edited, inputs, &nothing) {
        Ok(_) => None,
        Err(wrong) => first(&wrong),
    }
}

fn first(diagnostics: &[Diagnostic]) -> Option<String> {
    let mut errors = diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error);
    errors.next().map(|error| error.message.clone())
}

/// A field of a declaration that the program could not have, and what the language says of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    pub field: String,
    pub why: String,
}

/// The declaration without the optional fields that the program could not have beside the others, and those fields: a
/// cloud answers more than it takes, such as the speed of a disk whose kind leaves no choice.
pub fn acceptable(
    project: &Project,
    schema: &Schema,
    mut text: String,
) -> (String, BTreeSet<LeftOut>) {
    let mut left_out = BTreeSet::new();
    loop {
        let fields = refused(project, schema, &text);
        if fields.is_empty() {
            return (text, left_out);
        }
        for (span, refused) in fields.into_iter().rev() {
            let line = text[..span.start as usize].trim_end().len();
            text.replace_range(line..span.end as usize, "");
            left_out.insert(refused);
        }
    }
}

/// The optional fields of which the language says that they are wrong, with their places, ascending.
fn refused(project: &Project, schema: &Schema, text: &str) -> Vec<(Span, LeftOut)> {
    let files = BTreeMap::from([(FILE.to_owned(), text.to_owned())]);
    let loaded = load(&Edited {
        project,
        files: &files,
    });
    let is_ours = |span: Span| {
        let file = loaded.sources.get(span.file);
        file.is_some_and(|file| file.path == FILE)
    };
    let wrong: Vec<&Diagnostic> = loaded
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error && is_ours(it.span))
        .collect();
    let (tree, _) = syntax::parse(FileId(0), text);
    let declared = tree.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Resource(resource) => Some(&resource.body.fields),
        _ => None,
    });
    let is_optional = |name: &str| {
        let field = schema.field(name);
        field.is_some_and(|it| it.default.is_some() || matches!(it.ty, Type::Optional(_)))
    };
    declared
        .flatten()
        .filter(|field| is_optional(&field.name.text))
        .filter_map(|field| {
            let mut inside = wrong.iter();
            let error = inside
                .find(|it| field.span.start <= it.span.start && it.span.end <= field.span.end)?;
            let left_out = LeftOut {
                field: field.name.text.clone(),
                why: error.message.clone(),
            };
            Some((field.span, left_out))
        })
        .collect()
}
