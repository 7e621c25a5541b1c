//! What a name yields: a local, a `let`, a parameter, instances, a module, or a built-in value.

use infra_model::{Type, Unknown, Value};

use super::memo::{Done, Key};
use super::shared::weight;
use super::thing::{self, Instances, Member, PartId, Thing};
use super::{Env, Eval, Evaluator, Stop, fault, steps};
use crate::codes;
use crate::diagnostic::{Brief, Diagnostic};
use crate::resolve::path;
use crate::resolve::scope::param;
use crate::resolve::{Decl, DeclId, DeclKind, ScopeKind};
use crate::syntax::{ItemKind, Param};
use crate::typing::coerce::{alternatives, coerce};
use crate::typing::relate;

/// The names of fields that are compared in one step.
const FIELDS: u64 = 8;

impl Evaluator<'_> {
    /// What `name` yields in `env`.
    pub(super) fn name(&self, name: &str, env: &Env) -> Eval<Thing> {
        if let Some(local) = thing::find(&env.locals, name) {
            return match &local.origin {
                Some(origin) if origin.changes => self.item(origin, &local.thing),
                _ => Ok(local.thing.clone()),
            };
        }
        let mut at = Some(env.part);
        while let Some(id) = at {
            let part = self.part(id);
            if let Some(decl) = self.program.scopes.get(part.scope).names.get(name) {
                return self.declared(id, *decl);
            }
            at = part.outer;
        }
        // A name nobody declared was refused by the checker.
        crate::program::built_in(name)
            .map(Thing::Value)
            .ok_or(Stop::Silent)
    }

    /// What a declaration of a part yields.
    pub(super) fn declared(&self, part: PartId, id: DeclId) -> Eval<Thing> {
        let scope = self.part(part).scope;
        let decl = self.program.scopes.get(scope).decl(id);
        self.note_read(part, id, decl.kind);
        match decl.kind {
            DeclKind::Param(_) | DeclKind::Let => {
                let done = self.once(Key::Named(part, id), decl.name.span, || {
                    let thing = match decl.kind {
                        DeclKind::Let => self.reusable_let(part, id, decl)?,
                        _ => self.param_value(part, decl)?,
                    };
                    self.shared(thing, decl.name.span).map(Done::Thing)
                })?;
                match done {
                    Done::Thing(thing) => Ok(thing),
                    _ => Err(Stop::Silent),
                }
            }
            DeclKind::Resource(_) | DeclKind::Lookup => Ok(match self.instances(part, id)? {
                Instances::One(member) => self.member_thing(member),
                Instances::None => Thing::Value(Value::Null),
                Instances::Many(set) => Thing::Set(set),
                Instances::Waiting(unknown) => Thing::Value(unknown.into()),
            }),
            DeclKind::Namespace(module) => Ok(Thing::Namespace(self.module(module))),
            DeclKind::Component(_) | DeclKind::Missing => Err(Stop::Silent),
        }
    }

    /// A thing that a name or a field stands for, to be looked at by many. It is refused when it nests too deep: what
    /// is made of it nests only a little deeper.
    pub(super) fn shared(&self, thing: Thing, span: infra_model::Span) -> Eval<Thing> {
        let thing = thing.light();
        if let Thing::Shared(value) = &thing {
            steps::check_nesting(value.facts().depth, span)?;
        }
        Ok(thing)
    }

    pub(super) fn member_thing(&self, member: Member) -> Thing {
        match member {
            Member::Node(id) => Thing::Value(Value::Ref(self.node(id).address.clone())),
            Member::Part(id) => Thing::Part(id),
        }
    }

    pub(super) fn let_value(&self, part: PartId, decl: &Decl) -> Eval<Thing> {
        let ItemKind::Let(item) = &decl.item.get(&self.program.trees).kind else {
            return Err(Stop::Silent);
        };
        let env = Env { part, locals: None };
        let thing = match self.program.facts.types.get(&decl.name.span) {
            // An annotated `let` has the form its type says.
            Some(ty) => {
                let value = self.value(&item.value, &env);
                value
                    .and_then(|value| self.coerced(value, ty, item.value.span))
                    .map(Thing::Value)
            }
            None => self.thing(&item.value, &env),
        };
        self.blamed(thing, &item.value, &env)
    }

    fn param_value(&self, part: PartId, decl: &Decl) -> Eval<Thing> {
        let param = param(decl, &self.program.trees);
        let ty = decl.ty.as_ref().unwrap_or(&Type::Invalid);
        let scope = self.part(part).scope;
        let thing = if self.program.scopes.get(scope).kind == ScopeKind::Root {
            self.input(part, decl, param, ty)?
        } else {
            self.argument(part, decl, param, ty)?
        };
        self.param_condition(part, decl, param, &thing)?;
        Ok(thing)
    }

    /// The value of a parameter of the program.
    fn input(&self, part: PartId, decl: &Decl, param: &Param, ty: &Type) -> Eval<Thing> {
        let name = &decl.name.text;
        if let Some(value) = self.inputs.get(name) {
            return self
                .coerced(value.clone(), ty, param.name.span)
                .map(Thing::Value);
        }
        match &param.default {
            Some(default) => self.default(part, default, ty),
            None if relate::may_be_null(ty) => Ok(Thing::Value(Value::Null)),
            None => Ok(Thing::Value(Value::from(Unknown {
                ty: ty.clone(),
                from: Default::default(),
                secret: relate::is_secret(ty),
            }))),
        }
    }

    /// The value of a component's parameter: what the instance's body says, else the default.
    fn argument(&self, part: PartId, decl: &Decl, param: &Param, ty: &Type) -> Eval<Thing> {
        self.spend(self.arguments(part) / FIELDS, decl.name.span)?;
        if let Some((written, env)) = self.argument_of(part, decl) {
            let thing = self.thing(written, &env)?;
            let thing = match thing {
                // Instances of components travel as they are, so that only the outputs asked for are evaluated.
                Thing::Part(_) | Thing::Set(_) if is_component(ty) => thing,
                thing => {
                    let value = self.materialize(thing, written.span)?;
                    Thing::Value(self.coerced(value, &nullable(ty, param), written.span)?)
                }
            };
            let null = thing.as_value().is_some_and(Value::is_null);
            if !(null && param.default.is_some()) {
                return Ok(thing);
            }
        }
        match &param.default {
            Some(default) => self.default(part, default, ty),
            None if relate::may_be_null(ty) => Ok(Thing::Value(Value::Null)),
            // The checker said that it is missing.
            None => Err(Stop::Silent),
        }
    }

    fn default(&self, part: PartId, default: &crate::syntax::Expr, ty: &Type) -> Eval<Thing> {
        let value = self.value(default, &Env { part, locals: None })?;
        self.coerced(value, ty, default.span).map(Thing::Value)
    }

    fn param_condition(&self, part: PartId, decl: &Decl, param: &Param, thing: &Thing) -> Eval<()> {
        let Some(condition) = &param.condition else {
            return Ok(());
        };
        let locals = thing::bind(&None, &param.name.text, thing.clone());
        let env = Env {
            part,
            locals: thing::bind(&locals, "it", thing.clone()),
        };
        if self.value(condition, &env)?.as_bool() != Some(false) {
            return Ok(());
        }
        let message = match &param.message {
            Some(message) => self.text(message, &env)?,
            None => format!("`{}` does not satisfy its condition", param.name.text),
        };
        let shown = thing
            .as_value()
            .map(|value| format!("the value is {}", Brief(value)));
        let mut diagnostic = Diagnostic::error(codes::CONDITION_FAILED, condition.span, message);
        diagnostic.label = shown;
        diagnostic.help = Some(format!("give another value for `{}`", param.name.text));
        if let Some((written, outside)) = self.argument_of(part, decl) {
            let at = self.given_at(written, &outside).unwrap_or(written.span);
            diagnostic.span = at;
            diagnostic = diagnostic.related(condition.span, "what must hold");
        }
        Err(fault(diagnostic))
    }

    /// Brings a value into the form of a type; a path is one of the file at `span`.
    pub(super) fn coerced(&self, value: Value, ty: &Type, span: infra_model::Span) -> Eval<Value> {
        let facts = FactsAt {
            evaluator: self,
            directory: self.program.directory(span.file),
        };
        /// The alternatives of a type count only for values that have parts.
        const SCALAR: u64 = 8;
        let weight = weight(&value);
        let alternatives = if weight > SCALAR { alternatives(ty) } else { 1 };
        self.spend(weight.saturating_mul(alternatives), span)?;
        coerce(value, ty, &facts).map_err(|mismatch| {
            use crate::typing::coerce::MismatchKind;
            let code = match &mismatch.kind {
                MismatchKind::Condition(_) => codes::CONDITION_FAILED,
                MismatchKind::UnknownField(_) => codes::UNKNOWN_FIELD,
                MismatchKind::MissingField(_) => codes::MISSING_FIELD,
                MismatchKind::Type { .. } => codes::WRONG_TYPE,
            };
            fault(Diagnostic::error(code, span, mismatch.to_string()))
        })
    }
}

