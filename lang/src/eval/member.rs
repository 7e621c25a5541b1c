//! `base.name`, `base?.name` and `base[index]`.

use infra_model::{SchemaKind, Type, Unknown, Value};

use super::expr::failed;
use super::operators::{Failure, hide, reveal};
use super::thing::Thing;
use super::{Env, Eval, Evaluator, Stop, fault};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::suggest;
use crate::syntax::{Expr, Ident};
use crate::typing::coerce::article;
use crate::typing::relate;

/// What it takes to compare a key with the one that was meant.
const KEY: u64 = 10;

impl Evaluator<'_> {
    pub(super) fn member(
        &self,
        base: &Expr,
        name: &Ident,
        optional: bool,
        env: &Env,
    ) -> Eval<Thing> {
        let thing = self.thing(base, env)?;
        match &thing {
            Thing::Part(part) => self.output_named(*part, &name.text),
            Thing::Namespace(part) => {
                let scope = self.program.scopes.get(self.part(*part).scope);
                match scope.names.get(&name.text) {
                    Some(decl) => self.declared(*part, *decl),
                    None => Err(Stop::Silent),
                }
            }
            Thing::Set(_) => Err(Stop::Silent),
            Thing::Value(value) => self.value_member(value, name, optional),
            Thing::Shared(value) => self.value_member(value, name, optional),
        }
    }

    fn value_member(&self, value: &Value, name: &Ident, optional: bool) -> Eval<Thing> {
        let (inner, secret) = reveal(value);
        let thing = match inner {
            Value::Null if optional => Thing::Value(Value::Null),
            Value::Null => {
                return Err(fault(
                    Diagnostic::error(
                        codes::MAYBE_NULL,
                        name.span,
                        format!("there is nothing here to take `{}` of", name.text),
                    )
                    .help("the value is null; ask with `?.`, or give another with `??`"),
                ));
            }
            Value::Ref(address) => match self.node_at(address) {
                Some(node) if self.has_attribute(node, &name.text) => {
                    self.attribute(node, &name.text)?
                }
                // The checker lets pass what a type has as a resource or as a lookup; only here it is known which.
                Some(node) => {
                    let kind = match self.node(node).lookup {
                        true => "a lookup",
                        false => "a resource",
                    };
                    let message =
                        format!("`{address}` is {kind} and has no attribute `{}`", name.text);
                    return Err(fault(Diagnostic::error(
                        codes::UNKNOWN_ATTRIBUTE,
                        name.span,
                        message,
                    )));
                }
                None => return Err(Stop::Silent),
            },
            // Something that is given by its id only.
            Value::String(_) if name.text == "id" => Thing::Value(inner.clone()),
            Value::String(id) if !secret => {
                let message = format!("only the id of \"{id}\" is known, not its `{}`", name.text);
                return Err(fault(
                    Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, name.span, message).help(
                        "give what it needs another way; a type that has a `lookup` would be read",
                    ),
                ));
            }
            // A field of a record that was left out is null; the checker knows that it may be.
            Value::Map(map) => match map.get(&name.text) {
                Some(value) => {
                    self.spend_on(value, name.span)?;
                    Thing::Value(value.clone())
                }
                None => Thing::Value(Value::Null),
            },
            Value::Unknown(unknown) => Thing::Value(Value::from(Unknown {
                ty: self.member_type(&unknown.ty, &name.text),
                ..Unknown::clone(unknown)
            })),
            other => {
                let message = format!("{} has no attribute `{}`", article(other), name.text);
                return Err(fault(Diagnostic::error(
                    codes::UNKNOWN_ATTRIBUTE,
                    name.span,
                    message,
                )));
            }
        };
        if secret {
            let value = self.materialize(thing, name.span)?;
            return Ok(Thing::Value(hide(value, true)));
        }
        Ok(thing)
    }

    /// The type of an attribute of something unknown.
    fn member_type(&self, ty: &Type, name: &str) -> Type {
        match relate::plain(ty) {
            Type::Optional(inner) => relate::optional(self.member_type(inner, name)),
            Type::Resource(resource) => {
                let kinds = [SchemaKind::Resource, SchemaKind::Lookup].into_iter();
                let mut schemas = kinds.filter_map(|it| self.program.schemas.get(resource, it));
                let field = schemas.find_map(|schema| schema.field(name));
                field.map_or(Type::Any, |field| field.ty.clone())
            }
            Type::Record(fields) => {
                let field = fields.iter().find(|field| field.name == name);
                field.map_or(Type::Any, |field| field.ty.clone())
            }
            _ => Type::Any,
        }
    }

    pub(super) fn index(&self, base: &Expr, index: &Expr, env: &Env) -> Eval<Thing> {
        let thing = self.thing(base, env)?;
        let at = self.operand(index, env)?;
        match &thing {
            Thing::Set(set) => {
                if let Some(value @ Value::Unknown(_)) = Some(reveal(&at).0) {
                    return Ok(Thing::Value(super::operators::unknown_from(
                        Type::Any,
                        [value],
                    )));
                }
                let key = self.key(at.into_value(), index.span)?;
                if let Some(member) = set.get(&key) {
                    return Ok(self.member_thing(member));
                }
                if set.assumed
                    && let Some((_, member)) = set.members.first()
                {
                    return Ok(self.member_thing(*member));
                }
                self.spend(KEY * set.members.len() as u64, index.span)?;
                let keys = set.members.iter().map(|(key, _)| key.as_str());
                Err(missing_key(&key, keys, index))
            }
            Thing::Value(value) => self.value_index(value, &at, index),
            Thing::Shared(value) => self.value_index(value, &at, index),
            Thing::Part(_) | Thing::Namespace(_) => Err(Stop::Silent),
        }
    }

    fn value_index(&self, value: &Value, at: &Value, index: &Expr) -> Eval<Thing> {
        let ((inner, secret), (at, at_secret)) = (reveal(value), reveal(at));
        let hidden = secret || at_secret;
        let found = match (inner, at) {
            (Value::Unknown(unknown), _) => Value::from(Unknown {
                ty: item_type(&unknown.ty),
                ..Unknown::clone(unknown)
            }),
            (Value::List(items), Value::Int(number)) => {
                // A negative index counts from the end.
                let length = items.len() as i64;
                let position = if *number < 0 {
                    length + number
                } else {
                    *number
                };
                match usize::try_from(position)
                    .ok()
                    .and_then(|position| items.get(position))
                {
                    Some(item) => item.clone(),
                    None if hidden => return Err(nothing_secret(codes::INDEX_RANGE, index)),
                    None => return Err(out_of_range(*number, items.len(), index)),
                }
            }
            (Value::Map(map), Value::String(key)) => match map.get(key) {
                Some(value) => value.clone(),
                None if hidden => return Err(nothing_secret(codes::MISSING_KEY, index)),
                None => {
                    self.spend(KEY * map.len() as u64, index.span)?;
                    return Err(missing_key(key, map.keys().map(String::as_str), index));
                }
            },
            (Value::Map(map), Value::Int(number)) => match map.get(&number.to_string()) {
                Some(value) => value.clone(),
                None if hidden => return Err(nothing_secret(codes::MISSING_KEY, index)),
                None => {
                    self.spend(KEY * map.len() as u64, index.span)?;
                    return Err(missing_key(
                        &number.to_string(),
                        map.keys().map(String::as_str),
                        index,
                    ));
                }
            },
            (inner, Value::Unknown(_)) => super::operators::unknown_from(Type::Any, [inner, at]),
            (Value::Null, _) => {
                return Err(fault(Diagnostic::error(
                    codes::MAYBE_NULL,
                    index.span,
                    "there is nothing here to take a part of: the value is null",
                )));
            }
            (inner, at) => {
                let message = format!("{} has no part at {}", article(inner), article(at));
                return Err(failed(Failure::new(codes::WRONG_TYPE, message), index.span));
            }
        };
        self.spend_on(&found, index.span)?;
        Ok(Thing::Value(hide(found, hidden)))
    }
}

