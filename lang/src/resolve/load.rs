//! Finding and reading the files of a program: its own, the directories it uses, the standard library.

use std::collections::{BTreeSet, VecDeque};

use infra_model::{FastMap, FileId, Span};

use super::path;
use super::scope::{DeclId, DeclKind, ItemRef, Scope, ScopeId, ScopeKind, Scopes};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use crate::suggest;
use crate::syntax::{self, Ident, Shapes, Tree, UseTarget};
use crate::world::World;

/// A `use` whose module is not read yet.
pub(super) struct PendingUse {
    pub scope: ScopeId,
    pub decl: DeclId,
    pub target: UseTarget,
    /// Where the target is written.
    pub span: Span,
}

/// Reads files and declares what they say.
pub(crate) struct Loader<'w> {
    pub world: &'w dyn World,
    pub sources: Sources,
    /// By [`FileId`].
    pub trees: Vec<Tree>,
    pub scopes: Scopes,
    pub diagnostics: Vec<Diagnostic>,
    pub(super) pending: VecDeque<PendingUse>,
    /// Modules by the path of their directory or file, with a mark for which of the two worlds it is in.
    modules: FastMap<String, ScopeId>,
    shapes: Shapes,
    std_files: FastMap<String, Option<FileId>>,
    /// Words of declarations that cannot be read.
    pub(super) guesses: Vec<(ScopeId, Ident, ItemRef)>,
}

impl<'w> Loader<'w> {
    pub fn new(world: &'w dyn World) -> Self {
        Loader {
            world,
            sources: Sources::default(),
            trees: Vec::new(),
            scopes: Scopes::default(),
            diagnostics: Vec::new(),
            pending: VecDeque::new(),
            modules: FastMap::default(),
            shapes: Shapes::default(),
            std_files: FastMap::default(),
            guesses: Vec::new(),
        }
    }

    /// Reads the program itself and everything it uses.
    pub fn load_program(&mut self) {
        let root = self
            .scopes
            .add(Scope::new(ScopeKind::Root, "(program)", None));
        self.read_directory(root, "");
        while let Some(pending) = self.pending.pop_front() {
            let kind = self.resolve_use(&pending);
            let scope = self.scopes.get_mut(pending.scope);
            scope.decls[pending.decl.0 as usize].kind = kind;
        }
        self.declare_guesses();
        let is_empty = self.trees.iter().all(|tree| tree.items.is_empty());
        if is_empty && self.diagnostics.is_empty() && !self.trees.is_empty() {
            self.declares_nothing(FileId(0), "the program declares nothing");
        }
    }

    fn declares_nothing(&mut self, file: FileId, message: &str) {
        let found = Diagnostic::warning(codes::EMPTY_FILE, Span::new(file, 0, 0), message);
        self.diagnostics.push(found.help(
            "write a declaration, such as `let name = value` or `aws.vpc main { range = 10.0.0.0/16 }`",
        ));
    }

    fn read_directory(&mut self, scope: ScopeId, dir: &str) {
        for name in self.world.list(dir).unwrap_or_default() {
            let path = if dir.is_empty() {
                name
            } else {
                format!("{dir}/{name}")
            };
            if let Some(text) = self.world.read(&path) {
                let blank = text.trim().is_empty();
                let file = self.parse(&path, text);
                if blank {
                    self.declares_nothing(file, "this file is empty");
                }
                self.declare_file(scope, file);
            }
        }
    }

    fn parse(&mut self, path: &str, text: String) -> FileId {
        let file = self.sources.add(path, text);
        let text = self.sources.get(file).map_or("", |source| &source.text);
        let (tree, diagnostics) = syntax::parse_with(&mut self.shapes, file, text);
        self.trees.push(tree);
        self.diagnostics.extend(diagnostics);
        file
    }

    /// Reads a file of the standard library, once.
    pub fn std_file(&mut self, path: &str) -> Option<FileId> {
        if let Some(known) = self.std_files.get(path) {
            return *known;
        }
        let text = self.world.std(path).map(str::to_owned);
        let file = text.map(|text| self.parse(path, text));
        self.std_files.insert(path.to_owned(), file);
        file
    }

    /// The module of a file of the standard library.
    pub fn std_module(&mut self, path: &str) -> Option<ScopeId> {
        let key = format!("std:{path}");
        if let Some(scope) = self.modules.get(&key) {
            return Some(*scope);
        }
        let file = self.std_file(path)?;
        let label = path.trim_end_matches(".infra").replace('/', ".");
        let scope = self.scopes.add(Scope::new(ScopeKind::Std, label, None));
        self.modules.insert(key, scope);
        self.declare_file(scope, file);
        Some(scope)
    }

