//! The whole program at once: every instance, output and assertion, and all errors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_model::desired::{AssertOutcome, Forget, Import, Move, Output, ProviderConfig};
use infra_model::{Address, Desired, Instance, Known, Lookup, Record, Span, Value};

use super::evaluation::{Evaluation, Frozen};
use super::lifecycle::Decorated;
use super::memo::Key;
use super::operators::reveal;
use super::thing::{Instances, Member, Node, NodeId, Part, PartId};
use super::{Env, Eval, Evaluator, Stop, cycle, fault};
use crate::check::cloud;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::program::{Program, SoundProgram};
use crate::resolve::{DeclKind, ScopeKind, Scopes};
use crate::syntax::{ItemKind, ProviderBlock};
use crate::typing::relate;
use crate::world::World;

/// An instance and what only the checks of its values need to know.
pub(crate) struct Checked {
    pub instance: Instance,
    /// Codes that `@allow` takes out.
    pub allow: BTreeSet<String>,
    /// It stands for instances that are not known.
    pub assumed: bool,
}

/// Everything but what is kept for later questions.
struct Outcome {
    desired: Desired,
    diagnostics: Vec<Diagnostic>,
    waiting: bool,
}

/// Evaluates a program with its inputs.
pub(crate) fn evaluate(
    program: &Arc<SoundProgram>,
    world: &dyn World,
    inputs: BTreeMap<String, Value>,
    known: &dyn Known,
) -> Result<Evaluation, Vec<Diagnostic>> {
    let evaluator = Evaluator::new(program.program(), &inputs, known, Some(world), None);
    let outcome = evaluator.run();
    let frozen = Frozen {
        scene: evaluator.scene.take(),
        memo: evaluator.memo.take(),
        files: evaluator.files.take(),
        modules: evaluator.modules.take(),
    };
    if outcome
        .diagnostics
        .iter()
        .any(|it| it.severity == Severity::Error)
    {
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

/// Evaluates a program as far as its text alone goes, for what can be said about it without inputs.
pub(crate) fn dry_run(program: &Program, world: &dyn World) -> Vec<Diagnostic> {
    let (inputs, known) = (BTreeMap::new(), BTreeMap::<Address, Record>::new());
    let evaluator = Evaluator::new(program, &inputs, &known, Some(world), None);
    evaluator.run().diagnostics
}

impl Evaluator<'_> {
    fn run(&self) -> Outcome {
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
        let addresses = self.addresses();

        let instances: Vec<Instance> = checked.iter().map(|it| it.instance.clone()).collect();
        let mut found = cycle::find(&instances, &self.program.schemas);
        found.extend(cloud::check(
            &checked,
            &providers,
            &self.catalogue(),
            &self.program.schemas,
        ));
        self.diagnostics.borrow_mut().extend(found);

        let mut desired = Desired {
            program: self.program.name.clone(),
            providers,
            instances,
            lookups,
            outputs: self.note(outputs).unwrap_or_default(),
            asserts: self.note(asserts).unwrap_or_default(),
            ..addresses
        };
        self.add_default_providers(&mut desired);
        let waiting = self.traces.borrow().last().is_some_and(|trace| trace.waits);
        let mut diagnostics = self.diagnostics.take();
        crate::program::sort(&mut diagnostics);
        Outcome {
            desired,
            diagnostics,
            waiting,
        }
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

    fn instance(&self, id: NodeId, node: &Node) -> Eval<Checked> {
        let schema = self.schema_of(node).ok_or(Stop::Silent)?;
        let span = self.head_span(node);
        let mut fields = Record::new();
        let mut depends = BTreeMap::new();
        let mut field_spans = BTreeMap::new();
        for (index, field) in schema.fields.iter().enumerate() {
            let result = self.field(id, index, field);
            let Some(thing) = self.note(result) else {
                continue;
            };
            let Some(value) = thing.as_value().filter(|value| !value.is_null()) else {
                continue;
            };
            let needs = self.needs(value, Key::Field(id, index as u32));
            if !needs.is_empty() {
                depends.insert(field.name.clone(), needs);
            }
            if let Some(written) = self.authored(node, &field.name) {
                field_spans.insert(field.name.clone(), written.value.span);
            }
            fields.insert(field.name.clone(), without_nulls(value));
        }
        let decorated = self.decorated(node)?;
        let Decorated {
            mut lifecycle,
            after,
            provider,
            allow,
            ..
        } = decorated;
        if !after.is_empty() {
            depends.insert(
                String::new(),
                after.into_iter().filter(|it| !self.is_lookup(it)).collect(),
            );
        }
        // What holds nothing that could be lost needs no protection by the component around it.
        if schema.data.is_none() || schema.data_in(&fields).is_none() {
            lifecycle.snapshot = false;
        }
        let instance = Instance {
            address: node.address.clone(),
            provider: provider.unwrap_or_else(|| node.address.provider().to_owned()),
            fields,
            depends,
            lifecycle,
            span,
            field_spans,
        };
        Ok(Checked {
            instance,
            allow,
            assumed: node.assumed,
        })
    }

    /// The resource instances that a value mentions, or that were asked on the way to it.
    fn needs(&self, value: &Value, key: Key) -> BTreeSet<Address> {
        let mut needs = BTreeSet::new();
        value.for_each_address(&mut |address| {
            if !self.is_lookup(address) {
                needs.insert(address.clone());
            }
        });
        if let Some(slot) = self.memo.borrow().get(&key) {
            needs.extend(
                slot.trace
                    .asked
                    .iter()
                    .map(|node| self.node(*node).address.clone()),
            );
        }
        needs
    }

    /// The declaration's head: its type and name.
    fn head_span(&self, node: &Node) -> Span {
        match &self.decl_of(node).item.get(&self.program.trees).kind {
            ItemKind::Resource(item) => item.type_name.span.to(item.name.span),
            ItemKind::Lookup(item) => item.type_name.span.to(item.name.span),
            _ => self.decl_of(node).name.span,
        }
    }

    /// A lookup with its arguments; `None` while they wait for another lookup or an input.
    fn lookup(&self, id: NodeId, node: &Node) -> Eval<Option<Lookup>> {
        let schema = self.schema_of(node).ok_or(Stop::Silent)?;
        let mut fields = Record::new();
        for (index, field) in schema.fields.iter().enumerate() {
            let thing = self.field(id, index, field)?;
            let Some(value) = thing.as_value().filter(|value| !value.is_null()) else {
                continue;
            };
            let mut made = None;
            value.for_each_address(&mut |address| {
                if !self.is_lookup(address) {
                    made = Some(address.clone());
                }
            });
            if let Some(made) = made {
                let span = self
                    .authored(node, &field.name)
                    .map_or(field.span, |it| it.value.span);
                return Err(fault(
                    Diagnostic::error(
                        codes::UNKNOWN_LOOKUP,
                        span,
                        format!("a lookup is read before anything is made, and this waits for `{made}`"),
                    )
                    .help("look up by what the program itself says; what the program makes can be used as it is"),
                ));
            }
            if !value.is_known() {
                return Ok(None);
            }
            fields.insert(field.name.clone(), without_nulls(value));
        }
        let provider = self.decorated(node)?.provider;
        Ok(Some(Lookup {
            address: node.address.clone(),
            provider: provider.unwrap_or_else(|| node.address.provider().to_owned()),
            fields,
            span: self.head_span(node),
        }))
    }

    fn providers(&self, root: PartId) -> Vec<ProviderConfig> {
        let mut providers = Vec::new();
        for item in &self.program.scopes.get(Scopes::ROOT).others {
            if let ItemKind::Provider(block) = &item.get(&self.program.trees).kind {
                let config = self.provider(root, block);
                providers.extend(self.note(config));
            }
        }
        providers
    }

    fn provider(&self, root: PartId, block: &ProviderBlock) -> Eval<ProviderConfig> {
        let schema = self
            .program
            .schemas
            .provider(&block.name.text)
            .ok_or(Stop::Silent)?;
        let env = Env {
            part: root,
            locals: None,
        };
        let mut fields = Record::new();
        for field in &schema.fields {
            let written = block
                .body
                .fields
                .iter()
                .find(|it| it.name.text == field.name);
            let value = match written {
                Some(written) => {
                    let value = self.value(&written.value, &env)?;
                    self.coerced(
                        value,
                        &relate::optional(field.ty.clone()),
                        written.value.span,
                    )?
                }
                None => Value::Null,
            };
            let value = if value.is_null() {
                field.default.clone().unwrap_or(value)
            } else {
                value
            };
            if !value.is_null() {
                fields.insert(field.name.clone(), without_nulls(&value));
            }
        }
        Ok(ProviderConfig {
            name: block.name.text.clone(),
            alias: block.alias.as_ref().map(|alias| alias.text.clone()),
            fields,
            span: block.name.span,
        })
    }

    /// A provider without a block has its defaults, so that everyone who needs it finds it.
    fn add_default_providers(&self, desired: &mut Desired) {
        let users = desired
            .instances
            .iter()
            .map(|it| (&it.provider, it.span))
            .chain(desired.lookups.iter().map(|it| (&it.provider, it.span)));
        let mut missing: BTreeMap<String, Span> = BTreeMap::new();
        for (provider, span) in users {
            let known = desired
                .providers
                .iter()
                .any(|config| config.key() == *provider);
            if !known && self.program.schemas.provider(provider).is_some() {
                missing.entry(provider.clone()).or_insert(span);
            }
        }
        for (name, span) in missing {
            let fields = self.program.schemas.provider(&name).map(|schema| {
                let default = |field: &infra_model::FieldSchema| {
                    Some((field.name.clone(), field.default.clone()?))
                };
                schema.fields.iter().filter_map(default).collect()
            });
            let fields = fields.unwrap_or_default();
            desired.providers.push(ProviderConfig {
                name,
                alias: None,
                fields,
                span,
            });
        }
    }

    /// The program's outputs.
    pub(super) fn all_outputs(&self) -> Eval<Vec<Output>> {
        let scope = self.program.scopes.get(Scopes::ROOT);
        let mut outputs = Vec::new();
        for (index, output) in scope.outputs.iter().enumerate() {
            let value = self
                .output(PartId(0), index as u32)
                .and_then(|thing| self.into_value(thing));
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
                    let outcome = self.assert(part, assert);
                    outcomes.extend(self.note(outcome));
                }
            }
        }
        Ok(outcomes)
    }

    fn assert(&self, part: PartId, assert: &crate::syntax::Assert) -> Eval<AssertOutcome> {
        let env = Env { part, locals: None };
        let value = self.value(&assert.condition, &env)?;
        let message = match &assert.message {
            Some(message) => self.text(message, &env)?,
            None => "the program asserts this".to_owned(),
        };
        Ok(AssertOutcome {
            holds: reveal(&value).0.as_bool(),
            message,
            span: assert.condition.span,
        })
    }

    /// `move`, `import` and `forget`.
    fn addresses(&self) -> Desired {
        let mut desired = Desired::default();
        for item in &self.program.scopes.get(Scopes::ROOT).others {
            match &item.get(&self.program.trees).kind {
                ItemKind::Move(it) => {
                    if let (Ok(from), Ok(to)) = (it.from.text.parse(), it.to.text.parse()) {
                        desired.moves.push(Move {
                            from,
                            to,
                            span: it.from.span.to(it.to.span),
                        });
                    }
                }
                ItemKind::Import(it) => {
                    let env = Env {
                        part: PartId(0),
                        locals: None,
                    };
                    let id = self.text(&it.id, &env);
                    if let (Ok(address), Some(id)) = (it.address.text.parse(), self.note(id)) {
                        desired.imports.push(Import {
                            address,
                            id,
                            span: it.address.span,
                        });
                    }
                }
                ItemKind::Forget(it) => {
                    if let Ok(address) = it.address.text.parse() {
                        desired.forgets.push(Forget {
                            address,
                            span: it.address.span,
                        });
                    }
                }
                _ => {}
            }
        }
        desired
    }

    /// The tables of the catalogues that fields name, by provider and table.
    fn catalogue(&self) -> cloud::Catalogue {
        let mut catalogue = cloud::Catalogue::new();
        for (provider, scope) in &self.program.catalogues {
            if self.program.scopes.get(*scope).kind != ScopeKind::Std {
                continue;
            }
            let module = self.module(*scope);
            for (id, decl) in self.program.scopes.get(*scope).iter() {
                let wanted = self
                    .program
                    .tables
                    .contains(&(provider.clone(), decl.name.text.clone()));
                if !wanted {
                    continue;
                }
                let table = self.declared(module, id);
                if let Some(thing) = self.note(table)
                    && let Some(Value::Map(table)) = thing.as_value()
                {
                    catalogue.insert((provider.clone(), decl.name.text.clone()), table.clone());
                }
            }
        }
        catalogue
    }
}

/// The value without the nulls of records in it: a field left out and a field set to null are the same.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(
            map.iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), without_nulls(value)))
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(without_nulls).collect()),
        value => value.clone(),
    }
}

/// What an earlier evaluation needs for a field again.
pub(super) fn resolve_fields(evaluator: &Evaluator<'_>, id: NodeId) -> Eval<Record> {
    let node = evaluator.node(id);
    let schema = evaluator.schema_of(&node).ok_or(Stop::Silent)?;
    let mut fields = Record::new();
    for (index, field) in schema.fields.iter().enumerate() {
        let thing = evaluator.field(id, index, field)?;
        if let Some(value) = thing.as_value().filter(|value| !value.is_null()) {
            fields.insert(field.name.clone(), without_nulls(value));
        }
    }
    Ok(fields)
}
