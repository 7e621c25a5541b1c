//! Files that need each other are read and changed only together, so a cycle has three files at most.
//!
//! A file needs another one when it names an item that is defined there. A re-export is followed to the item: a `mod.rs`
//! that only hands on what its files define belongs to no cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::rooms::ROOMS;

/// The most files of a cycle.
const FILES_MAX: usize = 3;

/// Crates that have a larger cycle still, and the files of their largest one. A number here only shrinks.
const REMAINING: &[(&str, usize)] = &[
    // A value holds records, secrets and types, and each of these holds values.
    ("infra-model", 5),
    ("infra-sim", 38),
    ("infra", 5),
];

/// A path through modules, or the place of a module in its crate: `["plan", "order"]`.
type Names = Vec<String>;

/// What one file defines and names; tests are left out.
#[derive(Clone, Default)]
struct Source {
    /// The paths that it imports, by the name that each has here.
    imports: BTreeMap<String, Names>,
    /// The names that it imports for others too.
    exports: BTreeSet<String>,
    /// Modules of which it imports everything.
    globs: Vec<Names>,
    /// Paths outside of imports.
    paths: BTreeSet<Names>,
    /// Every name outside of imports.
    words: BTreeSet<String>,
    /// The items that it defines.
    defined: BTreeSet<String>,
}

impl Source {
    fn of(text: &str) -> Source {
        let tokens: TokenStream = text.parse().expect("a file of Rust");
        let mut source = Source::default();
        source.read(&tokens.into_iter().collect::<Vec<_>>());
        source
    }

    fn read(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(sign)
                    if sign.as_char() == '#' && tokens.get(at).is_some_and(is_for_tests) =>
                {
                    at += 1 + length_to(&tokens[at + 1..], ends_item);
                }
                TokenTree::Group(group) => {
                    self.read(&group.stream().into_iter().collect::<Vec<_>>());
                }
                TokenTree::Ident(word) if word == "use" && !is_sign(tokens.get(at), '<') => {
                    let end = at + length_to(&tokens[at..], ends_use);
                    let public = at > 1 && is_public(&tokens[..at - 1]);
                    self.import(&tokens[at..end - 1], &[], public);
                    at = end;
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    if DEFINES.contains(&word.as_str()) {
                        let name = tokens[at..].iter().find_map(ident);
                        self.defined.extend(name);
                    }
                    let begins = !follows_colons(&tokens[..at - 1]);
                    let (path, length) = path_at(&tokens[at - 1..]);
                    if begins && path.len() > 1 {
                        self.paths.insert(path);
                        at += length - 1;
                    }
                    self.words.insert(word);
                }
                _ => {}
            }
        }
    }

    /// Reads what stands between `use` and its semicolon, or a part of it after `before`.
    fn import(&mut self, tokens: &[TokenTree], before: &[String], public: bool) {
        let (mut path, length) = path_at(tokens);
        path.splice(0..0, before.iter().cloned());
        match &tokens[length..] {
            [TokenTree::Group(group)] => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inner.split(|token| is_sign(Some(token), ',')) {
                    if !part.is_empty() {
                        self.import(part, &path, public);
                    }
                }
            }
            [star] if is_sign(Some(star), '*') => self.globs.push(path),
            rest => {
                if path.last().is_some_and(|name| name == "self") {
                    path.pop();
                }
                let name = rest.last().and_then(ident).or(path.last().cloned());
                let name = name.unwrap_or_default();
                if public {
                    self.exports.insert(name.clone());
                }
                self.imports.insert(name, path);
            }
        }
    }
}

/// Keywords before the name of an item.
const DEFINES: [&str; 8] = [
    "fn", "struct", "enum", "trait", "type", "const", "static", "union",
];

fn ident(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    }
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == sign)
}

/// Whether tokens end with a double colon.
fn follows_colons(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [.., first, second] if is_sign(Some(first), ':') && is_sign(Some(second), ':'))
}

/// Whether an attribute's brackets hold `cfg(test)`, alone or with more.
fn is_for_tests(brackets: &TokenTree) -> bool {
    let text = brackets.to_string().replace(' ', "");
    text.starts_with("[cfg(test") || text.starts_with("[cfg(all(test")
}