    /// Whether a file is one of the standard library's.
    pub fn is_std(&self, file: FileId) -> bool {
        self.std_files.values().any(|known| *known == Some(file))
    }

    /// The directories of all files inside the project, by [`FileId`].
    pub fn directories(&self) -> Vec<String> {
        let mut directories: Vec<String> = self
            .sources
            .iter()
            .map(|file| path::parent(&file.path).to_owned())
            .collect();
        for file in self.std_files.values().flatten() {
            directories[file.0 as usize].clear();
        }
        directories
    }

    fn resolve_use(&mut self, pending: &PendingUse) -> DeclKind {
        match &pending.target {
            UseTarget::Std(dotted) => {
                let name = dotted.text();
                let Some(module) = self.std_module(&format!("{}.infra", name.replace('.', "/")))
                else {
                    let diagnostic = self.unknown_std(&name, pending.span);
                    self.diagnostics.push(diagnostic);
                    return DeclKind::Missing;
                };
                let own = name.rsplit('.').next().unwrap_or_default();
                let scope = self.scopes.get(module);
                match scope.names.get(own).map(|decl| scope.decl(*decl).kind) {
                    Some(DeclKind::Component(component)) => DeclKind::Component(component),
                    _ => DeclKind::Namespace(module),
                }
            }
            UseTarget::Directory { path, .. } => self.use_directory(path, pending.span),
        }
    }

    fn unknown_std(&self, name: &str, span: Span) -> Diagnostic {
        let all: Vec<String> = self
            .world
            .std_paths()
            .iter()
            .map(|path| path.trim_end_matches(".infra").replace('/', "."))
            .collect();
        let help = suggest::nearest(name, all.iter().map(String::as_str)).map_or_else(
            || "a directory of the project is written in quotes: `use \"./net\" as net`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("the standard library has no `{name}`");
        Diagnostic::error(codes::UNKNOWN_USE, span, message).help(help)
    }

    fn use_directory(&mut self, written: &str, span: Span) -> DeclKind {
        let here = self
            .sources
            .get(span.file)
            .map_or("", |file| path::parent(&file.path));
        let Some(dir) = path::join(here, written) else {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::OUTSIDE_PROJECT,
                    span,
                    format!("`{written}` leads out of the project"),
                )
                .help("a program reads only what is in its own directory, so that a clone is all one needs"),
            );
            return DeclKind::Missing;
        };
        let key = format!("dir:{dir}");
        if let Some(scope) = self.modules.get(&key) {
            return DeclKind::Component(*scope);
        }
        if dir.is_empty() || self.world.list(&dir).is_none_or(|files| files.is_empty()) {
            let message = format!("there is no directory `{written}` with `.infra` files");
            self.diagnostics.push(
                Diagnostic::error(codes::UNKNOWN_USE, span, message)
                    .help("the path is relative to the file that it is written in"),
            );
            return DeclKind::Missing;
        }
        let label = dir.rsplit('/').next().unwrap_or_default();
        let scope = self
            .scopes
            .add(Scope::new(ScopeKind::Directory, label, None));
        self.modules.insert(key, scope);
        self.read_directory(scope, &dir);
        DeclKind::Component(scope)
    }

    /// The dotted words `a.b`, in the files read from number `from` on, that can name a file of the library: `a` is
    /// one of its folders. The resource types among them are the schemas that the program can need. Looking at words
    /// saves reading the whole library for a small program.
    pub fn library_words(&self, from: usize) -> BTreeSet<String> {
        let paths = self.world.std_paths();
        let folders: BTreeSet<&str> = paths
            .iter()
            .filter_map(|path| Some(path.split_once('/')?.0))
            .collect();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let mut words = BTreeSet::new();
        for file in self.sources.iter().skip(from) {
            let text = file.text.as_str();
            for (dot, _) in text.match_indices('.') {
                let bytes = text.as_bytes();
                let length = bytes[..dot]
                    .iter()
                    .rev()
                    .take_while(|it| is_part(it))
                    .count();
                let start = dot - length;
                // The later dots of `a.b.c` begin nothing.
                if start > 0 && bytes[start - 1] == b'.' || !folders.contains(&text[start..dot]) {
                    continue;
                }
                let length = bytes[dot + 1..].iter().take_while(|it| is_part(it)).count();
                if length > 0 && !words.contains(&text[start..dot + 1 + length]) {
                    words.insert(text[start..dot + 1 + length].to_owned());
                }
            }
        }
        words
    }
}
