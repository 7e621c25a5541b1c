//! A program: read, resolved and checked. It may hold invalid parts; a [`SoundProgram`](crate::SoundProgram) may not.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{FileId, Span, Type, Value};

use crate::check::facts::Facts;
use crate::resolve::scope::param;
use crate::resolve::{ScopeId, Scopes};
use crate::schema::Schemas;
use crate::syntax::Tree;

/// A program with whatever may be wrong in it: what editors and documentation look at.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) name: String,
    /// The trees of all files, by [`infra_model::FileId`].
    pub(crate) trees: Vec<Tree>,
    /// The directories of all files inside the project, by [`infra_model::FileId`]; empty for the root and for the
    /// standard library.
    pub(crate) directories: Vec<String>,
    pub(crate) scopes: Scopes,
    pub(crate) schemas: Schemas,
    /// The modules of the catalogues, by provider.
    pub(crate) catalogues: BTreeMap<String, ScopeId>,
    /// The catalogues' tables that fields of schemas name, by provider and table.
    pub(crate) tables: BTreeSet<(String, String)>,
    pub(crate) facts: Facts,
}

impl Program {
    /// The program's name, from its directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory of a file inside the project.
    pub(crate) fn directory(&self, file: FileId) -> &str {
        self.directories
            .get(file.0 as usize)
            .map_or("", String::as_str)
    }

    /// The types that the program mentions, and those that these mention.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The trees of all files, those of the standard library included.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// The program's parameters in the order of the text.
    pub fn params(&self) -> Vec<ParamInfo> {
        let info = |decl: &crate::resolve::Decl| {
            let param = param(decl, &self.trees);
            ParamInfo {
                name: decl.name.text.clone(),
                ty: decl.ty.clone().unwrap_or(Type::Invalid),
                doc: decl.item.get(&self.trees).doc.clone().unwrap_or_default(),
                required: param.default.is_none()
                    && !decl
                        .ty
                        .as_ref()
                        .is_some_and(crate::typing::relate::may_be_null),
                span: decl.name.span,
            }
        };
        self.scopes
            .get(Scopes::ROOT)
            .params()
            .map(|(_, decl)| info(decl))
            .collect()
    }
}

/// A parameter of a program, for help texts and prompts.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamInfo {
    pub name: String,
    pub ty: Type,
    pub doc: String,
    /// Without a value from somewhere, the program cannot be evaluated.
    pub required: bool,
    pub span: Span,
}

/// A test of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestInfo {
    pub name: String,
    /// Where the name is written.
    pub span: infra_model::Span,
}

/// The value of a built-in name.
pub(crate) fn built_in(name: &str) -> Option<Value> {
    match name {
        // Everywhere: 0.0.0.0/0.
        "internet" => Some(Value::Cidr(ipnet::IpNet::from(ipnet::Ipv4Net::default()))),
        _ => None,
    }
}

/// The names that every program knows.
pub(crate) const BUILT_IN: [&str; 1] = ["internet"];
