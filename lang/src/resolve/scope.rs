//! Scopes: the modules and components of a program, and the names each declares.

use infra_model::{FastMap, FileId, RecordField, Type};

use crate::syntax::{Ident, Item, ItemKind, Param, Tree};

/// The number of a scope in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

/// The number of a declaration in its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclId(pub u32);

/// Where a declaration stands: the file, and the way down through components to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRef {
    pub file: FileId,
    /// Positions among the items, from the file's own to the innermost component's.
    pub path: Vec<u32>,
}

impl ItemRef {
    /// The declaration in its tree.
    pub fn get<'t>(&self, trees: &'t [Tree]) -> &'t Item {
        let (first, rest) = self.path.split_first().expect("a path has a step");
        let mut item = &trees[self.file.0 as usize].items[*first as usize];
        for step in rest {
            let ItemKind::Component(component) = &item.kind else {
                unreachable!("only components have items inside");
            };
            item = &component.items[*step as usize];
        }
        item
    }
}

/// What a scope is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The program itself.
    Root,
    /// Another directory of the project, brought in by `use "./net" as net`: a component.
    Directory,
    /// A file of the standard library: a namespace.
    Std,
    /// `component name(…) { … }`
    Component,
}

/// What a resource declaration makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A resource of a type with a schema.
    Schema,
    Component(ScopeId),
    /// A diagnostic says so already.
    Unknown,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclKind {
    /// A parameter: an own declaration, or the numbered one of a component's head.
    Param(Option<u32>),
    Let,
    Resource(Target),
    Lookup,
    Component(ScopeId),
    Namespace(ScopeId),
    /// A `use` that found nothing; a diagnostic says so already.
    Missing,
}

/// A declared name.
#[derive(Clone, Debug)]
pub struct Decl {
    pub name: Ident,
    pub kind: DeclKind,
    pub item: ItemRef,
    /// The declared type of a parameter; `None` where it is inferred.
    pub ty: Option<Type>,
}

/// A declared result.
#[derive(Clone, Debug)]
pub struct OutputDecl {
    pub name: Ident,
    pub item: ItemRef,
}

/// A module or component and what it declares.
#[derive(Clone, Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    /// The name of the type of its instances, unique in the program.
    pub label: String,
    /// The scope whose names are visible inside, where the own names do not hide them.
    pub outer: Option<ScopeId>,
    pub decls: Vec<Decl>,
    pub names: FastMap<String, DeclId>,
    pub outputs: Vec<OutputDecl>,
    pub output_names: FastMap<String, u32>,
    /// Declarations without a name: providers, assertions, moves, tests.
    pub others: Vec<ItemRef>,
}

impl Scope {
    pub fn new(kind: ScopeKind, label: impl Into<String>, outer: Option<ScopeId>) -> Self {
        Scope {
            kind,
            label: label.into(),
            outer,
            decls: Vec::new(),
            names: FastMap::default(),
            outputs: Vec::new(),
            output_names: FastMap::default(),
            others: Vec::new(),
        }
    }

    pub fn decl(&self, id: DeclId) -> &Decl {
        &self.decls[id.0 as usize]
    }

    /// The declarations with their numbers, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (DeclId, &Decl)> {
        self.decls
            .iter()
            .enumerate()
            .map(|(index, decl)| (DeclId(index as u32), decl))
    }

    /// The parameters with their declared types, in the order of the text.
    pub fn params(&self) -> impl Iterator<Item = (DeclId, &Decl)> {
        self.iter()
            .filter(|(_, decl)| matches!(decl.kind, DeclKind::Param(_)))
    }
}

/// All scopes of a program. The first is the program itself.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    all: Vec<Scope>,
    by_label: FastMap<String, ScopeId>,
}

impl Scopes {
    pub const ROOT: ScopeId = ScopeId(0);

    pub fn add(&mut self, mut scope: Scope) -> ScopeId {
        let taken = |label: &str| self.by_label.contains_key(label);
        if taken(&scope.label) {
            let number = (2..).find(|n| !taken(&format!("{} ({n})", scope.label)));
            scope.label = format!("{} ({})", scope.label, number.unwrap_or_default());
        }
        let id = ScopeId(self.all.len() as u32);
        self.by_label.insert(scope.label.clone(), id);
        self.all.push(scope);
        id
    }

    pub fn get(&self, id: ScopeId) -> &Scope {
        &self.all[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.all[id.0 as usize]
    }

    pub fn ids(&self) -> impl Iterator<Item = ScopeId> + use<> {
        (0..self.all.len() as u32).map(ScopeId)
    }

    /// The component whose instances have the type of this label.
    pub fn by_label(&self, label: &str) -> Option<ScopeId> {
        self.by_label.get(label).copied()
    }

    /// The declaration a name means inside `scope`: its own, or one of the scopes around it.
    pub fn find(&self, scope: ScopeId, name: &str) -> Option<(ScopeId, DeclId)> {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.get(id);
            if let Some(decl) = scope.names.get(name) {
                return Some((id, *decl));
            }
            at = scope.outer;
        }
        None
    }

    /// All names visible inside `scope`.
    pub fn visible(&self, scope: ScopeId) -> Vec<&str> {
        let mut names = Vec::new();
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.get(id);
            names.extend(scope.decls.iter().map(|decl| decl.name.text.as_str()));
            at = scope.outer;
        }
        names
    }
}

/// The syntax of a parameter.
pub fn param<'t>(decl: &Decl, trees: &'t [Tree]) -> &'t Param {
    let item = decl.item.get(trees);
    match (&item.kind, decl.kind) {
        (ItemKind::Param(param), _) => param,
        (ItemKind::Component(component), DeclKind::Param(Some(index))) => {
            &component.params[index as usize]
        }
        _ => unreachable!("a parameter is declared by itself or in a component's head"),
    }
}

/// A component's parameters as the fields of a record, which is what its instances are given.
pub fn param_fields(scope: &Scope, trees: &[Tree]) -> Vec<RecordField> {
    let field = |decl: &Decl| {
        let param = param(decl, trees);
        let ty = decl.ty.clone().unwrap_or(Type::Invalid);
        RecordField {
            name: decl.name.text.clone(),
            optional: param.default.is_some() || matches!(ty, Type::Optional(_)),
            default: None,
            doc: param.doc.clone().unwrap_or_default(),
            ty,
        }
    };
    scope.params().map(|(_, decl)| field(decl)).collect()
}
