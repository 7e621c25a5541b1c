//! What a program says besides its instances: outputs, assertions, moves, imports and what is forgotten.

use infra_model::desired::{AssertOutcome, Output};

use super::operators::reveal;
use super::thing::PartId;
use super::{Env, Eval, Evaluator};
use crate::resolve::Scopes;
use crate::syntax::ItemKind;

impl Evaluator<'_> {
    /// The program's outputs.
    pub(super) fn all_outputs(&self) -> Eval<Vec<Output>> {
        let scope = self.program.scopes.get(Scopes::ROOT);
        let mut outputs = Vec::new();
        for (index, output) in scope.outputs.iter().enumerate() {
            let value = self
                .output(PartId(0), index as u32)
                .and_then(|thing| self.materialize(thing, output.name.span));
            let Some(value) = self.note(value) else {
                continue;
            };
            outputs.push(Output {
                name: output.name.text.clone(),
                value,
                doc: output
                    .item
                    .get(&self.program.trees)
                    .doc
                    .clone()
                    .unwrap_or_default(),
                span: output.name.span,
            });
        }
        Ok(outputs)
    }

    /// The assertions of the program and of the components in use.
    pub(super) fn all_asserts(&self) -> Eval<Vec<AssertOutcome>> {
        let count = match self.base {
            Some(base) => base.scene.parts.len(),
            None => self.scene.borrow().parts.len(),
        };
        let mut outcomes = Vec::new();
        for part in (0..count as u32).map(PartId) {
            for item in &self.program.scopes.get(self.part(part).scope).others {
                if let ItemKind::Assert(assert) = &item.get(&self.program.trees).kind {
                    let outcome = self.assert(assert, &Env { part, locals: None });
                    outcomes.extend(self.note(outcome));
                }
            }
        }
        Ok(outcomes)
    }

    pub(super) fn assert(&self, assert: &crate::syntax::Assert, env: &Env) -> Eval<AssertOutcome> {
        let value = self.value(&assert.condition, env)?;
        let message = match &assert.message {
            Some(message) => self.text(message, env)?,
            None => "the program asserts this".to_owned(),
        };
        Ok(AssertOutcome {
            holds: reveal(&value).0.as_bool(),
            message,
            span: self
                .given_at(&assert.condition, env)
                .unwrap_or(assert.condition.span),
        })
    }
}
