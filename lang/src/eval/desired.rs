//! The whole program at once: every instance, output and assertion, and all errors.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_model::{Address, Desired, Instance, Known, Record, Value};

use super::checked::Checked;
use super::evaluation::Evaluation;
use super::frozen::Frozen;
use super::memo::Trace;
use super::thing::{Instances, Member, NodeId, Part, PartId};
use super::{Evaluator, cycle};
use crate::diagnostic::{Diagnostic, Severity};
use crate::program::Program;
use crate::resolve::{DeclKind, Scopes};
use crate::sound::SoundProgram;
use crate::world::World;

/// Tables of catalogues, by provider and table.
pub(crate) type Catalogue = BTreeMap<(String, String), Record>;

/// What is checked of a whole program when its values are there.
pub(crate) type Rules = fn(&Evaluator<'_>, &Outcome) -> Vec<Diagnostic>;

/// Everything but what is kept for later questions.
pub(crate) struct Outcome {
    pub desired: Desired,
    pub checked: Vec<Checked>,
    pub catalogue: Catalogue,
    diagnostics: Vec<Diagnostic>,
    waiting: bool,
}

/// The evaluation of a program without inputs and with nothing known of the cloud: what its text alone says.
pub(crate) struct FirstRun {
    frozen: Frozen,
    outcome: Outcome,
    /// What was asked of the cloud. The result is another one when something is known of any of these.
    asked: Vec<Address>,
}

impl FirstRun {
    /// Evaluates a program as far as its text alone goes, for what can be said about it without inputs.
    pub fn of(program: &Program, world: &dyn World, rules: Rules) -> Self {
        let (inputs, known) = (BTreeMap::new(), BTreeMap::<Address, Record>::new());
        let evaluator = Evaluator::new(program, &inputs, &known, Some(world), None);
        let outcome = evaluator.run(rules);
        let traces = evaluator.traces.take();
        let asked = traces.iter().flat_map(Trace::asked);
        let asked = asked.map(|node| evaluator.node(node).address.clone());
        let scene = evaluator.scene.borrow();
        let lookups = scene.nodes.iter().filter(|node| node.lookup);
        let asked = asked
            .chain(lookups.map(|node| node.address.clone()))
            .collect();
        drop(scene);
        FirstRun {
            frozen: evaluator.freeze(),
            outcome,
            asked,
        }
    }

    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.outcome.diagnostics
    }

    /// Whether an evaluation without inputs would come to the same.
    fn holds(&self, known: &dyn Known) -> bool {
        let told = |address: &Address| known.attributes(address).is_some();
        !self.outcome.has_errors() && !self.asked.iter().any(told)
    }
}

impl std::fmt::Debug for FirstRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstRun").finish_non_exhaustive()
    }
}

impl Outcome {
    fn has_errors(&self) -> bool {
        let mut all = self.diagnostics.iter();
        all.any(|it| it.severity == Severity::Error)
    }
}

/// Evaluates a program with its inputs.
pub(crate) fn evaluate(
    program: &Arc<SoundProgram>,
    world: &dyn World,
    inputs: BTreeMap<String, Value>,
    known: &dyn Known,
    rules: Rules,
) -> Result<Evaluation, Vec<Diagnostic>> {
    let first = program.take_first_run();
    let first = first.filter(|first| inputs.is_empty() && first.holds(known));
    let (frozen, outcome) = match first {
        Some(first) => (first.frozen, first.outcome),
        None => {
            let evaluator = Evaluator::new(program.program(), &inputs, known, Some(world), None);
            let outcome = evaluator.run(rules);
            (evaluator.freeze(), outcome)
        }
    };
    if outcome.has_errors() {
        return Err(outcome.diagnostics);
    }
    let mut evaluation = Evaluation::new(
        program.clone(),
        inputs,
        frozen,
        outcome.desired,
        outcome.waiting,
    );
    evaluation.warnings = outcome.diagnostics;
    Ok(evaluation)
}

