//! What an evaluation leaves: the desired state, and answers about single instances when more is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_model::desired::{AssertOutcome, Output};
use infra_model::{Address, Desired, Known, Record, ResolveError, Resolver, Value};

use super::frozen::Frozen;
use super::{Evaluator, NOWHERE, Stop, instance};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::sound::SoundProgram;
use crate::world::World;

/// An evaluated program.
pub struct Evaluation {
    /// What the program asks for under what was known.
    pub desired: Desired,
    /// What is worth saying about it, though nothing is wrong.
    pub warnings: Vec<Diagnostic>,
    program: Arc<SoundProgram>,
    inputs: BTreeMap<String, Value>,
    frozen: Frozen,
    waiting: bool,
}

impl AsRef<Desired> for Evaluation {
    fn as_ref(&self) -> &Desired {
        &self.desired
    }
}

impl Evaluation {
    pub(super) fn new(
        program: Arc<SoundProgram>,
        inputs: BTreeMap<String, Value>,
        frozen: Frozen,
        desired: Desired,
        waiting: bool,
    ) -> Self {
        Evaluation {
            desired,
            warnings: Vec::new(),
            program,
            inputs,
            frozen,
            waiting,
        }
    }

    /// The values of the program's parameters, as they were given.
    pub fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.inputs.values()
    }

    /// Whether something waits for the answer of a lookup in `desired.lookups`: the caller reads those and
    /// evaluates again with the answers among what is known. Until then, declarations whose `for` or `if` depends
    /// on an answer are left out of `desired`.
    pub fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// The program it came from.
    pub fn program(&self) -> &Arc<SoundProgram> {
        &self.program
    }

    pub(super) fn with<T>(
        &self,
        known: &dyn Known,
        world: Option<&dyn World>,
        work: impl FnOnce(&Evaluator<'_>) -> super::Eval<T>,
    ) -> Result<T, ResolveError> {
        self.with_program(self.program.program(), known, world, work)
            .map_err(|diagnostic| ResolveError {
                code: diagnostic.code,
                message: diagnostic.message,
                help: diagnostic.help,
                span: diagnostic.span,
            })
    }

    /// Works with a `program` that may know more than the own one, as long as it has the same declarations.
    pub(super) fn with_program<T>(
        &self,
        program: &Program,
        known: &dyn Known,
        world: Option<&dyn World>,
        work: impl FnOnce(&Evaluator<'_>) -> super::Eval<T>,
    ) -> Result<T, Box<Diagnostic>> {
        let evaluator = Evaluator::new(program, &self.inputs, known, world, Some(&self.frozen));
        let result = work(&evaluator);
        let noted = evaluator.diagnostics.take().into_iter().next();
        Err(match (result, noted) {
            (Ok(value), None) => return Ok(value),
            (_, Some(diagnostic)) => Box::new(diagnostic),
            (Err(Stop::Fault(diagnostic)), None) => diagnostic,
            (Err(Stop::Silent), None) => Box::new(Diagnostic::error(
                codes::UNKNOWN_NAME,
                NOWHERE,
                "the program has no such instance",
            )),
        })
    }
}

impl Resolver for Evaluation {
    fn resolve(&self, address: &Address, known: &dyn Known) -> Result<Record, ResolveError> {
        self.with(known, None, |evaluator| {
            let node = evaluator.node_at(address).ok_or(Stop::Silent)?;
            instance::resolve_fields(evaluator, node)
        })
    }

    fn outputs(&self, known: &dyn Known) -> Result<Vec<Output>, ResolveError> {
        self.with(known, None, |evaluator| evaluator.all_outputs())
    }

    fn asserts(&self, known: &dyn Known) -> Result<Vec<AssertOutcome>, ResolveError> {
        self.with(known, None, |evaluator| evaluator.all_asserts())
    }
}