/// Whether tokens end with `pub`, or `pub(…)`.
fn is_public(tokens: &[TokenTree]) -> bool {
    match tokens {
        [.., last] if ident(last).is_some_and(|word| word == "pub") => true,
        [.., word, TokenTree::Group(_)] => ident(word).is_some_and(|word| word == "pub"),
        _ => false,
    }
}

/// How many tokens there are up to the first that `ends`, and with it.
fn length_to(tokens: &[TokenTree], ends: impl Fn(&TokenTree) -> bool) -> usize {
    let end = tokens.iter().position(ends);
    end.map_or(tokens.len(), |at| at + 1)
}

fn ends_use(token: &TokenTree) -> bool {
    is_sign(Some(token), ';')
}

fn ends_item(token: &TokenTree) -> bool {
    let braces = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    braces || ends_use(token)
}

/// The path that tokens begin with, and how many tokens it has; a double colon after it counts.
fn path_at(tokens: &[TokenTree]) -> (Names, usize) {
    let (mut path, mut at) = (Names::new(), 0);
    while let Some(name) = tokens.get(at).and_then(ident) {
        path.push(name);
        at += 1;
        if !(is_sign(tokens.get(at), ':') && is_sign(tokens.get(at + 1), ':')) {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// The files of one crate by the modules that they are.
struct Crate(BTreeMap<Names, Source>);

impl Crate {
    fn read(directory: &str) -> Crate {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
        let root = root.join("src");
        let mut files = BTreeMap::new();
        for path in files_below(&root) {
            let text = fs::read_to_string(&path).expect("a file of text");
            let inner = path.strip_prefix(&root).expect("a file below the root");
            let mut module: Names = inner
                .with_extension("")
                .iter()
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            if ["mod", "lib", "main"].contains(&module[module.len() - 1].as_str()) {
                module.pop();
            }
            if module.last().is_none_or(|name| name != "tests") {
                files.insert(module, Source::of(&text));
            }
        }
        Crate(files)
    }

    /// The module in which the item of a path is defined, and its name; `None` for what is not of this crate, and for
    /// a path that ends at a module.
    fn item(&self, module: &[String], path: &[String], depth: usize) -> Option<(Names, String)> {
        // Names that are imported from each other would lead around for ever.
        if depth > 20 {
            return None;
        }
        let (mut here, mut rest) = (module.to_vec(), path);
        match path.first()?.as_str() {
            "crate" => (here, rest) = (Names::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    here.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                let known = self.child(&here, first).is_some();
                let source = self.0.get(&here)?;
                if !known && !source.imports.contains_key(first) {
                    return None;
                }
            }
        }
        while let [name, after @ ..] = rest {
            if let Some(child) = self.child(&here, name) {
                (here, rest) = (child, after);
                continue;
            }
            let source = self.0.get(&here)?;
            if let Some(import) = source.imports.get(name) {
                // A crate may be imported by its own name.
                if import.len() == 1 && import[0] == *name {
                    return None;
                }
                let whole: Names = import.iter().chain(after).cloned().collect();
                return self.item(&here, &whole, depth + 1);
            }
            if !source.defined.contains(name) {
                for glob in &source.globs {
                    let whole: Names = glob.iter().chain([name]).cloned().collect();
                    let item = self.item(&here, &whole, depth + 1);
                    if let Some((module, item)) = item
                        && self.0[&module].defined.contains(&item)
                    {
                        return Some((module, item));
                    }
                }
            }
            return Some((here, name.clone()));
        }
        None
    }

    fn child(&self, module: &[String], name: &str) -> Option<Names> {
        let mut child = module.to_vec();
        child.push(name.to_owned());
        self.0.contains_key(&child).then_some(child)
    }

    /// What a file needs of which others.
    fn needs(&self, module: &Names) -> BTreeMap<Names, BTreeSet<String>> {
        let source = &self.0[module];
        let handed_on =
            |name: &String| source.exports.contains(name) && !source.words.contains(name);
        let imports = source.imports.iter();
        let imports = imports.filter(|(name, _)| !handed_on(name));
        let paths = imports.map(|(_, path)| path).chain(&source.paths);
        let mut needs: BTreeMap<Names, BTreeSet<String>> = BTreeMap::new();
        for (other, item) in paths.filter_map(|path| self.item(module, path, 0)) {
            if other != *module {
                needs.entry(other).or_default().insert(item);
            }
        }
        needs
    }

    /// The cycles of more than [`FILES_MAX`] files, the largest first: what each file needs of the others.
    fn cycles(&self) -> Vec<Vec<String>> {
        let mut graph = DiGraph::new();
        let nodes: BTreeMap<&Names, _> = self.0.keys().map(|it| (it, graph.add_node(it))).collect();
        for (module, node) in &nodes {
            for (other, items) in self.needs(module) {
                graph.add_edge(*node, nodes[&other], items);
            }
        }
        let mut cycles = Vec::new();
        for mut cycle in tarjan_scc(&graph) {
            if cycle.len() <= FILES_MAX {
                continue;
            }
            cycle.sort_by_key(|node| graph[*node]);
            let describe = |node: &_| {
                let edges = graph.edges(*node);
                let mut inside: Vec<String> = edges
                    .filter(|edge| cycle.contains(&petgraph::visit::EdgeRef::target(edge)))
                    .map(|edge| {
                        let items: Vec<&str> = edge.weight().iter().map(String::as_str).collect();
                        let other = graph[petgraph::visit::EdgeRef::target(&edge)];
                        format!("{} ({})", shown(other), items.join(", "))
                    })
                    .collect();
                inside.sort_unstable();
                format!("{} needs {}", shown(graph[*node]), inside.join("; "))
            };
            cycles.push(cycle.iter().map(describe).collect());
        }
        cycles.sort_by_key(|cycle: &Vec<String>| std::cmp::Reverse(cycle.len()));
        cycles
    }
}

fn shown(module: &Names) -> String {
    match module.is_empty() {
        true => "the root".to_owned(),
        false => module.join("::"),
    }
}

/// The files of Rust below a directory, sorted.
pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort_unstable();
    files
}

#[test]
fn no_cycle_has_more_files_than_a_reader_keeps_in_mind() {
    let mut wrong = Vec::new();
    for (directory, name, _) in ROOMS {
        let cycles = Crate::read(directory).cycles();
        let found = cycles.first().map_or(0, Vec::len);
        let remaining = REMAINING.iter().find(|(crate_, _)| crate_ == name);
        let allowed = remaining.map_or(0, |(_, files)| *files);
        if found > allowed {
            wrong.push(format!(
                "{name} has a cycle of {found} files, and {} are allowed:\n  {}",
                allowed.max(FILES_MAX),
                cycles[0].join("\n  ")
            ));
        } else if found < allowed {
            println!("the largest cycle of {name} has {found} files: write that into REMAINING");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_cycle_is_found_through_re_exports_and_not_made_by_them() {
    let file = |module: &str, text: &str| {
        let module = module.split("::").filter(|name| !name.is_empty());
        (
            module.map(str::to_owned).collect::<Names>(),
            Source::of(text),
        )
    };
    let mut files = BTreeMap::from([
        file("", "mod a; pub mod b; pub use b::two::Two;"),
        file(
            "a",
            "use crate::Two; #[cfg(test)] mod tests { use crate::b::two::one; }",
        ),
        file(
            "b",
            "pub mod one; pub mod two; pub use one::{One as First, Other};",
        ),
        file(
            "b::one",
            "pub struct One; pub struct Other; fn f() { super::three::three() }",
        ),
        file("b::two", "use super::First; pub struct Two(First);"),
        file("b::three", "pub fn three() {}"),
    ]);
    assert_eq!(Crate(files.clone()).cycles(), Vec::<Vec<String>>::new());
    files.extend([
        file("b::three", "use crate::a; pub fn three() -> a::A {}"),
        file("a", "pub struct A(crate::Two);"),
    ]);
    assert_eq!(
        Crate(files).cycles(),
        [[
            "a needs b::two (Two)",
            "b::one needs b::three (three)",
            "b::three needs a (A)",
            "b::two needs b::one (One)",
        ]]
    );
}
