//! A project with one more file, to ask what the language would say of it.

use infra_lang::syntax::{self, ItemKind};
use infra_lang::{Severity, World, load};
use infra_model::{FileId, Schema, Span, Type};

use crate::world::Project;

/// A name that no file of a project has, for those begin with no dot.
const FILE: &str = ".import.infra";

/// A project with one more file.
struct Overlay<'a> {
    project: &'a Project,
    text: &'a str,
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> Option<String> {
        match path {
            FILE => Some(self.text.to_owned()),
            other => self.project.read(other),
        }
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let mut names = self.project.list(dir)?;
        if dir.is_empty() {
            names.push(FILE.to_owned());
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

/// The declaration without the optional fields that the program could not have beside the others: a cloud answers
/// more than it takes, such as the speed of a disk whose kind leaves no choice.
pub fn acceptable(project: &Project, schema: &Schema, mut text: String) -> String {
    loop {
        let fields = refused(project, schema, &text);
        if fields.is_empty() {
            return text;
        }
        for span in fields.iter().rev() {
            let line = text[..span.start as usize].trim_end().len();
            text.replace_range(line..span.end as usize, "");
        }
    }
}

/// The places of the optional fields of which the language says that they are wrong, ascending.
fn refused(project: &Project, schema: &Schema, text: &str) -> Vec<Span> {
    let loaded = load(&Overlay { project, text });
    let is_ours = |span: Span| {
        let file = loaded.sources.get(span.file);
        file.is_some_and(|file| file.path == FILE)
    };
    let wrong: Vec<Span> = loaded
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error && is_ours(it.span))
        .map(|it| it.span)
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
        .map(|field| field.span)
        .filter(|span| {
            let mut inside = wrong.iter();
            inside.any(|it| span.start <= it.start && it.end <= span.end)
        })
        .collect()
}
