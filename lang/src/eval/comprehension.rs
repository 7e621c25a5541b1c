//! `[item for x in xs if c]` and `{key: value for k, v in xs if c}`, and going through things in general.

use std::sync::Arc;

use infra_model::{RecordBuilder, Span, Type, Unknown, Value};

use super::operators::{hide, reveal, unknown_from};
use super::shared::{Shared, text_weight};
use super::thing::{Bound, Origin, Set, Thing, bind};
use super::{Env, Eval, Evaluator, Stop, fault};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Expr, For};
use crate::typing::coerce::article;
use crate::typing::relate;

/// What going to the next item takes.
const ITEM: u64 = 1;

/// What a `for` goes through.
pub(super) enum Each {
    Items { source: Source, secret: bool },
    Unknown(Unknown),
}

/// Where the items come from.
pub(super) enum Source {
    /// Instances by key.
    Set(Arc<Set>),
    /// A list or map that others look at too.
    Shared(Arc<Shared>),
    /// A list or map of its own.
    Owned(Value),
}

impl Evaluator<'_> {
    /// What `for` goes through.
    pub(super) fn each(&self, over: &Expr, env: &Env) -> Eval<Each> {
        let thing = self.thing(over, env)?;
        self.each_of(thing, over)
    }

    /// What goes through what `over` yields.
    pub(super) fn each_of(&self, thing: Thing, over: &Expr) -> Eval<Each> {
        let thing = match thing {
            Thing::Set(set) => {
                return Ok(Each::Items {
                    source: Source::Set(set),
                    secret: false,
                });
            }
            thing @ (Thing::Value(_) | Thing::Shared(_)) => thing,
            thing => Thing::Value(self.materialize(thing, over.span)?),
        };
        let (inner, secret) = match thing.as_value() {
            Some(value) => reveal(value),
            None => return Err(Stop::Silent),
        };
        match inner {
            Value::List(_) | Value::Map(_) => {}
            Value::Unknown(unknown) => return Ok(Each::Unknown(Unknown::clone(unknown))),
            other => {
                let message = format!("`for` goes through a list or a map, not {}", article(other));
                return Err(fault(Diagnostic::error(
                    codes::WRONG_TYPE,
                    over.span,
                    message,
                )));
            }
        }
        if secret {
            self.spend_on(inner, over.span)?;
            let source = Source::Owned(inner.clone());
            return Ok(Each::Items { source, secret });
        }
        let source = match thing {
            Thing::Shared(value) => Source::Shared(value),
            Thing::Value(value) => Source::Owned(value),
            _ => return Err(Stop::Silent),
        };
        Ok(Each::Items { source, secret })
    }

    /// Calls `visit` with each pair of key (or place) and item, until it says `false`.
    pub(super) fn visit(
        &self,
        source: Source,
        span: Span,
        mut visit: impl FnMut(Value, Thing) -> Eval<bool>,
    ) -> Eval<()> {
        let mut pair = |key: Value, item: Thing| {
            self.spend(ITEM, span)?;
            visit(key, item)
        };
        match source {
            Source::Set(set) => {
                for (key, member) in &set.members {
                    self.spend(text_weight(key.len()), span)?;
                    if !pair(Value::String(key.clone()), self.member_thing(*member))? {
                        return Ok(());
                    }
                }
            }
            Source::Owned(Value::List(items)) => {
                for (place, item) in items.into_iter().enumerate() {
                    if !pair(Value::Int(place as i64), Thing::Value(item))? {
                        return Ok(());
                    }
                }
            }
            Source::Owned(Value::Map(map)) => {
                for (key, value) in map {
                    if !pair(Value::String(key), Thing::Value(value))? {
                        return Ok(());
                    }
                }
            }
            Source::Owned(_) => {}
            Source::Shared(shared) => match &**shared {
                Value::List(items) => {
                    for (place, item) in items.iter().enumerate() {
                        let thing = self.row(&shared, place, item, span)?;
                        if !pair(Value::Int(place as i64), thing)? {
                            return Ok(());
                        }
                    }
                }
                Value::Map(map) => {
                    for (place, (key, item)) in map.iter().enumerate() {
                        self.spend(text_weight(key.len()), span)?;
                        let thing = self.row(&shared, place, item, span)?;
                        if !pair(Value::String(key.clone()), thing)? {
                            return Ok(());
                        }
                    }
                }
                _ => {}
            },
        }
        Ok(())
    }

    /// An item of a list or map that others look at too. What holds others is copied once for all who go through it.
    fn row(&self, of: &Shared, place: usize, item: &Value, span: Span) -> Eval<Thing> {
        match item {
            Value::List(_) | Value::Map(_) | Value::Secret(_) | Value::Unknown(_) => {
                if !of.has_rows() {
                    self.spend(of.facts().weight, span)?;
                }
                Ok(Thing::Shared(of.rows()[place].clone()))
            }
            Value::String(text) | Value::Path(text) => {
                self.spend(text_weight(text.len()), span)?;
                Ok(Thing::Value(item.clone()))
            }
            item => Ok(Thing::Value(item.clone())),
        }
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
            locals: bind(
                &locals,
                &each.value.text,
                Bound {
                    thing: item.light(),
                    origin,
                },
            ),
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
        let (source, mut secret) = match self.each(&each.over, env)? {
            Each::Unknown(unknown) => return Ok((vec![unknown.into()], false)),
            Each::Items { source, secret } => (source, secret),
        };
        let mut waiting = Vec::new();
        self.visit(source, each.over.span, |key, item| {
            let inner = self.bound(each, key, item, None, env);
            if let Some(condition) = &each.condition {
                let decision = self.operand(condition, &inner)?;
                let (decision, hidden) = reveal(&decision);
                secret |= hidden;
                match decision {
                    Value::Bool(true) => {}
                    Value::Bool(false) => return Ok(true),
                    Value::Unknown(_) => {
                        waiting.push(decision.clone());
                        return Ok(true);
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
            Ok(true)
        })?;
        Ok((waiting, secret))
    }

    pub(super) fn list_for(&self, item: &Expr, each: &For, env: &Env) -> Eval<Value> {
        let mut items = Vec::new();
        let (waiting, secret) = self.for_each(each, env, |env| {
            items.push(self.value(item, env)?);
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
        let mut map = RecordBuilder::default();
        let (waiting, secret) = self.for_each(each, env, |env| {
            let name = self.value(key, env)?;
            let name = self.key(name, key.span)?;
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
            map.insert(name, self.value(value, env)?);
            Ok(())
        })?;
        let result = if waiting.is_empty() {
            Value::Map(map.build())
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
