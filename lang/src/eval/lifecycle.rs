//! What decorators say about an instance, its own and those of the component instances around it.

use std::collections::BTreeSet;

use infra_model::{Address, Lifecycle, Schema, Span, Value};

use super::thing::{Node, PartId, Thing};
use super::{Env, Eval, Evaluator, fault};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::suggest;
use crate::syntax::{Decorator, Expr, ExprKind};
use crate::typing::constant::literal;

/// The decorators of one instance, evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct Decorated {
    pub lifecycle: Lifecycle,
    /// `@after`
    pub after: BTreeSet<Address>,
    /// `@provider`
    pub provider: Option<String>,
    /// Whether a `@protect` was seen: `@protect(null)` says no, and then those further outside do not count.
    protect_decided: bool,
    /// `@allow`: codes of rules that are not applied.
    pub allow: BTreeSet<String>,
}

impl Evaluator<'_> {
    /// The decorators that hold for a node. Those of its own declaration count before those of a component's
    /// instance around it, and the inner instance before the outer.
    pub(super) fn decorated(&self, node: &Node) -> Eval<Decorated> {
        let mut all = Decorated::default();
        let own = self.decl_of(node).item.get(&self.program.trees);
        let env = Env {
            part: node.part,
            locals: node.locals.clone(),
        };
        let schema = self.schema_of(node);
        self.apply_decorators(&own.decorators, &env, schema, &mut all)?;
        // Protection of a component means what would be lost with it. What only joins two things is replaced
        // whenever one of them changes its place; that loses nothing, and each of the two is protected itself.
        all.protect_decided |= self.program.schemas.is_link(&node.address.type_name);
        let mut at = self.part(node.part).caller.clone();
        while let Some(caller) = at {
            let part = self.part(caller.part);
            let decl = self.program.scopes.get(part.scope).decl(caller.decl);
            let item = decl.item.get(&self.program.trees);
            let env = Env {
                part: caller.part,
                locals: caller.locals.clone(),
            };
            self.apply_decorators(&item.decorators, &env, None, &mut all)?;
            at = part.caller.clone();
        }
        Ok(all)
    }

    fn apply_decorators(
        &self,
        decorators: &[Decorator],
        env: &Env,
        own: Option<&Schema>,
        all: &mut Decorated,
    ) -> Eval<()> {
        for decorator in decorators {
            self.spend(decorator.args.len() as u64, decorator.name.span)?;
            let first = decorator.args.first().map(|arg| &arg.value);
            match decorator.name.text.as_str() {
                "protect" if !all.protect_decided => {
                    all.protect_decided = true;
                    all.lifecycle.protect = match first {
                        Some(why) => match self.value(why, env)? {
                            Value::Null | Value::Bool(false) => None,
                            Value::Bool(true) => Some(String::new()),
                            _ => Some(self.text(why, env)?),
                        },
                        None => Some(String::new()),
                    };
                }
                "snapshot" => all.lifecycle.snapshot = true,
                "keep" => all.lifecycle.keep = true,
                "ignore" if let Some(schema) = own => {
                    for arg in &decorator.args {
                        let names =
                            self.blamed(self.ignored(&arg.value, schema, env), &arg.value, env);
                        all.lifecycle.ignore.extend(names?);
                    }
                }
                "replace" if own.is_some() => {
                    all.lifecycle.create_first =
                        first.and_then(word).map(|word| word == "create_first");
                }
                "timeout" => {
                    for arg in &decorator.args {
                        if let (Some(verb), Value::Duration(time)) =
                            (&arg.name, self.value(&arg.value, env)?)
                        {
                            all.lifecycle
                                .timeouts
                                .entry(verb.text.clone())
                                .or_insert(time);
                        }
                    }
                }
                "after" => {
                    for arg in &decorator.args {
                        let thing = self.thing(&arg.value, env)?;
                        self.instances_in(&thing, &mut all.after, arg.value.span)?;
                    }
                }
                "provider" if all.provider.is_none() => all.provider = first.and_then(dotted),
                "allow" => {
                    let codes = decorator
                        .args
                        .iter()
                        .filter_map(|arg| literal(&arg.value, None));
                    all.allow
                        .extend(codes.filter_map(|code| code.as_str().map(str::to_owned)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The fields that an argument of `@ignore` names: a field, or a value that has their names.
    fn ignored(&self, arg: &Expr, schema: &Schema, env: &Env) -> Eval<Vec<String>> {
        let settable = |name: &str| schema.field(name).is_some_and(|field| !field.computed);
        if let Some(name) = word(arg).filter(|name| settable(name)) {
            return Ok(vec![name]);
        }
        let value = self.value(arg, env)?;
        let names: Vec<&str> = match &value {
            Value::Null => Vec::new(),
            Value::String(name) => vec![name],
            Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
            // Without inputs it is not known.
            Value::Unknown(unknown) if unknown.from.is_empty() => Vec::new(),
            _ => {
                return Err(fault(
                    Diagnostic::error(
                        codes::UNKNOWN_KEY,
                        arg.span,
                        "the fields that `@ignore` names must be known before apply",
                    )
                    .help("take the names from a parameter, or write them down"),
                ));
            }
        };
        if let Some(wrong) = names.iter().find(|name| !settable(name)) {
            let message = format!("`{}` has no field `{wrong}` to set", schema.type_name);
            let mut diagnostic = Diagnostic::error(codes::UNKNOWN_FIELD, arg.span, message);
            let fields = schema.fields.iter().filter(|field| !field.computed);
            let fields = fields.map(|field| field.name.as_str());
            diagnostic.help = suggest::help(wrong, fields, "its fields are");
            return Err(fault(diagnostic));
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    /// All resource instances that a thing consists of.
    fn instances_in(&self, thing: &Thing, into: &mut BTreeSet<Address>, span: Span) -> Eval<()> {
        /// What each address takes.
        const ADDRESS: u64 = 4;
        match thing {
            Thing::Part(part) => {
                for node in self.nodes_in(*part)? {
                    self.spend(ADDRESS, span)?;
                    into.insert(self.node(node).address.clone());
                }
            }
            Thing::Set(set) => {
                for (_, member) in &set.members {
                    self.spend(ADDRESS, span)?;
                    self.instances_in(&self.member_thing(*member), into, span)?;
                }
            }
            thing => {
                if let Some(value) = thing.as_value() {
                    self.spend_on(value, span)?;
                    value.for_each_address(&mut |address| {
                        into.insert(address.clone());
                    });
                }
            }
        }
        Ok(())
    }

    /// The resource instances of a part and of the parts inside it, in the order of the text.
    pub(super) fn nodes_in(&self, part: PartId) -> Eval<Vec<super::thing::NodeId>> {
        let mut nodes = Vec::new();
        self.walk(part, &mut |node, lookup| {
            if !lookup {
                nodes.push(node);
            }
        });
        Ok(nodes)
    }
}

/// A bare word or a text.
fn word(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => literal(expr, None)?.as_str().map(str::to_owned),
    }
}

/// `aws` or `aws.tokyo`.
pub(crate) fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member {
            base,
            name,
            optional: false,
        } => Some(format!("{}.{}", dotted(base)?, name.text)),
        _ => None,
    }
}
