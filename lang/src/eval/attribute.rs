//! Fields of resources as they are written, attributes as they are read, outputs of components.

use infra_model::{FieldSchema, Schema, Span, Type, Unknown, Value};

use super::memo::{Done, Key};
use super::operators::hide;
use super::thing::{Node, NodeId, PartId, Thing};
use super::{Env, Eval, Evaluator, Stop};
use crate::resolve::Decl;
use crate::syntax::{Body, Field, ItemKind};
use crate::typing::relate;

/// What a field that is set takes, beside its value.
const FIELD: u64 = 4;

impl<'a> Evaluator<'a> {
    pub(super) fn decl_of(&self, node: &Node) -> &'a Decl {
        let program = self.program;
        program
            .scopes
            .get(self.part(node.part).scope)
            .decl(node.decl)
    }

    pub(super) fn body_of(&self, node: &Node) -> Option<&'a Body> {
        if node.given.is_some() {
            return None;
        }
        match &self.decl_of(node).item.get(&self.program.trees).kind {
            ItemKind::Resource(item) => Some(&item.body),
            ItemKind::Lookup(item) => Some(&item.body),
            _ => None,
        }
    }

    pub(super) fn schema_of(&self, node: &Node) -> Option<&'a Schema> {
        let kind = match node.lookup {
            true => infra_model::SchemaKind::Lookup,
            false => infra_model::SchemaKind::Resource,
        };
        let program = self.program;
        program.schemas.get(&node.address.type_name, kind)
    }

    /// The text that sets a field, if any does.
    pub(super) fn authored(&self, node: &Node, name: &str) -> Option<&'a Field> {
        self.body_of(node)?
            .fields
            .iter()
            .find(|field| field.name.text == name)
    }

    /// The value of a field as the program sets it, or its default; null when neither is there.
    pub(super) fn field(&self, id: NodeId, index: usize, schema: &FieldSchema) -> Eval<Thing> {
        let node = self.node(id);
        if let Some(given) = &node.given
            && self.program.schemas.own_id(&node.address.type_name) == Some(&schema.name)
        {
            return Ok(Thing::Value(Value::string(&given.id)));
        }
        let authored = self.authored(&node, &schema.name);
        // What nobody writes needs no evaluation: that is most fields of most resources.
        let Some(field) = authored.filter(|_| !schema.computed) else {
            return Ok(Thing::Value(unset(schema)));
        };
        let done = self.once(Key::Field(id, index as u32), field.span, || {
            self.spend(FIELD, field.span)?;
            let value = self.field_value(&node, field, schema);
            let env = Env {
                part: node.part,
                locals: node.locals.clone(),
            };
            let value = self.blamed(value, &field.value, &env)?;
            self.shared(Thing::Value(value), field.span)
                .map(Done::Thing)
        })?;
        match done {
            Done::Thing(thing) => Ok(thing),
            _ => Err(Stop::Silent),
        }
    }

    fn field_value(&self, node: &Node, field: &Field, schema: &FieldSchema) -> Eval<Value> {
        let env = Env {
            part: node.part,
            locals: node.locals.clone(),
        };
        let value = self.value(&field.value, &env)?;
        // `null` is the same as leaving the field out.
        if value.is_null() {
            return Ok(unset(schema));
        }
        let value = self.coerced(value, &schema.ty, field.value.span)?;
        Ok(match value.is_null() {
            true => unset(schema),
            false => value,
        })
    }

    pub(super) fn has_attribute(&self, id: NodeId, name: &str) -> bool {
        let schema = self.schema_of(&self.node(id));
        schema.is_none_or(|schema| schema.field(name).is_some())
    }

    /// An attribute of a resource or lookup: what the program says when that is known, else what the cloud says.
    pub(super) fn attribute(&self, id: NodeId, name: &str) -> Eval<Thing> {
        let node = self.node(id);
        let schema = self.schema_of(&node).ok_or(Stop::Silent)?;
        let Some((index, field)) = schema
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.name == name)
        else {
            return Err(Stop::Silent);
        };
        let authored = self.field(id, index, field)?;
        if authored.as_value().is_some_and(|value| !value.is_null()) {
            return Ok(authored);
        }
        let told = self.known.attributes(&node.address);
        let answer = told.and_then(|record| record.get(name));
        // A lookup is answered once and in full: what the answer leaves out is not there.
        if node.lookup && told.is_some() && answer.is_none() {
            return Ok(Thing::Value(Value::Null));
        }
        self.trace(|trace| match (node.lookup, answer) {
            (true, Some(_)) => {}
            (true, None) => trace.waits = true,
            (false, _) => trace.ask(id),
        });
        Ok(Thing::Value(match answer {
            Some(value) => hide(value.clone(), relate::is_secret(&field.ty)),
            None => Value::from(Unknown {
                ty: read_type(field),
                from: [node.address.clone()].into(),
                secret: relate::is_secret(&field.ty),
            }),
        }))
    }

    pub(super) fn output_named(&self, part: PartId, name: &str) -> Eval<Thing> {
        let scope = self.program.scopes.get(self.part(part).scope);
        let index = scope.output_names.get(name).ok_or(Stop::Silent)?;
        self.output(part, *index)
    }

    /// An output of a part.
    pub(super) fn output(&self, part: PartId, index: u32) -> Eval<Thing> {
        let here = self.part(part);
        let output = &self.program.scopes.get(here.scope).outputs[index as usize];
        let ItemKind::Output(item) = &output.item.get(&self.program.trees).kind else {
            return Err(Stop::Silent);
        };
        let span: Span = output.name.span;
        let done = self.once(Key::Output(part, index), span, || {
            let env = Env { part, locals: None };
            let thing = self.blamed(self.thing(&item.value, &env), &item.value, &env)?;
            self.shared(thing, span).map(Done::Thing)
        })?;
        match done {
            Done::Thing(thing) => Ok(thing),
            _ => Err(Stop::Silent),
        }
    }
}

/// What a field is that nobody sets.
fn unset(schema: &FieldSchema) -> Value {
    match &schema.default {
        Some(default) if !schema.computed => default.clone(),
        _ => Value::Null,
    }
}

/// The type of an attribute as it is read: a field that was left to the cloud has a value in the end.
pub(crate) fn read_type(field: &FieldSchema) -> Type {
    if field.computed {
        field.ty.clone()
    } else {
        relate::without_null(&field.ty)
    }
}
