//! The budget of an evaluation: programs always end, and this keeps the end near, in time and in memory.
//!
//! One step is about the evaluation of one expression, or 32 bytes of memory that a value takes. Everything that can
//! be made to grow takes from the budget what it will cost before it is done: copies and new values by their
//! [`weight`](super::shared::weight), functions by what they read and by what they make, instances by their levels.

use infra_model::{Span, Value};

use super::shared::weight;
use super::{Eval, Evaluator, Stop, fault};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::world::TEXT_BYTES_MAX;

/// The steps that every program may take, however short its text is.
const STEPS: u64 = 4_000_000;

/// The steps more that each byte of a program's text allows: what is written out may cost more than what multiplies
/// by itself. A server of `std.server` is about 250 bytes of text and three thousand steps, forty thousand if no other
/// one has as much processor and memory.
const STEPS_PER_BYTE: u64 = 40;

/// What an instance takes for each level of its address, beside what its fields take.
pub(super) const INSTANCE: u64 = 30;

/// Lists, maps and secrets nest at most so deep in a value. It is more than people write or read, and few enough for
/// a walk through the value on an ordinary stack.
const NESTING_MAX: u32 = 200;

/// The steps a program may take.
pub(super) fn limit(program: &Program) -> u64 {
    let bytes = program.trees.iter().map(|tree| u64::from(tree.span.end));
    STEPS + STEPS_PER_BYTE * bytes.sum::<u64>()
}

impl Evaluator<'_> {
    /// Takes steps from the budget, before the work is done where its size is known by then.
    ///
    /// The first failure is told here and now, because who asked may let it pass: the side of a choice that may not
    /// be taken can fail without harm, but it cannot use up what the rest of the program needs.
    pub(super) fn spend(&self, steps: u64, span: Span) -> Eval<()> {
        let before = self.steps.get();
        let after = before.saturating_add(steps);
        self.steps.set(after);
        if after <= self.steps_max {
            return Ok(());
        }
        if before <= self.steps_max {
            // What a template says has no place of its own.
            let span = self.rendering.get().unwrap_or(span);
            self.diagnostics.borrow_mut().push(too_many_steps(span));
        }
        Err(Stop::Silent)
    }

    /// Whether the budget is used up.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps.get() > self.steps_max
    }

    /// Takes from the budget what a copy of a value needs.
    pub(super) fn spend_on(&self, value: &Value, span: Span) -> Eval<()> {
        self.spend(weight(value), span)
    }
}

/// Refuses a value that nests too deep.
pub(super) fn check_nesting(depth: u32, span: Span) -> Eval<()> {
    if depth <= NESTING_MAX {
        return Ok(());
    }
    Err(fault(
        Diagnostic::error(
            codes::TOO_DEEP,
            span,
            format!("this value nests more than {NESTING_MAX} levels deep"),
        )
        .help("make a list of the parts, instead of putting each into the next"),
    ))
}

/// Refuses a text that is too long.
pub(super) fn check_length(bytes: usize, span: Span) -> Eval<()> {
    if bytes <= TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(fault(Diagnostic::error(
        codes::TOO_MANY_STEPS,
        span,
        format!(
            "this text has more than {} MiB, which no value may have",
            TEXT_BYTES_MAX >> 20
        ),
    )))
}

fn too_many_steps(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TOO_MANY_STEPS,
        span,
        "the program takes too many steps to evaluate, and they run out here",
    )
    .label("nothing after this is evaluated")
    .help(
        "the items of nested comprehensions multiply, and so do values that contain a value twice: go through \
         less, take out what is not needed with `if` in the outer comprehension, or compute what stays the same \
         once, in a `let`",
    )
}
