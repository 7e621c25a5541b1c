//! What an expression yields inside the evaluator: a value, or a part of the program that is not a value yet.

use std::sync::Arc;

use infra_model::{Address, FastMap, Span, Step, Unknown, Value};

use super::shared::Shared;
use crate::resolve::{DeclId, ScopeId};

/// The number of an instance of a scope: of the program, a module, or a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(pub u32);

/// The number of a resource or lookup instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// The result of an expression.
#[derive(Clone, Debug)]
pub enum Thing {
    Value(Value),
    /// A value that others use too, such as that of a `let`.
    Shared(Arc<Shared>),
    /// A component's instance; asking for an output evaluates only that output.
    Part(PartId),
    /// All instances of a declaration with `for`.
    Set(Arc<Set>),
    /// A module of `let`s and components.
    Namespace(PartId),
}

/// One instance of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    Node(NodeId),
    Part(PartId),
}

/// The instances of one declaration in one part.
#[derive(Clone, Debug)]
pub enum Instances {
    One(Member),
    /// Its `if` does not hold.
    None,
    Many(Arc<Set>),
    /// It waits for a lookup's answer.
    Waiting(Unknown),
}

/// An item of the map that a declaration goes through.
#[derive(Clone, Debug)]
pub struct Origin {
    pub part: PartId,
    pub decl: DeclId,
    pub key: String,
    /// Whether it is read again when more is known.
    pub changes: bool,
}

/// Instances by key, in the order they were made.
#[derive(Clone, Debug, Default)]
pub struct Set {
    pub members: Vec<(String, Member)>,
    pub by_key: FastMap<String, usize>,
    /// The keys are not known; one instance stands for them all. Happens only without inputs.
    pub assumed: bool,
}

impl Set {
    pub fn get(&self, key: &str) -> Option<Member> {
        self.by_key.get(key).map(|index| self.members[*index].1)
    }
}

/// Names bound around an expression.
#[derive(Debug)]
pub enum Local {
    /// A name bound by `for`, and those around it.
    One {
        name: String,
        bound: Bound,
        next: Locals,
    },
    /// The names of a template.
    All(FastMap<String, Bound>),
}

/// What a local name is bound to.
#[derive(Debug)]
pub struct Bound {
    pub thing: Thing,
    /// Set for an item of what a declaration goes through.
    pub origin: Option<Origin>,
}

impl From<Thing> for Bound {
    fn from(thing: Thing) -> Bound {
        Bound {
            thing: thing.light(),
            origin: None,
        }
    }
}

/// The names bound around an expression, the innermost first.
pub type Locals = Option<Arc<Local>>;

/// `locals` with one more name.
pub fn bind(locals: &Locals, name: &str, bound: impl Into<Bound>) -> Locals {
    Some(Arc::new(Local::One {
        name: name.to_owned(),
        bound: bound.into(),
        next: locals.clone(),
    }))
}

/// What a local name is bound to.
pub fn find<'l>(locals: &'l Locals, name: &str) -> Option<&'l Bound> {
    let mut at = locals.as_ref();
    while let Some(local) = at {
        match &**local {
            Local::One {
                name: other, bound, ..
            } if other == name => return Some(bound),
            Local::One { next, .. } => at = next.as_ref(),
            Local::All(names) => return names.get(name),
        }
    }
    None
}

impl Thing {
    /// The same thing in a form that is cheap to copy.
    pub fn light(self) -> Thing {
        match self {
            Thing::Value(
                value @ (Value::String(_)
                | Value::Path(_)
                | Value::List(_)
                | Value::Map(_)
                | Value::Secret(_)
                | Value::Unknown(_)),
            ) => Thing::Shared(Shared::new(value)),
            thing => thing,
        }
    }

    /// The value, if it is one already.
    pub fn as_value(&self) -> Option<&Value> {
        match self {
            Thing::Value(value) => Some(value),
            Thing::Shared(value) => Some(value),
            _ => None,
        }
    }
}

/// Where a part was made.
#[derive(Clone, Debug)]
pub struct Caller {
    pub part: PartId,
    pub decl: DeclId,
    pub locals: Locals,
}

/// An instance of a scope.
#[derive(Clone, Debug)]
pub struct Part {
    pub scope: ScopeId,
    /// The part whose names are visible around its own.
    pub outer: Option<PartId>,
    /// The declaration that made it; the program itself and modules have none.
    pub caller: Option<Caller>,
    pub path: Vec<Step>,
    /// Stands for instances that are not known: see [`Set::assumed`].
    pub assumed: bool,
}

/// A resource or lookup instance.
#[derive(Clone, Debug)]
pub struct Node {
    pub address: Address,
    pub part: PartId,
    pub decl: DeclId,
    pub locals: Locals,
    pub lookup: bool,
    pub assumed: bool,
    /// Set for a lookup that no declaration makes, but `id("…")`; its part and declaration mean nothing then.
    pub given: Option<Given>,
}

/// What `id("…")` names.
#[derive(Clone, Debug)]
pub struct Given {
    pub id: String,
    /// The call.
    pub span: Span,
}

/// Everything there is an instance of.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    pub parts: Vec<Arc<Part>>,
    pub nodes: Vec<Arc<Node>>,
    pub by_address: FastMap<Address, NodeId>,
}

impl Scene {
    pub fn add_part(&mut self, part: Part) -> PartId {
        self.parts.push(Arc::new(part));
        PartId(self.parts.len() as u32 - 1)
    }

    pub fn add_node(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.by_address.insert(node.address.clone(), id);
        self.nodes.push(Arc::new(node));
        id
    }
}