fn item_type(ty: &Type) -> Type {
    match relate::plain(ty) {
        Type::List(item) | Type::Map(item) => (**item).clone(),
        Type::Record(fields) => fields
            .iter()
            .map(|field| field.ty.clone())
            .reduce(|a, b| relate::join(&a, &b))
            .unwrap_or(Type::Any),
        _ => Type::Any,
    }
}

fn out_of_range(number: i64, length: usize, index: &Expr) -> Stop {
    let message = match length {
        0 => "the list is empty".to_owned(),
        1 => format!("the list has one item, none at {number}"),
        length => format!("the list has {length} items, none at {number}"),
    };
    fault(
        Diagnostic::error(codes::INDEX_RANGE, index.span, message)
            .help("counting begins at 0; `first(xs)` and `last(xs)` are null for an empty list"),
    )
}

/// Neither the keys of what is secret nor a secret key are shown.
fn nothing_secret(code: &'static str, index: &Expr) -> Stop {
    fault(
        Diagnostic::error(code, index.span, "there is nothing at this place")
            .label("secret, so it is not shown")
            .help("`get(map, key, otherwise)` gives another value when there is no such key"),
    )
}

fn missing_key<'k>(key: &str, keys: impl Iterator<Item = &'k str>, index: &Expr) -> Stop {
    let keys: Vec<&str> = keys.collect();
    let message = format!("there is nothing under the key \"{key}\"");
    let mut diagnostic = Diagnostic::error(codes::MISSING_KEY, index.span, message);
    diagnostic.help = suggest::help(key, keys.iter().copied(), "the keys are").or_else(|| {
        Some("`get(map, key, otherwise)` gives another value when there is no such key".to_owned())
    });
    fault(diagnostic)
}
