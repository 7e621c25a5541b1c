//! What is asked of an evaluated program from outside: the assertions of a test, and single expressions.

use infra_model::desired::AssertOutcome;
use infra_model::{Known, ResolveError, Type, Value};

use super::evaluation::Evaluation;
use super::thing::{PartId, Thing, bind};
use super::{Env, Eval, Evaluator};
use crate::check::{self, CLOUD};
use crate::diagnostic::{Diagnostic, Severity};
use crate::resolve::Scopes;
use crate::source::Sources;
use crate::syntax::{self, ItemKind, Test};
use crate::world::World;

impl Evaluation {
    /// The assertions of the test with this number among [`tests`](crate::SoundProgram::tests).
    ///
    /// One without a message of its own has an empty one. `cloud` is what the cloud answers: by provider, type and address a record of attributes.
    ///
    /// # Errors
    /// An assertion fails with a value instead of being true or false.
    pub fn test_asserts(
        &self,
        test: usize,
        world: &dyn World,
        known: &dyn Known,
        cloud: Value,
    ) -> Result<Vec<AssertOutcome>, ResolveError> {
        let program = self.program().program();
        let tests = program.test_items();
        self.with(known, Some(world), |evaluator| match tests.get(test) {
            Some(test) => evaluator.test_asserts(test, cloud),
            None => Ok(Vec::new()),
        })
    }

    /// The type and the value of an expression that sees what the program's own declarations see. Its text becomes
    /// one of the `sources`, so that diagnostics can show it.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn expression(
        &self,
        text: &str,
        sources: &mut Sources,
        world: &dyn World,
        known: &dyn Known,
    ) -> Result<(Type, Value), Vec<Diagnostic>> {
        let file = sources.add("(expression)", text);
        let (expr, mut found) = syntax::parse_expression(file, text);
        if !found.is_empty() {
            return Err(found);
        }
        let mut program = self.program().program().clone();
        let types = crate::schema::world_types(world);
        let (ty, wrong) = check::check_expression(&mut program, sources, &types, &expr);
        found.extend(wrong);
        if found.iter().any(|it| it.severity == Severity::Error) {
            return Err(found);
        }
        let env = Env {
            part: PartId(0),
            locals: None,
        };
        self.with_program(&program, known, Some(world), |evaluator| {
            evaluator.value(&expr, &env)
        })
        .map(|value| (ty, value))
        .map_err(|diagnostic| vec![*diagnostic])
    }
}

impl Evaluator<'_> {
    fn test_asserts(&self, test: &Test, cloud: Value) -> Eval<Vec<AssertOutcome>> {
        let mut env = Env {
            part: PartId(0),
            locals: bind(&None, CLOUD, Thing::Value(cloud)),
        };
        let mut outcomes = Vec::new();
        for item in &test.items {
            match &item.kind {
                ItemKind::Let(it) => {
                    let value = self.value(&it.value, &env)?;
                    let value = match self.program.facts.types.get(&it.name.span) {
                        Some(ty) => self.coerced(value, ty, it.value.span)?,
                        None => value,
                    };
                    env.locals = bind(&env.locals, &it.name.text, Thing::Value(value));
                }
                ItemKind::Assert(it) => {
                    let mut outcome = self.assert(it, &env)?;
                    if it.message.is_none() {
                        outcome.message.clear();
                    }
                    outcomes.push(outcome);
                }
                _ => {}
            }
        }
        Ok(outcomes)
    }
}

impl crate::program::Program {
    /// The tests of the program itself, in the order of the text.
    pub(crate) fn test_items(&self) -> Vec<&Test> {
        let scope = self.scopes.get(Scopes::ROOT);
        scope
            .others
            .iter()
            .filter_map(|at| match &at.get(&self.trees).kind {
                ItemKind::Test(test) => Some(test),
                _ => None,
            })
            .collect()
    }
}
