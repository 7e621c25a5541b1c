//! The budget of an evaluation: programs always end, and this keeps the end near, in time and in memory.

use infra_model::{Span, Value};

use super::operators::reveal;
use super::{Eval, Evaluator, Stop};
use crate::codes;
use crate::diagnostic::Diagnostic;

/// The steps one evaluation may take. A `std.server` takes about seven thousand, as it chooses its machine from the
/// whole catalogue, so this is enough for thirty thousand of them with all their resources; and what it can fill with
/// values fits into the memory of an ordinary machine.
const STEPS_MAX: u64 = 250_000_000;

/// What going to the next item takes.
pub(super) const ITEM: u64 = 1;

/// What an entry of a list or map takes that is made or copied: it stays in memory.
pub(super) const ENTRY: u64 = 10;

/// What an instance takes for each level of its address.
pub(super) const INSTANCE: u64 = 100;

impl Evaluator<'_> {
    /// Takes `count` times `cost` from the budget, before the work is done where its size is known by then.
    ///
    /// The first failure is told here and now, because who asked may let it pass: the side of a choice that may not
    /// be taken can fail without harm, but it cannot use up what the rest of the program needs.
    pub(super) fn spend(&self, count: usize, cost: u64, span: Span) -> Eval<()> {
        let before = self.steps.get();
        let after = before.saturating_add((count as u64).saturating_mul(cost));
        self.steps.set(after);
        if after <= STEPS_MAX {
            return Ok(());
        }
        if before <= STEPS_MAX {
            self.diagnostics.borrow_mut().push(too_many_steps(span));
        }
        Err(Stop::Silent)
    }

    /// Takes from the budget what the copy of a value needs.
    pub(super) fn spend_on(&self, value: &Value, span: Span) -> Eval<()> {
        match entries(value) {
            0 => Ok(()),
            count => self.spend(count, ENTRY, span),
        }
    }
}

/// The entries of all lists and maps in a value.
fn entries(value: &Value) -> usize {
    match reveal(value).0 {
        Value::List(items) => items.len() + items.iter().map(entries).sum::<usize>(),
        Value::Map(map) => map.len() + map.values().map(entries).sum::<usize>(),
        _ => 0,
    }
}

fn too_many_steps(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TOO_MANY_STEPS,
        span,
        "the program takes too many steps to evaluate, and they run out here",
    )
    .label("nothing after this is evaluated")
    .help(
        "the items of comprehensions inside each other multiply: go through less, take out what is not needed \
         with `if` in the outer one, or compute what stays the same once, in a `let`",
    )
}
