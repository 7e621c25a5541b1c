//! The budget of a check: like an evaluation, it ends soon, whatever the program says.
//!
//! Types grow as values do: a record that holds another one twice is twice as large. A type that is larger than anyone
//! writes becomes `any`, so that its values are left to the evaluation; and what is checked against large types again
//! and again runs out of steps.

use infra_model::{Span, Type};

use super::Checker;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::typing::relate::{depth, size};

/// The parts that one type may have.
const PARTS_MAX: u64 = 4_000;

/// How deep the parts of a type may nest.
const DEPTH_MAX: u32 = 100;

/// The parts that the types of all names may have together, for every program and for each byte of its text more.
const KEPT_PARTS: u64 = 200_000;
const KEPT_PARTS_PER_BYTE: u64 = 10;

/// The steps that every program may take, and those for each byte of its text. A step looks at one expression, or at
/// one part of a type.
const STEPS: u64 = 10_000_000;
const STEPS_PER_BYTE: u64 = 100;

/// What has been used, and what there is.
#[derive(Debug)]
pub(super) struct Budget {
    steps: u64,
    steps_max: u64,
    parts: u64,
    parts_max: u64,
}

impl Budget {
    pub fn of(program: &Program) -> Self {
        let bytes = program.trees.iter().map(|tree| u64::from(tree.span.end));
        let bytes: u64 = bytes.sum();
        Budget {
            steps: 0,
            steps_max: STEPS + STEPS_PER_BYTE * bytes,
            parts: 0,
            parts_max: KEPT_PARTS + KEPT_PARTS_PER_BYTE * bytes,
        }
    }
}

impl Checker<'_> {
    /// Takes steps from the budget; `false` when it is used up, which is told once.
    pub(super) fn spend(&mut self, steps: u64, at: Span) -> bool {
        let before = self.budget.steps;
        self.budget.steps = before.saturating_add(steps);
        if self.budget.steps <= self.budget.steps_max {
            return true;
        }
        if before <= self.budget.steps_max {
            let diagnostic = Diagnostic::error(
                codes::TOO_MANY_STEPS,
                at,
                "the types of the program take too many steps to check, and they run out here",
            )
            .label("nothing after this is checked")
            .help("records of many fields that contain each other multiply: make maps or lists of them");
            self.diagnostics.push(diagnostic);
        }
        self.facts.bad.insert(at);
        false
    }

    /// Whether what is written may be compared with what there is, each with each, to find out what was meant.
    pub(super) fn may_compare(&mut self, there: usize, written: usize, at: Span) -> bool {
        /// Among more, nobody finds what was meant.
        const PAIRS_MAX: usize = 100_000;
        /// To compare one name with another one takes at least so many steps.
        const LETTERS: usize = 20;
        let pairs = there.saturating_mul(written.max(LETTERS));
        pairs <= PAIRS_MAX && self.spend(pairs as u64, at)
    }

    /// A type as it becomes a part of another one, which has so many parts already.
    pub(super) fn part(&mut self, ty: Type, parts: &mut u64) -> Type {
        let size = size(&ty);
        if *parts + size > PARTS_MAX {
            return Type::Any;
        }
        *parts += size;
        ty
    }

    /// A type as it is kept for a name.
    pub(super) fn kept(&mut self, ty: Type) -> Type {
        let size = size(&ty);
        let is_too_large = size > PARTS_MAX || self.budget.parts + size > self.budget.parts_max;
        if is_too_large || depth(&ty) > DEPTH_MAX {
            return Type::Any;
        }
        self.budget.parts += size;
        ty
    }
}
