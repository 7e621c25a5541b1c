//! Evaluating something once, and the cycle that there is when it needs itself.

use infra_model::Span;

use super::memo::{Done, Key, Running, Slot, Trace};
use super::{Eval, Evaluator, Stop, deep, fault, too_deep};
use crate::codes;
use crate::diagnostic::Diagnostic;

impl Evaluator<'_> {
    /// A result that was had before and still holds.
    pub(super) fn remembered(&self, key: Key) -> Option<Slot> {
        if let Some(slot) = self.memo.borrow().get(&key) {
            return Some(slot.clone());
        }
        let slot = self.base?.memo.get(&key)?;
        // Which instances there are was settled by the evaluation itself.
        let stays = matches!(key, Key::Instances(..)) || slot.trace.is_settled();
        stays.then(|| slot.clone())
    }

    /// Evaluates something once, noticing when it needs itself.
    pub(super) fn once(
        &self,
        key: Key,
        span: Span,
        work: impl FnOnce() -> Eval<Done>,
    ) -> Eval<Done> {
        if let Some(slot) = self.remembered(key) {
            self.absorb(&slot.trace, span)?;
            return match slot.done {
                Done::Failed => Err(Stop::Silent),
                Done::Running => Err(self.cycle_fault(key)),
                done => Ok(done),
            };
        }
        let under_way = Slot {
            done: Done::Running,
            trace: Trace::default(),
        };
        self.memo.borrow_mut().insert(key, under_way);
        self.running.borrow_mut().push(Running { key, span });
        self.traces.borrow_mut().push(Trace::default());
        let result = self.deeper(span, work);
        self.running.borrow_mut().pop();
        let trace = self.traces.borrow_mut().pop().unwrap_or_default();
        let result = self.absorb(&trace, span).and(result);
        let done = result.as_ref().map_or(Done::Failed, Clone::clone);
        if result.is_err() {
            self.failed.borrow_mut().push(key);
        }
        self.memo.borrow_mut().insert(key, Slot { done, trace });
        result
    }

    /// Adds what went into a part to the record of the innermost evaluation.
    fn absorb(&self, part: &Trace, span: Span) -> Eval<()> {
        match self.trace(|trace| trace.absorb(part)) {
            Some(copied) if copied > 0 => self.spend(copied as u64, span),
            _ => Ok(()),
        }
    }

    /// Changes the record of what goes into the innermost evaluation.
    pub(super) fn trace<T>(&self, change: impl FnOnce(&mut Trace) -> T) -> Option<T> {
        self.traces.borrow_mut().last_mut().map(change)
    }

    /// Goes one level down, unless that is too deep for the machine's stack.
    pub(super) fn deeper<T>(&self, span: Span, work: impl FnOnce() -> Eval<T>) -> Eval<T> {
        if self.depth.get() >= super::DEPTH_MAX {
            return Err(fault(too_deep(span)));
        }
        self.depth.set(self.depth.get() + 1);
        let result = deep(work);
        self.depth.set(self.depth.get() - 1);
        result
    }

    fn cycle_fault(&self, key: Key) -> Stop {
        /// A longer cycle is shown by its first steps.
        const SHOWN_MAX: usize = 20;
        let running = self.running.borrow();
        let from = running.iter().position(|it| it.key == key).unwrap_or(0);
        let cycle = &running[from..];
        let shown = &cycle[..cycle.len().min(SHOWN_MAX)];
        let mut labels: Vec<String> = shown.iter().map(|it| self.label(it.key)).collect();
        if shown.len() < cycle.len() {
            labels.push("…".to_owned());
        }
        labels.push(labels[0].clone());
        let mut diagnostic = Diagnostic::error(
            codes::CYCLE,
            cycle[0].span,
            format!("a value needs itself: {}", labels.join(" → ")),
        )
        .help("write one of them without the others; a part they share can be a `let` of its own");
        for (running, label) in shown.iter().zip(&labels).skip(1) {
            diagnostic = diagnostic.related(running.span, format!("through `{label}`"));
        }
        fault(diagnostic)
    }

    /// What is evaluated, as the user knows it: `zone`, `main.range`.
    fn label(&self, key: Key) -> String {
        match key {
            Key::Named(part, decl) | Key::Instances(part, decl) | Key::Over(part, decl) => {
                let scope = self.program.scopes.get(self.part(part).scope);
                scope.decl(decl).name.text.clone()
            }
            Key::Field(node, index) => {
                let node = self.node(node);
                let schema = self.schema_of(&node);
                let field = schema.map_or("", |it| it.fields[index as usize].name.as_str());
                format!("{}.{field}", node.address.name)
            }
            Key::Output(part, index) => {
                let here = self.part(part);
                let output = &self.program.scopes.get(here.scope).outputs[index as usize];
                match here.path.last() {
                    Some(step) => format!("{}.{}", step.name, output.name.text),
                    None => output.name.text.clone(),
                }
            }
        }
    }
}
