//! What is known at a place in the text: the scope, the names bound around it, and what conditions have shown.

use std::rc::Rc;

use infra_model::Type;

use crate::resolve::ScopeId;
use crate::syntax::{Expr, ExprKind};

/// One thing known, and those known before it.
#[derive(Debug)]
struct Link {
    known: Known,
    next: Option<Rc<Link>>,
}

#[derive(Debug)]
enum Known {
    /// A name bound by `for`, `it`, or a parameter in its own condition.
    Local(String, Type),
    /// A path (`x`, `x.y`) whose type a condition has narrowed.
    Narrowed(String, Type),
    /// A condition that holds here, as it is written.
    Holds(String),
}

/// Where an expression stands.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// `None` in a schema's condition, which sees only `it` and built-in names.
    pub scope: Option<ScopeId>,
    links: Option<Rc<Link>>,
}

impl Context {
    pub fn of(scope: ScopeId) -> Self {
        Context {
            scope: Some(scope),
            links: None,
        }
    }

    pub fn nowhere() -> Self {
        Context {
            scope: None,
            links: None,
        }
    }

    fn with(&self, known: Known) -> Self {
        let links = Some(Rc::new(Link {
            known,
            next: self.links.clone(),
        }));
        Context {
            scope: self.scope,
            links,
        }
    }

    pub fn local(&self, name: &str, ty: Type) -> Self {
        self.with(Known::Local(name.to_owned(), ty))
    }

    pub fn narrowed(&self, path: String, ty: Type) -> Self {
        self.with(Known::Narrowed(path, ty))
    }

    pub fn holding(&self, condition: String) -> Self {
        self.with(Known::Holds(condition))
    }

    fn iter(&self) -> impl Iterator<Item = &Known> {
        let mut at = self.links.as_deref();
        std::iter::from_fn(move || {
            let link = at?;
            at = link.next.as_deref();
            Some(&link.known)
        })
    }

    /// The type of a local name, or what a declared name was narrowed to.
    pub fn name(&self, name: &str) -> Option<&Type> {
        self.iter().find_map(|known| match known {
            Known::Local(other, ty) | Known::Narrowed(other, ty) if other == name => Some(ty),
            _ => None,
        })
    }

    /// What a path was narrowed to, unless its first name means something else by now.
    pub fn path(&self, path: &str) -> Option<&Type> {
        let first = path.split('.').next().unwrap_or_default();
        for known in self.iter() {
            match known {
                Known::Narrowed(other, ty) if other == path => return Some(ty),
                Known::Local(name, _) if name == first => return None,
                _ => {}
            }
        }
        None
    }

    pub fn holds(&self, condition: &str) -> bool {
        self.iter()
            .any(|known| matches!(known, Known::Holds(other) if other == condition))
    }

    /// The names bound here, for suggestions.
    pub fn locals(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(|known| match known {
            Known::Local(name, _) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// The path an expression is, if it is one: `x`, `x.y`.
pub(super) fn path_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member {
            base,
            name,
            optional: false,
        } => Some(format!("{}.{}", path_of(base)?, name.text)),
        _ => None,
    }
}
