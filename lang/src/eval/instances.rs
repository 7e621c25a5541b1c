//! Which instances a declaration has: one, none, or one for each key.

use std::sync::Arc;

use infra_model::{Address, AddressParts, Span, Step, Type, Unknown, Value};

use super::comprehension::Each;
use super::expr::waits_for;
use super::memo::{Done, Key};
use super::operators::reveal;
use super::shared::text_weight;
use super::thing::{Caller, Instances, Locals, Member, Node, Origin, Part, PartId, Set, Thing};
use super::{Env, Eval, Evaluator, Stop, fault, steps};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::resolve::{Decl, DeclId, DeclKind, Target};
use crate::syntax::{Expr, For, ItemKind, ResourceItem};
use crate::typing::coerce::article;
use crate::typing::relate;

/// Whether something can be decided before anything is made.
enum Decided<T> {
    Now(T),
    /// It waits for a lookup's answer.
    Waiting(Unknown),
    /// It depends on an input that was not given, which happens only without inputs.
    Open(Type),
}

impl Evaluator<'_> {
    /// The instances of a resource, lookup or component declaration in a part.
    pub(super) fn instances(&self, part: PartId, id: DeclId) -> Eval<Instances> {
        let scope = self.part(part).scope;
        let decl = self.program.scopes.get(scope).decl(id);
        let done = self.once(Key::Instances(part, id), decl.name.span, || {
            self.make_instances(part, id, decl).map(Done::Instances)
        })?;
        match done {
            Done::Instances(instances) => Ok(instances),
            _ => Err(Stop::Silent),
        }
    }

    fn make_instances(&self, part: PartId, id: DeclId, decl: &Decl) -> Eval<Instances> {
        let (ItemKind::Resource(item) | ItemKind::Lookup(item)) =
            &decl.item.get(&self.program.trees).kind
        else {
            return Err(Stop::Silent);
        };
        let env = Env { part, locals: None };
        match &item.each {
            Some(each) => self.make_each(part, id, decl, item, each, &env),
            None => {
                let (present, assumed) = match self.condition(item, &env)? {
                    Decided::Now(present) => (present, false),
                    Decided::Open(_) => (true, true),
                    Decided::Waiting(unknown) => return Ok(Instances::Waiting(unknown)),
                };
                if !present {
                    return Ok(Instances::None);
                }
                self.make(part, id, decl, item, None, None, assumed)
                    .map(Instances::One)
            }
        }
    }

    /// What a declaration's `for` goes through.
    fn over(&self, part: PartId, id: DeclId) -> Eval<Thing> {
        let decl = self.program.scopes.get(self.part(part).scope).decl(id);
        let (ItemKind::Resource(item) | ItemKind::Lookup(item)) =
            &decl.item.get(&self.program.trees).kind
        else {
            return Err(Stop::Silent);
        };
        let over = &item.each.as_ref().ok_or(Stop::Silent)?.over;
        let done = self.once(Key::Over(part, id), over.span, || {
            let env = Env { part, locals: None };
            let thing = self.blamed(self.thing(over, &env), over, &env)?;
            self.shared(thing, over.span).map(Done::Thing)
        })?;
        match done {
            Done::Thing(thing) => Ok(thing),
            _ => Err(Stop::Silent),
        }
    }

    /// Whether the items that a declaration goes through change with what becomes known.
    fn changes(&self, part: PartId, id: DeclId) -> bool {
        let slot = self.remembered(Key::Over(part, id));
        slot.is_some_and(|slot| !slot.trace.is_settled())
    }

    /// An item of what a declaration goes through, under what is known now.
    pub(super) fn item(&self, origin: &Origin, before: &Thing) -> Eval<Thing> {
        let over = self.over(origin.part, origin.decl)?;
        let map = over.as_value().map(reveal).and_then(|(it, _)| it.as_map());
        let item = map.and_then(|map| map.get(&origin.key));
        let Some(item) = item else {
            return Ok(before.clone());
        };
        let scope = self.program.scopes.get(self.part(origin.part).scope);
        self.spend_on(item, scope.decl(origin.decl).name.span)?;
        Ok(Thing::Value(item.clone()))
    }

    fn make_each(
        &self,
        part: PartId,
        id: DeclId,
        decl: &Decl,
        item: &ResourceItem,
        each: &For,
        env: &Env,
    ) -> Eval<Instances> {
        let source = match self.each_of(self.over(part, id)?, &each.over)? {
            Each::Items {
                source,
                secret: false,
            } => source,
            Each::Items { .. } => return Err(secret_key(&each.over)),
            Each::Unknown(unknown) => {
                match self.decide_unknown(&unknown, each.over.span, "the keys of `for`")? {
                    Decided::Waiting(unknown) => return Ok(Instances::Waiting(unknown)),
                    Decided::Open(ty) => {
                        return self.make_assumed(part, id, decl, item, each, &ty, env);
                    }
                    Decided::Now(()) => return Err(Stop::Silent),
                }
            }
        };
        let changes = self.changes(part, id);
        let mut set = Set::default();
        // What is found instead of instances.
        let mut other = None;
        self.visit(source, each.over.span, |index, member| {
            let Some(key) = self.instance_key(&index, &member, each)? else {
                other = Some(self.make_assumed(part, id, decl, item, each, &Type::Any, env)?);
                return Ok(false);
            };
            let is_entry = matches!(index, Value::String(_)) && member.as_value().is_some();
            let origin = Origin {
                part,
                decl: id,
                key: key.clone(),
                changes: changes && is_entry,
            };
            let inner = self.bound(each, index, member, Some(origin), env);
            let assumed = match self.condition(item, &inner)? {
                Decided::Now(true) => false,
                Decided::Now(false) => return Ok(true),
                Decided::Open(_) => true,
                Decided::Waiting(unknown) => {
                    other = Some(Instances::Waiting(unknown));
                    return Ok(false);
                }
            };
            if set.by_key.contains_key(&key) {
                return Err(duplicate_key(decl, &key, each));
            }
            let made = self.make(part, id, decl, item, Some(&key), inner.locals, assumed)?;
            set.by_key.insert(key.clone(), set.members.len());
            set.members.push((key, made));
            Ok(true)
        })?;
        Ok(other.unwrap_or_else(|| Instances::Many(Arc::new(set))))
    }

    /// One instance that stands for those whose keys are not known.
    #[allow(
        clippy::too_many_arguments,
        reason = "what `make` needs, and the type that is gone through"
    )]
    fn make_assumed(
        &self,
        part: PartId,
        id: DeclId,
        decl: &Decl,
        item: &ResourceItem,
        each: &For,
        over: &Type,
        env: &Env,
    ) -> Eval<Instances> {
        let open = |ty: Type| {
            Value::from(Unknown {
                ty,
                from: Default::default(),
                secret: false,
            })
        };
        let (key, value) = match relate::plain(over) {
            Type::List(item) => (Type::Int, (**item).clone()),
            Type::Map(item) => (Type::String, (**item).clone()),
            _ => (Type::Any, Type::Any),
        };
        let inner = self.bound(each, open(key), Thing::Value(open(value)), None, env);
        let made = self.make(part, id, decl, item, Some("…"), inner.locals, true)?;
        let set = Set {
            members: vec![("…".to_owned(), made)],
            by_key: [("…".to_owned(), 0)].into_iter().collect(),
            assumed: true,
        };
        Ok(Instances::Many(Arc::new(set)))
    }

    /// The key of an instance: that of a map, a text or a whole number of a list. `None` when it is an input that
    /// was not given.
    fn instance_key(&self, index: &Value, item: &Thing, each: &For) -> Eval<Option<String>> {
        if let Value::String(key) = index {
            return Ok(Some(key.clone()));
        }
        let value = item.as_value().unwrap_or(index);
        let (message, help) = match value {
            Value::String(key) => return Ok(Some(key.clone())),
            Value::Int(number) => return Ok(Some(number.to_string())),
            Value::Unknown(unknown) => {
                return match self.decide_unknown(unknown, each.over.span, "the keys of `for`")? {
                    Decided::Open(_) => Ok(None),
                    // A list is known, so its items wait for nothing but resources or inputs.
                    _ => Err(Stop::Silent),
                };
            }
            Value::Secret(_) => return Err(secret_key(&each.over)),
            other => (
                format!("{} cannot be the key of an instance", article(other)),
                "go through a map, whose keys say who is who and stay when the order changes: \
                 `for name, x in {x.name: x for x in xs}`",
            ),
        };
        Err(fault(
            Diagnostic::error(codes::BAD_KEY, each.over.span, message).help(help),
        ))
    }

    fn condition(&self, item: &ResourceItem, env: &Env) -> Eval<Decided<bool>> {
        let Some(condition) = &item.condition else {
            return Ok(Decided::Now(true));
        };
        let value = self.blamed(self.operand(condition, env), condition, env)?;
        match reveal(&value).0 {
            Value::Bool(value) => Ok(Decided::Now(*value)),
            Value::Unknown(unknown) => {
                match self.decide_unknown(unknown, condition.span, "the condition of `if`")? {
                    Decided::Waiting(unknown) => Ok(Decided::Waiting(unknown)),
                    Decided::Open(ty) => Ok(Decided::Open(ty)),
                    Decided::Now(()) => Err(Stop::Silent),
                }
            }
            other => {
                let message = format!("a condition is a `bool`, not {}", article(other));
                Err(fault(Diagnostic::error(
                    codes::WRONG_TYPE,
                    condition.span,
                    message,
                )))
            }
        }
    }

    /// Whether an unknown value becomes known before anything is made.
    fn decide_unknown(&self, unknown: &Unknown, span: Span, what: &str) -> Eval<Decided<()>> {
        let made: Vec<&Address> = unknown
            .from
            .iter()
            .filter(|address| !self.is_lookup(address))
            .collect();
        if made.is_empty() {
            return Ok(match unknown.from.is_empty() {
                true => Decided::Open(unknown.ty.clone()),
                false => Decided::Waiting(unknown.clone()),
            });
        }
        let from = waits_for(&unknown.clone().into());
        Err(fault(
            Diagnostic::error(
                codes::UNKNOWN_KEY,
                span,
                format!("{what} must be known before apply, and this waits for {from}"),
            )
            .label("only the cloud decides this value")
            .help(
                "decide by what the program itself says: a parameter, a `let`, a lookup or a field that is \
                 written in the text. For `for`, take names as the keys and leave what the cloud decides to \
                 the values",
            ),
        ))
    }

    pub(super) fn is_lookup(&self, address: &Address) -> bool {
        self.node_at(address)
            .is_some_and(|node| self.node(node).lookup)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "an instance is made of exactly these"
    )]
    fn make(
        &self,
        part: PartId,
        id: DeclId,
        decl: &Decl,
        item: &ResourceItem,
        key: Option<&str>,
        locals: Locals,
        assumed: bool,
    ) -> Eval<Member> {
        let levels = self.part(part).path.len() as u64 + 1;
        let path = &self.part(part).path;
        let step = |step: &Step| step.name.len() + step.key.as_ref().map_or(0, String::len);
        let names = path.iter().map(step).sum::<usize>() + key.map_or(0, str::len);
        let steps = levels * steps::INSTANCE + text_weight(names);
        self.spend(steps, decl.name.span)?;
        match decl.kind {
            DeclKind::Lookup | DeclKind::Resource(Target::Schema) => {
                let type_name = item.type_name.text();
                let lookup = decl.kind == DeclKind::Lookup;
                Ok(self.make_node(part, id, decl, type_name, key, locals, lookup, assumed))
            }
            DeclKind::Resource(Target::Component(scope)) => {
                // The instance's declarations are gone through, used or not.
                let declarations = self.program.scopes.get(scope).decls.len() as u64;
                self.spend(declarations, decl.name.span)?;
                let here = self.part(part);
                let mut path = here.path.clone();
                path.push(Step {
                    name: decl.name.text.clone(),
                    key: key.map(str::to_owned),
                });
                let outer = self.definition_part(scope, part);
                let made = self.scene.borrow_mut().add_part(Part {
                    scope,
                    outer,
                    caller: Some(Caller {
                        part,
                        decl: id,
                        locals,
                    }),
                    path,
                    assumed: assumed || here.assumed,
                });
                Ok(Member::Part(made))
            }
            _ => Err(Stop::Silent),
        }
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "an instance is made of exactly these"
    )]
    fn make_node(
        &self,
        part: PartId,
        id: DeclId,
        decl: &Decl,
        type_name: String,
        key: Option<&str>,
        locals: Locals,
        lookup: bool,
        assumed: bool,
    ) -> Member {
        let here = self.part(part);
        let address = Address::from(AddressParts {
            path: here.path.clone(),
            type_name,
            name: decl.name.text.clone(),
            key: key.map(str::to_owned),
        });
        let assumed = assumed || here.assumed;
        let node = Node {
            address,
            part,
            decl: id,
            locals,
            lookup,
            assumed,
            given: None,
        };
        Member::Node(self.scene.borrow_mut().add_node(node))
    }

    /// The part around a component's definition, whose names its instances see.
    fn definition_part(&self, component: crate::resolve::ScopeId, from: PartId) -> Option<PartId> {
        let around = self.program.scopes.get(component).outer?;
        let mut at = Some(from);
        while let Some(id) = at {
            let part = self.part(id);
            if part.scope == around {
                return Some(id);
            }
            at = part.outer;
        }
        // Defined in a module of the library.
        Some(self.module(around))
    }
}

fn duplicate_key(decl: &Decl, key: &str, each: &For) -> Stop {
    fault(
        Diagnostic::error(
            codes::DUPLICATE_KEY,
            each.over.span,
            format!(
                "two instances of `{}` have the key \"{key}\"",
                decl.name.text
            ),
        )
        .help("every instance needs a key of its own: take out the repetition, or use a map"),
    )
}

fn secret_key(over: &Expr) -> Stop {
    fault(
        Diagnostic::error(
            codes::BAD_KEY,
            over.span,
            "the keys of instances cannot be secret",
        )
        .help("keys are part of addresses, which are shown; go through names that are not secret"),
    )
}
