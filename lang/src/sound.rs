//! A program without errors.

use std::sync::Mutex;

use crate::eval::FirstRun;
use crate::inputs::Inputs;
use crate::program::{ParamInfo, Program, TestInfo};

/// A program without errors.
#[derive(Debug)]
pub struct SoundProgram {
    program: Program,
    /// Most programs are evaluated without inputs, and that was done to find their errors.
    first_run: Mutex<Option<FirstRun>>,
}

impl SoundProgram {
    pub(crate) fn new(program: Program, first_run: FirstRun) -> SoundProgram {
        SoundProgram {
            program,
            first_run: Mutex::new(Some(first_run)),
        }
    }

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
}
