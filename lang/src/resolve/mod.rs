//! Which files a program consists of, which names they declare, and what each name stands for.

mod declare;
pub(crate) mod load;
pub(crate) mod path;
pub(crate) mod scope;
mod targets;

pub(crate) use load::Loader;
pub(crate) use scope::{Decl, DeclId, DeclKind, ScopeId, ScopeKind, Scopes, Target};
