//! From files to a program with everything there is to say about it, and from there to an evaluation.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use infra_model::{FileId, Known, Span};

use crate::check;
use crate::check::facts::Facts;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::eval::{self, Evaluation, FirstRun};
use crate::inputs::Inputs;
use crate::program::Program;
use crate::resolve::Loader;
use crate::rules;
use crate::schema::Schemas;
use crate::sound::SoundProgram;
use crate::source::Sources;
use crate::spans::Spans;
use crate::syntax::{Item, ItemKind, Tree};
use crate::world::World;

/// A program as it was read, with everything there is to say about it.
#[derive(Debug)]
pub struct Loaded {
    pub sources: Sources,
    pub program: Program,
    /// Of all files, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    first_run: FirstRun,
}

/// Reads, resolves and checks the program of `world`. Never fails: what is wrong is in the diagnostics.
pub fn load(world: &dyn World) -> Loaded {
    let mut loader = Loader::new(world);
    loader.load_program();
    let mut schemas = Schemas::load_mentioned(&mut loader);
    let mut catalogues = BTreeMap::new();
    let mut tables = BTreeSet::new();
    for (provider, table) in schemas.tables(&used_types(&loader.trees)) {
        if let Some(module) = loader.std_module(&format!("{provider}/catalogue.infra")) {
            catalogues.insert(provider.clone(), module);
            tables.extend(table.map(|table| (provider, table)));
        }
    }
    let mut conditions = std::mem::take(&mut schemas.conditions);
    loader.resolve_targets(&schemas, &mut conditions);
    schemas.conditions = conditions;

    let directories = loader.directories();
    let Loader {
        sources,
        trees,
        scopes,
        mut diagnostics,
        ..
    } = loader;
    let mut program = Program {
        name: world.program_name().to_owned(),
        trees,
        directories,
        scopes,
        schemas,
        catalogues,
        tables,
        facts: Facts::default(),
    };
    let resource_names = crate::schema::world_types(world);
    let mut wrong = check::check(&mut program, &sources, &resource_names);
    // Where the text could not be read as meant, its types are not what was meant either.
    let slips = Spans::new(diagnostics.iter().map(|it| it.span));
    let spoilt = spoilt_lines(&sources, &diagnostics);
    wrong.retain(|it| {
        let is_spoilt = || slips.any_inside(it.span) || spoilt.contains(&line(&sources, it.span));
        !check::is_about_types(it.code) || !is_spoilt()
    });
    diagnostics.extend(wrong);
    let first_run = FirstRun::of(&program, world, rules::check);
    // Where types are wrong already, wrong values are consequences.
    let told = Spans::new(diagnostics.iter().map(|it| it.span));
    let is_new = |it: &&Diagnostic| {
        !check::is_about_types(it.code) || !(told.any_inside(it.span) || told.any_around(it.span))
    };
    diagnostics.extend(first_run.diagnostics().iter().filter(is_new).cloned());
    sort(&mut diagnostics);
    Loaded {
        sources,
        program,
        diagnostics,
        first_run,
    }
}

/// The types that something is declared of: only theirs are worth looking up in a catalogue.
fn used_types(trees: &[Tree]) -> BTreeSet<String> {
    fn collect(items: &[Item], used: &mut BTreeSet<String>) {
        for item in items {
            match &item.kind {
                ItemKind::Resource(it) => {
                    used.insert(it.type_name.text());
                }
                ItemKind::Provider(it) => {
                    used.insert(format!("provider.{}", it.name.text));
                }
                ItemKind::Component(it) => collect(&it.items, used),
                _ => {}
            }
        }
    }
    let mut used = BTreeSet::new();
    trees
        .iter()
        .for_each(|tree| collect(&tree.items, &mut used));
    used
}

/// The lines with something that cannot be read, so that the rest of the line may not be what it looks like.
fn spoilt_lines(sources: &Sources, slips: &[Diagnostic]) -> HashSet<(FileId, Option<u32>)> {
    let slips = slips.iter().filter(|it| codes::is_about_text(it.code));
    slips.map(|slip| line(sources, slip.span)).collect()
}

/// The file and line where something begins.
fn line(sources: &Sources, span: Span) -> (FileId, Option<u32>) {
    let file = sources.get(span.file);
    (span.file, file.map(|file| file.position(span.start).line))
}

impl Loaded {
    /// The program when nothing is wrong with it; else itself, for its diagnostics.
    #[allow(
        clippy::result_large_err,
        reason = "the error is the program itself, which the caller keeps"
    )]
    pub fn sound(self) -> Result<(SoundProgram, Sources), Loaded> {
        if self
            .diagnostics
            .iter()
            .any(|it| it.severity == Severity::Error)
        {
            return Err(self);
        }
        Ok((
            SoundProgram::new(self.program, self.first_run),
            self.sources,
        ))
    }
}

impl SoundProgram {
    /// What the program asks for with these inputs and under what is known of the cloud. Every error is reported,
    /// not only the first.
    ///
    /// A lookup that `known` has no answer for is listed in [`infra_model::Desired::lookups`] and its attributes
    /// are unknown; see [`Evaluation::is_waiting`].
    pub fn evaluate(
        self: &Arc<Self>,
        world: &dyn World,
        inputs: &Inputs,
        known: &dyn Known,
    ) -> Result<Evaluation, Vec<Diagnostic>> {
        let values = inputs.values(self.program())?;
        eval::evaluate(self, world, values, known, rules::check)
    }
}
