//! From a checked program and its inputs to the desired state.
//!
//! Everything is evaluated when it is asked for, once: a `let` no one uses is never evaluated, and the order of
//! declarations does not matter. What was evaluated is kept together with what it depended on, so that
//! [`Evaluation`] can later answer for one instance without evaluating the program again.

mod adopt;
mod asked;
mod attribute;
mod blame;
mod call;
mod checked;
mod comprehension;
mod cycle;
mod desired;
mod evaluation;
mod expr;
mod frozen;
pub(crate) mod index;
mod instance;
mod instances;
mod kept;
mod lifecycle;
mod member;
mod memo;
mod named;
pub(crate) mod operators;
mod provider;
mod result;
mod reuse;
mod rule;
mod running;
pub(crate) mod shared;
mod special;
mod start;
pub(crate) mod steps;
mod template;
mod thing;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use infra_model::{FastMap, FileId, Known, Span, Value};

pub(crate) use attribute::read_type;
pub(crate) use checked::Checked;
pub(crate) use desired::{Catalogue, FirstRun, Outcome, evaluate};
pub use evaluation::Evaluation;
pub(crate) use lifecycle::dotted;
pub(crate) use rule::RuleNames;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::syntax::StringPart;
use crate::world::World;
use frozen::{Files, Frozen};
use kept::{Kept, Reads};
use memo::{Key, Memo, Running, Trace};
use thing::{Locals, Node, NodeId, Part, PartId, Scene};

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Stop {
    Fault(Box<Diagnostic>),
    /// Told already, or the consequence of something that was.
    Silent,
}

pub(crate) type Eval<T> = Result<T, Stop>;

/// Expressions nested deeper than this are refused. It is far more than people write, and few enough for the memory
/// that [`deep`] takes.
pub(crate) const DEPTH_MAX: u32 = 5000;

/// Runs `work` with enough stack, wherever it is called from.
pub(crate) fn deep<T>(work: impl FnOnce() -> T) -> T {
    /// What one level needs at most, in bytes, with room to spare.
    const RED_ZONE: usize = 128 << 10;
    const STEP: usize = 4 << 20;
    stacker::maybe_grow(RED_ZONE, STEP, work)
}

/// More failures than this are not told: whoever has mended these evaluates again.
const DIAGNOSTICS_MAX: usize = 1_000;

/// The parts of a template, each with the number of its line.
type TemplateParts = Vec<(StringPart, usize)>;

/// Where expressions are evaluated: the part whose names they see, and the names bound around them.
#[derive(Clone)]
pub(crate) struct Env {
    pub part: PartId,
    pub locals: Locals,
}

/// The state of one evaluation.
pub(crate) struct Evaluator<'a> {
    program: &'a Program,
    /// The values of the program's parameters; one without a value is unknown, which happens only in a dry run.
    inputs: &'a BTreeMap<String, Value>,
    known: &'a dyn Known,
    /// Where files come from; without it, only those read before can be had.
    world: Option<&'a dyn World>,
    /// What an earlier evaluation of the same program left.
    base: Option<&'a Frozen>,
    scene: RefCell<Scene>,
    memo: RefCell<Memo>,
    files: RefCell<Files>,
    /// Templates that have been read, by their text.
    templates: RefCell<FastMap<String, Arc<TemplateParts>>>,
    modules: RefCell<FastMap<crate::resolve::ScopeId, PartId>>,
    running: RefCell<Vec<Running>>,
    /// What went into each evaluation under way; the last is the innermost.
    traces: RefCell<Vec<Trace>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
    /// Arguments that fields inside of components come from, with the place of the field.
    blamed: RefCell<FastMap<Span, Span>>,
    /// What could not be evaluated, in this order.
    failed: RefCell<Vec<Key>>,
    /// The provider of whoever first needs something by its id.
    providers_of_given: RefCell<BTreeMap<infra_model::Address, String>>,
    /// What the `let`s of components under evaluation have read of their own parts; the last is the innermost.
    reads: RefCell<Vec<Reads>>,
    /// Values of components' `let`s, for other instances of the component.
    kept: RefCell<Kept>,
    depth: Cell<u32>,
    /// The call whose template is being evaluated.
    rendering: Cell<Option<Span>>,
    /// What has been used of the budget.
    steps: Cell<u64>,
    steps_max: u64,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn schemas(&self) -> &'a crate::schema::Schemas {
        &self.program.schemas
    }

    fn part(&self, id: PartId) -> Arc<Part> {
        match self.base {
            Some(base) => base.scene.parts[id.0 as usize].clone(),
            None => self.scene.borrow().parts[id.0 as usize].clone(),
        }
    }

    fn node(&self, id: NodeId) -> Arc<Node> {
        match self.base {
            Some(base) => base.scene.nodes[id.0 as usize].clone(),
            None => self.scene.borrow().nodes[id.0 as usize].clone(),
        }
    }

    fn node_at(&self, address: &infra_model::Address) -> Option<NodeId> {
        match self.base {
            Some(base) => base.scene.by_address.get(address).copied(),
            None => self.scene.borrow().by_address.get(address).copied(),
        }
    }

    /// Keeps a failure for the report, and goes on.
    fn note<T>(&self, result: Eval<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Stop::Silent) => None,
            Err(Stop::Fault(diagnostic)) => {
                let mut all = self.diagnostics.borrow_mut();
                if all.len() < DIAGNOSTICS_MAX {
                    all.push(*diagnostic);
                }
                None
            }
        }
    }

    /// The text of a project file.
    fn read_file(&self, path: &str) -> Option<String> {
        if let Some(text) = self.base.and_then(|base| base.files.get(path)) {
            return text.clone();
        }
        if let Some(text) = self.files.borrow().get(path) {
            return text.clone();
        }
        let text = self.world.and_then(|world| world.read(path));
        self.files
            .borrow_mut()
            .insert(path.to_owned(), text.clone());
        text
    }

    /// The part of a module: there is one of each.
    fn module(&self, scope: crate::resolve::ScopeId) -> PartId {
        if let Some(base) = self.base {
            return base.modules.get(&scope).copied().unwrap_or(PartId(0));
        }
        *self.modules.borrow_mut().entry(scope).or_insert_with(|| {
            self.scene.borrow_mut().add_part(Part {
                scope,
                outer: None,
                caller: None,
                path: Vec::new(),
                assumed: false,
            })
        })
    }
}

/// The refusal to go deeper.
pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TOO_DEEP,
        span,
        "values depend on each other through too many steps",
    )
    .help("shorten the chain of `let`s and component instances that leads here")
}

/// A failure with its diagnostic.
pub(crate) fn fault(diagnostic: Diagnostic) -> Stop {
    Stop::Fault(Box::new(diagnostic))
}

/// The file and place of nothing, for values that no text wrote.
pub(crate) const NOWHERE: Span = Span {
    file: FileId(u32::MAX),
    start: 0,
    end: 0,
};
