//! What rules over evaluated values ask: conditions written in schemas, and attributes behind references.

use infra_model::{Address, Value};

use super::memo::Trace;
use super::thing::{Locals, PartId, Thing, bind, find};
use super::{Env, Evaluator, Stop};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::Expr;

/// The codes of what is not there to be asked.
const NO_ANSWER: [&str; 4] = [
    codes::UNKNOWN_ATTRIBUTE,
    codes::MAYBE_NULL,
    codes::MISSING_KEY,
    codes::INDEX_RANGE,
];

/// Names with their values, for the expressions of a schema.
#[derive(Clone, Default)]
pub(crate) struct RuleNames(Locals);

impl RuleNames {
    /// These names and one more, which hides an earlier one of the same name.
    pub fn with(&self, name: &str, value: Value) -> RuleNames {
        RuleNames(bind(&self.0, name, Thing::Value(value)))
    }

    pub fn has(&self, name: &str) -> bool {
        find(&self.0, name).is_some()
    }
}

impl Evaluator<'_> {
    /// What every expression of a provider's schemas sees: `catalogue`, its tables.
    pub(crate) fn rule_names(&self, provider: &str) -> RuleNames {
        let scope = self.program.catalogues.get(provider);
        let catalogue = scope.map(|scope| Thing::Namespace(self.module(*scope)));
        RuleNames(catalogue.and_then(|it| bind(&None, "catalogue", it)))
    }

    /// The value of an expression of a schema that sees `names`. `None` where the value cannot be had for a reason that
    /// was told already.
    pub(crate) fn rule_value(
        &self,
        expr: &Expr,
        names: &RuleNames,
    ) -> Result<Option<Value>, Box<Diagnostic>> {
        let env = Env {
            part: PartId(0),
            locals: names.0.clone(),
        };
        match self.apart(|| self.value(expr, &env)) {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Silent) => Ok(None),
            // An id in place of a reference, nothing in place of a value: what cannot be asked decides nothing.
            Err(Stop::Fault(it)) if NO_ANSWER.contains(&it.code) => Ok(None),
            Err(Stop::Fault(diagnostic)) => Err(diagnostic),
        }
    }

    /// An attribute of a resource or lookup, as far as it is known.
    pub(crate) fn rule_attribute(&self, address: &Address, name: &str) -> Option<Value> {
        let node = self.node_at(address)?;
        if !self.has_attribute(node, name) {
            return None;
        }
        let thing = self.apart(|| self.attribute(node, name)).ok()?;
        thing.as_value().cloned()
    }

    /// Asks something whose answer goes into no value of the program.
    fn apart<T>(&self, work: impl FnOnce() -> T) -> T {
        self.traces.borrow_mut().push(Trace::default());
        let result = work();
        self.traces.borrow_mut().pop();
        result
    }
}
