//! One resource or lookup instance with all its fields, as the engine is handed it.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::{Address, FieldSchema, Instance, Lookup, Named, Record, Span, Value};

use super::checked::Checked;
use super::lifecycle::Decorated;
use super::memo::Key;
use super::shared::weight;
use super::thing::{Node, NodeId};
use super::{Env, Eval, Evaluator, Stop, fault};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Expr, ItemKind};

impl Evaluator<'_> {
    pub(super) fn instance(&self, id: NodeId, node: &Node) -> Eval<Checked> {
        let schema = self.schema_of(node).ok_or(Stop::Silent)?;
        let span = self.head_span(node);
        let mut fields = Record::new();
        let mut depends = Named::new();
        let mut field_spans = Named::new();
        let mut failed = Vec::new();
        for (index, field) in schema.fields.iter().enumerate() {
            let result = self.field(id, index, field);
            let Some(thing) = self.note(result) else {
                failed.push(field.name.clone());
                continue;
            };
            let Some(value) = thing
                .as_value()
                .filter(|value| self.says(node, field, value))
            else {
                continue;
            };
            // The field's value, and what it depends on.
            self.spend(2 * weight(value), span)?;
            let needs = self.needs(value, Key::Field(id, index as u32), span)?;
            if !needs.is_empty() {
                depends.insert(field.name.clone(), needs);
            }
            if let Some(written) = self.authored(node, &field.name) {
                field_spans.insert(field.name.clone(), self.place_of(&written.value, node));
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
        let provider = provider.unwrap_or_else(|| node.address.provider().to_owned());
        self.note_given(&fields, &provider);
        let instance = Instance {
            address: node.address.clone(),
            provider,
            fields,
            depends,
            lifecycle,
            span,
            field_spans,
        };
        Ok(Checked {
            instance: Arc::new(instance),
            allow,
            assumed: node.assumed,
            failed,
        })
    }

    /// Where a field's value is written: for one inside of a component the argument that it comes from.
    fn place_of(&self, value: &Expr, node: &Node) -> Span {
        let env = Env {
            part: node.part,
            locals: node.locals.clone(),
        };
        let Some(at) = self.given_at(value, &env) else {
            return value.span;
        };
        self.blamed.borrow_mut().insert(at, value.span);
        at
    }

    /// Things that are named by their ids are looked up with the provider of whoever needs them.
    fn note_given(&self, fields: &Record, provider: &str) {
        let mut providers = self.providers_of_given.borrow_mut();
        for value in fields.values() {
            value.for_each_address(&mut |address| {
                let node = self.node_at(address);
                if node.is_some_and(|node| self.node(node).given.is_some()) {
                    let provider = || provider.to_owned();
                    providers.entry(address.clone()).or_insert_with(provider);
                }
            });
        }
    }

    /// The resource instances that a value mentions, or that were asked on the way to it.
    fn needs(&self, value: &Value, key: Key, span: Span) -> Eval<BTreeSet<Address>> {
        let mut needs = BTreeSet::new();
        value.for_each_address(&mut |address| {
            if !self.is_lookup(address) {
                needs.insert(address.clone());
            }
        });
        if let Some(slot) = self.memo.borrow().get(&key) {
            self.spend(2 * slot.trace.asked_count(), span)?;
            let asked = slot.trace.asked();
            needs.extend(asked.map(|node| self.node(node).address.clone()));
        }
        Ok(needs)
    }

    /// The declaration's head: its type and name.
    fn head_span(&self, node: &Node) -> Span {
        if let Some(given) = &node.given {
            return given.span;
        }
        match &self.decl_of(node).item.get(&self.program.trees).kind {
            ItemKind::Resource(item) => item.type_name.span.to(item.name.span),
            ItemKind::Lookup(item) => item.type_name.span.to(item.name.span),
            _ => self.decl_of(node).name.span,
        }
    }

    /// Whether a value says something of its field. `null` does where the cloud has a "none" and the program writes it.
    fn says(&self, node: &Node, field: &FieldSchema, value: &Value) -> bool {
        let none = field.clears && self.authored(node, &field.name).is_some();
        none || !value.is_null()
    }

    /// A lookup with its arguments; `None` while they wait for another lookup or an input.
    pub(super) fn lookup(&self, id: NodeId, node: &Node) -> Eval<Option<Lookup>> {
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
        let provider = match &node.given {
            Some(_) => {
                let providers = self.providers_of_given.borrow();
                providers.get(&node.address).cloned()
            }
            None => self.decorated(node)?.provider,
        };
        Ok(Some(Lookup {
            address: node.address.clone(),
            provider: provider.unwrap_or_else(|| node.address.provider().to_owned()),
            fields,
            span: self.head_span(node),
        }))
    }
}

/// The value without the nulls of records in it: a field left out and a field set to null are the same.
pub(super) fn without_nulls(value: &Value) -> Value {
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
        if let Some(value) = thing
            .as_value()
            .filter(|value| evaluator.says(&node, field, value))
        {
            fields.insert(field.name.clone(), without_nulls(value));
        }
    }
    Ok(fields)
}