/// What a type asks about a value that is written in a file.
pub(super) struct FactsAt<'e, 'a> {
    pub evaluator: &'e Evaluator<'a>,
    /// The directory of the file.
    pub directory: &'e str,
}

impl crate::typing::coerce::Facts for FactsAt<'_, '_> {
    fn satisfies(&self, condition: &str, it: &Value) -> Option<bool> {
        let evaluator = self.evaluator;
        let expr = evaluator.program.schemas.conditions.get(condition)?;
        evaluator.spend_on(it, expr.span).ok()?;
        let locals = thing::bind(&None, "it", Thing::Value(it.clone()));
        // A condition knows `it` and built-in names only; no part has names it could see.
        let env = Env {
            part: PartId(0),
            locals,
        };
        let value = evaluator.value(expr, &env).ok()?;
        super::operators::reveal(&value).0.as_bool()
    }

    fn path(&self, written: String) -> String {
        // One that leads out of the project is refused when the file is read.
        match self.directory {
            "" => written,
            directory => path::join(directory, &written).unwrap_or(written),
        }
    }
}

fn is_component(ty: &Type) -> bool {
    match ty {
        Type::Component(_) | Type::Any => true,
        Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => is_component(inner),
        _ => false,
    }
}

/// `null` for a parameter with a default asks for the default.
fn nullable(ty: &Type, param: &Param) -> Type {
    if param.default.is_some() {
        relate::optional(ty.clone())
    } else {
        ty.clone()
    }
}
