//! A program: read, resolved and checked. It may hold invalid parts; a [`SoundProgram`] may not.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex};

use infra_model::{FileId, Known, Span, Type, Value};

use crate::check;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::{self, Evaluation, FirstRun};
use crate::inputs::Inputs;
use crate::resolve::scope::param;
use crate::resolve::{Loader, ScopeId, Scopes};
use crate::rules;
use crate::schema::Schemas;
use crate::source::Sources;
use crate::spans::Spans;
use crate::syntax::{Item, ItemKind, Tree};
use crate::world::World;

/// A program with whatever may be wrong in it: what editors and documentation look at.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) name: String,
    /// The trees of all files, by [`infra_model::FileId`].
    pub(crate) trees: Vec<Tree>,
    /// The directories of all files inside the project, by [`infra_model::FileId`]; empty for the root and for the
    /// standard library.
    pub(crate) directories: Vec<String>,
    pub(crate) scopes: Scopes,
    pub(crate) schemas: Schemas,
    /// The modules of the catalogues, by provider.
    pub(crate) catalogues: BTreeMap<String, ScopeId>,
    /// The catalogues' tables that fields of schemas name, by provider and table.
    pub(crate) tables: BTreeSet<(String, String)>,
    pub(crate) facts: check::Facts,
}

impl Program {
    /// The program's name, from its directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory of a file inside the project.
    pub(crate) fn directory(&self, file: FileId) -> &str {
        self.directories
            .get(file.0 as usize)
            .map_or("", String::as_str)
    }

    /// The types that the program mentions, and those that these mention.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The trees of all files, those of the standard library included.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// The program's parameters in the order of the text.
    pub fn params(&self) -> Vec<ParamInfo> {
        let info = |decl: &crate::resolve::Decl| {
            let param = param(decl, &self.trees);
            ParamInfo {
                name: decl.name.text.clone(),
                ty: decl.ty.clone().unwrap_or(Type::Invalid),
                doc: decl.item.get(&self.trees).doc.clone().unwrap_or_default(),
                required: param.default.is_none()
                    && !decl
                        .ty
                        .as_ref()
                        .is_some_and(crate::typing::relate::may_be_null),
                span: decl.name.span,
            }
        };
        self.scopes
            .get(Scopes::ROOT)
            .params()
            .map(|(_, decl)| info(decl))
            .collect()
    }
}

/// A parameter of a program, for help texts and prompts.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamInfo {
    pub name: String,
    pub ty: Type,
    pub doc: String,
    /// Without a value from somewhere, the program cannot be evaluated.
    pub required: bool,
    pub span: Span,
}

/// A test of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestInfo {
    pub name: String,
    /// Where the name is written.
    pub span: infra_model::Span,
}

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
        facts: check::Facts::default(),
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

/// So many are told of one program. Whoever has mended these runs it again.
const DIAGNOSTICS_MAX: usize = 1_000;

/// Sorts by place, and drops what is said twice and what is too much to read: of errors and warnings, the warnings.
pub(crate) fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
    diagnostics.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
    if diagnostics.len() > DIAGNOSTICS_MAX {
        let is_error = |it: &Diagnostic| it.severity == Severity::Error;
        if diagnostics.iter().any(is_error) {
            diagnostics.retain(is_error);
        }
        diagnostics.truncate(DIAGNOSTICS_MAX);
    }
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
            SoundProgram {
                program: self.program,
                first_run: Mutex::new(Some(self.first_run)),
            },
            self.sources,
        ))
    }
}

/// A program without errors.
#[derive(Debug)]
pub struct SoundProgram {
    program: Program,
    /// Most programs are evaluated without inputs, and that was done to find their errors.
    first_run: Mutex<Option<FirstRun>>,
}

impl SoundProgram {
    pub(crate) fn take_first_run(&self) -> Option<FirstRun> {
        let mut first = self
            .first_run
            .lock()
            .unwrap_or_else(|lock| lock.into_inner());
        first.take()
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    pub fn params(&self) -> Vec<ParamInfo> {
        self.program.params()
    }

    /// The tests of the program itself, in the order of the text; not those of the directories it uses.
    pub fn tests(&self) -> Vec<TestInfo> {
        let info = |test: &crate::syntax::Test| TestInfo {
            name: test.name.clone(),
            span: test.name_span,
        };
        self.program.test_items().into_iter().map(info).collect()
    }

    /// The inputs with the values that a test gives to parameters, which win.
    pub fn test_inputs(&self, test: usize, inputs: &Inputs) -> Inputs {
        let mut inputs = inputs.clone();
        let params = self.program.params();
        let items = self.program.test_items();
        for item in items.get(test).into_iter().flat_map(|test| &test.items) {
            if let crate::syntax::ItemKind::Let(it) = &item.kind
                && params.iter().any(|param| param.name == it.name.text)
            {
                inputs.test(&it.name.text, &it.value);
            }
        }
        inputs
    }

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
        let values = inputs.values(&self.program)?;
        eval::evaluate(self, world, values, known, rules::check)
    }
}

/// The value of a built-in name.
pub(crate) fn built_in(name: &str) -> Option<Value> {
    match name {
        // Everywhere: 0.0.0.0/0.
        "internet" => Some(Value::Cidr(ipnet::IpNet::from(ipnet::Ipv4Net::default()))),
        _ => None,
    }
}

/// The names that every program knows.
pub(crate) const BUILT_IN: [&str; 1] = ["internet"];
