//! `[item for x in xs if c]` and `{key: value for k, v in xs if c}`, and going through things in general.

use infra_model::{Record, Type, Unknown, Value};

use super::operators::{hide, reveal, unknown_from};
use super::thing::{Origin, Thing, bind, bind_item};
use super::{Env, Eval, Evaluator, fault, steps};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Expr, For};
use crate::typing::coerce::article;
use crate::typing::relate;

/// What a `for` goes through.
pub(super) enum Each {
    /// Pairs of key (or index) and item.
    Items {
        items: Vec<(Value, Thing)>,
        secret: bool,
    },
    Unknown(Unknown),
}

impl Evaluator<'_> {
    /// The pairs that `for` binds its names to.
    pub(super) fn each(&self, over: &Expr, env: &Env) -> Eval<Each> {
        let thing = self.thing(over, env)?;
        self.each_of(thing, over)
    }

    /// The pairs of what `over` yields.
    pub(super) fn each_of(&self, thing: Thing, over: &Expr) -> Eval<Each> {
        if let Thing::Set(set) = &thing {
            self.spend(set.members.len(), steps::ITEM, over.span)?;
            let pair = |(key, member): &(String, _)| {
                (Value::String(key.clone()), self.member_thing(*member))
            };
            return Ok(Each::Items {
                items: set.members.iter().map(pair).collect(),
                secret: false,
            });
        }
        let owned;
        let value = match thing.as_value() {
            Some(value) => value,
            None => {
                owned = self.materialize(thing)?;
                &owned
            }
        };
        let (inner, secret) = reveal(value);
        let count = match inner {
            Value::List(items) => items.len(),
            Value::Map(map) => map.len(),
            _ => 0,
        };
        self.spend(count, steps::ITEM, over.span)?;
        let items = match inner {
            Value::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (Value::Int(index as i64), Thing::Value(item.clone())))
                .collect(),
            Value::Map(map) => map
                .iter()
                .map(|(key, value)| (Value::String(key.clone()), Thing::Value(value.clone())))
                .collect(),
            Value::Unknown(unknown) => return Ok(Each::Unknown(Unknown::clone(unknown))),
            other => {
                let message = format!("`for` goes through a list or a map, not {}", article(other));
                return Err(fault(Diagnostic::error(
                    codes::WRONG_TYPE,
                    over.span,
                    message,
                )));
            }
        };
        Ok(Each::Items { items, secret })
    }

    /// `env` with the names of a `for` bound to one pair. With an `origin` the item is read again where it is used.
    pub(super) fn bound(
        &self,
        each: &For,
        key: Value,
        item: Thing,
        origin: Option<Origin>,
        env: &Env,
    ) -> Env {
        let mut locals = env.locals.clone();
        if let Some(name) = &each.key {
            locals = bind(&locals, &name.text, Thing::Value(key));
        }
        Env {
            part: env.part,
            locals: match origin {
                Some(origin) => bind_item(&locals, &each.value.text, item, origin),
                None => bind(&locals, &each.value.text, item),
            },
        }
    }

    /// Calls `take` for each pair whose condition holds. The answer is what keeps the result from being known: a
    /// collection or condition that waits; and whether something secret decided it.
    fn for_each(
        &self,
        each: &For,
        env: &Env,
        mut take: impl FnMut(&Env) -> Eval<()>,
    ) -> Eval<(Vec<Value>, bool)> {
        let (items, mut secret) = match self.each(&each.over, env)? {
            Each::Unknown(unknown) => return Ok((vec![unknown.into()], false)),
            Each::Items { items, secret } => (items, secret),
        };
        let mut waiting = Vec::new();
        for (key, item) in items {
            let inner = self.bound(each, key, item, None, env);
            if let Some(condition) = &each.condition {
                let decision = self.value(condition, &inner)?;
                let (decision, hidden) = reveal(&decision);
                secret |= hidden;
                match decision {
                    Value::Bool(true) => {}
                    Value::Bool(false) => continue,
                    Value::Unknown(_) => {
                        waiting.push(decision.clone());
                        continue;
                    }
                    other => {
                        let message = format!("a condition is a `bool`, not {}", article(other));
                        return Err(fault(Diagnostic::error(
                            codes::WRONG_TYPE,
                            condition.span,
                            message,
                        )));
                    }
                }
            }
            take(&inner)?;
        }
        Ok((waiting, secret))
    }

    /// The value of an expression as an entry of what a comprehension makes.
    fn entry(&self, expr: &Expr, env: &Env) -> Eval<Value> {
        let value = self.value(expr, env)?;
        self.spend(1, steps::ENTRY, expr.span)?;
        self.spend_on(&value, expr.span)?;
        Ok(value)
    }

    pub(super) fn list_for(&self, item: &Expr, each: &For, env: &Env) -> Eval<Value> {
        let mut items = Vec::new();
        let (waiting, secret) = self.for_each(each, env, |env| {
            items.push(self.entry(item, env)?);
            Ok(())
        })?;
        let value = if waiting.is_empty() {
            Value::List(items)
        } else {
            unknown_from(
                self.result_type(item, |ty| Type::List(Box::new(ty))),
                &waiting,
            )
        };
        Ok(hide(value, secret))
    }

    pub(super) fn map_for(&self, key: &Expr, value: &Expr, each: &For, env: &Env) -> Eval<Value> {
        let mut map = Record::new();
        let (waiting, secret) = self.for_each(each, env, |env| {
            let name = self.value(key, env)?;
            let name = self.key(&name, key.span)?;
            if map.contains_key(&name) {
                return Err(fault(
                    Diagnostic::error(
                        codes::DUPLICATE_KEY,
                        key.span,
                        format!("two entries have the key \"{name}\""),
                    )
                    .help("make the key of something that tells them apart"),
                ));
            }
            map.insert(name, self.entry(value, env)?);
            Ok(())
        })?;
        let result = if waiting.is_empty() {
            Value::Map(map)
        } else {
            unknown_from(
                self.result_type(value, |ty| Type::Map(Box::new(ty))),
                &waiting,
            )
        };
        Ok(hide(result, secret))
    }

    /// The type of a collection of an expression's results, as the checker inferred it.
    fn result_type(&self, item: &Expr, collection: impl FnOnce(Type) -> Type) -> Type {
        let item = self.program.facts.types.get(&item.span);
        collection(item.map_or(Type::Any, |ty| relate::plain(ty).clone()))
    }
}