impl Evaluator<'_> {
    /// What is kept for later questions.
    fn freeze(self) -> Frozen {
        Frozen {
            scene: self.scene.take(),
            memo: self.memo.take(),
            files: self.files.take(),
            modules: self.modules.take(),
        }
    }

    fn run(&self, rules: Rules) -> Outcome {
        let root = self.scene.borrow_mut().add_part(Part {
            scope: Scopes::ROOT,
            outer: None,
            caller: None,
            path: Vec::new(),
            assumed: false,
        });
        let mut nodes = Vec::new();
        self.walk(root, &mut |node, _| nodes.push(node));
        self.all_named(root);

        let providers = self.providers(root);
        let mut checked = Vec::with_capacity(nodes.len());
        let mut lookups = Vec::new();
        for id in nodes {
            let node = self.node(id);
            if node.lookup {
                let lookup = self.lookup(id, &node);
                lookups.extend(self.note(lookup).flatten());
            } else {
                let instance = self.instance(id, &node);
                checked.extend(self.note(instance));
            }
        }
        let outputs = self.all_outputs();
        let asserts = self.all_asserts();
        lookups.extend(self.given_lookups());
        let adopted = self.adopted();

        let instances: Vec<Arc<Instance>> = checked.iter().map(|it| it.instance.clone()).collect();
        let mut found = cycle::find(&instances, &self.program.schemas);

        let mut desired = Desired {
            program: self.program.name.clone(),
            providers,
            instances,
            lookups,
            outputs: self.note(outputs).unwrap_or_default(),
            asserts: self.note(asserts).unwrap_or_default(),
            ..adopted
        };
        let catalogue = self.catalogue();
        self.add_default_providers(&mut desired);
        let waiting = self.traces.borrow().last().is_some_and(|trace| trace.waits);
        let mut outcome = Outcome {
            desired,
            checked,
            catalogue,
            diagnostics: Vec::new(),
            waiting,
        };
        found.extend(rules(self, &outcome));
        let blamed = self.blamed.borrow();
        let found = found.into_iter().map(|it| match blamed.get(&it.span) {
            Some(inside) => it.related(*inside, "the component uses it here"),
            None => it,
        });
        outcome.diagnostics = self.diagnostics.take();
        outcome.diagnostics.extend(found);
        crate::diagnostic::sort(&mut outcome.diagnostics);
        outcome
    }

    /// The lookups that `id("…")` makes.
    fn given_lookups(&self) -> Vec<infra_model::Lookup> {
        let count = self.scene.borrow().nodes.len() as u32;
        let nodes = (0..count).map(NodeId).filter_map(|id| {
            let node = self.node(id);
            node.given.as_ref()?;
            let lookup = self.lookup(id, &node);
            self.note(lookup).flatten()
        });
        nodes.collect()
    }

    /// Visits the instances of a part and of the parts inside it, in the order of the text.
    pub(super) fn walk(&self, part: PartId, visit: &mut dyn FnMut(NodeId, bool)) {
        let scope = self.program.scopes.get(self.part(part).scope);
        for (id, decl) in scope.iter() {
            if !matches!(decl.kind, DeclKind::Resource(_) | DeclKind::Lookup) {
                continue;
            }
            let instances = self.instances(part, id);
            let members: Vec<Member> = match self.note(instances) {
                Some(Instances::One(member)) => vec![member],
                Some(Instances::Many(set)) => {
                    set.members.iter().map(|(_, member)| *member).collect()
                }
                Some(Instances::Waiting(_)) => {
                    self.trace(|trace| trace.waits = true);
                    continue;
                }
                Some(Instances::None) | None => continue,
            };
            for member in members {
                match member {
                    Member::Node(node) => visit(node, self.node(node).lookup),
                    Member::Part(inner) => self.walk(inner, visit),
                }
            }
        }
    }

    /// Evaluates the parameters of all parts, whose conditions must hold, and the program's own `let`s.
    fn all_named(&self, root: PartId) {
        let count = self.scene.borrow().parts.len() as u32;
        for part in (0..count).map(PartId) {
            let scope = self.program.scopes.get(self.part(part).scope);
            for (id, decl) in scope.iter() {
                let wanted = match decl.kind {
                    DeclKind::Param(_) => true,
                    DeclKind::Let => part == root,
                    _ => false,
                };
                if wanted {
                    let result = self.declared(part, id);
                    self.note(result);
                }
            }
        }
    }
}
