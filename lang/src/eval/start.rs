//! The beginning of an evaluation.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use infra_model::{Known, Value};

use super::frozen::Frozen;
use super::memo::Trace;
use super::{Evaluator, steps};
use crate::program::Program;
use crate::world::World;

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        program: &'a Program,
        inputs: &'a BTreeMap<String, Value>,
        known: &'a dyn Known,
        world: Option<&'a dyn World>,
        base: Option<&'a Frozen>,
    ) -> Self {
        Evaluator {
            program,
            inputs,
            known,
            world,
            base,
            scene: RefCell::default(),
            memo: RefCell::default(),
            files: RefCell::default(),
            templates: RefCell::default(),
            modules: RefCell::default(),
            running: RefCell::default(),
            traces: RefCell::new(vec![Trace::default()]),
            diagnostics: RefCell::default(),
            blamed: RefCell::default(),
            failed: RefCell::default(),
            providers_of_given: RefCell::default(),
            reads: RefCell::default(),
            kept: RefCell::default(),
            depth: Cell::new(0),
            rendering: Cell::new(None),
            steps: Cell::new(0),
            steps_max: steps::limit(program),
        }
    }
}
