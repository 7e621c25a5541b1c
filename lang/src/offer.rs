//! What a component or a module offers to those who use it: parameters, results, and what is written about them.

use infra_model::{Span, Type};

use crate::load::Loaded;
use crate::resolve::scope::{Scope, param};
use crate::resolve::{Decl, DeclKind, ScopeId, Scopes};
use crate::syntax::{ItemKind, Param, Tree, TypeExprKind};

/// A component, or a module of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub doc: String,
    /// What an instance is given; `None` for a module, of which there are no instances.
    pub params: Option<Vec<OfferedParam>>,
    /// The outputs of a component, the values and components of a module.
    pub results: Vec<OfferedResult>,
}

/// A parameter of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedParam {
    pub name: String,
    /// The type as it is written, with its condition.
    pub ty: String,
    pub doc: String,
    pub required: bool,
    /// The default as it is written.
    pub default: Option<String>,
}

/// An output, or a value of a module.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedResult {
    pub name: String,
    /// `None` for a component in a module.
    pub ty: Option<Type>,
    pub doc: String,
}

impl Loaded {
    /// What the program offers as a component: to a program that uses its directory.
    pub fn offer(&self) -> Offer {
        let doc = self.program.trees.iter().find_map(|tree| {
            let file = self.sources.get(tree.file)?;
            // Files of directories and of the library have more than a name.
            let own = !file.path.contains('/');
            own.then(|| file_doc(&file.text, tree)).flatten()
        });
        Offer {
            doc: doc.unwrap_or_default(),
            ..self.offer_of(Scopes::ROOT)
        }
    }

    /// What a name of the program stands for, when that is a component or a module.
    pub fn offer_named(&self, name: &str) -> Option<Offer> {
        let scopes = &self.program.scopes;
        let (owner, id) = scopes.find(Scopes::ROOT, name)?;
        let decl = scopes.get(owner).decl(id);
        match decl.kind {
            DeclKind::Component(scope) => {
                // Where `use` brought it in, its own declaration is elsewhere.
                let declared = scopes.ids().find_map(|id| {
                    let mut all = scopes.get(id).decls.iter();
                    all.find(|decl| {
                        decl.kind == DeclKind::Component(scope)
                            && matches!(self.item(decl), ItemKind::Component(_))
                    })
                });
                Some(Offer {
                    doc: declared.map(|decl| self.doc(decl)).unwrap_or_default(),
                    ..self.offer_of(scope)
                })
            }
            DeclKind::Namespace(scope) => {
                let module = scopes.get(scope);
                let file = module.decls.first()?.item.file;
                let tree = self.program.trees.get(file.0 as usize)?;
                let text = &self.sources.get(file)?.text;
                Some(Offer {
                    doc: file_doc(text, tree).unwrap_or_default(),
                    params: None,
                    results: self.values(scope, module),
                })
            }
            _ => None,
        }
    }

    fn item(&self, decl: &Decl) -> &ItemKind {
        &decl.item.get(&self.program.trees).kind
    }

    fn doc(&self, decl: &Decl) -> String {
        let doc = &decl.item.get(&self.program.trees).doc;
        doc.clone().unwrap_or_default()
    }

    fn offer_of(&self, scope: ScopeId) -> Offer {
        let inside = self.program.scopes.get(scope);
        let params = inside.params().map(|(_, decl)| self.param(decl));
        let outputs = inside.outputs.iter().enumerate().map(|(index, output)| {
            let ty = self.program.facts.outputs.get(&(scope, index as u32));
            let doc = &output.item.get(&self.program.trees).doc;
            OfferedResult {
                name: output.name.text.clone(),
                ty: ty.cloned(),
                doc: doc.clone().unwrap_or_default(),
            }
        });
        Offer {
            doc: String::new(),
            params: Some(params.collect()),
            results: outputs.collect(),
        }
    }

    fn param(&self, decl: &Decl) -> OfferedParam {
        let written: &Param = param(decl, &self.program.trees);
        let optional = matches!(written.ty.kind, TypeExprKind::Optional(_));
        let condition = written.condition.as_ref().map(|it| self.words(it.span));
        let ty = self.words(written.ty.span);
        let own = match self.item(decl) {
            ItemKind::Param(_) => self.doc(decl),
            _ => written.doc.clone().unwrap_or_default(),
        };
        OfferedParam {
            name: decl.name.text.clone(),
            ty: match condition {
                Some(condition) => format!("{ty} where {condition}"),
                None => ty,
            },
            doc: own,
            required: written.default.is_none() && !optional,
            default: written.default.as_ref().map(|it| self.words(it.span)),
        }
    }

    fn values(&self, scope: ScopeId, module: &Scope) -> Vec<OfferedResult> {
        let offered = module.iter().filter_map(|(id, decl)| {
            let ty = match decl.kind {
                DeclKind::Let => self.program.facts.lets.get(&(scope, id)).cloned(),
                DeclKind::Component(_) => None,
                _ => return None,
            };
            Some(OfferedResult {
                name: decl.name.text.clone(),
                ty,
                doc: self.doc(decl),
            })
        });
        offered.collect()
    }

    /// A part of the text in one line, without comments.
    fn words(&self, span: Span) -> String {
        let mut text = String::new();
        let mut from = span.start;
        let comments = self.program.trees.get(span.file.0 as usize);
        let inside = comments
            .iter()
            .flat_map(|tree| &tree.comments)
            .filter(|it| span.start <= it.span.start && it.span.end <= span.end);
        let source = self.sources.get(span.file);
        let mut take = |from: u32, to: u32| {
            let part = Span {
                start: from,
                end: to,
                ..span
            };
            text.push_str(source.map_or("", |it| it.slice(part)));
        };
        for comment in inside {
            take(from, comment.span.start);
            from = comment.span.end;
        }
        take(from, span.end);
        let lines = text.lines().map(str::trim);
        let mut words = String::new();
        for line in lines.filter(|line| !line.is_empty()) {
            // A line end separates as a comma does, where there is none.
            let joins = words.is_empty()
                || words.ends_with([',', '{', '[', '(', '|'])
                || line.starts_with(['}', ']', ')', '|']);
            match (words.is_empty(), joins) {
                (true, _) => {}
                (false, true) => words.push(' '),
                (false, false) => words.push_str(", "),
            }
            words.push_str(line.trim_end_matches(','));
        }
        words
    }
}

/// The comment that a file begins with, when it is about the file: a line is free below it, or what follows takes no
/// comment of its own.
fn file_doc(text: &str, tree: &Tree) -> Option<String> {
    let is_doc = |line: &&str| line.starts_with("///");
    let lines: Vec<&str> = text.lines().take_while(is_doc).collect();
    let below = text.lines().nth(lines.len()).unwrap_or_default();
    let takes_none = tree
        .items
        .first()
        .is_some_and(|item| matches!(item.kind, ItemKind::Use(_) | ItemKind::Provider(_)));
    if lines.is_empty() || !(below.trim().is_empty() || takes_none) {
        return None;
    }
    let words = lines.iter().map(|line| line.trim_start_matches('/').trim());
    Some(words.collect::<Vec<_>>().join("\n"))
}
